// SPDX-License-Identifier: Apache-2.0

#include "request/unfit.h"

#include "core/ability.h"
#include "gate/able.h"
#include "request/matching.h"

#define TOKEN_BYTES_MOST 8 // on average: a call has hardly fewer tokens than that makes

static unsigned asks(const struct demand *d)
{
    return (d->tools > 0 ? ABILITY_TOOLS : 0U) | (d->images > 0 ? ABILITY_VISION : 0U) |
           (d->schema ? ABILITY_SCHEMA : 0U);
}

// An Ollama's longest answer gives way to what is left of the context; others refuse what is both
// together too much.
static bool is_too_long(const struct req *r, const struct config_provider *p, int64_t context,
                        int64_t tokens)
{
    int64_t answer = p->dialect == DIALECT_OLLAMA ? 0 : r->ask.demand.output_max;
    return context > 0 && (tokens > context || answer > context - tokens);
}

static const char *unfit_for(const struct req *r, const struct config_route *route,
                             const struct target *t, int64_t tokens)
{
    const struct config_provider *p = &r->view->snapshot->config->providers[t->provider];
    struct able able;
    able_of(r->view->snapshot, p, t->model, &able);
    if (able.gone)
        return "not there";
    if (route->local_only && !able_stays(r->view->snapshot, p, t->model))
        return able.unread ? "not known to be local" : "not local";
    const unsigned require = route->require | asks(&r->ask.demand);
    const char *lacks = able_short(&able, require, route->require_context);
    if (lacks)
        return lacks;
    return is_too_long(r, p, able.context, tokens) ? "context" : NULL;
}

const char *unfit(const struct req *r, const struct config_route *route, const struct target *t)
{
    return unfit_for(r, route, t, matching_tokens(r));
}

const char *unfit_call(const struct req *r, const struct target *t)
{
    static const struct config_route any = {.require = 0};
    int64_t tokens = r->ask.demand.text_bytes / TOKEN_BYTES_MOST;
    return endpoint_makes_output(r->found.endpoint) ? unfit_for(r, &any, t, tokens) : NULL;
}
