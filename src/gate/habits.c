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
#define FORGOTTEN_S   ((int32_t)(DAY_US / SECOND_US)) // what is older says nothing of a model
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

static uint32_t seconds(int64_t us)
{
    return (uint32_t)(us / SECOND_US);
}

// Nothing was heard of it for so long; a call may have come before it was heard last. What is
// passed over is not asked, so what was seen of it would hold for ever.
static bool is_forgotten(const struct memo_place *p, int64_t now_us)
{
    return p && (int32_t)(seconds(now_us) - memo_touched_s(p)) > FORGOTTEN_S;
}

static bool is_models(unsigned kind)
{
    return kind == MODEL || kind == TASK_MODEL;
}

// Touched, and not back in time where the ledger tells of older calls; of a model's own that is
// forgotten the means begin anew.
static struct memo_place *take(struct habits *h, uint64_t key, unsigned kind, int64_t now_us)
{
    const struct memo_place *before = memo_find(h->memo, key);
    const bool anew = is_models(kind) && is_forgotten(before, now_us);
    const bool late = before && (int32_t)(seconds(now_us) - memo_touched_s(before)) < 0;
    struct memo_place *p = memo_take(h->memo, key, late ? memo_touched_s(before) : seconds(now_us));
    if (anew) {
        memo_put(p, OUTPUT, 0);
        memo_put(p, BUSY, 0);
    }
    return p;
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

static int64_t output_of(struct memo_place *const places[])
{
    return mean_of(places, OUTPUT, USUAL_OUTPUT, FORECAST_OUTPUT);
}

// A machine's time is that of its model: of others it says nothing. 0: it is not known.
static int64_t busy_of(struct memo_place *const places[])
{
    const struct decayed own = word(places[TASK_MODEL], BUSY);
    return forecast_mean(&own, 1, decayed_mean(word(places[MODEL], BUSY)));
}

static int64_t busy_counted(int64_t seen_us, int64_t known_us, int64_t output)
{
    int64_t foreseen = known_us > 0 ? known_us : count_times(output, FORECAST_TOKEN_US);
    return forecast_counted(seen_us, foreseen, FORECAST_TOKEN_US);
}

void habits_learn(struct habits *h, const struct habit_of *of, const struct habit_seen *seen,
                  int64_t now_us)
{
    const struct keys k = keys_of(h, of);
    struct memo_place *places[KINDS] = {NULL};
    for (unsigned i = 0; i < k.count; i++)
        places[i] = take(h, k.of[i], i, now_us);
    const int64_t foreseen = output_of(places);
    const int64_t output = forecast_counted(seen->output, foreseen, 1);
    const int64_t busy_us = busy_counted(seen->busy_us, busy_of(places), foreseen);
    for (unsigned i = 0; i < k.count; i++) {
        learn(places[i], OUTPUT, output);
        if (seen->input > 0)
            learn(places[i], CACHED, part_ppm(seen->cached, seen->input));
        if (seen->busy_us > 0 && i != TASK)
            learn(places[i], BUSY, busy_us);
    }
    learn_density(places[MODEL], seen);
    learn(places[TASK], USUAL_OUTPUT, decayed_mean(word(places[MODEL], OUTPUT)));
    if (seen->input > 0)
        learn(places[TASK], USUAL_CACHED, decayed_mean(word(places[MODEL], CACHED)));
}

static int64_t own_mean(struct memo_place *const places[], enum measure m)
{
    const struct decayed task = word(places[TASK_MODEL], m), any = word(places[MODEL], m);
    return decayed_mean(decayed_weight(task) > 0 ? task : any);
}

void habits_foresee(struct habits *h, const struct habit_of *of, int64_t now_us, struct habit *out)
{
    const struct keys k = keys_of(h, of);
    struct memo_place *places[KINDS] = {NULL};
    for (unsigned i = 0; i < k.count; i++)
        places[i] = memo_find(h->memo, k.of[i]);
    const struct decayed density = word(places[MODEL], DENSITY);
    out->density = forecast_mean(&density, 1, density_of(of->model));
    out->cached_ppm = part_ppm(mean_of(places, CACHED, USUAL_CACHED, 0), PPM);
    for (unsigned i = 0; i < k.count; i++)
        if (is_models(i) && is_forgotten(places[i], now_us))
            places[i] = NULL;
    out->output_own = own_mean(places, OUTPUT);
    out->output = output_of(places);
    out->busy_us = busy_of(places);
}

// --- the ledger ---

// The attempts of one model after another, the oldest first: they count as when they were made.
struct recalled {
    struct habits *habits;
    int64_t late_us;  // of the steady clock, against that of attempts
    uint64_t key;     // of the model at hand; 0: of none
    int64_t start_us; // of its last attempt
    struct decayed seen[BUSY + 1];
};

// What was seen since the start is newer, and was touched later.
static struct memo_place *place_of(const struct recalled *r)
{
    struct memo_place *p = memo_find(r->habits->memo, r->key);
    return p ? p : memo_take(r->habits->memo, r->key, seconds(r->start_us + r->late_us));
}

static void put(struct recalled *r)
{
    struct memo_place *p = r->key ? place_of(r) : NULL;
    for (enum measure m = OUTPUT; m <= BUSY; m++)
        if (r->seen[m].word)
            memo_change(p, m, replace, &r->seen[m]);
}

static void see(struct recalled *r, enum measure m, int64_t value)
{
    r->seen[m] = decayed_add(r->seen[m], value, DECAYED_ONE);
}

static void recall(void *context, const struct store_habit *s)
{
    struct recalled *r = context;
    const struct habit_of of = {.provider = s->provider, .model = s->model};
    const uint64_t key = keys_of(r->habits, &of).of[MODEL];
    if (key != r->key) {
        put(r);
        *r = (struct recalled){.habits = r->habits, .late_us = r->late_us, .key = key};
    } else if (s->start_us - r->start_us > DAY_US) {
        r->seen[OUTPUT] = r->seen[BUSY] = (struct decayed){0};
    }
    r->start_us = s->start_us;
    const int64_t foreseen = forecast_mean(&r->seen[OUTPUT], 1, FORECAST_OUTPUT);
    if (s->busy_us > 0)
        see(r, BUSY, busy_counted(s->busy_us, decayed_mean(r->seen[BUSY]), foreseen));
    if (!s->counted)
        return;
    see(r, OUTPUT, forecast_counted(s->output, foreseen, 1));
    if (s->input > 0)
        see(r, CACHED, part_ppm(s->cached, s->input));
}

enum status habits_recall(struct habits *h, struct store *s, const struct decided_query *q,
                          int64_t now_us, struct why *why)
{
    struct recalled r = {.habits = h, .late_us = now_us - q->until_us};
    enum status status = store_habits(s, q, recall, &r, why);
    if (status == STATUS_OK)
        put(&r);
    return status;
}
