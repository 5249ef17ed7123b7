// SPDX-License-Identifier: Apache-2.0
//
// A gateway's budgets from end to end, simulated: the real account table with its leases, and
// around it a store, a journal, a provider and a clock that are plain numbers. In one thread, so a
// run is its seed. Calls reserve, wait, grow, end and are dropped; batches of the journal fail; the
// store is slow, fails, or does what it was asked and dies before it says so; budgets change;
// accounts are forgotten; the clock jumps; the process dies, or the machine stops and takes with it
// what was not on the disk. After each event:
//
//   spent + held <= limit + overdraft           no limit is passed
//   spent + held <= what was durably set aside  a crash cannot lose what is spent
//   what providers may bill <= spent + held     nothing is spent behind a budget's back
//   spent = the charges of the ended calls      none is lost, none counted twice
//
// and when all is quiet nobody waits. COSTLENS_LONG=1 does 10^5 seeds; SEED=n repeats one.

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "../seeds.h"
#include "booked.h"
#include "lender.h"
#include "seeded.h"

enum {
    BUDGETS = 5,
    OBSERVING = 4, // which of them does now and then
    CALLS = 12,
    LOOPS = 2,
    WISHES = 3,
    RECORDS = 4096, // of one life
    EVENTS = 10000,
    SEEDS = 1000,
    SEEDS_LONG = 100000,
};

#define HOUR_US INT64_C(3600000000)

// --- the world, that outlives a process ---

struct record {
    int64_t at_us;
    unsigned fate;
    bool final;
    int64_t amount; // held; charged where it is final
};

// Of a call that was sent.
struct fate {
    unsigned count;
    uint64_t accounts[WISHES];
    int64_t held;   // as its last record says that was written
    int64_t holds;  // in the table: more, where a record that it had grown was lost
    int64_t billed; // the most that its provider may bill, as far as is known
    bool row;
};

static int64_t now_us;
static struct budget defined[BUDGETS];
static int64_t highest[BUDGETS]; // of the limits so far
static bool overruns;            // providers charge more than they may
static struct record journal[RECORDS];
static unsigned written, synced, projected;
static struct fate fates[RECORDS];
static unsigned fate_count;
static int128 billed[LENT_MAX]; // by account

static struct { // the ledger as it is on the disk
    struct lent at[LENT_MAX];
    unsigned count, projected;
    bool rows[RECORDS];
} disk;

// --- a process ---

enum stage { IDLE, ASKING, HELD, SENT };

struct call {
    struct loop *loop;
    enum stage stage;
    struct booking *booking;
    int64_t amount;
    bool patient;
    bool tries; // it was refused, and may ask for less
    unsigned fate;
    unsigned passed[WISHES]; // budgets
};

static struct worker {
    struct loop loop;
    struct list ended;
    struct record batch[RECORDS];
    unsigned count;
} workers[LOOPS];
static struct call calls[CALLS];
static struct budgets *all;
static struct { // what the table must say of an account
    bool known; // it has it now
    bool passed;
    int64_t spent;
} model[LENT_MAX];
static unsigned ends, waits, refused, failed, deaths, stops, came_back, in_place;

static struct worker *worker_of(const struct call *c)
{
    return list_of(c->loop, struct worker, loop);
}

static void bill(struct fate *f, int64_t amount)
{
    for (unsigned i = 0; i < f->count; i++)
        billed[f->accounts[i] - 1] += amount - f->billed;
    f->billed = amount;
}

static void note(const struct call *c, bool final, int64_t amount)
{
    struct worker *w = worker_of(c);
    w->batch[w->count++] = (struct record){now_us, c->fate, final, amount};
}

// --- a call ---

static void hold(struct call *c)
{
    struct charge charge;
    booking_charge(c->booking, &charge);
    struct fate *f = &fates[c->fate = fate_count++];
    *f = (struct fate){.count = charge.count, .holds = charge.held};
    for (unsigned i = 0; i < charge.count; i++)
        f->accounts[i] = charge.accounts[i];
    MUST_BE(charge.held == c->amount);
    note(c, false, c->amount);
    c->stage = HELD;
}

