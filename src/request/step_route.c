// SPDX-License-Identifier: Apache-2.0
//
// route - which provider, which model there, at which price.

#include "base/limits.h"
#include "request/req.h"

const struct sheet *route_sheet(const struct req *r, struct str model)
{
    return provider_sheet(r->view->snapshot, r->attempt.provider, model);
}

enum flow step_route(struct req *r)
{
    struct buf detail;
    buf_init(&detail, &alloc_heap, 2 * KIB);
    struct str asked = arena_dup(&r->arena, r->ask.demand.model);
    r->attempt.entry.model_asked = asked;
    struct wanted wanted = {.key = r->key, .dialect = r->dialect, .model = asked};
    enum refusal refusal = resolve(r->view->snapshot, &wanted, &r->attempt.target, &detail);
    if (refusal != REFUSAL_NONE) {
        enum flow flow = req_refuse(r, refusal, "%.*s", STR_ARG(buf_str(&detail)));
        buf_fini(&detail);
        return flow;
    }
    buf_fini(&detail);
    r->attempt.provider = &r->view->snapshot->config->providers[r->attempt.target.provider];
    r->attempt.sheet = route_sheet(r, r->attempt.target.model);
    return NEXT;
}
