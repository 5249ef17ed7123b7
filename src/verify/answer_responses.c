// SPDX-License-Identifier: Apache-2.0
//
// OpenAI's Responses. The last event of a stream holds the whole answer.

#include "verify/answer_part.h"

static void read_message(const struct answer_event *e, const struct json_val *item)
{
    struct json_iter it = {0};
    const struct json_val *part = NULL;
    const struct json_val *content = json_get(item, "content");
    while (json_type(content) == JSON_ARRAY && json_each(&it, content, NULL, &part)) {
        struct str refusal = json_str(json_get(part, "refusal"));
        answer_add_text(e->to, json_str(json_get(part, "text")));
        answer_add_text(e->to, refusal);
        if (refusal.len > 0)
            e->to->finish = ANSWER_REFUSED;
        answer_add_tokens(e, json_get(part, "logprobs"), "logprob");
    }
}

// Of these none is an answer: thoughts, and what ran at the provider on the way to one. What else
// may come is for the caller: shells and clicks to run, calls to allow, images.
static bool is_way(struct str type)
{
    static const char *const ways[] = {
        "reasoning",      "web_search_call", "file_search_call", "code_interpreter_call",
        "mcp_list_tools", "mcp_call",        "compaction"};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (str_is(type, ways[i]))
            return true;
    return false;
}

static void read_item(const struct answer_event *e, const struct json_val *item)
{
    struct str type = json_str(json_get(item, "type"));
    if (str_is(type, "message"))
        read_message(e, item);
    else if (str_is(type, "function_call"))
        answer_add_call(e, item, "name", "arguments");
    else if (str_is(type, "custom_tool_call"))
        answer_add_call(e, item, "name", "input");
    else if (!is_way(type))
        e->to->more = e->to->unseen = true;
}

static enum answer_finish finish_of(const struct json_val *response)
{
    struct str status = json_str(json_get(response, "status"));
    struct str why = json_str(json_path(response, "incomplete_details.reason"));
    if (str_is(why, "content_filter"))
        return ANSWER_REFUSED;
    if (str_is(status, "incomplete"))
        return ANSWER_CUT;
    return str_is(status, "completed") ? ANSWER_ENDED : ANSWER_UNTOLD;
}

void answer_event_responses(const struct answer_event *e)
{
    struct json_iter it = {0};
    const struct json_val *item = NULL;
    struct str type = json_str(json_get(e->root, "type"));
    bool last = str_is(type, "response.completed") || str_is(type, "response.incomplete");
    const struct json_val *response = last ? json_get(e->root, "response") : e->root;
    if (type.len > 0 && !last)
        return;
    const struct json_val *output = json_get(response, "output");
    struct str status = json_str(json_get(response, "status"));
    e->to->finish = finish_of(response);
    e->to->begun = str_is(status, "queued") || str_is(status, "in_progress");
    struct answer_event inner = *e;
    inner.root = response;
    while (json_type(output) == JSON_ARRAY && json_each(&it, output, NULL, &item))
        read_item(&inner, item);
}
