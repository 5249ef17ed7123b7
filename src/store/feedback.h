// SPDX-License-Identifier: Apache-2.0
//
// feedback - what callers say of the answers they got: a score of 0 (useless) to 1 (as it should
// be), and words. One a call: who says it anew says it instead. It goes with the calls of its time
// (`keep`).

#ifndef STORE_FEEDBACK_H
#define STORE_FEEDBACK_H

#include "base/random.h"
#include "store/store.h"

#define FEEDBACK_COMMENT_MAX 2000 // bytes

struct feedback {
    struct uuid id; // of the call
    int64_t at_us;  // when it was said
    struct str tenant;
    struct str key; // whose call it must be; empty: anybody's
    uint32_t score_ppm;
    struct str comment; // may be empty
};

// UNKNOWN: there is no such call, or it is not that key's: why does not say which. TIMEOUT: the
// ledger is behind. Waits until the ledger has what was written so far, and for its lock, for no
// longer than `patience_ms` together, or a moment: not from a loop.
#define FEEDBACK_PATIENCE_MS 5000
enum status store_feedback_add(struct store *s, const struct feedback *f, int64_t patience_ms,
                               struct why *why) MUST_USE;

#endif
