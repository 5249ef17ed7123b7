// SPDX-License-Identifier: Apache-2.0
//
// What Ollama alone has in a request: `options`, keep_alive, truncate, and prompts that only load.

#include "base/clock.h"
#include "mock/loaded.h"
#include "mock/order.h"

#define EXPECTED "; expected \"json\" or a valid JSON Schema object"
#define KEEP_US  (5 * 60 * SECOND_US)

// A number of `options`; others stay as they are. False when it is no whole number.
static bool read_option(struct order *o, const char *name, int64_t *n, struct why *why)
{
    const struct json_val *v = json_get(json_get(o->root, "options"), name);
    if (json_type(v) == JSON_ABSENT || json_type(v) == JSON_NULL || json_i64(v, n))
        return true;
    o->refused = 500;
    why_set(why, STATUS_SYNTAX, "option \"%s\" must be of type integer", name);
    return false;
}

// "5m", "2s", "1h30m" are told by their last letter; a number is of seconds; less than 0: for ever.
static bool read_keep(struct order *o, struct why *why)
{
    const struct json_val *v = json_get(o->root, "keep_alive");
    struct str text = json_str(v);
    int64_t n = 0;
    int64_t unit = 1;
    o->keep_us = KEEP_US;
    if (json_type(v) == JSON_ABSENT || json_type(v) == JSON_NULL)
        return true;
    if (text.len > 0 && (str_ends(text, str_of("s")) || str_ends(text, str_of("m")) ||
                         str_ends(text, str_of("h")))) {
        unit = str_ends(text, str_of("h")) ? 3600 : str_ends(text, str_of("m")) ? 60 : 1;
        text.len--;
    }
    if (!json_i64(v, &n) && !str_i64(text, &n)) {
        why_set(why, STATUS_SYNTAX, "time: invalid duration \"%.*s\"", STR_ARG(json_str(v)));
        return false;
    }
    o->keep_us = n < 0 || n > INT32_MAX ? LOADED_FOR_EVER : n * unit * SECOND_US;
    return true;
}

// Of a schema what its grammar is made of is looked for; the schemas inside of it are not read.
static bool is_schema(const struct json_val *schema)
{
    static const char *const words[] = {
        "$ref", "oneOf", "anyOf",       "allOf",      "const",
        "enum", "items", "prefixItems", "properties", "additionalProperties"};
    static const char *const types[] = {"object",  "array",   "string", "number",
                                        "integer", "boolean", "null"};
    const struct json_val *type = json_get(schema, "type");
    bool found = json_type(type) == JSON_ARRAY || json_count(schema) == 0;
    for (unsigned i = 0; !found && i < sizeof types / sizeof *types; i++)
        found = str_is(json_str(type), types[i]);
    for (unsigned i = 0; !found && !type && i < sizeof words / sizeof *words; i++)
        found = json_get(schema, words[i]);
    return found;
}

// A format that is neither "json" nor a schema is quoted as it was written.
static bool read_format(struct order *o, struct why *why)
{
    const struct json_val *v = json_get(o->root, "format");
    enum json_type type = json_type(v);
    struct str text = json_str(v);
    size_t start = 0;
    size_t len = 0;
    if (type == JSON_ABSENT || type == JSON_NULL || (type == JSON_OBJECT && is_schema(v)) ||
        str_is(text, "json") || (type == JSON_STRING && text.len == 0))
        return true;
    o->refused = 500;
    if (type == JSON_OBJECT)
        why_set(why, STATUS_SYNTAX, "invalid JSON schema in format");
    else if (type == JSON_STRING)
        why_set(why, STATUS_SYNTAX, "invalid format: \"\\\"%.*s\\\"\"" EXPECTED, STR_ARG(text));
    else if (json_member_at(o->json, json_key(o->root, "format"), &start, &len))
        why_set(why, STATUS_SYNTAX, "invalid format: \"%.*s\"" EXPECTED, (int)len,
                o->body.ptr + start);
    return false;
}

int64_t order_trained(const struct order *o)
{
    bool embeds = str_search(o->model, (struct str)STR("embed")) < o->model.len ||
                  str_search(o->model, (struct str)STR("minilm")) < o->model.len;
    return embeds ? OLLAMA_CONTEXT_EMBED : OLLAMA_CONTEXT_TRAINED;
}

// No limit is what a limit of 0 means; the mock's answers have an end of their own.
bool order_read_ollama(struct order *o, struct why *why)
{
    int64_t most = 0;
    bool chat = o->wish == WISH_OLLAMA_CHAT;
    bool generate = o->wish == WISH_OLLAMA_GENERATE;
    o->context = OLLAMA_CONTEXT;
    if (!read_option(o, "num_predict", &most, why) ||
        !read_option(o, "num_ctx", &o->context, why) || !read_keep(o, why))
        return false;
    o->most = most > 0 ? most : 0;
    o->n = 1;
    if (o->context < 4 || o->context > order_trained(o))
        o->context = o->context < 4 ? 4 : order_trained(o);
    o->stream = (chat || generate) && json_bool(json_get(o->root, "stream"), true);
    o->thinks = json_bool(json_get(o->root, "think"), json_str(json_get(o->root, "think")).len > 0);
    o->only_loads = (chat && json_count(json_get(o->root, "messages")) == 0) ||
                    (generate && json_str(json_get(o->root, "prompt")).len == 0);
    return (!chat && !generate) || read_format(o, why);
}

// Tokens that do not fit into the context: of a list each input is read by itself.
static int64_t beyond(const struct order *o)
{
    const struct json_val *list = json_get(o->root, "input");
    struct json_iter it = {0};
    const struct json_val *v = NULL;
    int64_t sum = 0;
    if (json_type(list) != JSON_ARRAY)
        return o->billed.input - o->context;
    while (json_each(&it, list, NULL, &v)) {
        int64_t tokens = (int64_t)(json_str(v).len + 3) / 4;
        sum += tokens > o->context ? tokens - o->context : 0;
    }
    return sum;
}

// What passes the context pushes out what was said first; without that it is the answer's end.
static void fit_answer(struct order *o)
{
    int64_t room = o->context > o->billed.input ? o->context - o->billed.input : 1;
    if (!json_bool(json_get(o->root, "shift"), true) && (o->most == 0 || o->most > room))
        o->most = room;
}

// A chat loses its oldest turns, so that less than the context is left; any other input its head.
bool order_fit_ollama(struct order *o, struct why *why)
{
    int64_t *input = &o->billed.input;
    bool turns = json_count(json_get(o->root, "messages")) > 1;
    if (o->only_loads)
        *input = 0;
    int64_t lost = o->wish == WISH_OLLAMA_SHOW ? 0 : beyond(o);
    if (lost > 0 && !json_bool(json_get(o->root, "truncate"), true)) {
        why_set(why, STATUS_LIMIT, "the input length exceeds the context length");
        return false;
    }
    if (lost > 0)
        *input = turns ? o->context - o->context / 8 : *input - lost;
    fit_answer(o);
    return true;
}
