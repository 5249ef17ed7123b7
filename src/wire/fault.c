// SPDX-License-Identifier: Apache-2.0
//
// Each dialect names the kind of an error in its own words, by HTTP status.

#include "wire/fault.h"

#include "base/limits.h"

#define MESSAGE_BYTES_MAX (7 * KIB)
#define ID_BYTES_MAX      200

struct words {
    int http;
    const char *openai;
    const char *anthropic;
    const char *gemini;
};

static const struct words words[] = {
    {400, "invalid_request_error", "invalid_request_error", "INVALID_ARGUMENT"},
    {401, "authentication_error", "authentication_error", "UNAUTHENTICATED"},
    {402, "insufficient_quota", "billing_error", "RESOURCE_EXHAUSTED"},
    {403, "permission_error", "permission_error", "PERMISSION_DENIED"},
    {404, "invalid_request_error", "not_found_error", "NOT_FOUND"},
    {405, "invalid_request_error", "invalid_request_error", "UNIMPLEMENTED"},
    {408, "timeout_error", "timeout_error", "DEADLINE_EXCEEDED"},
    {413, "invalid_request_error", "request_too_large", "INVALID_ARGUMENT"},
    {415, "invalid_request_error", "invalid_request_error", "INVALID_ARGUMENT"},
    {429, "rate_limit_error", "rate_limit_error", "RESOURCE_EXHAUSTED"},
    {431, "invalid_request_error", "request_too_large", "INVALID_ARGUMENT"},
    {500, "server_error", "api_error", "INTERNAL"},
    {501, "invalid_request_error", "invalid_request_error", "UNIMPLEMENTED"},
    {502, "server_error", "api_error", "UNAVAILABLE"},
    {503, "server_error", "overloaded_error", "UNAVAILABLE"},
    {504, "server_error", "timeout_error", "DEADLINE_EXCEEDED"},
    {529, "server_error", "overloaded_error", "UNAVAILABLE"},
};

static const struct words *words_of(int http)
{
    static const struct words other = {500, "server_error", "api_error", "INTERNAL"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (words[i].http == http)
            return &words[i];
    }
    return http < 500 ? &words[0] : &other;
}

// The refusal's own text, and what is special this time.
static void add_message(enum refusal r, struct str detail, struct buf *out)
{
    struct buf text;
    buf_init(&text, out->alloc, MESSAGE_BYTES_MAX + KIB);
    buf_add_cstr(&text, refusal_text(r));
    if (detail.len) {
        buf_add_char(&text, ' ');
        buf_add(&text, str_clip(detail, MESSAGE_BYTES_MAX / 2));
    }
    buf_add_json(out, str_clip(buf_str(&text), MESSAGE_BYTES_MAX));
    buf_fini(&text);
}

static void add_openai(int http, enum refusal r, struct str detail, struct buf *out)
{
    buf_add_cstr(out, "{\"error\":{\"message\":");
    add_message(r, detail, out);
    buf_add_cstr(out, ",\"type\":\"");
    buf_add_cstr(out, words_of(http)->openai);
    buf_add_cstr(out, "\",\"param\":null,\"code\":\"");
    buf_add_cstr(out, refusal_code(r));
    buf_add_cstr(out, "\"}}");
}

// `code` is ours: Anthropic's clients pass over what they do not know.
static void add_anthropic(int http, enum refusal r, struct str detail, struct str request_id,
                          struct buf *out)
{
    buf_add_cstr(out, "{\"type\":\"error\",\"error\":{\"type\":\"");
    buf_add_cstr(out, words_of(http)->anthropic);
    buf_add_cstr(out, "\",\"message\":");
    add_message(r, detail, out);
    buf_add_cstr(out, ",\"code\":\"");
    buf_add_cstr(out, refusal_code(r));
    buf_add_cstr(out, "\"},\"request_id\":");
    buf_add_json(out, str_clip(request_id, ID_BYTES_MAX));
    buf_add_char(out, '}');
}

static void add_gemini(int http, enum refusal r, struct str detail, struct buf *out)
{
    buf_add_cstr(out, "{\"error\":{\"code\":");
    buf_add_i64(out, http);
    buf_add_cstr(out, ",\"message\":");
    add_message(r, detail, out);
    buf_add_cstr(out, ",\"status\":\"");
    buf_add_cstr(out, words_of(http)->gemini);
    buf_add_cstr(out, "\",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\","
                      "\"reason\":\"");
    buf_add_cstr(out, refusal_code(r));
    buf_add_cstr(out, "\",\"domain\":\"costlens\"}]}}");
}

static void add_ollama(enum refusal r, struct str detail, struct buf *out)
{
    buf_add_cstr(out, "{\"error\":");
    add_message(r, detail, out);
    buf_add_char(out, '}');
}

struct fault {
    enum refusal why;
    int http;
    struct str detail, request_id;
};

static void add_body(enum dialect d, const struct fault *f, struct buf *out)
{
    switch (d) {
    case DIALECT_ANTHROPIC: add_anthropic(f->http, f->why, f->detail, f->request_id, out); break;
    case DIALECT_GEMINI: add_gemini(f->http, f->why, f->detail, out); break;
    case DIALECT_OLLAMA: add_ollama(f->why, f->detail, out); break;
    case DIALECT_OPENAI:
    case DIALECT_COUNT: add_openai(f->http, f->why, f->detail, out); break;
    }
}

void fault_body(enum dialect d, enum refusal r, struct str detail, struct str request_id,
                struct buf *out)
{
    const struct fault f = {r, refusal_http(r), detail, request_id};
    add_body(d, &f, out);
}

void fault_coded(enum dialect d, int http, struct str detail, struct str request_id,
                 struct buf *out)
{
    const struct fault f = {REFUSAL_UPSTREAM_CODED, http, detail, request_id};
    add_body(d, &f, out);
}

// Responses have an event for it, with the members at the outermost level.
static void add_responses_event(enum refusal r, struct str detail, struct buf *out)
{
    buf_add_cstr(out, "event: error\ndata: {\"type\":\"error\",\"code\":\"");
    buf_add_cstr(out, refusal_code(r));
    buf_add_cstr(out, "\",\"message\":");
    add_message(r, detail, out);
    buf_add_cstr(out, ",\"param\":null}\n\n");
}

void fault_event(enum endpoint e, enum refusal r, struct str detail, struct str request_id,
                 struct buf *out)
{
    if (e == ENDPOINT_RESPONSES) {
        add_responses_event(r, detail, out);
        return;
    }
    enum dialect d = endpoint_dialect(e);
    if (d == DIALECT_OLLAMA) { // a line of its own
        fault_body(d, r, detail, request_id, out);
        buf_add_char(out, '\n');
        return;
    }
    if (d == DIALECT_ANTHROPIC)
        buf_add_cstr(out, "event: error\n");
    buf_add_cstr(out, "data: ");
    fault_body(d, r, detail, request_id, out);
    buf_add_cstr(out, "\n\n");
}
