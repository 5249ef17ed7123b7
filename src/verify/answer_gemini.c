// SPDX-License-Identifier: Apache-2.0
//
// Gemini's generateContent. Each chunk of a stream is an answer of its own with the next parts.

#include "verify/answer_part.h"

static enum answer_finish finish_of(struct str word)
{
    if (str_is(word, "STOP"))
        return ANSWER_ENDED;
    if (str_is(word, "FINISH_REASON_UNSPECIFIED"))
        return ANSWER_UNTOLD;
    return str_is(word, "MAX_TOKENS") ? ANSWER_CUT : ANSWER_REFUSED; // SAFETY, RECITATION, ...
}

// Images and other media, and code that ran at the provider: shown to the caller as they are.
static bool is_more(const struct json_val *part)
{
    return json_get(part, "inlineData") || json_get(part, "fileData") ||
           json_get(part, "executableCode") || json_get(part, "codeExecutionResult");
}

static void read_part(const struct answer_event *e, const struct json_val *part)
{
    const struct json_val *call = json_get(part, "functionCall");
    if (call)
        answer_add_call(e, call, "name", "args");
    else if (!json_bool(json_get(part, "thought"), false)) {
        answer_add_text(e->to, json_str(json_get(part, "text")));
        e->to->unseen = e->to->unseen || is_more(part);
        e->to->more = e->to->unseen;
    }
}

void answer_event_gemini(const struct answer_event *e)
{
    struct json_iter it = {0};
    const struct json_val *part = NULL;
    const struct json_val *candidate = answer_first(json_get(e->root, "candidates"));
    const struct json_val *parts = json_path(candidate, "content.parts");
    struct str finish = json_str(json_get(candidate, "finishReason"));
    if (finish.len > 0)
        e->to->finish = finish_of(finish);
    if (json_str(json_path(e->root, "promptFeedback.blockReason")).len > 0)
        e->to->finish = ANSWER_REFUSED;
    while (json_type(parts) == JSON_ARRAY && json_each(&it, parts, NULL, &part))
        read_part(e, part);
    answer_add_tokens(e, json_path(candidate, "logprobsResult.chosenCandidates"), "logProbability");
    answer_set_mean(e, json_get(candidate, "avgLogprobs")); // a stream's last one is of all of it
}
