// SPDX-License-Identifier: Apache-2.0
//
// A million random operations on a few accounts, each done twice: by the table, and by a model that
// keeps nothing but plain numbers and counts everything anew each time. After each of them both say
// the same, and the laws of budget/accounts.h hold. COSTLENS_LONG=1 does 10^9; SEED=n repeats one
// run.

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "../unit.h"
#include "base/random.h"
#include "budget/accounts.h"

enum { PLACES = 6, HOLDS = 16, EVENTS = 256 };

struct place { // an account of the model
    struct account_terms terms;
    int64_t settled, overdraft, leased, cap;
    uint64_t would_refuse;
    int told;
    bool lowered; // so that the plain law does not hold until it has drained
    struct account *real;
};

struct call { // a hold of the model
    enum hold_state state;
    int64_t amount, charged;
    unsigned count;
    int at[PLACES];
    uint64_t turn;
    int waits_at; // -1: nowhere
    bool patient;
    enum admission lacks;
    struct hold real;
};

struct event {
    int call, place;
    enum admission is;
    unsigned percent;
};

static struct dice dice;
static struct accounts table;
static bool stored;
static int64_t huge_one_in; // so many amounts: near the end of 64 bits
static uint64_t numbers;    // of budgets
static uint64_t turns;
static struct place places[PLACES];
static struct call calls[HOLDS];
static struct event expected[EVENTS];
static struct event heard[EVENTS];
static unsigned expected_count;
static unsigned heard_count;
static uint64_t seen[8]; // how often each admission was given, so that none is missing

// --- the model ---

static int128 used(int i)
{
    int128 sum = places[i].settled;
    for (int h = 0; h < HOLDS; h++)
        for (unsigned k = 0; calls[h].state == HOLD_OPEN && k < calls[h].count; k++)
            sum += calls[h].at[k] == i ? calls[h].amount : 0;
    return sum;
}

static enum admission room(int i, int64_t amount)
{
    const struct place *p = &places[i];
    int128 total = used(i) + amount;
    if (p->terms.observe)
        return total > INT64_MAX ? ADMISSION_SPENT : ADMISSION_MADE;
    if ((int128)p->settled + amount > p->terms.limit.n)
        return ADMISSION_SPENT;
    if (total > p->terms.limit.n)
        return ADMISSION_HELD;
    return stored && total > p->leased ? ADMISSION_LEASE : ADMISSION_MADE;
}

static struct call *first_at(int i)
{
    struct call *first = NULL;
    for (int h = 0; h < HOLDS; h++)
        if (calls[h].state == HOLD_WAITING && calls[h].waits_at == i &&
            (!first || calls[h].turn < first->turn))
            first = &calls[h];
    return first;
}

static int weight(enum admission is)
{
    return is == ADMISSION_MADE ? 0 : is == ADMISSION_LEASE ? 1 : is == ADMISSION_HELD ? 2 : 3;
}

static enum admission judge(const struct call *c, uint64_t turn, unsigned *at)
{
    enum admission worst = ADMISSION_MADE;
    *at = 0;
    for (unsigned k = 0; k < c->count; k++) {
        int i = c->at[k];
        enum admission is = places[i].terms.paused ? ADMISSION_PAUSED : room(i, c->amount);
        const struct call *first = first_at(i);
        if (weight(is) < 2 && first && first->turn < turn)
            is = first->lacks;
        if (weight(is) > weight(worst)) {
            worst = is;
            *at = k;
        }
    }
    return worst;
}

static void expect(int call, int place, enum admission is, unsigned percent)
{
    assert_true(expected_count < EVENTS);
    expected[expected_count++] = (struct event){call, place, is, percent};
}

static void open_call(struct call *c)
{
    for (unsigned k = 0; k < c->count; k++) {
        struct place *p = &places[c->at[k]];
        p->would_refuse += used(c->at[k]) + c->amount > p->terms.limit.n;
    }
    c->state = HOLD_OPEN;
}

static void let_go(struct call *c, enum admission is)
{
    c->state = HOLD_NONE;
    c->waits_at = -1;
    if (is == ADMISSION_MADE)
        open_call(c);
    expect((int)(c - calls), -1, is, 0);
}

static void send_hasty(int i)
{
    const struct call *first = first_at(i);
    if (!first || first->lacks != ADMISSION_HELD)
        return;
    for (;;) {
        struct call *hasty = NULL;
        for (int h = 0; h < HOLDS; h++)
            if (calls[h].state == HOLD_WAITING && calls[h].waits_at == i && !calls[h].patient &&
                (!hasty || calls[h].turn < hasty->turn))
                hasty = &calls[h];
        if (!hasty)
            return;
        unsigned at;
        let_go(hasty, judge(hasty, hasty->turn, &at));
    }
}

