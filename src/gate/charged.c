// SPDX-License-Identifier: Apache-2.0

#include "gate/charged.h"

const struct sheet charged_nothing = {.free = true};

bool charged_elsewhere(const struct snapshot *s, const struct config_provider *p, struct str model)
{
    struct local *l = snapshot_local(s, p);
    struct local_model m UNSET;
    return l && local_find(l, model, &m) && m.remote;
}

const struct sheet *charged_by(const struct config_provider *p, struct str model, bool elsewhere,
                               const struct sheet *sheet)
{
    if (!elsewhere && provider_free(p, model, sheet))
        return &charged_nothing;
    return elsewhere && sheet && sheet_names(sheet, BUCKET_BUSY) ? NULL : sheet;
}
