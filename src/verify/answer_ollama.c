// SPDX-License-Identifier: Apache-2.0
//
// Ollama's chat and generate. Each line of a stream has the next piece.

#include "verify/answer_part.h"

void answer_event_ollama(const struct answer_event *e)
{
    struct json_iter it = {0};
    const struct json_val *call = NULL;
    const struct json_val *calls = json_path(e->root, "message.tool_calls");
    struct str finish = json_str(json_get(e->root, "done_reason"));
    if (finish.len > 0)
        e->to->finish = str_is(finish, "length") ? ANSWER_CUT : ANSWER_ENDED;
    answer_add_text(e->to, json_str(json_path(e->root, "message.content")));
    answer_add_text(e->to, json_str(json_get(e->root, "response")));
    while (json_type(calls) == JSON_ARRAY && json_each(&it, calls, NULL, &call))
        answer_add_call(e, json_get(call, "function"), "name", "arguments");
    answer_add_tokens(e, json_get(e->root, "logprobs"), "logprob");
}
