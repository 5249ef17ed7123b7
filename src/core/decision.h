// SPDX-License-Identifier: Apache-2.0
//
// decision - why a call that left the choice to a route went where it went: the record of one
// choice, as the journal and the ledger keep it. It rides in the entry of each attempt (entry.h):
// the first attempt's has all of it, those of later ones what is theirs, which candidate and why.
//
//   score   what the large side's answer is expected to be better by, in parts per million
//   above the threshold the large side goes first, else the small one
//   propensity   how probable that side was among calls like it: what a replay weighs the call with

#ifndef CORE_DECISION_H
#define CORE_DECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "core/choice.h"

#define DECISION_CANDIDATES_MAX 32
#define DECISION_TEXT_MAX       320     // bytes kept of each text
#define DECISION_TRAITS_MAX     512     // bytes of traits, which are left out where they are more
#define DECISION_BYTES_MAX      8192    // packed; where it were more, candidates are left out
#define DECISION_SURE           1000000 // a propensity of 1

struct decision_candidate {
    struct str model; // "provider/model"
    enum side side;
    struct str out; // why it could not be used; empty: it could
    enum price_state state;
    struct money expected; // PRICED, FREE: what the call was expected to cost there
    struct str passed;     // why it was passed over while another could be asked; empty: it was not
};

// X(ENUM, number, name): which verifier has refused an answer, by the name that it has in a
// configuration; by what nobody has seen it to the end; or that one outside was silent, so that its
// `on_error` has refused the answer, or accepted it. The numbers are stored.
#define DECISION_BY_MAP(X)                                                     \
    X(NONE, 0, "")                                                             \
    X(REFUSAL, 1, "refusal")                                                   \
    X(TRUNCATION, 2, "truncation")                                             \
    X(EMPTY, 3, "empty")                                                       \
    X(REPETITION, 4, "repetition")                                             \
    X(SCHEMA, 5, "schema")                                                     \
    X(ARITHMETIC, 6, "arithmetic")                                             \
    X(AGREE, 7, "agree")                                                       \
    X(LOGPROB, 8, "logprob")                                                   \
    X(HTTP, 9, "http")                                                         \
    X(HOLD, 10, "hold")     /* unseen: a stream took longer than it is held */ \
    X(SIZE, 11, "size")     /* unseen: it is too long to be held */            \
    X(SILENT, 12, "silent") /* http, which gave no answer */                   \
    X(LEFT, 13, "left")     /* unseen: its client left before its verdict */   \
    X(STOP, 14, "stop")     /* unseen: the process ended before that */

enum decision_by {
#define X(id, number, name) DECISION_BY_##id = (number),
    DECISION_BY_MAP(X)
#undef X
        DECISION_BY_COUNT
};
const char *decision_by_name(enum decision_by by); // static
enum decision_by decision_by_of(const char *name); // NONE: it is none of these, or NULL
// It says by what an answer stayed unseen.
static inline bool decision_by_unseen(enum decision_by by)
{
    return by == DECISION_BY_HOLD || by == DECISION_BY_SIZE || by == DECISION_BY_LEFT ||
           by == DECISION_BY_STOP;
}

// What verifiers made of an answer of the small side.
struct decision_verdict {
    bool there;          // they have looked at it
    bool good;           // none has refused it
    enum decision_by by; // who has; or why not all that were to have looked at it
    bool told;           // how sure its model was of it is known:
    int32_t sure;        // ... as of verify/sureness.h:
    bool mean;           // ... of all its tokens
};

struct decision {
    struct str route;
    struct str mode;   // the least that was to choose: "rules", "measured", "certified"
    struct str match;  // what led to that route: "x-costlens-route", "tag feature=support"
    struct str reason; // of the side, or of a later attempt
    enum side side;
    bool cascade; // the small side's answer was to be checked
    bool scored;  // by a model:
    int64_t score_ppm, threshold_ppm;
    uint32_t propensity_ppm; // 1 .. DECISION_SURE
    struct str traits;       // packed by route/traits.h; empty: none
    // What the side was chosen by, but for what the list and the call's id tell. Not there in what
    // an earlier version wrote, and in the records of later attempts.
    bool known;
    struct choice_call call;               // without its sides and its dice
    bool confined;                         // the call had to stay on the machine
    bool files_only;                       // what is attached to it is no image
    bool cut;                              // candidates were left out of the list
    uint32_t max_loss_ppm, confidence_ppm; // of the promise that the thresholds are for
    int64_t input, output;                 // tokens that were expected; not below 0
    struct decision_verdict verdict;       // of this attempt's answer
    // At the end of a call that has one: what its usage would have cost at the large side's first.
    bool compared;
    struct money large;
    // Which model answered, and which others there were, in the order of preference.
    unsigned chosen; // of the list; `count` where it has none
    unsigned count;
    struct decision_candidate list[DECISION_CANDIDATES_MAX]; // undefined from `count` on
};

// All 0, with an empty list: what would be cleared of the list is most of it.
static inline void decision_clear(struct decision *d)
{
    memset(d, 0, offsetof(struct decision, list));
}

// Of the model that this attempt was at; where that is not in the list, of the one that went first.
enum side decision_side(const struct decision *d);
// Appends it. Texts are cut, candidates beyond the most are left out; the one that was chosen stays
// the one that was chosen, or becomes none.
void decision_pack(const struct decision *d, struct buf *out);
// Sets in what decision_pack has written what is known at the end: the verdict, and `large`; NULL:
// it was not compared.
void decision_end(char *packed, const struct decision_verdict *v, const struct money *large);
// Slices point into `packed`. False on anything that decision_pack cannot have written; `out` then
// holds nothing of use.
bool decision_unpack(struct str packed, struct decision *out) MUST_USE;

// What sums are made of. Of the latest versions no more than that is read, and looked at.
struct decision_brief {
    struct str route;
    enum side side; // decision_side
    bool compared;
    struct money large;
};
bool decision_unpack_brief(struct str packed, struct decision_brief *out) MUST_USE;

#endif
