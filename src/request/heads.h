// SPDX-License-Identifier: Apache-2.0
//
// heads - the head of an answer: which of the provider's fields are kept for the client, and what
// stands there of ours.

#ifndef REQUEST_HEADS_H
#define REQUEST_HEADS_H

#include "request/req.h"

// An error whose body is in a coding, which nobody asked for.
bool heads_coded_error(const struct head *h);
// Keeps in the attempt what of the provider's head goes on to the client: without what is of the
// connection alone, and with our credential masked. Its own id is kept apart, for the row.
void heads_keep(struct req *r, const struct head *h);
// The status that the client gets of the upstream's answer, or would.
int heads_status(const struct req *r);
// Sends the head (once): that status, the upstream's fields, ours, and the cost when it is known.
void heads_send(struct req *r, int64_t length, bool with_cost);

#endif
