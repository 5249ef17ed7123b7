// SPDX-License-Identifier: Apache-2.0
//
// Gradient boosting of squared error (Friedman 2001), with rows and columns drawn anew for each
// tree (Friedman 2002), over at most BINS_MAX steps a column; oblivious trees as in CatBoost
// (Prokhorenkova et al. 2018). A rising column's leaves are averaged pairwise where they would
// fall.

#include "route/trees.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define BINS_MAX 48

static inline unsigned asked(const struct tree *t, const uint16_t *columns, unsigned depth)
{
    return (unsigned)(columns[t->asks[depth].column] > t->asks[depth].above) << depth;
}

static inline unsigned leaf_of(const struct tree *t, const uint16_t *columns)
{
    _Static_assert(TREE_DEPTH == 4, "as many questions");
    return asked(t, columns, 0) | asked(t, columns, 1) | asked(t, columns, 2) |
           asked(t, columns, 3);
}

float trees_sum(const struct tree *trees, unsigned count, const uint16_t *columns)
{
    float sum = 0;
    for (unsigned i = 0; i < count; i++)
        sum += trees[i].leaf[leaf_of(&trees[i], columns)];
    return sum;
}

void trees_explain(const struct tree *trees, unsigned count, const uint16_t *columns,
                   float *weights)
{
    for (unsigned i = 0; i < count; i++) {
        const struct tree *t = &trees[i];
        unsigned leaf = leaf_of(t, columns);
        for (unsigned d = 0; d < TREE_DEPTH; d++)
            weights[t->asks[d].column] += (t->leaf[leaf] - t->leaf[leaf ^ 1u << d]) / 2;
    }
}

struct sums {
    float sum, count;
};

struct fit {
    const struct trees_table *x;
    const struct trees_wishes *wishes;
    struct dice *dice;
    float *target;
    uint8_t *bins;                         // as x->at
    uint16_t above[COLUMNS_MAX][BINS_MAX]; // upper edge of each bin
    unsigned bin_count[COLUMNS_MAX];       // 1: the column says nothing
    uint32_t *drawn;                       // rows of this tree
    size_t drawn_count;
    uint8_t *leaf; // of each drawn row, as far as the tree has grown
    struct sums grid[TREE_LEAVES][BINS_MAX];
};

static int by_size(const void *a, const void *b)
{
    return *(const uint16_t *)a - *(const uint16_t *)b;
}

