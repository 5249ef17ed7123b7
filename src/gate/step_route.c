// SPDX-License-Identifier: Apache-2.0
//
// route - which provider, which model there, at which price.

#include "base/limits.h"
#include "gate/req.h"

static struct str price_vendor(const struct config_provider *p)
{
    return p->vendor.len ? p->vendor : p->name;
}

// The user's own price of "provider/model" first, then the vendor's list.
static const struct sheet *sheet_of(const struct req *r, struct str model)
{
    const struct catalog *c = r->view->snapshot->catalog;
    const struct sheet *s = catalog_find(c, r->provider->name, model);
    return s ? s : catalog_find(c, price_vendor(r->provider), model);
}

const struct sheet *route_sheet(const struct req *r, struct str model)
{
    return sheet_of(r, model);
}

enum flow step_route(struct req *r)
{
    struct buf detail;
    buf_init(&detail, &alloc_heap, 2 * KIB);
    struct str asked = arena_dup(&r->arena, r->ask.demand.model);
    r->entry.model_asked = asked;
    struct wanted wanted = {.key = r->key, .dialect = r->dialect, .model = asked};
    enum refusal refusal = resolve(r->view->snapshot, &wanted, &r->target, &detail);
    if (refusal != REFUSAL_NONE) {
        enum flow flow = req_refuse(r, refusal, "%.*s", STR_ARG(buf_str(&detail)));
        buf_fini(&detail);
        return flow;
    }
    buf_fini(&detail);
    r->provider = &r->view->snapshot->config->providers[r->target.provider];
    r->sheet = sheet_of(r, r->target.model);
    return NEXT;
}
