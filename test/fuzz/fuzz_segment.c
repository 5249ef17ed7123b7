// SPDX-License-Identifier: Apache-2.0
//
// fuzz_segment - a file of the journal as a dead process or a disk may have left it: its head, its
// frames one after the other, and the entries in them. What is taken is, sealed again, the same
// bytes; a frame that is cut anywhere is none.

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/entry.h"
#include "store/segment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int folder = -1;
static char path[] = "/tmp/fuzz-segment-XXXXXX";

static void leave(void)
{
    rmdir(path);
}

static void open_folder(void)
{
    must(mkdtemp(path) != NULL);
    folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(folder >= 0 && atexit(leave) == 0);
}

static void check_entry(struct str payload)
{
    struct entry e;
    struct uuid id;
    uint8_t attempt;
    if (!entry_unpack(payload, &e))
        return;
    must(entry_unpack_id(payload, &id, &attempt));
    must(memcmp(&id, &e.id, sizeof id) == 0 && attempt == e.attempt);
}

static void check_frame(struct str bytes, const struct frame *f)
{
    struct frame other;
    must(f->size == FRAME_HEAD + f->payload.len && f->size <= bytes.len);
    must(f->payload.ptr == bytes.ptr + FRAME_HEAD && f->payload.len <= RECORD_BYTES_MAX);
    must(frame_read_own(bytes, &other) == FRAME_OK);
    must(other.size == f->size && other.type == f->type);
    for (uint32_t cut = 0; cut < f->size; cut += cut < FRAME_HEAD ? 1 : 61)
        must(frame_read(str_from(bytes.ptr, cut), &other) == FRAME_MORE);

    struct buf again;
    buf_init(&again, &alloc_heap, 0);
    segment_begin(&again);
    buf_add(&again, f->payload);
    must(segment_seal(&again, 0, f->type));
    must(str_eq(buf_str(&again), str_from(bytes.ptr, f->size)));
    buf_fini(&again);
}

static void read_frames(struct str bytes)
{
    struct frame f = {.size = 0};
    while (frame_read(bytes, &f) == FRAME_OK) {
        check_frame(bytes, &f);
        check_entry(f.payload);
        bytes = str_skip(bytes, f.size);
    }
}

static void read_file(struct str bytes)
{
    static char room[64 * KIB];
    int fd = openat(folder, "a.seg", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    must(fd >= 0 && write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len);
    close(fd);
    struct segment *s;
    if (segment_load(folder, "a.seg", &s, NULL) == STATUS_OK) {
        must(s->size == bytes.len && s->size >= SEGMENT_HEAD);
        int64_t n = segment_read(s, SEGMENT_HEAD, room, sizeof room);
        must(n >= 0 && n <= (int64_t)(bytes.len - SEGMENT_HEAD));
        read_frames(str_from(room, (size_t)n));
        segment_free(s);
    }
    unlinkat(folder, "a.seg", 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = str_from((const char *)data, size);
    if (folder < 0)
        open_folder();
    read_file(bytes);
    read_frames(str_skip(bytes, size < SEGMENT_HEAD ? size : SEGMENT_HEAD));
    return 0;
}
