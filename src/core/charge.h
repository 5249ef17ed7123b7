// SPDX-License-Identifier: Apache-2.0
//
// charge - what one attempt of a call held in the accounts of its budgets, and what it was charged
// there: the same in each. It stands in the journal's record and in the ledger's row, packed alike.

#ifndef CORE_CHARGE_H
#define CORE_CHARGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define CHARGE_ACCOUNTS_MAX 16 // of one call
#define CHARGE_PACKED_MAX   ((CHARGE_ACCOUNTS_MAX + 2) * 9)

struct charge {
    int64_t held;    // 10^-9 USD, the worst case; >= 0
    int64_t charged; // 10^-9 USD, what its accounts settled it at; >= 0
    unsigned count;  // of accounts; 0: no budget was concerned, and neither amount counts
    uint64_t accounts[CHARGE_ACCOUNTS_MAX]; // their numbers in the store, 1 .. INT64_MAX
};

// `held charged account ...`, each in groups of 7 bits, the lowest first, with the eighth bit set
// in all but the last. Nothing when there is no account.
void charge_pack(const struct charge *c, struct buf *out);
// False on anything that charge_pack cannot have written; `out` then holds nothing of use. Nothing
// is no account.
bool charge_unpack(struct str packed, struct charge *out) MUST_USE;

#endif
