// SPDX-License-Identifier: Apache-2.0
//
// read - the head is here: which path is it?

#include "gate/health.h"
#include "request/cors.h"
#include "request/req.h"

static enum flow not_found(struct req *r, struct str path, enum endpoint_match match)
{
    if (match == MATCH_NEEDS_V1)
        return req_refuse(r, REFUSAL_NOT_FOUND,
                          "Did you mean /v1%.*s? Clients want a base URL "
                          "that ends with /v1.",
                          STR_ARG(path));
    if (match == MATCH_TWICE_V1)
        return req_refuse(r, REFUSAL_NOT_FOUND,
                          "/v1 stands there twice: this client adds its own. Give it the base URL "
                          "without /v1.");
    if (match == MATCH_OLLAMA)
        return req_refuse(r, REFUSAL_NOT_FOUND,
                          "Of Ollama's paths it takes " OLLAMA_PATHS
                          ". Models are pulled and deleted at Ollama itself.");
    return req_refuse(r, REFUSAL_NOT_FOUND, "%.*s is no path of this gateway.",
                      path.len > 200 ? 200 : (int)path.len, path.ptr);
}

enum flow step_read(struct req *r)
{
    const struct head *h = exchange_request(r->x);
    if (health_answers(r->worker->gate, r->x) || health_greets(r->x) || cors_preflight(r)) {
        req_hand_over(r);
        return END;
    }
    enum endpoint_match match = endpoint_find(h->method, h->path, &r->found);
    r->dialect = match == MATCH_OLLAMA ? DIALECT_OLLAMA : endpoint_dialect(r->found.endpoint);
    if (match == MATCH_METHOD)
        return req_refuse(r, REFUSAL_METHOD, "%.*s takes %s.", STR_ARG(h->path), r->found.allow);
    if (match != MATCH_FOUND)
        return not_found(r, h->path, match);
    if (h->upgrade)
        return req_refuse(r, REFUSAL_UPGRADE, NULL);
    if (r->worker->draining)
        exchange_close_after(r->x);
    struct str receipt = head_get(h, "x-costlens-receipt", NULL);
    r->receipt = str_is(receipt, "1") || str_is(receipt, "true");
    return NEXT;
}
