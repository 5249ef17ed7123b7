// SPDX-License-Identifier: Apache-2.0
//
// captured - what a call that was sent is taken to have used where nobody tells it: its input
// estimated, the most output there can be. Of a call with a bound (budget/bound.h) it is no more
// than that allows, so that its row never tells more than its budgets held for it.

#ifndef REQUEST_CAPTURED_H
#define REQUEST_CAPTURED_H

#include "core/demand.h"
#include "core/sheet.h"
#include "wire/dialect.h"

struct captured_call {
    enum endpoint endpoint;
    const struct demand *demand;
    const struct sheet *sheet; // of the model that is sent; NULL: no price is known
    unsigned flags;            // of the vendor that it goes to (vendor_flags)
    int64_t input_most;        // tokens that its bound was made of, of all prompts, and
    int64_t output_most;       // ... of all answers; 0: it has no bound
};

void captured_usage(const struct captured_call *c, struct usage *u);

#endif
