// SPDX-License-Identifier: Apache-2.0
//
// Tiers and routes: what is written, and what is wrong with it.

#include "core/ability.h"
#include "rig.h"

#define TIERS P "tiers:\n  small: [a/m]\n  large: [a/n-1]\n"
// On the sixth line.
#define ROUTE(text) TIERS "routes:\n  - {name: r, small: small, " text "}\n"

static const struct bad bad[] = {
    // tiers
    {P "tiers: [a/m]\n", 3, "is expected here"},
    {P "tiers:\n  small: []\n", 4, "tier small has no models"},
    {P "tiers:\n  small:\n", 4, "tier small has no models"},
    {P "tiers:\n  a/b: [a/m]\n", 4, "a tier's name has no /"},
    {P "tiers:\n  small: [a/m, a/m]\n", 4, "`a/m` is here twice"},
    {P "tiers:\n  small: [a/m, b/m]\n", 4, "names no provider of this file; did you mean `a`"},
    {P "tiers:\n  small: [m]\n", 4, "has no provider. Write PROVIDER/MODEL"},
    {P "tiers:\n  small: [a/other]\n", 4, "tier small: `a/other` is not among the models of a"},
    {P "tiers:\n  small: ['a/n-*']\n", 4, "is a pattern"},
    {P "tiers:\n  small: [{weight: 3}]\n", 4, "`model` is missing"},
    {P "tiers:\n  small: [{model: a/m, weight: 0}]\n", 4, "a whole number from 1 to 1000"},
    {P "tiers:\n  small: [{model: a/m, weigth: 1}]\n", 4, "did you mean `weight`"},
    // routes
    {P "routes: {r: {}}\n", 3, "a list is expected here"},
    {P "routes: [r]\n", 3, "a section of `name: value` is expected here"},
    {TIERS "routes:\n  - {small: small}\n", 7, "`name` is missing"},
    {TIERS "routes:\n  - {name: a/b, small: small}\n", 7, "a route's name has no /"},
    {TIERS "routes:\n  - {name: auto, small: small}\n", 7, "is a word of its own"},
    {TIERS "routes:\n  - {name: 'a ', small: small}\n", 7, "(within, @ + and blanks, too"},
    {TIERS "routes:\n  - {name: 'a:b', small: small}\n", 7, "is no name"},
    {TIERS "routes:\n  - {name: none, small: small}\n", 7, "is a word of its own"},
    {TIERS "aliases: {r: [a/m]}\nroutes:\n  - {name: r, small: small}\n", 8, "is an alias, too"},
    {TIERS "routes:\n  - {name: r, small: small}\n  - {name: r, large: large}\n", 8,
     "is here twice (also on line 7)"},
    {TIERS "routes:\n  - {name: r}\n", 7, "neither `small` nor `large`"},
    {TIERS "routes:\n  - {name: r, small: smal}\n", 7, "`smal` is no tier; did you mean `small`"},
    {TIERS "routes:\n  - {name: r, small: nothing}\n", 7, "is no tier of this file"},
    {TIERS "routes:\n  - {name: r, small: small, large: small}\n", 7, "both sides are the tier"},
    {TIERS "routes:\n  - {name: r, small: [a/m, a/x]}\n", 7, "route r: `a/x` is not among"},
    {ROUTE("mode: best"), 7, "Write one of: rules|measured|certified"},
    {ROUTE("fallback: x"), 7, "unknown key `fallback` in routes"},
    {ROUTE("require: [tool]"), 7, "this is no ability"},
    {ROUTE("require: [{context: many}]"), 7, "this is no ability"},
    {ROUTE("local_only: maybe"), 7, "Write one of: true|false"},
    {ROUTE("mode: certified"), 7, "against the large side, and there is none"},
    {ROUTE("max_cost: 0"), 7, "an amount in USD, above 0"},
    {ROUTE("max_cost: cheap"), 7, "an amount in USD, above 0"},
    {ROUTE("max_ttft: 4"), 7, "Write a time with its unit"},
    {ROUTE("max_loss: 101%"), 7, "Write a share up to 100%"},
    {ROUTE("max_loss: 0%"), 7, "which no number of pairs can prove. Write how"},
    {ROUTE("max_loss: 0"), 7, "route r: max_loss: 0% would promise that nothing is ever lost"},
    {ROUTE("max_loss: 0.00001%"), 7, "Write a share"},
    {ROUTE("confidence: 100%"), 7, "Write a share from 50% to 99.9999%"},
    {ROUTE("hold: 1h"), 7, "Write a time with its unit"},
    {ROUTE("sticky: session"), 7, "tag:NAME, user or conversation"},
    {ROUTE("sticky: {for: 1h}"), 7, "tag:NAME, user or conversation"},
    {ROUTE("sticky: {by: 'tag:', for: 1h}"), 7, "tag:NAME, user or conversation"},
    // verify
    {ROUTE("large: large, verify: refusal"), 7, "a list is expected here"},
    {ROUTE("large: large, verify: [refusals]"), 7, "did you mean `refusal`"},
    {ROUTE("large: large, verify: [magic]"), 7, "`magic` is not known"},
    {ROUTE("large: large, verify: [logprob]"), 7, "logprob needs a value"},
    {ROUTE("large: large, verify: [empty, empty]"), 7, "empty is here twice"},
    {ROUTE("large: large, verify: [{logprob: 1.1}]"), 7, "Write a share"},
    {ROUTE("large: large, verify: [{refusal: 1}]"), 7, "unknown key `refusal`"},
    {ROUTE("large: large, verify: [{logprob: 0.9, agree: a/m}]"), 7, "an entry is one of"},
    {ROUTE("large: large, verify: [{timeout: 1s}]"), 7, "an entry is one of"},
    {ROUTE("large: large, verify: [{logprob: 0.9, timeout: 1s}]"), 7, "are for `http` only"},
    {ROUTE("large: large, verify: [{agree: a/x}]"), 7, "`a/x` is not among"},
    {ROUTE("large: large, verify: [{http: nowhere}]"), 7, "Write it like http://"},
    {ROUTE("large: large, verify: [{http: 'http://u:p@h/x'}]"), 7, "cannot stand in it"},
    {ROUTE("large: large, verify: [{http: 'http://127.0.0.1:7575/x'}]"), 7, "own address"},
    // shadow
    {ROUTE("large: large, shadow: 2.00"), 7, "a section of `name: value` is expected here"},
    {ROUTE("large: large, shadow: {window: day}"), 7, "`budget` is missing"},
    {ROUTE("large: large, shadow: {budget: 0}"), 7, "an amount in USD, above 0"},
    {ROUTE("large: large, shadow: {budget: 1, window: hour}"), 7, "Write one of: day|week"},
    {ROUTE("large: large, shadow: {budget: 1, judge: a/x}"), 7, "`a/x` is not among"},
    {ROUTE("shadow: {budget: 1}"), 7, "the route has one"},
    {ROUTE("large: large, local_only: true, shadow: {budget: 1}"), 7,
     "sends no text a second time"},
    {ROUTE("large: large, local_only: true, verify: [{http: 'http://example.com/x'}]"), 7,
     "would get the text"},
    {"providers:\n  a: {url: 'http://127.0.0.1:9/v1'}\n  b: {url: 'https://example.com/v1'}\n"
     "routes:\n  - {name: r, local_only: true, small: a/m, large: a/n, verify: [{agree: b/x}]}\n",
     5, "the provider of b/x is not in this machine's private network"},
    // what models lack
    {"providers:\n  a: {url: 'http://127.0.0.1:9/v1', lacks: [vision]}\n", 2, "lacks: models and"},
    {"providers:\n  a: {url: 'http://127.0.0.1:9/v1', lacks: {m: [sight]}}\n", 2, "no ability"},
    // keys of a provider
    {"providers:\n  a: {url: 'http://127.0.0.1:9/v1', key: x1, keys: [y1]}\n", 2,
     "`key` and `keys`"},
    {"providers:\n  a: {url: 'http://127.0.0.1:9/v1', keys: []}\n", 2, "a list of 1 to"},
    {"providers:\n  a: {url: 'http://127.0.0.1:9/v1', keys: env:A}\n", 2, "a list of 1 to"},
    {"providers:\n  a: {url: 'http://127.0.0.1:9/v1', keys: [{weight: 2}]}\n", 2,
     "`key` is missing"},
    {"providers:\n  a: {url: 'http://127.0.0.1:9/v1', keys: [{key: x1, weight: 0}]}\n", 2,
     "a whole number from 1"},
    // match
    {ROUTE("match: support"), 7, "a section of `name: value` is expected here"},
    {ROUTE("match: {}"), 7, "nothing is written in it"},
    {ROUTE("match: {tag: support}"), 7, "names and their values are expected here"},
    {ROUTE("match: {tag: {}}"), 7, "names and their values are expected here"},
    {ROUTE("match: {header: {x-a: }}"), 7, "`x-a` has no value"},
    {ROUTE("match: {keys: [ci]}"), 7, "did you mean `key`"},
    {ROUTE("match: {key: []}"), 7, "nothing is named"},
    {ROUTE("match: {system: [abc]}"), 7, "is no SHA-256"},
    {ROUTE("match: {system: [you-are-kind]}"), 7, "is no SHA-256"},
    {ROUTE("match: {regex: ['a(b']}"), 7, "regex: `a(b`: missing closing parenthesis"},
    {ROUTE("match: {max_tokens_in: 4k}"), 7, "Write a whole number from 0"},
    {ROUTE("match: {min_tokens_in: 5, max_tokens_in: 4}"), 7, "no call has at least 5 tokens"},
};

