// SPDX-License-Identifier: Apache-2.0
//
// The tables of tiers and routes.

#include "config/config.h"
#include "config/table.h"

#define TIER(field)     offsetof(struct tier_text, field)
#define ROUTE(field)    offsetof(struct route_text, field)
#define MATCH(field)    offsetof(struct match_text, field)
#define VERIFIER(field) offsetof(struct verifier_text, field)
#define STICKY(field)   offsetof(struct sticky_text, field)
#define SHADOW(field)   offsetof(struct shadow_text, field)
#define ALL             1000000 // parts per million
#define HOUR_MS         INT64_C(3600000)
#define DAY_MS          (24 * HOUR_MS)
#define TOKENS_MOST     100000000

// name, kind, what stands there, default, field, least, most, help
// clang-format off
static const struct config_row tiers[] = {
    {"model", KIND_TEXT, "PROVIDER/MODEL", NULL, TIER(model), 0, 0, "The model."},
    {"weight", KIND_COUNT, "number", "1", TIER(weight), 1, 1000,
     "How many of the calls of its neighbours with a weight it gets."},
    {0},
};

static const struct config_row routes[] = {
    {"name", KIND_TEXT, "NAME", NULL, ROUTE(name), 0, 0,
     "Unique, also among the aliases. A caller asks for it as a model's name, or with\n"
     "x-costlens-route beside `auto` or any other name."},
    {"match", KIND_OTHER, "section", NULL, 0, 0, 0,
     "Which calls for `auto` it takes; see below. The first route that fits has the call.\n"
     "Default: every call."},
    {"mode", KIND_CHOICE, "rules|measured|certified", "rules", ROUTE(mode), 0, 0,
     "What chooses the side: what is written here, what was learned of the route's calls, or the\n"
     "same within a threshold that has a certificate."},
    {"small", KIND_OTHER, "TIER", NULL, 0, 0, 0,
     "The cheap side: the name of a tier, one PROVIDER/MODEL, or a list of them as in `tiers`.\n"
     "The tiers small, medium and large need not be there: they are proposed (doc/routing.md)."},
    {"large", KIND_OTHER, "TIER", NULL, 0, 0, 0,
     "The good side, in the same way. What fails on the small side goes on here."},
    {"require", KIND_OTHER, "[tools, vision, schema, { context: TOKENS }]", "[]", 0, 0, 0,
     "What each of its models must be able to do, whatever a call asks for."},
    {"local_only", KIND_SWITCH, "true|false", "false", ROUTE(local_only), 0, 0,
     "Its calls never leave this machine and its private network, and what its `match` takes does\n"
     "not, even where the caller names another model."},
    {"max_cost", KIND_USD, "USD", NULL, ROUTE(max_cost), 1, INT64_MAX,
     "A model at which a call is expected to cost more is left out. Default: any."},
    {"max_ttft", KIND_TIME, "time", NULL, ROUTE(max_ttft_ms), 1, DAY_MS,
     "A model whose first token took longer within the last minute is passed over while another\n"
     "can be asked. Default: any."},
    {"max_loss", KIND_SHARE, "share", "2%", ROUTE(max_loss), 0, ALL,
     "How much of the large side's quality may be lost (measured, certified): above 0, since no\n"
     "number of pairs can prove that nothing is."},
    {"confidence", KIND_SHARE, "share", "95%", ROUTE(confidence), 500000, 999999,
     "How sure it must be that no more is lost (certified)."},
    {"verify", KIND_OTHER, "[refusal, ...]", "[refusal, truncation, empty, repetition, schema]",
     0, 0, 0,
     "How the small side's answers are checked; what does not pass is asked of the large side. A\n"
     "list of refusal, truncation, empty, repetition, schema, arithmetic, and of the sections\n"
     "below. [] checks nothing."},
    {"hold", KIND_TIME, "time", "5s", ROUTE(hold_ms), 0, 10 * 60000,
     "For how long a stream of the small side is held back at the most, to be checked first. What\n"
     "takes longer goes on and is not escalated. 0 = streams are not checked."},
    {"sticky", KIND_OTHER, "tag:NAME|user|conversation", NULL, 0, 0, 0,
     "Calls that belong together stay with the model that answered the last of them: those of\n"
     "one value of a tag, of one user, or with the same beginning. Or a section; see below."},
    {"shadow", KIND_OTHER, "section", NULL, 0, 0, 0,
     "Some calls are put to the other side, too, to learn what the small side loses; see below.\n"
     "Default: none are, since that costs money and sends the text to a second provider."},
    {0},
};

