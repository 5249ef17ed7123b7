// SPDX-License-Identifier: Apache-2.0
//
// What a captured call is taken to have used. With a bound it never costs more than that, whatever
// its body says.

#include <stdio.h>

#include "../core/book.h"
#include "budget/bound.h"
#include "core/rate.h"
#include "request/captured.h"
#include "wire/vendor.h"
#include "wire/weigh.h"

#define UNSAID 4096
#define AT_US  INT64_C(1798675200000000)

static const char text[] =
    "vendor v\n"
    "model plain\nprice input 2 output 10\ncontext 1000\noutput_max 100\n"
    "model window\nprice input 2 output 10\ncontext 1000\n"
    "model open\nprice input 2 output 10\n"
    "model short\nprice input 2 output 10\noutput_max 100\n"
    "model cliff\nprice input 3 output 15\nwhen above 200: input 6 output 22.5\ncontext 1000\n"
    "model caches\nprice input 3 cache_read 0.3 cache_write 3.75 cache_write_1h 6 output 15\n"
    "when us: x1.1\ncontext 1000\noutput_max 100\n"
    "model tiers\nprice input 1 output 2\nwhen priority: x2\nwhen flex: x0.5\noutput_max 100\n";

static int setup(void **state)
{
    (void)state;
    return book_open(text);
}

// Of a body, its bound and what is captured of it by that.
struct taken {
    struct ask ask;
    struct bound bound;
    struct usage usage;
};

static void take(enum endpoint e, const char *vendor, const struct sheet *s, const char *body,
                 bool bounded, struct taken *t)
{
    struct endpoint_found found = {.endpoint = e};
    const struct vendor *v = vendor_find(str_of(vendor));
    struct weight w;
    struct why why = {0};
    if (endpoint_dialect(e) == DIALECT_GEMINI)
        found.model = str_of("m");
    *t = (struct taken){0};
    if (ask_open(&t->ask, &found, str_of(body), &alloc_heap, &why) != REFUSAL_NONE)
        fail_msg("%s: %s", body, why.text);
    unsigned flags = v ? v->flags : 0;
    weigh(&t->ask, flags, str_of("m"), &w);
    const struct bound_call call = {
        .sheet = s, .weight = &w, .start_us = AT_US, .output_unsaid = UNSAID};
    bound_make(&call, &t->bound);
    bool has = bounded && t->bound.state == BOUND_KNOWN;
    const struct captured_call c = {.endpoint = e,
                                    .demand = &t->ask.demand,
                                    .sheet = s,
                                    .flags = flags,
                                    .input_most = has ? t->bound.input : 0,
                                    .output_most = has ? t->bound.output : 0};
    captured_usage(&c, &t->usage);
    ask_close(&t->ask);
}

static const char *const maxima[] = {
    "",
    ",\"max_tokens\":1,\"max_output_tokens\":9000000000",
    ",\"max_tokens\":9000000000,\"max_completion_tokens\":1",
    ",\"max_output_tokens\":100,\"max_tokens\":1000000",
    ",\"max_tokens\":\"1000\",\"max_completion_tokens\":10",
    ",\"max_tokens\":100,\"n\":3",
    ",\"max_tokens\":1000000,\"best_of\":200",
    ",\"max_tokens\":1000000",
    ",\"max_completion_tokens\":0.5",
    ",\"max_output_tokens\":100,\"generationConfig\":{\"maxOutputTokens\":1000000}",
    ",\"generationConfig\":{\"maxOutputTokens\":10,\"max_output_tokens\":70,\"candidateCount\":2}",
};

static const char *const wishes[] = {
    "",
    ",\"service_tier\":\"priority\"",
    ",\"service_tier\":\"flex\"",
    ",\"inference_geo\":\"us\"",
    ",\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}",
};

