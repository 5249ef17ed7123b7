// SPDX-License-Identifier: Apache-2.0
//
// outside - the user's own verifier, asked over HTTP:
//
//   POST {"request_id", "route", "model", "request", "text", "tool_calls", "finish"}
//     --> 200 {"ok": true|false}
//
// `request` is the caller's body as it came (null above OUTSIDE_REQUEST_MAX). Anything else than
// such an answer in time is none.

#ifndef REQUEST_OUTSIDE_H
#define REQUEST_OUTSIDE_H

#include "config/route.h"
#include "request/req.h"
#include "verify/verify.h"

#define OUTSIDE_REQUEST_MAX ((size_t)256 * KIB)
#define OUTSIDE_ANSWER_MAX  ((size_t)64 * KIB)

struct outside;

// Asks; the call is run again when it has said. NULL: it cannot be asked.
struct outside *outside_ask(struct req *r, const struct config_verifier *v,
                            const struct answer *answer) MUST_USE;
// False: it has not said yet. UNSURE: it could not be asked, or said nothing that was understood.
bool outside_said(const struct outside *o, enum finding_verdict *out) MUST_USE;
void outside_free(struct outside *o); // also one that is still asked; NULL is fine

#endif
