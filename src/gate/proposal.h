// SPDX-License-Identifier: Apache-2.0
//
// proposal - the tiers small, medium and large where the file names none, so that `auto` works
// without one: by what a model costs, and where it costs nothing or nobody knows, by its size.
//
//   of each provider      models that chat, the newest of those whose names differ in numbers only;
//                         of the book's those that read 100,000 tokens or more
//   by price of 10^6      input three times, output once, a quarter of it all:
//                         small up to 0.75 USD, medium up to 3, large up to 20
//   by parameters         small up to 14 billion, medium up to 45, large above
//   by ability            those that have what the route requires, if there are any
//   of these              the four cheapest of a provider in each tier
//
// What an Ollama has is looked at with each call: it changes while the gateway runs.

#ifndef GATE_PROPOSAL_H
#define GATE_PROPOSAL_H

#include "base/arena.h"
#include "config/config.h"

struct snapshot;
struct proposal;

// Of the configuration and the book, without what Ollamas have. NULL without memory.
struct proposal *proposal_new(const struct snapshot *s) MUST_USE;
void proposal_free(struct proposal *p); // NULL is fine

// A tier as it is proposed now, of an enum config_size, to who requires these (enum ability). In
// the arena; NULL without memory.
const struct config_tier *proposal_tier(const struct snapshot *s, int size, unsigned require,
                                        struct arena *arena);
// The route with the models of its tiers as they are now: itself where the file names them, else a
// copy in the arena, or NULL without memory.
const struct config_route *proposal_fill(const struct snapshot *s, const struct config_route *route,
                                         struct arena *arena);
// All of the configuration's routes so, in its order; what they name is the snapshot's or the
// arena's.
const struct config_route *proposal_routes(const struct snapshot *s, struct arena *arena);
// The route that takes the calls for `auto` that no other one takes: from the tier small to the
// tier large, or what there is between them. In the arena; NULL without memory.
const struct config_route *proposal_auto(const struct snapshot *s, struct arena *arena);

#endif
