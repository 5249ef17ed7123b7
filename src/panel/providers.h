// SPDX-License-Identifier: Apache-2.0
//
// providers - who serves models, and how they fare now.

#ifndef PANEL_PROVIDERS_H
#define PANEL_PROVIDERS_H

#include "panel/verb.h"

// {"providers":[{"name","dialect","vendor","url","keys","list":"open"|"closed","models":[...],
// "breaker":{"failures","turn_ms"}}]}: those of the configuration, in its order.
enum status providers_list(struct verb_call *c, struct why *why) MUST_USE;
// {"providers":[{"name","models":[{"model","breaker","bar","wait_ms","answered","failed","opened",
// "passed_over","keys":[{"key","wait_ms","left":{"requests",...}}],"ttft_ms","duration_ms"}]}]}: of
// each the models that were asked since the gateway began. `bar`: why it is passed over, or null.
// Times that are not known are null. `left`: of the rate limits that the provider tells.
enum status providers_status(struct verb_call *c, struct why *why) MUST_USE;
// {"events":[{"time","event":"opened"|"closed","provider","model","status","request"}]}: what the
// breakers did, the latest last; `status`: of the answer by which, null where there was none.
enum status providers_events(struct verb_call *c, struct why *why) MUST_USE;
// How they fare, for /metrics.
void providers_metrics(struct gate *g, struct buf *out);

#endif
