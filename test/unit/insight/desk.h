// SPDX-License-Identifier: Apache-2.0
//
// desk - calls of a route `desk`, put into a store as the gateway would have left them, and
// replayed.

#ifndef DESK_H
#define DESK_H

#include "base/random.h"
#include "insight/replay.h"
#include "world.h"

enum { SMALL = 100, LARGE = 1000 }; // picodollars, in the mean

static struct dice dice;

static inline struct uuid an_id(void)
{
    struct uuid id;
    uint64_t word[2] = {dice_next(&dice), dice_next(&dice)};
    memcpy(id.bytes, word, sizeof id.bytes);
    return id;
}

// The shipped model finds that the small side does.
static inline struct decision decided(enum side side, uint32_t propensity_ppm)
{
    return (struct decision){
        .route = STR("desk"),
        .mode = STR("rules"),
        .match = STR("any call"),
        .reason = STR("rules"),
        .side = side,
        .scored = true,
        .propensity_ppm = propensity_ppm,
        .known = true,
        .call = {.judged = {.there = true,
                            .shipped = 10000,
                            .counsel = {{false, 50000, CHOICE_WHY_RULES},
                                        {false, 50000, CHOICE_WHY_RULES},
                                        {false, CHOICE_NOTHING, CHOICE_WHY_CERTIFIED_NONE}}},
                 .checkable = true},
        .max_loss_ppm = 20000,
        .confidence_ppm = 950000,
        .count = 2,
        .list = {{STR("a/small"), SIDE_SMALL, {0}, PRICE_PRICED, {SMALL * 6 / 10}, {0}},
                 {STR("a/large"), SIDE_LARGE, {0}, PRICE_PRICED, {LARGE * 7 / 10}, {0}}},
        .chosen = side == SIDE_LARGE,
    };
}

// Costs lie anywhere within a half of their mean.
static inline int64_t cost_at(enum side side)
{
    int64_t mean = side == SIDE_SMALL ? SMALL : LARGE;
    return mean / 2 + (int64_t)dice_below(&dice, (uint64_t)mean + 1);
}

static inline struct entry put_as(struct world *w, unsigned n, const struct decision *d,
                                  enum outcome outcome)
{
    struct buf packed;
    struct entry e = an_entry(NOON_US + n * SECOND_US);
    buf_init(&packed, &alloc_heap, 0);
    decision_pack(d, &packed);
    e.id = an_id();
    e.route = str_of(d->side == SIDE_SMALL ? "route desk: small" : "route desk: large");
    e.outcome = outcome;
    e.cost.pd = cost_at(d->side);
    e.decision = buf_str(&packed);
    call(w->journal, &e);
    buf_fini(&packed);
    e.decision = STR_NONE;
    return e;
}

static inline struct entry put(struct world *w, unsigned n, const struct decision *d)
{
    return put_as(w, n, d, OUTCOME_OK);
}

static struct policy_model small_model = {.name = STR("a/small")};
static struct policy_model large_model = {.name = STR("a/large")};

// Of one route, whose models are those.
static inline struct policy_route policy_of(enum choice_mode mode)
{
    return (struct policy_route){.name = STR("desk"),
                                 .mode = mode,
                                 .max_loss_ppm = 20000,
                                 .confidence_ppm = 950000,
                                 .small = {.models = &small_model, .count = 1},
                                 .large = {.models = &large_model, .count = 1}};
}

static inline const struct json_val *replayed_by(struct world *w, const struct policy_route *p)
{
    struct replay_of of = {
        .store = w->store, .span = {0, INT64_MAX}, .state = str_of(w->place.folder)};
    struct json_out o = {&w->answer, true};
    struct replay r;
    struct why why;
    json_close(w->json);
    w->json = NULL;
    buf_clear(&w->answer);
    if (asked_reader(w->store, &of.db, &why) != STATUS_OK || replay(&of, p, &r, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    replay_write(&r, &o);
    replay_fini(&r);
    store_reader_close(of.db);
    assert_int_equal(json_open(buf_str(&w->answer), &alloc_heap, &w->json, &why), STATUS_OK);
    return json_root(w->json);
}

static inline double number(const struct json_val *of, const char *path)
{
    char copy[64];
    assert_true(str_copy(json_str(json_path(of, path)), copy, sizeof copy));
    return strtod(copy, NULL);
}

static inline int64_t count(const struct json_val *of, const char *path)
{
    int64_t n = -1;
    assert_true(json_i64(json_path(of, path), &n));
    return n;
}

static inline bool is_noted(const struct json_val *r, const char *words)
{
    const struct json_val *one;
    struct json_iter it = {0};
    while (json_each(&it, json_get(r, "notes"), NULL, &one))
        if (str_has_nocase(json_str(one), str_of(words)))
            return true;
    return false;
}

static inline int64_t cost_pd(const struct json_val *r, const char *path)
{
    return (int64_t)(number(r, path) * 1e12 + 0.5);
}

#endif
