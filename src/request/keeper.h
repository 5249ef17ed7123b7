// SPDX-License-Identifier: Apache-2.0
//
// keeper - which provider keeps what a call goes on from: the answer that a `previous_response_id`
// names, a `conversation`, a cache, a container. Nobody else has it, so the call stays there.
//
//   answer "resp_1" came from a  ──noted──►  "resp_1": a, with its key
//   call that goes on from "resp_1"  ──►  of a route's or an alias's models those at a
//
// It is forgotten for want of room; an answer is known again after a restart (gate/kept.h), but not
// the key that it was given with, a conversation is not. Where it is not known a provider that says
// it has no such answer is followed by the next one (core/retry.h, AWAY). Where it is, what fails
// is followed by another model of the same provider, if there is one, and AWAY by another of its
// keys at most.

#ifndef REQUEST_KEEPER_H
#define REQUEST_KEEPER_H

#include "request/plan.h"

// Finds who keeps what the call goes on from: r->stored, r->keeper.
void keeper_find(struct req *r);
// The provider may have it: it does, or nobody knows who does.
bool keeper_may(const struct req *r, unsigned provider) MUST_USE;
// The attempt is at who keeps it: nobody else can know what the call goes on from.
bool keeper_binds(const struct req *r) MUST_USE;
// Leaves out candidates at other providers, where one at the right one can be used.
void keeper_pin(const struct req *r, struct plan *p);
// The place of the provider's key that it was kept with; -1: that is not known, or is none of its
// keys by now: any may be it.
int keeper_lane(const struct req *r, unsigned provider);
// The attempt has ended: what it answered is kept there, and what it went on from.
void keeper_note(const struct req *r);

#endif
