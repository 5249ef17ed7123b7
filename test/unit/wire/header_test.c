// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "wire/header.h"

static void keeps_secrets_and_hops_from_upstream(void **state)
{
    (void)state;
    static const char *const dropped[] = {"Authorization",
                                          "x-api-key",
                                          "X-Goog-Api-Key",
                                          "api-key",
                                          "Cookie",
                                          "Host",
                                          "Content-Length",
                                          "Transfer-Encoding",
                                          "Connection",
                                          "Keep-Alive",
                                          "TE",
                                          "Trailer",
                                          "Upgrade",
                                          "Expect",
                                          "Accept-Encoding",
                                          "Content-Encoding",
                                          "Forwarded",
                                          "X-Forwarded-For",
                                          "x-forwarded-host",
                                          "X-Real-IP",
                                          "Proxy-Connection",
                                          "Proxy-Authorization",
                                          "x-costlens-key",
                                          "X-CostLens-Tags",
                                          "Via",
                                          "Origin",
                                          "Sec-Fetch-Mode",
                                          "Helicone-Property-App",
                                          "x-litellm-tags",
                                          "HTTP2-Settings",
                                          ""};
    for (size_t i = 0; i < sizeof dropped / sizeof dropped[0]; i++)
        assert_false(header_passes_up(str_of(dropped[i])));
}

static void passes_what_agents_need(void **state)
{
    (void)state;
    static const char *const kept[] = {"content-type",
                                       "accept",
                                       "user-agent",
                                       "anthropic-version",
                                       "anthropic-beta",
                                       "x-stainless-retry-count",
                                       "OpenAI-Organization",
                                       "idempotency-key",
                                       "x-request-id",
                                       "x-goog-api-client",
                                       "x-goog-user-project",
                                       "x",
                                       "hosts",
                                       "x-mock-fault",
                                       "traceparent"};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        assert_true(header_passes_up(str_of(kept[i])));
}

static void answers_lose_state_and_framing(void **state)
{
    (void)state;
    static const char *const dropped[] = {"Set-Cookie",        "Strict-Transport-Security",
                                          "Alt-Svc",           "Connection",
                                          "Keep-Alive",        "Content-Length",
                                          "Transfer-Encoding", "Proxy-Authenticate",
                                          "X-Costlens-Cost",   "Access-Control-Allow-Origin",
                                          "Trailer",           "NEL"};
    static const char *const kept[] = {"x-request-id",
                                       "request-id",
                                       "retry-after",
                                       "retry-after-ms",
                                       "x-should-retry",
                                       "x-ratelimit-remaining-tokens",
                                       "anthropic-ratelimit-requests-reset",
                                       "content-type",
                                       "openai-processing-ms",
                                       "cf-ray",
                                       "date"};
    for (size_t i = 0; i < sizeof dropped / sizeof dropped[0]; i++)
        assert_false(header_passes_down(str_of(dropped[i])));
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        assert_true(header_passes_down(str_of(kept[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_secrets_and_hops_from_upstream),
        cmocka_unit_test(passes_what_agents_need),
        cmocka_unit_test(answers_lose_state_and_framing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
