// SPDX-License-Identifier: Apache-2.0
//
// routed - what routes made of their calls: how many the small side answered, how many were
// escalated, and what was saved, less what it cost to ask the other side and judges, whatever came
// of that: by the ledger's rows.
//
//   saved = the last attempt's tokens at the large side's first model  -  what all attempts cost
//           (one that came to no end: its own cost where it was at the large side, else 0)
//   net   = saved  -  the rows of the key `shadow:ROUTE`

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
// Those of one route: "calls", and as above.
void routed_write(const struct routed *r, struct str route, struct json_out *o);
// Of the calls of a span, of all routes. A status of the store, or NO_MEMORY.
enum status routed_open(struct routed *r, struct store *s, const struct span *span,
                        struct why *why) MUST_USE;
// Of the calls of a span. False when the ledger cannot be read, or memory ends.
bool routed_read(struct routed *r, sqlite3 *db, int64_t tenant, const struct span *span) MUST_USE;

#endif
