// SPDX-License-Identifier: Apache-2.0
//
// Anthropic's messages. Of a stream each block begins, grows and stops by its index.

#include "verify/answer_part.h"

static void read_stop(struct answer *a, struct str word)
{
    if (str_is(word, "max_tokens") || str_is(word, "model_context_window_exceeded"))
        a->finish = ANSWER_CUT;
    else if (str_is(word, "refusal"))
        a->finish = ANSWER_REFUSED;
    else if (word.len > 0)
        a->finish = ANSWER_ENDED;
    a->begun = a->begun || str_is(word, "pause_turn"); // the caller sends it back to go on
}

static void read_block(const struct answer_event *e, const struct json_val *block)
{
    struct str type = json_str(json_get(block, "type"));
    if (str_is(type, "text"))
        answer_add_text(e->to, json_str(json_get(block, "text")));
    else if (str_is(type, "tool_use"))
        answer_add_call(e, block, "name", "input");
    else if (str_is(type, "container_upload"))
        e->to->more = e->to->unseen = true;
}

// Its input comes in pieces, and is {} here.
static void start_call(const struct answer_event *e, const struct json_val *block, int64_t index)
{
    struct answer_call *c = answer_call_at(e->to, index);
    if (c)
        buf_add(&c->name, json_str(json_get(block, "name")));
}

// Pieces of JSON come of what runs at the provider, too (server_tool_use, mcp_tool_use): that is
// no call, and nothing has started one.
static struct answer_call *started(struct answer *a, int64_t index)
{
    for (unsigned i = 0; i < a->call_count; i++)
        if (a->calls[i].index == index)
            return &a->calls[i];
    return NULL;
}

static void grow(struct answer *a, const struct json_val *delta, int64_t index)
{
    struct answer_call *c = started(a, index);
    answer_add_text(a, json_str(json_get(delta, "text")));
    if (c)
        buf_add(&c->arguments, json_str(json_get(delta, "partial_json")));
    a->failed = a->failed || (c && buf_failed(&c->arguments));
}

// A call without arguments streams none.
static void stop(struct answer *a, int64_t index)
{
    struct answer_call *c = started(a, index);
    if (c && c->arguments.len == 0)
        buf_add_cstr(&c->arguments, "{}");
}

void answer_event_messages(const struct answer_event *e)
{
    struct str type = json_str(json_get(e->root, "type"));
    struct json_iter it = {0};
    const struct json_val *block = NULL;
    int64_t index = 0;
    (void)!json_i64(json_get(e->root, "index"), &index);
    if (str_is(type, "message")) {
        const struct json_val *content = json_get(e->root, "content");
        while (json_type(content) == JSON_ARRAY && json_each(&it, content, NULL, &block))
            read_block(e, block);
        read_stop(e->to, json_str(json_get(e->root, "stop_reason")));
    } else if (str_is(type, "content_block_start")) {
        block = json_get(e->root, "content_block");
        if (str_is(json_str(json_get(block, "type")), "tool_use"))
            start_call(e, block, index);
        else
            read_block(e, block);
    } else if (str_is(type, "content_block_delta")) {
        grow(e->to, json_get(e->root, "delta"), index);
    } else if (str_is(type, "content_block_stop")) {
        stop(e->to, index);
    } else if (str_is(type, "message_delta")) {
        read_stop(e->to, json_str(json_path(e->root, "delta.stop_reason")));
    }
}
