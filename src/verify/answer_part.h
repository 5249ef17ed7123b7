// SPDX-License-Identifier: Apache-2.0
//
// answer_part - what the readers of the dialects (answer_<dialect>.c) have in common. Each reads
// one JSON text, a whole answer or an event of a stream, into the answer.

#ifndef VERIFY_ANSWER_PART_H
#define VERIFY_ANSWER_PART_H

#include "base/json.h"
#include "verify/answer.h"

struct answer_event {
    struct answer *to;
    enum endpoint endpoint;
    struct json *json;
    struct str source; // of it
    const struct json_val *root;
};

typedef void answer_event_f(const struct answer_event *e);

answer_event_f answer_event_chat;
answer_event_f answer_event_messages;
answer_event_f answer_event_responses;
answer_event_f answer_event_gemini;
answer_event_f answer_event_ollama;

// The first item of a list; NULL if there is none.
const struct json_val *answer_first(const struct json_val *list);
// The member as it is written; empty if it is not there, or null.
struct str answer_raw(const struct answer_event *e, const struct json_val *object, const char *key);
void answer_add_text(struct answer *a, struct str text);
// The call that has that index, or a new one. NULL beyond ANSWER_CALLS_MAX or without memory.
struct answer_call *answer_call_at(struct answer *a, int64_t index);
// A whole call: its arguments are a text that is JSON, or an object.
void answer_add_call(const struct answer_event *e, const struct json_val *call, const char *name,
                     const char *arguments);
// A list of {"logprob": ...}, or of numbers, or of objects that have it as `member`.
void answer_add_tokens(const struct answer_event *e, const struct json_val *list,
                       const char *member);
// The mean of those of all tokens, where it is a number.
void answer_set_mean(const struct answer_event *e, const struct json_val *mean);

#endif