static void faults_name_their_line_and_cure(void **state)
{
    (void)state;
    expect_faults(bad, sizeof bad / sizeof bad[0]);
}

static struct config *good(const char *text, unsigned warnings)
{
    environment = keys;
    struct config *c = check(text);
    for (unsigned i = 0; i < c->fault_count; i++)
        print_message("%d: %s\n", c->faults[i].line, c->faults[i].text.ptr);
    for (unsigned i = 0; c->warning_count != warnings && i < c->warning_count; i++)
        print_message("%d: %s\n", c->warnings[i].line, c->warnings[i].text.ptr);
    assert_int_equal(c->fault_count, 0);
    assert_int_equal(c->warning_count, warnings);
    return c;
}

static void a_route_is_read(void **state)
{
    (void)state;
    struct config *c =
        good(P "tiers:\n  small: a/m\n"
               "  large: [{model: a/n-1, weight: 3}, a/n-2]\n"
               "routes:\n"
               "  - name: support\n"
               "    match: {tag: {feature: support}, header: {X-Tier: '*'}, key: dev,"
               " team: [x, y], max_tokens_in: 4000,"
               " system: '60303AE22b998861', regex: ['a+', '(?i)b']}\n"
               "    mode: certified\n"
               "    small: small\n"
               "    large: large\n"
               "  - {name: all, small: [a/n-3, a/n-4]}\n",
             1); // certified, and never a pair
    assert_int_equal(c->tier_count, 2);
    assert_true(str_is(c->tiers[0]->models[0], "a/m"));
    assert_int_equal(c->tiers[0]->weights[0], 0);
    assert_int_equal(c->tiers[1]->weights[0], 3);
    assert_int_equal(c->route_count, 2);
    const struct config_route *r = &c->routes[0];
    assert_ptr_equal(r->small, c->tiers[0]);
    assert_ptr_equal(r->large, c->tiers[1]);
    assert_int_equal(r->mode, CONFIG_CERTIFIED);
    assert_false(r->match.any);
    assert_int_equal(r->match.tokens_least, 0);
    assert_int_equal(r->match.tokens_most, 4000);
    assert_int_equal(r->match.team_count, 2);
    assert_int_equal(r->match.system_count, 1);
    assert_int_equal(r->match.pattern_count, 2);
    assert_true(str_is(r->match.tags[0].value, "support"));
    assert_true(str_is(r->match.headers[0].name, "x-tier"));
    assert_int_equal(r->match.headers[0].name.ptr[6], '\0');
    assert_true(str_is(r->match.systems[0], "60303ae22b998861"));
    r++;
    assert_true(r->match.any);
    assert_int_equal(r->mode, CONFIG_RULES);
    assert_int_equal(r->small->model_count, 2);
    assert_int_equal(r->small->name.len, 0);
    assert_ptr_equal(config_route_named(c, str_of("all")), r);
    assert_null(config_route_named(c, str_of("auto")));
    assert_null(r->large);
    show(c);
    config_free(c);
}

