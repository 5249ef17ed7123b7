// SPDX-License-Identifier: Apache-2.0
//
// availability - a call's targets, by how they fare now (gate/standing.h): a target that keeps
// failing, or whose key was told to come later, is passed over while its alias has another one
// that is fit. What has no other is asked all the same: nobody knows better than its provider.

#ifndef REQUEST_AVAILABILITY_H
#define REQUEST_AVAILABILITY_H

#include "request/req.h"

// Why that target is not to be asked now, where there is another; BAR_NONE: it is fit.
enum bar availability_bar(const struct req *r, const struct target *t);
// The decayed mean of its time to the first token; 0: not measured within the last minute.
int64_t availability_ttft_us(const struct req *r, const struct target *t);
// The first fit one of the name's targets, from `t` on; none is: `t` stays as it is. Those that are
// passed over are counted.
void availability_pick(struct req *r, const struct wanted *w, struct target *t);
// A call goes elsewhere, since that target is barred.
void availability_passed_over(const struct req *r, const struct target *t);
// Until that may be asked again, in seconds; 0: now, or nobody knows.
int64_t availability_wait_s(const struct req *r);
// So it was, its breaker is open, and its provider is to be left alone then also by what has no
// other target: with a sentence for the caller in `detail`.
bool availability_refuses(const struct req *r, struct buf *detail) MUST_USE;
// What the head of the attempt's answer says of its key's rate limits.
void availability_heard(const struct req *r, const struct head *h);
// The attempt was refused with its key, and may be made with another one there, at once.
bool availability_other_key(const struct req *r);
// The attempt is to be sent, with a key that it gets here. False: its target is barred by now.
bool availability_enter(struct req *r) MUST_USE;
// The attempt's target refuses to be asked for log-probabilities, as an attempt before has shown.
bool availability_logprobs_refused(const struct req *r);
// Should its answer say by now that an Ollama passed it on to its cloud: no later call is given to
// that model as one that stays here.
void availability_strayed(struct req *r);
// The attempt has ended, or its end is known: counted once. `failed`: its `failure` says how. Was
// it answered where one with log-probabilities was not, its target refuses to be asked for them.
void availability_note(struct req *r, bool failed);

#endif
