// SPDX-License-Identifier: Apache-2.0
//
// The step that holds a call's worst case, while memory ends at each allocation in turn, once or
// from then on: the call goes on with a hold in each of its budgets, or is refused for memory;
// nothing that it held is left behind. Around it stand a store that lends and a loop that runs when
// it is told to (lender.h), and what the step asks of its call.

#include "../unit/gate/booked.h"
#include "../unit/gate/lender.h"
#include "base/limits.h"
#include "gate/breach.h"
#include "memory.h"
#include "request/req.h"

#define WALL  (INT64_C(1) << 50)
#define LIMIT 1000000000 // nanodollars
#define CALLS 8          // of the step, at most

static struct loop loop;
static struct budgets *all;
static struct catalog *catalog;
static struct config config;
static struct config_provider provider;
static struct budget budgets[2];
static struct snapshot snapshot = {.config = &config, .budgets = budgets, .budget_count = 2};
static struct view view = {.snapshot = &snapshot};
static struct worker worker = {.loop = &loop, .view = &view};
static enum refusal refused;

// --- what the step asks ---

enum flow again_deny(struct req *r, enum refusal why, const char *detail)
{
    (void)r;
    (void)detail;
    refused = why;
    return END;
}

enum flow again_refuse(struct req *r, enum refusal why, const char *detail)
{
    (void)r;
    (void)detail;
    refused = why;
    return END;
}

bool again_elsewhere(struct req *r, enum again_for why)
{
    (void)r;
    (void)why;
    return false;
}

void admit_capture(struct req *r)
{
    (void)r;
}

bool req_books(const struct req *r)
{
    (void)r;
    return true;
}

void req_run(struct req *r)
{
    (void)r; // the test asks again by itself
}

struct budgets *gate_budgets(struct gate *g)
{
    (void)g;
    return all;
}

const struct sheet *settle_sheet(const struct req *r)
{
    return catalog_find(catalog, str_of("bench"), r->attempt.target.model);
}

bool settle_so_far(const struct req *r, struct usage *u, struct cost *cost)
{
    (void)r;
    (void)u;
    (void)cost;
    return false;
}

unsigned attempt_flags(const struct attempt *a)
{
    (void)a;
    return 0;
}

struct str provider_vendor(const struct config_provider *p)
{
    return p->name;
}

enum status journal_dispatched(struct journal *j, const struct entry *e)
{
    (void)j;
    (void)e;
    return STATUS_OK;
}

bool journal_healthy(struct journal *j)
{
    (void)j;
    return true;
}

void metrics_bound(struct metrics *m, int64_t cost, int64_t most)
{
    (void)m;
    (void)cost;
    (void)most;
}

bool exchange_field(struct exchange *x, struct str name, struct str value)
{
    (void)x;
    (void)name;
    (void)value;
    return true;
}

int64_t loop_now_us(struct loop *l)
{
    (void)l;
    return SECOND_US;
}

int64_t loop_wall_us(struct loop *l)
{
    (void)l;
    return WALL;
}

void timer_init(struct timer *t, struct loop *l, loop_f *f, void *argument)
{
    *t = (struct timer){.loop = l, .f = f, .argument = argument};
}

void timer_set(struct timer *t, int64_t delay_ms)
{
    t->due_us = delay_ms; // never comes
}

void timer_clear(struct timer *t)
{
    t->due_us = 0;
}

void timer_fini(struct timer *t)
{
    t->due_us = 0;
}

// --- one call ---

// Each with another way through the step.
enum way { FULL, GROWS, CLAMPS, WAITS, WAY_COUNT };

static const char *const bodies[WAY_COUNT] = {
    [FULL] = "{\"model\":\"m\",\"max_tokens\":1000,\"messages\":[]}",
    [GROWS] = "{\"model\":\"m\",\"max_tokens\":9000,\"stream\":true,\"messages\":[]}",
    [CLAMPS] = "{\"model\":\"m\",\"max_tokens\":2000000,\"messages\":[]}",
    [WAITS] = "{\"model\":\"m\",\"max_tokens\":600000,\"messages\":[]}",
};

static void work(void)
{
    while (lender_serve(STATUS_OK) > 0)
        continue;
    posts_run(&loop);
}

// All of what the model may spend, but for what one call of few tokens needs.
static struct booking *another(void)
{
    static struct caller caller = {&loop, 0};
    struct booking *k = book_for(all, &caller, &budgets[1], STR_NONE);
    for (int i = 0; reserve_at(k, LIMIT / 2, false, WALL) == BOOKING_WAITS && i < CALLS; i++)
        work();
    return k;
}

