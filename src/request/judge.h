// SPDX-License-Identifier: Apache-2.0
//
// judge - whether a body that ended as its framing says is the answer that its head promised. Where
// nothing of it went to the client another attempt can still be made.

#ifndef REQUEST_JUDGE_H
#define REQUEST_JUDGE_H

#include "request/req.h"

// The attempt's answer has come to its end, or ends here: what the meter, and its translation,
// found wrong with it becomes its refusal. Nothing where it has one, or the client has gone. Again
// is the same.
void judge(struct req *r);

#endif