static void drop(struct call *c)
{
    booking_drop(c->booking);
    c->booking = NULL;
    c->stage = IDLE;
}

static void look(void *call)
{
    struct call *c = call;
    if (c->stage != ASKING)
        return;
    enum booking_state is = reserve_at(c->booking, c->amount, c->patient, now_us);
    if (is == BOOKING_REFUSED && !c->patient && one_in(2)) {
        c->patient = true;
        is = reserve_at(c->booking, c->amount, true, now_us);
    }
    if (is == BOOKING_OPEN) {
        hold(c);
        return;
    }
    waits += is == BOOKING_WAITS;
    refused += is == BOOKING_REFUSED;
    failed += is == BOOKING_FAILED;
    c->tries = is == BOOKING_REFUSED && one_in(2);
    if (is != BOOKING_WAITS && !c->tries)
        drop(c);
}

static void begin_call(struct call *c)
{
    static const char *const values[] = {"a", "b", "c"};
    struct booking_wish wishes[WISHES];
    unsigned first = (unsigned)below(BUDGETS), count = 1 + (unsigned)below(WISHES);
    struct worker *w = &workers[below(LOOPS)];
    for (unsigned i = 0; i < count; i++) {
        unsigned b = (first + i) % BUDGETS;
        c->passed[i] = b;
        wishes[i] = (struct booking_wish){&defined[b], STR_NONE};
        if (b == 2 || b == 3)
            wishes[i].value = str_of(values[below(3)]);
    }
    const struct booking_owner owner = {.loop = &w->loop, .wake = look, .call = c};
    c->loop = &w->loop;
    c->booking = booking_new(all, &owner, wishes, count);
    c->amount = one_in(20) ? below(3000) : 1 + below(300);
    c->patient = one_in(3);
    c->stage = ASKING;
    look(c);
}

static void ask_for_less(struct call *c)
{
    c->amount = 1 + below(c->amount + 1);
    c->patient = one_in(4);
    look(c);
}

// Its patience is over, or one of its windows.
static void due(struct call *c)
{
    struct booking *before = c->booking;
    if (one_in(2))
        c->booking = booking_again(before);
    if (c->booking != before || c->tries) {
        in_place += c->booking != before;
        ask_for_less(c);
        return;
    }
    bool over = booking_waits(c->booking).until_us <= now_us;
    if (!booking_leave(c->booking)) {
        look(c);
    } else if (over || one_in(3)) {
        ask_for_less(c);
    } else {
        drop(c);
    }
}

static void grow(struct call *c)
{
    int64_t by = 1 + below(100);
    if (booking_extend(c->booking, (struct nano){by}) != ADMISSION_MADE)
        return;
    c->amount += by;
    fates[c->fate].holds = c->amount;
    note(c, false, c->amount);
}

static void finish(struct call *c)
{
    struct fate *f = &fates[c->fate];
    bool passes = overruns && one_in(20);
    int64_t cost = passes ? c->amount + 1 + below(900) : below(c->amount + 1);
    note(c, true, cost);
    bill(f, cost < f->billed ? cost : f->billed); // what is beyond is known when it is written
    for (unsigned i = 0; i < f->count; i++)
        model[f->accounts[i] - 1].passed |= passes;
    booking_end(c->booking, (struct nano){cost}, most_of(c->booking), false, &worker_of(c)->ended);
    c->booking = NULL;
    c->stage = IDLE;
    ends++;
}

static void look_what_is_left(struct call *c)
{
    struct booking_left left;
    if (c->booking && booking_left(c->booking, &left))
        MUST_BE(left.held.n >= 0);
}

