// SPDX-License-Identifier: Apache-2.0
//
// A million random operations on a few accounts, beside a model that keeps nothing but plain
// numbers and counts everything anew each time. After each of them both say the same of every
// amount, and the laws of budget/accounts.h hold. Who waits is not modelled: whatever the table
// decides of it, when a call comes, is let in or refused, must be right by the numbers, and after
// each step nobody may be waiting who could go on. COSTLENS_LONG=1 does 10^9; SEED=n repeats one
// run.

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "../seeds.h"
#include "../unit.h"
#include "base/random.h"
#include "budget/accounts.h"

enum { PLACES = 6, HOLDS = 16, EVENTS = 256, STEPS = 10000 };

struct place { // an account of the model
    struct account_terms terms;
    int64_t settled, overdraft, leased, cap;
    uint64_t would_refuse;
    int told;
    bool lowered; // so that the plain law does not hold until it has drained
    bool denied;  // the store gave nothing, and nothing has changed since
    struct account *real;
};

struct call { // a hold of the model
    enum hold_state state;
    int64_t amount, charged;
    unsigned count;
    int at[PLACES];
    uint64_t turn;
    uint64_t since;
    uint16_t counted;
    bool patient;
    struct hold real;
};

struct crossing { // of a threshold
    int place;
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
static struct crossing expected[EVENTS];
static struct crossing heard[EVENTS];
static unsigned expected_count;
static unsigned heard_count;
static int refusing;     // the place for which the store gives nothing, just now; -1: none
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

// Those that came later count for nothing; UINT64_MAX: all have come earlier.
static bool is_before(const struct call *c, uint64_t turn)
{
    return c->state == HOLD_WAITING && c->turn < turn;
}

static bool stands_before(int i, uint64_t turn)
{
    for (int h = 0; h < HOLDS; h++)
        if (is_before(&calls[h], turn) && calls[h].real.queued == places[i].real)
            return true;
    return false;
}

// It is the first where it stands and lacks but a lease, as it was told.
static bool hopes(const struct call *c)
{
    return c->real.lacks == ADMISSION_LEASE && c->real.queued->queue.next == &c->real.link;
}

struct kept {
    int128 amount, perhaps;
};

static struct kept kept_before(int i, uint64_t turn)
{
    struct kept sum = {0};
    for (int h = 0; h < HOLDS; h++)
        for (unsigned k = 0; is_before(&calls[h], turn) && k < calls[h].count; k++)
            if (calls[h].at[k] == i && calls[h].real.keeps && calls[h].real.keeps[k].by)
                *(hopes(&calls[h]) ? &sum.perhaps : &sum.amount) += calls[h].amount;
    return sum;
}

static bool lacks_lease(int i, int64_t amount)
{
    return stored && !places[i].terms.observe && used(i) + amount > places[i].leased;
}

static enum admission room(int i, int64_t amount, struct kept kept)
{
    const struct place *p = &places[i];
    int128 total = used(i) + amount;
    if (p->terms.observe)
        return total > INT64_MAX ? ADMISSION_SPENT : ADMISSION_MADE;
    if ((int128)p->settled + amount > p->terms.limit.n)
        return ADMISSION_SPENT;
    if (total + kept.amount > p->terms.limit.n)
        return ADMISSION_HELD;
    bool later = total + kept.amount + kept.perhaps > p->terms.limit.n;
    return later || lacks_lease(i, amount) ? ADMISSION_LEASE : ADMISSION_MADE;
}

// By the numbers alone, at its k-th account.
static enum admission numbers_say(const struct call *c, unsigned k, uint64_t turn)
{
    if (places[c->at[k]].terms.paused)
        return ADMISSION_PAUSED;
    return room(c->at[k], c->amount, kept_before(c->at[k], turn));
}

static int weight(enum admission is)
{
    return is == ADMISSION_MADE ? 0 : is == ADMISSION_LEASE ? 1 : is == ADMISSION_HELD ? 2 : 3;
}

// Whether a verdict is true of a call that came at that turn.
static bool is_true(const struct verdict *v, const struct call *c, uint64_t turn)
{
    enum admission worst = ADMISSION_MADE;
    unsigned at = 0;
    bool behind = false;
    for (unsigned k = 0; k < c->count; k++) {
        enum admission is = numbers_say(c, k, turn);
        behind = behind || stands_before(c->at[k], turn);
        if (weight(is) > weight(worst)) {
            worst = is;
            at = k;
        }
    }
    if (v->is == ADMISSION_MADE)
        return worst == ADMISSION_MADE && !behind;
    const struct place *p = &places[c->at[v->at]];
    if (v->limit.n != p->terms.limit.n || v->spent.n != p->settled ||
        v->held.n != used(c->at[v->at]) - p->settled)
        return false;
    if (weight(worst) == 3)
        return v->is == worst && v->at == at;
    // Open holds, the store, or an earlier one is in the way there, whatever that one lacks.
    return weight(v->is) >= weight(worst) && weight(v->is) < 3 &&
           (numbers_say(c, v->at, turn) == v->is || stands_before(c->at[v->at], turn));
}

static void open_call(struct call *c)
{
    for (unsigned k = 0; k < c->count; k++) {
        struct place *p = &places[c->at[k]];
        bool counted = c->counted >> k & 1;
        p->would_refuse += !counted && used(c->at[k]) + c->amount > p->terms.limit.n;
    }
    c->state = HOLD_OPEN;
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
            assert_true(expected_count < EVENTS);
            expected[expected_count++] = (struct crossing){i, (unsigned)percent};
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
        p->denied = false;
        drain(p, c->at[k], false);
        tell(c->at[k]);
    }
}

