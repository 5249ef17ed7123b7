// SPDX-License-Identifier: Apache-2.0
//
// lines - cuts a stream of JSON lines (application/x-ndjson) into its lines, wherever the network
// cut it. Each is an event, as sse.h has them: `raw` with the line end, `data` without it and
// without the blanks around; a blank line has none. LF ends a line, also behind a CR.
//
// A line that lies whole in a piece is given as a slice of the piece: nothing is copied. One longer
// than SSE_EVENT_BYTES_MAX is given part by part as it comes; then its LF is the last part.

#ifndef METER_LINES_H
#define METER_LINES_H

#include "meter/sse.h"

struct lines {
    struct buf carry;  // a line that has begun
    size_t long_bytes; // a longer line is given in parts: SSE_EVENT_BYTES_MAX
    bool in_parts;     // inside of a long line
    bool given;        // the carry was given out
    bool failed;       // out of memory
};

void lines_init(struct lines *l, const struct alloc *alloc);
void lines_fini(struct lines *l);
// As sse_next.
bool lines_next(struct lines *l, struct str *piece, struct sse_event *event);
// The stream has ended: the line that lacks its end (of a long one, an empty last part). False when
// there is none.
bool lines_last(struct lines *l, struct sse_event *event);

#endif