static void advance(struct call *c)
{
    look_what_is_left(c);
    if (c->stage == IDLE)
        begin_call(c);
    else if (c->stage == ASKING && one_in(4))
        due(c);
    else if (c->stage == SENT && one_in(3))
        grow(c);
    else if (c->stage == SENT)
        finish(c);
}

// --- the journal and the ledger ---

static struct call *call_of(unsigned fate)
{
    for (int i = 0; i < CALLS; i++)
        if (calls[i].fate == fate && (calls[i].stage == HELD || calls[i].stage == SENT))
            return &calls[i];
    return NULL;
}

static void count_charge(const struct fate *f, int64_t charged)
{
    for (unsigned i = 0; i < f->count; i++)
        model[f->accounts[i] - 1].spent += charged;
}

static void put(const struct record *r)
{
    struct fate *f = &fates[r->fate];
    struct call *c = call_of(r->fate);
    journal[written++] = *r;
    if (r->final) {
        count_charge(f, r->amount);
        bill(f, r->amount);
        return;
    }
    f->held = r->amount;
    if (c) {
        c->stage = SENT;
        bill(f, r->amount);
    }
}

// What is taken back was never sent; what has ended is captured at what it held.
static void lose(const struct record *r)
{
    struct fate *f = &fates[r->fate];
    struct call *c = call_of(r->fate);
    if (r->final) {
        count_charge(f, f->holds);
    } else if (c && c->stage == HELD) {
        drop(c);
    }
}

static void flush(struct worker *w, bool fine)
{
    for (unsigned i = 0; i < w->count; i++) {
        if (fine)
            put(&w->batch[i]);
        else
            lose(&w->batch[i]);
    }
    budgets_end(all, &w->ended, fine);
    w->count = 0;
}

static void make_row(unsigned fate, int64_t charged)
{
    struct fate *f = &fates[fate];
    MUST_BE(!f->row);
    f->row = true;
    for (unsigned i = 0; i < f->count; i++)
        lent_charge(f->accounts[i], charged);
}

static void project(unsigned upto)
{
    for (; projected < upto; projected++)
        if (journal[projected].final && !fates[journal[projected].fate].row)
            make_row(journal[projected].fate, journal[projected].amount);
}

static void sync_ledger(void)
{
    memcpy(disk.at, lender.at, lender.count * sizeof *lender.at);
    disk.count = lender.count;
    disk.projected = projected;
    for (unsigned i = 0; i < fate_count; i++)
        disk.rows[i] = fates[i].row;
}

static void serve(enum status status)
{
    lender_serve(status);
    if (status == STATUS_OK || status == STATUS_IO)
        sync_ledger();
}

static void tidy(void)
{
    int64_t behind_us = projected < written ? now_us - journal[projected].at_us : 0;
    if (projected < written && behind_us < 1)
        behind_us = 1;
    budgets_tidy(all, now_us, behind_us);
}

// --- ends and beginnings ---

static void start(void)
{
    memset(calls, 0, sizeof calls);
    memset(model, 0, sizeof model);
    for (int i = 0; i < LOOPS; i++) {
        workers[i].count = 0;
        list_init(&workers[i].ended);
    }
    written = synced = projected = fate_count = 0;
    all = budgets_new(lender_store(), hear, NULL);
    sync_ledger();
}

// Frees what the process had; nobody hears of it.
static void bury(void)
{
    for (int i = 0; i < CALLS; i++)
        booking_drop(calls[i].booking);
    for (int i = 0; i < LOOPS; i++)
        budgets_end(all, &workers[i].ended, false);
    for (int i = 0; i < CALLS; i++)
        calls[i].stage = IDLE;
    lender_serve(STATUS_CLOSED);
    for (int i = 0; i < LOOPS; i++)
        posts_run(&workers[i].loop);
    budgets_free(all);
}

