// SPDX-License-Identifier: Apache-2.0
//
// Gemini's generateContent; its stream is server-sent events or one JSON array, by alt=sse, and
// names the usage so far in every chunk.

#include "mock/voice.h"

static void add_usage(const struct order *o, int64_t output, struct buf *out)
{
    const struct billed *t = &o->billed;
    long long prompt = t->input + t->cache_read;
    if (o->trouble.on[TROUBLE_NO_USAGE])
        return;
    buf_printf(out, ",\"usageMetadata\":{\"promptTokenCount\":%lld", prompt);
    if (t->cache_read > 0)
        buf_printf(out, ",\"cachedContentTokenCount\":%lld", (long long)t->cache_read);
    if (output > 0)
        buf_printf(out, ",\"candidatesTokenCount\":%lld", (long long)output);
    if (t->reasoning > 0)
        buf_printf(out, ",\"thoughtsTokenCount\":%lld", (long long)t->reasoning);
    buf_printf(out,
               ",\"totalTokenCount\":%lld,\"promptTokensDetails\":[{\"modality\":\"TEXT\","
               "\"tokenCount\":%lld}]}",
               prompt + (long long)(output + t->reasoning), prompt);
}

static void add_part(const struct order *o, struct str text, struct buf *out)
{
    if (o->tool.len > 0) {
        buf_add_cstr(out, "{\"functionCall\":{\"name\":");
        buf_add_json(out, o->tool);
        buf_add_cstr(out, ",\"args\":");
        buf_add(out, text);
        buf_add_cstr(out, "}}");
        return;
    }
    buf_add_cstr(out, "{\"text\":");
    buf_add_json(out, text);
    buf_add_char(out, '}');
}

// Of a piece of a candidate's text; the mean where it is the last.
static void add_logprobs(const struct order *o, bool some, bool last, struct buf *out)
{
    const long long n = order_logprob(o);
    if (!o->logprobs || o->tool.len > 0)
        return;
    if (last)
        buf_printf(out, ",\"avgLogprobs\":-%lld.%03lld", n / 1000, n % 1000);
    if (some)
        buf_printf(out,
                   ",\"logprobsResult\":{\"topCandidates\":[],\"chosenCandidates\":[{\"token\":"
                   "\"the\",\"tokenId\":573,\"logProbability\":-%lld.%03lld}]}",
                   n / 1000, n % 1000);
}

static void add_tail(const struct order *o, int64_t output, struct buf *out)
{
    add_usage(o, output, out);
    buf_add_cstr(out, ",\"modelVersion\":");
    buf_add_json(out, o->answered);
    buf_printf(out, ",\"responseId\":\"%s\"}", o->id);
}

static const char *finish_of(const struct order *o)
{
    return o->finish == FINISH_LENGTH ? "MAX_TOKENS" : "STOP";
}

static void whole(const struct order *o, struct buf *out)
{
    buf_add_cstr(out, "{\"candidates\":[");
    for (int64_t i = 0; i < o->n; i++) {
        buf_printf(out, "%s{\"content\":{\"parts\":[", i > 0 ? "," : "");
        add_part(o, buf_str(&o->text), out);
        buf_printf(out, "],\"role\":\"model\"},\"finishReason\":\"%s\"", finish_of(o));
        add_logprobs(o, true, true, out);
        buf_printf(out, ",\"index\":%lld}", (long long)i);
    }
    buf_add_char(out, ']');
    add_tail(o, o->billed.output - o->billed.reasoning, out);
}

static void open_chunk(const struct order *o, int64_t i, struct buf *out)
{
    if (o->event_stream)
        buf_add_cstr(out, "data: ");
    else
        buf_add_cstr(out, i == 0 ? "[" : ",\r\n");
}

static void open_stream(const struct order *o, struct buf *out)
{
    (void)o;
    (void)out;
}

static void delta(const struct order *o, int64_t i, struct str piece, struct buf *out)
{
    // A call of a function comes whole, in the last chunk.
    if (o->tool.len > 0)
        return;
    open_chunk(o, i, out);
    buf_add_cstr(out, "{\"candidates\":[");
    for (int64_t k = 0; k < o->n; k++) {
        buf_printf(out, "%s{\"content\":{\"parts\":[", k > 0 ? "," : "");
        add_part(o, piece, out);
        buf_add_cstr(out, "],\"role\":\"model\"}");
        add_logprobs(o, true, false, out);
        buf_printf(out, ",\"index\":%lld}", (long long)k);
    }
    buf_add_char(out, ']');
    add_tail(o, (i + 1) * o->n, out);
    if (o->event_stream)
        buf_add_cstr(out, "\r\n\r\n");
}

static void close_stream(const struct order *o, int64_t n, struct buf *out)
{
    bool tool = o->tool.len > 0;
    if (!o->trouble.on[TROUBLE_NO_DONE]) {
        open_chunk(o, tool ? 0 : n, out);
        buf_add_cstr(out, "{\"candidates\":[");
        for (int64_t i = 0; i < o->n; i++) {
            buf_printf(out, "%s{\"content\":{\"parts\":[", i > 0 ? "," : "");
            add_part(o, tool ? buf_str(&o->text) : STR_NONE, out);
            buf_printf(out, "],\"role\":\"model\"},\"finishReason\":\"%s\"", finish_of(o));
            add_logprobs(o, false, true, out);
            buf_printf(out, ",\"index\":%lld}", (long long)i);
        }
        buf_add_char(out, ']');
        add_tail(o, o->billed.output - o->billed.reasoning, out);
        buf_add_cstr(out, o->event_stream ? "\r\n\r\n" : "]");
    }
}

static void error_event(const struct order *o, struct buf *out)
{
    buf_add_cstr(out, o->event_stream ? "data: " : ",\r\n");
    buf_add_cstr(out, "{\"error\":{\"code\":503,\"message\":\"The mock failed in the middle.\","
                      "\"status\":\"UNAVAILABLE\"}}");
    buf_add_cstr(out, o->event_stream ? "\r\n\r\n" : "]");
}

const struct voice voice_gemini = {whole, open_stream, delta, close_stream, error_event};
