// SPDX-License-Identifier: Apache-2.0
//
// The answering half of an exchange: everything is gathered in one block and written at the turn's
// end.

#include <string.h>

#include "base/limits.h"
#include "net/exchange.h"

#define HEAD_ROOM      1024 // what most heads need
#define BODY_ROOM_MOST (16 * KIB)

static char *room_slow(struct exchange *x, size_t n)
{
    if (x->out && x->out_start) {
        memmove(x->out, x->out + x->out_start, x->out_len);
        x->out_start = 0;
    }
    char *out = block_grow(x->pipe.loop, x->out, &x->out_size, x->out_len, x->out_len + n);
    if (!out) {
        x->broken = true;
        pipe_later(&x->pipe);
        return NULL;
    }
    x->out = out;
    return out + x->out_len;
}

// Where the next n bytes go; NULL when out of memory. What is written there is added to out_len.
static char *room(struct exchange *x, size_t n)
{
    size_t end = x->out_start + x->out_len;
    return x->out && x->out_size - end >= n ? x->out + end : room_slow(x, n);
}

void exchange_out(struct exchange *x, struct str bytes)
{
    char *at = room(x, bytes.len);
    if (!at)
        return;
    if (bytes.len)
        memcpy(at, bytes.ptr, bytes.len);
    x->out_len += bytes.len;
    pipe_later(&x->pipe);
}

const struct head *exchange_request(const struct exchange *x)
{
    return &x->reader.head;
}

struct str exchange_fault(const struct exchange *x)
{
    return str_of(x->reader.fault);
}

void exchange_own(struct exchange *x, void *owner)
{
    x->owner = owner;
}

void *exchange_owner(const struct exchange *x)
{
    return x->owner;
}

bool exchange_local(const struct exchange *x)
{
    return x->server->local;
}

struct str exchange_body(const struct exchange *x)
{
    return str_from(x->body, x->body_len);
}

void exchange_free_body(struct exchange *x)
{
    if (!x->body)
        return;
    (void)exchange_hold(x, x->body_size, 0);
    block_put(x->pipe.loop, x->body, x->body_size);
    x->body = NULL;
    x->body_len = x->body_size = 0;
}

void exchange_drop_body(struct exchange *x)
{
    if (!x->dead)
        exchange_free_body(x);
}

void exchange_begin(struct exchange *x, int status)
{
    if (x->dead)
        return;
    must(x->answer == ANSWER_NONE);
    must(status >= 200 && status <= 999);
    x->answer = ANSWER_FIELDS;
    x->framing = status == 204 || status == 304 ? FRAMING_NOTHING : FRAMING_LENGTH;
    if (!room(x, HEAD_ROOM))
        return;
    char code[4] = {(char)('0' + status / 100), (char)('0' + status / 10 % 10),
                    (char)('0' + status % 10), ' '};
    exchange_out(x, str_of("HTTP/1.1 "));
    exchange_out(x, str_from(code, sizeof code));
    exchange_out(x, str_of(http_reason(status)));
    exchange_out(x, str_of("\r\nDate: "));
    exchange_out(x, str_from(turn_date(x->pipe.loop), HTTP_DATE_LEN));
    exchange_out(x, str_of("\r\n"));
}

bool exchange_field(struct exchange *x, struct str name, struct str value)
{
    if (!field_value_safe(value))
        return false;
    if (x->dead)
        return true;
    must(x->answer == ANSWER_FIELDS);
    size_t size = name.len + value.len + 4;
    char *at = room(x, size);
    if (!at)
        return true;
    field_put(at, name, value);
    x->out_len += size;
    return true;
}

void exchange_fields(struct exchange *x, struct str lines)
{
    if (x->dead)
        return;
    must(x->answer == ANSWER_FIELDS);
    exchange_out(x, lines);
}

static void choose_framing(struct exchange *x, int64_t length)
{
    const struct head *h = &x->reader.head;
    if (x->framing == FRAMING_NOTHING)
        return;
    x->left = length;
    if (length < 0)
        x->framing = h->minor > 0 && h->keep_alive ? FRAMING_CHUNKED : FRAMING_CLOSE;
    if (x->framing == FRAMING_CLOSE)
        x->keep = false;
}

