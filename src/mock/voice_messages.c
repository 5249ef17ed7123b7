// SPDX-License-Identifier: Apache-2.0
//
// Anthropic's messages: blocks, named events, cumulative usage.

#include "mock/voice.h"

static const char *finish_of(const struct order *o)
{
    if (o->finish == FINISH_TOOL)
        return "tool_use";
    return o->finish == FINISH_LENGTH ? "max_tokens" : "end_turn";
}

static void add_input_usage(const struct order *o, struct buf *out)
{
    const struct billed *t = &o->billed;
    buf_printf(out,
               "\"input_tokens\":%lld,\"cache_creation_input_tokens\":%lld,"
               "\"cache_read_input_tokens\":%lld,\"cache_creation\":{\"ephemeral_5m_input_tokens\":"
               "%lld,\"ephemeral_1h_input_tokens\":%lld}",
               (long long)t->input, (long long)(t->cache_write + t->cache_write_1h),
               (long long)t->cache_read, (long long)t->cache_write, (long long)t->cache_write_1h);
}

static void add_usage(const struct order *o, int64_t output, struct buf *out)
{
    buf_add_cstr(out, "\"usage\":{");
    add_input_usage(o, out);
    buf_printf(out, ",\"output_tokens\":%lld,\"service_tier\":\"standard\"}", (long long)output);
}

static void add_head(const struct order *o, struct buf *out)
{
    buf_printf(out,
               "{\"id\":\"msg_%s\",\"type\":\"message\",\"role\":\"assistant\",\"model\":", o->id);
    buf_add_json(out, o->answered);
}

static void add_tool_head(const struct order *o, struct buf *out)
{
    buf_printf(out, "{\"type\":\"tool_use\",\"id\":\"toolu_%s\",\"name\":", o->id);
    buf_add_json(out, o->tool);
    buf_add_cstr(out, ",\"input\":");
}

static void whole(const struct order *o, struct buf *out)
{
    struct str text = buf_str(&o->text);
    add_head(o, out);
    buf_add_cstr(out, ",\"content\":[");
    if (o->thinks)
        buf_printf(out,
                   "{\"type\":\"thinking\",\"thinking\":\"Let me think.\",\"signature\":\"%s\"},",
                   o->id);
    if (o->tool.len > 0) {
        add_tool_head(o, out);
        buf_add(out, text);
        buf_add_char(out, '}');
    } else {
        buf_add_cstr(out, "{\"type\":\"text\",\"text\":");
        buf_add_json(out, text);
        buf_add_char(out, '}');
    }
    buf_printf(out, "],\"stop_reason\":\"%s\",\"stop_sequence\":null", finish_of(o));
    if (!o->trouble.on[TROUBLE_NO_USAGE]) {
        buf_add_char(out, ',');
        add_usage(o, o->billed.output, out);
    }
    buf_add_char(out, '}');
}

static void add_thinking(const struct order *o, struct buf *out)
{
    buf_printf(out,
               "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,"
               "\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}}\n\n"
               "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
               "\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"Let me think.\"}}\n\n"
               "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
               "\"delta\":{\"type\":\"signature_delta\",\"signature\":\"%s\"}}\n\n"
               "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
               o->id);
}

static void open_stream(const struct order *o, struct buf *out)
{
    buf_add_cstr(out, "event: message_start\ndata: {\"type\":\"message_start\",\"message\":");
    add_head(o, out);
    buf_add_cstr(out, ",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null");
    if (!o->trouble.on[TROUBLE_NO_USAGE]) {
        buf_add_char(out, ',');
        add_usage(o, 1, out);
    }
    buf_add_cstr(out, "}}\n\n");
    if (o->thinks)
        add_thinking(o, out);
    buf_printf(out,
               "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":%d,"
               "\"content_block\":",
               o->thinks ? 1 : 0);
    if (o->tool.len > 0) {
        add_tool_head(o, out);
        buf_add_cstr(out, "{}}");
    } else {
        buf_add_cstr(out, "{\"type\":\"text\",\"text\":\"\"}");
    }
    buf_add_cstr(out, "}\n\nevent: ping\ndata: {\"type\":\"ping\"}\n\n");
}

static void delta(const struct order *o, int64_t i, struct str piece, struct buf *out)
{
    (void)i;
    buf_printf(out,
               "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":%d,"
               "\"delta\":{\"type\":\"%s\":",
               o->thinks ? 1 : 0,
               o->tool.len > 0 ? "input_json_delta\",\"partial_json" : "text_delta\",\"text");
    buf_add_json(out, piece);
    buf_add_cstr(out, "}}\n\n");
}

static void close_stream(const struct order *o, int64_t n, struct buf *out)
{
    (void)n;
    buf_printf(out,
               "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":%d}\n\n"
               "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
               "\"%s\",\"stop_sequence\":null}",
               o->thinks ? 1 : 0, finish_of(o));
    if (!o->trouble.on[TROUBLE_NO_USAGE]) {
        buf_add_cstr(out, ",\"usage\":{");
        add_input_usage(o, out);
        buf_printf(out, ",\"output_tokens\":%lld}", (long long)o->billed.output);
    }
    buf_add_cstr(out, "}\n\n");
    if (!o->trouble.on[TROUBLE_NO_DONE])
        buf_add_cstr(out, "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
}

static void error_event(const struct order *o, struct buf *out)
{
    (void)o;
    buf_add_cstr(out, "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":"
                      "\"overloaded_error\",\"message\":\"The mock failed in the middle.\"}}\n\n");
}

const struct voice voice_messages = {whole, open_stream, delta, close_stream, error_event};
