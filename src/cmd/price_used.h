// SPDX-License-Identifier: Apache-2.0
//
// price_used - prices that changed, of models that are called.

#ifndef CMD_PRICE_USED_H
#define CMD_PRICE_USED_H

#include "base/json.h"
#include "cmd/pricing.h"

// Of a report by model: which prices of its models changed in its time, a line each on stdout; or
// as the member `price_changes` before the end of the report's own text.
void price_used_print(const struct cli *cli, const struct json *report);
void price_used_write(const struct cli *cli, const struct json *report, struct buf *text);
// After an import: which models of the last 30 days have another price now than in `before`, and
// what their tokens would cost; on stderr. Nothing where there is no store.
void price_used_after(const struct cli *cli, const struct pricing *before);

#endif
