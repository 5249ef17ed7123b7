// SPDX-License-Identifier: Apache-2.0

#include "route/learner.h"

#include <math.h>
#include <stdlib.h>

#define EVEN         0.5 // risk of what is only measured
#define QUALITY_FAIR 0.8 // of a large model, where pairs are not there yet

const char *rung_name(enum rung r)
{
    static const char *const names[] = {
#define X(id, name) name,
        RUNG_MAP(X)
#undef X
    };
    return names[r];
}

void learner_init(struct learner *l)
{
    *l = (struct learner){.odds = NULL};
    rows_init(&l->rows);
    rows_init(&l->proof_rows);
}

void learner_fini(struct learner *l)
{
    rows_fini(&l->rows);
    rows_fini(&l->proof_rows);
    alloc_free(&alloc_heap, l->odds);
}

// Not by the bytes at its end, which say whether a call becomes a pair at all.
static bool is_proof(const struct lesson *lesson)
{
    return (lesson->id.bytes[11] & 1) != 0;
}

enum status learner_add(struct learner *l, const struct lesson *lesson, struct why *why)
{
    struct row row = {.pair = lesson->pair, .weak = lesson->weak, .strong = lesson->strong};
    if (!is_proof(lesson))
        return rows_keep(&l->rows, &row, lesson->traits, why);
    if (!lesson->proves)
        return STATUS_OK;
    float *odds =
        alloc_grow(&alloc_heap, l->odds, sizeof *odds, l->proof_rows.count, &l->odds_size);
    if (!odds)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    l->odds = odds;
    odds[l->proof_rows.count] = lesson->odds;
    return rows_keep(&l->proof_rows, &row, lesson->traits, why);
}

// --- what the pairs prove ---

struct proof {
    struct evidence *all; // a pair each
    struct evidence *some;
    uint64_t *tasks;
    struct traits *traits;
};

static bool proof_make(const struct learner *l, const struct model *m, struct proof *p)
{
    size_t n = l->proof_rows.count + 1;
    *p = (struct proof){
        alloc_get(&alloc_heap, n * sizeof *p->all), alloc_get(&alloc_heap, n * sizeof *p->some),
        alloc_get(&alloc_heap, n * sizeof *p->tasks), alloc_get(&alloc_heap, sizeof *p->traits)};
    if (!p->all || !p->some || !p->tasks || !p->traits)
        return false;
    for (size_t i = 0; i < l->proof_rows.count; i++) {
        const struct row *row = &l->proof_rows.at[i];
        row_traits(row, p->traits);
        p->all[i] = (struct evidence){model_gain(m, p->traits, row->pair), row->weak, row->strong,
                                      l->odds[i]};
        p->tasks[i] = row->task;
    }
    return true;
}

static void proof_free(struct proof *p)
{
    alloc_free(&alloc_heap, p->all);
    alloc_free(&alloc_heap, p->some);
    alloc_free(&alloc_heap, p->tasks);
    alloc_free(&alloc_heap, p->traits);
}

static void find(const struct learner *l, const struct proof *proof, const struct learner_wishes *w,
                 struct outlook *out)
{
    struct promise even = {w->promise.loss, EVEN};
    double time = w->time;
    size_t n = 0;
    for (size_t i = 0; i < l->proof_rows.count; i++)
        if (out->task == 0 || proof->tasks[i] == out->task)
            proof->some[n++] = proof->all[i];
    out->pairs = n;
    out->loss_most = 1;
    certificate_test(proof->some, n, &even, 1, &out->measured);
    certificate_test(proof->some, n, &w->promise, w->time, &out->certified);
    if (out->certified.holds)
        out->loss_most = certificate_loss_most(proof->some, n, out->certified.threshold,
                                               w->promise.risk / (time * (time + 1)));
}

// --- tasks ---

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

struct crowd {
    uint64_t task;
    size_t pairs;
};

static void crowd_add(struct crowd *most, unsigned *count, struct crowd c)
{
    unsigned i = *count;
    if (c.task == 0 || c.pairs < LEARNER_TASK_LEAST ||
        (i == LEARNER_TASKS_MAX && most[i - 1].pairs >= c.pairs))
        return;
    i = i == LEARNER_TASKS_MAX ? i - 1 : (*count)++;
    for (; i > 0 && most[i - 1].pairs < c.pairs; i--)
        most[i] = most[i - 1];
    most[i] = c;
}

// Those that have pairs enough, in either half.
static unsigned crowds(const struct learner *l, struct crowd *most)
{
    size_t all = l->rows.count + l->proof_rows.count, n = 0;
    uint64_t *tasks = alloc_get(&alloc_heap, (all + 1) * sizeof *tasks);
    unsigned count = 0;
    for (size_t i = 0; tasks && i < l->rows.count; i++)
        tasks[n++] = l->rows.at[i].task;
    for (size_t i = 0; tasks && i < l->proof_rows.count; i++)
        tasks[n++] = l->proof_rows.at[i].task;
    if (n)
        qsort(tasks, n, sizeof *tasks, by_number);
    for (size_t i = 0, begin = 0; i < n; i++) {
        if (i + 1 < n && tasks[i + 1] == tasks[i])
            continue;
        crowd_add(most, &count, (struct crowd){tasks[i], i + 1 - begin});
        begin = i + 1;
    }
    alloc_free(&alloc_heap, tasks);
    return count;
}

// --- the whole of it ---

static enum status learn(const struct learner *l, const struct model *prior, struct buf *file,
                         struct model *out, struct why *why)
{
    struct train_wishes wishes = {.prior = prior};
    *out = *prior;
    if (l->rows.count + l->proof_rows.count < LEARNER_LEAST || l->rows.count < TRAIN_ROWS_MIN)
        return STATUS_OK;
    enum status s = train(&l->rows, &wishes, file, why);
    return s == STATUS_OK ? model_view(buf_str(file), "what was learned", out, why) : s;
}

enum status learner_run(const struct learner *l, const struct learner_wishes *w, struct buf *model,
                        struct outlooks *out, struct why *why)
{
    struct model learned;
    struct proof proof;
    struct crowd most[LEARNER_TASKS_MAX];
    enum status s = learn(l, w->prior, model, &learned, why);
    if (s != STATUS_OK)
        return s;
    *out = (struct outlooks){.pairs = l->rows.count + l->proof_rows.count,
                             .learned = model->len ? l->rows.count : 0};
    if (!proof_make(l, &learned, &proof)) {
        proof_free(&proof);
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    }
    find(l, &proof, w, &out->route);
    out->task_count = crowds(l, most);
    for (unsigned i = 0; i < out->task_count; i++) {
        out->tasks[i].task = most[i].task;
        find(l, &proof, w, &out->tasks[i]);
    }
    proof_free(&proof);
    return STATUS_OK;
}

size_t learner_pairs_least(const struct promise *p, unsigned time)
{
    double k = time, goal = log(k * (k + 1) / p->risk);
    return (size_t)(2 * goal / log1p(QUALITY_FAIR * p->loss)) + 1;
}
