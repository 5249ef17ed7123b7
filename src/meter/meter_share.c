// SPDX-License-Identifier: Apache-2.0
//
// The list of the requests behind an answer. Few answers have one, so it is not in the meter.

#include "meter/meter_part.h"

bool shares_begin(struct meter *m)
{
    if (!m->shares)
        m->shares = alloc_get(m->alloc, sizeof *m->shares);
    if (!m->shares) {
        usage_doubt(&m->usage);
        return false;
    }
    m->shares->count = 0;
    m->shares->outer = m->shares->apart = (struct meter_parts)METER_NO_PARTS;
    return true;
}

void shares_drop(struct meter *m)
{
    if (m->shares)
        m->shares->count = 0;
}

// The place of one more. In a list half full it is that of the same model: of their prompts the
// longest counts then. NULL when there is none.
static struct meter_share *place_for(struct meter_shares *l, struct str model)
{
    for (unsigned i = 0; l->count >= METER_SHARES_MAX / 2 && i < l->count; i++) {
        if (str_eq(str_of(l->at[i].model), model))
            return &l->at[i];
    }
    if (l->count == METER_SHARES_MAX)
        return NULL;
    struct meter_share *s = &l->at[l->count];
    *s = (struct meter_share){0};
    if (!str_copy(model, s->model, sizeof s->model))
        return NULL;
    l->count++;
    return s;
}

struct meter_share *share_add(struct meter *m, struct str model, const struct usage *u)
{
    struct meter_share *s = place_for(m->shares, model);
    if (!s) {
        usage_doubt(&m->usage);
        return NULL;
    }
    for (unsigned i = 0; i < BUCKET_COUNT; i++)
        s->usage.count[i] = count_add(s->usage.count[i], u->count[i]);
    s->usage.prompt = count_larger(s->usage.prompt, u->prompt);
    return s;
}

const struct meter_share *meter_share_at(const struct meter *m, unsigned i)
{
    return m->shares && i < m->shares->count ? &m->shares->at[i] : NULL;
}
