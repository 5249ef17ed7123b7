// SPDX-License-Identifier: Apache-2.0
//
// translate - a call whose caller speaks another dialect than its provider. The request goes by
// chat.h, the answer by event.h:
//
//   caller's body --read--> struct chat --write--> provider's body
//   caller's answer <--write-- struct event <--read-- provider's answer, piece by piece
//
// What cannot be carried and would change what the call means is refused, and named; what is
// harmless is left out.
//
// To add a dialect of callers: a reader of its requests and a writer of its answers. Of providers:
// a writer of requests, a reader of answers and of errors. They are declared in part.h and chosen
// in translate.c.

#ifndef TRANSLATE_TRANSLATE_H
#define TRANSLATE_TRANSLATE_H

#include "base/arena.h"
#include "base/buf.h"
#include "wire/ask.h"

// What the gateway decides of a request, whatever the caller says.
struct translate_wish {
    enum endpoint endpoint; // where it goes, as translate_endpoint gave it
    struct str model;       // as sent
    int64_t output_cap;     // tokens of an answer whose caller named no limit; 0 = none
    int64_t context;        // num_ctx, tokens; 0 = the provider's own
};

// Where a provider of that dialect takes such a call. False when it cannot be translated.
bool translate_endpoint(enum endpoint client, enum dialect provider, enum endpoint *out);
// Appends the body to `out`. REFUSAL_NONE, or BAD_REQUEST /
// UNSUPPORTED / INTERNAL (no memory) with the field and the cure in `why`; `out` is then to be
// thrown away. What is read stands in the arena.
enum refusal translate_request(const struct ask *a, const struct translate_wish *wish,
                               struct arena *arena, struct buf *out, struct why *why) MUST_USE;

#endif
