// SPDX-License-Identifier: Apache-2.0

#include "request/features.h"

#include "config/route.h"
#include "route/prompt.h"

const struct traits *features_of(struct req *r, const struct config_route *route,
                                 const struct prompt *prompt)
{
    struct traits *t = arena_get(&r->arena, sizeof *t);
    uint64_t task = traits_task(prompt->template, route->name, r->key->tenant);
    must(r->asked);
    if (t)
        prompt_traits(prompt, &r->ask.demand, task, t);
    return t;
}
