// SPDX-License-Identifier: Apache-2.0

#include "net/exchange.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "net/tls.h"

#define BODY_BLOCK_MOST (64 * KIB) // of a body, before its bytes have come

// --- the end of things ---

bool exchange_hold(struct exchange *x, size_t old, size_t now)
{
    struct server *s = x->server;
    size_t *held = s->limits.held ? s->limits.held : &s->buffered;
    size_t sum = __atomic_add_fetch(held, now - old, __ATOMIC_RELAXED);
    return s->limits.buffers == 0 || sum <= s->limits.buffers;
}

static void drop_out(struct exchange *x)
{
    block_put(x->pipe.loop, x->out, x->out_size);
    x->out = NULL;
    x->out_start = x->out_len = x->out_size = 0;
}

void exchange_destroy(struct exchange *x)
{
    if (x->pipe.fd < 0 && x->dead)
        return;
    x->dead = true;
    x->owner = NULL;
    timer_fini(&x->timer);
    pipe_close(&x->pipe);
    reader_drop(&x->reader);
    exchange_free_body(x);
    rest_drop(&x->rest, x->pipe.loop);
    drop_out(x);
    list_pull(&x->link);
    x->server->count--;
    turn_bury(x->pipe.loop, &x->grave);
}

static void gone(struct exchange *x)
{
    void *owner = x->owner;
    x->dead = true; // what the owner still calls does nothing
    x->owner = NULL;
    if (owner)
        x->server->events->on_gone(x, owner);
    pipe_cut(&x->pipe);
    x->dead = false;
    exchange_destroy(x);
}

static void drain(struct exchange *x)
{
    char *scratch = turn_scratch(x->pipe.loop);
    long n = 1;
    for (int i = 0; i < 8 && n > 0; i++)
        n = pipe_read(&x->pipe, scratch, READ_BYTES);
    if (n < 0)
        exchange_destroy(x);
    else if (n > 0)
        pipe_later(&x->pipe);
}

static void linger(struct exchange *x)
{
    x->phase = PHASE_LINGER;
    rest_drop(&x->rest, x->pipe.loop);
    pipe_half_close(&x->pipe);
    timer_set(&x->timer, LINGER_MS);
    drain(x);
}

bool exchange_idle(const struct exchange *x)
{
    return x->phase == PHASE_HEAD && !reader_begun(&x->reader) && x->rest.len == 0;
}

bool exchange_input_done(const struct exchange *x)
{
    const struct head *h = &x->reader.head;
    return x->phase == PHASE_ANSWER ||
           (x->phase == PHASE_ASK && !h->chunked && h->content_length <= 0);
}

// The answer is on the socket.
static void finish(struct exchange *x)
{
    bool done = exchange_input_done(x);
    bool keep = x->keep && done && !x->server->stopping;
    void *owner = x->owner;
    x->owner = NULL;
    if (owner)
        x->server->events->on_done(x, owner);
    if (x->dead)
        return;
    exchange_free_body(x);
    reader_drop(&x->reader);
    if (!keep) {
        if (done && x->rest.len == 0 && !x->pipe.readable)
            exchange_destroy(x);
        else
            linger(x);
        return;
    }
    x->phase = PHASE_HEAD;
    x->answer = ANSWER_NONE;
    x->filled = false;
    reader_start(&x->reader, true);
    timer_set(&x->timer, x->server->limits.idle_ms);
    if (x->pipe.hung_up)
        x->pipe.readable = true;
    if (x->rest.len || x->pipe.readable)
        pipe_later(&x->pipe);
}

// --- refusals ---

static void refuse(struct exchange *x, enum server_refusal why)
{
    x->phase = PHASE_REFUSED;
    x->keep = false;
    timer_clear(&x->timer);
    rest_drop(&x->rest, x->pipe.loop);
    if (x->answer != ANSWER_NONE) { // too late to say it
        gone(x);
        return;
    }
    x->server->events->on_refuse(x->server->context, x, why);
    must(x->dead || x->answer == ANSWER_ENDED);
}

