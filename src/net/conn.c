// SPDX-License-Identifier: Apache-2.0

#include "net/conn.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/limits.h"
#include "net/tls.h"

#define SEEN_MAX         200
#define ATTEMPT_LEAST_MS 250
#define HINTS_MOST       100 // 100, 102, 103 before an answer

static void on_ready(struct pipe *p);

void conn_close(struct conn *conn)
{
    if (conn->dead)
        return;
    struct origin *o = conn->origin;
    struct loop *l = conn->pipe.loop;
    conn->dead = true;
    conn->call = NULL;
    if (!list_empty(&conn->link)) {
        list_pull(&conn->link);
        o->idle_count--;
    }
    pipe_close(&conn->pipe);
    reader_drop(&conn->reader);
    rest_drop(&conn->rest, l);
    o->open_count--;
    turn_bury(l, &conn->grave);
    origin_wake(o);
}

static struct str seen_part(struct str bytes)
{
    return bytes.len > SEEN_MAX ? str_from(bytes.ptr, SEEN_MAX) : bytes;
}

// --- the answer ---

// "timeout=5, max=100": the server's own idea of how long it keeps an idle connection.
static uint32_t idle_time(const struct head *h)
{
    struct str rest = head_get(h, "keep-alive", NULL), part;
    while (str_cut(&rest, ',', &part)) {
        uint64_t seconds;
        part = str_trim(part);
        if (!str_starts_nocase(part, str_of("timeout=")) || !str_u64(str_skip(part, 8), &seconds))
            continue;
        if (seconds < POOL_IDLE_MS / 1000) // a little earlier than the server
            return seconds ? (uint32_t)seconds * 1000 - 500 : 0;
    }
    return POOL_IDLE_MS;
}

static enum body_framing framing_of(const struct call *c, const struct head *h)
{
    if (c->to_head || h->status == 204 || h->status == 304)
        return BODY_NONE;
    if (h->chunked)
        return BODY_CHUNKED;
    return h->content_length >= 0 ? BODY_LENGTH : BODY_CLOSE;
}

static void take_answer(struct conn *conn)
{
    struct call *c = conn->call;
    const struct head *h = &conn->reader.head;
    conn->framing = (uint8_t)framing_of(c, h);
    conn->left = h->content_length;
    conn->keep = h->keep_alive && conn->framing != BODY_CLOSE;
    conn->idle_ms = idle_time(h);
    c->headed = true;
    call_release(c);
    c->events->on_head(c, c->owner);
    if (!conn->dead)
        reader_drop(&conn->reader);
}

static size_t take_head(struct conn *conn, struct str bytes)
{
    struct call *c = conn->call;
    size_t used = 0;
    enum reader_state state = reader_head(&conn->reader, bytes, &used);
    if (state == READER_MORE)
        return used;
    int status = conn->reader.head.status;
    bool hint = status / 100 == 1 && status != 101 && c->hints++ < HINTS_MOST;
    if (state == READER_LARGE) {
        call_fail(c, CALL_FAIL_LARGE, str_from(NULL, 0));
    } else if (state != READER_DONE || (status < 200 && !hint)) {
        call_fail(c, CALL_FAIL_GARBAGE, seen_part(bytes));
    } else if (hint) {
        reader_start(&conn->reader, false);
        call_deadline(c, conn->origin->timeouts.first_byte_ms); // the answer has not begun
    } else {
        take_answer(conn);
    }
    return used;
}

static bool on_chunk(void *owner, struct str bytes)
{
    struct conn *conn = owner;
    struct call *c = conn->call;
    c->events->on_data(c, c->owner, bytes);
    return !conn->dead && !c->paused;
}

