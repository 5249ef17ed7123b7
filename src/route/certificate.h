// SPDX-License-Identifier: Apache-2.0
//
// certificate - a threshold that may be promised: with the confidence asked for, what goes to the
// small model costs no more quality than was allowed.
//
//   loss = 1 - quality of the routed answers / quality of the large model's
//
//   threshold  -1 ─────────────────────────────────────► 1
//   to small    0 %        ✓    ✓    ✓    ✓    ✗         100 %
//                                         └ certified
//
// Thresholds are tried in the order of what they risk, each by a wager at the whole risk, and the
// first that does not win ends it (a fixed sequence: nothing is paid for having tried many). They
// are whole multiples of CERTIFICATE_STEP, whatever the pairs say. The pairs must be none that the
// scores were learned from, and none may be left out for what its answers are: where nobody could
// tell how good they are, the small model's is taken to be useless where it would be given, and
// nothing is won where it would not. (Whoever claims that more is lost has the contrary against
// him: there the large model's is useless.)
//
// Pairs that belong together (talks.h) prove what one does: what one of them loses the others do.
// So the wager is over groups, whose pairs are added up. Where some are much larger than others, a
// few would be all that is wagered on: what is beyond a size, chosen by the sizes alone, is taken
// at its worst, and all groups bear it alike. As many there may be more, by chance, where all calls
// are looked at: two standard deviations of a sum of Poisson's, and the largest once more. Of
// longer ones than any that is there nothing is proved.
//
// One test spends the risk wholly. Whoever asks again when more pairs have come has another chance
// to be wrong: of his k-th time promise_at says what it may spend.

#ifndef ROUTE_CERTIFICATE_H
#define ROUTE_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CERTIFICATE_STEPS 256 // of thresholds on either side of 0,
#define CERTIFICATE_STEP  (1.0 / CERTIFICATE_STEPS)
#define CERTIFICATE_NONE  (-1.0) // a threshold that no score is below

// A call that both models answered. Where calls are not all as likely to be, each weighs the least
// odds of any call over its own: of all that there may be, not of those at hand, or the calls that
// lose most may be the ones of which none has come yet.
struct evidence {
    float score;        // what the large one was expected to be better by
    float weak, strong; // quality, 0..1
    float weight;       // of it: above 0, at most 1
    bool unjudged;      // the qualities mean nothing: the worst that they can be is taken
    uint64_t group;     // that it belongs to; 0: to none
    uint32_t place[2];  // set by certificate_shuffle: of its group, and in it
};

struct promise {
    double loss; // at most: above 0, below 1
    double risk; // 1 - confidence
};

// The same at the k-th of any number of times, from 1 on: at risk / (k (k + 1)), which is `risk`
// for all of them together.
struct promise promise_at(const struct promise *p, unsigned time);

struct certificate {
    bool holds;       // a share above nothing goes to the small model
    double threshold; // scores below it go there; where nothing holds, none does
    double share;     // of the calls that go there
    double loss;      // in the pairs: an estimate, which may be less than 0
    double worth;     // of the large model's answers to them: what that is a share of
};

// Puts them into an order that tells nothing of what they are, and is the same whatever order they
// came in: sorted, and then drawn by dice that begin with what they are. A group stays together.
void certificate_shuffle(struct evidence *pairs, size_t count);
// Behind the last pair of the group that `from` is of, of those in that order; it is below `count`.
size_t certificate_group_end(const struct evidence *pairs, size_t count, size_t from);
size_t certificate_largest(const struct evidence *pairs, size_t count); // group; 0: there is none
// How many pairs of a group are looked at, where a loss of so much is to be told. The pairs are in
// the order of certificate_shuffle.
size_t certificate_unit(const struct evidence *pairs, size_t count, double loss);
// How many pairs are beyond that many of their groups, and may be, by chance, among as many calls.
double certificate_beyond(const struct evidence *pairs, size_t count, size_t unit);
// How many judged pairs that belong to no other ones prove as much as all of these may at best. In
// the same order.
double certificate_units(const struct evidence *pairs, size_t count, double loss);
// What holds now. The pairs are shuffled first.
void certificate_test(struct evidence *pairs, size_t count, const struct promise *p,
                      struct certificate *out);
// What one threshold does in the pairs; `holds` is not asked.
void certificate_at(const struct evidence *pairs, size_t count, double threshold,
                    struct certificate *out);
// An estimate of what the threshold loses at most, in steps of 0.1 %: the least loss that it would
// be proved to stay below at that risk, had it not been chosen by these pairs, and never less than
// it loses in them; 1 where there is none. No promise: the risk was spent on the threshold. They
// are taken in their order, which must tell nothing of them, groups together: shuffle them first.
double certificate_loss_upper(const struct evidence *pairs, size_t count, double threshold,
                              double risk);
// The same of what is certified, which is promised to lose no more than `p` says: never above that,
// unless it loses more in them.
double certificate_promised_upper(const struct evidence *pairs, size_t count,
                                  const struct certificate *c, const struct promise *p);
// What a threshold is said to lose: less than `loss`, or more.
struct claim {
    double threshold;
    double loss; // from -1, twice as good as the large one, to 1
    bool more;
    double risk;
    size_t unit; // pairs of a group that are looked at; 0: what certificate_unit says of that loss
};
// They prove it at that risk, taken in their order. Nothing is paid for having tried many claims
// that way, where one stops at the first that is not proved.
bool certificate_proves(const struct evidence *pairs, size_t count, const struct claim *c);

#endif
