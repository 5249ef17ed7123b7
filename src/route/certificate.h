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
// One test spends the risk wholly. Whoever asks again when more pairs have come has another chance
// to be wrong: of his k-th time promise_at says what it may spend.

#ifndef ROUTE_CERTIFICATE_H
#define ROUTE_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>

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
// came in: sorted, and then drawn by dice that begin with what they are.
void certificate_shuffle(struct evidence *pairs, size_t count);
// What holds now. The pairs are shuffled first.
void certificate_test(struct evidence *pairs, size_t count, const struct promise *p,
                      struct certificate *out);
// What one threshold does in the pairs; `holds` is not asked.
void certificate_at(const struct evidence *pairs, size_t count, double threshold,
                    struct certificate *out);
// An estimate of what the threshold loses at most, in steps of 0.1 %: the least loss that it would
// be proved to stay below at that risk, had it not been chosen by these pairs, and never less than
// it loses in them; 1 where there is none. No promise: the risk was spent on the threshold. They
// are taken in their order, which must tell nothing of them: shuffle them first.
double certificate_loss_upper(const struct evidence *pairs, size_t count, double threshold,
                              double risk);
// What a threshold is said to lose: less than `loss`, or more.
struct claim {
    double threshold;
    double loss; // from -1, twice as good as the large one, to 1
    bool more;
    double risk;
};
// They prove it at that risk, taken in their order. Nothing is paid for having tried many claims
// that way, where one stops at the first that is not proved.
bool certificate_proves(const struct evidence *pairs, size_t count, const struct claim *c);

#endif