// --- both ---

static int place_of(const struct account *a)
{
    int i = 0;
    while (places[i].real != a)
        i++;
    return i;
}

static bool needs_lease_of(const struct call *c, int i)
{
    for (unsigned k = 0; k < c->count; k++)
        if (c->at[k] == i)
            return lacks_lease(i, c->amount);
    return false;
}

static void woken(void *context, struct hold *real, const struct verdict *v)
{
    (void)context;
    struct call *c = list_of(real, struct call, real);
    assert_int_equal(c->state, HOLD_WAITING);
    assert_true(is_true(v, c, c->turn));
    assert_true(v->is != ADMISSION_HELD || !c->patient);
    assert_true(v->is != ADMISSION_LEASE || (refusing >= 0 && needs_lease_of(c, refusing)));
    c->state = HOLD_NONE;
    if (v->is == ADMISSION_MADE)
        open_call(c);
}

static void alert(void *context, const struct account *a, unsigned percent)
{
    (void)context;
    assert_true(heard_count < EVENTS);
    heard[heard_count++] = (struct crossing){place_of(a), percent};
}

static void leased(void *context, const struct account *a)
{
    (void)context;
    assert_ptr_equal(a, places[place_of(a)].real);
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
    struct account_key key = {
        .budget = ++numbers, .value = STR("v"), .window = {.start_us = i, .end_us = i + 1}};
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

static void must_be_right(const struct call *c, const struct verdict *v)
{
    seen[v->is]++;
    assert_true(is_true(v, c, c->since ? c->since : UINT64_MAX));
}

static void ask_for_room(struct call *c)
{
    uint64_t since = one_in(6) ? calls[below(HOLDS)].turn : 0; // its own, or another's
    bool stands = false;
    for (int h = 0; h < HOLDS; h++)
        stands = stands || (calls[h].state == HOLD_WAITING && calls[h].turn == since);
    *c = (struct call){.amount = amount(40), .since = since};
    c->counted = one_in(8) ? (uint16_t)below(1 << PLACES) : 0;
    int i = (int)below(PLACES);
    c->count = (unsigned)below(PLACES);
    for (unsigned k = 0; k < c->count; k++, i = (i + 1) % PLACES)
        c->at[k] = i;
    c->real = (struct hold){
        .amount = {c->amount}, .count = c->count, .since = since, .counted = c->counted};
    for (unsigned k = 0; k < c->count; k++)
        c->real.accounts[k] = places[c->at[k]].real;
    int64_t now = below(10) * 1000000;
    struct verdict v;
    bool waits = !stands && !one_in(4); // two of one turn wait in no queue
    c->patient = !one_in(3);
    if (waits)
        v = accounts_wait(&table, &c->real, c->patient, now);
    else
        v = accounts_reserve(&table, &c->real, now);
    must_be_right(c, &v);
    if (v.is == ADMISSION_MADE) {
        open_call(c);
    } else if (waits && (v.is == ADMISSION_LEASE || (v.is == ADMISSION_HELD && c->patient))) {
        c->state = HOLD_WAITING;
        c->turn = since ? since : ++turns;
        for (unsigned k = 0; k < c->count; k++)
            assert_true(c->real.until_us <= places[c->at[k]].real->key.window.end_us);
        if (since && v.is == ADMISSION_LEASE) // it keeps the room that there is
            for (unsigned k = 0; k < c->count; k++)
                assert_int_equal(c->real.keeps[k].by == NULL,
                                 c->real.accounts[k] == c->real.queued);
        accounts_joined(&table, &c->real);
    }
}

static void grow(struct call *c)
{
    int64_t by = amount(10);
    unsigned at = 0;
    enum admission worst = ADMISSION_MADE;
    for (unsigned k = 0; k < c->count; k++) {
        enum admission is = room(c->at[k], by, (struct kept){0});
        if (is == ADMISSION_LEASE && places[c->at[k]].denied)
            is = ADMISSION_HELD;
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
    if (state == HOLD_RELEASED && (c->real.state != HOLD_OPEN || one_in(2)))
        return accounts_release(&table, &c->real);
    if (state == HOLD_RELEASED) { // in two steps
        accounts_lift(&table, &c->real);
        accounts_lifted(&table, &c->real);
        return HOLD_END_DONE;
    }
    return accounts_capture(&table, &c->real);
}

// All is as it was, but that more may be asked for.
static void lift_and_lay(struct call *c)
{
    accounts_lift(&table, &c->real);
    accounts_lay(&c->real);
    for (unsigned k = 0; k < c->count; k++) {
        places[c->at[k]].denied = false;
        tell(c->at[k]); // what it was made with
    }
}

static void finish(struct call *c)
{
    enum hold_state state = HOLD_SETTLED + (unsigned)below(3);
    int64_t cost = state == HOLD_RELEASED ? 0 : c->amount;
    if (state == HOLD_SETTLED)
        cost = one_in(10) ? amount(60) : cost > 3 ? below(cost / 4) : cost;
    bool again = c->state != HOLD_OPEN;
    if (!again && one_in(8))
        lift_and_lay(c);
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
    places[i].denied = false;
    drain(&places[i], i, true);
    tell(i);
    accounts_terms(&table, places[i].real, &places[i].terms);
}

static void set_aside(void)
{
    struct account *a;
    struct nano n;
    if (!accounts_ask(&table, &a, &n))
        return;
    assert_true(n.n > 0 && stored);
    int i = place_of(a);
    struct place *p = &places[i];
    if (one_in(3)) { // something else happens first
        assert_false(accounts_forget(&table, a));
        change(i);
    }
    int64_t most = p->terms.limit.n - p->leased;
    n.n = n.n > most ? most : n.n;
    n.n = n.n < 0 || one_in(8) ? 0 : one_in(5) ? n.n / 2 : n.n;
    p->leased += n.n;
    p->denied = n.n == 0;
    refusing = p->denied ? i : -1;
    accounts_leased(&table, a, n);
    refusing = -1;
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
                calls[h] = (struct call){0};
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
        c->state = HOLD_NONE;
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
        if (heard[i].place != expected[i].place || heard[i].percent != expected[i].percent)
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
            (c->state != HOLD_NONE && c->real.amount.n != c->amount))
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
    }
    return true;
}