static void lose_what_is_not_on_the_disk(void)
{
    written = synced + (unsigned)below(written - synced + 1);
    if (one_in(2))
        return; // the ledger happened to be
    memcpy(lender.at, disk.at, disk.count * sizeof *disk.at);
    for (unsigned i = 0; i < lender.count; i++)
        lender.at[i].key.value.ptr = lender.at[i].value;
    lender.count = disk.count;
    projected = disk.projected;
    for (unsigned i = 0; i < fate_count; i++)
        fates[i].row = i < RECORDS && disk.rows[i];
}

// What its last record says: charged, or held.
static void replay(void)
{
    static int64_t held[RECORDS];
    for (unsigned i = 0; i < fate_count; i++)
        held[i] = -1;
    if (projected < written)
        project(written);
    for (unsigned i = 0; i < written; i++)
        held[journal[i].fate] = journal[i].amount;
    for (unsigned i = 0; i < fate_count; i++) {
        struct fate *f = &fates[i];
        bool ended = f->row;
        if (!ended && held[i] >= 0)
            make_row(i, held[i]);
        if (!ended && f->billed > f->held) // what passed it is in no record
            bill(f, f->held);
    }
}

static void return_leases(bool stopped)
{
    for (unsigned i = 0; i < lender.count; i++) {
        struct lent *a = &lender.at[i];
        if (stopped)
            a->settled += a->leased;
        a->leased = 0;
        if (stopped || !a->observe)
            lent_law(a);
    }
}

static void die(bool stopped)
{
    if (one_in(2))
        lender_serve(STATUS_IO); // it was done, and nobody heard
    bury();
    if (stopped)
        lose_what_is_not_on_the_disk();
    replay();
    return_leases(stopped);
    for (unsigned i = 0; i < lender.count; i++) {
        const struct lent *a = &lender.at[i];
        if (stopped && model[i].passed && billed[i] > a->settled)
            billed[i] = a->settled; // an overrun had taken what was set aside for others
        MUST_BE(billed[i] <= a->settled || a->key.budget == OBSERVING + 1);
    }
    deaths++;
    stops += stopped;
    start();
}

// --- what must be true ---

static bool seen[LENT_MAX];

static void check_one(void *context, const struct budgets_account *a)
{
    (void)context;
    unsigned i = (unsigned)a->id - 1, b = (unsigned)a->key.budget - 1;
    const struct lent *l = &lender.at[i];
    int128 used = (int128)a->spent.n + a->held.n;
    seen[i] = true;
    if (!model[i].known) {
        came_back += model[i].spent > 0;
        MUST_BE(a->spent.n >= model[i].spent || b == OBSERVING);
        model[i].spent = a->spent.n;
        model[i].known = true;
    }
    MUST_BE(a->spent.n == model[i].spent);
    if (b == OBSERVING)
        return;
    MUST_BE(used <= (int128)highest[b] + a->overdraft.n);
    MUST_BE(model[i].passed || used <= (int128)l->settled + l->leased);
    MUST_BE(billed[i] <= used);
}

static void check(void)
{
    memset(seen, 0, lender.count * sizeof *seen);
    budgets_each(all, check_one, NULL);
    for (unsigned i = 0; i < lender.count; i++)
        model[i].known = seen[i];
}

static void quiet(void)
{
    for (int i = 0; i < LOOPS; i++)
        flush(&workers[i], true);
    for (bool more = true; more;) {
        more = lender.first != NULL;
        serve(STATUS_OK);
        for (int i = 0; i < LOOPS; i++) {
            more |= workers[i].loop.first != NULL;
            posts_run(&workers[i].loop);
            more |= workers[i].count > 0;
            flush(&workers[i], true);
        }
        check();
    }
}

