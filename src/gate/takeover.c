// SPDX-License-Identifier: Apache-2.0

#include "gate/takeover.h"

#include "base/clock.h"
#include "base/log.h"
#include "gate/resolve.h"
#include "tariff/change.h"

#define USED_US (30 * DAY_US)

struct takeover {
    const struct snapshot *old, *fresh;
    int64_t now_us;
};

static const struct sheet *sheet_of(const struct snapshot *s, struct str provider, struct str model)
{
    for (unsigned i = 0; i < s->config->provider_count; i++)
        if (str_eq(s->config->providers[i].name, provider))
            return provider_sheet(s, &s->config->providers[i], model);
    return NULL;
}

static void say(void *context, struct str provider, struct str model)
{
    const struct takeover *t = context;
    struct change c;
    struct buf line;
    const struct sheet *old = sheet_of(t->old, provider, model);
    const struct sheet *fresh = sheet_of(t->fresh, provider, model);
    if (!fresh)
        return;
    fresh = sheet_at(fresh, t->now_us);
    change_between(old ? sheet_at(old, t->now_us) : NULL, fresh, t->now_us, &c);
    if (c.kind == CHANGE_NONE || (c.kind == CHANGE_NEW && sheet_silent(fresh)))
        return;
    buf_init(&line, &alloc_heap, 0);
    change_line(&line, &c);
    log_say(LOG_INFO, "the price of %.*s/%.*s has changed (USD/Mtok, or for one): %s; from %.*s",
            STR_ARG(provider), STR_ARG(model), buf_cstr(&line), STR_ARG(fresh->source));
    buf_fini(&line);
}

void takeover_log(const struct snapshot *old, const struct snapshot *fresh, struct store *store)
{
    struct why why = {0};
    struct takeover t = {old, fresh, clock_wall_us()};
    if (str_eq(catalog_version(old->catalog), catalog_version(fresh->catalog)))
        return;
    log_say(LOG_INFO, "the price book has changed: version %.*s, before it %.*s",
            STR_ARG(catalog_version(fresh->catalog)), STR_ARG(catalog_version(old->catalog)));
    if (store_models_used(store, t.now_us - USED_US, say, &t, &why) != STATUS_OK)
        log_say(LOG_WARN, "the models in use are not known: %s", why.text);
}
