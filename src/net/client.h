// SPDX-License-Identifier: Apache-2.0
//
// client - HTTP/1.1 calls to one origin over a pool of keep-alive connections, one pool a worker.
//
//   call_start --> connect or reuse --> send --> on_head --> on_data ... --> on_end
//                                            '-> on_fail (once, instead of what would follow)
//
// A reused connection that ends before any byte of the answer is replaced once by a fresh one when
// it closed before any byte of the request had come there (a keep-alive race, not a failed call):
// doc/why/capture.md.
// `sent` in on_fail says whether the origin may have seen the request.

#ifndef NET_CLIENT_H
#define NET_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/secret.h"
#include "base/status.h"
#include "net/http.h"
#include "net/loop.h"

struct origin; // scheme, host, port (and proxy), its pool, its addresses: one a worker and provider
struct call;
struct tls_client; // net/tls.h

struct origin_timeouts {
    int64_t connect_ms;
    int64_t first_byte_ms; // request sent -> first byte of the answer's body
    int64_t idle_ms;       // between two bytes of that
    int64_t total_ms;      // whole call
};

struct origin_setup {
    struct str host; // name or address (IPv6 without brackets)
    uint16_t port;
    bool tls;
    struct tls_client *tls_client; // when tls
    struct str proxy_host;         // empty = direct. With tls: CONNECT; else absolute-form requests
    uint16_t proxy_port;
    struct secret *proxy_authorization; // "Basic ..." or NULL
    struct origin_timeouts timeouts;
    unsigned connections_max; // 0 = no limit
};

// Copies what it needs. Nothing is resolved or connected yet.
struct origin *origin_new(struct loop *l, const struct origin_setup *setup) MUST_USE;
void origin_free(struct origin *o); // no call may be running; idle connections are closed
// A reload: idle connections are closed, running calls end normally, then it frees itself.
void origin_retire(struct origin *o);

#define CALL_FAIL_MAP(X)                            \
    X(RESOLVE, "name not found")                    \
    X(CONNECT, "connection refused or unreachable") \
    X(CONNECT_TIMEOUT, "no connection in time")     \
    X(TLS, "TLS failed")                            \
    X(PROXY, "the proxy refused")                   \
    X(RESET, "connection ended before the answer")  \
    X(STALE, "connection ended before the answer")  \
    X(FIRST_BYTE_TIMEOUT, "no answer in time")      \
    X(IDLE_TIMEOUT, "the answer stopped")           \
    X(TOTAL_TIMEOUT, "the call took too long")      \
    X(GARBAGE, "not HTTP")                          \
    X(LARGE, "its head is too large")               \
    X(CUT, "connection ended inside the answer")

// STALE: as RESET, on a connection that an earlier call had left; a fresh one may do.
enum call_fail {
#define X(id, text) CALL_FAIL_##id,
    CALL_FAIL_MAP(X)
#undef X
};
const char *call_fail_text(enum call_fail f);

struct call_events {
    void (*on_head)(struct call *c, void *owner); // call_response is valid in here
    void (*on_data)(struct call *c, void *owner, struct str bytes);
    void (*on_end)(struct call *c, void *owner); // framed end; the call is dead after this
    // The call is dead after this. `seen`: first bytes of what came (<= 200), for the log.
    void (*on_fail)(struct call *c, void *owner, enum call_fail fail, bool sent, struct str seen);
};

struct call_setup {
    struct str method;
    struct str target; // "/v1/chat/completions?x=1"
    // Complete field lines (field_write) without Host, Content-Length, Connection.
    struct str fields;
    const struct str *pieces; // of the body
    unsigned piece_count;
    const struct call_events *events;
    void *owner;
    // Credential line, attached by the transport only for this origin: "Authorization: Bearer "
    // etc.
    struct str secret_name;   // "authorization", "x-api-key", "x-goog-api-key"; empty = none
    struct str secret_prefix; // "Bearer " or empty
    struct secret *secret;
    int64_t
        until_us; // monotonic: when it fails as of the total timeout, if that is later; 0 = none
    bool fresh;   // on a connection of its own, not on one from the pool
};

// Starts a call. The bytes of the body's pieces (not the array) must live until call_sent is true
// or the call ends. NULL when out of memory (no event follows). No event comes before this returns.
struct call *call_start(struct origin *o, const struct call_setup *setup) MUST_USE;
const struct head *call_response(const struct call *c);
// The pieces are needed no more: every byte went to the socket, and on a reused connection the
// answer has begun (until then the request may have to be sent again). True in on_head.
bool call_sent(const struct call *c);
// A byte of the request went out, and it is not known that nobody read it.
bool call_spoke(const struct call *c);
// It was sent again, since a pooled connection had broken. May be asked in on_head and on_fail.
bool call_retried(const struct call *c);
// More came than the answer's Content-Length said. May be asked in on_end.
bool call_overran(const struct call *c);
// Back-pressure: no on_data after call_pause until call_resume; the socket is not read either.
void call_pause(struct call *c);
void call_resume(struct call *c);
// Closes the connection at once and ends the call without an event.
void call_cancel(struct call *c);

#endif