static void nobody_waits_in_the_end(void)
{
    for (int i = 0; i < BUDGETS; i++)
        defined[i].terms.paused = false;
    budgets_terms(all, defined, BUDGETS, now_us);
    quiet();
    for (bool any = true; any;) {
        any = false;
        for (int i = 0; i < CALLS; i++) {
            bool tries = calls[i].stage == ASKING && calls[i].tries;
            if (calls[i].stage != SENT && !tries)
                continue;
            (tries ? drop : finish)(&calls[i]);
            quiet();
            any = true;
        }
    }
    for (int i = 0; i < CALLS; i++)
        MUST_BE(calls[i].stage == IDLE);
}

// --- events ---

static void change(void)
{
    unsigned b = (unsigned)below(BUDGETS);
    struct account_terms *t = &defined[b].terms;
    t->limit.n = one_in(3) ? below(t->limit.n + 1) : t->limit.n + below(4000);
    t->paused = one_in(6);
    t->observe = b == OBSERVING && one_in(2);
    highest[b] = t->limit.n > highest[b] ? t->limit.n : highest[b];
    budgets_terms(all, defined, BUDGETS, now_us);
}

static void move_clock(void)
{
    if (one_in(40))
        now_us += HOUR_US * below(30);
    else if (one_in(60))
        now_us -= HOUR_US;
    else
        now_us += below(100000);
}

static void set_aside(void)
{
    static const enum status failures[] = {STATUS_BUSY, STATUS_IO, STATUS_FULL};
    serve(one_in(8) ? failures[below(3)] : STATUS_OK);
}

static void event(void)
{
    int64_t what = below(1000);
    move_clock();
    if (what < 450)
        advance(&calls[below(CALLS)]);
    else if (what < 620)
        flush(&workers[below(LOOPS)], !one_in(25));
    else if (what < 760)
        set_aside();
    else if (what < 880)
        posts_run(&workers[below(LOOPS)].loop);
    else if (what < 920)
        synced = written;
    else if (what < 960)
        project(projected + (unsigned)below(written - projected + 1));
    else if (what < 975)
        tidy();
    else if (what < 990)
        change();
    else if (what < 993)
        die(one_in(3));
    check();
}

static void run(uint64_t seed)
{
    static const enum window_kind kinds[BUDGETS] = {WINDOW_LIFETIME, WINDOW_DAY, WINDOW_LIFETIME,
                                                    WINDOW_DAY, WINDOW_LIFETIME};
    running = seed;
    dice_init(&dice, seed);
    memset(&lender, 0, sizeof lender);
    memset(billed, 0, sizeof billed);
    now_us = INT64_C(1800000000000000) + below(24) * HOUR_US;
    overruns = one_in(3);
    for (unsigned i = 0; i < BUDGETS; i++) {
        defined[i] = a_budget(i + 1, 1000 + below(4000));
        defined[i].window.kind = kinds[i];
        highest[i] = defined[i].terms.limit.n;
    }
    start();
    for (int i = 0; i < EVENTS; i++)
        event();
    nobody_waits_in_the_end();
    bury();
}

static void no_limit_is_passed_whatever_happens(void **state)
{
    (void)state;
    uint64_t seeds = getenv("COSTLENS_LONG") ? SEEDS_LONG : SEEDS;
    if (!seeds_run(run, seeds))
        return;
    printf("%u ended, %u waited, %u refused, %u failed, %u deaths, %u stops, %u came back\n", ends,
           waits, refused, failed, deaths, stops, came_back);
    assert_true(ends > 10 * seeds && waits > seeds && refused > seeds && failed > seeds / 10);
    assert_true(deaths > seeds && stops > seeds / 4 && came_back > seeds / 10);
    assert_true(in_place > seeds);
}

static void broken(int number)
{
    (void)number;
    fprintf(stderr, "SEED=%" PRIu64 "\n", running);
}

static int tell_seed(void **state)
{
    (void)state;
    print_message("last SEED=%" PRIu64 "\n", running);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(no_limit_is_passed_whatever_happens, tell_seed),
    };
    signal(SIGABRT, broken); // a law that the table itself holds
    return cmocka_run_group_tests(tests, NULL, NULL);
}
