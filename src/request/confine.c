// SPDX-License-Identifier: Apache-2.0

#include "request/confine.h"

// Where another small model runs is not known here.
static bool sends_away(const struct config_verifier *v)
{
    return v->kind == VERIFIER_AGREE || (v->kind == VERIFIER_HTTP && !host_is_private(v->url.host));
}

const struct config_route *confine(const struct config_route *route, struct arena *arena)
{
    if (route->local_only)
        return route;
    struct config_route *own = arena_new(arena, struct config_route);
    struct config_verifier *kept =
        arena_array(arena, struct config_verifier, (size_t)route->verifier_count + 1);
    if (!own || !kept)
        return NULL;
    *own = *route;
    own->local_only = true;
    own->shadow.on = false;
    own->verifiers = kept;
    own->verifier_count = 0;
    for (unsigned i = 0; i < route->verifier_count; i++) {
        if (!sends_away(&route->verifiers[i]))
            kept[own->verifier_count++] = route->verifiers[i];
    }
    return own;
}
