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
//
// An event that is longer than SSE_EVENT_BYTES_MAX is not kept: it is given part by part as it
// comes, and sse_data finds the data in a part. The line ends at a part's end wait for what follows
// them, so that the last part is the end of the last line and the blank line, wherever the network
// cut:
//
//   data: {"image":"AAAA...   ...AAAA...   ...AAAA"}   \n\n
//   '-------- part ---------''-- part --''-- part --''-- part, end

#ifndef METER_SSE_H
#define METER_SSE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

struct sse_event {
    struct str raw;  // all bytes of the event with the blank line that ends it
    struct str name; // `event:` field; empty if none
    struct str data; // joined data; empty if the event has none (comments only), and in parts
    bool has_data;
    bool tail; // no event: the LF of a CRLF that ended the event before, cut off by the network
    bool part; // bytes of a long event
    bool end;  // its last ones; name and has_data are of all parts together
};

// The fields of a long event, byte by byte.
struct sse_lines {
    unsigned char state;
    unsigned char len;      // of the line's field name so far
    unsigned char name_len; // over the room: no name that matters
    unsigned char skip;     // bytes of a BOM to come
    bool space;             // the value may begin with one that is not its own
    bool after_cr;
    bool has_data;
    char field[5];
    char name[48];
};

struct sse {
    struct buf carry;  // an event that has begun
    struct buf joined; // several data lines
    struct sse_lines lines;
    size_t long_bytes; // an event of more is given in parts: SSE_EVENT_BYTES_MAX
    size_t left;       // bytes of the piece that belong to the long event and were looked at
    char ends[4];      // line ends of a long event that wait
    unsigned char ends_len;
    bool ends_given;
    bool in_parts; // inside of a long event
    bool complete; // its end is in the piece
    bool started;  // past a possible BOM
    bool in_line;  // the current line has a byte
    bool after_cr; // the last byte was a CR
    bool given;    // the carry was given out as an event
    bool failed;   // out of memory
};

void sse_init(struct sse *s, const struct alloc *alloc);
void sse_fini(struct sse *s);
// Takes the next event, or part of one, out of `piece` (which then starts after it) together with
// what is carried. False when the piece is used up (its tail is carried) or there is no memory. The
// event's slices live until the next call.
bool sse_next(struct sse *s, struct str *piece, struct sse_event *event);
// The next run of data in a part, which then starts after it; several data lines are joined with
// LF. To be called until it is false, for each part, before the next one is taken.
bool sse_data(struct sse *s, struct str *part, struct str *data);
// The stream has ended: what was carried, as an event that lacks its blank line (of a long event,
// its end). False when there is none.
bool sse_last(struct sse *s, struct sse_event *event);
// Length of the line that `s` begins with, without its end; all of it where it has no end.
size_t sse_line(struct str s);
// Bytes of an event that has begun and not ended.
struct str sse_rest(const struct sse *s);

#endif
