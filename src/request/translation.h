// SPDX-License-Identifier: Apache-2.0
//
// translation - an attempt whose provider speaks another dialect than the caller: the body that
// goes there, and the answer that is made of what comes back.
//
//   meter_feed --> relay_pass --> translation --> client       (the meter reads the provider's own)

#ifndef REQUEST_TRANSLATION_H
#define REQUEST_TRANSLATION_H

#include "translate/translate.h"

struct req;

struct translation {
    struct buf body; // the request; the transport refers to it until it has gone out
    struct translate answer;
    struct buf end; // of a stream: what the client gets last, kept until the call is booked
    bool ending;    // from here on
    int status;     // of the answer, where it is not the provider's; else 0
};

// Dialects of providers that such a call can go to beside its own, a bit each.
unsigned translation_dialects(enum endpoint client);
// Decides where the provider of the attempt is asked and, where that is in another dialect, writes
// the request. REFUSAL_NONE, or what translate_request says.
enum refusal translation_begin(struct req *r, struct why *why) MUST_USE;
void translation_free(struct translation *t); // NULL is fine
// The content type of the answer.
const char *translation_type(const struct translation *t);
// A piece of the provider's successful answer, for the client.
void translation_feed(struct req *r, struct str bytes);
// The provider's answer has been released to its end; an error is made into the caller's dialect,
// and a stream's end is kept. False when the client's has no end, though the provider's had one.
bool translation_end(struct req *r) MUST_USE;

#endif
