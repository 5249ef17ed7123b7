// SPDX-License-Identifier: Apache-2.0
//
// Random calls in a table of budgets beside a model that keeps nothing but the holds and adds them
// up: what is let in, what is listed, and what a journal brings back must be what the model says,
// wherever the process dies: after an operation, in the middle of its record, in the middle of a
// new journal, or because the callback failed. COSTLENS_LONG=1 does a hundred times as many; SEED=n
// repeats one run.

#include <costlens.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "base/random.h"

#define DAY_US  INT64_C(86400000000)
#define FIRST   20454 // day since 1970
#define AMOUNTS 1000  // nanodollars

enum { DAYS = 16, EVER = DAYS, VALUES = 3, BUDGETS = 3, HOLDS = 24 };

// cap: by the day. each: of each session, for ever, or by the day: that changes. watch: of one key,
// by the day, observing.
enum { CAP, EACH, WATCH };

struct call {
    bool open;
    int64_t amount;
    int day, value, key;
    struct costlens_hold *real;
};

static struct model {
    int64_t limit[BUDGETS];
    int64_t spent[BUDGETS][VALUES][DAYS + 1];
    bool daily;     // each is by the day
    int64_t excess; // settled beyond what was held
    int day;
    struct call calls[HOLDS];
} now, before;

struct tape {
    size_t len, at, mark; // mark: where the last operation began
    long fails_in;        // so many writes until one fails; -1: none
    char bytes[1 << 22];
};

static struct tape tapes[2];
static struct tape *tape = &tapes[0]; // the journal of the moment
static struct dice dice;
static struct costlens_budgets *budgets;
static uint64_t seen[7];

static int64_t below(int64_t n)
{
    return (int64_t)dice_below(&dice, (uint64_t)n);
}

// --- the journal ---

static int tape_write(void *context, const void *bytes, size_t len)
{
    struct tape *t = context;
    bool fails = t->fails_in == 0;
    t->fails_in -= t->fails_in >= 0;
    if (fails) // a part of it may stand there
        len = (size_t)below((int64_t)len);
    assert_true(t->len + len <= sizeof t->bytes);
    memcpy(t->bytes + t->len, bytes, len);
    t->len += len;
    return fails;
}

static int64_t tape_read(void *context, void *bytes, size_t size)
{
    struct tape *t = context;
    size_t n = t->len - t->at;
    n = n < size ? n : size;
    n = n > 700 ? (size_t)(1 + below(700)) : n;
    memcpy(bytes, t->bytes + t->at, n);
    t->at += n;
    return (int64_t)n;
}

// --- the model ---

static bool concerns(const struct call *c, int budget)
{
    return budget != WATCH || c->key == 1;
}

static int value_in(const struct call *c, int budget)
{
    return budget == EACH ? c->value : 0;
}

static int day_in(const struct call *c, int budget)
{
    return budget == EACH && !now.daily ? EVER : c->day;
}

static int64_t held_in(int budget, int value, int day)
{
    int64_t sum = 0;
    for (int i = 0; i < HOLDS; i++) {
        const struct call *c = &now.calls[i];
        if (c->open && concerns(c, budget) && value_in(c, budget) == value &&
            day_in(c, budget) == day)
            sum += c->amount;
    }
    return sum;
}

// What a journal begun anew leaves out.
static void forget(void)
{
    bool used[VALUES][DAYS + 1] = {{false}};
    for (int i = 0; i < HOLDS; i++) {
        const struct call *c = &now.calls[i];
        if (c->open)
            used[c->value][day_in(c, EACH)] = true;
    }
    for (int v = 0; v < VALUES; v++)
        for (int day = 0; day + 2 <= now.day; day++)
            now.spent[EACH][v][day] *= used[v][day];
}

static bool fits(const struct call *c, int64_t amount)
{
    for (int b = CAP; b <= EACH; b++) {
        int64_t used =
            now.spent[b][value_in(c, b)][day_in(c, b)] + held_in(b, value_in(c, b), day_in(c, b));
        if (used + amount > now.limit[b])
            return false;
    }
    return true;
}

static void spend(struct call *c, int64_t cost)
{
    for (int b = 0; b < BUDGETS; b++) {
        if (concerns(c, b))
            now.spent[b][value_in(c, b)][day_in(c, b)] += cost;
    }
    now.excess += cost > c->amount ? cost - c->amount : 0;
    c->open = false;
}