static void refuse_head(struct exchange *x, enum reader_state state)
{
    if (state == READER_MEMORY)
        refuse(x, SERVER_BUSY);
    else
        refuse(x, state == READER_LARGE ? SERVER_HEAD_TOO_LARGE : SERVER_BAD_REQUEST);
}

static bool answering(const struct exchange *x)
{
    return x->phase == PHASE_ASK || x->phase == PHASE_ANSWER || x->phase == PHASE_REFUSED;
}

static void on_timer(void *argument)
{
    struct exchange *x = argument;
    if (answering(x))
        gone(x); // the client takes nothing
    else if (x->phase == PHASE_BODY || (x->phase == PHASE_HEAD && reader_begun(&x->reader)))
        refuse(x, x->server->stopping ? SERVER_STOPPING : SERVER_TOO_SLOW);
    else
        exchange_destroy(x);
}

// --- the body ---

// Room for `n` more bytes, growing with what has come, not with what was announced.
static bool body_room(struct exchange *x, size_t n, size_t expected)
{
    size_t least = x->body_len + n;
    if (x->body && least <= x->body_size)
        return true;
    size_t first = expected < BODY_BLOCK_MOST ? expected : BODY_BLOCK_MOST;
    size_t old = x->body_size;
    char *body = block_grow(x->pipe.loop, x->body, &x->body_size, x->body_len,
                            least > first ? least : first);
    if (!body)
        return false;
    x->body = body;
    return exchange_hold(x, old, x->body_size);
}

static bool add_body(struct exchange *x, struct str bytes, size_t expected)
{
    if (!body_room(x, bytes.len, expected)) {
        x->starved = true;
        return false;
    }
    memcpy(x->body + x->body_len, bytes.ptr, bytes.len);
    x->body_len += bytes.len;
    return true;
}

static bool on_chunk(void *owner, struct str bytes)
{
    struct exchange *x = owner;
    x->too_large = bytes.len > x->server->limits.body_bytes - x->body_len;
    return !x->too_large && add_body(x, bytes, bytes.len);
}

static void body_complete(struct exchange *x)
{
    timer_clear(&x->timer);
    x->phase = PHASE_ANSWER;
    x->server->events->on_body(x, x->owner);
}

// The deadline is of the whole body; a body of unknown size earns its time as it comes.
static void set_body_deadline(struct exchange *x, int64_t size)
{
    const struct server *s = x->server;
    int64_t due = x->body_start_us + s->limits.body_ms * 1000 + size * SECOND_US / BODY_RATE_MIN;
    if (s->stopping && due > s->stopped_us + STOP_BODY_MS * 1000)
        due = s->stopped_us + STOP_BODY_MS * 1000;
    timer_at(&x->timer, due); // also when it is over: bytes do not put it off
}

void exchange_stop(struct exchange *x)
{
    if (x->phase == PHASE_SHAKE || (x->phase == PHASE_HEAD && x->rest.len == 0))
        exchange_destroy(x);
    else if (x->phase == PHASE_BODY && x->answer == ANSWER_NONE)
        set_body_deadline(x, x->reader.head.chunked ? (int64_t)x->body_len
                                                    : x->reader.head.content_length);
}

static size_t take_length(struct exchange *x, struct str bytes)
{
    size_t expected = (size_t)x->reader.head.content_length;
    size_t left = expected - x->body_len;
    if (bytes.len > left)
        bytes.len = left;
    if (!add_body(x, bytes, expected))
        refuse(x, SERVER_BUSY);
    else if (x->body_len == expected)
        body_complete(x);
    return bytes.len;
}

static size_t take_chunks(struct exchange *x, struct str bytes)
{
    size_t used = 0;
    x->reader.sink = on_chunk;
    x->reader.sink_owner = x;
    enum reader_state state = reader_chunks(&x->reader, bytes, &used);
    if (x->too_large)
        refuse(x, SERVER_BODY_TOO_LARGE);
    else if (x->starved)
        refuse(x, SERVER_BUSY);
    else if (state == READER_DONE)
        body_complete(x);
    else if (state == READER_MORE)
        set_body_deadline(x, (int64_t)x->body_len);
    else
        refuse_head(x, state);
    return used;
}

