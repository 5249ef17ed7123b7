// SPDX-License-Identifier: Apache-2.0
//
// sse - cuts a text/event-stream into events, wherever the network cut it. Lines end with LF, CR or
// CRLF; a BOM at the start is skipped; `data:` with or without a space; several data lines are joined
// with LF (WHATWG HTML, section 9.2). The raw bytes of each event are kept for passing on.

#ifndef WIRE_SSE_H
#define WIRE_SSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/str.h"

struct sse_event {
    struct str raw;  // all bytes of the event with the blank line that ends it
    struct str name; // `event:` field; empty if none
    struct str data; // joined data; empty if the event has none (comments only)
    bool has_data;
};

struct sse {
    struct buf carry;  // an event that has begun
    struct buf joined; // several data lines
    size_t seen;       // bytes of carry already looked at
    bool started;      // past a possible BOM
    bool skip_lf;      // the last piece ended with CR
    bool too_long;     // an event passed SSE_EVENT_BYTES_MAX
};

void sse_init(struct sse *s, const struct alloc *alloc);
void sse_fini(struct sse *s);
// Takes the next whole event out of `piece` (which then starts after it) together with what is carried.
// False when the piece is used up (its tail is carried) or too_long is set. The event's slices live
// until the next call.
bool sse_next(struct sse *s, struct str *piece, struct sse_event *event);
// Bytes of an event that has begun and not ended.
struct str sse_rest(const struct sse *s);

#endif
