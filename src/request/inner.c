// SPDX-License-Identifier: Apache-2.0

#include "request/inner.h"

bool inner_begin(struct inner *i, struct worker *w, struct view *v)
{
    struct req *r = req_new(w, v);
    if (!r)
        return false;
    buf_add(&r->decoded, i->body);
    if (buf_failed(&r->decoded)) {
        req_free(r);
        return false;
    }
    r->inner = i;
    r->said = &i->said;
    r->found = i->found;
    r->dialect = endpoint_dialect(i->found.endpoint);
    r->query = i->query;
    r->key = i->key;
    r->step = STEP_decode;
    req_run(r);
    return true;
}

struct str inner_refused(const struct req *r)
{
    return r->attempt.refusal_detail;
}

bool inner_answered(const struct req *r)
{
    return r->recorded && r->attempt.entry.outcome == OUTCOME_OK;
}
