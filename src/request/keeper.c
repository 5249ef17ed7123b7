// SPDX-License-Identifier: Apache-2.0

#include "request/keeper.h"

#include "base/map.h"
#include "gate/kept.h"

static const struct config_provider *provider_of(const struct req *r, unsigned provider)
{
    return &r->view->snapshot->config->providers[provider];
}

void keeper_find(struct req *r)
{
    struct str id = r->ask.demand.stored;
    r->stored = id.len ? map_hash(str_clip(id, sizeof r->attempt.meter.id - 1)) : 0;
    r->keeper = r->stored ? sessions_find(r->view->snapshot->keepers, r->stored, INT64_MAX,
                                          r->start_mono_us)
                          : 0;
}

bool keeper_may(const struct req *r, unsigned provider)
{
    return !r->keeper ||
           ((r->keeper ^ kept_number(provider_of(r, provider)->name, NULL)) & ~KEPT_KEY_BITS) == 0;
}

bool keeper_binds(const struct req *r)
{
    return r->keeper && keeper_may(r, r->attempt.target.provider);
}

void keeper_pin(const struct req *r, struct plan *p)
{
    unsigned i = 0;
    while (i < p->count && (p->list[i].out || !keeper_may(r, p->list[i].target.provider)))
        i++;
    for (unsigned k = 0; i < p->count && k < p->count; k++)
        if (!p->list[k].out && !keeper_may(r, p->list[k].target.provider))
            p->list[k].out = "kept elsewhere";
}

int keeper_lane(const struct req *r, unsigned provider)
{
    const struct config_provider *p = provider_of(r, provider);
    if (r->keeper & KEPT_KEY_BITS)
        for (unsigned i = 0; i < p->key_count; i++)
            if (r->keeper == kept_number(p->name, p->keys[i].secret))
                return (int)i;
    return -1;
}

void keeper_note(const struct req *r)
{
    const struct attempt *a = &r->attempt;
    struct sessions *keepers = r->view->snapshot->keepers;
    if (!a->metering || a->upstream_status >= 400 || a->translation)
        return;
    uint64_t number = kept_number(a->provider->name, attempt_key(a));
    if (r->found.endpoint == ENDPOINT_RESPONSES && a->meter.id[0])
        sessions_keep(keepers, map_hash(str_of(a->meter.id)), number, r->start_mono_us);
    if (r->stored)
        sessions_keep(keepers, r->stored, number, r->start_mono_us);
}
