// SPDX-License-Identifier: Apache-2.0
//
// bound - the most that a call can cost, before it is sent: what a budget sets aside for it.
//
//   bound = (what goes in, at most  x  the dearest price that input can take
//          + what comes out, at most  x  the dearest of output) x factors  + fees + time
//
// rounded up once. The cost that core/rate.h finds afterwards is never more, whatever usage the
// call's weight allows; for that every price counts that could hold: of a longer prompt, a dearer
// tier, another hour, a cache. What nothing bounds is refused here, never guessed.
//
// What a provider charges by its own word (OpenRouter's usage.cost) may be more than the book says,
// and so may what it does against its own contract: whoever settles must be ready for more.

#ifndef BUDGET_BOUND_H
#define BUDGET_BOUND_H

#include "budget/nano.h"
#include "core/demand.h"
#include "core/sheet.h"

struct bound_call {
    const struct sheet *sheet;   // of the model that is sent; NULL: no price is known
    const struct weight *weight; // of the body as it is sent
    int64_t start_us;            // when the call started: prices are those of that moment, >= 0
    int64_t longest_us;          // it surely ends by then: at most a week; 0 = not known
    int64_t counted;             // its input, counted exactly (by a tokenizer, or by its provider);
                                 // 0: the weight's
    int64_t output_unsaid;       // of each answer, where the caller says nothing, nor the book; who
                                 // sets it sends a maximum in any such call: this, or the
                                 // book's, or what a member says that may be ignored
                                 // (bound.output_max). 0: none is sent, so an answer is as long
                                 // as the window, or as the book says where that is more; else
                                 // refused
};

#define BOUND_NO_WINDOW                                                                  \
    "the price book has none, or an old one that a price or an answer of its own passes" \
    " (`context` in `prices` of the configuration says it)"

// Why there is none. X(ENUM, words for people: what stands behind the field)
#define BOUND_STATE_MAP(X)                                                                  \
    X(KNOWN, "it has one")                                                                  \
    X(UNPRICED, "no price is known for it")                                                 \
    X(UNPRICED_TIER, "the service tier asked for has no stated price")                      \
    X(OUTPUT, "neither it nor the price book says how long an answer can be: set it")       \
    X(VAST, "only the model's context window bounds it, and " BOUND_NO_WINDOW)              \
    X(IMAGES, "how many tokens an image has is not known, nor the model's context "         \
              "window: " BOUND_NO_WINDOW)                                                   \
    X(ROUNDS, "each round of it bills the model's context window, and " BOUND_NO_WINDOW)    \
    X(SECONDS, "it is billed by its length, which is not known")                            \
    X(BOUNDLESS, "nothing limits what it may cost: leave it out, or limit it if it can be") \
    X(TIME, "its price is by the hour, and nothing ends the call: set a timeout")           \
    X(LARGE, "it may cost more than can be counted: lower it")

enum bound_state {
#define X(id, words) BOUND_##id,
    BOUND_STATE_MAP(X)
#undef X
        BOUND_STATE_COUNT
};
const char *bound_words(enum bound_state s); // static

// Which output maximum an answer was held to.
enum bound_output {
    BOUND_OUTPUT_NONE,   // no tokens come out
    BOUND_OUTPUT_ASKED,  // the caller's
    BOUND_OUTPUT_MODEL,  // the model's own, by the book: it must be sent, for the book may be old
    BOUND_OUTPUT_UNSAID, // the caller of this function's, or what was said where it may be ignored:
                         // it must be sent
    BOUND_OUTPUT_WINDOW, // none is sent: all that the model's window holds, or the book's if more
};

struct bound {
    enum bound_state state;
    const char *field; // which member must change; static. NULL where no member can mend it
    unsigned item;     // ... of which item, where the field has []
    struct nano most;  // KNOWN alone
    // What it assumes; of others than KNOWN only as far as it came.
    int64_t input;      // tokens, of all rounds
    int64_t output;     // tokens, of all answers
    int64_t output_max; // of each answer
    enum bound_output output_by;
};

// The field as a caller knows it: `tools[2].type`, empty where no member can mend it.
#define BOUND_FIELD_BYTES 64
void bound_field(const struct bound *b, char out[BOUND_FIELD_BYTES]);

void bound_make(const struct bound_call *c, struct bound *out);
// The longest answer, as the weight's output_max (or less than it, where it says one), whose bound
// is within `room`: for a budget that may lower what was asked. 0 when there is none.
int64_t bound_longest(const struct bound_call *c, struct nano room);

#endif