void exchange_read_body(struct exchange *x)
{
    const struct head *h = &x->reader.head;
    if (x->dead || x->phase != PHASE_ASK)
        return;
    if (!h->chunked && h->content_length <= 0) {
        body_complete(x);
        return;
    }
    x->phase = PHASE_BODY;
    x->body_start_us = loop_now_us(x->pipe.loop);
    set_body_deadline(x, h->content_length > 0 ? h->content_length : 0);
    if (h->expect_continue && !x->input_here && x->rest.len == 0)
        exchange_out(x, str_of("HTTP/1.1 100 Continue\r\n\r\n"));
    pipe_later(&x->pipe);
}

// --- the head ---

// An offer of h2c may be ignored (RFC 9113, 3.1); whoever wants a WebSocket is told.
static bool wants_upgrade(const struct head *h)
{
    if (!h->upgrade)
        return false;
    return str_is(h->method, "CONNECT") || !head_has_token(h, "upgrade", "h2c");
}

static void begin(struct exchange *x)
{
    const struct head *h = &x->reader.head;
    const struct server_limits *limits = &x->server->limits;
    timer_clear(&x->timer);
    x->phase = PHASE_ASK;
    x->first = false;
    x->keep = h->keep_alive;
    x->too_large = x->starved = false;
    if (wants_upgrade(h))
        refuse(x, SERVER_UPGRADE);
    else if (h->content_length > 0 && (uint64_t)h->content_length > limits->body_bytes)
        refuse(x, SERVER_BODY_TOO_LARGE);
    else
        x->server->events->on_head(x->server->context, x);
}

static size_t take_head(struct exchange *x, struct str bytes)
{
    size_t used = 0;
    if (!x->first && !reader_begun(&x->reader))
        timer_set(&x->timer, x->server->limits.head_ms);
    enum reader_state state = reader_head(&x->reader, bytes, &used);
    if (state == READER_DONE) {
        x->input_here = used < bytes.len;
        begin(x);
    } else if (state != READER_MORE) {
        refuse_head(x, state);
    } else if (x->server->stopping) {
        exchange_destroy(x);
    }
    return used;
}

static void feed(struct exchange *x, struct str bytes)
{
    while (bytes.len && !x->dead) {
        size_t used;
        if (x->phase == PHASE_HEAD) {
            used = take_head(x, bytes);
        } else if (x->phase == PHASE_BODY && x->answer == ANSWER_NONE) {
            used = x->reader.head.chunked ? take_chunks(x, bytes) : take_length(x, bytes);
        } else {
            if (x->phase != PHASE_REFUSED && !rest_keep(&x->rest, x->pipe.loop, bytes))
                x->broken = true;
            return;
        }
        bytes = str_skip(bytes, used);
    }
}

// --- events ---

static bool reading(const struct exchange *x)
{
    return x->phase == PHASE_HEAD || (x->phase == PHASE_BODY && x->answer == ANSWER_NONE);
}

static void feed_rest(struct exchange *x)
{
    struct rest rest = rest_take(&x->rest);
    feed(x, str_from(rest.ptr, rest.len));
    rest_drop(&rest, x->pipe.loop);
}

static void read_some(struct exchange *x)
{
    char *scratch = turn_scratch(x->pipe.loop);
    long n = pipe_read(&x->pipe, scratch, READ_BYTES);
    if (n > 0) {
        feed(x, str_from(scratch, (size_t)n));
        if (!x->dead && x->pipe.readable && reading(x))
            pipe_later(&x->pipe);
    } else if (n < 0 && x->phase == PHASE_BODY) {
        gone(x);
    } else if (n < 0) {
        exchange_destroy(x);
    }
}

