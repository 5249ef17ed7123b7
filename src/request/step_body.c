// SPDX-License-Identifier: Apache-2.0
//
// body - waits for the whole body and takes its content encoding off.

#include "base/limits.h"
#include "request/coding.h"
#include "request/feedback.h"
#include "request/listing.h"
#include "request/req.h"

static enum flow decode_body(struct req *r, struct str encoding)
{
    enum status s = coding_decode(encoding, exchange_body(r->x), &r->decoded);
    size_t limit = r->view->snapshot->config->body_bytes;
    if (s == STATUS_UNSUPPORTED)
        return req_refuse(r, REFUSAL_ENCODING, "gzip, zstd and identity are taken.");
    if (s == STATUS_LIMIT)
        return req_refuse(r, REFUSAL_TOO_LARGE,
                          "Decoded it passes %zu bytes (limits.body) or %d times its coded size.",
                          limit, DECODED_RATIO_MAX);
    if (s != STATUS_OK)
        return req_refuse(r, REFUSAL_BAD_REQUEST, "The body is not valid %.*s.", STR_ARG(encoding));
    exchange_drop_body(r->x);
    return NEXT;
}

enum flow step_body(struct req *r)
{
    if (r->rating)
        return feedback_answer(r);
    enum flow flow = listing_answer(r);
    if (flow != NEXT)
        return flow;
    if (!r->body_here) {
        struct str encoding = head_get(exchange_request(r->x), "content-encoding", NULL);
        if (encoding.len && !coding_known(encoding))
            return req_refuse(r, REFUSAL_ENCODING, "gzip, zstd and identity are taken.");
        exchange_read_body(r->x);
        return WAIT;
    }
    struct str encoding = head_get(exchange_request(r->x), "content-encoding", NULL);
    flow = coding_none(encoding) ? NEXT : decode_body(r, encoding);
    return flow == NEXT ? feedback_answer(r) : flow;
}
