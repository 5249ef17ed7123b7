// SPDX-License-Identifier: Apache-2.0
//
// caller - an origin on a rig, whose calls go to scripted raw servers on loopback sockets.

#ifndef TEST_NET_CALLER_H
#define TEST_NET_CALLER_H

#include "net/client.h"
#include "rig.h"

static char text[1 << 20];
static int open_files;

struct outcome {
    _Atomic int heads, datas, ended, failed;
    int status;
    enum call_fail fail;
    bool sent;
    char seen[256];
    char body[1 << 20];
    _Atomic size_t len;
    struct call *call;
    _Atomic bool pause_at_data;
};

struct caller {
    struct rig rig;
    struct origin *origin;
    struct origin_setup setup;
    struct call_setup call;
    struct outcome *outcome;
};

static inline void on_head(struct call *c, void *owner)
{
    struct outcome *o = owner;
    o->status = call_response(c)->status;
    o->heads++;
}

static inline void on_data(struct call *c, void *owner, struct str bytes)
{
    struct outcome *o = owner;
    assert_true(o->len + bytes.len <= sizeof o->body);
    memcpy(o->body + o->len, bytes.ptr, bytes.len);
    o->len += bytes.len;
    if (o->pause_at_data)
        call_pause(c);
    o->datas++;
}

static inline void on_end(struct call *c, void *owner)
{
    struct outcome *o = owner;
    assert_non_null(call_response(c));
    o->call = NULL;
    o->ended++;
}

static inline void on_fail(struct call *c, void *owner, enum call_fail fail, bool sent,
                           struct str seen)
{
    struct outcome *o = owner;
    (void)c;
    o->call = NULL;
    o->fail = fail;
    o->sent = sent;
    memcpy(o->seen, seen.ptr ? seen.ptr : "", seen.len);
    o->seen[seen.len] = 0;
    o->failed++;
}

static const struct call_events events = {on_head, on_data, on_end, on_fail};

static inline void open_origin(void *argument)
{
    struct caller *c = argument;
    c->origin = origin_new(c->rig.loop, &c->setup);
    assert_non_null(c->origin);
}

static inline void start_call(void *argument)
{
    struct caller *c = argument;
    c->outcome->call = call_start(c->origin, &c->call);
    assert_non_null(c->outcome->call);
}

static inline void close_origin(void *argument)
{
    origin_free(((struct caller *)argument)->origin);
}

static inline struct caller *begin(const char *host, uint16_t port)
{
    static struct caller c;
    open_files = count_descriptors();
    memset(&c, 0, sizeof c);
    c.setup.host = str_of(host);
    c.setup.port = port;
    c.setup.timeouts = (struct origin_timeouts){1000, 2000, 2000, 10000};
    c.call =
        (struct call_setup){.method = str_of("GET"), .target = str_of("/t"), .events = &events};
    rig_start(&c.rig);
    return &c;
}

static inline void start(struct caller *c, struct outcome *o)
{
    if (!c->origin)
        rig_do(&c->rig, open_origin, c);
    memset(o, 0, sizeof *o);
    c->outcome = o;
    c->call.owner = o;
    rig_do(&c->rig, start_call, c);
}

static inline void end(struct caller *c)
{
    rig_do(&c->rig, close_origin, c);
    rig_stop(&c->rig);
    assert_int_equal(count_descriptors(), open_files);
}

static inline bool reached(_Atomic int *counter, int n)
{
    for (int i = 0; i < 4000 && *counter < n; i++)
        usleep(1000);
    return *counter >= n;
}

static inline void read_request(int fd)
{
    raw_read(fd, text, sizeof text, "\r\n\r\n", 2000);
    assert_non_null(strstr(text, "\r\n\r\n"));
}

static struct outcome first, second;

#endif