#define SIDES TIERS "routes:\n  - {name: r, small: small, large: large"

static void its_terms_are_read(void **state)
{
    (void)state;
    struct config *c =
        good(SIDES ", mode: measured, max_loss: 0.5%, confidence: 0.99, max_cost: 0.05,"
                   " max_ttft: 1500ms, hold: 2s, require: [vision, schema, {context: 9000}],"
                   " sticky: {by: 'tag:s', for: 1h}, verify: [arithmetic, {agree: a/n-2},"
                   " {logprob: 90%}, {http: 'http://127.0.0.1:1/x', on_error: accept}],"
                   " shadow: {budget: 2.00, window: week, rate: 10%, judge: none}}\n",
             1); // a/n-2 is of no side: there are no pairs
    const struct config_route *r = &c->routes[0];
    assert_int_equal(r->max_loss_ppm, 5000);
    assert_int_equal(r->confidence_ppm, 990000);
    assert_int_equal(r->max_cost.n, 50000000);
    assert_int_equal(r->max_ttft_ms, 1500);
    assert_int_equal(r->hold_ms, 2000);
    assert_int_equal(r->require, ABILITY_VISION | ABILITY_SCHEMA);
    assert_int_equal(r->require_context, 9000);
    assert_int_equal(r->sticky, CONFIG_STICKY_TAG);
    assert_true(str_is(r->sticky_tag, "s"));
    assert_int_equal(r->sticky_ms, 3600000);
    assert_int_equal(r->verifier_count, 4);
    assert_int_equal(r->verifiers[0].kind, VERIFIER_ARITHMETIC);
    assert_true(str_is(r->verifiers[1].model, "a/n-2"));
    assert_int_equal(r->verifiers[2].quantile_ppm, 900000);
    assert_int_equal(r->verifiers[3].kind, VERIFIER_HTTP);
    assert_int_equal(r->verifiers[3].timeout_ms, 2000);
    assert_true(r->verifiers[3].accepts);
    assert_true(r->shadow.on && r->shadow.unjudged);
    assert_int_equal(r->shadow.budget.n, 2000000000);
    assert_int_equal(r->shadow.window, WINDOW_WEEK);
    assert_int_equal(r->shadow.rate_ppm, 100000);
    assert_int_equal(r->shadow.rate_certified_ppm, 20000);
    show(c);
    config_free(c);
}