// --- both ---

static int64_t now_us(void)
{
    return (FIRST + now.day) * DAY_US + below(DAY_US);
}

static void define(int budget)
{
    static const char *const names[] = {"cap", "each", "watch"};
    static const char *const more[BUDGETS][3] = {
        {"window=day"}, {"per=tag:session"}, {"scope.key=ci", "enforce=observe", "window=day"}};
    char usd[32], limit[40];
    assert_int_equal(costlens_nano_usd(now.limit[budget], usd, sizeof usd), COSTLENS_OK);
    snprintf(limit, sizeof limit, "limit=%s", usd);
    const char *own = budget == EACH && now.daily ? "window=day" : more[budget][1];
    const char *const members[] = {limit, more[budget][0], own, more[budget][2], NULL};
    assert_int_equal(costlens_budgets_define(budgets, names[budget], members, NULL, 0),
                     COSTLENS_OK);
}

static unsigned listed;

static void compare(void *context, const struct costlens_account *a)
{
    int budget = a->budget[0] == 'c' ? CAP : a->budget[0] == 'e' ? EACH : WATCH;
    int value = budget == EACH ? a->value[0] - 'a' : 0;
    int day = a->window[0] == 'l' ? EVER : (int)(a->start_us / DAY_US - FIRST);
    (void)context;
    assert_int_equal(a->spent, now.spent[budget][value][day]);
    assert_int_equal(a->held, held_in(budget, value, day));
    assert_true(a->overdraft <= now.excess);
    listed += a->spent > 0;
}

// All that it lists is right, and nothing of today is missing.
static void check(void)
{
    unsigned sums = 0;
    listed = 0;
    costlens_budgets_list(budgets, compare, NULL);
    for (int v = 0; v < VALUES; v++)
        sums += now.spent[EACH][v][now.daily ? now.day : EVER] > 0;
    sums += now.spent[CAP][0][now.day] > 0;
    sums += now.spent[WATCH][0][now.day] > 0;
    assert_true(listed >= sums);
}

// The caller must not use what he had.
static void close_table(void)
{
    costlens_budgets_close(budgets);
    for (int i = 0; i < HOLDS; i++)
        now.calls[i].real = NULL;
}

static bool save(void)
{
    struct tape *next = tape == &tapes[0] ? &tapes[1] : &tapes[0];
    next->len = 0;
    next->fails_in = below(6) == 0 ? below(12) : -1;
    if (costlens_budgets_save(budgets, now_us(), tape_write, next) != COSTLENS_OK)
        return false;
    next->fails_in = -1;
    tape = next;
    tape->mark = tape->len;
    forget();
    return true;
}

static void start(void)
{
    struct costlens_loaded loaded;
    char why[400] = "";
    int64_t open = 0;
    assert_int_equal(costlens_budgets_open(NULL, NULL, NULL, &budgets), COSTLENS_OK);
    if (below(2) == 0)
        for (int b = 0; b < BUDGETS; b++)
            define(b);
    tape->at = 0;
    if (costlens_budgets_load(budgets, tape_read, tape, &loaded, why, sizeof why) != COSTLENS_OK)
        fail_msg("%s", why);
    for (int b = 0; b < BUDGETS; b++)
        define(b);
    for (int i = 0; i < HOLDS; i++) {
        if (now.calls[i].open) {
            spend(&now.calls[i], now.calls[i].amount);
            open++;
        }
    }
    assert_int_equal(loaded.holds, open);
    check();
    while (!save()) // the old one is still good
        seen[4]++;
}

// Dies: of the last operation's record a part may be missing, and then it never was.
static void die(bool torn)
{
    if (torn && tape->len > tape->mark) {
        tape->len = tape->mark + (size_t)below((int64_t)(tape->len - tape->mark));
        now = before;
        seen[6]++;
    }
    close_table();
    start();
}

