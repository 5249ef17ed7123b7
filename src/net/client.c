// SPDX-License-Identifier: Apache-2.0

#include "net/client.h"

#include <openssl/ssl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/limits.h"
#include "net/conn.h"

#define COPIED_BODY_MAX (16 * KIB) // a body up to here goes into the request's own block
#define PIECES_MOST     255

const char *call_fail_text(enum call_fail f)
{
    static const char *const texts[] = {
#define X(id, text) [CALL_FAIL_##id] = (text),
        CALL_FAIL_MAP(X)
#undef X
    };
    return texts[f];
}

// --- the origin and its pool ---

static void free_origin(struct origin *o)
{
    timer_fini(&o->sweep);
    resolver_fini(&o->resolver);
    SSL_SESSION_free(o->session);
    secret_free(o->proxy_authorization);
    heap_free(o->dial_host);
    heap_free(o->host);
    heap_free(o->authority);
    heap_free(o->authority_all);
    turn_bury(o->loop, &o->grave);
}

static void close_idle(struct origin *o)
{
    while (!list_empty(&o->idle))
        conn_close(list_of(o->idle.next, struct conn, link));
}

static void on_sweep(void *argument)
{
    struct origin *o = argument;
    int64_t now = loop_now_us(o->loop), next = INT64_MAX;
    list_for (item, &o->idle) {
        struct conn *conn = list_of(item, struct conn, link);
        if (conn->idle_until_us <= now)
            conn_close(conn);
        else if (conn->idle_until_us < next)
            next = conn->idle_until_us;
    }
    if (next != INT64_MAX)
        timer_set(&o->sweep, (next - now) / 1000 + 1);
}

struct conn *origin_take_idle(struct origin *o)
{
    while (!list_empty(&o->idle)) {
        struct conn *conn = list_of(o->idle.prev, struct conn, link);
        if (conn->pipe.readable) // what waits there must not become this call's answer
            conn_look_idle(conn);
        if (conn->dead)
            continue;
        list_pull(&conn->link);
        o->idle_count--;
        return conn;
    }
    return NULL;
}

void origin_park(struct origin *o, struct conn *conn)
{
    if (o->retired || conn->idle_ms == 0) {
        conn_close(conn);
        return;
    }
    if (o->idle_count >= POOL_IDLE_MAX)
        conn_close(list_of(o->idle.next, struct conn, link));
    conn->used = true;
    conn->send_broken = false;
    conn->idle_until_us = loop_now_us(o->loop) + conn->idle_ms * INT64_C(1000);
    list_push(&o->idle, &conn->link);
    o->idle_count++;
    if (!timer_running(&o->sweep) || conn->idle_until_us < o->sweep.due_us)
        timer_set(&o->sweep, conn->idle_ms);
    origin_wake(o);
}

void origin_wake(struct origin *o)
{
    if (list_empty(&o->waiting))
        return;
    struct call *c = list_of(o->waiting.next, struct call, link);
    list_pull(&c->link);
    work_later(o->loop, &c->work);
}

static void on_known(struct resolver *r)
{
    struct origin *o = list_of(r, struct origin, resolver);
    struct list calls; // those of now: a failure may start new ones
    list_init(&calls);
    while (!list_empty(&o->asking)) {
        struct list *item = o->asking.next;
        list_pull(item);
        list_push(&calls, item);
    }
    while (!list_empty(&calls)) {
        struct call *c = list_of(calls.next, struct call, link);
        list_pull(&c->link);
        c->tried = 0;
        if (r->count)
            conn_dial(c);
        else
            call_fail(c, CALL_FAIL_RESOLVE, str_from(NULL, 0));
    }
}

static char *copy_text(struct str s)
{
    char *text = alloc_get(&alloc_heap, s.len + 1);
    if (!text)
        return NULL;
    if (s.len)
        memcpy(text, s.ptr, s.len);
    text[s.len] = 0;
    return text;
}

