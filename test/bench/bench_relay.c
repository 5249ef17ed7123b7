// SPDX-License-Identifier: Apache-2.0
// bench_relay - the barest relay on net's server and client, to weigh them without a gateway.
//
//      bench-relay LISTEN_ADDRESS UPSTREAM_PORT
//
// Load it as one would load nginx with `proxy_pass` beside it, and compare CPU per request.
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "net/client.h"
#include "net/server.h"

static struct origin *origin;

struct relay {
    struct exchange *exchange;
    struct call *call;
};

static bool is_framing(struct str name)
{
    return str_eq_nocase(name, str_of("content-length")) || str_eq_nocase(name, str_of("host")) ||
           str_eq_nocase(name, str_of("transfer-encoding")) ||
           str_eq_nocase(name, str_of("connection"));
}

static void on_answer(struct call *c, void *owner)
{
    struct relay *r = owner;
    const struct head *h = call_response(c);
    exchange_drop_body(r->exchange);
    exchange_begin(r->exchange, h->status);
    for (unsigned i = 0; i < h->field_count; i++)
        if (!is_framing(h->fields[i].name))
            exchange_field(r->exchange, h->fields[i].name, h->fields[i].value);
    exchange_head(r->exchange, h->content_length);
}

static void on_data(struct call *c, void *owner, struct str bytes)
{
    struct relay *r = owner;
    exchange_write(r->exchange, bytes);
    if (exchange_full(r->exchange))
        call_pause(c);
}

static void on_end(struct call *c, void *owner)
{
    struct relay *r = owner;
    (void)c;
    r->call = NULL;
    exchange_end(r->exchange);
}

static void on_fail(struct call *c, void *owner, enum call_fail fail, bool sent, struct str seen)
{
    struct relay *r = owner;
    (void)c;
    (void)sent;
    (void)seen;
    fprintf(stderr, "%s\n", call_fail_text(fail));
    exchange_abort(r->exchange);
    heap_free(r);
}

static const struct call_events call_events = {on_answer, on_data, on_end, on_fail};

static void on_head(void *context, struct exchange *x)
{
    (void)context;
    struct relay *r = alloc_must(sizeof *r);
    r->exchange = x;
    exchange_own(x, r);
    exchange_read_body(x);
}

static void on_body(struct exchange *x, void *owner)
{
    static struct buf fields;
    struct relay *r = owner;
    const struct head *h = exchange_request(x);
    struct str body = exchange_body(x);
    if (!fields.alloc)
        buf_init(&fields, &alloc_heap, 0);
    buf_clear(&fields);
    for (unsigned i = 0; i < h->field_count; i++)
        if (!is_framing(h->fields[i].name))
            field_write(&fields, h->fields[i].name, h->fields[i].value);
    const struct call_setup setup = {
        .method = h->method,
        .target = h->path,
        .fields = buf_str(&fields),
        .pieces = &body,
        .piece_count = body.len > 0,
        .events = &call_events,
        .owner = r,
    };
    r->call = call_start(origin, &setup);
    must(r->call);
}

static void on_room(struct exchange *x, void *owner)
{
    struct relay *r = owner;
    (void)x;
    if (r->call)
        call_resume(r->call);
}

static void on_gone(struct exchange *x, void *owner)
{
    struct relay *r = owner;
    (void)x;
    if (r->call)
        call_cancel(r->call);
    heap_free(r);
}

static void on_done(struct exchange *x, void *owner)
{
    (void)x;
    heap_free(owner);
}

static void on_refuse(void *context, struct exchange *x, enum server_refusal why)
{
    static const int status[] = {400, 431, 413, 408, 501, 503};
    (void)context;
    exchange_reply(x, status[why], str_of("text/plain"), str_of("refused\n"));
}

static const struct server_events server_events = {on_head, on_body, on_room,
                                                   on_gone, on_done, on_refuse};

int main(int argc, char **argv)
{
    uint64_t port;
    if (argc != 3 || !str_u64(str_of(argv[2]), &port) || port > UINT16_MAX) {
        fprintf(stderr, "usage: bench-relay LISTEN_ADDRESS UPSTREAM_PORT\n");
        return 2;
    }
    struct loop *l = loop_new();
    must(l);
    const struct origin_setup setup = {
        .host = str_of("127.0.0.1"),
        .port = (uint16_t)port,
        .timeouts = {CONNECT_MS, FIRST_BYTE_MS, IDLE_MS, TOTAL_MS},
    };
    const struct server_limits limits = {
        .body_bytes = BODY_BYTES_MAX,
        .head_ms = HEAD_DEADLINE_MS,
        .body_ms = BODY_DEADLINE_MS,
        .idle_ms = KEEP_ALIVE_MS,
    };
    struct server *server;
    struct why why;
    origin = origin_new(l, &setup);
    must(origin);
    struct server_setup listen = {
        .address = str_of(argv[1]), .limits = &limits, .events = &server_events};
    if (server_open(l, &listen, &server, &why) != STATUS_OK) {
        fprintf(stderr, "%s\n", why.text);
        return 1;
    }
    loop_run(l);
    return 0;
}
