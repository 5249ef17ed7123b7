// SPDX-License-Identifier: Apache-2.0

#include "wire/maximum.h"

#include "base/decimal.h"
#include "core/usage.h"
#include "wire/vendor.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

// "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16".
#define RESPONSES_LEAST 16

// Who is known for one member of chat alone may know the other too: then either may win.
static const struct maximum newer_chat = {
    "max_completion_tokens", {{NULL, "max_completion_tokens"}, {NULL, "max_tokens"}}, 2, 1, 2};
static const struct maximum older_chat = {
    "max_tokens", {{NULL, "max_tokens"}, {NULL, "max_completion_tokens"}}, 2, 1, 1};
static const struct maximum plain = {"max_tokens", {{NULL, "max_tokens"}}, 1, 1, 1};
static const struct maximum responses = {
    "max_output_tokens", {{NULL, "max_output_tokens"}}, 1, 1, 1};
static const struct maximum ollama = {"options.num_predict", {{"options", "num_predict"}}, 1, 1, 1};
static const struct maximum gemini = {"generationConfig.maxOutputTokens",
                                      {{"generationConfig", "maxOutputTokens"},
                                       {"generationConfig", "max_output_tokens"},
                                       {"generation_config", "max_output_tokens"},
                                       {"generation_config", "maxOutputTokens"}},
                                      4,
                                      4,
                                      4};

const struct maximum *maximum_of(enum endpoint e, unsigned flags)
{
    if (!endpoint_makes_output(e) || endpoint_free(e))
        return NULL;
    switch (endpoint_dialect(e)) {
    case DIALECT_GEMINI: return &gemini;
    case DIALECT_OLLAMA: return &ollama;
    case DIALECT_OPENAI:
    case DIALECT_ANTHROPIC:
    case DIALECT_COUNT: break;
    }
    if (e == ENDPOINT_RESPONSES)
        return &responses;
    if (e == ENDPOINT_CHAT)
        return flags & VENDOR_COMPLETION_MAX ? &newer_chat : &older_chat;
    return &plain;
}

const struct json_val *maximum_object(const struct json_val *root, const struct maximum_place *at)
{
    return at->object ? json_get(root, at->object) : root;
}

const char *maximum_field(const struct json_val *root, enum endpoint e, unsigned flags)
{
    const struct maximum *m = maximum_of(e, flags);
    for (unsigned i = 0; m && i < m->binding; i++) {
        enum json_type type = json_type(json_get(root, m->at[i].name));
        if (!m->at[i].object && type != JSON_ABSENT && type != JSON_NULL)
            return m->at[i].name;
    }
    return m ? m->field : NULL;
}

// Of a number's text the whole number, rounded up; above 64 bits the largest of them: no answer is
// as long as either. 0: it is none, or below 1.
static int64_t whole_of(struct str number)
{
    const int128 one = INT64_C(1000000000000000000);
    int128 n = 0;
    bool inexact = false;
    enum status s = decimal_round(number, &n, &inexact);
    if (s == STATUS_RANGE)
        return str_starts(number, str_of("-")) ? 0 : INT64_MAX;
    if (s != STATUS_OK || n <= 0)
        return 0;
    n = (n + one - 1) / one;
    return n <= INT64_MAX ? (int64_t)n : INT64_MAX;
}

int64_t maximum_read(const struct json_val *v, unsigned flags)
{
    int64_t n = 0;
    if (!json_i64(v, &n))
        return whole_of(json_number(NULL, v)) == INT64_MAX ? INT64_MAX : 0;
    if (n == 0 && (flags & VENDOR_NONE_AT_ZERO))
        return 1;
    return n > 0 ? n : 0;
}

int64_t maximum_meant(const struct json_val *v, enum endpoint e)
{
    bool text = json_type(v) == JSON_STRING;
    if (text && endpoint_dialect(e) == DIALECT_OLLAMA)
        return 0;
    return whole_of(text ? json_str(v) : json_number(NULL, v));
}

// `binds`: all are told, and one of them is kept to.
static int64_t most_of(const struct json_val *root, enum endpoint e, unsigned flags, bool *binds)
{
    const struct maximum *m = maximum_of(e, flags);
    int64_t most = 0;
    bool meant = false;
    *binds = false;
    for (unsigned i = 0; m && i < m->count; i++) {
        const struct json_val *v = json_get(maximum_object(root, &m->at[i]), m->at[i].name);
        if (json_type(v) == JSON_ABSENT || json_type(v) == JSON_NULL)
            continue;
        int64_t n = maximum_read(v, flags);
        meant = meant || n == 0;
        n = n > 0 ? n : maximum_meant(v, e);
        if (n == 0)
            return 0;
        most = count_larger(most, n);
        *binds = *binds || i < m->binding;
    }
    *binds = *binds && !meant;
    return most;
}

struct maximum_told maximum_told(const struct json_val *root, enum endpoint e, unsigned flags)
{
    struct maximum_told told = {0};
    bool binds;
    int64_t most = most_of(root, e, flags, &binds);
    *(binds ? &told.said : &told.unsure) = most;
    return told;
}

// Of Anthropic, OpenRouter, Alibaba, Google's OpenAI dialect and its own, in either spelling.
static const struct {
    struct str member;
    const char *path; // in it; NULL: itself
} budgets[] = {
    {STR("thinking"), "budget_tokens"},
    {STR("reasoning"), "max_tokens"},
    {STR("thinking_budget"), NULL},
    {STR("extra_body"), "google.thinking_config.thinking_budget"},
    {STR("google"), "thinking_config.thinking_budget"},
    {STR("generationConfig"), "thinkingConfig.thinkingBudget"},
    {STR("generationConfig"), "thinkingConfig.thinking_budget"},
    {STR("generationConfig"), "thinking_config.thinkingBudget"},
    {STR("generationConfig"), "thinking_config.thinking_budget"},
    {STR("generation_config"), "thinkingConfig.thinkingBudget"},
    {STR("generation_config"), "thinkingConfig.thinking_budget"},
    {STR("generation_config"), "thinking_config.thinkingBudget"},
    {STR("generation_config"), "thinking_config.thinking_budget"},
};

int64_t maximum_least(const struct json_val *root, enum endpoint e)
{
    int64_t least = e == ENDPOINT_RESPONSES ? RESPONSES_LEAST : 1;
    struct json_iter it = {0};
    struct str key;
    const struct json_val *member = NULL;
    while (json_each(&it, root, &key, &member)) {
        for (size_t i = 0; i < COUNT(budgets); i++) {
            int64_t n = 0;
            if (!str_eq(key, budgets[i].member))
                continue;
            const char *path = budgets[i].path;
            if (json_i64(path ? json_path(member, path) : member, &n) && n > 0)
                least = count_larger(least, count_add(n, 1));
        }
    }
    return least;
}
