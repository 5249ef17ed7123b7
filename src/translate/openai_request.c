// SPDX-License-Identifier: Apache-2.0
//
// Requests of OpenAI's clients: chat, completions, embeddings.

#include "translate/part.h"

#define NAME_SHOWN 60

// --- what stands at the outermost level ---

static enum refusal read_whole(struct reading *r, const struct json_val *body, const char *key,
                               int64_t *out)
{
    const struct json_val *v = json_get(body, key);
    if (reading_is_set(v) && !json_i64(v, out))
        return reading_bad(r, "`%s` is not a whole number.", key);
    return REFUSAL_NONE;
}

// 0 means "no limit" to some providers and "nothing" to others: nobody means either.
static enum refusal read_most(struct reading *r, const struct json_val *body, const char *key,
                              int64_t *out)
{
    int64_t n = -1;
    if (!reading_is_set(json_get(body, key)) || *out > 0)
        return REFUSAL_NONE;
    enum refusal refusal = read_whole(r, body, key, &n);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (n < 1)
        return reading_bad(r, "`%s` must be at least 1.", key);
    *out = n;
    return REFUSAL_NONE;
}

static enum refusal read_numbers(struct reading *r, const struct json_val *body, struct chat *out)
{
    static const char *const names[CHAT_NUMBER_COUNT] = {
#define X(id, name) [CHAT_##id] = (name),
        CHAT_NUMBER_MAP(X)
#undef X
    };
    for (size_t i = 0; i < CHAT_NUMBER_COUNT; i++) {
        const struct json_val *v = json_get(body, names[i]);
        if (reading_is_set(v) && json_type(v) != JSON_NUMBER)
            return reading_bad(r, "`%s` is not a number.", names[i]);
        out->numbers[i] = json_number(r->json, v);
    }
    int64_t ignored = 0;
    return read_whole(r, body, "seed", &ignored);
}

// A text, or a list of texts, in the arena.
static enum refusal read_texts(struct reading *r, const struct json_val *v, const char *key,
                               struct str **out, size_t *count)
{
    size_t n = json_type(v) == JSON_STRING ? 1 : json_count(v);
    if (json_type(v) != JSON_STRING && json_type(v) != JSON_ARRAY)
        return reading_bad(r, "`%s` is neither a text nor a list of texts.", key);
    *out = arena_array(r->arena, struct str, n + 1);
    if (!*out)
        return reading_no_memory(r);
    if (json_type(v) == JSON_STRING)
        (*out)[(*count)++] = json_str(v);
    struct json_iter it = {0};
    const struct json_val *item = NULL;
    while (json_type(v) == JSON_ARRAY && json_each(&it, v, NULL, &item)) {
        if (json_type(item) == JSON_NUMBER || json_type(item) == JSON_ARRAY)
            return reading_cannot(r, "`%s`: it takes no tokens. Send texts.", key);
        if (json_type(item) != JSON_STRING)
            return reading_bad(r, "`%s` is neither a text nor a list of texts.", key);
        (*out)[(*count)++] = json_str(item);
    }
    return REFUSAL_NONE;
}

// What no answer of the provider could honour, unless it asks for nothing.
static enum refusal refuse_unknown_wishes(struct reading *r, const struct json_val *body)
{
    static const struct {
        const char *key;
        const char *cure;
    } wishes[] = {
        {"logit_bias", "Leave it out."},
        {"audio", "It makes no sound."},
        {"web_search_options", "It searches nothing. Give it a tool."},
        {"functions", "Use `tools`."},
        {"function_call", "Use `tool_choice`."},
    };
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++) {
        const struct json_val *v = json_get(body, wishes[i].key);
        bool container = json_type(v) == JSON_OBJECT || json_type(v) == JSON_ARRAY;
        bool asks = container && (json_count(v) > 0 || i > 0);
        if (asks || (reading_is_set(v) && !container))
            return reading_cannot(r, "`%s` is not carried. %s", wishes[i].key, wishes[i].cure);
    }
    struct json_iter it = {0};
    const struct json_val *item = NULL;
    while (json_each(&it, json_get(body, "modalities"), NULL, &item)) {
        if (!str_is(json_str(item), "text"))
            return reading_cannot(r, "`modalities`: it answers in text alone.");
    }
    return REFUSAL_NONE;
}

static enum refusal read_count(struct reading *r, const struct json_val *body, const char *key)
{
    int64_t n = 1;
    enum refusal refusal = read_whole(r, body, key, &n);
    if (refusal == REFUSAL_NONE && n != 1)
        return reading_cannot(r, "`%s`: it makes one answer a call. Ask once for each.", key);
    return refusal;
}

