// SPDX-License-Identifier: Apache-2.0
//
// OpenAI's responses: items, and a stream of numbered events that carries the whole response three
// times (created, in progress, completed).

#include "mock/voice.h"

// Events of open_stream: created, in_progress, output_item.added and, for text, content_part.added.
static int64_t first_delta(const struct order *o)
{
    return o->tool.len > 0 ? 3 : 4;
}

static void add_logprobs(const struct order *o, struct buf *out)
{
    const long long n = order_logprob(o);
    if (o->logprobs)
        buf_printf(out,
                   "\"logprobs\":[{\"token\":\"the\",\"logprob\":-%lld.%03lld,"
                   "\"bytes\":[116,104,101],\"top_logprobs\":[]}]",
                   n / 1000, n % 1000);
    else
        buf_add_cstr(out, "\"logprobs\":[]");
}

static void add_item(const struct order *o, bool whole, struct buf *out)
{
    struct str text = whole ? buf_str(&o->text) : STR_NONE;
    const char *status = whole ? "completed" : "in_progress";
    if (o->tool.len > 0) {
        buf_printf(out,
                   "{\"type\":\"function_call\",\"id\":\"fc_%s\",\"call_id\":\"call_%s\","
                   "\"status\":\"%s\",\"name\":",
                   o->id, o->id, status);
        buf_add_json(out, o->tool);
        buf_add_cstr(out, ",\"arguments\":");
        buf_add_json(out, text);
        buf_add_char(out, '}');
        return;
    }
    buf_printf(out,
               "{\"type\":\"message\",\"id\":\"item_%s\",\"role\":\"assistant\",\"status\":\"%s\","
               "\"content\":[",
               o->id, status);
    if (whole) {
        buf_add_cstr(out, "{\"type\":\"output_text\",\"annotations\":[],");
        add_logprobs(o, out);
        buf_add_cstr(out, ",\"text\":");
        buf_add_json(out, text);
        buf_add_char(out, '}');
    }
    buf_add_cstr(out, "]}");
}

static void add_usage(const struct order *o, struct buf *out)
{
    const struct billed *t = &o->billed;
    long long input = t->input + t->cache_read;
    if (o->trouble.on[TROUBLE_NO_USAGE]) {
        buf_add_cstr(out, "null");
        return;
    }
    buf_printf(out,
               "{\"input_tokens\":%lld,\"input_tokens_details\":{\"cached_tokens\":%lld,"
               "\"cache_write_tokens\":0},\"output_tokens\":%lld,\"output_tokens_details\":"
               "{\"reasoning_tokens\":%lld},\"total_tokens\":%lld}",
               input, (long long)t->cache_read, (long long)t->output, (long long)t->reasoning,
               input + (long long)t->output);
}

static void add_response(const struct order *o, bool whole, struct buf *out)
{
    bool cut = o->finish == FINISH_LENGTH;
    const char *status = !whole ? "in_progress" : cut ? "incomplete" : "completed";
    buf_printf(out,
               "{\"id\":\"resp_%s\",\"object\":\"response\",\"created_at\":%lld,"
               "\"status\":\"%s\",\"error\":null,\"incomplete_details\":%s,"
               "\"instructions\":null,\"metadata\":{},\"model\":",
               o->id, (long long)order_created(o), status,
               whole && cut ? "{\"reason\":\"max_output_tokens\"}" : "null");
    buf_add_json(out, o->answered);
    buf_add_cstr(out, ",\"parallel_tool_calls\":true,\"temperature\":1.0,\"tool_choice\":\"auto\","
                      "\"tools\":[],\"top_p\":1.0,\"service_tier\":\"default\",\"output\":[");
    if (whole)
        add_item(o, true, out);
    buf_add_cstr(out, "],\"usage\":");
    if (whole)
        add_usage(o, out);
    else
        buf_add_cstr(out, "null");
    buf_add_char(out, '}');
}

static void whole(const struct order *o, struct buf *out)
{
    add_response(o, true, out);
}

