// SPDX-License-Identifier: Apache-2.0
//
// Answers of our own, in the caller's dialect, and the fields that every answer carries.

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "request/availability.h"
#include "request/cors.h"
#include "request/req.h"
#include "wire/fault.h"

void req_hand_over(struct req *r)
{
    exchange_own(r->x, NULL);
    r->x = NULL;
}

// Ours, and the provider's places too where it said nothing.
static void id_fields(struct exchange *x, struct str id, bool everywhere)
{
    exchange_field(x, str_of("x-costlens-request-id"), id);
    if (everywhere) {
        exchange_field(x, str_of("x-request-id"), id);
        exchange_field(x, str_of("request-id"), id);
    }
}

void req_fields_ours(struct req *r)
{
    id_fields(r->x, str_from(r->id_text, UUID_TEXT), r->attempt.entry.upstream_id.len == 0);
    if (again_count(r) > 1) {
        char count[8];
        (void)snprintf(count, sizeof count, "%u", again_count(r));
        exchange_field(r->x, str_of("x-costlens-attempts"), str_of(count));
    }
    reservation_fields(r);
    cors_fields(r->view->snapshot->config, r->x);
}

bool req_gave_up(const struct req *r, int http_status)
{
    const struct attempt *a = &r->attempt;
    return a->dispatched && a->provider->retries > 0 && a->refusal != REFUSAL_STOPPING &&
           retry_tempts(&a->failure, http_status) && !(retry_later(&a->failure) && again_alone(r));
}

// `after_s`: 0 = nobody knows.
static void say_when(struct exchange *x, int status, int64_t after_s)
{
    char text[24];
    if (after_s == 0) {
        exchange_come_again(x, status);
        return;
    }
    (void)snprintf(text, sizeof text, "%lld", (long long)after_s);
    exchange_field(x, str_of("Retry-After"), str_of(text));
}

static void begin(struct exchange *x, enum refusal why, bool gave_up, int64_t after_s)
{
    exchange_begin(x, refusal_http(why));
    exchange_field(x, str_of("content-type"), str_of("application/json"));
    // Clients retry 5xx by themselves; where that cannot help they are told so.
    if (!refusal_retry(why) || gave_up)
        exchange_field(x, str_of("x-should-retry"), str_of("false"));
    else
        say_when(x, refusal_http(why), after_s);
}

static void finish(struct exchange *x, struct buf *body)
{
    exchange_head(x, (int64_t)body->len);
    exchange_write(x, buf_str(body));
    exchange_end(x);
}

void req_write_refusal(struct req *r, enum refusal why, struct str detail)
{
    must(r->x);
    struct buf body;
    buf_init(&body, &alloc_heap, 16 * KIB);
    fault_body(r->dialect, why, detail, str_from(r->id_text, UUID_TEXT), &body);
    begin(r->x, why, req_gave_up(r, refusal_http(why)),
          why == REFUSAL_UPSTREAM_OPEN ? availability_wait_s(r) : 0);
    if (why == REFUSAL_METHOD && r->found.allow)
        exchange_field(r->x, str_of("allow"), str_of(r->found.allow));
    req_fields_ours(r);
    finish(r->x, &body);
    buf_fini(&body);
}

void req_refuse_unread(struct worker *w, struct exchange *x, enum refusal why, struct str detail)
{
    const struct head *h = exchange_request(x);
    struct endpoint_found found = {0};
    enum dialect d = DIALECT_OPENAI;
    if (endpoint_find(h->method, h->path, &found) == MATCH_FOUND)
        d = endpoint_dialect(found.endpoint);
    char text[UUID_TEXT];
    struct uuid id = uuid_new(loop_wall_us(w->loop));
    uuid_write(&id, text);
    struct buf body;
    buf_init(&body, &alloc_heap, 16 * KIB);
    fault_body(d, why, detail, str_from(text, UUID_TEXT), &body);
    begin(x, why, false, 0);
    id_fields(x, str_from(text, UUID_TEXT), true);
    cors_fields(w->view->snapshot->config, x);
    finish(x, &body);
    buf_fini(&body);
}

void req_count_refusal(struct req *r, enum refusal why, struct str detail)
{
    if (r->inner) // nobody is refused anything
        return;
    bool purse = why == REFUSAL_BUDGET;
    r->worker->metrics.refused[why]++;
    if (r->key)
        live_refuse(&r->worker->live,
                    &(struct live_refusal){.key = r->key->name,
                                           .budget = purse ? r->purse : STR_NONE,
                                           .paused = purse && r->purse_paused,
                                           .why = why,
                                           .model = r->asked ? r->ask.demand.model : STR_NONE,
                                           .detail = detail});
}

enum flow req_refuse(struct req *r, enum refusal why, const char *format, ...)
{
    must(!r->attempt.dispatched);
    struct buf detail;
    buf_init(&detail, &alloc_heap, 16 * KIB);
    if (format) {
        va_list list;
        va_start(list, format);
        buf_vprintf(&detail, format, list);
        va_end(list);
    }
    req_count_refusal(r, why, buf_str(&detail));
    if (r->inner)
        r->attempt.refusal_detail = arena_dup(&r->arena, buf_str(&detail));
    if (r->x) {
        req_write_refusal(r, why, buf_str(&detail));
        req_hand_over(r);
    }
    buf_fini(&detail);
    return END;
}
