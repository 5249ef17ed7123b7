// SPDX-License-Identifier: Apache-2.0
//
// decode - the body's facts and the caller's tags.

#include "base/limits.h"
#include "request/req.h"
#include "request/tagging.h"

enum flow step_decode(struct req *r)
{
    struct str body = r->decoded.len ? buf_str(&r->decoded) : exchange_body(r->x);
    struct why why = {0};
    enum refusal refusal = ask_open(&r->ask, &r->found, body, &alloc_heap, &why);
    if (refusal != REFUSAL_NONE)
        return req_refuse(r, refusal, "%s%s", why.text, refusal == REFUSAL_BAD_JSON ? "." : "");
    r->asked = true;
    if (r->ask.demand.model.len > MODEL_BYTES_MAX)
        return req_refuse(r, REFUSAL_BAD_REQUEST, "A model's name has at most %d bytes.",
                          MODEL_BYTES_MAX);
    if (tagging_read(r, &why) != STATUS_OK)
        return req_refuse(r, REFUSAL_BAD_TAGS, "%s", why.text);
    return NEXT;
}