static bool stays(const struct call *c, enum admission is)
{
    return is == ADMISSION_LEASE || (is == ADMISSION_HELD && c->patient);
}

static void let_in(int i, bool refused)
{
    for (struct call *c = first_at(i); c; c = first_at(i)) {
        unsigned at;
        enum admission is = judge(c, c->turn, &at);
        if (!stays(c, is) || (refused && is == ADMISSION_LEASE)) {
            let_go(c, is);
            continue;
        }
        c->lacks = is;
        if (c->at[at] == i)
            break;
        c->waits_at = c->at[at];
        send_hasty(c->at[at]);
    }
    send_hasty(i);
}

static void drain(struct place *p, int i, bool anew)
{
    int128 needed = used(i) - p->overdraft;
    int128 most = anew ? INT64_MAX : p->cap;
    needed = needed > most ? most : needed;
    p->cap = p->terms.limit.n;
    if (!p->terms.observe && needed > p->cap)
        p->cap = (int64_t)needed;
    p->lowered = p->cap > p->terms.limit.n;
}

static void tell(int i)
{
    struct place *p = &places[i];
    for (unsigned k = 0; k < p->terms.alert_count; k++) {
        int percent = p->terms.alert_at[k];
        if (percent > p->told && p->settled > 0 &&
            (int128)p->settled * 100 >= (int128)p->terms.limit.n * percent) {
            p->told = percent;
            expect(-1, i, ADMISSION_MADE, (unsigned)percent);
        }
    }
}

static void end_call(struct call *c, enum hold_state state, int64_t cost)
{
    c->state = state;
    c->charged = cost;
    for (unsigned k = 0; k < c->count; k++) {
        struct place *p = &places[c->at[k]];
        p->settled = cost > INT64_MAX - p->settled ? INT64_MAX : p->settled + cost;
        int128 beyond = used(c->at[k]) - p->cap - p->overdraft;
        if (beyond > 0 && !p->terms.observe)
            p->overdraft += (int64_t)beyond;
        drain(p, c->at[k], false);
        tell(c->at[k]);
    }
    for (unsigned k = 0; k < c->count; k++)
        let_in(c->at[k], false);
}

// --- both ---

static void woken(void *context, struct hold *real, const struct verdict *v)
{
    (void)context;
    struct call *c = (struct call *)(void *)((char *)real - offsetof(struct call, real));
    assert_true(heard_count < EVENTS);
    heard[heard_count++] = (struct event){(int)(c - calls), -1, v->is, 0};
}

static void alert(void *context, const struct account *a, unsigned percent)
{
    (void)context;
    int i = 0;
    while (places[i].real != a)
        i++;
    assert_true(heard_count < EVENTS);
    heard[heard_count++] = (struct event){-1, i, ADMISSION_MADE, percent};
}

static int64_t below(int64_t n)
{
    return (int64_t)dice_below(&dice, (uint64_t)n);
}

static bool one_in(int64_t n)
{
    return below(n) == 0;
}

static int64_t amount(int64_t most)
{
    if (one_in(huge_one_in))
        return INT64_MAX - below(300);
    return below(most);
}

static struct account_terms some_terms(void)
{
    struct account_terms t = {.limit = {one_in(50) ? INT64_MAX : amount(150)},
                              .observe = one_in(8),
                              .paused = one_in(12)};
    for (int percent = 10; percent < 200 && t.alert_count < 3; percent += 40)
        if (one_in(2))
            t.alert_at[t.alert_count++] = (uint8_t)percent;
    return t;
}

static void make_place(int i)
{
    struct place *p = &places[i];
    *p = (struct place){.terms = some_terms()};
    p->terms.paused = false;
    p->cap = p->terms.limit.n;
    struct account_key key = {.budget = ++numbers, .value = STR("v"), .window = {i, i + 1}};
    assert_int_equal(accounts_add(&table, &key, &p->terms, &p->real), STATUS_OK);
    if (!one_in(3))
        return;
    p->settled = amount(100);
    p->overdraft = one_in(4) ? p->settled / 3 : 0;
    p->leased = p->settled;
    drain(p, i, true);
    accounts_restore(p->real, &(struct account_kept){.settled = {p->settled},
                                                     .overdraft = {p->overdraft},
                                                     .leased = {p->leased}});
}