static size_t take_body(struct conn *conn, struct str bytes)
{
    struct call *c = conn->call;
    size_t used = 0;
    if (!c->bodied)
        call_deadline(c, conn->origin->timeouts.idle_ms);
    c->bodied = true;
    if (conn->framing == BODY_CHUNKED) {
        conn->reader.sink = on_chunk;
        conn->reader.sink_owner = conn;
        enum reader_state state = reader_chunks(&conn->reader, bytes, &used);
        if (!conn->dead && state != READER_MORE && state != READER_DONE && state != READER_PAUSED)
            call_fail(c, CALL_FAIL_GARBAGE, seen_part(bytes));
        return used;
    }
    if (conn->framing == BODY_LENGTH) {
        if ((uint64_t)conn->left < bytes.len)
            bytes.len = (size_t)conn->left;
        conn->left -= (int64_t)bytes.len;
    }
    c->events->on_data(c, c->owner, bytes);
    return bytes.len;
}

static bool body_over(const struct conn *conn)
{
    switch (conn->framing) {
    case BODY_NONE: return true;
    case BODY_LENGTH: return conn->left == 0;
    case BODY_CHUNKED: return conn->reader.ended;
    default: return false;
    }
}

static void complete(struct conn *conn, bool more)
{
    struct call *c = conn->call;
    c->overran = more && conn->framing == BODY_LENGTH;
    bool keep = conn->keep && !more && call_all_sent(c) && !conn->pipe.hung_up;
    conn->call = NULL;
    call_finish(c); // may start the next call, which begins at the turn's end
    reader_drop(&conn->reader);
    if (keep)
        origin_park(conn->origin, conn);
    else
        conn_close(conn);
}

static void feed(struct conn *conn, struct str bytes)
{
    while (!conn->dead) {
        struct call *c = conn->call;
        size_t used;
        if (!c->headed) {
            if (bytes.len == 0)
                return;
            used = take_head(conn, bytes);
        } else if (c->paused) {
            if (!rest_keep(&conn->rest, conn->pipe.loop, bytes))
                call_fail(c, CALL_FAIL_CUT, str_from(NULL, 0));
            return;
        } else if (body_over(conn)) {
            complete(conn, bytes.len > 0);
            return;
        } else {
            if (bytes.len == 0)
                return;
            used = take_body(conn, bytes);
        }
        bytes = str_skip(bytes, used);
    }
}

// The connection ended under the call.
static void ended(struct conn *conn, long how)
{
    struct call *c = conn->call;
    // A pooled connection that its server had closed: sent again, but only where nobody can have
    // read it, or the provider would bill two calls of which one is recorded.
    bool stale = !c->began && conn->used && !c->retried;
    if (stale && pipe_unheard(&conn->pipe, conn->before)) {
        c->retried = true;
        call_again(c);
    } else if (c->headed && conn->framing == BODY_CLOSE && how == PIPE_END) {
        complete(conn, true);
    } else {
        enum call_fail early = conn->used ? CALL_FAIL_STALE : CALL_FAIL_RESET;
        call_fail(c, c->began ? CALL_FAIL_CUT : early, str_from(NULL, 0));
    }
}

static void feed_rest(struct conn *conn)
{
    struct rest rest = rest_take(&conn->rest);
    feed(conn, str_from(rest.ptr, rest.len));
    rest_drop(&rest, conn->pipe.loop);
}

static void read_some(struct conn *conn)
{
    char *scratch = turn_scratch(conn->pipe.loop);
    long n = pipe_read(&conn->pipe, scratch, READ_BYTES);
    if (n < 0) {
        ended(conn, n);
        return;
    }
    if (n == 0)
        return;
    struct call *c = conn->call;
    if (!c->began) {
        c->began = true;
        if (call_all_sent(c))
            call_release(c);
    }
    if (c->bodied || !call_all_sent(c))
        call_deadline(c, conn->origin->timeouts.idle_ms);
    feed(conn, str_from(scratch, (size_t)n));
    if (!conn->dead && conn->pipe.readable)
        pipe_later(&conn->pipe);
}

// --- the request ---

// What is left to send, in at most PIPE_PIECES_MAX pieces.
static unsigned gather(const struct call *c, struct str *out)
{
    unsigned count = 0;
    size_t skip = c->sent;
    if (skip < c->request_len)
        out[count++] = str_from(c->request + skip, c->request_len - skip);
    skip = skip > c->request_len ? skip - c->request_len : 0;
    for (unsigned i = 0; i < c->piece_count && count < PIPE_PIECES_MAX; i++) {
        if (skip < c->pieces[i].len)
            out[count++] = str_skip(c->pieces[i], skip);
        skip = skip > c->pieces[i].len ? skip - c->pieces[i].len : 0;
    }
    return count;
}

