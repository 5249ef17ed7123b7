// SPDX-License-Identifier: Apache-2.0
//
// One budget whose window is changed again and again while calls go on, simulated: the real account
// table, and around it a store, a journal and a clock that are plain numbers. In one thread, so a
// run is its seed. Calls reserve, wait, grow, end and are dropped; days pass; the budget is taken
// out and comes back; the store is slow and fails; in some runs batches of the journal fail, leases
// are made and not heard of, and accounts are forgotten. After each event, of the account of now,
// as soon as it lets calls in:
//
//   spent = what calls of its window were charged     held = what those under way hold
//
// or more than that, in those runs; and whoever is let in there or grows stays within the limit.
// When the process has died a new one finds the same, and no call in two accounts. COSTLENS_LONG=1
// does 10^5 seeds; SEED=n repeats one.

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "../seeds.h"
#include "base/clock.h"
#include "booked.h"
#include "gate/budgets_part.h"
#include "lender.h"
#include "seeded.h"

enum { CALLS = 10, ENTRIES = 4096, EVENTS = 3000, SEEDS = 1000, SEEDS_LONG = 100000 };

#define MINUTE INT64_C(60000000)
#define LIMIT  4000

enum stage { NONE, ASKING, OPEN, SHUT, ENDS, ENDED };

// A call, and what the journal says of it.
static struct entry {
    enum stage stage;
    struct booking *booking;
    int64_t start_us;
    unsigned out;   // so often the budget had been taken out: it keeps nobody waiting
    int64_t amount; // held, or charged
    bool patient;
    bool sent; // there is a record
    bool row;
    bool lost;        // its last record was not written
    uint64_t account; // as its last record says ...
    int64_t recorded; // ... and so much
    uint64_t closed;  // its account, of one that ends
    int64_t charged;
} entries[ENTRIES];
static unsigned count;
static struct entry *calls[CALLS];

static bool rough;      // what is counted may be too much
static int64_t busy;    // so many calls at once
static int64_t lasting; // so often the first of them grows before it ends
static int64_t now_us;
static struct budget budget;
static struct window_rule before; // it was changed last
static bool defined;
static struct loop loop;
static unsigned outs;
static struct list ended;
static struct budgets *all;
static unsigned changes, checks, refusals, ends, moves;

// --- the store ---

static bool is_in(const struct window *w, int64_t us)
{
    return us >= w->start_us && us < w->end_us;
}

static void project(void)
{
    for (unsigned i = 0; i < count; i++) {
        struct entry *e = &entries[i];
        if (e->stage != ENDED || e->row || !e->sent || e->lost)
            continue;
        e->row = true;
        lent_charge(e->account, e->recorded);
    }
}

// As store/moved.h has it.
static int64_t moved_to(const struct lent *a, const struct lease *l)
{
    const struct window *w = &a->key.window;
    const uint64_t own = (uint64_t)(a - lender.at) + 1;
    int64_t sum = 0;
    project();
    for (unsigned n = 0; n < count && l->lost; n++) {
        const struct entry *e = &entries[n];
        if (e->sent && !e->row && e->account == own && is_in(w, e->start_us))
            sum += e->recorded;
    }
    for (unsigned i = 0; i < lender.count; i++) {
        const struct lent *other = &lender.at[i];
        const struct window *its = &other->key.window;
        if (other == a || its->end_us <= w->start_us || its->start_us >= w->end_us)
            continue;
        bool within = its->start_us >= w->start_us && its->end_us <= w->end_us;
        sum += within ? other->settled - other->given : 0;
        for (unsigned n = 0; n < count; n++) {
            const struct entry *e = &entries[n];
            bool counts = e->sent && e->account == i + 1 && is_in(w, e->start_us);
            if (counts && (e->row ? !within : l->lost))
                sum += e->recorded;
        }
    }
    return sum;
}

// --- calls ---

static void record(struct entry *e, bool last)
{
    struct charge c;
    (last ? booking_close : booking_charge)(e->booking, &c);
    MUST_BE(c.count == 1 && c.held == e->amount);
    if (last) {
        e->closed = c.accounts[0];
        return;
    }
    moves += e->sent && e->account != c.accounts[0];
    e->sent = true;
    e->account = c.accounts[0];
    e->recorded = e->amount;
}

static void leave(struct entry **at)
{
    booking_drop((*at)->booking);
    (*at)->stage = NONE;
    *at = NULL;
}

// Itself, or its place, while it asks anew.
static const struct hold *hold_of(const struct entry *e)
{
    const struct booking *place = e->booking->place;
    return place ? &place->hold : &e->booking->hold;
}

// One that waited may not know it yet.
static bool holds(const struct entry *e)
{
    return e->stage == OPEN || e->stage == SHUT || e->stage == ENDS ||
           (e->stage == ASKING && hold_of(e)->state == HOLD_OPEN);
}