static void ask_for_room(struct call *c)
{
    *c = (struct call){.waits_at = -1, .amount = amount(40)};
    int i = (int)below(PLACES);
    c->count = (unsigned)below(PLACES);
    for (unsigned k = 0; k < c->count; k++, i = (i + 1) % PLACES)
        c->at[k] = i;
    c->real = (struct hold){.amount = {c->amount}, .count = c->count};
    for (unsigned k = 0; k < c->count; k++)
        c->real.accounts[k] = places[c->at[k]].real;
    unsigned at;
    enum admission is = judge(c, UINT64_MAX, &at);
    seen[is]++;
    int64_t now = below(10) * 1000000;
    struct verdict v;
    if (one_in(4)) {
        v = accounts_reserve(&table, &c->real, now);
    } else {
        c->patient = !one_in(3);
        v = accounts_wait(&table, &c->real, c->patient, now);
        if (stays(c, is)) {
            c->state = HOLD_WAITING;
            c->turn = turns++;
            c->waits_at = c->at[at];
            c->lacks = is;
        }
    }
    assert_int_equal(v.is, is);
    assert_int_equal(v.at, at);
    if (is == ADMISSION_MADE)
        open_call(c);
    else
        assert_int_equal(v.limit.n, places[c->at[at]].terms.limit.n);
}

static void grow(struct call *c)
{
    int64_t by = amount(10);
    unsigned at = 0;
    enum admission worst = ADMISSION_MADE;
    for (unsigned k = 0; k < c->count; k++) {
        enum admission is = room(c->at[k], by);
        if (weight(is) > weight(worst)) {
            worst = is;
            at = k;
        }
    }
    struct verdict v = accounts_extend(&table, &c->real, (struct nano){by}, 0);
    assert_int_equal(v.is, worst);
    assert_int_equal(v.at, at);
    if (worst == ADMISSION_MADE)
        c->amount = by > INT64_MAX - c->amount ? INT64_MAX : c->amount + by;
}

static enum hold_end end_real(struct call *c, enum hold_state state, int64_t cost)
{
    if (state == HOLD_SETTLED)
        return accounts_settle(&table, &c->real, (struct nano){cost});
    if (state == HOLD_RELEASED)
        return accounts_release(&table, &c->real);
    return accounts_capture(&table, &c->real);
}

static void finish(struct call *c)
{
    enum hold_state state = HOLD_SETTLED + (unsigned)below(3);
    int64_t cost = state == HOLD_RELEASED ? 0 : c->amount;
    if (state == HOLD_SETTLED)
        cost = one_in(10) ? amount(60) : cost > 3 ? below(cost / 4) : cost;
    bool again = c->state != HOLD_OPEN;
    enum hold_end want = again              ? HOLD_END_BEFORE
                         : cost > c->amount ? HOLD_END_PASSED
                                            : HOLD_END_DONE;
    if (!again)
        end_call(c, state, cost);
    assert_int_equal(end_real(c, state, cost), want);
    // Whoever tries again, and however, hears what the first one did.
    for (int i = 0; i < 3; i++)
        assert_int_equal(end_real(c, HOLD_SETTLED + (unsigned)i, below(50)), HOLD_END_BEFORE);
}

static void change(int i)
{
    places[i].terms = some_terms();
    drain(&places[i], i, true);
    tell(i);
    let_in(i, false);
    accounts_terms(&table, places[i].real, &places[i].terms);
}

static void set_aside(void)
{
    struct account *a;
    struct nano n;
    if (!accounts_ask(&table, &a, &n))
        return;
    assert_true(n.n > 0 && stored);
    int i = 0;
    while (places[i].real != a)
        i++;
    struct place *p = &places[i];
    if (one_in(3)) { // something else happens first
        assert_false(accounts_forget(&table, a));
        change(i);
    }
    int64_t most = p->terms.limit.n - p->leased;
    n.n = n.n > most ? most : n.n;
    n.n = n.n < 0 || one_in(8) ? 0 : one_in(5) ? n.n / 2 : n.n;
    p->leased += n.n;
    let_in(i, n.n == 0);
    accounts_leased(&table, a, n);
}

static void forget(int i)
{
    bool needed = false;
    for (int h = 0; h < HOLDS; h++)
        for (unsigned k = 0; k < calls[h].count; k++)
            needed = needed || (calls[h].at[k] == i &&
                                (calls[h].state == HOLD_OPEN || calls[h].state == HOLD_WAITING));
    assert_int_equal(accounts_forget(&table, places[i].real), !needed);
    if (needed)
        return;
    for (int h = 0; h < HOLDS; h++) // those that ended there are over
        for (unsigned k = 0; k < calls[h].count; k++)
            if (calls[h].at[k] == i) {
                calls[h] = (struct call){.waits_at = -1};
                break;
            }
    make_place(i);
}

