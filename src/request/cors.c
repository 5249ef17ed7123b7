// SPDX-License-Identifier: Apache-2.0

#include "request/cors.h"

#include "request/req.h"

static struct str allowed_origin(const struct config *c, struct exchange *x)
{
    if (c->cors_count == 0)
        return STR_NONE;
    struct str origin = head_get(exchange_request(x), "origin", NULL);
    for (unsigned i = 0; i < c->cors_count; i++)
        if (origin.len && str_eq(c->cors[i], origin))
            return origin;
    return STR_NONE;
}

void cors_fields(const struct config *c, struct exchange *x)
{
    struct str origin = allowed_origin(c, x);
    if (origin.len == 0)
        return;
    exchange_field(x, str_of("access-control-allow-origin"), origin);
    exchange_field(x, str_of("vary"), str_of("Origin"));
    exchange_field(x, str_of("access-control-expose-headers"),
                   str_of("x-request-id, x-costlens-request-id, x-costlens-model, "
                          "x-costlens-provider, x-costlens-cost, x-costlens-price-state, "
                          "x-costlens-usage, x-costlens-reason, x-costlens-saved, "
                          "x-costlens-attempts, x-costlens-remaining, "
                          "x-costlens-held, x-costlens-max-tokens-injected, retry-after"));
}

bool cors_preflight(struct req *r)
{
    const struct config *c = r->view->snapshot->config;
    const struct head *h = exchange_request(r->x);
    if (!str_is(h->method, "OPTIONS") || allowed_origin(c, r->x).len == 0)
        return false;
    exchange_begin(r->x, 204);
    cors_fields(c, r->x);
    exchange_field(r->x, str_of("access-control-allow-methods"), str_of("GET, POST, OPTIONS"));
    struct str asked = head_get(h, "access-control-request-headers", NULL);
    if (asked.len)
        exchange_field(r->x, str_of("access-control-allow-headers"), asked);
    exchange_field(r->x, str_of("access-control-max-age"), str_of("600"));
    exchange_head(r->x, 0);
    exchange_end(r->x);
    return true;
}
