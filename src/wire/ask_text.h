// SPDX-License-Identifier: Apache-2.0
//
// ask_text - how much of a value becomes input tokens, and the images and files in it.

#ifndef WIRE_ASK_TEXT_H
#define WIRE_ASK_TEXT_H

#include "base/json.h"
#include "core/demand.h"

enum ask_kind {
    ASK_CONTENT, // messages: the texts count, member names do not
    ASK_SCHEMA,  // tools and formats: the model reads the names too
    ASK_OLLAMA,  // messages whose `images` are lists of base64
};

// Adds to text_bytes, images and files, and sees each cache_control. Base64 data is not text. A
// number in a list is a token's number: as much as four bytes of text.
void ask_text_count(struct demand *d, const struct json_val *v, enum ask_kind kind);
// The value of a member cache_control; null asks for nothing.
void ask_cache(struct demand *d, const struct json_val *v);

#endif
