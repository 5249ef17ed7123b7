// SPDX-License-Identifier: Apache-2.0

#include "mock/voice.h"

const struct voice *voice_of(enum wish w)
{
    switch (w) {
    case WISH_CHAT: return &voice_chat;
    case WISH_COMPLETIONS: return &voice_completions;
    case WISH_RESPONSES: return &voice_responses;
    case WISH_MESSAGES: return &voice_messages;
    case WISH_GENERATE:
    case WISH_GENERATE_STREAM: return &voice_gemini;
    case WISH_EMBEDDINGS:
    case WISH_GEMINI_EMBED:
    case WISH_GEMINI_BATCH: return &voice_embeddings;
    case WISH_RESPONSES_COUNT:
    case WISH_MESSAGES_COUNT:
    case WISH_GEMINI_COUNT: return &voice_count;
    case WISH_OLLAMA_CHAT:
    case WISH_OLLAMA_GENERATE: return &voice_ollama;
    case WISH_OLLAMA_EMBED:
    case WISH_OLLAMA_EMBED_ONE: return &voice_ollama_embed;
    case WISH_OLLAMA_SHOW: return &voice_ollama_show;
    case WISH_OLLAMA_TAGS:
    case WISH_OLLAMA_PS:
    case WISH_OLLAMA_VERSION:
    case WISH_OLLAMA_ROOT:
    case WISH_NONE:
    case WISH_MODELS:
    case WISH_MODEL:
    case WISH_GEMINI_MODELS:
    case WISH_GEMINI_MODEL:
    case WISH_HEALTH: break;
    }
    return NULL;
}

const char *voice_stream_type(const struct order *o)
{
    if (o->family == FAMILY_OLLAMA)
        return "application/x-ndjson";
    if (o->family == FAMILY_GEMINI && !o->event_stream)
        return "application/json; charset=UTF-8";
    return o->family == FAMILY_GEMINI ? "text/event-stream" : "text/event-stream; charset=utf-8";
}

static const char *anthropic_type(int status)
{
    switch (status) {
    case 400:
    case 422: return "invalid_request_error";
    case 401: return "authentication_error";
    case 402: return "billing_error";
    case 403: return "permission_error";
    case 404: return "not_found_error";
    case 413: return "request_too_large";
    case 429: return "rate_limit_error";
    case 504: return "timeout_error";
    case 529: return "overloaded_error";
    default: return "api_error";
    }
}

static const char *gemini_status(int status)
{
    switch (status) {
    case 400: return "INVALID_ARGUMENT";
    case 401: return "UNAUTHENTICATED";
    case 403: return "PERMISSION_DENIED";
    case 404: return "NOT_FOUND";
    case 429: return "RESOURCE_EXHAUSTED";
    case 503: return "UNAVAILABLE";
    case 504: return "DEADLINE_EXCEEDED";
    default: return "INTERNAL";
    }
}

void voice_error(const struct voice_error *e, struct buf *out)
{
    if (e->family == FAMILY_ANTHROPIC) {
        buf_printf(out, "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":",
                   anthropic_type(e->status));
        buf_add_json(out, str_of(e->message));
        buf_printf(out, "},\"request_id\":\"%s\"}", e->request_id);
        return;
    }
    if (e->family == FAMILY_GEMINI) {
        buf_printf(out, "{\"error\":{\"code\":%d,\"message\":", e->status);
        buf_add_json(out, str_of(e->message));
        buf_printf(out, ",\"status\":\"%s\"}}", gemini_status(e->status));
        return;
    }
    if (e->family == FAMILY_OLLAMA) {
        buf_add_cstr(out, "{\"error\":");
        buf_add_json(out, str_of(e->message));
        buf_add_char(out, '}');
        return;
    }
    buf_add_cstr(out, "{\"error\":{\"message\":");
    buf_add_json(out, str_of(e->message));
    buf_printf(out, ",\"type\":\"%s\",\"param\":null,\"code\":", e->type);
    if (e->code)
        buf_add_json(out, str_of(e->code));
    else
        buf_add_cstr(out, "null");
    buf_add_cstr(out, "}}");
}
