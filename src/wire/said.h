// SPDX-License-Identifier: Apache-2.0
//
// said - the texts of a request in the order in which they stand, and who says each: instructions
// first, then a conversation. Only what is said to the model as text: no tools, images, files.

#ifndef WIRE_SAID_H
#define WIRE_SAID_H

#include <stdbool.h>

#include "wire/ask.h"

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
void said_each(const struct ask *a, said_f *f, void *context);

#endif