static enum refusal read_effort(struct reading *r, const struct json_val *body, struct chat *out)
{
    static const struct {
        const char *word;
        enum chat_effort effort;
    } words[] = {{"none", CHAT_EFFORT_NONE}, {"minimal", CHAT_LOW}, {"low", CHAT_LOW},
                 {"medium", CHAT_MEDIUM},    {"high", CHAT_HIGH},   {"xhigh", CHAT_HIGH},
                 {"max", CHAT_HIGH}};
    const struct json_val *v = json_get(body, "reasoning_effort");
    if (!reading_is_set(v))
        return REFUSAL_NONE;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (str_is(json_str(v), words[i].word)) {
            out->effort = words[i].effort;
            return REFUSAL_NONE;
        }
    }
    return reading_bad(
        r, "`reasoning_effort` is none of none, minimal, low, medium, high, xhigh, max.");
}

static enum refusal read_stop(struct reading *r, const struct json_val *body, struct chat *out)
{
    const struct json_val *v = json_get(body, "stop");
    if (!reading_is_set(v))
        return REFUSAL_NONE;
    return read_texts(r, v, "stop", &out->stops, &out->stop_count);
}

// What chat and completions share.
static enum refusal read_common(struct reading *r, const struct json_val *body, struct chat *out)
{
    enum refusal refusal = read_count(r, body, "n");
    if (refusal == REFUSAL_NONE)
        refusal = refuse_unknown_wishes(r, body);
    if (refusal == REFUSAL_NONE)
        refusal = read_most(r, body, "max_completion_tokens", &out->output_max);
    if (refusal == REFUSAL_NONE)
        refusal = read_most(r, body, "max_tokens", &out->output_max);
    if (refusal == REFUSAL_NONE)
        refusal = read_numbers(r, body, out);
    if (refusal == REFUSAL_NONE)
        refusal = read_stop(r, body, out);
    if (refusal == REFUSAL_NONE)
        refusal = read_effort(r, body, out);
    out->keep_alive = reading_raw(r, body, "keep_alive");
    return refusal;
}

// --- chat ---

static enum refusal read_tool(struct reading *r, const struct json_val *tool, struct chat *out)
{
    struct str type = json_str(json_get(tool, "type"));
    const struct json_val *function = json_get(tool, "function");
    if (!str_is(type, "function"))
        return reading_cannot(r, "`tools`: it takes functions, none of type \"%.*s\".",
                              type.len > NAME_SHOWN ? NAME_SHOWN : (int)type.len,
                              type.ptr ? type.ptr : "");
    struct chat_tool *t = &out->tools[out->tool_count++];
    t->name = json_str(json_get(function, "name"));
    t->description = json_str(json_get(function, "description"));
    t->schema = reading_raw(r, function, "parameters");
    if (t->name.len == 0)
        return reading_bad(r, "`tools`: a function has no `name`.");
    if (t->schema.len && t->schema.ptr[0] != '{')
        return reading_bad(r, "`tools`: a function's `parameters` are no object.");
    return REFUSAL_NONE;
}

// Ollama offers tools to a model and cannot make it call one.
static enum refusal read_choice(struct reading *r, const struct json_val *body, bool *dropped)
{
    const struct json_val *choice = json_get(body, "tool_choice");
    struct str word = json_str(choice);
    *dropped = str_is(word, "none");
    if (reading_is_set(choice) && !*dropped && !str_is(word, "auto"))
        return reading_cannot(r, "`tool_choice`: it cannot be made to call a tool. Use \"auto\", "
                                 "or `response_format` with a json_schema.");
    if (!*dropped && !json_bool(json_get(body, "parallel_tool_calls"), true))
        return reading_cannot(
            r, "`parallel_tool_calls`: it cannot be kept to one call. Leave the field out.");
    return REFUSAL_NONE;
}

static enum refusal read_tools(struct reading *r, const struct json_val *body, struct chat *out)
{
    const struct json_val *tools = json_get(body, "tools");
    bool dropped = false;
    if (!reading_is_set(tools))
        return REFUSAL_NONE;
    if (json_type(tools) != JSON_ARRAY)
        return reading_bad(r, "`tools` is no list.");
    if (json_count(tools) == 0)
        return REFUSAL_NONE;
    enum refusal refusal = read_choice(r, body, &dropped);
    if (refusal != REFUSAL_NONE || dropped)
        return refusal;
    out->tools = arena_array(r->arena, struct chat_tool, json_count(tools));
    if (!out->tools)
        return reading_no_memory(r);
    struct json_iter it = {0};
    const struct json_val *tool = NULL;
    while (refusal == REFUSAL_NONE && json_each(&it, tools, NULL, &tool))
        refusal = read_tool(r, tool, out);
    return refusal;
}

