// SPDX-License-Identifier: Apache-2.0
//
// said - the texts of a request in the order in which they stand, and who says each: instructions
// first, then a conversation. Only what is said to the model as text: no calls, images, files. The
// dialects share one table of names, since none means two things:
//
//   chat, Claude, Ollama   messages[] role content             system
//   Responses              input, or input[] role content      instructions
//   Gemini                 contents[] role parts[] text        systemInstruction parts[] text
//   completions, generate  prompt                              system
//
// Everyone who looks at what is asked goes this way, so that all see the same.

#ifndef CORE_SAID_H
#define CORE_SAID_H

#include <stdbool.h>

#include "base/json.h"

enum speaker {
    SPEAKER_SYSTEM, // instructions: system, developer
    SPEAKER_USER,
    SPEAKER_ASSISTANT, // what was answered before
    SPEAKER_TOOL,
};

// A text, never empty; borrowed from the request's document. `message`: its message's number, 0 for
// instructions that stand outside of the list of messages, else from 1 on. False ends it.
struct saying {
    enum speaker by;
    unsigned message;
    struct str text;
};
typedef bool said_f(void *context, const struct saying *s);
// Of a request's body. NULL says nothing.
void said_each(const struct json_val *body, said_f *f, void *context);
// Of a list of messages alone, or of one text.
void said_list(const struct json_val *list, said_f *f, void *context);
// A message of the user's has an answer behind it, be it a call of a tool, which is no text: the
// request is not the first of its conversation. A greeting before all messages is no answer.
bool said_answered(const struct json_val *body);

#endif
