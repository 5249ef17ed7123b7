// SPDX-License-Identifier: Apache-2.0
//
// translate - a call whose caller speaks another dialect than its provider. The request goes by
// chat.h, the answer by event.h:
//
//   caller's body --read--> struct chat --write--> provider's body
//   caller's answer <--write-- struct event <--read-- provider's answer, piece by piece
//
// What cannot be carried and would change what the call means is refused, and named; what is
// harmless is left out. doc/translation.md is the table of both.
//
// To add a dialect of callers: a reader of its requests and a writer of its answers. Of providers:
// a writer of requests, a reader of answers and of errors. They are declared in part.h and chosen
// in translate.c.

#ifndef TRANSLATE_TRANSLATE_H
#define TRANSLATE_TRANSLATE_H

#include "base/arena.h"
#include "base/buf.h"
#include "translate/ollama_reader.h"
#include "translate/openai_writer.h"
#include "wire/ask.h"

// What the gateway decides of a request, whatever the caller says.
struct translate_wish {
    struct str model;      // as sent
    int64_t output_cap;    // tokens of an answer whose caller named no limit; 0 = none
    int64_t context;       // num_ctx, tokens; 0 = the provider's own
    struct str keep_alive; // JSON, where the caller says none; empty = the provider's own
    int64_t output_max;    // tokens of any answer, also where the caller names a limit that is
                           // longer; 0 = none
    bool logprobs;         // of a chat: they are asked for, though the caller does not
};

// Where a provider of that dialect takes such a call. False when it cannot be translated.
bool translate_endpoint(enum endpoint client, enum dialect provider, enum endpoint *out);
// Appends the body to `out`. REFUSAL_NONE, or BAD_REQUEST /
// UNSUPPORTED / INTERNAL (no memory) with the field and the cure in `why`; `out` is then to be
// thrown away. What is read stands in the arena.
enum refusal translate_request(const struct ask *a, const struct translate_wish *wish,
                               struct arena *arena, struct buf *out, struct why *why) MUST_USE;

// Reads of the request what the answer's form hangs on: `stream`, `usage_asked`, `base64`,
// `vectors`.
void translate_read(const struct ask *a, struct translate_setup *out);

struct translate {
    struct translate_setup setup;
    struct buf carry; // of a stream a line that has begun, else all that came
    struct buf out;   // for the client; reused
    struct ollama_reader reader;
    struct openai_writer writer;
    bool large;   // a whole answer, or a line, is longer than TRANSLATED_BYTES_MAX: garbage, too
    bool garbage; // it was not what the provider's dialect promises: nothing more is written
};

typedef void translate_pass_f(void *context, struct str bytes);

// The slices of `setup` must live as long. Nothing is allocated before the first byte.
void translate_init(struct translate *t, const struct translate_setup *setup,
                    const struct alloc *alloc);
void translate_fini(struct translate *t);
// Reads a piece of the provider's successful answer, cut anywhere, and gives what the client gets
// for it to `pass` (slices valid during the call only); a whole answer comes with translate_end.
void translate_feed(struct translate *t, struct str piece, translate_pass_f *pass, void *context);
// The answer has ended. Where it has no end of its own none is made up: see translate_done.
void translate_end(struct translate *t, translate_pass_f *pass, void *context);
// The provider's end was read, and the client's is written.
bool translate_done(const struct translate *t);
// The HTTP status of an error that came in place of an answer, or in the midst of a stream, and was
// written in the caller's dialect, without an end; 0 if none came.
int translate_fault(const struct translate *t);
// The body of a provider's answer of status 400 or more, in the caller's dialect. Gives the status
// that fits it: a provider's 500 may be the caller's mistake.
int translate_error(const struct translate_setup *setup, int status, struct str body,
                    struct buf *out);

#endif
