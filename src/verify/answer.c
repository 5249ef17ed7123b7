// SPDX-License-Identifier: Apache-2.0

#include "base/decimal.h"
#include "verify/answer_part.h"

#define TOKEN_ROUNDED 10                // millionths that a float's rounding may be above 0
#define TOKEN_LEAST   (-1000 * 1000000) // what is less, such as the -9999 of some servers, is this

static answer_event_f *event_of(enum endpoint e)
{
    if (e == ENDPOINT_RESPONSES)
        return answer_event_responses;
    switch (endpoint_dialect(e)) {
    case DIALECT_OPENAI: return answer_event_chat;
    case DIALECT_ANTHROPIC: return answer_event_messages;
    case DIALECT_GEMINI: return answer_event_gemini;
    case DIALECT_OLLAMA: return answer_event_ollama;
    case DIALECT_COUNT: break;
    }
    return NULL;
}

static void answer_init(struct answer *a, const struct alloc *alloc)
{
    *a = (struct answer){.alloc = alloc};
    buf_init(&a->text, alloc, ANSWER_BYTES_MAX);
}

void answer_of(struct answer *a, struct str text, const struct alloc *alloc)
{
    answer_init(a, alloc);
    answer_add_text(a, text);
}

void answer_fini(struct answer *a)
{
    for (unsigned i = 0; i < a->call_count; i++) {
        buf_fini(&a->calls[i].name);
        buf_fini(&a->calls[i].arguments);
    }
    alloc_free(a->alloc, a->calls);
    alloc_free(a->alloc, a->tokens);
    buf_fini(&a->text);
}

struct str answer_text(const struct answer *a)
{
    static const char open[] = "<think>";
    static const char close[] = "</think>";
    struct str text = str_trim(buf_str(&a->text));
    if (!str_starts(text, str_of(open)))
        return text;
    size_t end = str_search(text, str_of(close));
    return end < text.len ? str_trim(str_skip(text, end + sizeof close - 1)) : STR_NONE;
}

// --- for the dialects ---

const struct json_val *answer_first(const struct json_val *list)
{
    struct json_iter it = {0};
    const struct json_val *v = NULL;
    return json_type(list) == JSON_ARRAY && json_each(&it, list, NULL, &v) ? v : NULL;
}

struct str answer_raw(const struct answer_event *e, const struct json_val *object, const char *key)
{
    size_t start = 0;
    size_t len = 0;
    enum json_type type = json_type(json_get(object, key));
    if (type == JSON_ABSENT || type == JSON_NULL ||
        !json_member_at(e->json, json_key(object, key), &start, &len))
        return STR_NONE;
    return str_from(e->source.ptr + start, len);
}

void answer_add_text(struct answer *a, struct str text)
{
    buf_add(&a->text, text);
    a->failed = a->failed || buf_failed(&a->text);
}

struct answer_call *answer_call_at(struct answer *a, int64_t index)
{
    for (unsigned i = 0; i < a->call_count; i++)
        if (a->calls[i].index == index)
            return &a->calls[i];
    if (!a->calls)
        a->calls = alloc_get(a->alloc, ANSWER_CALLS_MAX * sizeof *a->calls);
    if (!a->calls || a->call_count == ANSWER_CALLS_MAX) {
        a->failed = true;
        return NULL;
    }
    struct answer_call *c = &a->calls[a->call_count++];
    c->index = index;
    buf_init(&c->name, a->alloc, KIB);
    buf_init(&c->arguments, a->alloc, ANSWER_BYTES_MAX);
    return c;
}

void answer_add_call(const struct answer_event *e, const struct json_val *call, const char *name,
                     const char *arguments)
{
    const struct json_val *value = json_get(call, arguments);
    struct answer_call *c = answer_call_at(e->to, e->to->call_count);
    if (!c)
        return;
    buf_add(&c->name, json_str(json_get(call, name)));
    buf_add(&c->arguments,
            json_type(value) == JSON_STRING ? json_str(value) : answer_raw(e, call, arguments));
    e->to->failed = e->to->failed || buf_failed(&c->name) || buf_failed(&c->arguments);
}

