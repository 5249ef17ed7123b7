// SPDX-License-Identifier: Apache-2.0
//
// Chat completions and legacy completions, whole and in chunks.

#include "verify/answer_part.h"

static const struct {
    const char *word;
    enum answer_finish finish;
} finishes[] = {
    {"stop", ANSWER_ENDED},
    {"tool_calls", ANSWER_ENDED},
    {"function_call", ANSWER_ENDED},
    {"length", ANSWER_CUT},
    {"content_filter", ANSWER_REFUSED},
    {"eos", ANSWER_ENDED},                        // Together's
    {"model_length", ANSWER_CUT},                 // Mistral's: of the model's context
    {"insufficient_system_resource", ANSWER_CUT}, // DeepSeek's
};

#define FINISHES (sizeof finishes / sizeof finishes[0])

bool answer_finish_read(struct str word, enum answer_finish *out)
{
    for (size_t i = 0; i < FINISHES; i++) {
        if (str_is(word, finishes[i].word)) {
            *out = finishes[i].finish;
            return true;
        }
    }
    return false;
}

const char *answer_finish_word(unsigned i)
{
    return i < FINISHES ? finishes[i].word : NULL;
}

// That it was refused may have been told in an earlier chunk. An unknown word tells nothing.
static void read_finish(struct answer *a, struct str word)
{
    if (a->finish != ANSWER_REFUSED && word.len > 0 && !answer_finish_read(word, &a->finish))
        a->finish = ANSWER_UNTOLD;
}

static void read_content(struct answer *a, const struct json_val *content)
{
    struct json_iter it = {0};
    const struct json_val *part = NULL;
    answer_add_text(a, json_str(content));
    while (json_type(content) == JSON_ARRAY && json_each(&it, content, NULL, &part))
        answer_add_text(a, json_str(json_get(part, "text")));
}

// What is spoken has its words beside it; some providers draw images.
static void read_media(struct answer *a, const struct json_val *message)
{
    const struct json_val *audio = json_get(message, "audio");
    answer_add_text(a, json_str(json_get(audio, "transcript")));
    a->unseen = a->unseen || json_type(json_get(message, "images")) == JSON_ARRAY;
    a->more = a->more || a->unseen || json_type(audio) == JSON_OBJECT;
}

// In chunks a call has its name in the first one, and its arguments in pieces. What a custom tool
// is called with is a text.
static void read_call(struct answer *a, const struct json_val *function, int64_t index)
{
    struct answer_call *c = answer_call_at(a, index);
    if (!c)
        return;
    buf_add(&c->name, json_str(json_get(function, "name")));
    buf_add(&c->arguments, json_str(json_get(function, "arguments")));
    buf_add(&c->arguments, json_str(json_get(function, "input")));
    a->failed = a->failed || buf_failed(&c->name) || buf_failed(&c->arguments);
}

static void read_calls(struct answer *a, const struct json_val *message)
{
    struct json_iter it = {0};
    const struct json_val *call = NULL;
    int64_t place = 0;
    const struct json_val *calls = json_get(message, "tool_calls");
    while (json_type(calls) == JSON_ARRAY && json_each(&it, calls, NULL, &call)) {
        int64_t index = place++;
        (void)!json_i64(json_get(call, "index"), &index);
        const struct json_val *custom = json_get(call, "custom");
        read_call(a, custom ? custom : json_get(call, "function"), index);
    }
    if (json_type(json_get(message, "function_call")) == JSON_OBJECT)
        read_call(a, json_get(message, "function_call"), 0);
}

static void read_refusal(struct answer *a, struct str refusal)
{
    answer_add_text(a, refusal);
    if (refusal.len > 0)
        a->finish = ANSWER_REFUSED;
}

static void read_choice(const struct answer_event *e, const struct json_val *choice)
{
    const struct json_val *message = json_get(choice, "message");
    const struct json_val *logprobs = json_get(choice, "logprobs");
    if (!message)
        message = json_get(choice, "delta");
    read_finish(e->to, json_str(json_get(choice, "finish_reason")));
    read_content(e->to, json_get(message, "content"));
    answer_add_text(e->to, json_str(json_get(choice, "text")));
    read_media(e->to, message);
    read_calls(e->to, message);
    read_refusal(e->to, json_str(json_get(message, "refusal")));
    answer_add_tokens(e, json_get(logprobs, "content"), "logprob");
    answer_add_tokens(e, json_get(logprobs, "token_logprobs"), "logprob");
}

void answer_event_chat(const struct answer_event *e)
{
    struct json_iter it = {0};
    const struct json_val *choice = NULL;
    const struct json_val *choices = json_get(e->root, "choices");
    while (json_type(choices) == JSON_ARRAY && json_each(&it, choices, NULL, &choice)) {
        int64_t index = 0;
        (void)!json_i64(json_get(choice, "index"), &index);
        if (index == 0)
            read_choice(e, choice);
    }
}
