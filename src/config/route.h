// SPDX-License-Identifier: Apache-2.0
//
// route - where calls go by themselves: tiers of models, and routes that choose between a small
// side and a large one. doc/routing.md tells what each key means.
//
//   tiers    small  [local/llama3.2:3b]                  in this order
//            large  [openai/gpt-5.4, mistral/large]
//   routes   support: for which calls, between which sides, chosen by what, checked how

#ifndef CONFIG_ROUTE_H
#define CONFIG_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "budget/nano.h"
#include "budget/window.h"
#include "core/tags.h"
#include "net/url.h"
#include "verify/kind.h"

struct pattern; // base/pattern.h

#define ROUTE_AUTO "auto" // the model's name that leaves the choice to the routes

// One that is written in a tier and cannot be asked: its provider is not there.
struct config_absent {
    struct str model, why;
};

struct config_tier {
    struct str
        name; // with a NUL behind it; empty: of one route alone, which has its models written in it
    struct str *models; // "provider/model", in order of preference
    uint32_t *weights;  // of each; 0: none was written, it has its place in the order
    unsigned model_count;
    struct config_absent *absent; // those that would stand among them
    unsigned absent_count;
    uint64_t set; // tells its models apart from others, whatever their order: a sum of map_hash
    int line;     // 0: the file has none of that name, which is proposed (gate/proposal.h)
};
// Where there is room for it.
void config_tier_add(struct config_tier *t, struct str model, uint32_t weight);
bool config_tier_has(const struct config_tier *t, struct str model); // NULL: none
// Why a model that would stand there cannot be asked; empty: it can, or it would not. NULL: none.
struct str config_tier_absent(const struct config_tier *t, struct str model);

// Tiers that are proposed where the file names none of that name.
enum config_size { CONFIG_SMALL, CONFIG_MEDIUM, CONFIG_LARGE, CONFIG_SIZES };
struct str config_size_name(int size); // of an enum config_size; with a NUL behind it
struct config;
// The file's tier of that name; else the one that is proposed, without models; else NULL.
const struct config_tier *config_tier_named(const struct config *c, struct str name);
// Which enum config_size is proposed under its name; -1: it is one of the file's.
int config_tier_proposed(const struct config_tier *t);

// The least that chooses a side.
enum config_mode {
    CONFIG_RULES,     // what the operator wrote, and the shipped model
    CONFIG_MEASURED,  // what was learned of the route's own calls
    CONFIG_CERTIFIED, // the same, within a threshold that has a certificate
};
const char *config_mode_name(enum config_mode m); // static

// A name (with a NUL behind it) and what it must be; `*` in the value stands for any run of bytes.
struct config_pair {
    struct str name, value;
};

// What a call must be. All that is written must hold; of a list any entry.
struct config_match {
    bool any; // nothing is written: every call
    struct str *keys;
    unsigned key_count;
    struct str *teams;
    unsigned team_count;
    struct config_pair *tags; // each must hold
    unsigned tag_count;
    struct config_pair *headers; // the same; names in small letters
    unsigned header_count;
    struct str *systems; // how the hexadecimal SHA-256 of its instructions begins; in small letters
    unsigned system_count;
    struct pattern **patterns; // of the user's newest message; they are the configuration's
    struct str *expressions;   // ... as they were written
    unsigned pattern_count;
    bool earlier; // ... or of an earlier one: what was said must stay here in the turns that follow
    int64_t tokens_least, tokens_most; // of its input, as it is estimated
};

const char *config_verifier_name(enum verifier_kind k); // static

struct config_verifier {
    enum verifier_kind kind;
    uint32_t quantile_ppm; // LOGPROB: this part of the good answers passes, the surest
    struct str model;      // AGREE: "provider/model" that is asked the same
    struct url url;        // HTTP
    struct str url_text;   // as it was written
    int64_t timeout_ms;    // HTTP
    bool accepts;          // HTTP: an answer that it cannot be asked about is taken for good
};

#define CONFIG_SHADOW "shadow:" // begins the names of the budgets of `shadow`, and of their keys

// Pairs of both sides' answers. Off unless the file names a budget.
struct config_shadow {
    bool on;
    struct nano budget; // of a window
    enum window_kind window;
    uint32_t rate_ppm;           // of the calls, until the route has its certificate
    uint32_t rate_certified_ppm; // from then on
    struct str judge;            // "provider/model"; empty: the large side's own,
    bool unjudged;               // or none at all
};

// By what calls belong together, so that they stay with one model.
enum config_sticky {
    CONFIG_STICKY_NONE,
    CONFIG_STICKY_TAG,          // a tag's value
    CONFIG_STICKY_USER,         // its user
    CONFIG_STICKY_CONVERSATION, // its beginning: system prompt and first message
};

struct config_route {
    struct str name;
    int line;
    struct config_match match;
    enum config_mode mode;
    uint32_t max_loss_ppm;   // of the large side's quality
    uint32_t confidence_ppm; // that the loss is no larger
    struct nano max_cost;    // of a call, as it is expected; 0 = any
    int64_t max_ttft_ms;     // as it was measured; 0 = any
    bool local_only;
    enum config_sticky sticky;
    struct str sticky_tag;                   // with a NUL behind it
    int64_t sticky_ms;                       // for which nothing has to come
    unsigned require;                        // enum ability
    int64_t require_context;                 // tokens; 0 = any
    const struct config_tier *small, *large; // NULL: it has no such side
    struct config_verifier *verifiers;       // of the small side's answers
    unsigned verifier_count;
    int64_t hold_ms; // for which a stream is held back to be verified
    struct config_shadow shadow;
};
// The file's route of that name; NULL: there is none.
const struct config_route *config_route_named(const struct config *c, struct str name);
// The one whose `shadow` has the budget, and the key, of that name (CONFIG_SHADOW); NULL: none has.
const struct config_route *config_route_shadowed(const struct config *c, struct str name);

#endif
