// SPDX-License-Identifier: Apache-2.0
//
//   GET /livez, /readyz     nobody is asked who they are
//   GET /metrics            the same, and the Host must be ours: a web page of somebody else
//                           must not read it by way of the user's browser (DNS rebinding)
//   /api/v1/...             + the admin token, or the UNIX socket of the state folder (mode 0600)
//
// A call is copied into a chore, answered on a chore thread, and its answer posted back here.

#include "panel/admin_plane.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "config/place.h"
#include "gate/chore.h"
#include "gate/gate_state.h"
#include "gate/health.h"
#include "gate/state.h"
#include "gate/worker.h"
#include "net/loop.h"
#include "net/url.h"
#include "panel/routes.h"
#include "panel/scrape.h"

#define ADMIN_BODY_MAX   ((size_t)MIB) // as its refusal says
#define ADMIN_ANSWER_MAX ((size_t)64 * MIB)
#define HOST_BYTES_MAX   300
// For half a body to become whole, and the last bytes of answers, once the gateway ends.
#define LAST_US ((int64_t)STOP_BODY_MS * 1000 + SECOND_US)

struct admin_plane {
    struct gate *gate;
    struct worker *worker;
    struct server *servers[CONFIG_LISTEN_MAX + 1];
    unsigned server_count;
    struct secret *token;
    unsigned running; // calls that are being done, or are done and not answered yet
    int64_t until_us; // LAST_US; 0 before it stops
};

// One call. It lives until its answer was written, whether or not the client still waits.
struct knock {
    struct chore chore;
    struct post post;
    struct admin_plane *plane;
    struct exchange *x;              // NULL once the client has gone
    const struct admin_route *route; // NULL = metrics
    bool body_here;                  // the chore owns it from here on
    struct admin_call call;
    struct arena arena;
};

void admin_fail(struct admin_call *c, int status, const char *code, const char *format, ...)
{
    struct buf text;
    va_list list;
    buf_init(&text, &alloc_heap, 4 * KIB);
    va_start(list, format);
    buf_vprintf(&text, format, list);
    va_end(list);
    c->status = status;
    buf_clear(&c->answer);
    buf_add_cstr(&c->answer, "{\"error\":{\"code\":");
    buf_add_json(&c->answer, str_of(code));
    buf_add_cstr(&c->answer, ",\"message\":");
    buf_add_json(&c->answer, buf_str(&text));
    buf_add_cstr(&c->answer, "}}\n");
    buf_fini(&text);
}

static void knock_free(struct knock *k)
{
    buf_fini(&k->call.answer);
    arena_fini(&k->arena);
    heap_free(k);
}

static void knock_answer(void *argument)
{
    struct knock *k = argument;
    if (k->x) {
        struct exchange *x = k->x;
        exchange_own(x, NULL);
        exchange_begin(x, k->call.status);
        exchange_come_again(x, k->call.status);
        exchange_field(x, str_of("content-type"), k->call.content_type);
        exchange_field(x, str_of("cache-control"), str_of("no-store"));
        exchange_head(x, (int64_t)k->call.answer.len);
        exchange_write(x, buf_str(&k->call.answer));
        exchange_end(x);
    }
    k->plane->running--;
    knock_free(k);
}

static void knock_run(struct chore *c)
{
    struct knock *k = list_of(c, struct knock, chore);
    if (k->route)
        k->route->run(&k->call);
    else
        scrape(k->plane->gate, &k->call.answer);
    if (buf_failed(&k->call.answer))
        admin_fail(&k->call, 500, "too_large", "The answer is longer than %zu bytes.",
                   ADMIN_ANSWER_MAX);
    loop_post_lent(k->plane->worker->loop, &k->post, knock_answer, k);
}

static void refuse(struct exchange *x, int status, const char *code, const char *text)
{
    struct admin_call c = {0};
    buf_init(&c.answer, &alloc_heap, 4 * KIB);
    admin_fail(&c, status, code, "%s", text);
    exchange_reply(x, status, str_of("application/json"), buf_str(&c.answer));
    buf_fini(&c.answer);
}

