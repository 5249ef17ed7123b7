// SPDX-License-Identifier: Apache-2.0
//
// list_part - what the three readers of lists share: a draft of the model that is being read.
//
//   draft_begin > draft_price, draft_term … > draft_end      once a model

#ifndef TARIFF_LIST_PART_H
#define TARIFF_LIST_PART_H

#include "base/arena.h"
#include "base/json.h"
#include "base/map.h"
#include "core/book_line.h"
#include "tariff/list.h"

#define DRAFT_TERMS_MAX 48

// 10^POWER units that a figure is the price of.
#define PER_UNIT 0
#define PER_K    3
#define PER_MTOK 6

struct draft_term {
    struct term term;
    struct stated stated;
};

struct reading_list {
    struct list *list;
    const struct list_wish *wish;
    struct json *json;
    struct arena arena;
    struct map blocks; // "vendor/model" -> the block that was written
    struct map named;  // "vendor/alias" -> itself: one that a model has
    struct str written_vendor;
    struct str source;
    unsigned absurd; // models
    bool failed;     // out of memory
    // The draft.
    struct str vendor, model;
    struct str aliases; // words
    struct str figure;  // that is being refused
    bool refused;
    bool free;
    unsigned zeros;
    int64_t context_tokens, output_tokens_max;
    unsigned term_count; // terms[0]: the prices without a condition
    struct draft_term terms[DRAFT_TERMS_MAX];
};

// Counts something that the book does not hold, with the draft's name as its example.
void list_note(struct reading_list *r, const char *format, ...) PRINTF(2, 3);
// False: the model is not wanted, or its name is none (which is noted).
bool draft_begin(struct reading_list *r, struct str listed_vendor, struct str model) MUST_USE;
// The term that holds under the same conditions, made when there is none. NULL: too many (noted).
struct draft_term *draft_term(struct reading_list *r, const struct term *conditions);
// A number of tokens; anything else but null is noted and leaves `out` as it is, as zero does.
void draft_tokens(struct reading_list *r, const struct json_val *number, int64_t *out);
// A figure as the price of a bucket. A zero is no price; an absurd one refuses the model.
void draft_price(struct reading_list *r, struct draft_term *t, enum bucket b,
                 const struct json_val *figure, int power);
// A factor on all token prices of those terms.
void draft_factor(struct reading_list *r, const struct term *conditions,
                  const struct json_val *figure, const char *field);
// What reasoning costs, where the list tells it apart: above output it is taken for all of it.
void draft_reasoning(struct reading_list *r, const struct json_val *figure, int power);
void draft_end(struct reading_list *r);

enum status list_litellm(struct reading_list *r, const struct json_val *root, struct why *why);
enum status list_genai(struct reading_list *r, const struct json_val *root, struct why *why);
enum status list_models_dev(struct reading_list *r, const struct json_val *root, struct why *why);

#endif
