// SPDX-License-Identifier: Apache-2.0
//
// exchange - the inside of a server's connection; one exchange after the other lives in it.
//
//   SHAKE -> HEAD -> ASK -> BODY -> ANSWER -> HEAD ...        (only HEAD, BODY and LINGER read)
//              '------'------'---> REFUSED -> LINGER -> closed

#ifndef NET_EXCHANGE_H
#define NET_EXCHANGE_H

#include <event2/event_struct.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "net/pipe.h"
#include "net/reader.h"
#include "net/rest.h"
#include "net/server.h"

enum phase {
    PHASE_SHAKE,  // TLS handshake
    PHASE_HEAD,   // waiting for a head, or inside it
    PHASE_ASK,    // the owner has the head and has not asked for the body
    PHASE_BODY,   // the body is read
    PHASE_ANSWER, // the request was read whole
    PHASE_REFUSED,
    PHASE_LINGER,
};

enum answer { ANSWER_NONE, ANSWER_FIELDS, ANSWER_BODY, ANSWER_ENDED };
enum framing { FRAMING_LENGTH, FRAMING_CHUNKED, FRAMING_CLOSE, FRAMING_NOTHING };

struct exchange {
    struct grave grave;
    struct pipe pipe;
    struct server *server;
    struct list link;
    struct timer timer;
    struct reader reader;
    void *owner;
    char *body;
    size_t body_len;
    size_t body_size;
    char *out; // not yet on the socket
    size_t out_start;
    size_t out_len;
    size_t out_size;
    struct rest rest;      // belongs to what comes next
    int64_t left;          // of the announced Content-Length
    int64_t body_start_us; // when the body's deadline began
    uint8_t phase;
    uint8_t answer;
    uint8_t framing;
    bool keep;       // the connection goes on after this answer
    bool first;      // no head has come yet on this connection
    bool input_here; // bytes behind the head have come with it
    bool filled;     // exchange_full said true; on_room is due
    bool too_large;
    bool starved; // no memory for the body
    bool broken;  // output was lost: no memory
    bool dead;
};

struct server {
    struct grave grave;
    struct loop *loop;
    const struct server_events *events;
    void *context;
    struct server_limits limits;
    struct tls_server *tls;
    struct event listener;
    struct timer pause; // of accepting
    struct list exchanges;
    size_t count;
    size_t most;
    size_t buffered; // bytes of bodies held, where limits.held is not given
    char *unix_path;
    int64_t stopped_us;
    int fd;      // -1 when stopped
    int reserve; // a descriptor kept for saying 503 when there is no other
    uint16_t port;
    bool local;
    bool stopping;
};

// A connection on an accepted socket; closes `fd` when it cannot.
void exchange_open(struct server *s, int fd);
// Ends the connection without an event.
void exchange_destroy(struct exchange *x);
bool exchange_idle(const struct exchange *x);
// The server stops: ends what has no whole head, and hurries a body.
void exchange_stop(struct exchange *x);
// True when nothing of the request is left unread.
bool exchange_input_done(const struct exchange *x);
void exchange_out(struct exchange *x, struct str bytes);

// The memory of a request's body went from `old` bytes to `now`. False when all bodies together are
// above the limit.
bool exchange_hold(struct exchange *x, size_t old, size_t now);
void exchange_free_body(struct exchange *x);

#endif