static unsigned bin_of(const struct fit *f, unsigned column, uint16_t n)
{
    unsigned low = 0, high = f->bin_count[column] - 1;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (n > f->above[column][middle])
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// Edges at equal parts of the rows; each value's share stays whole.
static void find_bins(struct fit *f, unsigned column, uint16_t *sorted)
{
    size_t rows = f->x->rows;
    const uint16_t *at = f->x->at + column * rows;
    unsigned count = 0;
    memcpy(sorted, at, rows * sizeof *sorted);
    qsort(sorted, rows, sizeof *sorted, by_size);
    for (unsigned i = 1; i < BINS_MAX; i++) {
        uint16_t edge = sorted[rows * i / BINS_MAX];
        if (edge < sorted[rows - 1] && (count == 0 || edge > f->above[column][count - 1]))
            f->above[column][count++] = edge;
    }
    f->above[column][count++] = UINT16_MAX;
    f->bin_count[column] = count;
    for (size_t r = 0; r < rows; r++)
        f->bins[column * rows + r] = (uint8_t)bin_of(f, column, at[r]);
}

static double chance(struct dice *d)
{
    return (double)(dice_next(d) >> 11) / 9007199254740992.0;
}

static void draw_rows(struct fit *f)
{
    f->drawn_count = 0;
    for (size_t r = 0; r < f->x->rows; r++) {
        if (chance(f->dice) < (double)f->wishes->rows_part)
            f->drawn[f->drawn_count++] = (uint32_t)r;
    }
    memset(f->leaf, 0, f->drawn_count);
}

static float worth(struct sums s, float ridge)
{
    return s.sum * s.sum / (s.count + ridge);
}

// The best question of this column: how much of the error it takes, and where.
static float ask_column(struct fit *f, unsigned column, unsigned leaves, unsigned *bin)
{
    const uint8_t *bins = f->bins + column * f->x->rows;
    unsigned count = f->bin_count[column];
    float gains[BINS_MAX] = {0};
    for (unsigned l = 0; l < leaves; l++)
        memset(f->grid[l], 0, count * sizeof f->grid[l][0]);
    for (size_t i = 0; i < f->drawn_count; i++) {
        struct sums *s = &f->grid[f->leaf[i]][bins[f->drawn[i]]];
        s->sum += f->target[f->drawn[i]];
        s->count += 1;
    }
    for (unsigned l = 0; l < leaves; l++) {
        struct sums all = {0}, low = {0};
        for (unsigned b = 0; b < count; b++) {
            all.sum += f->grid[l][b].sum;
            all.count += f->grid[l][b].count;
        }
        for (unsigned b = 0; b + 1 < count; b++) {
            low.sum += f->grid[l][b].sum;
            low.count += f->grid[l][b].count;
            struct sums high = {all.sum - low.sum, all.count - low.count};
            gains[b] += worth(low, f->wishes->ridge) + worth(high, f->wishes->ridge) -
                        worth(all, f->wishes->ridge);
        }
    }
    *bin = 0;
    for (unsigned b = 1; b + 1 < count; b++)
        *bin = gains[b] > gains[*bin] ? b : *bin;
    return gains[*bin];
}

// The next question of the tree.
static void grow(struct fit *f, struct tree *t, unsigned depth)
{
    float best = -1;
    unsigned column = 0, bin = 0;
    for (unsigned c = 0; c < f->x->columns; c++) {
        unsigned b;
        if (f->bin_count[c] < 2 || chance(f->dice) >= (double)f->wishes->columns_part)
            continue;
        float gain = ask_column(f, c, 1u << depth, &b);
        if (gain > best) {
            best = gain;
            column = c;
            bin = b;
        }
    }
    t->asks[depth].column = (uint16_t)column;
    t->asks[depth].above = best < 0 ? UINT16_MAX : f->above[column][bin];
    for (size_t i = 0; i < f->drawn_count; i++) {
        unsigned yes = best >= 0 && f->bins[column * f->x->rows + f->drawn[i]] > bin;
        f->leaf[i] |= (uint8_t)(yes << depth);
    }
}

// The leaves that question `d` keeps apart: who says yes has no less.
static void level(struct tree *t, const struct sums *sums, unsigned d, float ridge)
{
    for (unsigned l = 0; l < TREE_LEAVES; l++) {
        unsigned high = l | 1u << d;
        if (l == high || t->leaf[l] <= t->leaf[high])
            continue;
        float a = sums[l].count + ridge, b = sums[high].count + ridge;
        t->leaf[l] = t->leaf[high] = (t->leaf[l] * a + t->leaf[high] * b) / (a + b);
    }
}

static void keep_rising(struct tree *t, const struct sums *sums, uint64_t rising, float ridge)
{
    for (unsigned pass = 0; pass < TREE_DEPTH; pass++)
        for (unsigned d = 0; d < TREE_DEPTH; d++)
            if (t->asks[d].column < 64 && (rising >> t->asks[d].column & 1))
                level(t, sums, d, ridge);
}

static void set_leaves(struct fit *f, struct tree *t)
{
    struct sums sums[TREE_LEAVES] = {{0}};
    float ridge = f->wishes->ridge;
    for (size_t i = 0; i < f->drawn_count; i++) {
        sums[f->leaf[i]].sum += f->target[f->drawn[i]];
        sums[f->leaf[i]].count += 1;
    }
    for (unsigned l = 0; l < TREE_LEAVES; l++)
        t->leaf[l] = f->wishes->rate * sums[l].sum / (sums[l].count + ridge);
    keep_rising(t, sums, f->wishes->rising, ridge);
}

static void take_off(struct fit *f, const struct tree *t)
{
    size_t rows = f->x->rows;
    for (size_t r = 0; r < rows; r++) {
        unsigned leaf = 0;
        for (unsigned d = 0; d < TREE_DEPTH; d++)
            leaf |= (unsigned)(f->x->at[t->asks[d].column * rows + r] > t->asks[d].above) << d;
        f->target[r] -= t->leaf[leaf];
    }
}

bool trees_fit(const struct trees_table *x, float *target, const struct trees_wishes *w,
               struct dice *dice, struct tree *out)
{
    size_t rows = x->rows;
    struct fit *f = alloc_zero(&alloc_heap, sizeof *f);
    uint16_t *sorted = alloc_get(&alloc_heap, (rows + 1) * sizeof *sorted);
    uint8_t *bins = alloc_get(&alloc_heap, rows * x->columns + 1);
    uint32_t *drawn = alloc_get(&alloc_heap, (rows + 1) * sizeof *drawn);
    uint8_t *leaf = alloc_get(&alloc_heap, rows + 1);
    bool done = f && sorted && bins && drawn && leaf;
    if (done) {
        f->x = x;
        f->wishes = w;
        f->dice = dice;
        f->target = target;
        f->bins = bins;
        f->drawn = drawn;
        f->leaf = leaf;
        for (unsigned c = 0; c < x->columns; c++)
            find_bins(f, c, sorted);
        for (unsigned i = 0; i < w->count; i++) {
            draw_rows(f);
            for (unsigned d = 0; d < TREE_DEPTH; d++)
                grow(f, &out[i], d);
            set_leaves(f, &out[i]);
            take_off(f, &out[i]);
        }
    }
    alloc_free(&alloc_heap, leaf);
    alloc_free(&alloc_heap, drawn);
    alloc_free(&alloc_heap, bins);
    alloc_free(&alloc_heap, sorted);
    alloc_free(&alloc_heap, f);
    return done;
}