// Where it stands there is no room for it, or an earlier one stands before it; but not without
// hope, and neither for a lease nor impatiently where the store is asked for none, for it or for
// one that keeps room there. It keeps none there itself.
static bool waits_rightly(const struct call *c)
{
    int i = place_of(c->real.queued);
    enum admission is = ADMISSION_MADE;
    bool its_own = false;
    for (unsigned k = 0; k < c->count; k++) {
        if (c->at[k] == i) {
            is = numbers_say(c, k, c->turn);
            its_own = !c->real.keeps[k].by;
        }
    }
    if (!its_own || weight(is) == 3)
        return false;
    if (stands_before(i, c->turn))
        return true;
    const struct account *a = places[i].real;
    bool hears = a->asked || !list_empty(&a->asking) || kept_before(i, c->turn).perhaps > 0;
    return is == ADMISSION_HELD ? c->patient || hears : is == ADMISSION_LEASE && hears;
}

static bool all_wait_rightly(void)
{
    uint64_t patient = 0;
    for (int h = 0; h < HOLDS; h++) {
        if (calls[h].state == HOLD_WAITING && !waits_rightly(&calls[h]))
            return false;
        patient += calls[h].state == HOLD_WAITING && calls[h].patient;
    }
    return patient == table.waiting;
}

