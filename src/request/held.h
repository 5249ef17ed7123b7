// SPDX-License-Identifier: Apache-2.0
//
// held - a stream of which the client has nothing yet, not even its head: its first event may be an
// error in the place of an answer, and then another attempt can still be made.
//
//   head --> RELAY_HELD --> something may go on: head, what was held, the rest as it comes
//                      '--> its first event is an error: as an answer of the status that it means

#ifndef REQUEST_HELD_H
#define REQUEST_HELD_H

#include "request/req.h"

// Something of a stream may go on, or it has ended: it goes, with its head before it, or the stream
// becomes an error. Nothing where none is held.
void held_judge(struct req *r);
// What is held goes to the client, and the stream is held no longer.
void held_pass(struct req *r);

#endif
