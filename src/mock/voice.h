// SPDX-License-Identifier: Apache-2.0
//
// voice - writes an order's answer in the wire format of its endpoint: whole, or as a stream.
//
//   stream:  open, delta (one a token) ..., close        each appends whole events
//
// To add an endpoint: a wish in order.h, a row in order_route.c, a voice here and in voice_of.

#ifndef MOCK_VOICE_H
#define MOCK_VOICE_H

#include "mock/order.h"

struct voice {
    void (*whole)(const struct order *o, struct buf *out);
    // NULL for endpoints that do not stream.
    void (*open)(const struct order *o, struct buf *out);
    // `i`: number of the piece, from 0.
    void (*delta)(const struct order *o, int64_t i, struct str piece, struct buf *out);
    // `n`: pieces that went before.
    void (*close)(const struct order *o, int64_t n, struct buf *out);
    void (*error)(const struct order *o, struct buf *out); // an error inside the stream
};

extern const struct voice voice_chat;        // voice_chat.c
extern const struct voice voice_completions; // voice_chat.c
extern const struct voice voice_responses;   // voice_responses.c
extern const struct voice voice_messages;    // voice_messages.c
extern const struct voice voice_gemini;      // voice_gemini.c
extern const struct voice voice_embeddings;  // voice_lists.c
extern const struct voice voice_count;       // voice_lists.c: the token counters
extern const struct voice voice_ollama;      // voice_ollama.c: chat and generate
extern const struct voice voice_ollama_embed;
extern const struct voice voice_ollama_show;

// NULL for what is not written from an order (lists of models, health).
const struct voice *voice_of(enum wish w);
// "text/event-stream" or, for Gemini without alt=sse, "application/json"; Ollama's are lines.
const char *voice_stream_type(const struct order *o);
// An error body in the family's shape. `type` and `code` are OpenAI's; the others' follow from
// status.
struct voice_error {
    enum family family;
    int status;
    const char *type;
    const char *code; // NULL = null
    const char *message;
    const char *request_id;
};
void voice_error(const struct voice_error *e, struct buf *out);
// The list of models, or one (`name` not empty). `models`: comma-separated.
void voice_models(const struct order *o, struct str models, struct buf *out);
void voice_ollama_tags(struct str models, struct buf *out); // the answer to /api/tags
// A vector of an embedding, in decimals.
void voice_vector(const struct order *o, struct dice *d, struct buf *out);
// OpenAI's usage object, as the order's vendor writes it.
void voice_usage(const struct order *o, struct buf *out);
// What a vendor that reports its charge charges, in millionths of a dollar.
int64_t voice_charge(const struct order *o);
const char *voice_finish(const struct order *o);

#endif