// By which Host a caller may ask: an address (nobody can make it mean another machine), localhost,
// or a name of `admin_hosts`.
static bool host_fits(const struct config *c, struct str host)
{
    char text[HOST_BYTES_MAX + 8];
    struct url u;
    int n = snprintf(text, sizeof text, "http://%.*s", STR_ARG(host));
    if (n < 0 || (size_t)n >= sizeof text ||
        url_read(str_from(text, (size_t)n), &u, NULL) != STATUS_OK || u.user.len || u.path.len)
        return false;
    if (u.host_is_ip || str_eq_nocase(u.host, str_of("localhost")))
        return true;
    for (unsigned i = 0; i < c->admin_host_count; i++)
        if (str_eq_nocase(u.host, c->admin_hosts[i]))
            return true;
    return false;
}

static bool host_is_ours(const struct admin_plane *p, struct exchange *x)
{
    const struct config *c = p->worker->view->snapshot->config; // held while the call runs
    return exchange_local(x) || host_fits(c, head_get(exchange_request(x), "host", NULL));
}

static bool token_fits(const struct admin_plane *p, struct exchange *x)
{
    if (exchange_local(x))
        return true;
    struct str given = head_get(exchange_request(x), "authorization", NULL);
    struct str bearer = str_of("Bearer ");
    if (!str_starts_nocase(given, bearer))
        return false;
    given = str_trim(str_skip(given, bearer.len));
    uint8_t a[DIGEST_BYTES], b[DIGEST_BYTES];
    return digest_sha256(given, a) && digest_sha256(secret_expose(p->token), b) &&
           digest_equal(a, b, DIGEST_BYTES);
}

static const struct admin_route *route_find(const struct head *h, bool *path_known)
{
    unsigned count;
    const struct admin_route *routes = panel_routes(&count);
    struct str prefix = str_of("/api/v1");
    *path_known = false;
    if (!str_starts(h->path, prefix))
        return NULL;
    struct str path = str_skip(h->path, prefix.len);
    for (unsigned i = 0; i < count; i++) {
        const struct admin_route *r = &routes[i];
        if (!str_is(path, r->path))
            continue;
        *path_known = true;
        if (str_is(h->method, r->method))
            return r;
    }
    return NULL;
}

static struct knock *knock_new(struct admin_plane *p, struct exchange *x)
{
    struct knock *k = alloc_zero(&alloc_heap, sizeof *k);
    if (!k)
        return NULL;
    k->plane = p;
    k->x = x;
    k->chore.run = knock_run;
    list_init(&k->chore.link);
    arena_init(&k->arena, &alloc_heap, KIB, 2 * ADMIN_BODY_MAX);
    k->call.gate = p->gate;
    k->call.status = 200;
    k->call.content_type = str_of("application/json");
    buf_init(&k->call.answer, &alloc_heap, ADMIN_ANSWER_MAX);
    return k;
}

static void on_head(void *context, struct exchange *x)
{
    struct admin_plane *p = context;
    const struct head *h = exchange_request(x);
    if (health_answers(p->gate, x))
        return;
    if (!host_is_ours(p, x)) {
        refuse(x, 421, "wrong_host",
               "The admin plane is not asked by that Host: use its address, or name it in "
               "admin_hosts of the configuration.");
        return;
    }
    bool metrics = str_is(h->path, "/metrics") && str_is(h->method, "GET");
    bool known = false;
    const struct admin_route *route = metrics ? NULL : route_find(h, &known);
    if (!metrics && str_starts(h->path, str_of("/api/")) && !token_fits(p, x)) {
        refuse(x, 401, "admin_token_needed",
               "Send the admin token (admin.token in the state folder) as a Bearer token.");
        return;
    }
    if (!metrics && !route) {
        refuse(x, known ? 405 : 404, known ? "method_not_allowed" : "not_found",
               known ? "This path takes another method." : "There is nothing at this path.");
        return;
    }
    struct knock *k = knock_new(p, x);
    if (!k) {
        refuse(x, 503, "overloaded", "Out of memory.");
        return;
    }
    k->route = route;
    exchange_own(x, k);
    exchange_read_body(x);
}

