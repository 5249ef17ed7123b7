// SPDX-License-Identifier: Apache-2.0
//
// model - what was learned of when the large model is worth its price: the expected gain of its
// answer over the small one's, in quality (0..1), so -1..1.
//
//   gain = mean + Σ share[part] · part        words  ridge over hashed words          learned here
//                                             trees  boosted, over structure          learned here
//                                             task   mean of the task, shrunk         learned here
//                                             pair   mean of the two models, shrunk   learned here
//                                             prior  trees of the model it began with
//
// After the small model's answer was seen, `model_gain_after` weighs that gain with what the answer
// looks like. A model is one file of fixed layout, little-endian, that is used as it lies in
// memory; everything in it is checked when it is opened, nothing afterwards.

#ifndef ROUTE_MODEL_H
#define ROUTE_MODEL_H

#include "base/mapped.h"
#include "route/lexicon.h"
#include "route/reply.h"
#include "route/trees.h"

#define MODEL_VERSION    3
#define MODEL_KEYS_MAX   65536 // tasks and pairs that a model knows
#define MODEL_TEXTS_MAX  65536 // of those that it was learned from: the ones with the lowest marks
#define MODEL_BYTES_MOST (4 << 20)
#define MODEL_NOTHING    (-2.f) // a threshold that is below all gains

enum part { PART_WORDS, PART_TREES, PART_TASK, PART_PAIR, PART_PRIOR, PART_COUNT };

// Columns of the trees: the traits, then these.
enum column { COLUMN_TASK = TRAIT_COUNT, COLUMN_PAIR, COLUMN_COUNT };
// Of the trees of a cascade: the answer's, then the gain that was expected before.
enum { AFTER_GAIN = REPLY_COUNT, AFTER_COUNT };

// How far the mean of a task (or pair) lies from that of all: shrunk, and from how many rows.
struct model_key {
    uint64_t key;
    float effect;
    float rows;
};

// The start of a model's file.
struct model_head {
    uint32_t magic;
    uint32_t version;   // MODEL_VERSION
    uint32_t traits;    // TRAITS_VERSION
    uint32_t check;     // CRC-32 of what follows
    uint64_t bytes;     // of the whole file
    uint64_t rows;      // it was learned from
    float weak, strong; // mean quality in those rows
    float threshold;    // of the gain: the most that rows out of fold carry to keep 95 % of the
                        // strong's quality, MODEL_NOTHING where they carry none; no promise
    float threshold_after;
    float mean;       // gain
    float prior_mean; // of the prior's trees in those rows
    float share[PART_COUNT];
    float after_mean; // what is left of the gain once an answer is there
    float words_scale, words_bias;
    uint32_t words;                     // 0 or LEXICON_WEIGHTS
    uint32_t trees, prior, after, keys; // how many there are
    uint32_t learned;                   // from which texts (rows_mark); 0: not known
    uint32_t texts;                     // of them that it has marks of
    uint32_t spare;                     // 0, or it is refused
};

struct model {
    const struct model_head *head;
    struct lexicon words;
    const struct tree *trees, *prior, *after;
    const struct model_key *keys; // in order
    const uint32_t *texts;        // marks, in order
    struct mapped file;
};

// Maps a copy of the file (base/mapped.h). IO, LIMIT; SYNTAX: it is no model; NEWER: of a newer
// version, or newer traits; EXPIRED: of older ones than this program's, so that it has to be
// learned anew; DAMAGED. `why` tells. `out` is written only on success.
enum status model_open(const char *path, struct model *out, struct why *why) MUST_USE;
// The same of bytes in memory, aligned to 8, that outlive it. `name` is theirs for a person.
enum status model_view(struct str bytes, const char *name, struct model *out,
                       struct why *why) MUST_USE;
// model_open of a file that is known by its head's checksum (below 0: it is not). Another one that
// lies in its place, or the same of another day, is refused: CONFLICT.
enum status model_open_known(const char *path, int64_t check, struct model *out,
                             struct why *why) MUST_USE;
void model_close(struct model *m); // a zeroed one is fine

// The name of a pair of models; 0: it is not known which. The order matters.
uint64_t model_pair(struct str weak, struct str strong);
// It was learned from a row of that text (struct row), whatever else the row said. One in 65,536
// that it was not learned from may be taken for one. One of more than MODEL_TEXTS_MAX may be
// missed, and all of a model that has no marks: of structure alone, or of pairs.
bool model_has_text(const struct model *m, uint64_t text);
// Of so many rows that it was not learned from as many may be taken for ones that it was, and no
// more, but once in a million times.
size_t model_texts_by_chance(const struct model *m, size_t rows);
// Without its words a call has another gain, or it is all the same to this model.
bool model_reads_words(const struct model *m);
// What the strong model's answer is expected to be better by. No memory, no lock, about a
// microsecond.
float model_gain(const struct model *m, const struct traits *t, uint64_t pair);
// The same of both models, the shipped one and one that was learned beside it: trees that they
// share (model_share) are asked once.
struct model_gains {
    float prior, own;
};
struct model_gains model_gain_both(const struct model *prior, const struct model *own,
                                   const struct traits *t, uint64_t pair);
// Where the trees of `prior`, which outlives it, are those that `own` has of its prior, it has the
// others for its own.
void model_share(struct model *own, const struct model *prior);
// The same as model_gain, and why: the parts that it is the sum of (without the mean), and what
// each trait had to do with those of the trees (trees_explain).
struct model_parts {
    float part[PART_COUNT];
    float trait[TRAIT_COUNT];
};
float model_explain(const struct model *m, const struct traits *t, uint64_t pair,
                    struct model_parts *out);
// What it is expected to be better by, now that the small model's answer is there. `gain` is what
// was expected before. Without answers to learn from it is that.
float model_gain_after(const struct model *m, float gain, const struct reply *a);

#endif
