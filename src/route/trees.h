// SPDX-License-Identifier: Apache-2.0
//
// trees - a sum of small decision trees over columns of 16-bit numbers, learned by gradient
// boosting.
//
// Each tree asks TREE_DEPTH questions, the same whatever the answers were ("oblivious"): the
// answers are the bits of the leaf's index, so that no branch has to be guessed.
//
//   columns[a] > x ?   columns[b] > y ?  ...        bits 1 0 1 1  ──►  leaf[13]

#ifndef ROUTE_TREES_H
#define ROUTE_TREES_H

#include <stddef.h>
#include <stdint.h>

#include "base/random.h"

#define TREE_DEPTH  4
#define TREE_LEAVES (1 << TREE_DEPTH)
#define TREES_MAX   400
#define COLUMNS_MAX 128

struct tree {
    struct {
        uint16_t column;
        uint16_t above; // yes, if the column's number is more
    } asks[TREE_DEPTH];
    float leaf[TREE_LEAVES];
};

// The sum of the leaves of `count` trees. Each column that they ask for is there.
float trees_sum(const struct tree *trees, unsigned count, const uint16_t *columns);

// What each column had to do with that sum, added to `weights`: half of what another
// answer to each of its questions would have changed.
void trees_explain(const struct tree *trees, unsigned count, const uint16_t *columns,
                   float *weights);

// To learn from: number `r` of column `c` is at[c * rows + r].
struct trees_table {
    const uint16_t *at;
    size_t rows;
    unsigned columns;
};

struct trees_wishes {
    unsigned count;  // trees
    float rate;      // what of each tree's correction is taken: 0..1
    float ridge;     // rows of no error that each leaf has besides
    float rows_part; // of the rows that each tree sees, drawn anew: 0..1
    float columns_part;
    uint64_t rising; // bit c: the sum must not fall where column c (of the first 64) rises
};

// Fits the trees to `target` (a number a row; what is left of it stands there afterwards), least
// squares. The target should be about 0 in the mean. False without memory.
bool trees_fit(const struct trees_table *x, float *target, const struct trees_wishes *w,
               struct dice *dice, struct tree *out) MUST_USE;

#endif