static void send_some(struct conn *conn)
{
    struct call *c = conn->call;
    while (!call_all_sent(c) && conn->pipe.writable && !conn->send_broken) {
        struct str pieces[PIPE_PIECES_MAX];
        unsigned count = gather(c, pieces);
        long n = pipe_write(&conn->pipe, pieces, count);
        if (n < 0) {
            conn->send_broken = true; // an answer may wait all the same
            conn->pipe.readable = true;
            return;
        }
        c->sent += (size_t)n;
        c->spoke = c->spoke || n > 0;
    }
    const struct origin_timeouts *t = &conn->origin->timeouts;
    bool all = call_all_sent(c);
    if (!c->began)
        call_deadline(c, all ? t->first_byte_ms : t->idle_ms);
    if (all && (c->began || !conn->used)) // else it may have to be sent again
        call_release(c);
}

void conn_carry(struct conn *conn, struct call *c)
{
    conn->call = c;
    c->conn = conn;
    conn->before = pipe_written(&conn->pipe);
    reader_start(&conn->reader, false);
    send_some(conn);
    if (conn->send_broken)
        pipe_later(&conn->pipe);
}

// --- a connection comes to be ---

static void dial_failed(struct conn *conn, enum call_fail fail, struct str seen)
{
    struct call *c = conn->call;
    conn_close(conn);
    c->conn = NULL;
    if (fail == CALL_FAIL_CONNECT)
        conn_dial(c); // the next address
    else
        call_fail(c, fail, seen);
}

static void ready(struct conn *conn)
{
    struct call *c = conn->call;
    conn->phase = CONN_READY;
    reader_drop(&conn->reader);
    conn_carry(conn, c);
}

static void shake(struct conn *conn)
{
    enum pipe_shake state = pipe_shake(&conn->pipe);
    if (state == PIPE_SHAKE_DONE)
        ready(conn);
    else if (state == PIPE_SHAKE_FAILED)
        dial_failed(conn, CALL_FAIL_TLS, str_of(tls_reason(conn->pipe.ssl)));
}

static void secure(struct conn *conn)
{
    struct origin *o = conn->origin;
    SSL *ssl = tls_client_ssl(o->tls_client, str_of(o->host), &o->session);
    conn->phase = CONN_SHAKE;
    if (ssl && pipe_secure(&conn->pipe, ssl))
        shake(conn);
    else
        dial_failed(conn, CALL_FAIL_TLS, str_from(NULL, 0));
}

