// SPDX-License-Identifier: Apache-2.0

#include "request/features.h"

#include "config/route.h"
#include "route/prompt.h"

const struct traits *features_of(struct req *r, const struct config_route *route)
{
    struct prompt p UNSET;
    struct traits *t = arena_get(&r->arena, sizeof *t);
    must(r->asked);
    if (!t)
        return NULL;
    prompt_read(&p, json_root(r->ask.json));
    prompt_traits(&p, &r->ask.demand, traits_task(p.template, route->name, r->key->tenant), t);
    return t;
}
