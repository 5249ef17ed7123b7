// SPDX-License-Identifier: Apache-2.0

#include "route/train.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "route/certificate.h"
#include "route/model_file.h"
#include "route/train_part.h"

#define SEED         20260101
#define SHARE_SPREAD .3  // how far from what it began with a share is expected to lie
#define KEPT         .95 // of the large model's quality, at the thresholds that are proposed
#define DOUBT        .1  // ... with a risk of so much: few rows propose little

static bool begin(struct training *t)
{
    size_t n = t->count;
    double weak = 0, strong = 0;
    t->gain = alloc_get(&alloc_heap, n * sizeof *t->gain);
    t->fold = alloc_get(&alloc_heap, n);
    t->expected = alloc_get(&alloc_heap, n * sizeof *t->expected);
    for (unsigned i = 0; i < PART_COUNT; i++) {
        t->part[i] = alloc_zero(&alloc_heap, n * sizeof *t->part[i]);
        if (!t->part[i])
            return false;
    }
    if (!t->gain || !t->fold || !t->expected)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct row *r = &t->rows->at[i];
        t->gain[i] = r->strong - r->weak;
        const uint64_t by_chance = dice_below(&t->dice, FOLDS);
        t->fold[i] = (uint8_t)(r->group ? r->group % FOLDS : by_chance);
        weak += (double)r->weak;
        strong += (double)r->strong;
    }
    t->head.weak = (float)(weak / (double)n);
    t->head.strong = (float)(strong / (double)n);
    t->head.mean = (float)((strong - weak) / (double)n);
    return true;
}

static void end(struct training *t)
{
    alloc_free(&alloc_heap, t->texts);
    alloc_free(&alloc_heap, t->keys);
    alloc_free(&alloc_heap, t->after);
    alloc_free(&alloc_heap, t->trees);
    alloc_free(&alloc_heap, t->words);
    for (unsigned i = 0; i < PART_COUNT; i++)
        alloc_free(&alloc_heap, t->part[i]);
    alloc_free(&alloc_heap, t->expected);
    alloc_free(&alloc_heap, t->fold);
    alloc_free(&alloc_heap, t->gain);
}

// --- the model it begins with ---

static bool is_of_traits(const struct model *m)
{
    for (unsigned i = 0; i < m->head->trees; i++) {
        for (unsigned d = 0; d < TREE_DEPTH; d++) {
            if (m->trees[i].asks[d].column >= TRAIT_COUNT)
                return false;
        }
    }
    return m->head->trees > 0;
}

static void use_prior(struct training *t)
{
    const struct model *m = t->wishes->prior;
    double sum = 0;
    if (!m || !is_of_traits(m))
        return;
    t->prior = m->trees;
    t->head.prior = m->head->trees;
    for (size_t i = 0; i < t->count; i++) {
        t->part[PART_PRIOR][i] = trees_sum(t->prior, t->head.prior, t->rows->at[i].value);
        sum += (double)t->part[PART_PRIOR][i];
    }
    t->head.prior_mean = (float)(sum / (double)t->count);
    for (size_t i = 0; i < t->count; i++)
        t->part[PART_PRIOR][i] -= t->head.prior_mean;
}

// --- how much of each part ---

struct equations {
    double left[PART_COUNT][PART_COUNT], right[PART_COUNT];
};

static void set_up(const struct training *t, const float *began, struct equations *e)
{
    double square = 0; // of what is to be explained
    *e = (struct equations){0};
    for (size_t r = 0; r < t->count; r++) {
        double y = (double)(t->gain[r] - t->head.mean);
        square += y * y;
        for (unsigned i = 0; i < PART_COUNT; i++) {
            double x = (double)t->part[i][r];
            e->right[i] += x * y;
            for (unsigned j = 0; j < PART_COUNT; j++)
                e->left[i][j] += x * (double)t->part[j][r];
        }
    }
    double ridge = square / (double)t->count / (SHARE_SPREAD * SHARE_SPREAD);
    for (unsigned i = 0; i < PART_COUNT; i++) {
        if (e->left[i][i] > 0) { // else the part says nothing
            e->left[i][i] += ridge;
            e->right[i] += ridge * (double)began[i];
        }
    }
}

void train_shares(struct training *t)
{
    static const float with_prior[PART_COUNT] = {
        [PART_TASK] = .5f, [PART_PAIR] = .5f, [PART_PRIOR] = 1};
    static const float without[PART_COUNT] = {
        [PART_WORDS] = .5f, [PART_TREES] = .5f, [PART_TASK] = .5f, [PART_PAIR] = .5f};
    const float *began = t->head.prior ? with_prior : without;
    struct equations e;
    double share[PART_COUNT] = {0};
    set_up(t, began, &e);
    for (unsigned round = 0; round < 200; round++) { // Gauss and Seidel; no share is below 0
        for (unsigned i = 0; i < PART_COUNT; i++) {
            double rest = e.right[i];
            for (unsigned j = 0; j < PART_COUNT; j++)
                rest -= j == i ? 0 : e.left[i][j] * share[j];
            share[i] = e.left[i][i] > 0 && rest > 0 ? rest / e.left[i][i] : 0;
        }
    }
    for (unsigned i = 0; i < PART_COUNT; i++)
        t->head.share[i] = (float)share[i];
    for (size_t r = 0; r < t->count; r++) {
        t->expected[r] = t->head.mean;
        for (unsigned i = 0; i < PART_COUNT; i++)
            t->expected[r] += t->head.share[i] * t->part[i][r];
    }
}

