// SPDX-License-Identifier: Apache-2.0

#include "request/said.h"

#include "request/req.h"
#include "request/translation.h"

void said_init(struct said *s)
{
    buf_init(&s->bytes, &alloc_heap, SAID_BYTES_MAX);
}

void said_fini(struct said *s)
{
    buf_fini(&s->bytes);
}

void said_keep(struct req *r, struct str bytes)
{
    if (r->said)
        buf_add(&r->said->bytes, bytes);
}

void said_end(struct said *s, const struct req *r)
{
    const struct attempt *a = &r->attempt;
    s->endpoint = r->found.endpoint;
    if (a->translation)
        s->kind = a->translation->answer.setup.stream ? METER_SSE : METER_JSON;
    else
        s->kind = a->meter.setup.kind;
}

bool said_read(const struct said *s, struct answer *out)
{
    answer_of(out, STR_NONE, &alloc_heap);
    return s->bytes.len > 0 && !buf_failed(&s->bytes) &&
           answer_read(out, s->endpoint, s->kind, buf_str(&s->bytes), &alloc_heap) && !out->failed;
}