static void step(void)
{
    struct call *c = &calls[below(HOLDS)];
    bool over = c->state != HOLD_OPEN && c->state != HOLD_WAITING;
    int64_t what = below(100);
    if (what < 2) {
        change((int)below(PLACES));
    } else if (what < 5) {
        forget((int)below(PLACES));
    } else if (what < 20) {
        set_aside();
    } else if (over && (c->state == HOLD_NONE || what < 90)) {
        ask_for_room(c);
    } else if (c->state == HOLD_WAITING) {
        if (what < 90)
            return;
        int i = c->waits_at;
        c->state = HOLD_NONE;
        c->waits_at = -1;
        let_in(i, false);
        assert_true(accounts_leave(&table, &c->real));
    } else if (c->state == HOLD_OPEN && what < 40) {
        grow(c);
    } else {
        finish(c);
        assert_false(accounts_leave(&table, &c->real));
    }
}

// --- what must be true ---

static bool agree(void)
{
    if (heard_count != expected_count)
        return false;
    for (unsigned i = 0; i < heard_count; i++)
        if (heard[i].call != expected[i].call || heard[i].place != expected[i].place ||
            heard[i].is != expected[i].is || heard[i].percent != expected[i].percent)
            return false;
    for (int i = 0; i < PLACES; i++) {
        const struct place *p = &places[i];
        const struct account *a = p->real;
        if (a->settled.n != p->settled || (int128)a->held.n != used(i) - p->settled ||
            a->overdraft.n != p->overdraft || a->leased.n != p->leased || a->told != p->told ||
            a->would_refuse != p->would_refuse || a->ceiling.n != p->cap)
            return false;
    }
    for (int h = 0; h < HOLDS; h++) {
        const struct call *c = &calls[h];
        if (c->real.state != c->state || c->real.charged.n != c->charged ||
            (c->state != HOLD_NONE && c->real.amount.n != c->amount) ||
            (c->state == HOLD_WAITING && c->real.queued != places[c->waits_at].real))
            return false;
    }
    return true;
}

static bool lawful(void)
{
    for (int i = 0; i < PLACES; i++) {
        const struct place *p = &places[i];
        accounts_check(p->real);
        if (!p->terms.observe && !p->lowered && used(i) <= INT64_MAX &&
            used(i) > (int128)p->terms.limit.n + p->overdraft)
            return false;
        // Nobody waits who could go on, or for a lease that nobody asks for.
        const struct call *first = first_at(i);
        if (!first)
            continue;
        enum admission is = room(i, first->amount);
        if (p->terms.paused || (is != ADMISSION_HELD && is != ADMISSION_LEASE))
            return false;
        if (is == ADMISSION_LEASE && !p->real->asked && list_empty(&p->real->asking))
            return false;
    }
    return true;
}

static uint64_t running;

// A law that the table itself holds ends the process: say in which run.
static void broken(int number)
{
    (void)number;
    fprintf(stderr, "SEED=%" PRIu64 "\n", running);
}

static void run(uint64_t seed, uint64_t steps)
{
    static const struct accounts_listener listener = {woken, alert, NULL};
    running = seed;
    dice_init(&dice, seed);
    stored = one_in(2);
    huge_one_in = one_in(8) ? 30 : 5000;
    turns = 0;
    accounts_init(&table, &alloc_heap, stored, &listener);
    for (int h = 0; h < HOLDS; h++)
        calls[h] = (struct call){.waits_at = -1};
    for (int i = 0; i < PLACES; i++)
        make_place(i);
    for (uint64_t n = 0; n < steps; n++) {
        expected_count = heard_count = 0;
        step();
        if (!agree() || !lawful())
            fail_msg("SEED=%" PRIu64 ": step %" PRIu64, seed, n);
    }
    for (int h = 0; h < HOLDS; h++) {
        heard_count = 0;
        bool waits = calls[h].real.state == HOLD_WAITING; // or it was let in a moment ago
        assert_int_equal(accounts_leave(&table, &calls[h].real), waits);
    }
    for (int h = 0; h < HOLDS; h++)
        if (calls[h].real.state == HOLD_OPEN)
            assert_int_equal(accounts_capture(&table, &calls[h].real), HOLD_END_DONE);
    accounts_fini(&table);
}

static void the_table_is_the_model(void **state)
{
    (void)state;
    signal(SIGABRT, broken);
    const char *text = getenv("SEED");
    uint64_t seed = 0;
    const uint64_t steps = 10000;
    if (text && str_u64(str_of(text), &seed)) {
        run(seed, steps);
        return;
    }
    random_bytes(&seed, sizeof seed);
    seed %= 1000000000;
    uint64_t runs = getenv("COSTLENS_LONG") ? 100000 : 100;
    printf("SEED=%" PRIu64 " and the %" PRIu64 " after it, %" PRIu64 " steps each\n", seed,
           runs - 1, steps);
    for (uint64_t i = 0; i < runs; i++)
        run(seed + i, steps);
    for (unsigned i = ADMISSION_MADE; i <= ADMISSION_LEASE; i++)
        assert_true(seen[i] > runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
