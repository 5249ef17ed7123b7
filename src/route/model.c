// SPDX-License-Identifier: Apache-2.0
//
// The file: head, weights of words (a byte each), trees, trees of the prior, trees of a cascade,
// keys, marks of texts.

#include "route/model.h"

#include <math.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/fnv.h"
#include "base/must.h"
#include "route/model_file.h"

#define PAIR_SEED 0x9ae16a3b2f90404fu
#define MARKS     4294967296.0 // that there may be
#define CHANCE    1e-6         // that more rows have one than are said to

static enum status refuse(struct why *why, enum status s, const char *name, const char *what)
{
    return why_set(why, s, "%s: %s", name, what);
}

// What the head says of lengths, against the length there is.
static bool is_whole(const struct model_head *h, size_t len)
{
    bool counts = (h->words == 0 || h->words == LEXICON_WEIGHTS) && h->trees <= TREES_MAX &&
                  h->prior <= TREES_MAX && h->after <= TREES_MAX && h->keys <= MODEL_KEYS_MAX &&
                  h->texts <= MODEL_TEXTS_MAX;
    return counts && h->bytes == len && model_bytes(h) == len;
}

static bool are_numbers(const float *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(numbers[i]) || fabsf(numbers[i]) > MODEL_NUMBER_MAX)
            return false;
    }
    return true;
}

static bool are_trees(const struct tree *trees, unsigned count, unsigned columns)
{
    for (unsigned i = 0; i < count; i++) {
        for (unsigned d = 0; d < TREE_DEPTH; d++) {
            if (trees[i].asks[d].column >= columns)
                return false;
        }
        if (!are_numbers(trees[i].leaf, TREE_LEAVES))
            return false;
    }
    return true;
}

static bool are_keys(const struct model_key *keys, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if ((i && keys[i].key <= keys[i - 1].key) || !are_numbers(&keys[i].effect, 2))
            return false;
    }
    return true;
}

static bool are_marks(const uint32_t *marks, unsigned count)
{
    for (unsigned i = 1; i < count; i++) {
        if (marks[i] <= marks[i - 1])
            return false;
    }
    return true;
}

static bool is_sound(const struct model *m)
{
    const struct model_head *h = m->head;
    const float numbers[] = {h->weak,      h->strong,     h->threshold,  h->threshold_after,
                             h->mean,      h->prior_mean, h->after_mean, h->words_scale,
                             h->words_bias};
    return h->spare == 0 && are_numbers(numbers, sizeof numbers / sizeof numbers[0]) &&
           are_numbers(h->share, PART_COUNT) && are_trees(m->trees, h->trees, COLUMN_COUNT) &&
           are_trees(m->prior, h->prior, TRAIT_COUNT) &&
           are_trees(m->after, h->after, AFTER_COUNT) && are_keys(m->keys, h->keys) &&
           are_marks(m->texts, h->texts);
}

static const void *take(const char **at, size_t bytes)
{
    const void *part = *at;
    *at += bytes;
    return part;
}

enum status model_view(struct str bytes, const char *name, struct model *out, struct why *why)
{
    const struct model_head *h = (const void *)bytes.ptr;
    struct model m = {.head = h};
    if (bytes.len < sizeof *h || (uintptr_t)h % 8 != 0 || h->magic != MODEL_MAGIC)
        return refuse(why, STATUS_SYNTAX, name, "this is no model of `costlens route train`");
    if (h->version > MODEL_VERSION || h->traits > TRAITS_VERSION)
        return refuse(why, STATUS_NEWER, name, "this model is of a newer version of costlens");
    if (h->version != MODEL_VERSION || h->traits != TRAITS_VERSION)
        return refuse(why, STATUS_EXPIRED, name,
                      "this model is of an older version of costlens: train it again");
    if (!is_whole(h, bytes.len))
        return refuse(why, STATUS_DAMAGED, name, "this model is cut, or something follows it");
    if (model_check(bytes) != h->check)
        return refuse(why, STATUS_DAMAGED, name, "this model is damaged: its checksum is another");
    const char *at = bytes.ptr + sizeof *h;
    m.words = (struct lexicon){take(&at, h->words), h->words_scale, h->words_bias};
    m.trees = take(&at, h->trees * sizeof *m.trees);
    m.prior = take(&at, h->prior * sizeof *m.prior);
    m.after = take(&at, h->after * sizeof *m.after);
    m.keys = take(&at, h->keys * sizeof *m.keys);
    m.texts = take(&at, h->texts * sizeof *m.texts);
    if (!is_sound(&m))
        return refuse(why, STATUS_DAMAGED, name, "this model has numbers that cannot be");
    *out = m;
    return STATUS_OK;
}

enum status model_open(const char *path, struct model *out, struct why *why)
{
    struct mapped file = {STR_NONE};
    enum status s = mapped_open(path, MODEL_BYTES_MOST, &file, why);
    if (s == STATUS_OK)
        s = model_view(file.bytes, path, out, why);
    if (s == STATUS_OK)
        out->file = file;
    else
        mapped_close(&file);
    return s;
}

enum status model_open_known(const char *path, int64_t check, struct model *out, struct why *why)
{
    struct model m = {.head = NULL};
    enum status s = model_open(path, &m, why);
    if (s != STATUS_OK)
        return s;
    must(m.head);
    if (check >= 0 && m.head->check != check) {
        s = why_set(why, STATUS_CONFLICT,
                    "%s: this is another model than the one that was tested (%08x, not %08x)", path,
                    (unsigned)m.head->check, (unsigned)check);
        model_close(&m);
        return s;
    }
    *out = m;
    return STATUS_OK;
}