// While the request is answered the socket is not read; a FIN before the answer is whole, and an
// error at any time, are seen all the same.
static bool has_left(struct exchange *x)
{
    if (x->phase == PHASE_LINGER)
        return false;
    if (x->pipe.hung_up && x->answer != ANSWER_ENDED && x->phase != PHASE_HEAD &&
        x->phase != PHASE_BODY && !x->server->limits.half_close_answers)
        return true;
    if (!x->pipe.poked || reading(x))
        return false;
    x->pipe.poked = false;
    return pipe_failed(&x->pipe);
}

static void take_input(struct exchange *x)
{
    if (x->rest.len && reading(x))
        feed_rest(x);
    if (!x->dead && x->pipe.readable && reading(x))
        read_some(x);
    if (!x->dead && has_left(x))
        gone(x);
}

static void shake(struct exchange *x)
{
    switch (pipe_shake(&x->pipe)) {
    case PIPE_SHAKE_DONE:
        x->phase = PHASE_HEAD;
        take_input(x);
        break;
    case PIPE_SHAKE_WAIT: break;
    case PIPE_SHAKE_FAILED: exchange_destroy(x); break;
    }
}

static void on_ready(struct pipe *p)
{
    struct exchange *x = list_of(p, struct exchange, pipe);
    if (x->phase == PHASE_SHAKE) {
        shake(x);
        return;
    }
    if (x->phase == PHASE_LINGER) {
        drain(x);
        return;
    }
    if (x->out_len && p->writable)
        pipe_later(p);
    take_input(x);
}

// Writes what was gathered. False when the exchange ended by it.
static bool flush(struct exchange *x)
{
    if (x->out_len && x->pipe.writable) {
        struct str piece = str_from(x->out + x->out_start, x->out_len);
        long n = pipe_write(&x->pipe, &piece, 1);
        if (n < 0) {
            gone(x);
            return false;
        }
        x->out_start += (size_t)n;
        x->out_len -= (size_t)n;
        if (x->out_len == 0)
            drop_out(x);
        if (answering(x) && x->out_len == 0)
            timer_clear(&x->timer);
        else if (answering(x) && (n > 0 || !timer_running(&x->timer)))
            timer_set(&x->timer, STALL_MS);
    }
    if (x->broken) {
        gone(x);
        return false;
    }
    if (x->filled && x->out_len < STREAM_BUFFER_MAX / 2 && x->answer == ANSWER_BODY) {
        x->filled = false;
        if (x->owner)
            x->server->events->on_room(x, x->owner);
    }
    return !x->dead;
}

static void on_turn(struct pipe *p)
{
    struct exchange *x = list_of(p, struct exchange, pipe);
    if (x->phase == PHASE_LINGER) {
        drain(x);
        return;
    }
    if (x->phase == PHASE_SHAKE || !flush(x))
        return;
    if (x->answer == ANSWER_ENDED && x->out_len == 0)
        finish(x);
    if (!x->dead && x->phase != PHASE_LINGER)
        take_input(x);
}

void exchange_open(struct server *s, int fd)
{
    size_t size;
    struct exchange *x = block_get(s->loop, sizeof *x, &size);
    if (!x) {
        close(fd);
        return;
    }
    *x = (struct exchange){.grave = {.size = size}, .server = s, .first = true};
    if (!pipe_open(&x->pipe, s->loop, fd, on_ready, on_turn)) {
        block_put(s->loop, x, size);
        return;
    }
    x->pipe.writable = true;
    timer_init(&x->timer, s->loop, on_timer, x);
    timer_set(&x->timer, s->limits.head_ms);
    reader_init(&x->reader, s->loop);
    reader_start(&x->reader, true);
    list_push(&s->exchanges, &x->link);
    s->count++;
    x->phase = PHASE_HEAD;
    if (!s->tls)
        return;
    x->phase = PHASE_SHAKE;
    SSL *ssl = tls_server_ssl(s->tls);
    if (!ssl || !pipe_secure(&x->pipe, ssl))
        exchange_destroy(x);
}
