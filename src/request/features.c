// SPDX-License-Identifier: Apache-2.0

#include "request/features.h"

#include "config/route.h"
#include "wire/prompt.h"

const struct traits *features_of(struct req *r, const struct config_route *route)
{
    struct prompt p;
    struct traits *t = arena_get(&r->arena, sizeof *t);
    must(r->asked);
    if (!t)
        return NULL;
    prompt_read(&p, json_root(r->ask.json));
    const struct traits_source source = {.demand = &r->ask.demand,
                                         .system = p.system,
                                         .texts = p.texts,
                                         .count = p.count,
                                         .task =
                                             traits_task(p.system, route->name, r->key->tenant)};
    traits_of(&source, t);
    return t;
}
