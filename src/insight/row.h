// SPDX-License-Identifier: Apache-2.0
//
// row - a ledger row read back into an entry, for what shows single calls.

#ifndef INSIGHT_ROW_H
#define INSIGHT_ROW_H

#include <sqlite3.h>
#include <stdbool.h>

#include "core/entry.h"
#include "store/ledger.h"

#define ROW_NAME(column) "(SELECT text FROM name WHERE id = " column ")"
// A SELECT that row_read understands; a WHERE on `call c` comes behind it.
// clang-format off
#define ROW_SELECT                                                                                 \
    "SELECT c.start_us, c.id, c.attempt, "                                                         \
    ROW_NAME("c.tenant") ", " ROW_NAME("k.team") ", "                                              \
    ROW_NAME("k.project") ", " ROW_NAME("k.key") ", "                                              \
    ROW_NAME("c.user") ", " ROW_NAME("k.provider") ", "                                            \
    ROW_NAME("k.model") ", " ROW_NAME("k.model_asked") ", "                                        \
    ROW_NAME("k.model_answered") ", " ROW_NAME("k.endpoint") ", "                                  \
    ROW_NAME("k.route") ", " ROW_NAME("c.error") ", "                                              \
    ROW_NAME("k.price_version") ", " ROW_NAME("k.price_name") ", "                                 \
    "k.outcome, k.price_state, k.sure, k.service, k.flags, k.http_status, c.ttft_us, "             \
    "c.duration_us, c.overhead_us, c.cost_pd, c.reported_pd, c.upstream_id, c.tags, "              \
    "c.price_parts, " LEDGER_BUCKETS ", c.reasoning, c.prompt, c.load_us, c.queue_us, c.charge "   \
    "FROM call c "                                                                                 \
    "CROSS JOIN kind k ON k.id = c.kind "
// clang-format on

// The next row; slices live until the one after it. False at the end, *status OK, and when it
// cannot be read or no entry can be such a row, *status and `why` saying so: none is passed over.
bool row_next(sqlite3_stmt *s, struct entry *e, enum status *status, struct why *why) MUST_USE;
// Since when there are rows, where older ones of [from_us, until_us) were deleted; 0 = none were.
// False when it cannot be read.
bool row_since(sqlite3 *db, struct str tenant, int64_t from_us, int64_t until_us,
               int64_t *since_us) MUST_USE;
// {"request",…}: everything that is known of it.
void row_write(const struct entry *e, struct buf *json);

#endif