static enum refusal read_form(struct reading *r, const struct json_val *body, struct chat *out)
{
    const struct json_val *form = json_get(body, "response_format");
    struct str type = json_str(json_get(form, "type"));
    if (!reading_is_set(form) || str_is(type, "text"))
        return REFUSAL_NONE;
    if (str_is(type, "json_object")) {
        out->form = CHAT_FORM_JSON;
        return REFUSAL_NONE;
    }
    if (!str_is(type, "json_schema"))
        return reading_cannot(r, "`response_format.type` is none of text, json_object, "
                                 "json_schema.");
    out->form = CHAT_FORM_SCHEMA;
    out->schema = reading_raw(r, json_get(form, "json_schema"), "schema");
    if (out->schema.len == 0 || out->schema.ptr[0] != '{')
        return reading_bad(r, "`response_format.json_schema.schema` is no object.");
    return REFUSAL_NONE;
}

static enum refusal read_logprobs(struct reading *r, const struct json_val *body, struct chat *out)
{
    out->logprobs = json_bool(json_get(body, "logprobs"), false);
    enum refusal refusal = read_whole(r, body, "top_logprobs", &out->top_logprobs);
    if (refusal == REFUSAL_NONE && (out->top_logprobs < 0 || out->top_logprobs > 20))
        return reading_bad(r, "`top_logprobs` is not from 0 to 20.");
    if (refusal == REFUSAL_NONE && out->top_logprobs > 0 && !out->logprobs)
        return reading_bad(r, "`top_logprobs` needs `logprobs`: true.");
    return refusal;
}

enum refusal openai_read_chat(struct reading *r, const struct json_val *body, struct chat *out)
{
    enum refusal refusal = read_common(r, body, out);
    if (refusal == REFUSAL_NONE)
        refusal = openai_read_messages(r, json_get(body, "messages"), out);
    if (refusal == REFUSAL_NONE)
        refusal = read_tools(r, body, out);
    if (refusal == REFUSAL_NONE)
        refusal = read_form(r, body, out);
    if (refusal == REFUSAL_NONE)
        refusal = read_logprobs(r, body, out);
    return refusal;
}

// --- completions ---

static enum refusal read_prompt(struct reading *r, const struct json_val *body, struct chat *out)
{
    struct str *texts = NULL;
    size_t count = 0;
    enum refusal refusal = read_texts(r, json_get(body, "prompt"), "prompt", &texts, &count);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (count != 1)
        return reading_cannot(r, "`prompt`: it takes one a call. Ask once for each.");
    out->messages = arena_new(r->arena, struct chat_message);
    struct chat_part *part = arena_new(r->arena, struct chat_part);
    if (!out->messages || !part)
        return reading_no_memory(r);
    part->text = texts[0];
    out->messages[0] = (struct chat_message){.role = CHAT_USER, .count = 1, .parts = part};
    out->message_count = 1;
    return REFUSAL_NONE;
}

enum refusal openai_read_completion(struct reading *r, const struct json_val *body,
                                    struct chat *out)
{
    const struct json_val *logprobs = json_get(body, "logprobs");
    out->logprobs = reading_is_set(logprobs) && json_type(logprobs) != JSON_BOOL;
    enum refusal refusal = read_common(r, body, out);
    if (refusal == REFUSAL_NONE)
        refusal = read_count(r, body, "best_of");
    if (refusal == REFUSAL_NONE && json_bool(json_get(body, "echo"), false))
        refusal = reading_cannot(r, "`echo` is not carried. Put the prompt before the answer.");
    if (refusal == REFUSAL_NONE && out->logprobs)
        refusal = read_whole(r, body, "logprobs", &out->top_logprobs);
    if (refusal == REFUSAL_NONE && (out->top_logprobs < 0 || out->top_logprobs > 20))
        refusal = reading_bad(r, "`logprobs` is not from 0 to 20.");
    out->suffix = json_str(json_get(body, "suffix"));
    return refusal == REFUSAL_NONE ? read_prompt(r, body, out) : refusal;
}

// --- embeddings ---

enum refusal openai_read_embed(struct reading *r, const struct json_val *body, struct embed *out)
{
    struct str format = json_str(json_get(body, "encoding_format"));
    out->base64 = str_is(format, "base64");
    if (format.len && !out->base64 && !str_is(format, "float"))
        return reading_bad(r, "`encoding_format` is neither float nor base64.");
    out->keep_alive = reading_raw(r, body, "keep_alive");
    enum refusal refusal = read_most(r, body, "dimensions", &out->dimensions);
    if (refusal == REFUSAL_NONE)
        refusal = read_texts(r, json_get(body, "input"), "input", &out->inputs, &out->count);
    if (refusal == REFUSAL_NONE && out->count == 0)
        return reading_bad(r, "`input` is empty.");
    return refusal;
}
