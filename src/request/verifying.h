// SPDX-License-Identifier: Apache-2.0
//
// verifying - a cascade: an answer of the small side is held until its route's verifiers have
// looked at it. What one of them refuses is followed by an attempt at the large side, with a hold
// and a row of its own; both are billed.
//
//   small side's answer --> complete --> verified: good --> it goes to the client
//            |                                '-- bad --> the large side (step again)
//            '--> a stream, and `hold` is over, or too long --> it goes as it comes, unverified
//
// One that not all have looked at who were to, since that took too long, its client has left or the
// process ends, has no verdict.
//
// What cannot be followed (no large side is usable, or no budget covers it) is given after all, and
// what was followed by no answer: it is kept until the large side has one. So is a good one with
// which a second model was to agree that gave no answer; but where a certificate sent the call
// there, the large side is asked then.

#ifndef REQUEST_VERIFYING_H
#define REQUEST_VERIFYING_H

#include "request/req.h"

// The attempt is about to be sent: if its answer is one to be verified, it is held from now on.
void verifying_begin(struct req *r);
// Such an answer is to be asked how sure its model is of it, and its caller has not asked for that.
bool verifying_wants_logprobs(const struct req *r);
// The attempt's answer goes to the client as it is, or as it comes.
void verifying_end(struct req *r);
// So it is as the process ends: where somebody is still asked about it, nobody has seen it.
void verifying_stop(struct req *r);
// The attempt's answer was good, and a second model is to agree with it: that is asked next.
bool verifying_second(const struct req *r, struct target *out) MUST_USE;
// Nobody has agreed with the small side's answer, and a certificate sent the call there, whose
// pairs are of answers that were agreed with: the attempt escalates. False: it is given without.
bool verifying_unproved(struct req *r) MUST_USE;
// That model, as the configuration has it.
struct str verifying_second_name(const struct req *r);
// Bytes of an answer that may be held.
size_t verifying_most(const struct attempt *a);
// It has more, and goes to the client as it comes. False: it is one that was to agree with another,
// which is given instead; the attempt has failed.
bool verifying_overrun(struct req *r) MUST_USE;
void verifying_free(struct req *r); // with the call

#endif