static void event(const char *name, int64_t number, struct buf *out)
{
    buf_printf(out, "event: response.%s\ndata: {\"type\":\"response.%s\",\"sequence_number\":%lld,",
               name, name, (long long)number);
}

static void item_place(const struct order *o, struct buf *out)
{
    buf_printf(out, "\"item_id\":\"%s_%s\",\"output_index\":0", o->tool.len > 0 ? "fc" : "item",
               o->id);
    if (o->tool.len == 0)
        buf_add_cstr(out, ",\"content_index\":0");
}

static void open_stream(const struct order *o, struct buf *out)
{
    event("created", 0, out);
    buf_add_cstr(out, "\"response\":");
    add_response(o, false, out);
    buf_add_cstr(out, "}\n\n");
    event("in_progress", 1, out);
    buf_add_cstr(out, "\"response\":");
    add_response(o, false, out);
    buf_add_cstr(out, "}\n\n");
    event("output_item.added", 2, out);
    buf_add_cstr(out, "\"output_index\":0,\"item\":");
    add_item(o, false, out);
    buf_add_cstr(out, "}\n\n");
    if (o->tool.len > 0)
        return;
    event("content_part.added", 3, out);
    item_place(o, out);
    buf_add_cstr(out, ",\"part\":{\"type\":\"output_text\",\"annotations\":[],\"text\":\"\"}}\n\n");
}

static void delta(const struct order *o, int64_t i, struct str piece, struct buf *out)
{
    event(o->tool.len > 0 ? "function_call_arguments.delta" : "output_text.delta",
          first_delta(o) + i, out);
    item_place(o, out);
    buf_add_cstr(out, ",\"delta\":");
    buf_add_json(out, piece);
    if (o->tool.len == 0) {
        buf_add_char(out, ',');
        add_logprobs(o, out);
    }
    buf_add_cstr(out, "}\n\n");
}

static void close_text(const struct order *o, int64_t number, struct buf *out)
{
    event("output_text.done", number, out);
    item_place(o, out);
    buf_add_char(out, ',');
    add_logprobs(o, out);
    buf_add_cstr(out, ",\"text\":");
    buf_add_json(out, buf_str(&o->text));
    buf_add_cstr(out, "}\n\n");
    event("content_part.done", number + 1, out);
    item_place(o, out);
    buf_add_cstr(out, ",\"part\":{\"type\":\"output_text\",\"annotations\":[],\"text\":");
    buf_add_json(out, buf_str(&o->text));
    buf_add_cstr(out, "}}\n\n");
}

static void close_stream(const struct order *o, int64_t n, struct buf *out)
{
    int64_t number = first_delta(o) + n;
    if (o->tool.len > 0) {
        event("function_call_arguments.done", number++, out);
        item_place(o, out);
        buf_add_cstr(out, ",\"name\":");
        buf_add_json(out, o->tool);
        buf_add_cstr(out, ",\"arguments\":");
        buf_add_json(out, buf_str(&o->text));
        buf_add_cstr(out, "}\n\n");
    } else {
        close_text(o, number, out);
        number += 2;
    }
    event("output_item.done", number++, out);
    buf_add_cstr(out, "\"output_index\":0,\"item\":");
    add_item(o, true, out);
    buf_add_cstr(out, "}\n\n");
    if (o->trouble.on[TROUBLE_NO_DONE])
        return;
    event(o->finish == FINISH_LENGTH ? "incomplete" : "completed", number, out);
    buf_add_cstr(out, "\"response\":");
    add_response(o, true, out);
    buf_add_cstr(out, "}\n\n");
}

static void error_event(const struct order *o, struct buf *out)
{
    (void)o;
    buf_add_cstr(out, "event: error\ndata: {\"type\":\"error\",\"sequence_number\":99,\"code\":"
                      "\"server_error\",\"message\":\"The mock failed in the middle.\","
                      "\"param\":null}\n\n");
}

const struct voice voice_responses = {whole, open_stream, delta, close_stream, error_event};
