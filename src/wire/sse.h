// SPDX-License-Identifier: Apache-2.0
//
// sse - cuts a text/event-stream into events, wherever the network cut it. Lines end with LF, CR or
// CRLF; a BOM at the start is skipped; `data:` with or without a space; several data lines are
// joined with LF (WHATWG HTML, section 9.2). The raw bytes of each event are kept for passing on.
//
//   piece:  ...ta: {"a":1}\n\ndata: {"b":2}\n\ndata: {"c
//           '- with the carry: event 1 -''-  event 2  -''- carried on
//
// An event that lies whole in a piece is given as a slice of the piece: nothing is copied.

#ifndef WIRE_SSE_H
#define WIRE_SSE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

struct sse_event {
    struct str raw;  // all bytes of the event with the blank line that ends it
    struct str name; // `event:` field; empty if none
    struct str data; // joined data; empty if the event has none (comments only)
    bool has_data;
    bool tail; // no event: the LF of a CRLF that ended the event before, cut off by the network
};

struct sse {
    struct buf carry;  // an event that has begun
    struct buf joined; // several data lines
    bool started;      // past a possible BOM
    bool in_line;      // the current line has a byte
    bool after_cr;     // the last byte was a CR
    bool given;        // the carry was given out as an event
    bool too_long;     // an event passed SSE_EVENT_BYTES_MAX
};

void sse_init(struct sse *s, const struct alloc *alloc);
void sse_fini(struct sse *s);
// Takes the next whole event out of `piece` (which then starts after it) together with what is
// carried. False when the piece is used up (its tail is carried) or too_long is set (also when
// there is no memory). The event's slices live until the next call.
bool sse_next(struct sse *s, struct str *piece, struct sse_event *event);
// The stream has ended: what was carried, as an event that lacks its blank line. False when there
// is none.
bool sse_last(struct sse *s, struct sse_event *event);
// Bytes of an event that has begun and not ended.
struct str sse_rest(const struct sse *s);

#endif
