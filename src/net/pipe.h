// SPDX-License-Identifier: Apache-2.0
//
// pipe - a non-blocking stream socket, plain or under TLS. It is registered once, edge-triggered,
// for reading, writing and the peer's FIN; what is ready is remembered here, so that pausing,
// resuming and waiting for room cost no system call. A RST that came together with bytes shows in
// no event: it is looked for LOOK_MS later, unless something else happened before.

#ifndef NET_PIPE_H
#define NET_PIPE_H

#include <event2/event_struct.h>
#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "net/turn.h"

#define PIPE_PIECES_MAX 16 // in one pipe_write
#define PIPE_END        (-1)
#define PIPE_BROKEN     (-2)

struct pipe {
    struct event event;
    struct work work;
    struct look look; // while an error may stand behind what was read
    struct loop *loop;
    SSL *ssl;
    void (*on_ready)(struct pipe *p); // something of the below changed
    void (*on_turn)(struct pipe *p);  // asked for with pipe_later
    uint64_t written;                 // bytes that a plain socket took
    int fd;
    bool readable; // bytes, an end or an error may wait
    bool writable;
    bool hung_up;        // the peer's FIN has come
    bool perhaps_broken; // an error may stand behind what can be read
    bool poked;          // an event came since this was last cleared
    bool shaking;        // TLS handshake under way
    bool failed;         // an error was told: what is read then as an end need be no FIN
};

enum pipe_shake { PIPE_SHAKE_DONE, PIPE_SHAKE_WAIT, PIPE_SHAKE_FAILED };

// Takes over `fd`. False when it cannot be watched (and then fd is closed).
bool pipe_open(struct pipe *p, struct loop *l, int fd, void (*on_ready)(struct pipe *p),
               void (*on_turn)(struct pipe *p)) MUST_USE;
void pipe_close(struct pipe *p); // harmless twice; no callback comes after it
void pipe_cut(struct pipe *p);   // as close, without TLS's word that this is the end
void pipe_reset(struct pipe *p); // as cut, with RST
void pipe_later(struct pipe *p); // on_turn at the end of the turn
// Takes over `ssl` (its side and names are set) and starts TLS on the open socket.
bool pipe_secure(struct pipe *p, SSL *ssl) MUST_USE;
enum pipe_shake pipe_shake(struct pipe *p);
// Bytes read (one read), 0 when none wait, PIPE_END or PIPE_BROKEN.
long pipe_read(struct pipe *p, char *out, size_t size);
// Bytes taken (maybe fewer, and then writable is false), or PIPE_BROKEN.
long pipe_write(struct pipe *p, const struct str *pieces, unsigned count);
void pipe_half_close(struct pipe *p);        // no more is written
bool pipe_failed(struct pipe *p);            // the socket has an error (RST); asks the system
uint64_t pipe_written(const struct pipe *p); // bytes that went to the socket, TLS's own among them
// Of an ended pipe: the peer's program cannot have read what was written after the first `before`
// bytes. Either nothing was, or the peer's FIN has come and acknowledged none of it: it carries all
// that its system had received by then. A RST proves nothing, as an acknowledgement may be 40 ms
// late. False also where the system does not tell.
bool pipe_unheard(const struct pipe *p, uint64_t before);

#endif