static const struct config_row matches[] = {
    {"key", KIND_OTHER, "[NAME, ...]", NULL, 0, 0, 0, "Calls of any of these keys; * is any rest."},
    {"team", KIND_OTHER, "[NAME, ...]", NULL, 0, 0, 0, "Calls of any of these teams; the same."},
    {"tag", KIND_OTHER, "{ NAME: VALUE, ... }", NULL, 0, 0, 0,
     "Calls that have all of these tags; * stands for anything in a value."},
    {"header", KIND_OTHER, "{ NAME: VALUE, ... }", NULL, 0, 0, 0,
     "Calls whose head has all of these fields; the same."},
    {"system", KIND_OTHER, "[DIGITS, ...]", NULL, 0, 0, 0,
     "Calls whose instructions have a SHA-256 that begins with these hexadecimal digits, eight or\n"
     "more: printf %s \"$PROMPT\" | sha256sum. Those of several messages have a line break\n"
     "between them."},
    {"regex", KIND_OTHER, "[EXPRESSION, ...]", NULL, 0, 0, 0,
     "Calls whose newest message of the user fits: Perl's regular expressions, over the first\n"
     "4 KiB of each of its texts. What takes too many steps does not fit."},
    {"min_tokens_in", KIND_COUNT, "tokens", "0", MATCH(tokens_least), 0, TOKENS_MOST,
     "Calls with no less input, as it is estimated: a token for four bytes of text."},
    {"max_tokens_in", KIND_COUNT, "tokens", NULL, MATCH(tokens_most), 0, TOKENS_MOST,
     "Calls with no more of it."},
    {0},
};

static const struct config_row verifiers[] = {
    {"agree", KIND_TEXT, "PROVIDER/MODEL", NULL, VERIFIER(agree), 0, 0,
     "Another small model is asked the same, and must give the same answer."},
    {"logprob", KIND_SHARE, "share", NULL, VERIFIER(logprob), 1, ALL,
     "The answer must be as sure, by its tokens' probabilities, as this share of the good ones."},
    {"http", KIND_TEXT, "URL", NULL, VERIFIER(http), 0, 0,
     "A program of your own says whether the answer is good: doc/verifiers.md."},
    {"timeout", KIND_TIME, "time", "2s", VERIFIER(timeout_ms), 1, 60000,
     "Of `http`: how long it may take."},
    {"on_error", KIND_EITHER, "refuse|accept", "refuse", VERIFIER(accepts), 0, 0,
     "Of `http`: what an answer is when it cannot be asked, or not in time."},
    {0},
};

static const struct config_row stickies[] = {
    {"by", KIND_TEXT, "tag:NAME|user|conversation", NULL, STICKY(by), 0, 0,
     "What calls that belong together have in common."},
    {"for", KIND_TIME, "time", "30m", STICKY(for_ms), 1000, DAY_MS,
     "How long after the last of them the next one may come."},
    {0},
};

static const struct config_row shadows[] = {
    {"budget", KIND_USD, "USD", NULL, SHADOW(budget), 1, INT64_MAX,
     "What the second answers and their judge may cost in a window. It must be there."},
    {"window", KIND_CHOICE, "day|week|month|lifetime", "day", SHADOW(window), 0, 0,
     "When the budget begins anew (UTC)."},
    {"rate", KIND_SHARE, "share", "25%", SHADOW(rate), 1, ALL,
     "Of the route's calls, until it has its certificate."},
    {"rate_certified", KIND_SHARE, "share", "2%", SHADOW(rate_certified), 1, ALL,
     "From then on: the certificate is tested on the newest pairs."},
    {"judge", KIND_TEXT, "PROVIDER/MODEL|none", NULL, SHADOW(judge), 0, 0,
     "Who says which answer is better, where neither a form nor feedback does. Default: the first\n"
     "model of the large side."},
    {0},
};

