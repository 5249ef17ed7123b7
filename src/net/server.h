// SPDX-License-Identifier: Apache-2.0
//
// server - HTTP/1.1 keep-alive server on libevent and llhttp.
//
// A connection carries exchanges one after the other (a pipelined request waits). The owner of the
// exchange is told of three things only: the request is there, there is room for more output, and
// the client has gone. It answers with exchange_begin, exchange_head, exchange_write ...,
// exchange_end. on_room, on_gone and on_done come for exchanges with an owner only, and never from
// inside a call of the functions below.
//
//   head within limits --> on_head (may refuse, ask for the body) --> on_body --> answer --> next
//
// The server itself refuses: malformed or smuggled messages (400), heads over the limits (431),
// slow heads and bodies (408), Upgrade (501 through on_refuse), and closes lingeringly after a
// refusal before the input was read: writing is shut down, input is read and dropped for at most
// LINGER_MS. The shape of its own refusals comes from the owner (on_refuse), which knows dialects.

#ifndef NET_SERVER_H
#define NET_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"
#include "net/http.h"
#include "net/loop.h"

struct server;
struct exchange;

enum server_refusal {
    SERVER_BAD_REQUEST,    // 400
    SERVER_HEAD_TOO_LARGE, // 431
    SERVER_BODY_TOO_LARGE, // 413
    SERVER_TOO_SLOW,       // 408
    SERVER_UPGRADE,        // 501
    SERVER_BUSY,           // 503: out of descriptors or buffers
    SERVER_STOPPING,       // 503: its body was not whole soon after server_stop
};

struct server_events {
    // A head is complete. x->owner is NULL: set it with exchange_own. Either answer now, or call
    // exchange_read_body (which also answers an Expect: 100-continue).
    void (*on_head)(void *context, struct exchange *x);
    // The whole body is there: exchange_body.
    void (*on_body)(struct exchange *x, void *owner);
    // Output fell below half of STREAM_BUFFER_MAX after exchange_full said true.
    void (*on_room)(struct exchange *x, void *owner);
    // The client has gone (FIN or RST before the answer was complete, or a failed write). The
    // exchange is dead after this call; the owner must not touch it again.
    void (*on_gone)(struct exchange *x, void *owner);
    // The answer was written to the socket whole; the exchange is dead after this call.
    void (*on_done)(struct exchange *x, void *owner);
    // The server refuses this request itself; the owner writes the whole answer with
    // exchange_reply. Comes before on_head (then no owner is set; the head is empty when none could
    // be read), or while the body is read (then the owner set in on_head stays, and on_done or
    // on_gone follows for it).
    void (*on_refuse)(void *context, struct exchange *x, enum server_refusal why);
};

struct server_limits {
    size_t body_bytes;       // largest body
    int64_t head_ms;         // deadline of a head, from its first byte (or the connection's start)
    int64_t body_ms;         // base of a body's deadline; + size / BODY_RATE_MIN
    int64_t idle_ms;         // keep-alive
    size_t buffers;          // bytes of all bodies held at once; 0 = no limit. Above: SERVER_BUSY
    size_t *held;            // atomic: their sum, of several servers; NULL = this one's alone
    unsigned connections;    // most at once; 0 = by descriptors
    bool half_close_answers; // a FIN before the answer is no departure
};

// Listens. `address`: "127.0.0.1:7575", "[::1]:7575", "unix:/path" (mode 0600, one worker only).
// With SO_REUSEPORT when `shared`. `tls` may be NULL (net/tls.h). STATUS_BUSY names who holds the
// port where it can be known.
struct tls_server;
struct server_setup {
    struct str address;
    bool shared;
    struct tls_server *tls;
    const struct server_limits *limits; // copied
    const struct server_events *events;
    void *context; // of the events
};
enum status server_open(struct loop *l, const struct server_setup *setup, struct server **out,
                        struct why *why) MUST_USE;
// Stops accepting at once. Connections without a whole head are closed; a body has STOP_BODY_MS to
// become whole; a running exchange's answer says `Connection: close`.
void server_stop(struct server *s);
size_t server_connections(const struct server *s);
uint16_t server_port(const struct server *s); // what port 0 became; 0 for a UNIX socket
// Frees the server; connections that are left are cut.
void server_close(struct server *s);

// --- exchange: what came ---
const struct head *exchange_request(const struct exchange *x);
void exchange_own(struct exchange *x, void *owner);
void *exchange_owner(const struct exchange *x); // NULL when there is none
// Of a SERVER_BAD_REQUEST: what could not be read, as half a sentence. Empty when it is not known.
struct str exchange_fault(const struct exchange *x);
// Peer is a UNIX socket.
bool exchange_local(const struct exchange *x);
// Begins to read the body (also one of length 0: on_body comes at once, before this returns).
void exchange_read_body(struct exchange *x);
// The whole body, contiguous, chunked framing removed. Lives until exchange_drop_body or the end.
struct str exchange_body(const struct exchange *x);
// Gives the body's memory back early; head slices stay valid until the exchange's end.
void exchange_drop_body(struct exchange *x);

// --- exchange: the answer ---
// Starts the answer: the status line and Date.
void exchange_begin(struct exchange *x, int status);
// A field of the answer, between exchange_begin and exchange_head. `name` is a word of the program
// itself (field_write takes others'). False (and left out) when the value is not safe.
bool exchange_field(struct exchange *x, struct str name, struct str value);
// Lines that field_write wrote.
void exchange_fields(struct exchange *x, struct str lines);
// Ends the head. length >= 0: Content-Length; -1: chunked on HTTP/1.1, else close-delimited. Adds
// Connection and (chunked) Transfer-Encoding.
void exchange_head(struct exchange *x, int64_t length);
// Body bytes; copied. Framing is added. Nothing is written to the socket before the loop's turn
// ends.
void exchange_write(struct exchange *x, struct str bytes);
// The body ends (the last chunk). on_done follows. With `Content-Length`, all bytes must be
// written.
void exchange_end(struct exchange *x);
// Of an answer of our own with that status: in a 503 goes when to ask again. Between exchange_begin
// and exchange_head.
void exchange_come_again(struct exchange *x, int status);
// Status, fields and body in one go, for short answers of our own. Closes lingeringly when input is
// unread.
void exchange_reply(struct exchange *x, int status, struct str content_type, struct str body);
// Cuts the connection so that the client sees a broken answer, never a clean end. What was written
// before is sent if it fits the socket. The exchange is dead after this; no event follows.
void exchange_abort(struct exchange *x);
// True when about STREAM_BUFFER_MAX bytes wait for the client; on_room follows.
bool exchange_full(struct exchange *x);
// After the answer this connection is closed.
void exchange_close_after(struct exchange *x);
// Raw bytes on the wire, no framing (the mock's faults).
void exchange_raw(struct exchange *x, struct str bytes);
// Resets the connection (RST), for the mock. The exchange is dead after this; no event follows.
void exchange_reset(struct exchange *x);

#endif
