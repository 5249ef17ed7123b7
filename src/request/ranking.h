// SPDX-License-Identifier: Apache-2.0
//
// ranking - the candidates of a plan, by what is known of them now: those that are in trouble, or
// too slow for the route, are passed over while another can be asked; those that have a weight and
// stand side by side take turns.

#ifndef REQUEST_RANKING_H
#define REQUEST_RANKING_H

#include "request/plan.h"

// Why that candidate is passed over now, a few words; NULL: it is fit. Static.
const char *ranking_barred(const struct req *r, const struct plan *p, const struct candidate *c);
// Fills what bars each candidate, and brings to the front of each run of weights the one whose turn
// it is.
void ranking_share(const struct req *r, struct plan *p);
// Where the call begins: the first fit one from `first` on that may follow it; without one, `first`
// is asked all the same. Those that are passed over are counted.
unsigned ranking_begin(const struct req *r, const struct plan *p, unsigned first);

#endif