#define OPENAI "providers:\n  openai: { key: env:OPENAI_API_KEY }\n"
const struct config_section_table config_routing_tables[] = {
    {"tiers: NAME",
     "A list of models, tried in its order. An entry is PROVIDER/MODEL or a section with a "
     "weight:\nentries with one that stand side by side share the calls by their weights.",
     tiers, NULL,
     OPENAI
     "tiers:\n"
     "  small: [openai/gpt-5.4-mini]\n"
     "  large:\n"
     "    - { model: openai/gpt-5.4, weight: 3 }\n"
     "    - { model: openai/gpt-5.2, weight: 1 }\n"},
    {"routes",
     "One section a route, in a list. doc/routing.md tells how a route chooses.", routes, NULL,
     OPENAI
     "tiers:\n"
     "  large: [openai/gpt-5.4]\n"
     "routes:\n"
     "  - name: support\n"
     "    match: { tag: { feature: support } }\n"
     "    mode: certified\n"
     "    small: openai/gpt-5.4-mini\n"
     "    large: large\n"
     "    require: [tools, { context: 100000 }]\n"
     "    local_only: false\n"
     "    max_cost: 0.05\n"
     "    max_ttft: 4s\n"
     "    max_loss: 2%\n"
     "    confidence: 95%\n"
     "    verify: [refusal, truncation, schema, { logprob: 0.9 }]\n"
     "    hold: 8s\n"
     "    sticky: tag:session\n"
     "    shadow: { budget: 2.00, window: day }\n"},
    {"routes: match",
     "All of it must hold. Where several values are written, any of them will do.", matches, NULL,
     OPENAI
     "keys:\n"
     "  - { name: ci, token: env:CI_COSTLENS_KEY, team: web }\n"
     "routes:\n"
     "  - name: support\n"
     "    match:\n"
     "      key: [ci, web-*]\n"
     "      team: web\n"
     "      tag: { feature: support }\n"
     "      header: { x-tenant: \"acme-*\" }\n"
     "      system: [9f86d081, \"60303ae22b998861\"]\n"
     "      regex: [\"(?i)refund|invoice\"]\n"
     "      min_tokens_in: 10\n"
     "      max_tokens_in: 4000\n"
     "    small: openai/gpt-5.4-mini\n"},
    {"routes: verify",
     "Entries of the list that need a value. Each is a section of its own.", verifiers, NULL,
     OPENAI
     "routes:\n"
     "  - name: support\n"
     "    small: openai/gpt-5.4-mini\n"
     "    large: openai/gpt-5.4\n"
     "    verify:\n"
     "      - refusal\n"
     "      - { agree: openai/gpt-5.4-nano }\n"
     "      - { logprob: 0.9 }\n"
     "      - { http: \"http://127.0.0.1:9000/check\", timeout: 1s, on_error: accept }\n"},
    {"routes: sticky", "The long form of `sticky: tag:session`.", stickies, NULL,
     OPENAI
     "routes:\n"
     "  - name: support\n"
     "    small: openai/gpt-5.4-mini\n"
     "    large: openai/gpt-5.4\n"
     "    sticky: { by: conversation, for: 1h }\n"},
    {"routes: shadow", "Calls of which both sides' answers are compared.", shadows, NULL,
     OPENAI
     "routes:\n"
     "  - name: support\n"
     "    mode: certified\n"
     "    small: openai/gpt-5.4-mini\n"
     "    large: openai/gpt-5.4\n"
     "    shadow:\n"
     "      budget: 2.00\n"
     "      window: week\n"
     "      rate: 10%\n"
     "      rate_certified: 1%\n"
     "      judge: openai/gpt-5.2\n"},
};
// clang-format on