void exchange_head(struct exchange *x, int64_t length)
{
    if (x->dead)
        return;
    must(x->answer == ANSWER_FIELDS);
    x->answer = ANSWER_BODY;
    if (x->server->stopping || !exchange_input_done(x))
        x->keep = false;
    choose_framing(x, length);
    if (x->framing == FRAMING_LENGTH) {
        char line[HTTP_LENGTH_LINE];
        struct str text = http_length_line((uint64_t)length, line);
        if (room(x, text.len + 64 + (length < BODY_ROOM_MOST ? (size_t)length : BODY_ROOM_MOST)))
            exchange_out(x, text);
    } else if (x->framing == FRAMING_CHUNKED) {
        exchange_out(x, str_of("Transfer-Encoding: chunked\r\n"));
    }
    if (!x->keep)
        exchange_out(x, str_of("Connection: close\r\n\r\n"));
    else if (x->reader.head.minor == 0)
        exchange_out(x, str_of("Connection: keep-alive\r\n\r\n"));
    else
        exchange_out(x, str_of("\r\n"));
    if (str_is(x->reader.head.method, "HEAD"))
        x->framing = FRAMING_NOTHING;
}

// The line before a chunk. By hand: a stream has one for each token.
static void put_size(struct exchange *x, size_t size)
{
    char line[2 * sizeof size + 2], *at = line + sizeof line;
    *--at = '\n';
    *--at = '\r';
    do
        *--at = "0123456789abcdef"[size & 15];
    while (size >>= 4);
    exchange_out(x, str_from(at, (size_t)(line + sizeof line - at)));
}

void exchange_write(struct exchange *x, struct str bytes)
{
    if (x->dead || bytes.len == 0)
        return;
    must(x->answer == ANSWER_BODY);
    if (x->framing == FRAMING_NOTHING)
        return;
    if (x->framing == FRAMING_CHUNKED) {
        put_size(x, bytes.len);
        exchange_out(x, bytes);
        exchange_out(x, str_of("\r\n"));
        return;
    }
    if (x->framing == FRAMING_LENGTH) {
        must((uint64_t)x->left >= bytes.len);
        x->left -= (int64_t)bytes.len;
    }
    exchange_out(x, bytes);
}

void exchange_end(struct exchange *x)
{
    if (x->dead)
        return;
    must(x->answer == ANSWER_BODY);
    must(x->framing != FRAMING_LENGTH || x->left == 0);
    if (x->framing == FRAMING_CHUNKED)
        exchange_out(x, str_of("0\r\n\r\n"));
    x->answer = ANSWER_ENDED;
    pipe_later(&x->pipe);
}

void exchange_come_again(struct exchange *x, int status)
{
    if (status == 503)
        exchange_field(x, str_of("Retry-After"), str_of(RETRY_AFTER_S));
}

void exchange_reply(struct exchange *x, int status, struct str content_type, struct str body)
{
    exchange_begin(x, status);
    exchange_come_again(x, status);
    if (content_type.len)
        exchange_field(x, str_of("Content-Type"), content_type);
    exchange_head(x, (int64_t)body.len);
    exchange_write(x, body);
    exchange_end(x);
}

// What was written so far goes out as far as it fits: the client is to see an answer that breaks
// off.
static void push_out(struct exchange *x)
{
    if (x->out_len == 0 || x->pipe.shaking)
        return;
    struct str piece = str_from(x->out + x->out_start, x->out_len);
    if (pipe_write(&x->pipe, &piece, 1) < 0)
        x->broken = true;
}

void exchange_abort(struct exchange *x)
{
    if (x->dead)
        return;
    push_out(x);
    // The end of a close-delimited answer is a FIN, so a broken one must be something else.
    if (x->answer == ANSWER_BODY && x->framing == FRAMING_CLOSE)
        pipe_reset(&x->pipe);
    else
        pipe_cut(&x->pipe);
    exchange_destroy(x);
}

bool exchange_full(struct exchange *x)
{
    // One more read of the upstream still fits under the limit.
    bool full = !x->dead && x->out_len > STREAM_BUFFER_MAX - READ_BYTES;
    if (full)
        x->filled = true;
    return full;
}

void exchange_close_after(struct exchange *x)
{
    x->keep = false;
}

void exchange_raw(struct exchange *x, struct str bytes)
{
    if (x->dead)
        return;
    if (x->answer == ANSWER_NONE) // what follows is the owner's own idea of an answer
        x->answer = ANSWER_BODY;
    x->framing = FRAMING_CLOSE;
    x->keep = false;
    exchange_out(x, bytes);
}

void exchange_reset(struct exchange *x)
{
    if (x->dead)
        return;
    push_out(x);
    pipe_reset(&x->pipe);
    exchange_destroy(x);
}