// "host", "host:port", "[::1]:port".
static char *make_authority(struct str host, uint16_t port, bool with_port)
{
    struct buf b;
    bool six = str_find(host, ':') != host.len;
    buf_init(&b, &alloc_heap, 0);
    buf_printf(&b, six ? "[%.*s]" : "%.*s", STR_ARG(host));
    if (with_port)
        buf_printf(&b, ":%u", port);
    char *text = buf_failed(&b) ? NULL : copy_text(buf_str(&b));
    buf_fini(&b);
    return text;
}

struct origin *origin_new(struct loop *l, const struct origin_setup *setup)
{
    size_t size;
    struct origin *o = block_get(l, sizeof *o, &size);
    if (!o)
        return NULL;
    *o = (struct origin){.grave = {.size = size}, .loop = l, .timeouts = setup->timeouts};
    o->tls = setup->tls;
    o->tls_client = setup->tls_client;
    o->port = setup->port;
    o->proxied = setup->proxy_host.len > 0;
    o->connections_max = setup->connections_max;
    o->proxy_authorization =
        setup->proxy_authorization ? secret_ref(setup->proxy_authorization) : NULL;
    must(!o->tls || o->tls_client);
    list_init(&o->idle);
    list_init(&o->waiting);
    list_init(&o->asking);
    timer_init(&o->sweep, l, on_sweep, o);
    o->dial_host = copy_text(o->proxied ? setup->proxy_host : setup->host);
    o->host = copy_text(setup->host);
    o->authority = make_authority(setup->host, setup->port, setup->port != (o->tls ? 443 : 80));
    o->authority_all = make_authority(setup->host, setup->port, true);
    if (!o->dial_host || !o->host || !o->authority || !o->authority_all) {
        free_origin(o);
        return NULL;
    }
    resolver_init(&o->resolver, l, o->dial_host, o->proxied ? setup->proxy_port : setup->port,
                  on_known);
    return o;
}

void origin_free(struct origin *o)
{
    if (!o)
        return;
    must(o->call_count == 0);
    close_idle(o);
    free_origin(o);
}

void origin_retire(struct origin *o)
{
    o->retired = true;
    close_idle(o);
    if (o->call_count == 0)
        free_origin(o);
}

// --- a call's life ---

bool call_all_sent(const struct call *c)
{
    return c->sent == c->request_len + c->body_len;
}

void call_release(struct call *c)
{
    struct loop *l = c->origin->loop;
    if (!call_all_sent(c))
        return;
    if (c->request)
        digest_wipe(c->request, c->request_len); // a credential is inside
    block_put(l, c->request, c->request_size);
    block_put(l, c->pieces, c->pieces_size);
    c->request = NULL;
    c->pieces = NULL;
    c->piece_count = 0;
    c->sent = c->request_len = c->body_len = 0;
}

static void free_call(struct call *c)
{
    struct origin *o = c->origin;
    c->dead = true;
    work_cancel(&c->work);
    list_pull(&c->link);
    timer_fini(&c->timer);
    c->sent = c->request_len + c->body_len;
    call_release(c);
    turn_bury(o->loop, &c->grave);
    o->call_count--;
    if (o->retired && o->call_count == 0)
        free_origin(o);
}

void call_deadline(struct call *c, int64_t after_ms)
{
    int64_t now = loop_now_us(c->origin->loop);
    c->step_us = after_ms > 0 ? now + after_ms * 1000 : 0;
    // Not as a time from now: with a byte in every turn the total would never be over.
    timer_at(&c->timer, c->step_us && c->step_us < c->total_us ? c->step_us : c->total_us);
}

void call_fail(struct call *c, enum call_fail fail, struct str seen)
{
    const struct call_events *events = c->events;
    if (c->conn)
        conn_close(c->conn);
    c->conn = NULL;
    c->dead = true;
    events->on_fail(c, c->owner, fail, c->spoke, seen);
    free_call(c);
}

void call_finish(struct call *c)
{
    c->dead = true;
    c->events->on_end(c, c->owner);
    free_call(c);
}

