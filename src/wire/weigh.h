// SPDX-License-Identifier: Apache-2.0
//
// weigh - the most that a body can be at its provider, for a bound (budget/bound.h). Only where a
// budget asks: the whole document is walked once more.
//
// Nobody publishes by what template a body becomes a prompt, so what holds of every template is
// counted: no tokenizer makes more than one token of a byte, once it has brought the text into its
// Unicode form (of the families that do: NFC makes up to three bytes of one, NFKC eleven, of
// ASCII's neither any); whatever JSON is written anew gets a few tokens around each value, and more
// bytes where it is escaped. Every member counts but those known to stay outside of a prompt, so a
// member of tomorrow is no hole. What limits an answer counts only where the endpoint and the
// vendor are known to keep to it.

#ifndef WIRE_WEIGH_H
#define WIRE_WEIGH_H

#include "wire/ask.h"

// `flags`: of the vendor that it goes to (vendor_flags); `model`: as sent there. What the gateway
// puts in itself (an output maximum of its own) the caller adds.
void weigh(const struct ask *a, unsigned flags, struct str model, struct weight *out);
// The same without its text being read again: as if the model's window alone bounded what goes in.
// What limits the call, and what it may be priced as, is the same.
void weigh_unread(const struct ask *a, unsigned flags, struct str model, struct weight *out);
// A body of that endpoint in the place of one that there is not yet: one prompt of a text of so
// many bytes.
void weigh_text(enum endpoint e, unsigned flags, struct str model, int64_t bytes,
                struct weight *out);
// The same weight's `boundless` alone.
const char *weigh_boundless(const struct ask *a, unsigned flags, struct str model);

#endif
