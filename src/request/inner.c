// SPDX-License-Identifier: Apache-2.0

#include "request/inner.h"

// Its call, which has its body. NULL: there is no memory.
static struct req *make(struct inner *i, struct worker *w, struct view *v)
{
    struct req *r = req_new(w, v);
    if (!r)
        return NULL;
    buf_add(&r->decoded, i->body);
    if (buf_failed(&r->decoded)) {
        req_free(r);
        return NULL;
    }
    r->inner = i;
    r->said = &i->said;
    r->found = i->found;
    r->dialect = endpoint_dialect(i->found.endpoint);
    r->query = i->query;
    r->key = i->key;
    r->step = STEP_decode;
    return r;
}

bool inner_begin(struct inner *i, struct worker *w, struct view *v)
{
    struct req *r = make(i, w, v);
    if (!r)
        return false;
    req_run(r);
    return true;
}

// By its own first steps, and no further.
bool inner_most(struct inner *i, struct worker *w, struct view *v, struct nano *out)
{
    struct bound bound = {.state = BOUND_UNPRICED};
    struct req *r = make(i, w, v);
    if (!r)
        return false;
    if (step_decode(r) == NEXT && step_route(r) == NEXT) {
        admit_entry(r);
        reservation_bound(r, &bound);
    }
    r->inner = NULL; // whose end nobody waits for
    bool fine = bound.state == BOUND_KNOWN && !arena_failed(&r->arena);
    req_free(r);
    if (fine)
        *out = bound.most;
    return fine;
}

struct str inner_refused(const struct req *r)
{
    return r->attempt.refusal_detail;
}

bool inner_answered(const struct req *r)
{
    return r->recorded && r->attempt.entry.outcome == OUTCOME_OK;
}