static void begin(struct req *r, enum way way)
{
    const struct endpoint_found found = {.endpoint = ENDPOINT_CHAT};
    struct why why;
    memset(r, 0, sizeof *r);
    r->worker = &worker;
    r->view = &view;
    r->start_us = WALL;
    r->found = found;
    arena_init(&r->arena, &alloc_heap, 64, 64 * KIB);
    assert_int_equal(ask_open(&r->ask, &found, str_of(bodies[way]), &alloc_heap, &why),
                     REFUSAL_NONE);
    r->attempt.provider = &provider;
    r->attempt.target.model = str_of("m");
    r->attempt.entry.provider = provider.name;
    r->attempt.entry.model = str_of("m");
    r->attempt.entry.user = str_of("ada");
}

static void end(struct req *r)
{
    booking_drop(r->attempt.reservation.booking);
    reserve_free(r);
    ask_close(&r->ask);
    arena_fini(&r->arena);
    work();
}

// It goes on holding all, or is refused for memory (the step's owner sees the arena's mark).
static bool lives(struct req *r, struct booking *before)
{
    enum flow flow = WAIT;
    refused = REFUSAL_NONE;
    for (int i = 0; i < CALLS && flow == WAIT; i++) {
        flow = step_reserve(r);
        if (flow == WAIT && before && i > 1) {
            booking_drop(before);
            before = NULL;
        }
        if (flow == WAIT)
            work();
    }
    booking_drop(before);
    assert_true(flow == NEXT || flow == END);
    if (flow == END || arena_failed(&r->arena)) {
        bool memory = refused == REFUSAL_BUDGETS || refused == REFUSAL_OVERLOAD;
        assert_true(arena_failed(&r->arena) || memory);
        return false;
    }
    assert_int_equal(r->attempt.entry.charge.count, 2);
    assert_true(r->attempt.entry.charge.held > 0);
    return true;
}

static void nothing_is_held(void *context, const struct budgets_account *a)
{
    (void)context;
    assert_int_equal(a->held.n, 0);
}

// With all memory it took the way that it was to take.
static void went(const struct req *r, enum way way, bool made)
{
    const struct attempt *a = &r->attempt;
    if (!made)
        fail_msg("way %d is refused: %d", (int)way, (int)refused);
    assert_int_equal(a->reservation.grows, way == GROWS);
    assert_int_equal(a->output_max > 0, way == CLAMPS);
    assert_non_null(r->reserving); // the store is waited for, at least
}

static bool ends_at(enum way way, long n, bool stays)
{
    struct req r;
    memset(&lender, 0, sizeof lender);
    budgets[0].grow = budgets[1].grow = way == GROWS;
    budgets[1].clamp = way == CLAMPS;
    budgets[1].wait_us = way == WAITS ? 30 * SECOND_US : 0;
    all = budgets_new(lender_store(), hear, NULL);
    assert_non_null(all);
    begin(&r, way);
    struct booking *before = way == WAITS ? another() : NULL;
    const long kept = held;
    arm(n, stays);
    bool made = lives(&r, before);
    bool over = !disarm();
    if (over)
        went(&r, way, made);
    end(&r);
    budgets_each(all, nothing_is_held, NULL);
    budgets_free(all);
    assert_true(held <= kept);
    return over;
}

static void a_call_holds_all_or_is_refused(void **state)
{
    (void)state;
    for (int way = 0; way < WAY_COUNT; way++) {
        for (int stays = 0; stays < 2; stays++) {
            long n = 1;
            while (!ends_at((enum way)way, n, stays))
                n++;
#ifndef SANITIZED
            assert_true(n > 5);
#endif
        }
    }
}

int main(void)
{
    static const struct str text =
        STR("vendor bench\nsource test 2026-01-01\nmodel m\nprice input 1 output 1\n");
    struct why why;
    if (catalog_open_texts(&alloc_heap, &text, 1, &catalog, &why) != STATUS_OK)
        return 1;
    snapshot.breaches = breaches_new();
    provider.name = str_of("bench");
    budgets[0] = a_budget(1, INT64_C(10) * LIMIT);
    budgets[0].per = BUDGET_PER_VALUE;
    budgets[0].per_what.dimension = BUDGET_USER;
    budgets[1] = a_budget(2, LIMIT);
    if (budget_scope(&budgets[1], str_of("model"), str_of("bench/m"), &why) != STATUS_OK)
        return 1;
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_call_holds_all_or_is_refused)};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    breaches_free(snapshot.breaches);
    catalog_close(catalog);
    return failed;
}