static void ask_proxy(struct conn *conn)
{
    struct origin *o = conn->origin;
    struct buf text;
    buf_init(&text, &alloc_heap, HEAD_BYTES_MAX);
    buf_printf(&text, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n", o->authority_all, o->authority_all);
    if (o->proxy_authorization) {
        buf_add_cstr(&text, "Proxy-Authorization: ");
        buf_add(&text, secret_expose(o->proxy_authorization));
        buf_add_cstr(&text, "\r\n");
    }
    buf_add_cstr(&text, "\r\n");
    struct str piece = buf_str(&text);
    bool fits = !buf_failed(&text) && pipe_write(&conn->pipe, &piece, 1) == (long)piece.len;
    if (text.ptr)
        digest_wipe(text.ptr, text.len);
    buf_fini(&text);
    conn->phase = CONN_PROXY;
    reader_start(&conn->reader, false);
    if (!fits)
        dial_failed(conn, CALL_FAIL_PROXY, str_from(NULL, 0));
}

static void read_proxy(struct conn *conn)
{
    char *scratch = turn_scratch(conn->pipe.loop);
    long n = pipe_read(&conn->pipe, scratch, READ_BYTES);
    if (n == 0)
        return;
    size_t used = 0;
    struct str bytes = str_from(scratch, n > 0 ? (size_t)n : 0);
    enum reader_state state = n < 0 ? READER_BAD : reader_head(&conn->reader, bytes, &used);
    if (state == READER_MORE)
        return;
    int status = conn->reader.head.status;
    // Nothing may stand behind the head: the next words are ours.
    if (state == READER_DONE && status >= 200 && status < 300 && used == bytes.len)
        secure(conn);
    else
        dial_failed(conn, CALL_FAIL_PROXY, seen_part(bytes));
}

static int64_t connect_left(const struct call *c)
{
    int64_t left = (c->connect_us - loop_now_us(c->origin->loop)) / 1000;
    return left > 1 ? left : 1; // 0 would be no deadline
}

static void dialled(struct conn *conn)
{
    struct origin *o = conn->origin;
    if (pipe_failed(&conn->pipe)) {
        dial_failed(conn, CALL_FAIL_CONNECT, str_from(NULL, 0));
        return;
    }
    if (!conn->pipe.writable)
        return;
    struct resolver *r = &o->resolver;
    if (r->count)
        r->preferred = (r->preferred + conn->call->tried - 1) % r->count;
    conn->call->tried = 1; // counted from the preferred one
    call_deadline(conn->call, connect_left(conn->call));
    if (o->tls && o->proxied)
        ask_proxy(conn);
    else if (o->tls)
        secure(conn);
    else
        ready(conn);
}

void conn_look_idle(struct conn *conn)
{
    if (conn->pipe.readable && pipe_read(&conn->pipe, turn_scratch(conn->pipe.loop), 64) != 0)
        conn_close(conn);
}

static void work(struct conn *conn)
{
    if (!conn->call) {
        conn_look_idle(conn);
        return;
    }
    if (!call_all_sent(conn->call) && conn->pipe.writable)
        send_some(conn);
    if (!conn->call->paused && conn->rest.len)
        feed_rest(conn);
    else if (!conn->call->paused && conn->call->headed)
        feed(conn, str_from(NULL, 0)); // an end that waited for call_resume
    if (!conn->dead && conn->call && !conn->call->paused && conn->pipe.readable)
        read_some(conn);
}

static void on_ready(struct pipe *p)
{
    struct conn *conn = list_of(p, struct conn, pipe);
    switch (conn->phase) {
    case CONN_DIAL: dialled(conn); break;
    case CONN_PROXY: read_proxy(conn); break;
    case CONN_SHAKE: shake(conn); break;
    default: work(conn); break;
    }
}

static int dial_socket(const struct address *a)
{
    const int on = 1;
    int fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    if (connect(fd, &a->any, a->size) == 0 || errno == EINPROGRESS)
        return fd;
    close(fd);
    return -1;
}

static struct conn *open_conn(struct origin *o, int fd)
{
    size_t size;
    struct conn *conn = block_get(o->loop, sizeof *conn, &size);
    if (!conn) {
        close(fd);
        return NULL;
    }
    *conn = (struct conn){.grave = {.size = size}, .origin = o, .phase = CONN_DIAL};
    list_init(&conn->link);
    if (!pipe_open(&conn->pipe, o->loop, fd, on_ready, on_ready)) {
        block_put(o->loop, conn, size);
        return NULL;
    }
    reader_init(&conn->reader, o->loop);
    o->open_count++;
    return conn;
}

void conn_dial(struct call *c)
{
    struct origin *o = c->origin;
    struct resolver *r = &o->resolver;
    while (c->tried < r->count) {
        unsigned left = r->count - c->tried;
        const struct address *a = &r->addresses[(r->preferred + c->tried++) % r->count];
        int fd = dial_socket(a);
        struct conn *conn = fd < 0 ? NULL : open_conn(o, fd);
        if (!conn)
            continue;
        conn->call = c;
        c->conn = conn;
        // A share of the time left, so that an address that swallows everything leaves some.
        int64_t share = connect_left(c) / left;
        call_deadline(c, left > 1 && share < ATTEMPT_LEAST_MS ? ATTEMPT_LEAST_MS : share);
        return;
    }
    resolver_forget(r);
    call_fail(c, CALL_FAIL_CONNECT, str_from(NULL, 0));
}
