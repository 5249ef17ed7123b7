// SPDX-License-Identifier: Apache-2.0
//
// turn - what net's own modules share inside a loop: work left for the end of the turn, memory that
// stays readable until then, blocks that are used again, and the buffer every socket is read into.
//
//   epoll --> events (read, parse, callbacks; output is gathered) --> end of the turn: work (flush)
//         --> memory of what was closed goes back --> epoll

#ifndef NET_TURN_H
#define NET_TURN_H

#include <stddef.h>

#include "base/list.h"
#include "net/loop.h"

#define READ_BYTES (16 * 1024) // one read of a socket

struct work {
    struct list link;
    void (*f)(struct work *w);
};

// Nothing is due yet. `w` stays where it is until it has run or was cancelled.
void work_init(struct work *w, void (*f)(struct work *w));
// Runs f once at the end of this turn; asking twice is once. From inside f: once more, and after
// some rounds only after the next look at the sockets.
void work_later(struct loop *l, struct work *w);
void work_cancel(struct work *w); // also when it is not due

// A second look at something, LOOK_MS after the last look_later.
#define LOOK_MS 20
struct look {
    struct list link;
    int64_t due_us;
    void (*f)(struct look *look);
};

// Nothing is due yet. `look` stays where it is until f has come, once, or it was cancelled.
void look_init(struct look *look, void (*f)(struct look *look));
void look_later(struct loop *l, struct look *look); // anew when it is due already
void look_cancel(struct look *look);                // also when it is not due

// Memory in powers of two, taken from and given back to the loop's own shelves.
void *block_get(struct loop *l, size_t least, size_t *size) MUST_USE; // NULL when out of memory
// As realloc for what block_get gave (NULL and 0 to begin with); the first `used` bytes are kept.
void *block_larger(struct loop *l, void *block, size_t *size, size_t used, size_t least) MUST_USE;
static inline MUST_USE void *block_grow(struct loop *l, void *block, size_t *size, size_t used,
                                        size_t least)
{
    return block && *size >= least ? block : block_larger(l, block, size, used, least);
}
void block_put(struct loop *l, void *block, size_t size); // NULL is fine

// First member of what is buried: it is given back after the turn's work, so that callers further
// up may still look at its `dead` mark.
struct grave {
    struct grave *next;
    size_t size;
};
void turn_bury(struct loop *l, struct grave *g);

// READ_BYTES, valid until the next read of any socket of this loop.
char *turn_scratch(struct loop *l);
// "Tue, 24 Nov 2026 10:00:00 GMT", built once a second.
#define HTTP_DATE_LEN 29
const char *turn_date(struct loop *l);

#endif
