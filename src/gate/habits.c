// SPDX-License-Identifier: Apache-2.0

#include "gate/habits.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/golden.h"
#include "base/map.h"
#include "core/decayed.h"
#include "core/density.h"
#include "core/forecast.h"
#include "gate/memo.h"
#include "store/habit.h"

#define PLACES        16384 // 800 KB: a model and a task need four
#define PPM           INT64_C(1000000)
#define DENSITY_CALL  2048 // bytes of text that are one observation: a short prompt tells less
#define DENSITY_LEAST 20000
#define DENSITY_MOST  PPM // beyond one token a byte something else was counted

// The words of a place. Where a task has been done a machine's time and a density would be of many
// models: there is kept what is usual of them, beside what they told of it.
enum measure { OUTPUT, CACHED, BUSY, DENSITY, USUAL_OUTPUT = BUSY, USUAL_CACHED = DENSITY };

// From the most general kind of calls to the narrowest.
enum kind { ANY, MODEL, TASK, TASK_MODEL, KINDS };

struct keys {
    uint64_t of[KINDS];
    unsigned count;
};

struct habits {
    struct memo *memo;
    uint64_t any; // the key of all calls
};

struct habits *habits_new(void)
{
    struct habits *h = alloc_zero(&alloc_heap, sizeof *h);
    if (h && !(h->memo = memo_new(PLACES))) {
        heap_free(h);
        return NULL;
    }
    if (h)
        h->any = map_hash(STR_NONE);
    return h;
}

void habits_free(struct habits *h)
{
    if (!h)
        return;
    memo_free(h->memo);
    heap_free(h);
}

// Both are keyed hashes, or the task's, which is no secret: turned, so that "a", "b" is not "b",
// "a".
static uint64_t join(uint64_t a, uint64_t b)
{
    return golden_low(a ^ (b >> 32 | b << 32));
}

static struct keys keys_of(const struct habits *h, const struct habit_of *of)
{
    bool task = of->route.len > 0 || of->task != 0;
    struct keys k = {.count = task ? KINDS : TASK};
    k.of[ANY] = h->any;
    k.of[MODEL] = join(map_hash(of->provider), map_hash(of->model));
    if (task) {
        k.of[TASK] = join(map_hash(of->route), of->task);
        k.of[TASK_MODEL] = join(k.of[TASK], k.of[MODEL]);
    }
    return k;
}

struct observation {
    int64_t value, weight;
};

static uint64_t add(uint64_t word, const void *context)
{
    const struct observation *o = context;
    return decayed_add((struct decayed){word}, o->value, o->weight).word;
}

static uint64_t replace(uint64_t word, const void *context)
{
    const struct decayed *d = context;
    return word ? word : d->word; // what was seen since is newer
}

static void learn(struct memo_place *p, enum measure m, int64_t value)
{
    const struct observation o = {value, DECAYED_ONE};
    memo_change(p, m, add, &o);
}

static void learn_density(struct memo_place *model, const struct habit_seen *seen)
{
    if (seen->text_bytes <= 0 || seen->input > INT64_MAX / DENSITY_BYTES)
        return;
    const struct observation o = {seen->input * DENSITY_BYTES / seen->text_bytes,
                                  seen->text_bytes * DECAYED_ONE / DENSITY_CALL};
    if (o.value >= DENSITY_LEAST && o.value <= DENSITY_MOST)
        memo_change(model, DENSITY, add, &o);
}

static int64_t part_ppm(int64_t part, int64_t whole)
{
    return part >= whole ? PPM : (int64_t)((int128)part * PPM / whole);
}

static struct decayed word(const struct memo_place *p, enum measure m)
{
    return (struct decayed){memo_word(p, m)};
}

void habits_learn(struct habits *h, const struct habit_of *of, const struct habit_seen *seen,
                  int64_t now_us)
{
    const struct keys k = keys_of(h, of);
    struct memo_place *places[KINDS] = {NULL};
    for (unsigned i = 0; i < k.count; i++) {
        struct memo_place *p = memo_take(h->memo, k.of[i], (uint32_t)(now_us / SECOND_US));
        places[i] = p;
        learn(p, OUTPUT, seen->output);
        if (seen->input > 0)
            learn(p, CACHED, part_ppm(seen->cached, seen->input));
        if (seen->busy_us > 0 && i != TASK)
            learn(p, BUSY, seen->busy_us);
    }
    learn_density(places[MODEL], seen);
    learn(places[TASK], USUAL_OUTPUT, decayed_mean(word(places[MODEL], OUTPUT)));
    if (seen->input > 0)
        learn(places[TASK], USUAL_CACHED, decayed_mean(word(places[MODEL], CACHED)));
}

static int64_t mean_of(struct memo_place *const places[], enum measure m, enum measure usual,
                       int64_t start)
{
    const struct decayed general[] = {word(places[ANY], m), word(places[MODEL], m)};
    const struct decayed own = word(places[TASK_MODEL], m);
    int64_t model = forecast_mean(general, 2, start);
    int64_t task = forecast_of_task(model, word(places[TASK], m), word(places[TASK], usual));
    return forecast_mean(&own, 1, task);
}

static int64_t own_mean(struct memo_place *const places[], enum measure m)
{
    const struct decayed task = word(places[TASK_MODEL], m), any = word(places[MODEL], m);
    return decayed_mean(decayed_weight(task) > 0 ? task : any);
}

void habits_foresee(struct habits *h, const struct habit_of *of, struct habit *out)
{
    const struct keys k = keys_of(h, of);
    struct memo_place *places[KINDS] = {NULL};
    for (unsigned i = 0; i < k.count; i++)
        places[i] = memo_find(h->memo, k.of[i]);
    const struct decayed density = word(places[MODEL], DENSITY);
    // A machine's time is that of its model: of others it says nothing.
    const struct decayed own = word(places[TASK_MODEL], BUSY);
    out->output_own = own_mean(places, OUTPUT);
    out->output = mean_of(places, OUTPUT, USUAL_OUTPUT, FORECAST_OUTPUT);
    out->cached_ppm = part_ppm(mean_of(places, CACHED, USUAL_CACHED, 0), PPM);
    out->density = forecast_mean(&density, 1, density_of(of->model));
    out->busy_us = forecast_mean(&own, 1, decayed_mean(word(places[MODEL], BUSY)));
}

// --- the ledger ---

static int64_t mean(int64_t sum, int64_t count)
{
    return count > 0 ? sum / count : 0;
}

static void recall(void *context, const struct store_habit *s)
{
    struct habits *h = context;
    const struct habit_of of = {.provider = s->provider, .model = s->model};
    struct memo_place *p = memo_take(h->memo, keys_of(h, &of).of[MODEL], 0);
    const struct decayed seen[] = {
        [OUTPUT] = decayed_from(mean(s->output, s->requests), s->requests),
        [CACHED] = decayed_from(s->input > 0 ? part_ppm(s->cached, s->input) : 0, s->requests),
        [BUSY] = decayed_from(mean(s->busy_us, s->timed), s->timed),
    };
    for (enum measure m = OUTPUT; m <= BUSY; m++)
        if (seen[m].word)
            memo_change(p, m, replace, &seen[m]);
}

enum status habits_recall(struct habits *h, struct store *s, const struct decided_query *q,
                          struct why *why)
{
    return store_habits(s, q, recall, h, why);
}