int model_by_mark(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

bool model_has_text(const struct model *m, uint64_t text)
{
    const uint32_t mark = model_mark(text);
    return m->head->texts && text &&
           bsearch(&mark, m->texts, m->head->texts, sizeof mark, model_by_mark) != NULL;
}

// Each row hits a mark with the share of all marks that the model has: Poisson's distribution.
size_t model_texts_by_chance(const struct model *m, size_t rows)
{
    const double mean = (double)m->head->texts / MARKS * (double)rows;
    double exactly = exp(-mean), at_most = exactly;
    size_t n = 0;
    must(mean < 500); // or there is no exp of it
    while (at_most < 1 - CHANCE) {
        exactly *= mean / (double)++n;
        at_most += exactly;
    }
    return n;
}

bool model_reads_words(const struct model *m)
{
    return m->head->words > 0 && fabsf(m->head->share[PART_WORDS]) > 0;
}

void model_close(struct model *m)
{
    mapped_close(&m->file);
    *m = (struct model){0};
}

// Its hash, and the end of the text. Digits count: llama3.1:8b is another model than llama3.1:70b.
static uint64_t name_part(uint64_t hash, struct str name)
{
    return fnv64(fnv64_text(hash, name), UINT8_MAX); // no byte of UTF-8
}

uint64_t model_pair(struct str weak, struct str strong)
{
    if (weak.len + strong.len == 0)
        return 0;
    uint64_t key = name_part(name_part(PAIR_SEED, weak), strong);
    return key ? key : 1;
}

static float effect_of(const struct model *m, uint64_t key)
{
    size_t low = 0, high = key ? m->head->keys : 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (m->keys[middle].key == key)
            return m->keys[middle].effect;
        if (m->keys[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

uint16_t model_column(float number)
{
    float scaled = (number + 1) * 32767.f;
    return scaled <= 0 ? 0 : scaled >= 65535.f ? UINT16_MAX : (uint16_t)scaled;
}

void model_columns(const struct traits *t, float task, float pair, uint16_t *columns)
{
    memcpy(columns, t->value, sizeof t->value);
    columns[COLUMN_TASK] = model_column(task);
    columns[COLUMN_PAIR] = model_column(pair);
}

// What a model expects.
struct expected {
    float part[PART_COUNT];
    uint16_t columns[COLUMN_COUNT]; // that the trees saw
    float trees;                    // the sum of its own
};

// The parts, each with its share. `shared` may be NULL: what was expected by the model whose trees
// are its prior.
static float expect(const struct model *m, const struct traits *t, uint64_t pair,
                    const struct expected *shared, struct expected *out)
{
    const struct model_head *h = m->head;
    float gain = h->mean, *part = out->part;
    part[PART_TASK] = effect_of(m, t->task);
    part[PART_PAIR] = effect_of(m, pair);
    model_columns(t, part[PART_TASK], part[PART_PAIR], out->columns);
    part[PART_TREES] = out->trees = trees_sum(m->trees, h->trees, out->columns);
    part[PART_WORDS] = h->words ? lexicon_score(&m->words, t->grams, t->gram_count) - h->mean : 0;
    float prior = shared ? shared->trees : trees_sum(m->prior, h->prior, out->columns);
    part[PART_PRIOR] = h->prior ? prior - h->prior_mean : 0;
    for (unsigned i = 0; i < PART_COUNT; i++) {
        part[i] *= h->share[i];
        gain += part[i];
    }
    return gain;
}

float model_gain(const struct model *m, const struct traits *t, uint64_t pair)
{
    struct expected e UNSET;
    return expect(m, t, pair, NULL, &e);
}

struct model_gains model_gain_both(const struct model *prior, const struct model *own,
                                   const struct traits *t, uint64_t pair)
{
    struct expected of_prior UNSET, of_own UNSET;
    struct model_gains both = {.prior = expect(prior, t, pair, NULL, &of_prior)};
    both.own = expect(own, t, pair, own->prior == prior->trees ? &of_prior : NULL, &of_own);
    return both;
}

void model_share(struct model *own, const struct model *prior)
{
    const size_t bytes = prior->head->trees * sizeof *prior->trees;
    if (own->head->prior == prior->head->trees && memcmp(own->prior, prior->trees, bytes) == 0)
        own->prior = prior->trees;
}

float model_explain(const struct model *m, const struct traits *t, uint64_t pair,
                    struct model_parts *out)
{
    const struct model_head *h = m->head;
    struct expected e UNSET;
    float trees[COLUMN_COUNT] = {0}, prior[COLUMN_COUNT] = {0};
    float gain = expect(m, t, pair, NULL, &e);
    memcpy(out->part, e.part, sizeof e.part);
    trees_explain(m->trees, h->trees, e.columns, trees);
    trees_explain(m->prior, h->prior, e.columns, prior);
    for (unsigned i = 0; i < TRAIT_COUNT; i++)
        out->trait[i] = h->share[PART_TREES] * trees[i] + h->share[PART_PRIOR] * prior[i];
    return gain;
}

void model_columns_after(float gain, const struct reply *a, uint16_t *columns)
{
    memcpy(columns, a->value, sizeof a->value);
    columns[AFTER_GAIN] = model_column(gain);
}

float model_gain_after(const struct model *m, float gain, const struct reply *a)
{
    const struct model_head *h = m->head;
    uint16_t columns[AFTER_COUNT];
    if (h->after == 0)
        return gain;
    model_columns_after(gain, a, columns);
    return gain + h->after_mean + trees_sum(m->after, h->after, columns);
}