static void reserve(struct call *c)
{
    static const char *const sessions[] = {"a", "b", "c"};
    struct costlens_refusal r;
    *c = (struct call){.amount = below(AMOUNTS),
                       .day = now.day,
                       .value = (int)below(VALUES),
                       .key = (int)below(2)};
    struct costlens_tag tag = {"session", sessions[c->value]};
    struct costlens_call call = {.key = c->key ? "ci" : NULL, .tags = &tag, .tag_count = 1};
    enum costlens_status s = costlens_reserve(budgets, &call, c->amount, now_us(), &c->real, &r);
    if (s == COSTLENS_IO) {
        seen[5]++;
        return;
    }
    bool right = fits(c, c->amount);
    assert_int_equal(s, right ? COSTLENS_OK : COSTLENS_REFUSED);
    c->open = right;
    seen[right]++;
}

static enum costlens_status end(struct call *c)
{
    int how = (int)below(3);
    int64_t cost = how == 0   ? below(c->amount + 1 + (below(8) == 0 ? 50 : 0))
                   : how == 1 ? 0
                              : c->amount;
    enum costlens_status s = how == 0   ? costlens_settle(c->real, cost)
                             : how == 1 ? costlens_release(c->real)
                                        : costlens_capture(c->real);
    assert_int_equal(costlens_settle(c->real, 1), COSTLENS_CONFLICT);
    costlens_hold_close(c->real);
    spend(c, cost);
    seen[2]++;
    return s;
}

static enum costlens_status extend(struct call *c)
{
    int64_t by = below(AMOUNTS / 4);
    enum costlens_status s = costlens_extend(c->real, by, now_us(), NULL);
    if (s != COSTLENS_IO)
        assert_int_equal(s, fits(c, by) ? COSTLENS_OK : COSTLENS_REFUSED);
    if (s == COSTLENS_OK || s == COSTLENS_IO) // it is held all the same
        c->amount += by;
    seen[3]++;
    return s;
}

static void step(void)
{
    struct call *c = &now.calls[below(HOLDS)];
    enum costlens_status s = COSTLENS_OK;
    before = now;
    tape->mark = tape->len;
    tape->fails_in = below(200) == 0 ? 0 : -1;
    if (!c->open)
        reserve(c);
    else
        s = below(4) == 0 ? extend(c) : end(c);
    if (tape->len > tape->mark && tape->fails_in < 0 && s == COSTLENS_OK)
        check();
}

// What a failed callback leaves is either saved anew or what a dead process leaves.
static void after_failure(void)
{
    struct call probe;
    struct model kept = now;
    reserve(&probe);
    assert_false(probe.open);
    now = kept;
    if (below(2) == 0 && save())
        return;
    now = before;
    close_table();
    start();
}

static bool failing(void)
{
    struct costlens_call call = {0};
    struct costlens_hold *h = NULL;
    enum costlens_status s = costlens_reserve(budgets, &call, INT64_MAX, now_us(), &h, NULL);
    assert_true(s == COSTLENS_IO || s == COSTLENS_REFUSED);
    return s == COSTLENS_IO;
}

static void change(void)
{
    int budget = (int)below(BUDGETS);
    now.limit[budget] = below(20) * AMOUNTS;
    now.daily = below(2) == 0 ? !now.daily : now.daily;
    tape->fails_in = -1;
    define(budget);
    define(EACH);
}

static void run(uint64_t seed, long steps)
{
    dice_init(&dice, seed);
    now = (struct model){.limit = {9000, 4000, 100}};
    tape->len = 0;
    start();
    for (long i = 0; i < steps; i++) {
        step();
        if (failing())
            after_failure();
        else if (below(40) == 0)
            die(below(2) == 0);
        else if (below(60) == 0)
            (void)save();
        if (below(50) == 0)
            change();
        if (below(steps / DAYS + 1) == 0 && now.day + 1 < DAYS)
            now.day++;
        check();
    }
    close_table();
}

static void a_table_is_what_its_holds_add_up_to(void **state)
{
    const char *said = getenv("SEED");
    long runs = getenv("COSTLENS_LONG") ? 2000 : 20;
    (void)state;
    for (long i = 0; i < (said ? 1 : runs); i++) {
        uint64_t seed = said ? strtoull(said, NULL, 10) : (uint64_t)i + 1;
        print_message("SEED=%" PRIu64 "\n", seed);
        run(seed, 3000);
    }
    for (int i = 0; i < 7 && !said; i++)
        assert_true(seen[i] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_table_is_what_its_holds_add_up_to)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
