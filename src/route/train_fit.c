// SPDX-License-Identifier: Apache-2.0
//
// The fits: words, trees, and the trees that see an answer. Each first on the rows outside of a
// fold, to say what it expects inside; then, as fold FOLDS, on all.

#include "base/alloc.h"
#include "route/model_file.h"
#include "route/train_part.h"

#define WORDS_RIDGE 5

static const struct trees_wishes tree_wishes = {
    .count = 120,
    .rate = .05f,
    .ridge = 30,
    .rows_part = .5f,
    .columns_part = .25f,
    // Longer is not easier, whatever a few rows say.
    .rising = (uint64_t)1 << TRAIT_BYTES | (uint64_t)1 << TRAIT_WORDS,
};

// What carries over to other tasks is coarse.
static const struct trees_wishes structure_wishes = {
    .count = 60,
    .rate = .05f,
    .ridge = 200,
    .rows_part = .5f,
    .columns_part = .25f,
    .rising = (uint64_t)1 << TRAIT_BYTES | (uint64_t)1 << TRAIT_WORDS,
};

static const struct trees_wishes after_wishes = {
    .count = 160,
    .rate = .04f,
    .ridge = 30,
    .rows_part = .5f,
    .columns_part = .35f,
};

// --- words ---

static bool fit_words(struct training *t, unsigned fold, struct lexicon_row *rows, float *weights)
{
    struct lexicon words;
    size_t count = 0;
    float bias = 0;
    for (size_t i = 0; i < t->count; i++) {
        const struct row *r = &t->rows->at[i];
        if (t->fold[i] != fold)
            rows[count++] = (struct lexicon_row){r->grams, r->gram_count, t->gain[i]};
    }
    if (!lexicon_fit((struct lexicon_rows){rows, count}, WORDS_RIDGE, &t->dice, weights, &bias))
        return false;
    lexicon_round(weights, bias, t->words, &words);
    for (size_t i = 0; i < t->count; i++) {
        const struct row *r = &t->rows->at[i];
        if (t->fold[i] == fold)
            t->part[PART_WORDS][i] = lexicon_score(&words, r->grams, r->gram_count) - t->head.mean;
    }
    t->head.words_scale = words.scale;
    t->head.words_bias = words.bias;
    return true;
}

bool train_words(struct training *t)
{
    struct lexicon_row *rows = alloc_get(&alloc_heap, t->count * sizeof *rows);
    float *weights = alloc_get(&alloc_heap, LEXICON_WEIGHTS * sizeof *weights);
    t->words = alloc_zero(&alloc_heap, LEXICON_WEIGHTS);
    bool done = rows && weights && t->words;
    for (unsigned fold = 0; done && fold <= FOLDS; fold++)
        done = fit_words(t, fold, rows, weights);
    t->head.words = LEXICON_WEIGHTS;
    alloc_free(&alloc_heap, weights);
    alloc_free(&alloc_heap, rows);
    return done;
}

// --- trees ---

// What trees learn from: all rows of some, column by column.
struct lesson {
    const struct trees_wishes *wishes;
    struct trees_table table;
    uint16_t *columns; // of `count` rows, one row after the other
    const float *goal;
    const uint8_t *fold;
    uint16_t *at; // of the table
    float *target;
    struct tree *trees;
    size_t count;
    float mean; // of the goal in the rows of this fit
};

static bool begin(struct lesson *l, unsigned columns)
{
    l->table.columns = columns;
    l->columns = alloc_get(&alloc_heap, l->count * columns * sizeof *l->columns + 1);
    l->at = alloc_get(&alloc_heap, l->count * columns * sizeof *l->at + 1);
    l->target = alloc_get(&alloc_heap, l->count * sizeof *l->target + 1);
    l->trees = alloc_zero(&alloc_heap, l->wishes->count * sizeof *l->trees);
    l->table.at = l->at;
    return l->columns && l->at && l->target && l->trees;
}

static void end(struct lesson *l)
{
    alloc_free(&alloc_heap, l->target);
    alloc_free(&alloc_heap, l->at);
    alloc_free(&alloc_heap, l->columns);
}

