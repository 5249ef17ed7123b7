// SPDX-License-Identifier: Apache-2.0
//
// echo - a server on a rig that answers with what it got, and counts what it was told.
//
//   /stream  two chunks, no length     /wait  no answer until echo_let_go     /now  answers unread
//   /flood   writes while there is room, then for ever on on_room             /tick a chunk each
//            10 ms                                                           /pause  half an answer

#ifndef TEST_NET_ECHO_H
#define TEST_NET_ECHO_H

#include "net/server.h"
#include "rig.h"

struct echo {
    struct rig rig;
    struct server *server;
    struct server_limits limits;
    struct tls_server *tls;
    const char *address;
    enum status status;
    struct why why;
    uint16_t port;
    struct exchange *waiting;
    struct exchange *ticking;
    struct timer tick;
    _Atomic int heads, bodies, gone, done, rooms, refused[6];
    _Atomic long flooded;
    char body[65536];
    size_t body_len;
};

static inline struct echo *echo_of(void *owner)
{
    return owner;
}

static inline void echo_flood(struct echo *e, struct exchange *x)
{
    static char text[1000];
    memset(text, 'x', sizeof text);
    for (int i = 0; i < 100 && !exchange_full(x); i++) {
        exchange_write(x, str_from(text, sizeof text));
        e->flooded += (long)sizeof text;
    }
}

static inline void echo_on_head(void *context, struct exchange *x)
{
    struct echo *e = context;
    e->heads++;
    exchange_own(x, e);
    if (str_is(exchange_request(x)->path, "/now")) {
        exchange_reply(x, 401, str_of("text/plain"), str_of("no\n"));
        return;
    }
    exchange_read_body(x);
}

static inline void echo_on_body(struct exchange *x, void *owner)
{
    struct echo *e = echo_of(owner);
    struct str path = exchange_request(x)->path, body = exchange_body(x);
    e->bodies++;
    e->body_len = body.len < sizeof e->body ? body.len : sizeof e->body;
    if (e->body_len)
        memcpy(e->body, body.ptr, e->body_len);
    if (str_is(path, "/wait")) {
        e->waiting = x;
    } else if (str_is(path, "/stream") || str_is(path, "/flood") || str_is(path, "/tick") ||
               str_is(path, "/pause")) {
        exchange_begin(x, 200);
        exchange_head(x, -1);
        if (str_is(path, "/flood")) {
            echo_flood(e, x);
            return;
        }
        exchange_write(x, str_of("one\n"));
        exchange_write(x, str_of("two\n"));
        if (str_is(path, "/stream")) {
            exchange_end(x);
            return;
        }
        if (str_is(path, "/pause"))
            return;
        e->ticking = x;
        timer_set(&e->tick, 10);
    } else {
        exchange_reply(x, 200, str_of("text/plain"), body.len ? body : path);
    }
}

static inline void echo_on_tick(void *argument)
{
    struct echo *e = argument;
    if (!e->ticking)
        return;
    exchange_write(e->ticking, str_of("tick\n"));
    timer_set(&e->tick, 10);
}

static inline void echo_on_room(struct exchange *x, void *owner)
{
    echo_of(owner)->rooms++;
    echo_flood(owner, x);
}

static inline void echo_on_gone(struct exchange *x, void *owner)
{
    struct echo *e = echo_of(owner);
    if (e->waiting == x)
        e->waiting = NULL;
    if (e->ticking == x)
        e->ticking = NULL;
    e->gone++;
}

static inline void echo_on_done(struct exchange *x, void *owner)
{
    (void)x;
    echo_of(owner)->done++;
}

static inline void echo_on_refuse(void *context, struct exchange *x, enum server_refusal why)
{
    static const int status[] = {400, 431, 413, 408, 501, 503};
    ((struct echo *)context)->refused[why]++;
    exchange_reply(x, status[why], str_of("text/plain"), str_of("refused\n"));
}

static const struct server_events echo_events = {echo_on_head, echo_on_body, echo_on_room,
                                                 echo_on_gone, echo_on_done, echo_on_refuse};

static inline void echo_open(void *argument)
{
    struct echo *e = argument;
    timer_init(&e->tick, e->rig.loop, echo_on_tick, e);
    struct server_setup setup = {.address = str_of(e->address),
                                 .tls = e->tls,
                                 .limits = &e->limits,
                                 .events = &echo_events,
                                 .context = e};
    e->status = server_open(e->rig.loop, &setup, &e->server, &e->why);
    if (e->status == STATUS_OK)
        e->port = server_port(e->server);
}

// Set limits, tls and address before, where the defaults will not do.
static inline void echo_start(struct echo *e)
{
    if (!e->address)
        e->address = "127.0.0.1:0";
    if (e->limits.body_bytes == 0)
        e->limits.body_bytes = 1024 * 1024;
    if (e->limits.head_ms == 0)
        e->limits.head_ms = 5000;
    if (e->limits.body_ms == 0)
        e->limits.body_ms = 5000;
    if (e->limits.idle_ms == 0)
        e->limits.idle_ms = 5000;
    rig_start(&e->rig);
    rig_do(&e->rig, echo_open, e);
}

static inline void echo_close(void *argument)
{
    struct echo *e = argument;
    timer_fini(&e->tick);
    if (e->status == STATUS_OK)
        server_close(e->server);
}

static inline void echo_stop(struct echo *e)
{
    rig_do(&e->rig, echo_close, e);
    rig_stop(&e->rig);
}

static inline void echo_answer_waiting(void *argument)
{
    struct echo *e = argument;
    if (e->waiting)
        exchange_reply(e->waiting, 200, str_of("text/plain"), str_of("waited\n"));
    e->waiting = NULL;
}

// Waits until a counter has reached n, at most 3 s.
static inline bool reached(_Atomic int *counter, int n)
{
    for (int i = 0; i < 3000 && *counter < n; i++)
        usleep(1000);
    return *counter >= n;
}

#endif