// --- thresholds ---

// The highest threshold of which the rows that count carry that it keeps KEPT of the quality; below
// all scores where they carry none.
static float threshold_of(const struct training *t, const float *more, bool answered)
{
    const struct promise kept = {1 - KEPT, DOUBT};
    struct evidence *outcomes = alloc_get(&alloc_heap, t->count * sizeof *outcomes);
    struct certificate c = {.holds = false};
    size_t count = 0;
    for (size_t i = 0; outcomes && i < t->count; i++) {
        const struct row *r = &t->rows->at[i];
        if (r->answered || !answered)
            outcomes[count++] = (struct evidence){.score = t->expected[i] + (more ? more[i] : 0),
                                                  .weak = r->weak,
                                                  .strong = r->strong,
                                                  .weight = 1,
                                                  .group = r->group};
    }
    if (count > 0)
        certificate_test(outcomes, count, &kept, &c);
    alloc_free(&alloc_heap, outcomes);
    return c.holds ? (float)c.threshold : MODEL_NOTHING;
}

// --- the file ---

static void add(struct buf *out, const void *at, size_t bytes)
{
    buf_add(out, str_from(at, bytes));
}

static void write_file(struct training *t, struct buf *out)
{
    struct model_head *h = &t->head;
    size_t from = out->len;
    h->magic = MODEL_MAGIC;
    h->version = MODEL_VERSION;
    h->traits = TRAITS_VERSION;
    h->rows = t->count;
    h->learned = rows_mark(t->rows);
    h->bytes = model_bytes(h);
    add(out, h, sizeof *h);
    add(out, t->words, h->words);
    add(out, t->trees, h->trees * sizeof *t->trees);
    add(out, t->prior, h->prior * sizeof *t->prior);
    add(out, t->after, h->after * sizeof *t->after);
    add(out, t->keys, h->keys * sizeof *t->keys);
    add(out, t->texts, h->texts * sizeof *t->texts);
    if (buf_failed(out))
        return;
    h->check = model_check(str_from(out->ptr + from, out->len - from));
    memcpy(out->ptr + from, h, sizeof *h);
}

static void forget_keys(struct training *t)
{
    t->head.keys = 0;
    memset(t->part[PART_TASK], 0, t->count * sizeof *t->part[PART_TASK]);
    memset(t->part[PART_PAIR], 0, t->count * sizeof *t->part[PART_PAIR]);
}

// So that nothing is proved by them.
static bool mark_texts(struct training *t)
{
    size_t n = 0, kept = 0;
    t->texts = alloc_get(&alloc_heap, t->count * sizeof *t->texts);
    if (!t->texts)
        return false;
    for (size_t i = 0; i < t->count; i++)
        if (t->rows->at[i].text)
            t->texts[n++] = model_mark(t->rows->at[i].text);
    if (n)
        qsort(t->texts, n, sizeof *t->texts, model_by_mark);
    for (size_t i = 0; i < n && kept < MODEL_TEXTS_MAX; i++)
        if (kept == 0 || t->texts[i] != t->texts[kept - 1])
            t->texts[kept++] = t->texts[i];
    t->head.texts = (uint32_t)kept;
    return true;
}

static bool learn(struct training *t)
{
    if (!begin(t))
        return false;
    bool all = !t->wishes->structure;
    use_prior(t);
    if (!train_keys(t) || (all && !train_words(t)) || !train_trees(t))
        return false;
    if (!all)
        forget_keys(t);
    train_shares(t);
    t->head.threshold = threshold_of(t, NULL, false);
    if (all && (!train_after(t) || !mark_texts(t)))
        return false;
    t->head.threshold_after = threshold_of(t, t->head.after ? t->part[PART_PRIOR] : NULL, true);
    return true;
}

enum status train(const struct rows *rows, const struct train_wishes *w, struct buf *out,
                  struct why *why)
{
    struct training t = {.rows = rows, .wishes = w, .count = rows->count};
    if (rows->count < TRAIN_ROWS_MIN)
        return why_set(why, STATUS_RANGE, "%zu rows are too few to learn from: at least %d",
                       rows->count, TRAIN_ROWS_MIN);
    dice_init(&t.dice, SEED);
    bool done = learn(&t);
    if (done)
        write_file(&t, out);
    end(&t);
    return done && !buf_failed(out) ? STATUS_OK : why_set(why, STATUS_NO_MEMORY, "out of memory");
}