static void what_costs_nothing_is_checked_by_itself(void **state)
{
    (void)state;
    struct config *c =
        good(SIDES "}\n  - {name: bare, match: {team: t}, small: small, large: large,"
                   " verify: []}\n  - {name: one, match: {team: u}, small: small}\n",
             1); // the first one takes everything
    assert_int_equal(c->routes[0].verifier_count, 5);
    assert_int_equal(c->routes[0].verifiers[4].kind, VERIFIER_SCHEMA);
    assert_false(c->routes[0].shadow.on);
    assert_int_equal(c->routes[0].max_loss_ppm, 20000);
    assert_int_equal(c->routes[1].verifier_count, 0);
    assert_int_equal(c->routes[2].verifier_count, 0);
    config_free(c);
    c = good(SIDES ", mode: certified}\n", 1);
    assert_non_null(strstr(c->warnings[0].text.ptr, "the large side answers"));
    assert_non_null(strstr(c->warnings[0].text.ptr, "Write shadow: { budget: USD }"));
    config_free(c);
    c = good(SIDES ", mode: certified, local_only: true}\n", 1); // which takes no shadow
    assert_non_null(strstr(c->warnings[0].text.ptr, "the large side answers. Write mode: rules"));
    config_free(c);
    c = good(P "routes:\n  - {name: r, small: a/m, large: large, mode: certified, "
               "local_only: true}\n",
             1);
    assert_non_null(strstr(c->warnings[0].text.ptr, "as far as it is in this machine's"));
    config_free(c);
    c = good(P "  b: {url: 'https://b.example/v1', models: [x]}\nroutes:\n"
               "  - {name: r, small: a/m, large: b/x, mode: certified, local_only: true}\n",
             1);
    assert_non_null(strstr(c->warnings[0].text.ptr, "nobody answers, since no model of the"));
    config_free(c);
    c = good(SIDES ", mode: certified, shadow: {budget: 1, judge: none}}\n", 1);
    assert_non_null(strstr(c->warnings[0].text.ptr, "begin with mode: rules or measured"));
    config_free(c);
    c = good(SIDES ", mode: measured, shadow: {budget: 1, judge: none}}\n", 0);
    config_free(c);
    c = good(SIDES ", verify: [{agree: a/m}]}\n", 1);
    assert_non_null(strstr(c->warnings[0].text.ptr, "a/m is of the small side itself"));
    config_free(c);
}

