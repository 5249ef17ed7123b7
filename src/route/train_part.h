// SPDX-License-Identifier: Apache-2.0
//
// train_part - what the files of train.h share.

#ifndef ROUTE_TRAIN_PART_H
#define ROUTE_TRAIN_PART_H

#include "base/random.h"
#include "route/train.h"

#define FOLDS 5

struct training {
    const struct rows *rows;
    const struct train_wishes *wishes;
    size_t count;
    struct dice dice;
    struct model_head head;
    float *gain;             // of each row: strong - weak
    uint8_t *fold;           // the part of the rows it is in: a group (rows.h) is in one
    float *part[PART_COUNT]; // what each part says of a row it has not seen, about 0 in the mean
    float *expected;         // so the gain of a row that was not seen
    int8_t *words;
    struct tree *trees, *after;
    const struct tree *prior;
    struct model_key *keys;
    uint32_t *texts;
};

// The means of tasks and pairs: sets keys, and part[PART_TASK] and [PART_PAIR]. False without
// memory.
bool train_keys(struct training *t) MUST_USE;
// The words, the trees, the trees after an answer.
bool train_words(struct training *t) MUST_USE;
bool train_trees(struct training *t) MUST_USE;
bool train_after(struct training *t) MUST_USE;
// How much of each part is taken: sets head.share, and `expected`.
void train_shares(struct training *t);

#endif
