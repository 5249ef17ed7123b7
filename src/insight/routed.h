// SPDX-License-Identifier: Apache-2.0
//
// routed - what routes made of their calls: how many the small side answered, how many were
// escalated, and what was saved, less what the pairs cost by which a route is judged.
//
//   saved = the last attempt's tokens at the large side's first model  -  what all attempts cost

#ifndef INSIGHT_ROUTED_H
#define INSIGHT_ROUTED_H

#include <sqlite3.h>

#include "base/map.h"
#include "insight/asked.h"
#include "insight/sums.h"

#define ROUTED_MAX 4096 // routes; those beyond are not told

struct routed {
    struct sums_more more; // writes them: "small_share","escalated","saved_usd","saved_unknown",
                           // "shadow_usd","saved_net_usd"; null in the row of what no route had
    struct arena arena;
    struct map routes; // struct routed_sums, by name
};

void routed_init(struct routed *r);
void routed_fini(struct routed *r);
// Of the calls of a span. False when the ledger cannot be read, or memory ends.
bool routed_read(struct routed *r, sqlite3 *db, int64_t tenant, const struct span *span) MUST_USE;

#endif
