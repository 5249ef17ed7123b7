// SPDX-License-Identifier: Apache-2.0
//
// held - a stream of which the client has nothing yet, not even its head: its first event may be an
// error in the place of an answer, and then another attempt can still be made.
//
//   head --> RELAY_HELD --> something may go on: head, what was held, the rest as it comes
//                      '--> its first event is an error: as an answer of the status that it means
//
// Comments are no event, wherever the network cuts them from one: they wait for it, but not long.

#ifndef REQUEST_HELD_H
#define REQUEST_HELD_H

#include "request/req.h"

// Something has come.
void held_came(struct req *r);
// Something of a stream may go on, or it has ended: it goes, with its head before it, or the stream
// becomes an error. Nothing where none is held.
void held_judge(struct req *r);
// What is held goes to the client, and the stream is held no longer.
void held_pass(struct req *r);
// The attempt's is an answer of that status (400 or more) with that text, as if its head had said
// so.
void held_become_error(struct req *r, int status, struct str text);
// The head, which waits, says that its body is JSON.
void held_be_json(struct attempt *a);

#endif