static const struct {
    enum endpoint endpoint;
    const char *vendor;
    const char *input; // its member, %s: a text
} asked[] = {
    {ENDPOINT_CHAT, "openai", "\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]"},
    {ENDPOINT_CHAT, "xai", "\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]"},
    {ENDPOINT_CHAT, "mock", "\"messages\":[{},{},{\"role\":\"user\",\"content\":\"%s\"}]"},
    {ENDPOINT_RESPONSES, "openai", "\"input\":\"%s\""},
    {ENDPOINT_COMPLETIONS, "openai", "\"prompt\":\"%s\""},
    {ENDPOINT_COMPLETIONS, "mock", "\"prompt\":[\"%s\",\"b\"]"},
    {ENDPOINT_EMBEDDINGS, "openai", "\"input\":\"%s\""},
    {ENDPOINT_MESSAGES, "anthropic", "\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]"},
    {ENDPOINT_GENERATE, "google", "\"contents\":[{\"parts\":[{\"text\":\"%s\"}]}]"},
};
#define COUNT(a) (sizeof(a) / sizeof *(a))

static unsigned held;

static void hold(size_t at, const char *body)
{
    for (size_t i = 0; i < catalog_count(catalog); i++) {
        const struct sheet *s = catalog_at(catalog, i);
        struct taken t;
        struct cost cost;
        take(asked[at].endpoint, asked[at].vendor, s, body, true, &t);
        rate(s, &t.usage, AT_US, &cost);
        if (t.bound.state != BOUND_KNOWN || cost.state == PRICE_UNPRICED)
            continue;
        held++;
        if (nano_from_money(cost.total).n > t.bound.most.n)
            fail_msg("%.*s, captured at %lld nanodollars, held at %lld: %s", STR_ARG(s->model),
                     (long long)nano_from_money(cost.total).n, (long long)t.bound.most.n, body);
        assert_int_equal(usage_output(&t.usage),
                         endpoint_makes_output(asked[at].endpoint) ? t.bound.output : 0);
    }
}

static void never_costs_more_than_its_bound(void **state)
{
    static const int lengths[] = {0, 1, 300, 1500, 8000};
    static char prompt[8001], input[8200], body[9000];
    (void)state;
    for (size_t at = 0; at < COUNT(asked); at++) {
        for (size_t l = 0; l < COUNT(lengths); l++) {
            memset(prompt, 'a', sizeof prompt);
            prompt[lengths[l]] = 0;
            snprintf(input, sizeof input, asked[at].input, prompt);
            for (size_t m = 0; m < COUNT(maxima) * COUNT(wishes); m++) {
                snprintf(body, sizeof body, "{\"model\":\"m\",%s%s%s}", input,
                         maxima[m % COUNT(maxima)], wishes[m / COUNT(maxima)]);
                hold(at, body);
            }
        }
    }
    assert_true(held > 10000);
}

static int64_t unbounded(const char *model, const char *members)
{
    char body[200];
    struct taken t;
    snprintf(body, sizeof body, "{\"model\":\"m\",\"messages\":[]%s}", members);
    const struct sheet *s = model ? catalog_find(catalog, str_of("v"), str_of(model)) : NULL;
    assert_true(s || !model);
    take(ENDPOINT_CHAT, "openai", s, body, false, &t);
    return t.usage.count[BUCKET_OUTPUT];
}

static void without_one_the_book_holds_it(void **state)
{
    (void)state;
    assert_int_equal(unbounded("plain", ",\"max_tokens\":50"), 50);
    assert_int_equal(unbounded("plain", ",\"max_tokens\":5000,\"n\":2"), 200);
    assert_int_equal(unbounded("plain", ""), 100);
    assert_int_equal(unbounded("window", ",\"max_tokens\":5000,\"n\":2"), 2000);
    assert_int_equal(unbounded("window", ""), 1000);
    assert_int_equal(unbounded("open", ",\"max_tokens\":50000000"), 10000000);
    assert_int_equal(unbounded("open", ""), UNSAID);
    assert_int_equal(unbounded(NULL, ",\"max_tokens\":50000000"), 10000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(never_costs_more_than_its_bound),
        cmocka_unit_test(without_one_the_book_holds_it),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