// Of the window of now, as the calls say.
static struct sums {
    int64_t spent, held;
    int64_t unheard; // of that, by those that were let in and do not know it yet
} sums_of(const struct account *a)
{
    struct sums s = {.spent = 0};
    for (unsigned i = 0; i < count; i++) {
        const struct entry *e = &entries[i];
        bool counts = e->sent && is_in(&a->key.window, e->start_us);
        if (e->stage == ENDED && (counts || (e->sent && e->closed == a->id)))
            s.spent += e->amount;
        if (!holds(e) || hold_of(e)->accounts[0] != a)
            continue;
        s.held += e->amount;
        s.unheard += e->stage == ASKING ? e->amount : 0;
    }
    return s;
}

static bool is_now(const struct account *a)
{
    const struct window now = window_at(&budget.window, now_us);
    return a->key.window.kind == now.kind && a->key.window.start_us == now.start_us;
}

// Nobody is let in, or grows, past the limit, nor before it is known what was spent.
static void check_room(const struct entry *e)
{
    const struct account *a = e->booking->hold.accounts[0];
    const struct sums s = sums_of(a);
    if (!defined || !is_now(a))
        return;
    MUST_BE(s.spent <= a->settled.n);
    MUST_BE(s.spent + s.held - s.unheard <= a->terms.limit.n + a->overdraft.n);
}

static void look(void *call)
{
    struct entry *e = call;
    if (e->stage != ASKING)
        return;
    enum booking_state is = reserve_at(e->booking, e->amount, e->patient, now_us);
    if (is == BOOKING_OPEN) {
        e->stage = OPEN;
        record(e, false);
        if (e->out == outs)
            check_room(e);
    } else if (is != BOOKING_WAITS) {
        refusals++;
        for (int i = 0; i < CALLS; i++)
            if (calls[i] == e)
                leave(&calls[i]);
    }
}

static void begin(struct entry **at)
{
    if (count == ENTRIES)
        return;
    struct entry *e = *at = &entries[count++];
    const struct booking_owner owner = {.loop = &loop, .wake = look, .call = e, .start_us = now_us};
    const struct booking_wish wish = {&budget, STR_NONE};
    *e = (struct entry){.stage = ASKING,
                        .out = outs,
                        .start_us = now_us,
                        .amount = 1 + below(100),
                        .patient = one_in(2)};
    e->booking = booking_new(all, &owner, &wish, 1);
    look(e);
}

static void grow(struct entry *e)
{
    int64_t by = 1 + below(one_in(20) ? LIMIT / 4 : 50);
    if (booking_extend(e->booking, (struct nano){by}) != ADMISSION_MADE)
        return;
    e->amount += by;
    record(e, false);
    check_room(e);
}

static void finish(struct entry **at)
{
    struct entry *e = *at;
    record(e, true);
    e->charged = one_in(9) ? e->amount + below(30) : below(e->amount + 1);
    booking_end(e->booking, (struct nano){e->charged}, (struct nano){e->amount}, false, &ended);
    e->stage = ENDS;
    *at = NULL;
    ends++;
}

// Its last record is to be written, but may not be: it goes on then.
static void shut(struct entry *e)
{
    record(e, e->stage == OPEN);
    e->stage = e->stage == OPEN ? SHUT : OPEN;
}

static void advance(struct entry **at)
{
    if (!*at)
        begin(at);
    else if ((*at)->stage == ASKING && one_in(8))
        leave(at);
    else if ((*at)->stage == OPEN && one_in(at == calls ? lasting : 3))
        finish(at);
    else if ((*at)->stage == SHUT || ((*at)->stage == OPEN && one_in(8)))
        shut(*at);
    else if ((*at)->stage == OPEN)
        grow(*at);
}

static void flush(bool fine)
{
    for (unsigned i = 0; i < count; i++) {
        struct entry *e = &entries[i];
        if (e->stage != ENDS)
            continue;
        e->stage = ENDED;
        e->lost = !fine; // the record before stands
        if (!fine)
            continue;
        e->account = e->closed;
        e->recorded = e->amount = e->charged;
    }
    budgets_end(all, &ended, fine);
}

// --- what must be true ---

static void check(void)
{
    const struct account_key key = {1, STR_NONE, window_at(&budget.window, now_us)};
    const struct account *a = accounts_find(&all->table, &key);
    if (!defined || !a || a->id == 0 || a->late || a->gives_back || a->left)
        return;
    for (unsigned i = 0; i < count; i++) {
        const struct entry *e = &entries[i];
        bool counts = e->sent && is_in(&key.window, e->start_us);
        MUST_BE(!counts || !holds(e) || e->booking->hold.accounts[0] == a);
    }
    const struct sums s = sums_of(a);
    checks++;
    MUST_BE(a->held.n == s.held);
    MUST_BE(rough ? a->settled.n >= s.spent : a->settled.n == s.spent);
}

