// SPDX-License-Identifier: Apache-2.0
//
// part - what the dialects' files give to translate.c.

#ifndef TRANSLATE_PART_H
#define TRANSLATE_PART_H

#include "base/map.h"
#include "translate/chat.h"
#include "translate/translate.h"

// Reads a request; each failure is told once, with the field's name.
struct reading {
    const struct json *json;
    struct str source; // of the document
    struct arena *arena;
    const struct alloc *alloc; // for what ends with the reading
    struct why *why;
    size_t message;   // which of the messages is read, for what is told
    struct map calls; // of the messages before: from a call's id to its struct chat_part
};

// The caller's mistake: BAD_REQUEST. And what the provider cannot do: UNSUPPORTED.
enum refusal reading_bad(struct reading *r, const char *format, ...) PRINTF(2, 3);
enum refusal reading_cannot(struct reading *r, const char *format, ...) PRINTF(2, 3);
// The arena has ended.
enum refusal reading_no_memory(struct reading *r);
// A member's value as it was written; empty when it is not there or null.
struct str reading_raw(const struct reading *r, const struct json_val *object, const char *key);
// Neither absent nor null.
bool reading_is_set(const struct json_val *v);

enum refusal openai_read_messages(struct reading *r, const struct json_val *list, struct chat *out);
enum refusal openai_read_chat(struct reading *r, const struct json_val *body, struct chat *out);
enum refusal openai_read_completion(struct reading *r, const struct json_val *body,
                                    struct chat *out);
enum refusal openai_read_embed(struct reading *r, const struct json_val *body, struct embed *out);

// `out` keeps the mark when there is no memory.
void ollama_write_chat(const struct chat *c, const struct translate_wish *wish, struct buf *out);
void ollama_write_generate(const struct chat *c, const struct translate_wish *wish,
                           struct buf *out);
void ollama_write_embed(const struct embed *e, const struct translate_wish *wish, struct buf *out);

#endif
