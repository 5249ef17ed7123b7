// SPDX-License-Identifier: Apache-2.0
//
// relay - what the upstream's events do to a call. step_relay.c waits, relay.c does.

#ifndef REQUEST_RELAY_H
#define REQUEST_RELAY_H

#include "request/req.h"

extern const struct call_events relay_events;

// The call failed on our side of the upstream: remembered, and told to the client by step_answer.
void relay_fail(struct req *r, enum refusal why, const char *detail);
// The same with a part of what came from upstream, for the client alone: nothing of an answer
// stands in the log. `how` says what it is.
void relay_fail_quoting(struct req *r, enum refusal why, const char *detail, const char *how,
                        struct str said);
// A stream is not to go on: it failed so, and no more of it is read. Its client has what came.
void relay_cut(struct req *r, enum refusal why, const char *detail);
// A name that the answer gave, for the row; of an error's, masked like its text. In the arena.
struct str relay_name(struct req *r, const char *name);
// What has come of a stream goes on where it may: more has come, or it is no longer verified.
void relay_came(struct req *r);
// What the meter lets go on; it is translated where the caller speaks another dialect.
void relay_pass(void *context, struct str bytes);
// What the client gets, to where the answer is sent or collected.
void relay_write(void *context, struct str bytes);
// Gives what the meter held, to the answer's end: to where a whole answer is collected, or to the
// client; but of a stream that is translated, to where relay_end takes it from. False when a part
// of that is missing.
bool relay_release(struct req *r) MUST_USE;
// The same of a stream, all of it to the client.
bool relay_end(struct req *r) MUST_USE;
// Masks that credential in the collected answer where that is an error.
void relay_mask(struct req *r);
// The answer's fate is known before its body's framing ends: its terminal event was seen, or it is
// not what it claims to be.
bool relay_knows(const struct req *r);
// The provider has done with the attempt, though the call goes on: its answer is complete and is
// looked at, or it has failed, and a wait or another attempt follows. What comes later is neither
// its time nor its turn at an Ollama.
void relay_done(struct req *r);
// The client's bytes are no longer needed, if they went out.
void relay_give_back(struct req *r);

#endif
