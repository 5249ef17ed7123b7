// SPDX-License-Identifier: Apache-2.0
//
// moved - what a budget has spent before its window was changed. Its accounts of the other windows
// stay, and say what was charged to this very budget; what of that lies in the window of now counts
// there, too, else a changed window would give the whole limit anew.
//
//     month    |==== charged to the month's account ====|
//     day                                   |== of now: the rows since its start ==|
//
// Another account whose window lies within is taken whole, without reading a row. Of one that
// reaches out of it the rows are read; where some of them were deleted (`keep`), all that they came
// to counts. It is kept as an adjustment of the account, and given once.
//
// So who is given it waits until all rows of earlier processes are there. Who only looks does not:
// what such rows will charge is set aside in their accounts (lease.h), and counts where the account
// lies within; of one that reaches out each row counts when it is there.

#ifndef STORE_MOVED_H
#define STORE_MOVED_H

#include <sqlite3.h>

#include "budget/accounts.h"
#include "store/stretch.h"

#define MOVED_WHY "its window was changed" // of the adjustment

// Whether the budget has accounts of other windows that share a moment with this one. False in
// *out when the database failed, too: then so does what follows.
bool moved_any(sqlite3 *db, const struct account_key *key) MUST_USE;
struct moved {      // 10^-9 USD; both end at the largest number
    int64_t more;   // of them counts there and does not yet
    int64_t before; // was given before
    int64_t epoch;  // given: of accounts of earlier ones, what is set aside counts, too; 0: of none
};
// `open` (NULL: none): what calls without a row are charged in accounts; out->more: what of that
// the account itself is to be given. `rows` stays, for the accounts that are asked for next. False
// when the database failed, or memory ended.
bool moved_read(sqlite3 *db, const struct account_key *key, const struct charges *open,
                struct stretch *rows, struct moved *out) MUST_USE;

#endif