// By the line that it stands on: what a verifier does not do there, or keeps from being done.
static void what_a_verifier_leaves_out_is_said(void **state)
{
    (void)state;
    struct config *c =
        good("providers:\n  a: {dialect: anthropic, url: 'https://a.example', models: [m]}\n"
             "  o: {url: 'https://o.example/v1', models: [n, k]}\n"
             "  g: {dialect: gemini, url: 'https://g.example', models: [p]}\n"
             "routes:\n  - name: r\n    small: [o/n, a/m, g/p]\n    large: [o/k]\n    verify:\n"
             "      - refusal\n      - { logprob: 0.9 }\n",
             1);
    assert_int_equal(c->warnings[0].line, 11);
    assert_non_null(strstr(c->warnings[0].text.ptr, "logprob: a/m tells no log-probabilities"));
    config_free(c);
    // Of a second model only what the small side has is compared; one that stands behind is none
    // that is asked twice.
    c = good(P "routes:\n  - {name: r, match: {team: r}, small: [a/m], large: [a/n-1], verify: "
               "[{agree: a/n-2}],\n"
               "     shadow: {budget: 1}}\n"
               "  - {name: s, match: {team: t}, small: [a/m, a/n-2], large: [a/n-1],\n"
               "     verify: [{agree: a/n-2}], shadow: {budget: 1}}\n",
             1);
    assert_int_equal(c->warnings[0].line, 5);
    assert_non_null(strstr(c->warnings[0].text.ptr, "route r: shadow: no call makes a pair"));
    config_free(c);
}

static void a_provider_has_several_keys(void **state)
{
    (void)state;
    struct config *c = good("providers:\n  a: {url: 'http://127.0.0.1:9/v1', "
                            "keys: [env:OPENAI_API_KEY, {key: env:CI_COSTLENS_KEY, weight: 3}, "
                            "env:NOBODY]}\n"
                            "  b: {url: 'http://127.0.0.1:9/v1', keys: [env:NOBODY]}\n",
                            3);
    assert_int_equal(c->provider_count, 1);
    const struct config_provider *p = &c->providers[0];
    assert_int_equal(p->key_count, 2);
    assert_ptr_equal(p->key, p->keys[0].secret);
    assert_int_equal(p->keys[0].weight, 1);
    assert_true(str_is(secret_expose(p->keys[1].secret), "0123456789abcdef"));
    assert_int_equal(p->keys[1].weight, 3);
    show(c);
    config_free(c);
}

