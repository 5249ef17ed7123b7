// SPDX-License-Identifier: Apache-2.0

#include "gate/kept.h"

#include "base/clock.h"
#include "base/map.h"
#include "store/kept.h"

#define TENANT   "default" // the only one there is yet
#define SPAN_US  (30 * DAY_US)
#define ATTEMPTS 8192 // the latest: some hundredths of a second

_Static_assert(PROVIDER_KEYS_MAX < KEPT_KEY_BITS, "a key's place fits");

uint64_t kept_number(struct str provider, int key)
{
    return (map_hash(provider) & ~KEPT_KEY_BITS) | (uint64_t)(key + 1);
}

// A provider of another dialect keeps nothing that such a call could name.
static bool is_its_own(const struct config *c, struct str provider)
{
    unsigned i = 0;
    while (i < c->provider_count && !str_eq(c->providers[i].name, provider))
        i++;
    return i < c->provider_count && c->providers[i].dialect == DIALECT_OPENAI;
}

static void hear(void *context, struct str provider, struct str id)
{
    const struct kept_recall *k = context;
    if (is_its_own(k->config, provider))
        sessions_keep(k->keepers, map_hash(id), kept_number(provider, KEPT_ANY_KEY),
                      clock_mono_us());
}

enum status kept_recall(const struct kept_recall *k, struct why *why)
{
    const struct kept_query q = {.tenant = STR(TENANT),
                                 .endpoint = str_of(endpoint_name(ENDPOINT_RESPONSES)),
                                 .since_us = k->began_us - SPAN_US,
                                 .most = ATTEMPTS};
    struct kept_recall mine = *k;
    return store_kept_each(k->store, &q, hear, &mine, why);
}