// False: it is no number.
static bool read_logarithm(struct answer *a, struct str number, int32_t *out)
{
    int128 value = 0;
    bool inexact;
    enum status s = decimal_round(number, &value, &inexact);
    if (s == STATUS_OK)
        value = decimal_divide(value, (int128)1000000 * 1000000);
    else if (s == STATUS_RANGE && str_starts(number, str_of("-")))
        value = TOKEN_LEAST; // the least float, of some servers
    else if (s == STATUS_RANGE)
        value = TOKEN_ROUNDED + 1; // far above
    else
        return false;
    a->token_odd = a->token_odd || value > TOKEN_ROUNDED;
    *out = value > 0 ? 0 : value < TOKEN_LEAST ? TOKEN_LEAST : (int32_t)value;
    return true;
}

static void add_token(struct answer *a, struct str number)
{
    if (!a->tokens)
        a->tokens = alloc_get(a->alloc, ANSWER_TOKENS_MAX * sizeof *a->tokens);
    if (a->tokens && a->token_count < ANSWER_TOKENS_MAX &&
        read_logarithm(a, number, &a->tokens[a->token_count]))
        a->token_count++;
}

void answer_set_mean(const struct answer_event *e, const struct json_val *mean)
{
    if (json_type(mean) == JSON_NUMBER &&
        read_logarithm(e->to, json_number(e->json, mean), &e->to->mean))
        e->to->mean_told = true;
}

void answer_add_tokens(const struct answer_event *e, const struct json_val *list,
                       const char *member)
{
    struct json_iter it = {0};
    const struct json_val *v = NULL;
    while (json_type(list) == JSON_ARRAY && json_each(&it, list, NULL, &v)) {
        const struct json_val *number = json_type(v) == JSON_OBJECT ? json_get(v, member) : v;
        if (json_type(number) == JSON_NUMBER)
            add_token(e->to, json_number(e->json, number));
    }
}

void answer_tokens(struct answer *a, const struct json_val *list)
{
    const struct answer_event e = {.to = a};
    answer_add_tokens(&e, list, "logprob");
}

// --- the frame ---

static bool read_text(struct answer *a, enum endpoint endpoint, struct str text)
{
    struct answer_event e = {.to = a, .endpoint = endpoint, .source = text};
    struct json_iter it = {0};
    answer_event_f *event = event_of(endpoint);
    if (!event || json_open(text, a->alloc, &e.json, NULL) != STATUS_OK)
        return false;
    e.root = json_root(e.json);
    bool list = json_type(e.root) == JSON_ARRAY; // Gemini's stream without alt=sse
    const struct json_val *item = NULL;
    while (list && json_each(&it, json_root(e.json), NULL, &item)) {
        e.root = item;
        event(&e);
    }
    if (!list)
        event(&e);
    json_close(e.json);
    return true;
}

static bool read_events(struct answer *a, enum endpoint endpoint, struct str bytes)
{
    struct sse cutter;
    struct sse_event event;
    bool read = false;
    sse_init(&cutter, a->alloc);
    cutter.long_bytes = bytes.len + 1; // none is given in parts
    while (sse_next(&cutter, &bytes, &event) || sse_last(&cutter, &event))
        if (event.data.len > 0) // its end alone is an answer that says nothing
            read = str_is(event.data, "[DONE]") || read_text(a, endpoint, event.data) || read;
    a->failed = a->failed || cutter.failed;
    sse_fini(&cutter);
    return read;
}

static bool read_lines(struct answer *a, enum endpoint endpoint, struct str bytes)
{
    struct str line;
    bool read = false;
    while (str_cut(&bytes, '\n', &line)) {
        line = str_trim(line);
        if (line.len > 0)
            read = read_text(a, endpoint, line) || read;
    }
    return read;
}

bool answer_read(struct answer *a, enum endpoint endpoint, enum meter_kind kind, struct str bytes,
                 const struct alloc *alloc)
{
    answer_init(a, alloc);
    switch (kind) {
    case METER_JSON: return read_text(a, endpoint, bytes);
    case METER_SSE: return read_events(a, endpoint, bytes);
    case METER_LINES: return read_lines(a, endpoint, bytes);
    case METER_OTHER: break;
    }
    return false;
}