static void on_body(struct exchange *x, void *owner)
{
    struct knock *k = owner;
    const struct head *h = exchange_request(x);
    struct str prefix = str_of("/api/v1");
    k->call.method = arena_dup(&k->arena, h->method);
    k->call.path = arena_dup(&k->arena, k->route ? str_skip(h->path, prefix.len) : h->path);
    k->call.query = arena_dup(&k->arena, h->query);
    k->call.body = arena_dup(&k->arena, exchange_body(x));
    if (!k->route)
        k->call.content_type = str_of("text/plain; version=0.0.4; charset=utf-8");
    k->body_here = true;
    k->plane->running++;
    chores_add(gate_chores(k->plane->gate, k->route && k->route->slow ? CHORE_LONG : CHORE_BRIEF),
               &k->chore);
}

// While the chore runs, only the exchange is forgotten; before, the knock is dropped.
static void on_gone(struct exchange *x, void *owner)
{
    (void)x;
    struct knock *k = owner;
    if (!k)
        return;
    k->x = NULL;
    if (!k->body_here)
        knock_free(k);
}

static void on_room(struct exchange *x, void *owner)
{
    (void)x;
    (void)owner;
}

static void on_refuse(void *context, struct exchange *x, enum server_refusal why)
{
    (void)context;
    static const int status[] = {
        [SERVER_BAD_REQUEST] = 400, [SERVER_HEAD_TOO_LARGE] = 431, [SERVER_BODY_TOO_LARGE] = 413,
        [SERVER_TOO_SLOW] = 408,    [SERVER_UPGRADE] = 501,        [SERVER_BUSY] = 503,
        [SERVER_STOPPING] = 503};
    refuse(x, status[why], "refused",
           why == SERVER_BODY_TOO_LARGE ? "more than 1 MiB was sent, which is the most here"
                                        : http_reason(status[why]));
}

static const struct server_events events = {.on_head = on_head,
                                            .on_body = on_body,
                                            .on_room = on_room,
                                            .on_gone = on_gone,
                                            .on_done = on_gone,
                                            .on_refuse = on_refuse};

static enum status listen_on(struct admin_plane *p, struct str address, struct why *why)
{
    struct server_limits limits = {.body_bytes = ADMIN_BODY_MAX,
                                   .head_ms = HEAD_DEADLINE_MS,
                                   .body_ms = BODY_DEADLINE_MS,
                                   .idle_ms = KEEP_ALIVE_MS,
                                   .half_close_answers = true};
    struct server *s = NULL;
    bool local = str_starts(address, str_of("unix:"));
    struct server_setup setup = {.address = address,
                                 .tls = local ? NULL : gate_tls(p->gate),
                                 .limits = &limits,
                                 .events = &events,
                                 .context = p};
    enum status status = server_open(p->worker->loop, &setup, &s, why);
    if (status == STATUS_OK)
        p->servers[p->server_count++] = s;
    return status;
}

static enum status plane_open(struct gate *g, struct worker *w, void **out, struct why *why)
{
    const struct config *c = w->view->snapshot->config; // its worker does not run yet
    struct admin_plane *p = alloc_must(sizeof *p);
    *out = p;
    p->gate = g;
    p->worker = w;
    enum status s = state_admin_token(c->state, &p->token, why);
    for (unsigned i = 0; s == STATUS_OK && i < c->admin_count; i++)
        s = listen_on(p, c->admin[i].address, why);
    if (s == STATUS_OK) {
        char path[256] = "unix:";
        if (place_socket(c->state, path + 5, sizeof path - 5)) {
            s = place_make(path + 5, why);
            s = s == STATUS_OK ? listen_on(p, str_of(path), why) : s;
        }
    }
    return s;
}

// Whoever waits for a chore is answered, however long that takes: the process would wait for it
// anyway, and the other side could not tell whether it was done.
static bool plane_stop(void *annex)
{
    struct admin_plane *p = annex;
    int64_t now_us = loop_now_us(p->worker->loop);
    size_t open = 0;
    for (unsigned i = 0; i < p->server_count; i++) {
        if (p->until_us == 0)
            server_stop(p->servers[i]);
        open += server_connections(p->servers[i]);
    }
    if (p->until_us == 0 || p->running)
        p->until_us = now_us + LAST_US;
    return p->running == 0 && (open == 0 || now_us >= p->until_us);
}

static void plane_close(void *annex)
{
    struct admin_plane *p = annex;
    for (unsigned i = 0; i < p->server_count; i++)
        server_close(p->servers[i]);
    secret_free(p->token);
    heap_free(p);
}

const struct gate_annex admin_plane = {
    .open = plane_open, .stop = plane_stop, .close = plane_close};