// What is left out is told, and the rest stays.
static void what_is_not_there_is_left_out(void **state)
{
    (void)state;
    struct config *c = good("providers:\n  a: {url: 'http://127.0.0.1:9/v1', models: [m]}\n"
                            "  b: {url: 'http://127.0.0.1:9/v1', key: env:NOBODY}\n"
                            "tiers:\n  small: [b/x, a/m]\n"
                            "routes:\n  - {name: r, small: small, large: b/y}\n",
                            4); // of the provider, of each model, and that none is left
    assert_int_equal(c->tiers[0]->model_count, 1);
    assert_int_equal(c->routes[0].large->model_count, 0);
    const struct config_tier *sides[] = {c->tiers[0], c->routes[0].large};
    static const char *const models[] = {"b/x", "b/y"};
    for (size_t i = 0; i < 2; i++) { // told by who lists them
        assert_int_equal(sides[i]->absent_count, 1);
        assert_true(str_is(sides[i]->absent[0].model, models[i]));
        assert_true(str_is(sides[i]->absent[0].why, "no key: the variable NOBODY is not set"));
    }
    config_free(c);
}

static const struct config_provider *provider(const struct config *c, const char *name)
{
    for (unsigned i = 0; i < c->provider_count; i++) {
        if (str_is(c->providers[i].name, name))
            return &c->providers[i];
    }
    return NULL;
}

// In `providers` stands one only: others are found where the environment has them.
static void what_a_model_implies_is_a_provider(void **state)
{
    (void)state;
    struct config *c =
        good(P "aliases:\n  fast: openai/gpt-5.4-mini\n"
               "tiers:\n  small: [local/llama3.2:3b, openai/gpt-5.4-mini]\n"
               "  large: [mistral/mistral-large-latest, a/m, mistral/other]\n"
               "routes:\n  - {name: r, small: [ollama/x], large: large, match: {key: dev},"
               " verify: [{agree: local/qwen3:4b}]}\n",
             2); // each of Mistral's
    assert_non_null(strstr(c->warnings[0].text.ptr, "is left out: there is no provider mistral. "
                                                    "Set MISTRAL_API_KEY, or add it under"));
    assert_int_equal(c->provider_count, 4);
    assert_true(provider(c, "openai")->from_environment);
    assert_non_null(provider(c, "openai")->key);
    assert_true(provider(c, "local")->sought && provider(c, "ollama")->sought);
    assert_true(provider(c, "local")->free);
    assert_int_equal(c->aliases[0].model_count, 1);
    assert_int_equal(c->tiers[0]->model_count, 2);
    assert_int_equal(c->tiers[1]->model_count, 1);
    assert_int_equal(c->tiers[1]->absent_count, 2);
    assert_true(
        str_is(c->tiers[1]->absent[1].why, "no provider mistral: MISTRAL_API_KEY is not set"));
    config_free(c);
}

// None of `providers` is there: the Ollama has the name that the file calls it by.
static void the_ollama_has_one_name(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name, *other;
    } cases[] = {
        {"aliases: {a: openai/gpt-5.4}\n", "ollama", "local"},
        {"aliases: {a: local/llama3.2:3b}\n", "local", "ollama"},
        {"tiers: {small: [{model: local/llama3.2:3b}]}\n", "local", "ollama"},
        {"routes: [{name: r, small: [openai/gpt-5.4, local/llama3.2:3b]}]\n", "local", "ollama"},
        {"store: sqlite:local/costlens.db\n", "ollama", "local"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config *c = good(cases[i].text, 0);
        assert_non_null(provider(c, cases[i].name));
        assert_null(provider(c, cases[i].other));
        assert_non_null(provider(c, "openai")); // its key is there
        config_free(c);
    }
}

static void a_slip_implies_nothing(void **state)
{
    (void)state;
    static const struct bad slips[] = {
        {P "tiers:\n  small: [llama.cpp/gemma]\n", 4, "names no provider of this file"},
        {P "tiers:\n  small: [local/]\n", 4, "has no provider"},
        {P "prices:\n  - {model: openai/gpt-5.4, input_per_mtok: 1}\n", 4, "names no provider"},
        {"providers:\n  mistral: {url: nowhere}\n"
         "tiers:\n  small: [mistral/mistral-large-latest]\n",
         2, "url: `nowhere`"},
    };
    expect_faults(slips, sizeof slips / sizeof slips[0]);
}

