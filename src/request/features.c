// SPDX-License-Identifier: Apache-2.0

#include "request/features.h"

#include "request/plan.h"
#include "wire/prompt.h"

void features_of(const struct req *r, struct traits *out)
{
    struct prompt p;
    must(r->asked && r->plan);
    prompt_read(&p, json_root(r->ask.json));
    const struct traits_source source = {
        .demand = &r->ask.demand,
        .system = p.system,
        .texts = p.texts,
        .count = p.count,
        .task = traits_task(p.system, r->plan->route->name, r->key->tenant)};
    traits_of(&source, out);
}
