// SPDX-License-Identifier: Apache-2.0

#include "request/outside.h"

#include "base/json_out.h"
#include "base/limits.h"
#include "net/client.h"
#include "request/plan.h"

#define TARGET_MAX ((size_t)4 * KIB)

struct outside {
    struct req *r;
    const struct config_verifier *verifier; // as long as the call's view
    struct call *call;                      // NULL: it has ended
    bool again;                             // on a fresh connection
    struct buf body;
    struct str piece;
    struct buf answer;
    int status;
};

// --- what it is told ---

static const char *finish_word(enum answer_finish f)
{
    static const char *const words[] = {
        [ANSWER_UNTOLD] = "unknown",
        [ANSWER_ENDED] = "stop",
        [ANSWER_CUT] = "length",
        [ANSWER_REFUSED] = "refusal",
    };
    return words[f];
}

static void write_calls(struct json_out *o, const struct answer *a)
{
    json_out_begin(o, "tool_calls", '[');
    for (unsigned i = 0; i < a->call_count; i++) {
        json_out_begin(o, NULL, '{');
        json_out_text(o, "name", buf_str(&a->calls[i].name));
        json_out_text(o, "arguments", buf_str(&a->calls[i].arguments));
        json_out_end(o, '}');
    }
    json_out_end(o, ']');
}

static void write_body(const struct req *r, const struct answer *a, struct buf *out)
{
    struct json_out o = {out, true};
    struct str request = r->decoded.len ? buf_str(&r->decoded) : exchange_body(r->x);
    json_out_begin(&o, NULL, '{');
    json_out_text(&o, "request_id", str_from(r->id_text, UUID_TEXT));
    json_out_text(&o, "route", r->plan->route->name);
    json_out_text(&o, "model", r->plan->list[r->attempt.target.place].full);
    json_out_name(&o, "request");
    if (request.len > 0 && request.len <= OUTSIDE_REQUEST_MAX)
        buf_add(out, request);
    else
        buf_add_cstr(out, "null");
    json_out_text(&o, "text", answer_text(a));
    write_calls(&o, a);
    json_out_text(&o, "finish", str_of(finish_word(a->finish)));
    json_out_end(&o, '}');
}

// --- the call ---

static void on_head(struct call *c, void *owner)
{
    struct outside *o = owner;
    o->status = call_response(c)->status;
}

static void on_data(struct call *c, void *owner, struct str bytes)
{
    struct outside *o = owner;
    (void)c;
    buf_add(&o->answer, bytes);
}

static void on_end(struct call *c, void *owner)
{
    struct outside *o = owner;
    (void)c;
    o->call = NULL;
    req_run(o->r);
}

static bool start(struct outside *o);

// A connection that was kept and closes instead of an answer: what judges may be asked once more.
static void on_fail(struct call *c, void *owner, enum call_fail fail, bool sent, struct str seen)
{
    struct outside *o = owner;
    bool first = !o->again;
    (void)sent;
    (void)seen;
    o->status = 0;
    o->again = true;
    if (fail != CALL_FAIL_STALE || !first || !start(o))
        on_end(c, owner);
}

static const struct call_events events = {
    .on_head = on_head, .on_data = on_data, .on_end = on_end, .on_fail = on_fail};

static bool start(struct outside *o)
{
    const struct config_verifier *v = o->verifier;
    struct origin *origin = view_outside(o->r->view, v);
    struct buf target;
    buf_init(&target, &alloc_heap, TARGET_MAX);
    buf_add(&target, v->url.path);
    if (target.len == 0)
        buf_add_char(&target, '/');
    o->piece = buf_str(&o->body);
    const struct call_setup setup = {.method = STR("POST"),
                                     .target = buf_str(&target),
                                     .fields = STR("content-type: application/json\r\n"),
                                     .pieces = &o->piece,
                                     .piece_count = 1,
                                     .events = &events,
                                     .owner = o,
                                     .fresh = o->again};
    bool fine = origin && !buf_failed(&target) && !buf_failed(&o->body);
    o->call = fine ? call_start(origin, &setup) : NULL;
    buf_fini(&target);
    return o->call;
}

struct outside *outside_ask(struct req *r, const struct config_verifier *v,
                            const struct answer *answer)
{
    struct outside *o = alloc_zero(&alloc_heap, sizeof *o);
    if (!o)
        return NULL;
    o->r = r;
    o->verifier = v;
    buf_init(&o->body, &alloc_heap, 0);
    buf_init(&o->answer, &alloc_heap, OUTSIDE_ANSWER_MAX);
    write_body(r, answer, &o->body);
    if (start(o))
        return o;
    outside_free(o);
    return NULL;
}

bool outside_said(const struct outside *o, enum finding_verdict *out)
{
    struct json *j = NULL;
    *out = VERDICT_UNSURE;
    if (o->call)
        return false;
    if (o->status != 200 || buf_failed(&o->answer) ||
        json_open(buf_str(&o->answer), &alloc_heap, &j, NULL) != STATUS_OK)
        return true;
    const struct json_val *ok = json_get(json_root(j), "ok");
    if (json_type(ok) == JSON_BOOL)
        *out = json_bool(ok, false) ? VERDICT_GOOD : VERDICT_BAD;
    json_close(j);
    return true;
}

void outside_free(struct outside *o)
{
    if (!o)
        return;
    if (o->call)
        call_cancel(o->call);
    buf_fini(&o->body);
    buf_fini(&o->answer);
    heap_free(o);
}
