// SPDX-License-Identifier: Apache-2.0
//
// play_part - what play.c and play_stream.c share. Not for other rooms.

#ifndef MOCK_PLAY_PART_H
#define MOCK_PLAY_PART_H

#include "mock/play.h"

enum stage { STAGE_READ, STAGE_WAIT, STAGE_STREAM, STAGE_HUNG, STAGE_BREAK, STAGE_OVER };

struct play {
    struct list link;
    struct mock *mock;
    struct exchange *x;
    struct order order;
    struct timer timer;
    struct buf out;
    enum stage stage;
    size_t at;        // of order.text: what was said
    int64_t pieces;   // said
    int64_t start_us; // of the first token
    int status;       // sent
    unsigned events;  // of a mixed stream
    bool billed;
    bool reported;
    char id[48];
};

static inline bool play_has(const struct play *p, enum trouble_kind kind)
{
    return p->order.trouble.on[kind];
}

static inline int64_t play_argument(const struct play *p, enum trouble_kind kind)
{
    return p->order.trouble.argument[kind];
}

struct billed play_so_far(const struct play *p); // of what was said
// Writes its line of the log, once.
void play_bill(struct play *p, const struct billed *billed, bool finished, bool left);
void play_field(struct play *p, const char *name, const char *value);
void play_begin(struct play *p, int status, const char *type);
// Cuts the connection once what was written has gone out.
void play_break_soon(struct play *p);

// Does a trouble cut this answer in its middle, of a stream or not?
bool play_breaks_midway(const struct play *p);
void play_break_midway(struct play *p); // after the first half
void play_stream(struct play *p);       // begins a stream
void play_pump(struct play *p);         // says what is due of it

#endif
