// SPDX-License-Identifier: Apache-2.0
//
// The mean of a task is shrunk to that of all by KEY_RIDGE rows. What a row sees of its own task is
// from the other folds.

#include <stdlib.h>

#include "base/alloc.h"
#include "route/train_part.h"

#define KEY_RIDGE 10

struct use {
    uint64_t key;
    uint32_t row;
    uint8_t part; // PART_TASK or PART_PAIR
};

static int by_key(const void *a, const void *b)
{
    const struct use *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

// The uses of one key.
static void add_key(struct training *t, const struct use *uses, size_t count)
{
    float sum = 0, sums[FOLDS] = {0}, counts[FOLDS] = {0};
    for (size_t i = 0; i < count; i++) {
        float gain = t->gain[uses[i].row] - t->head.mean;
        sum += gain;
        sums[t->fold[uses[i].row]] += gain;
        counts[t->fold[uses[i].row]] += 1;
    }
    for (size_t i = 0; i < count; i++) {
        unsigned fold = t->fold[uses[i].row];
        t->part[uses[i].part][uses[i].row] =
            (sum - sums[fold]) / ((float)count - counts[fold] + KEY_RIDGE);
    }
    if (count > 1)
        t->keys[t->head.keys++] =
            (struct model_key){uses[0].key, sum / ((float)count + KEY_RIDGE), (float)count};
}

static int by_rows(const void *a, const void *b)
{
    const struct model_key *x = a, *y = b;
    if (x->rows < y->rows || x->rows > y->rows)
        return x->rows > y->rows ? -1 : 1;
    return x->key < y->key ? -1 : 1;
}

static int in_order(const void *a, const void *b)
{
    const struct model_key *x = a, *y = b;
    return x->key < y->key ? -1 : 1;
}

// Of more than a model has room for those that most rows have.
static void keep_frequent(struct training *t)
{
    if (t->head.keys <= MODEL_KEYS_MAX)
        return;
    qsort(t->keys, t->head.keys, sizeof *t->keys, by_rows);
    t->head.keys = MODEL_KEYS_MAX;
    qsort(t->keys, t->head.keys, sizeof *t->keys, in_order);
}

bool train_keys(struct training *t)
{
    struct use *uses = alloc_get(&alloc_heap, (2 * t->count + 1) * sizeof *uses);
    t->keys = alloc_get(&alloc_heap, (t->count + 1) * sizeof *t->keys); // of two uses each
    if (uses && t->keys) {
        size_t count = 0;
        for (size_t i = 0; i < t->count; i++) {
            const struct row *r = &t->rows->at[i];
            if (r->task)
                uses[count++] = (struct use){r->task, (uint32_t)i, PART_TASK};
            if (r->pair)
                uses[count++] = (struct use){r->pair, (uint32_t)i, PART_PAIR};
        }
        qsort(uses, count, sizeof *uses, by_key);
        for (size_t i = 0, end; i < count; i = end) {
            for (end = i + 1; end < count && uses[end].key == uses[i].key;)
                end++;
            add_key(t, uses + i, end - i);
        }
        keep_frequent(t);
    }
    bool done = uses && t->keys;
    alloc_free(&alloc_heap, uses);
    return done;
}
