// SPDX-License-Identifier: Apache-2.0
//
// Answers of our own, in the caller's dialect, and the fields that every answer carries.

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "gate/cors.h"
#include "gate/req.h"
#include "wire/fault.h"

void req_hand_over(struct req *r)
{
    exchange_own(r->x, NULL);
    r->x = NULL;
}

void req_fields_ours(struct req *r)
{
    struct str id = str_from(r->id_text, UUID_TEXT);
    exchange_field(r->x, str_of("x-costlens-request-id"), id);
    if (r->entry.upstream_id.len == 0) {
        exchange_field(r->x, str_of("x-request-id"), id);
        exchange_field(r->x, str_of("request-id"), id);
    }
    cors_fields(r);
}

void req_write_refusal(struct req *r, enum refusal why, struct str detail)
{
    must(r->x);
    struct buf body;
    buf_init(&body, &alloc_heap, 16 * KIB);
    fault_body(r->dialect, why, detail, str_from(r->id_text, UUID_TEXT), &body);
    exchange_begin(r->x, refusal_http(why));
    exchange_field(r->x, str_of("content-type"), str_of("application/json"));
    // Clients retry 5xx by themselves; where that cannot help they are told so.
    if (!refusal_retry(why))
        exchange_field(r->x, str_of("x-should-retry"), str_of("false"));
    if (why == REFUSAL_METHOD && r->found.allow)
        exchange_field(r->x, str_of("allow"), str_of(r->found.allow));
    req_fields_ours(r);
    exchange_head(r->x, (int64_t)body.len);
    exchange_write(r->x, buf_str(&body));
    exchange_end(r->x);
    buf_fini(&body);
}

enum flow req_refuse(struct req *r, enum refusal why, const char *format, ...)
{
    must(!r->dispatched);
    r->worker->metrics.refused[why]++;
    if (!r->x)
        return END;
    char detail[600] = "";
    if (format) {
        va_list list;
        va_start(list, format);
        vsnprintf(detail, sizeof detail, format, list);
        va_end(list);
    }
    req_write_refusal(r, why, str_of(detail));
    req_hand_over(r);
    return END;
}