static void what_takes_everything_is_told(void **state)
{
    (void)state;
    struct config *c = good(TIERS "routes:\n  - {name: one, small: small}\n"
                                  "  - {name: two, match: {key: ci}, small: small}\n",
                            2);
    assert_non_null(strstr(c->warnings[0].text.ptr, "this file has no key `ci`"));
    assert_non_null(strstr(c->warnings[1].text.ptr, "route one has no match"));
    config_free(c);
    c = good(TIERS "routes:\n  - {name: one, small: small, match: {tag: {a: b, c: d}}}\n"
                   "  - {name: two, small: small, match: {tag: {a: b, c: e}}}\n"
                   "  - {name: three, small: small, match: {tag: {a: b, c: d}, min_tokens_in: 9}}\n"
                   "  - {name: four, large: large, match: {tag: {a: b, c: d}}}\n"
                   "  - {name: home, local_only: true, small: small, match: {tag: {a: b, c: d}}}\n",
             1);
    assert_non_null(strstr(c->warnings[0].text.ptr, "route four has the match of route one, which "
                                                    "takes its calls for `auto`"));
    assert_int_equal(c->warnings[0].line, 10);
    config_free(c);
}

// In another order, as a list of one, with what holds anyway written out.
static void the_same_match_is_told_however_written(void **state)
{
    (void)state;
    static const char *const alike[][2] = {
        {"tag: {a: b, c: d}", "tag: {c: d, a: b}"},
        {"team: [x, y], tag: {a: b}", "tag: {a: b}, team: [y, x]"},
        {"team: x", "team: [x]"},
        {"team: [x, y]", "team: [y, x, y]"},
        {"header: {X-One: a, x-two: b}", "header: {x-two: b, x-one: a}"},
        {"system: [0a0b0c0d, 1a1b1c1d]", "system: [1A1B1C1D, 0A0B0C0D]"},
        {"regex: [one, two]", "regex: [two, one]"},
        {"team: x", "team: x, min_tokens_in: 0"},
        {"min_tokens_in: 5, max_tokens_in: 9", "max_tokens_in: 9, min_tokens_in: 5"},
    };
    static const char *const other[][2] = {
        {"team: [x, y]", "team: [x, z]"},  {"team: [x, y]", "team: x"},
        {"team: x", "team: [x, y]"},       {"tag: {a: b, c: d}", "tag: {a: d, c: b}"},
        {"tag: {a: b}", "header: {a: b}"}, {"tag: {a: b}", "tag: {A: b}"},
        {"regex: one", "regex: One"},      {"max_tokens_in: 9", "max_tokens_in: 8"},
    };
    char text[600];
    for (size_t i = 0; i < sizeof alike / sizeof alike[0] + sizeof other / sizeof other[0]; i++) {
        const size_t n = sizeof alike / sizeof alike[0];
        const char *const *match = i < n ? alike[i] : other[i - n];
        (void)snprintf(text, sizeof text,
                       TIERS "routes:\n  - {name: one, small: small, match: {%s}}\n"
                             "  - {name: two, small: small, match: {%s}}\n",
                       match[0], match[1]);
        struct config *c = good(text, i < n);
        if (i < n)
            assert_non_null(
                strstr(c->warnings[0].text.ptr, "route two has the match of route one"));
        config_free(c);
    }
}

static void a_model_on_both_sides_is_told(void **state)
{
    (void)state;
    struct config *c = good(P "routes:\n  - {name: r, small: [a/m], large: [a/n-1, a/m]}\n", 1);
    assert_non_null(strstr(c->warnings[0].text.ptr, "route r: a/m is on both sides"));
    config_free(c);
}

