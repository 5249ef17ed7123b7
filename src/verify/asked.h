// SPDX-License-Identifier: Apache-2.0
//
// asked - what a request says of the form that its answer is to have: free text, JSON, JSON of a
// schema, and the tools that may be called, in any dialect.

#ifndef VERIFY_ASKED_H
#define VERIFY_ASKED_H

#include "base/json.h"
#include "wire/dialect.h"

#define ASKED_TEXTS 8 // of one who speaks, that are kept: the last ones

// A ring; borrowed from the request, as all below.
struct asked_texts {
    struct str of[ASKED_TEXTS];
    size_t count; // of all that were said
};

static inline size_t asked_kept(const struct asked_texts *t)
{
    return t->count < ASKED_TEXTS ? t->count : ASKED_TEXTS;
}

enum asked_form {
    ASKED_TEXT,
    ASKED_JSON,
    ASKED_OBJECT, // JSON, of which the root is an object
    ASKED_SCHEMA,
};

struct asked {
    enum dialect dialect;
    enum asked_form form;
    const struct json_val *schema; // of ASKED_SCHEMA
    const struct json_val *tools;
    const struct json_val *functions; // of a chat, as they were before tools
    bool call_barred;                 // it must call no tool,
    bool call_needed;                 // ... or must call one,
    struct str call_name;             // this one; empty = any
    // Of who says what is wanted: the instructions, and the user's last message.
    struct asked_texts instructions, message;
};

// Reads the body of a request to `endpoint`. NULL asks for nothing.
void asked_read(struct asked *a, enum endpoint endpoint, const struct json_val *body);

struct asked_tool {
    const struct json_val *schema; // of its arguments; NULL if it says none
    bool text;                     // it takes a text, no JSON
};
// A tool of that name. False when the request has none.
bool asked_tool(const struct asked *a, struct str name, struct asked_tool *out) MUST_USE;

#endif