static const struct accounts_listener listener = {woken, alert, leased, NULL};
static uint64_t running;

// A law that the table itself holds ends the process: say in which run.
static void broken(int number)
{
    (void)number;
    fprintf(stderr, "SEED=%" PRIu64 "\n", running);
}

static void run(uint64_t seed)
{
    running = seed;
    dice_init(&dice, seed);
    stored = one_in(2);
    huge_one_in = one_in(8) ? 30 : 5000;
    turns = 0;
    refusing = -1;
    accounts_init(&table, &alloc_heap, stored, &listener);
    memset(calls, 0, sizeof calls);
    for (int i = 0; i < PLACES; i++)
        make_place(i);
    for (uint64_t n = 0; n < STEPS; n++) {
        expected_count = heard_count = 0;
        step();
        if (!agree() || !lawful() || !all_wait_rightly())
            fail_msg("SEED=%" PRIu64 ": step %" PRIu64, seed, n);
    }
    for (int h = 0; h < HOLDS; h++) {
        heard_count = 0;
        bool waits = calls[h].state == HOLD_WAITING; // or it was let in a moment ago
        if (waits)
            calls[h].state = HOLD_NONE;
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
    uint64_t runs = getenv("COSTLENS_LONG") ? 100000 : 100;
    if (!seeds_run(run, runs))
        return;
    for (unsigned i = ADMISSION_MADE; i <= ADMISSION_LEASE; i++)
        assert_true(seen[i] > runs);
}

// --- nobody waits for ever ---

static void unheard_woken(void *context, struct hold *h, const struct verdict *v)
{
    (void)context;
    assert_true(h->state == HOLD_OPEN && v->is == ADMISSION_MADE);
}

static void unheard_alert(void *context, const struct account *a, unsigned percent)
{
    (void)context;
    fail_msg("%" PRIu64 ": %u", a->key.budget, percent);
}

// Each open hold fills its accounts; when it is met again it has ended, and then waits anew.
static void meet(struct hold *h, struct account *const *of, unsigned count)
{
    if (h->state == HOLD_WAITING)
        return;
    if (h->state == HOLD_OPEN) {
        assert_int_equal(accounts_release(&table, h), HOLD_END_DONE);
        return;
    }
    *h = (struct hold){.amount = {100}, .count = count};
    memcpy(h->accounts, of, count * sizeof *of);
    enum admission is = accounts_wait(&table, h, true, 0).is;
    assert_true(is == ADMISSION_MADE || is == ADMISSION_HELD);
}

// One hold needs all accounts, of which there is hardly ever one that no other waits for.
static void who_needs_all_gets_all(void **state)
{
    (void)state;
    enum { OTHERS = 24, ROUNDS = 100, PATIENCE = 20000 };
    static const struct accounts_listener quiet = {unheard_woken, unheard_alert, leased, NULL};
    struct account *of[PLACES];
    static struct hold all;
    static struct hold others[OTHERS];
    uint64_t seed;
    random_bytes(&seed, sizeof seed);
    printf("SEED=%" PRIu64 "\n", seed);
    dice_init(&dice, seed);
    accounts_init(&table, &alloc_heap, false, &quiet);
    for (uint64_t i = 0; i < PLACES; i++) {
        struct account_key key = {.budget = i};
        const struct account_terms terms = {.limit = {100}};
        assert_int_equal(accounts_add(&table, &key, &terms, &of[i]), STATUS_OK);
    }
    for (int round = 0; round < ROUNDS; round++) {
        int steps = 0;
        for (; all.state != HOLD_OPEN && steps < PATIENCE; steps++) {
            meet(&all, of, PLACES);
            meet(&others[below(OTHERS)], &of[below(PLACES)], 1);
        }
        assert_true(steps < PATIENCE);
        meet(&all, of, PLACES);
    }
    for (int i = 0; i < OTHERS; i++)
        accounts_leave(&table, &others[i]);
    for (int i = 0; i < OTHERS; i++)
        if (others[i].state == HOLD_OPEN)
            assert_int_equal(accounts_release(&table, &others[i]), HOLD_END_DONE);
    accounts_fini(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_the_model),
        cmocka_unit_test(who_needs_all_gets_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