void call_again(struct call *c)
{
    pipe_reset(&c->conn->pipe); // what is still on its way must not arrive after all
    conn_close(c->conn);
    c->conn = NULL;
    c->sent = 0;
    c->spoke = false;
    c->tried = 0;
    work_later(c->origin->loop, &c->work);
}

static void on_timer(void *argument)
{
    struct call *c = argument;
    int64_t now = loop_now_us(c->origin->loop);
    struct str none = {NULL, 0};
    if (now >= c->total_us) {
        call_fail(c, CALL_FAIL_TOTAL_TIMEOUT, none);
    } else if (c->step_us == 0 || now < c->step_us) {
        call_deadline(c, c->step_us ? (c->step_us - now + 999) / 1000 : 0);
    } else if (c->conn && c->conn->phase == CONN_READY) {
        bool waits = call_all_sent(c) && !c->bodied;
        call_fail(c, waits ? CALL_FAIL_FIRST_BYTE_TIMEOUT : CALL_FAIL_IDLE_TIMEOUT, none);
    } else if (now >= c->connect_us || !c->conn || c->conn->phase != CONN_DIAL) {
        call_fail(c, CALL_FAIL_CONNECT_TIMEOUT, none);
    } else {
        conn_close(c->conn);
        c->conn = NULL;
        conn_dial(c);
    }
}

static void start(struct work *w)
{
    struct call *c = list_of(w, struct call, work);
    struct origin *o = c->origin;
    struct conn *conn = c->retried || c->fresh ? NULL : origin_take_idle(o);
    if (conn) {
        conn_carry(conn, c);
        return;
    }
    c->connect_us = loop_now_us(o->loop) + o->timeouts.connect_ms * 1000;
    call_deadline(c, o->timeouts.connect_ms);
    if (o->connections_max && o->open_count >= o->connections_max) {
        list_push(&o->waiting, &c->link);
    } else if (resolver_knows(&o->resolver)) {
        c->tried = 0;
        conn_dial(c);
    } else {
        list_push(&o->asking, &c->link);
        resolver_ask(&o->resolver);
    }
}

// --- what is sent ---

static char *put(char *at, struct str s)
{
    if (s.len)
        memcpy(at, s.ptr, s.len);
    return at + s.len;
}

static bool target_safe(struct str target)
{
    for (size_t i = 0; i < target.len; i++)
        if ((unsigned char)target.ptr[i] <= ' ' || target.ptr[i] == 0x7f)
            return false;
    return target.len > 0 && target.ptr[0] == '/';
}

#define HEAD_PARTS 18

// The head in parts; each is borrowed. Returns their number.
static unsigned head_parts(const struct origin *o, const struct call_setup *s, struct str length,
                           struct str *parts)
{
    unsigned n = 0;
    bool absolute = o->proxied && !o->tls;
    parts[n++] = s->method;
    parts[n++] = str_of(absolute ? " http://" : " ");
    parts[n++] = str_of(absolute ? o->authority : "");
    parts[n++] = s->target;
    parts[n++] = str_of(" HTTP/1.1\r\nHost: ");
    parts[n++] = str_of(o->authority);
    parts[n++] = str_of("\r\n");
    if (absolute && o->proxy_authorization) {
        parts[n++] = str_of("Proxy-Authorization: ");
        parts[n++] = secret_expose(o->proxy_authorization);
        parts[n++] = str_of("\r\n");
    }
    if (s->secret && s->secret_name.len) {
        parts[n++] = s->secret_name;
        parts[n++] = str_of(": ");
        parts[n++] = s->secret_prefix;
        parts[n++] = secret_expose(s->secret);
        parts[n++] = str_of("\r\n");
    }
    parts[n++] = s->fields;
    parts[n++] = length;
    parts[n++] = str_of("\r\n");
    must(n <= HEAD_PARTS);
    return n;
}

