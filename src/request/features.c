// SPDX-License-Identifier: Apache-2.0

#include "request/features.h"

#include "config/route.h"
#include "route/prompt.h"

void features_of(const struct req *r, const struct config_route *route, const struct prompt *prompt,
                 struct traits *out)
{
    must(r->asked);
    prompt_traits(prompt, &r->ask.demand,
                  traits_task(prompt->template, route->name, r->key->tenant), out);
}
