// SPDX-License-Identifier: Apache-2.0
//
// list - a public price list (JSON) read as a text of the price book, with what the book cannot
// hold counted by name. Three formats, told by their shape:
//
//   litellm       {"sample_spec":…, "gpt-4o":{"litellm_provider":…,"input_cost_per_token":2.5e-06}}
//   genai-prices  [{"id":"openai","models":[{"id":…,"match":…,"prices":{"input_mtok":2.5}}]}]
//   models.dev    {"openai":{"models":{"gpt-4o":{"cost":{"input":2.5,"output":10}}}}}
//
// A list is foreign text: it may be deep, huge, contradictory or in the wrong unit. A price that is
// negative or absurd takes its model out; where that is so of most models, the list is refused.

#ifndef TARIFF_LIST_H
#define TARIFF_LIST_H

#include "base/buf.h"
#include "base/status.h"

#define LIST_BYTES_MAX       ((size_t)64 * 1024 * 1024)
#define LIST_MODELS_MAX      100000
#define LIST_NOTES_MAX       160
#define LIST_MTOK_USD_ABSURD 1000  // a price for 10^6 tokens of this much is in the wrong unit
#define LIST_MTOK_PER_USD    10000 // ... and so is one below 1/10000 USD
#define LIST_UNIT_USD_ABSURD 100   // for one of anything else
#define LIST_EXAMPLE         96

enum list_format { LIST_ANY, LIST_LITELLM, LIST_GENAI, LIST_MODELS_DEV, LIST_FORMAT_COUNT };
// "litellm"; NULL for LIST_ANY.
const char *list_format_name(enum list_format f);
bool list_format_find(struct str name, enum list_format *out) MUST_USE;

struct list_wish {
    enum list_format format;
    struct str only;   // as list_wants takes it; empty = all
    struct str source; // of the sheets: "litellm 2026-11-28"; empty: the format and read_us
    int64_t read_us;   // when the list was read; 0: that day
    int64_t day_us;    // what the list says of days before is over
};

// Something that the book does not hold, and how often.
struct list_note {
    char what[LIST_EXAMPLE];
    char example[LIST_EXAMPLE]; // the first model
    unsigned count;
};

struct list {
    enum list_format format;
    struct buf text;    // of the book
    struct buf settled; // lines `VENDOR/MODEL BUCKET BEFORE AFTER`: debris and what was rounded
    unsigned settled_count;
    unsigned seen;   // models of the list
    unsigned wanted; // ... that were wanted
    unsigned taken;  // ... that stand in the text
    unsigned note_count;
    struct list_note notes[LIST_NOTES_MAX];
};

// Whether a pattern fits a model: one with a slash is of VENDOR/MODEL, one without of either; an
// empty one fits all.
bool list_wants(struct str only, struct str vendor, struct str model) MUST_USE;

// Reads a list; it is due to list_free, also after a failure. SYNTAX when it is no JSON or of no
// known shape, DUPLICATE, LIMIT, RANGE when most prices are absurd, NO_MEMORY; `why` is for people.
enum status list_read(struct str json, const struct list_wish *wish, struct list *out,
                      struct why *why) MUST_USE;
void list_free(struct list *l);

#endif
