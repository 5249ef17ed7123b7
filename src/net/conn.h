// SPDX-License-Identifier: Apache-2.0
//
// conn - the inside of a client's connection and of the call it carries.
//
//   DIAL -> [PROXY] -> [SHAKE] -> READY: a call, idle in the pool, a call ...

#ifndef NET_CONN_H
#define NET_CONN_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "net/client.h"
#include "net/pipe.h"
#include "net/reader.h"
#include "net/resolve.h"
#include "net/rest.h"

enum conn_phase { CONN_DIAL, CONN_PROXY, CONN_SHAKE, CONN_READY };
enum body_framing { BODY_NONE, BODY_LENGTH, BODY_CHUNKED, BODY_CLOSE };

struct ssl_session_st;

struct conn {
    struct grave grave;
    struct pipe pipe;
    struct origin *origin;
    struct call *call; // NULL when idle
    struct list link;  // in the origin's idle list
    struct reader reader;
    struct rest rest; // not given to a paused call yet
    uint64_t before;  // bytes written when it took the call
    int64_t left;     // of a Content-Length
    int64_t idle_until_us;
    uint32_t idle_ms; // how long it may be idle: ours or what the server said
    uint8_t phase;
    uint8_t framing;
    bool keep;
    bool used; // has carried a call before
    bool send_broken;
    bool dead;
};

struct call {
    struct grave grave;
    struct work work; // to start, or to start again
    struct timer timer;
    struct origin *origin;
    struct conn *conn;
    struct list link; // waiting for a connection or an address
    const struct call_events *events;
    void *owner;
    char *request; // head, and the body when it is small
    size_t request_len;
    size_t request_size;
    struct str *pieces; // of a large body
    size_t pieces_size;
    size_t body_len; // of the pieces
    size_t sent;
    int64_t total_us; // deadlines
    int64_t connect_us;
    int64_t step_us; // of what is waited for now; 0 = none
    uint8_t piece_count;
    uint8_t hints; // answers before the answer
    uint8_t tried; // addresses
    bool to_head;  // the method is HEAD
    bool spoke;    // a byte of the request went out, and it is not known that nobody read it
    bool began;    // a byte of the answer has come
    bool headed;   // its head is complete
    bool bodied;   // a byte behind that has come
    bool overran;  // more came than its Content-Length said
    bool fresh;    // no pooled connection is taken
    bool retried;
    bool paused;
    bool dead;
};

struct origin {
    struct grave grave;
    struct loop *loop;
    struct resolver resolver;
    struct origin_timeouts timeouts;
    struct tls_client *tls_client;
    struct ssl_session_st *session;
    struct secret *proxy_authorization;
    struct timer sweep;
    struct list idle;    // oldest first
    struct list waiting; // calls
    struct list asking;  // calls that need an address
    size_t idle_count;
    size_t open_count; // connections
    size_t call_count;
    unsigned connections_max;
    uint16_t port;
    bool tls;
    bool proxied;
    bool retired;
    char *dial_host;     // the proxy's or the origin's
    char *host;          // the origin's
    char *authority;     // "host:port", port left out when it is the scheme's
    char *authority_all; // "host:port"
};

void call_fail(struct call *c, enum call_fail fail, struct str seen);
// The answer is complete: on_end, and the call is freed.
void call_finish(struct call *c);
// Starts over on a fresh connection.
void call_again(struct call *c);
void call_deadline(struct call *c, int64_t after_ms); // of the next step; 0 = none
// The whole request is out and will not be needed again.
void call_release(struct call *c);
bool call_all_sent(const struct call *c);
// Dials the next address of the origin for this call.
void conn_dial(struct call *c);
void conn_carry(struct conn *conn, struct call *c); // a ready connection takes the call
void conn_close(struct conn *conn);
// Bytes or an end on a connection that carries no call close it.
void conn_look_idle(struct conn *conn);
struct conn *origin_take_idle(struct origin *o);
// Into the pool, or closed.
void origin_park(struct origin *o, struct conn *conn);
void origin_wake(struct origin *o); // a connection may be opened or used again

#endif
