// SPDX-License-Identifier: Apache-2.0
//
// rows - calls that were answered by both models and judged: what a router learns from and is
// measured on. One JSON object a line:
//
//   {"prompt": "..." or "messages": [{"role":"user","content":"..."}],
//    "weak": 0..1, "strong": 0..1,          quality of each model's answer (true and false will do)
//    "task": "...",                         what makes calls alike, if it is known
//    "session": "...",                      the conversation that it is of, if it is known
//    "weak_resp": "...",                    the small model's answer, for a cascade
//    "agree": 0..1,                         whether another small model said the same
//    "weak_model": "...", "strong_model": "..."}
//
// Other members are left alone.

#ifndef ROUTE_ROWS_H
#define ROUTE_ROWS_H

#include "base/arena.h"
#include "base/status.h"
#include "route/reply.h"
#include "route/talks.h"

#define ROWS_MAX      1000000
#define ROWS_LINE_MAX ((size_t)8 << 20) // bytes of a line
#define ROWS_FILE_MAX ((size_t)2 << 30) // ... of a file

struct row {
    uint16_t value[TRAIT_COUNT];
    uint16_t gram_count;
    bool answered; // `reply` says something
    const uint16_t *grams;
    uint64_t task, pair; // 0: none
    uint64_t text;       // a hash of what is asked (prompt_mark); 0: not known
    uint64_t group;      // of rows that belong together (talks.h); 0: of none
    float weak, strong;
    struct reply reply;
};

struct rows {
    struct row *at;
    size_t count;
    size_t size;
    struct arena grams;
    struct talks talks; // of those that rows_add has added, by their places
};

// What they ask, in whatever order; 0: of none it is known.
uint32_t rows_mark(const struct rows *r);
void rows_init(struct rows *r);
void rows_fini(struct rows *r);
// Adds what a line says. SYNTAX, RANGE, DUPLICATE, LIMIT, NO_MEMORY; `why` says what is wrong in
// it, and nothing was added. A blank line is none.
enum status rows_add(struct rows *r, struct str line, struct why *why) MUST_USE;
// Tells of each of these which group it is of. False without memory.
bool rows_part(struct rows *r) MUST_USE;
// Adds a row with these traits; of `row` what they do not say. LIMIT, NO_MEMORY.
enum status rows_keep(struct rows *r, const struct row *row, const struct traits *t,
                      struct why *why) MUST_USE;
// A row's traits as they were.
void row_traits(const struct row *row, struct traits *out);

#endif
