// SPDX-License-Identifier: Apache-2.0
//
// breakeven - does it pay to ask the small model first?
//
//   all of the small model's attempts, and the large one's where it was asked after all
//      against the large one's alone:      small + escalated x large  <  large
//   divided by the large one's:            k x ratio + escalated share  <  1
//
// k is how many small attempts a call takes (two where a second small model has to agree), ratio
// what one of them costs of a large one's. Both come from the route's own latest calls.

#ifndef VERIFY_BREAKEVEN_H
#define VERIFY_BREAKEVEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/decimal.h"
#include "base/must.h"

#define BREAKEVEN_LEAST 30  // calls, before it is judged
#define BREAKEVEN_KEPT  512 // calls at most that count; then all is halved

// Money is in picodollars.
struct breakeven {
    uint64_t calls;     // that began at the small side, with a verdict
    uint64_t escalated; // of them
    uint64_t small;     // attempts
    uint64_t unpriced;  // calls of which not every cost is known: they do not count in money
    uint64_t unended;   // of them, those that came to no end, by which it were
    uint128 small_cost, large_cost;
};

// One call: its small attempts, what they cost, and what the large side alone costs (would have, if
// it was not asked). `priced` false: the costs are not known; `unended`: since it came to no good
// end, and not for want of a price. `learning`: what is usual of a small
// model's sureness was not known yet; that it was escalated tells nothing of the calls to come.
struct breakeven_call {
    unsigned small;
    bool escalated;
    bool priced;
    uint128 small_cost, large_cost;
    bool learning;
    bool unended;
};

extern const struct breakeven_call breakeven_untried; // nothing was asked yet
void breakeven_add(struct breakeven *b, const struct breakeven_call *call);

// An attempt of a call, as it has ended.
struct breakeven_attempt {
    bool judged;   // verifiers have looked at its answer, which is the small side's,
    bool good;     // ... and none has refused it
    bool large;    // it was the large side's
    bool followed; // another one followed it
    bool answered; // it came to a good end
    bool priced;   // what it cost is known:
    uint64_t cost;
    bool compared; // judged: so is what the large side would have cost alone:
    uint64_t large_cost;
};
// Adds it to its call's. True: that has ended, and is to be counted. One that ends with an answer
// that nobody judged was escalated where it is the large side's, else it says nothing.
bool breakeven_attempt(struct breakeven_call *call, const struct breakeven_attempt *a) MUST_USE;

// None of it is less than it is: what is not whole is rounded up.
struct breakeven_sum {
    bool known; // enough calls, and their prices; or every one of them was escalated, which pays
                // at no price
    bool pays;
    bool unpriced; // it is not, though as many calls as would do were without all their prices,
    bool unended;  // ... or would do with those that came to no end
    uint32_t escalated_ppm; // of the calls
    uint32_t small_milli;   // k, in thousandths
    uint32_t ratio_ppm;     // of prices, per attempt; at most UINT32_MAX
    uint64_t all_ppm;       // escalated share + k x ratio, where that is known, too; at most
                            // UINT32_MAX; below 1,000,000 it pays
};

struct breakeven_sum breakeven_sum(const struct breakeven *b);

#endif
