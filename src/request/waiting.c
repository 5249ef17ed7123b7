// SPDX-License-Identifier: Apache-2.0

#include "request/waiting.h"

enum waiting_is waiting_look(struct waiting *w, bool for_store, int64_t now_us, int64_t *until_us)
{
    if (!w->queued || (for_store && !w->for_store))
        w->store_us = now_us + WAITING_STORE_US;
    w->queued = true;
    w->for_store = for_store;
    bool patient = w->patience_us > 0;
    bool to_store = for_store && !(patient && w->patience_us < w->store_us);
    *until_us = to_store ? w->store_us : w->patience_us;
    if (now_us < *until_us)
        return WAITING_ON;
    w->patience_us = 0;
    return to_store ? WAITING_FAILED : WAITING_ENOUGH;
}
