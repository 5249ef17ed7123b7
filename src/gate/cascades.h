// SPDX-License-Identifier: Apache-2.0
//
// cascades - what the workers together have seen of each route's cascade: whether asking the small
// side first pays (verify/breakeven.h), and how sure of its answers each of its models usually is
// (verify/sureness.h). By names: it outlives a reload. A new process reads it from the ledger
// (gate/recall.h).

#ifndef GATE_CASCADES_H
#define GATE_CASCADES_H

#include "base/must.h"
#include "base/str.h"
#include "core/choice.h"
#include "verify/breakeven.h"
#include "verify/sureness.h"

struct cascades;

struct cascades *cascades_new(void) MUST_USE; // NULL when out of memory
void cascades_free(struct cascades *c);       // NULL is fine

// A call of that route has ended.
void cascades_count(struct cascades *c, struct str route, const struct breakeven_call *call);
struct breakeven_sum cascades_sum(struct cascades *c, struct str route);
// Whether it has paid to ask the route's small side first.
enum choice_cascade cascades_paid(struct cascades *c, struct str route);

// A model's answer that is as sure as that, and good as far as other verifiers can tell.
// False while what is usual of that model is not known: until SURENESS_LEAST of that kind were
// seen before.
bool cascades_saw(struct cascades *c, struct str route, struct str model, struct how_sure sure);
// What its answers have to reach: such a number of theirs.
int32_t cascades_least(struct cascades *c, struct str route, struct str model, bool mean,
                       uint32_t keep_ppm);

#endif
