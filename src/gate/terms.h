// SPDX-License-Identifier: Apache-2.0
//
// terms - what a promise is about, as text in hex. Looks and findings of other terms are not its.
//
//   3c0e1f8a52b7d946-a07715c2e84b3d6f
//   what is promised of which calls
//
// What is promised: the loss, the confidence, the models of both sides. Of which calls: the route's
// `match` and `require`, which of a side's models comes first for them, how the small side's
// answers are checked (what is refused comes from the large side, and is in no pair), by whose
// judgement.

#ifndef GATE_TERMS_H
#define GATE_TERMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "config/route.h"
#include "route/certificate.h"

// False without memory, as all that follow.
#define TERMS_BYTES 33
bool terms_write(const struct config_route *r, char out[TERMS_BYTES + 1]) MUST_USE;
// The part of them behind the dash, in which a pair says of what it is proof.
#define TERMS_CALLS 16
bool terms_calls(const struct config_route *r, char out[TERMS_CALLS + 1]) MUST_USE;
// The same of what it is made: the calls alone, who judges ("none": nobody; empty: the first of the
// large side, whoever that is), the checks, and what says which model comes first for a call: order
// and weights where a side that is written has several, and what a call may cost.
struct terms_of_calls {
    uint64_t match;
    struct str judge, checks;
    const struct config_tier *small, *large; // NULL: it has no such side
    struct nano max_cost;                    // 0 = any
};
bool terms_calls_by(const struct terms_of_calls *of, char out[TERMS_CALLS + 1]) MUST_USE;
bool terms_match(const struct config_route *r, uint64_t *out) MUST_USE;
struct str terms_judged(const struct config_route *r); // as it is written; empty: it is not
// Who judges all of its pairs; empty: of each the model of the large side that has answered.
struct str terms_judge(const struct config_route *r);
// As text, appended: the same in whatever order they are written, where that says nothing. Whether
// there was memory says the buffer.
void terms_checks(const struct config_route *r, struct buf *b);
// The promise that it asks for. Who allows all to be lost allows all but a millionth.
struct promise terms_promise(const struct config_route *r);

#endif
