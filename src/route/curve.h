// SPDX-License-Identifier: Apache-2.0
//
// curve - how good a router's scores are: what quality each share of calls to the large model buys.
//
//   quality                    PGR     (quality - weak) / (strong - weak)
//   strong |            ....*  APGR    area under PGR against the share: .5 by chance
//          |      ..*''        CPT(x)  least share of large calls whose PGR reaches x
//          |   .*'             saving  1 - cost / cost of large alone, at the least share
//   weak   |*______________            that keeps x of the large model's quality
//           0    share    1

#ifndef ROUTE_CURVE_H
#define ROUTE_CURVE_H

#include <stdbool.h>
#include <stddef.h>

// One call that was answered by both: qualities in 0..1, and the router's score: the higher, the
// more it belongs to the large model.
struct judged {
    float score, weak, strong;
};

struct curve {
    double apgr, cpt50, cpt80;
    double save95, save99;
};

// Sorts the outcomes by score. Calls of one score stand for their mean. `ratio`: price of a small
// call against a large one; `tried`: the small one is paid for each call (a cascade). Where the
// large model is no better in the mean, there is no PGR: apgr is .5, cpt50 and cpt80 their share by
// chance.
void curve_of(struct judged *outcomes, size_t count, double ratio, bool tried, struct curve *out);
// What chance reaches, for comparison: exact.
void curve_of_chance(const struct judged *outcomes, size_t count, double ratio, struct curve *out);

// At one threshold: calls whose score is at least it go to the large model.
struct at_threshold {
    double share_weak, loss; // loss = 1 - quality / quality of the large model alone
};
void curve_at(const struct judged *outcomes, size_t count, double threshold,
              struct at_threshold *out);

#endif