static struct str length_line(const struct call_setup *s, size_t body, char line[HTTP_LENGTH_LINE])
{
    bool needed = body > 0 || s->piece_count > 0 || str_is(s->method, "POST") ||
                  str_is(s->method, "PUT") || str_is(s->method, "PATCH");
    return needed ? http_length_line(body, line) : str_from(NULL, 0);
}

// Large bodies are sent from where they are.
static bool refer_pieces(struct call *c, const struct call_setup *s, size_t body)
{
    if (s->piece_count > PIECES_MOST)
        return false;
    c->pieces = block_get(c->origin->loop, s->piece_count * sizeof *s->pieces, &c->pieces_size);
    if (!c->pieces)
        return false;
    memcpy(c->pieces, s->pieces, s->piece_count * sizeof *s->pieces);
    c->piece_count = (uint8_t)s->piece_count;
    c->body_len = body;
    return true;
}

static bool build(struct call *c, const struct call_setup *s)
{
    struct str parts[HEAD_PARTS];
    char line[HTTP_LENGTH_LINE];
    size_t body = 0, head = 0;
    for (unsigned i = 0; i < s->piece_count; i++)
        body += s->pieces[i].len;
    unsigned count = head_parts(c->origin, s, length_line(s, body, line), parts);
    for (unsigned i = 0; i < count; i++)
        head += parts[i].len;
    bool copied = body <= COPIED_BODY_MAX;
    c->request = block_get(c->origin->loop, head + (copied ? body : 0), &c->request_size);
    if (!c->request)
        return false;
    char *at = c->request;
    for (unsigned i = 0; i < count; i++)
        at = put(at, parts[i]);
    for (unsigned i = 0; copied && i < s->piece_count; i++)
        at = put(at, s->pieces[i]);
    c->request_len = (size_t)(at - c->request);
    return copied || refer_pieces(c, s, body);
}

struct call *call_start(struct origin *o, const struct call_setup *setup)
{
    size_t size;
    must(!o->retired);
    must(target_safe(setup->target) && field_name_safe(setup->method));
    struct call *c = block_get(o->loop, sizeof *c, &size);
    if (!c)
        return NULL;
    *c = (struct call){.grave = {.size = size}, .origin = o, .events = setup->events};
    c->owner = setup->owner;
    c->fresh = setup->fresh;
    c->to_head = str_is(setup->method, "HEAD");
    c->total_us = loop_now_us(o->loop) + o->timeouts.total_ms * 1000;
    if (setup->until_us && setup->until_us < c->total_us)
        c->total_us = setup->until_us;
    list_init(&c->link);
    work_init(&c->work, start);
    timer_init(&c->timer, o->loop, on_timer, c);
    if (!build(c, setup)) {
        if (c->request)
            digest_wipe(c->request, c->request_size);
        block_put(o->loop, c->request, c->request_size);
        block_put(o->loop, c, size);
        return NULL;
    }
    o->call_count++;
    work_later(o->loop, &c->work);
    return c;
}

const struct head *call_response(const struct call *c)
{
    must(c->headed && c->conn);
    return &c->conn->reader.head;
}

bool call_sent(const struct call *c)
{
    return c->request == NULL;
}

bool call_retried(const struct call *c)
{
    return c->retried;
}

bool call_overran(const struct call *c)
{
    return c->overran;
}

bool call_spoke(const struct call *c)
{
    return c->spoke;
}

void call_pause(struct call *c)
{
    if (c->dead || c->paused)
        return;
    c->paused = true;
    call_deadline(c, 0); // it is not the origin that is slow
}

void call_resume(struct call *c)
{
    if (c->dead || !c->paused)
        return;
    c->paused = false;
    call_deadline(c, c->origin->timeouts.idle_ms);
    if (c->conn)
        pipe_later(&c->conn->pipe);
}

void call_cancel(struct call *c)
{
    if (c->dead)
        return;
    if (c->conn)
        conn_close(c->conn);
    c->conn = NULL;
    free_call(c);
}