// Fits the trees to the rows outside of the fold.
static bool fit_trees(struct lesson *l, unsigned fold, struct dice *dice)
{
    size_t rows = 0, at = 0;
    unsigned columns = l->table.columns;
    float sum = 0;
    for (size_t i = 0; i < l->count; i++) {
        rows += l->fold[i] != fold;
        sum += l->fold[i] != fold ? l->goal[i] : 0;
    }
    l->mean = rows ? sum / (float)rows : 0;
    for (size_t i = 0; i < l->count; i++) {
        if (l->fold[i] == fold)
            continue;
        for (unsigned c = 0; c < columns; c++)
            l->at[c * rows + at] = l->columns[i * columns + c];
        l->target[at++] = l->goal[i] - l->mean;
    }
    l->table.rows = rows;
    return trees_fit(&l->table, l->target, l->wishes, dice, l->trees);
}

// Each fold's rows as trees see them that have not, in `said`; at last the trees of all.
static bool fit_folds(struct lesson *l, struct dice *dice, float *said)
{
    for (unsigned fold = 0; fold <= FOLDS; fold++) {
        if (!fit_trees(l, fold, dice))
            return false;
        for (size_t i = 0; i < l->count; i++) {
            if (l->fold[i] == fold)
                said[i] = trees_sum(l->trees, l->wishes->count, l->columns + i * l->table.columns) +
                          l->mean;
        }
    }
    return true;
}

// The columns, and the goal: of structure alone the gain beyond that of the row's task, since how
// tasks differ is nothing that other tasks have.
static void set_lesson(const struct training *t, struct lesson *l, float *goal)
{
    bool structure = t->wishes->structure;
    for (size_t i = 0; i < t->count; i++) {
        float task = t->part[PART_TASK][i], pair = t->part[PART_PAIR][i];
        struct traits traits;
        memcpy(traits.value, t->rows->at[i].value, sizeof traits.value);
        model_columns(&traits, structure ? 0 : task, structure ? 0 : pair,
                      l->columns + i * COLUMN_COUNT);
        goal[i] = t->gain[i] - (structure ? task : 0);
    }
    l->goal = goal;
}

bool train_trees(struct training *t)
{
    struct lesson l = {.wishes = t->wishes->structure ? &structure_wishes : &tree_wishes,
                       .fold = t->fold,
                       .count = t->count};
    float *goal = alloc_get(&alloc_heap, t->count * sizeof *goal);
    bool done = begin(&l, COLUMN_COUNT) && goal;
    if (done) {
        set_lesson(t, &l, goal);
        done = fit_folds(&l, &t->dice, t->part[PART_TREES]);
    }
    for (size_t i = 0; i < t->count; i++)
        t->part[PART_TREES][i] -= t->head.mean;
    t->trees = l.trees;
    t->head.trees = l.wishes->count;
    end(&l);
    alloc_free(&alloc_heap, goal);
    return done;
}

// --- after an answer ---

// The rows that have one; the goal is what was not expected.
static bool fit_after(struct training *t, struct lesson *l, float *goal, uint8_t *fold)
{
    float *said = alloc_zero(&alloc_heap, (l->count + 1) * sizeof *said);
    bool done = said && begin(l, AFTER_COUNT);
    size_t at = 0;
    for (size_t i = 0; done && i < t->count; i++) {
        const struct row *r = &t->rows->at[i];
        if (!r->answered)
            continue;
        model_columns_after(t->expected[i], &r->reply, l->columns + at * AFTER_COUNT);
        goal[at] = t->gain[i] - t->expected[i];
        fold[at++] = t->fold[i];
    }
    l->goal = goal;
    l->fold = fold;
    done = done && fit_folds(l, &t->dice, said);
    at = 0;
    for (size_t i = 0; done && i < t->count; i++) {
        if (t->rows->at[i].answered)
            t->part[PART_PRIOR][i] = said[at++]; // from here on nobody else's
    }
    t->after = l->trees;
    t->head.after = l->wishes->count;
    t->head.after_mean = l->mean;
    end(l);
    alloc_free(&alloc_heap, said);
    return done;
}

bool train_after(struct training *t)
{
    struct lesson l = {.wishes = &after_wishes};
    for (size_t i = 0; i < t->count; i++)
        l.count += t->rows->at[i].answered;
    if (l.count < TRAIN_ROWS_MIN)
        return true;
    float *goal = alloc_get(&alloc_heap, l.count * sizeof *goal);
    uint8_t *fold = alloc_get(&alloc_heap, l.count);
    bool done = goal && fold && fit_after(t, &l, goal, fold);
    alloc_free(&alloc_heap, fold);
    alloc_free(&alloc_heap, goal);
    return done;
}
