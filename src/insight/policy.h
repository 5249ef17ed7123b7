// SPDX-License-Identifier: Apache-2.0
//
// policy - what routes of another configuration would ask for, as far as calls that were made can
// be chosen for anew (replay.h). As JSON, which whoever has read the configuration writes:
//
//   {"routes":[{"name":"support","mode":"measured","verifies":true,"verifies_confined":true,
//     "agrees":false,"sways":false,"checks":"3000 1 0   0 0",
//     "match":"00f1e2d3c4b5a697","judge":"x/y",
//     "max_cost_nd":0,"max_ttft_ms":0,"sticky":"user  3600000",
//     "max_loss_ppm":20000,"confidence_ppm":950000,"require":["tools"],"context":0,
//     "small":[{"model":"local/llama3.2:3b"}],"large":[{"model":"x/y","out":"not local"}],
//     "second":[{"model":"x/z"}]}],
//    "providers":[{"name":"local","dialect":"ollama","vendor":"ollama","host":"127.0.0.1",
//     "port":11434,"path":"","proxied":false,"free":true,"num_ctx":8192,"implied":false,
//     "models":[],"lacks":[{"models":"*","abilities":["vision"]}]}]}
//
//   providers           that the file names: tiers are proposed by them; none: by those that hold
//   prices              of the whole: CRC-32 of the prices that the file writes; none: no prices
//   limits              likewise of its budgets and keys; none: they are as they are
//   num_ctx             tokens that an Ollama is asked to read at the most; 0, none: as it can
//   max_cost_nd         10^-9 USD; 0: any
//   max_ttft_ms         0: any
//   sticky              tells by what calls belong to a session, in words of the writer's; empty:
//                       by nothing
//   require, context    what its models must be able to do (core/ability.h), and read, in tokens;
//                       none: anything
//   verifies_confined   whether a call that must stay on the machine is verified
//   agrees              a second model is asked whether it agrees: the first of `second` that is
//                       not `out`; without any the one that was asked
//   sways               a verifier that no shadow is asked of may refuse small answers
//   checks              how small answers are checked, as far as it is of the promise, in words of
//                       the writer's; none: as they are
//   match               tells its calls apart from others (16 hexadecimal digits); none: they
//                       are as they are
//   judge               who judges its pairs; "none": nobody; empty: the first of the large side
//   small, large        null: the side is proposed, as it was when the call came; {"tier":"small"}:
//                       the same, where the route has the same tier now and the policy's
//                       providers propose the same for it, else as it is proposed now
//   medium              of the route `auto` that stands in no file: small, medium and large are the
//                       tiers, of which its sides are made
//   local               calls must stay on the machine
//   weight              by which it comes first among its neighbours that have one
//   out                 why it cannot be used, whatever the call

#ifndef INSIGHT_POLICY_H
#define INSIGHT_POLICY_H

#include "base/arena.h"
#include "budget/nano.h"
#include "core/choice.h"
#include "wire/dialect.h"

struct policy_route;
struct sheet;

// What is known of a model, by the policy's providers and by those that hold now.
struct policy_able {
    struct str out;                  // why no call of the route goes there; empty: some may
    unsigned dialects, dialects_now; // it is asked in, a bit each; 0: any, or not known
    unsigned lacks, lacks_now;       // enum ability
    int64_t context, context_now;    // tokens that it reads; 0: not known, or any
};
typedef void policy_able_f(const void *knows, const struct policy_route *p, struct str model,
                           struct policy_able *out);

struct policy_model {
    struct str name;           // "provider/model"
    uint32_t weight;           // 0: none was written
    struct policy_able able;   // but for `out` set by who knows
    struct str absent;         // why its provider is not there now, which calls that were not
                               // offered it show; empty: it is. Set by who knows
    const struct sheet *sheet; // its price; NULL: not known. Set by who has the book
};

struct policy_side {
    bool proposed;
    struct str tier;  // ... of this name; empty: as it was
    bool filled;      // ... with what it has now. Set by who knows
    bool other_turns; // whose turn it is goes by weights or sessions, and their order or weights
                      // are not those that hold now. As well
    struct policy_model *models;
    unsigned count;
};

struct policy_route {
    struct str name;
    enum choice_mode mode;
    bool verifies, verifies_confined, agrees, sways, local;
    bool built_in; // its tiers are these three; its sides are set by who knows
    struct str checks, judge;
    bool matched;   // `match` is there,
    uint64_t match; // ... and is that
    struct str
        calls; // of which a pair is proof (store/pairs.h); empty: not known. Set by who knows
    bool other_calls; // ... and not those that hold now. As well
    struct str terms; // that hold now (store/promises.h); empty: not known. Set by who knows them
    // Odds with which a call becomes a pair, and while a certificate holds; 0: none does. As well.
    uint32_t odds_ppm, odds_certified_ppm;
    bool other_terms;    // its models or checks are not those that hold now. As well
    bool other_checks;   // ... its checks are not. As well
    bool other_match;    // ... nor which calls come to it, whatever they ask of a model. As well
    bool other_prices;   // the policy writes prices, and others than those that hold now. As well
    bool other_limits;   // ... likewise budgets and keys. As well
    bool own_providers;  // by which its tiers are proposed, not by those that hold now. As well
    struct str unasked;  // one of them, an Ollama: what it has nobody knows. As well
    bool other_ttft;     // its max_ttft is not the one that holds now. As well
    bool other_sticky;   // ... its `sticky`, which is another one. As well
    policy_able_f *able; // of a side that is proposed as it was; NULL: what was out is. As well,
    const void *knows;   // ... what that is asked with
    unsigned require;    // enum ability
    int64_t context;     // tokens; 0: any
    struct nano max_cost;
    int64_t max_ttft_ms; // 0: any
    struct str sticky;   // tells it apart from others; empty: its calls are of no session
    uint32_t max_loss_ppm, confidence_ppm;
    struct policy_side small, medium, large, second;
};

struct policy_lack {
    struct str models; // `*` stands for anything
    unsigned bits;     // enum ability
};

// As much of it as a tier is proposed by, and models are told apart by.
struct policy_provider {
    struct str name, vendor;
    enum dialect dialect;
    struct str host, path; // a path of an Ollama only
    uint16_t port;
    bool proxied, free;
    int64_t num_ctx;    // tokens that its models read at the most; 0: as they can
    bool implied;       // a tier names it, not `providers`: it is what the gateway has of that name
    struct str *models; // its closed list; none: it is open
    unsigned model_count;
    struct policy_lack *lacks;
    unsigned lack_count;
};

struct policy {
    struct policy_route *routes;
    unsigned count;
    struct policy_provider *providers; // none: the file names none
    unsigned provider_count;
    int64_t prices; // CRC-32 of those that it writes; -1: it writes none
    int64_t limits; // CRC-32 of its budgets and keys; -1: not known
};

#define POLICY_ROUTES_MAX    4096
#define POLICY_MODELS_MAX    256 // of a side
#define POLICY_PROVIDERS_MAX 1024
#define POLICY_LISTED_MAX    8192 // entries of all `models` and `lacks`: each may be a pattern

// NULL: it has none of that name.
const struct policy_model *policy_model_of(const struct policy_side *s, struct str name);
// Everything is kept in the arena. SYNTAX: it is no such text; LIMIT; NO_MEMORY.
enum status policy_read(struct str json, struct arena *arena, struct policy *out,
                        struct why *why) MUST_USE;

#endif