// Each row in one account, and there all of it.
static void add_up(void)
{
    static int64_t sums[LENT_MAX];
    memset(sums, 0, sizeof sums);
    for (unsigned i = 0; i < count; i++)
        sums[entries[i].row ? entries[i].account - 1 : 0] +=
            entries[i].row ? entries[i].recorded : 0;
    for (unsigned i = 0; i < lender.count; i++)
        MUST_BE(lender.at[i].settled == sums[i] + lender.at[i].given);
}

static void say(bool is_defined)
{
    defined = is_defined;
    budgets_terms(all, &budget, defined, now_us);
}

static void change(void)
{
    static const enum window_kind kinds[] = {WINDOW_DAY, WINDOW_WEEK, WINDOW_MONTH,
                                             WINDOW_LIFETIME};
    if (defined && one_in(8)) { // those that know it go on as it was
        outs++;
        say(false);
        return;
    }
    const struct window_rule was = budget.window;
    if (one_in(2))
        budget.window = before;
    else if (one_in(2))
        budget.window.kind = kinds[below(4)];
    else
        budget.window.first_day = (int)below(7);
    before = was;
    say(true);
    changes++;
}

// --- ends and beginnings ---

static void start(void)
{
    all = budgets_new(lender_store(), hear, NULL);
    say(true);
    list_init(&ended);
}

static void quiet(void)
{
    while (lender_serve(STATUS_OK) > 0 || loop.first)
        posts_run(&loop);
}

// What has no end is captured.
static void die(void)
{
    for (int i = 0; i < CALLS; i++) {
        if (calls[i])
            booking_drop(calls[i]->booking);
        calls[i] = NULL;
    }
    budgets_end(all, &ended, false);
    lender_serve(STATUS_CLOSED);
    posts_run(&loop);
    budgets_free(all);
    for (unsigned i = 0; i < count; i++) {
        struct entry *e = &entries[i];
        e->stage = e->sent ? ENDED : NONE;
        e->lost = false;
        e->closed = e->account;
        e->amount = e->recorded;
    }
    project();
    for (unsigned i = 0; i < lender.count; i++)
        lender.at[i].leased = 0;
    add_up();
    start();
    struct entry *last = NULL;
    begin(&last);
    quiet();
    check();
    if (last)
        leave(&last);
}

// Nobody waits over midnight: such a call counts in the window where it is let in, and once more in
// a later one that has the whole of that.
static void pass(int64_t us)
{
    bool midnight = (now_us + us) / DAY_US != now_us / DAY_US;
    for (int i = 0; i < CALLS && midnight; i++)
        if (calls[i] && calls[i]->stage == ASKING)
            leave(&calls[i]);
    now_us += us;
}

static void event(void)
{
    static const enum status failures[] = {STATUS_BUSY, STATUS_FULL, STATUS_IO};
    int64_t what = below(1000);
    pass(one_in(100) ? below(5 * DAY_US) : below(MINUTE));
    if (what < 500)
        advance(&calls[below(busy)]);
    else if (what < 640)
        flush(!rough || !one_in(20));
    else if (what < 780)
        lender_serve(one_in(6) ? failures[below(rough ? 3 : 2)] : STATUS_OK);
    else if (what < 920)
        posts_run(&loop);
    else if (what < 950)
        project();
    else if (what < 990)
        change();
    else if (what < 993 && rough)
        budgets_tidy(all, now_us + 3 * 60 * MINUTE, 1);
    else if (what == 999)
        die();
    check();
}

static void run(uint64_t seed)
{
    running = seed;
    dice_init(&dice, seed);
    memset(&lender, 0, sizeof lender);
    lender.moved_to = moved_to;
    count = 0;
    rough = one_in(3);
    busy = 1 + below(CALLS);
    lasting = 2 + below(100);
    now_us = INT64_C(1800000000000000) + below(24) * 60 * MINUTE;
    budget = a_budget(1, LIMIT + below(LIMIT));
    before = budget.window;
    start();
    for (int i = 0; i < EVENTS; i++)
        event();
    flush(true);
    die();
    die();
    budgets_free(all);
}

static void a_call_counts_in_the_window_of_now(void **state)
{
    (void)state;
    uint64_t seeds = getenv("COSTLENS_LONG") ? SEEDS_LONG : SEEDS;
    if (!seeds_run(run, seeds))
        return;
    printf("%u changes, %u checks, %u refused, %u ended, %u moved\n", changes, checks, refusals,
           ends, moves);
    assert_true(changes > 50 * seeds && checks > 500 * seeds && refusals > seeds);
    assert_true(ends > 50 * seeds && moves > seeds);
}

static void broken(int number)
{
    (void)number;
    fprintf(stderr, "SEED=%" PRIu64 "\n", running);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_counts_in_the_window_of_now),
    };
    signal(SIGABRT, broken); // a law that the table itself holds
    return cmocka_run_group_tests(tests, NULL, NULL);
}
