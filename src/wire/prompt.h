// SPDX-License-Identifier: Apache-2.0
//
// prompt - the texts of a request, in any dialect: its instructions, and what was said, the newest
// first. For who looks at what is asked; nothing is copied.

#ifndef WIRE_PROMPT_H
#define WIRE_PROMPT_H

#include "base/json.h"

#define PROMPT_TEXTS_MAX 64 // the newest; of a message's parts the first with a text

struct prompt {
    struct str system;                  // the last of the instructions; empty if none
    struct str texts[PROMPT_TEXTS_MAX]; // of messages that say something, whoever says it
    unsigned count;
};

// Of the body of a request. Slices are of its document. Empty when it has no texts.
void prompt_read(struct prompt *p, const struct json_val *body);

#endif
