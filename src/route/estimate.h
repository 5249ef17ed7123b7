// SPDX-License-Identifier: Apache-2.0
//
// estimate - a threshold that loses no more than was allowed on average, and what it really loses.
// No promise: of a single one the truth is above that as often as below (certificate.h promises).
//
//   the pairs, and one call more that is lost ──► the threshold: before the first at which they
//                                                 lose more than was allowed, all together
//   each pair, by the threshold that the others ──► the loss: as of calls that have not chosen
//   choose                                          the threshold which they go by
//
// Pairs that belong together (talks.h) are one: with the call its group is lost, of as many as the
// groups of calls have on average, and a pair goes by the threshold that all groups but its own
// choose.
//
// The lost one stands for the next call, of which nobody knows what it loses: without it the
// threshold would be the one at which the pairs have happened to lose little. The same pairs cannot
// say what it loses, since they have chosen it. But a pair has no part in what the others choose.

#ifndef ROUTE_ESTIMATE_H
#define ROUTE_ESTIMATE_H

#include "route/certificate.h"

// `loss`: what may be lost, above 0, below 1. Thresholds are those of certificate.h, in its order;
// whatever order the pairs come in, the same is found, if those of a group stand together. Nothing
// holds where there is none such, or where it sends no pair to the small model. The loss of what
// holds may be above what is allowed.
void estimate_find(const struct evidence *pairs, size_t count, double loss,
                   struct certificate *out);

#endif
