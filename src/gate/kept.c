// SPDX-License-Identifier: Apache-2.0

#include "gate/kept.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/secret.h"
#include "core/tenant.h"
#include "store/kept.h"

#define SPAN_US  (30 * DAY_US)
#define ATTEMPTS 8192 // the latest: some hundredths of a second

uint64_t kept_number(struct str provider, const struct secret *key)
{
    uint64_t bits = key ? secret_hash(key) & KEPT_KEY_BITS : 0;
    return (map_hash(provider) & ~KEPT_KEY_BITS) | (key && bits == 0 ? 1 : bits);
}

// A provider of another dialect keeps nothing that such a call could name.
static bool is_its_own(const struct config *c, struct str provider)
{
    unsigned i = 0;
    while (i < c->provider_count && !str_eq(c->providers[i].name, provider))
        i++;
    return i < c->provider_count && c->providers[i].dialect == DIALECT_OPENAI;
}

struct hearing {
    const struct kept_recall *k;
    int64_t mono_us; // when the gateway began
};

// As if it came just now, but as long ago as it did: of too many the oldest are forgotten.
static void hear(void *context, const struct store_kept *one)
{
    const struct hearing *h = context;
    int64_t ago_us = h->k->began_us > one->start_us ? h->k->began_us - one->start_us : 0;
    if (is_its_own(h->k->config, one->provider))
        sessions_keep(h->k->keepers, map_hash(one->id), kept_number(one->provider, NULL),
                      h->mono_us - ago_us);
}

enum status kept_recall(const struct kept_recall *k, struct why *why)
{
    const struct kept_query q = {.tenant = STR(TENANT),
                                 .endpoint = str_of(endpoint_name(ENDPOINT_RESPONSES)),
                                 .since_us = k->began_us - SPAN_US,
                                 .most = ATTEMPTS};
    struct hearing mine = {k, clock_mono_us()};
    return store_kept_each(k->store, &q, hear, &mine, why);
}
