// SPDX-License-Identifier: Apache-2.0
//
// Each gram counts once a text, by how rare it is (inverse document frequency), whose factor is in
// the weights at the end. The ridge is solved in the dual, a row at a time (Shalev-Shwartz and
// Zhang 2013): weights = Σ alpha[r] x[r] / ridge.

#include "route/lexicon.h"

#include <math.h>

#include "base/alloc.h"

#define ROUNDS 12

float lexicon_score(const struct lexicon *w, const uint16_t *grams, unsigned count)
{
    int32_t sum = 0;
    if (count == 0)
        return w->bias;
    for (unsigned i = 0; i < count; i++)
        sum += w->weights[grams[i]];
    return w->bias + w->scale * (float)sum / sqrtf((float)count);
}

struct fit {
    const struct lexicon_row *rows;
    size_t count;
    float ridge;
    float bias;
    float *rare; // a gram's factor
    float *weights;
    float *alpha; // a row's
    uint32_t *order;
};

static void find_rare(struct fit *f)
{
    float squares = 0;
    size_t grams = 0;
    for (size_t r = 0; r < f->count; r++) {
        for (unsigned i = 0; i < f->rows[r].count; i++)
            f->rare[f->rows[r].grams[i]] += 1;
        f->bias += f->rows[r].target / (float)f->count;
    }
    for (size_t g = 0; g < LEXICON_WEIGHTS; g++) {
        float in = f->rare[g];
        f->rare[g] = in > 0 ? logf((1 + (float)f->count) / (1 + in)) + 1 : 0;
        squares += in * f->rare[g] * f->rare[g];
        grams += (size_t)in;
    }
    float mean = grams ? sqrtf(squares / (float)grams) : 1;
    for (size_t g = 0; g < LEXICON_WEIGHTS; g++)
        f->rare[g] /= mean;
}

static void solve_row(struct fit *f, size_t r)
{
    const struct lexicon_row *row = &f->rows[r];
    float sum = 0, squares = 0, root = sqrtf((float)row->count);
    for (unsigned i = 0; i < row->count; i++) {
        float x = f->rare[row->grams[i]];
        sum += f->weights[row->grams[i]] * x;
        squares += x * x;
    }
    float error = row->target - f->bias - sum / root - f->alpha[r];
    float step = error / (1 + squares / root / root / f->ridge);
    f->alpha[r] += step;
    step /= f->ridge * root;
    for (unsigned i = 0; i < row->count; i++)
        f->weights[row->grams[i]] += step * f->rare[row->grams[i]];
}

static void solve(struct fit *f, struct dice *dice)
{
    for (size_t i = 0; i < f->count; i++)
        f->order[i] = (uint32_t)i;
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (size_t i = f->count; i > 1; i--) {
            size_t j = (size_t)dice_below(dice, i);
            uint32_t other = f->order[j];
            f->order[j] = f->order[i - 1];
            f->order[i - 1] = other;
        }
        for (size_t i = 0; i < f->count; i++) {
            if (f->rows[f->order[i]].count)
                solve_row(f, f->order[i]);
        }
    }
}

bool lexicon_fit(struct lexicon_rows rows, float ridge, struct dice *dice, float *weights,
                 float *bias)
{
    struct fit f = {.rows = rows.at, .count = rows.count, .ridge = ridge, .weights = weights};
    f.rare = alloc_zero(&alloc_heap, LEXICON_WEIGHTS * sizeof *f.rare);
    f.alpha = alloc_zero(&alloc_heap, (rows.count + 1) * sizeof *f.alpha);
    f.order = alloc_zero(&alloc_heap, (rows.count + 1) * sizeof *f.order);
    bool done = f.rare && f.alpha && f.order;
    if (done) {
        for (size_t g = 0; g < LEXICON_WEIGHTS; g++)
            weights[g] = 0;
        find_rare(&f);
        solve(&f, dice);
        for (size_t g = 0; g < LEXICON_WEIGHTS; g++)
            weights[g] *= f.rare[g];
        *bias = f.bias;
    }
    alloc_free(&alloc_heap, f.order);
    alloc_free(&alloc_heap, f.alpha);
    alloc_free(&alloc_heap, f.rare);
    return done;
}

void lexicon_round(const float *weights, float bias, int8_t *bytes, struct lexicon *out)
{
    float most = 0;
    for (size_t g = 0; g < LEXICON_WEIGHTS; g++)
        most = fabsf(weights[g]) > most ? fabsf(weights[g]) : most;
    float scale = most > 0 ? most / 127 : 1;
    for (size_t g = 0; g < LEXICON_WEIGHTS; g++)
        bytes[g] = (int8_t)lrintf(weights[g] / scale);
    *out = (struct lexicon){bytes, scale, bias};
}
