// SPDX-License-Identifier: Apache-2.0
//
// studied - a store with pairs of a route that is studied, for the tests of what it learns of them.

#ifndef UNIT_GATE_STUDIED_H
#define UNIT_GATE_STUDIED_H

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>

#include "../lone.h"
#include "../store/stored.h"
#include "base/file.h"
#include "base/random.h"
#include "gate/learned.h"
#include "gate/study.h"
#include "gate/terms.h"
#include "store/inside.h"
#include "store/pairs.h"
#include "store/promises.h"
#include "store/sql.h"

#define LOST_LEAST 100 // new pairs before what is lost is learned anew
#define NOW        (INT64_C(1790000000) * SECOND_US)

static struct str small_models[] = {STR("local/small")}, large_models[] = {STR("openai/large")};
static const struct config_tier small = {.models = small_models, .model_count = 1};
static const struct config_tier large = {.models = large_models, .model_count = 1};
static struct config_route route = {.name = STR("support"),
                                    .mode = CONFIG_CERTIFIED,
                                    .max_loss_ppm = 100000,
                                    .confidence_ppm = 950000,
                                    .small = &small,
                                    .large = &large,
                                    .shadow = {.on = true, .rate_ppm = 250000}};
static struct place place;
static struct store *store;
static struct dice dice;
static int64_t at_us = NOW;
static uint64_t scored; // the models of pairs that are added; 0: nobody knows

static const char *const easy = "Where is my parcel? I have ordered a lamp and a chair.";
static const char *const hard = "Prove that the sum of two irrational numbers may be rational.";

static inline bool chance(unsigned percent)
{
    return dice_below(&dice, 100) < percent;
}

static inline void traits_make(const char *text, struct traits *out)
{
    struct str texts[] = {str_of(text)};
    struct traits_source from = {.texts = texts, .count = 1};
    traits_of(&from, out);
}

// The half of a pair comes of its id: always the same ones.
static inline struct uuid an_id(void)
{
    struct uuid id;
    for (size_t i = 0; i < sizeof id.bytes; i++)
        id.bytes[i] = (uint8_t)dice_below(&dice, 256);
    return id;
}

static inline struct learned *learned(const struct learned *before)
{
    struct learned *l = NULL;
    struct why why;
    const struct learned_from from = {&route, 1, str_of(place.folder), store, before};
    if (learned_new(&from, &l, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return l;
}

enum answers {
    AS_THEY_ARE,
    TORN,    // both are good, to a judge who contradicts himself
    TIED,    // both are
    USELESS, // neither is
    UNASKED, // nobody has asked the other side
};

struct sort { // of pairs
    const char *route;
    unsigned small_knows;  // percent of the easy calls
    unsigned judged;       // percent of those whose answers differ
    uint32_t odd_rate_ppm; // at which every other one was drawn; 0: as the rest
    uint64_t task;
    enum answers answers;
    unsigned again; // so many calls are of the same prompt; 0: one
};

// A call of either kind: the small model knows the easy ones, as often as is said.
static inline void add(const struct sort *of, unsigned count)
{
    static struct traits t;
    struct why why;
    struct uuid first;
    struct learned *now = learned(NULL);
    char calls[TERMS_CALLS + 1];
    assert_true(terms_calls(&route, calls));
    for (unsigned i = 0; i < count; i++) {
        bool is_hard = chance(50);
        struct buf packed;
        buf_init(&packed, &alloc_heap, 0);
        traits_make(is_hard ? hard : easy, &t);
        t.task = of->task;
        traits_pack(&t, true, &packed);
        struct choice_judged judged_by;
        learned_judge(now, &route, &t, model_pair(small_models[0], large_models[0]), &judged_by);
        at_us += SECOND_US;
        const bool tied = of->answers == TORN || of->answers == TIED, fair = !of->answers;
        bool weak = tied || (chance(is_hard ? 30 : of->small_knows) && fair);
        bool strong = tied || (chance(95) && fair);
        bool odd = i % 2 && of->odd_rate_ppm;
        bool judged = (weak == strong || chance(of->judged)) && of->answers != UNASKED;
        const struct uuid id = an_id();
        if (i % (of->again ? of->again : 1) == 0)
            first = id;
        struct pair p = {.id = id,
                         .talk = lone_talk(&first),
                         .at_us = at_us,
                         .tenant = STR("default"),
                         .route = str_of(of->route),
                         .weak = STR("local/small"),
                         .strong = STR("openai/large"),
                         .scored = scored,
                         .by_score = true,
                         .promised = choice_promised(&judged_by),
                         .calls = str_of(calls),
                         .doubts = learned_doubts(now, &route),
                         .propensity_ppm = odd ? of->odd_rate_ppm : 250000,
                         .traits = buf_str(&packed),
                         .judged = !judged               ? PAIR_JUDGED_NOT
                                   : of->answers == TORN ? PAIR_JUDGED_CONTRADICTED
                                                         : PAIR_JUDGED_MODEL,
                         .weak_ppm = judged && weak ? PAIR_WHOLE_PPM : 0,
                         .strong_ppm = judged && strong ? PAIR_WHOLE_PPM : 0};
        if (store_pair_add(store, &p, &why) != STATUS_OK)
            fail_msg("%s", why.text);
        buf_fini(&packed);
    }
    learned_free(now);
}

static inline void add_pairs(unsigned count, unsigned small_knows)
{
    const struct sort of = {.route = "support", .small_knows = small_knows, .judged = 100};
    add(&of, count);
}

static inline bool learn(bool now)
{
    bool changed = false;
    struct why why;
    const struct study wish = {&route, str_of(place.folder), store, now};
    if (study(&wish, &changed, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return changed;
}

struct counsel {
    bool large;
    const char *reason;
};

static inline struct counsel ask_of(const struct learned *l, const char *text)
{
    static struct traits t;
    struct choice_call call = {.small.usable = true, .large.usable = true};
    const struct choice_policy policy = {(enum choice_mode)route.mode, route.verifier_count > 0};
    struct choice_made c;
    traits_make(text, &t);
    learned_judge(l, &route, &t, model_pair(small_models[0], large_models[0]), &call.judged);
    choice_make(&call, &policy, &c);
    return (struct counsel){c.side == SIDE_LARGE, choice_why_text(c.why)};
}

static inline void keep_row(void *context, const struct promise_row *row)
{
    struct promise_row *out = context;
    static char note[800], model[128];
    if (row->task)
        return;
    *out = *row;
    str_copy_clipped(row->note, note, sizeof note);
    str_copy_clipped(row->model, model, sizeof model);
    out->note = str_of(note);
    out->model = str_of(model);
}

static inline struct promise_row row_now(void)
{
    struct promise_row row = {.looks = 0};
    struct why why;
    assert_int_equal(store_promises_each(store, (struct promise_of){str_of("default"), route.name},
                                         keep_row, &row, &why),
                     STATUS_OK);
    return row;
}

static inline int begin(void **state)
{
    dice_init(&dice, 3);
    place_make(&place);
    store = store_at(&place, false);
    return sql_run(store->keys, "PRAGMA synchronous = OFF"); // thousands of pairs, and no crash
}

static inline int end(void **state)
{
    char folder[200];
    snprintf(folder, sizeof folder, "%s/routes", place.folder);
    store_close(store);
    empty_folder(folder);
    rmdir(folder);
    place_remove(&place);
    return 0;
}

#endif
