// SPDX-License-Identifier: Apache-2.0
//
// segment - one file of the journal: a head, then frames, then zeros up to its preallocated end.
//
//   | head 32 | frame | frame | frame | 0 0 0 0 0 ...                            | size
//                             ^ read by the writer   ^ end: written, published
//
//   head:  "CLSEG\0\0\1" | u64 seq | u32 worker | u32 reserve | u32 0 | u32 crc32 of these
//   frame: u32 length of the payload | u32 crc32(type, payload) | u8 type | payload
//
// One thread appends, one reads: the reader goes only as far as `end`, which is published after the
// write. After a crash `end` is not known; the frames say it: a length of 0 ends the segment, a bad
// frame with nothing but zeros behind it is a torn tail.

#ifndef STORE_SEGMENT_H
#define STORE_SEGMENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/list.h"
#include "base/status.h"

#define SEGMENT_BYTES     (8 * MIB)
#define RESERVE_BYTES     (64 * MIB)
#define SEGMENT_HEAD      32
#define FRAME_HEAD        9
#define RECORD_BYTES_MAX  (64 * KIB) // a payload
#define SEGMENT_NAME_SIZE 48

enum record { RECORD_NONE = 0, RECORD_DISPATCHED = 1, RECORD_FINAL = 2 };

struct segment {
    struct list link;
    uint64_t seq;
    uint32_t worker;
    bool reserve;
    int fd;
    uint32_t size;
    char name[SEGMENT_NAME_SIZE];
    _Atomic uint32_t end; // bytes that the appender has published
    _Atomic bool closed;  // nothing more is appended
    // The writer thread's own.
    uint32_t read;    // up to here the ledger has it
    uint32_t reading; // the same, of the transaction under way
    uint32_t synced;
    bool bad;     // what stands at `reading` is no frame: the rest is not read
    bool ended;   // the same, of `read`
    bool damaged; // and it is no torn tail either: the file is kept aside
    bool leaving; // all of it is in the ledger: goes when that is on the disk
    bool own;     // made by this process: up to `end` there are whole frames
};

#define SEGMENT_RESERVE UINT32_MAX // no worker's: the large one kept for a full disk

// A fresh, preallocated, empty one of a worker, or the reserve. FULL when there is no space for it.
enum status segment_create(int folder, uint64_t seq, uint32_t worker, struct segment **out,
                           struct why *why) MUST_USE;
// One that an earlier process left; closed, end = size until frames say otherwise. DAMAGED when its
// name or head is no segment's, CLOSED when it holds nothing but zeros behind what should be its
// head (a process died while making it).
enum status segment_load(int folder, const char *name, struct segment **out,
                         struct why *why) MUST_USE;
// Gives most of the zeros behind the frames of a loaded one back to the disk, which may be full;
// those that may end its last frame stay. Its process must be dead: a living one counts on them.
void segment_trim(struct segment *s);
void segment_free(struct segment *s); // closes, keeps the file
// Closes, unlinks; a damaged one gets ".damaged" behind its name instead.
void segment_delete(int folder, struct segment *s);
// Begins a frame in `frame` (cleared): the caller appends the payload, segment_append writes it.
void segment_begin(struct buf *frame);
// The head of the frame that begins at `start`, over the payload that stands there up to the
// buffer's end. False when that is empty or too long.
bool segment_seal(struct buf *frames, size_t start, enum record type) MUST_USE;
// One write(2). FULL when it does not fit into the segment or the disk is full; then nothing counts
// as written, and the segment must be cut (whole frames may stand behind its end).
enum status segment_append(struct segment *s, enum record type, struct buf *frame) MUST_USE;
// The same for frames that are sealed.
enum status segment_write(struct segment *s, struct str frames) MUST_USE;
uint32_t segment_room(const struct segment *s); // bytes that still fit
void segment_close(struct segment *s);
// The same after a write that failed: what it left behind `end` must never be read. It is cut off;
// where the file system refuses that, a length of 0 is set before it. False when it refused both.
bool segment_cut(struct segment *s) MUST_USE;
bool segment_sync(struct segment *s); // fdatasync of what is new; true when it is on the disk

enum frame_state { FRAME_OK, FRAME_END, FRAME_MORE, FRAME_BAD };

struct frame {
    enum record type;
    struct str payload; // slice of the bytes given
    uint32_t size;      // of the whole frame
};

// The frame at the start of `bytes`. FRAME_END: a length of 0; FRAME_MORE: it goes on behind these
// bytes; FRAME_BAD: torn or damaged. `size` is set where a length was told.
enum frame_state frame_read(struct str bytes, struct frame *out);
// The same of a segment's own bytes below its `end`: the checksum is for what a dead process or a
// disk left, so it is not counted again.
enum frame_state frame_read_own(struct str bytes, struct frame *out);
// Reads at most `n` bytes from `offset`; the count, or -1.
int64_t segment_read(const struct segment *s, uint32_t offset, char *out, uint32_t n);
// True when there is nothing but zeros from `offset` on: the bad frame before it is a torn tail.
bool segment_zero_from(const struct segment *s, uint32_t offset);

#endif