// Terms that promise nothing, or save nothing.
static void a_promise_of_nothing_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *route, *says;
    } notes[] = {
        {"small: small, large: large, max_loss: 100%", "max_loss: 100% promises nothing"},
        {"small: small, large: large, shadow: {budget: 1, judge: a/m}",
         "judge: a/m is the small side's own"},
        {"small: small, large: [a/m]", "both sides have the same models"},
        {"small: a/m, large: a/m", "both sides have the same models"},
        {"small: a/m, large: [a/n-1, a/m]", "a/m is on both sides"},
    };
    static const char *const fine[] = {
        "small: small, large: large, max_loss: 99%",
        "small: small, large: large, shadow: {budget: 1, judge: a/n-1}",
        "small: small, large: large, shadow: {budget: 1, judge: none}",
    };
    char text[400];
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        snprintf(text, sizeof text, TIERS "routes:\n  - {name: r, match: {tag: {a: b}}, %s}\n",
                 notes[i].route);
        struct config *c = good(text, 1);
        assert_int_equal(c->warnings[0].line, 7);
        if (!strstr(c->warnings[0].text.ptr, notes[i].says))
            fail_msg("%s: %s", notes[i].route, c->warnings[0].text.ptr);
        config_free(c);
    }
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        snprintf(text, sizeof text, TIERS "routes:\n  - {name: r, match: {tag: {a: b}}, %s}\n",
                 fine[i]);
        struct config *c = good(text, 0);
        assert_ptr_equal(config_route_shadowed(c, str_of("shadow:r")),
                         strstr(fine[i], "shadow") ? config_route_named(c, str_of("r")) : NULL);
        assert_null(config_route_shadowed(c, str_of("r")));
        config_free(c);
    }
}

// Which of both wins is said; an alias of that name is a fault.
static void a_route_that_is_called_as_a_model_is_told(void **state)
{
    (void)state;
    static const char *const names[] = {"m", "gpt-5.4-mini", "llama3.2"};
    static const char *const of[] = {"a", "openai", "local"};
    for (size_t i = 0; i < 3; i++) {
        char text[500], part[200];
        snprintf(text, sizeof text,
                 "providers:\n  a: {url: 'http://127.0.0.1:9/v1', models: [m, 'x-*']}\n"
                 "  openai: {key: env:OPENAI_API_KEY}\n"
                 "tiers:\n  small: [a/m, 'local/llama3.2:latest']\n"
                 "routes:\n  - {name: %s, small: small, match: {tag: {a: b}}}\n",
                 names[i]);
        struct config *c = good(text, 1);
        snprintf(part, sizeof part,
                 "%s has a model of that name. A call for `%s` goes to the route, and one for "
                 "`%s/%s` to the model",
                 of[i], names[i], of[i], names[i]);
        if (!strstr(c->warnings[0].text.ptr, part))
            fail_msg("%s: %s", names[i], c->warnings[0].text.ptr);
        assert_int_equal(c->warnings[0].line, 7);
        config_free(c);
    }
    // What only a pattern fits is no name.
    struct config *c = good("providers:\n  a: {url: 'http://127.0.0.1:9/v1', models: [m, 'x-*']}\n"
                            "routes:\n  - {name: x-1, small: a/m, match: {tag: {a: b}}}\n"
                            "  - {name: gpt-5.4, small: a/m}\n",
                            0);
    config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_verifier_leaves_out_is_said),
        cmocka_unit_test(faults_name_their_line_and_cure),
        cmocka_unit_test(a_route_is_read),
        cmocka_unit_test(a_model_on_both_sides_is_told),
        cmocka_unit_test(its_terms_are_read),
        cmocka_unit_test(what_costs_nothing_is_checked_by_itself),
        cmocka_unit_test(a_provider_has_several_keys),
        cmocka_unit_test(what_is_not_there_is_left_out),
        cmocka_unit_test(what_a_model_implies_is_a_provider),
        cmocka_unit_test(the_ollama_has_one_name),
        cmocka_unit_test(a_slip_implies_nothing),
        cmocka_unit_test(what_takes_everything_is_told),
        cmocka_unit_test(the_same_match_is_told_however_written),
        cmocka_unit_test(a_promise_of_nothing_is_told),
        cmocka_unit_test(a_route_that_is_called_as_a_model_is_told),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
