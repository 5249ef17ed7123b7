// SPDX-License-Identifier: Apache-2.0
//
// weigh_part - what the two halves of weigh.h share: the members, and what is inside of them.

#ifndef WIRE_WEIGH_PART_H
#define WIRE_WEIGH_PART_H

#include "base/json.h"
#include "core/demand.h"

enum weigh_kind {
    WEIGH_CONTENT, // messages: what a part is says its type
    WEIGH_OLLAMA,  // and whose `images` are lists of base64
    WEIGH_IDS,     // and whose numbers are tokens
    WEIGH_SCHEMA,  // JSON that may be written anew: what an object's type says is only text
};

struct weigher {
    struct weight *w;
    const struct json *json; // whose members they are
    int64_t growth;          // bytes that a tokenizer may make of one, >= 1; of ASCII's always 1
};

// Adds a member and all that is in it.
void weigh_member(const struct weigher *as, struct str key, const struct json_val *v,
                  enum weigh_kind kind);
void weigh_add(struct weight *w, int64_t tokens);
// A member, or a part of one, of which only the window bounds the tokens. The first one stays.
void weigh_vast(struct weight *w, const char *name);

#endif
