// SPDX-License-Identifier: Apache-2.0

#include "store/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"

static const char magic[8] = {'C', 'L', 'S', 'E', 'G', 0, 0, 1};

static void put32(char *to, uint32_t n)
{
    for (unsigned i = 0; i < 4; i++)
        to[i] = (char)(unsigned char)(n >> (8 * i) & 0xff);
}

static uint32_t get32(const char *from)
{
    uint32_t n = 0;
    for (unsigned i = 0; i < 4; i++)
        n |= (uint32_t)(unsigned char)from[i] << (8 * i);
    return n;
}

static void head_write(const struct segment *s, char head[SEGMENT_HEAD])
{
    memset(head, 0, SEGMENT_HEAD);
    memcpy(head, magic, sizeof magic);
    put32(head + 8, (uint32_t)(s->seq & UINT32_MAX));
    put32(head + 12, (uint32_t)(s->seq >> 32));
    put32(head + 16, s->worker);
    put32(head + 20, s->reserve);
    put32(head + 28, digest_crc32(0, head, 28));
}

static bool head_read(struct segment *s, const char head[SEGMENT_HEAD])
{
    if (memcmp(head, magic, sizeof magic) != 0 || get32(head + 28) != digest_crc32(0, head, 28))
        return false;
    s->seq = get32(head + 8) | (uint64_t)get32(head + 12) << 32;
    s->worker = get32(head + 16);
    s->reserve = get32(head + 20) != 0;
    return true;
}

static enum status failure(int error)
{
    return error == ENOSPC || error == EDQUOT || error == EFBIG ? STATUS_FULL : STATUS_IO;
}

static struct segment *make(void)
{
    struct segment *s = alloc_zero(&alloc_heap, sizeof *s);
    if (s) {
        list_init(&s->link);
        s->fd = -1;
    }
    return s;
}

static enum status fill(int folder, struct segment *s, struct why *why)
{
    char head[SEGMENT_HEAD];
    s->fd = openat(folder, s->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (s->fd < 0)
        return why_set(why, failure(errno), "journal/%s cannot be made: %s", s->name,
                       strerror(errno));
    int error = posix_fallocate(s->fd, 0, s->size);
    if (error)
        return why_set(why, failure(error), "no %u MiB for journal/%s: %s",
                       (unsigned)(s->size / MIB), s->name, strerror(error));
    head_write(s, head);
    errno = 0;
    if (pwrite(s->fd, head, sizeof head, 0) != (ssize_t)sizeof head)
        return why_set(why, failure(errno), "journal/%s cannot be written: %s", s->name,
                       strerror(errno));
    return STATUS_OK;
}

enum status segment_create(int folder, uint64_t seq, uint32_t worker, struct segment **out,
                           struct why *why)
{
    bool reserve = worker == SEGMENT_RESERVE;
    struct segment *s = make();
    if (!s)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    s->seq = seq;
    s->worker = reserve ? 0 : worker;
    s->reserve = reserve;
    s->size = reserve ? RESERVE_BYTES : SEGMENT_BYTES;
    if (reserve)
        snprintf(s->name, sizeof s->name, "%012llx-reserve.seg", (unsigned long long)seq);
    else
        snprintf(s->name, sizeof s->name, "%012llx-w%u.seg", (unsigned long long)seq, worker);
    enum status status = fill(folder, s, why);
    if (status != STATUS_OK) {
        segment_delete(folder, s);
        return status;
    }
    s->own = true;
    s->read = s->reading = SEGMENT_HEAD;
    atomic_store_explicit(&s->end, SEGMENT_HEAD, memory_order_release);
    *out = s;
    return STATUS_OK;
}

static bool is_zero(const char *bytes, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        if (bytes[i])
            return false;
    }
    return true;
}

// The start of a head, whose writer died in the middle.
static bool head_torn(const char head[SEGMENT_HEAD])
{
    size_t same = 0;
    while (same < sizeof magic && head[same] == magic[same])
        same++;
    return same == sizeof magic || is_zero(head + same, (int64_t)(SEGMENT_HEAD - same));
}

static enum status load(int folder, struct segment *s, struct why *why)
{
    char head[SEGMENT_HEAD];
    struct stat about;
    s->fd = openat(folder, s->name, O_RDWR | O_CLOEXEC);
    if (s->fd < 0 || fstat(s->fd, &about) != 0)
        return why_set(why, STATUS_IO, "journal/%s cannot be opened: %s", s->name, strerror(errno));
    bool small = about.st_size <= RESERVE_BYTES;
    s->size = small ? (uint32_t)about.st_size : 0;
    bool whole = small && segment_read(s, 0, head, sizeof head) == sizeof head;
    if (whole && head_read(s, head))
        return STATUS_OK;
    if (small && segment_zero_from(s, whole && head_torn(head) ? SEGMENT_HEAD : 0))
        return why_set(why, STATUS_CLOSED, "journal/%s was never begun", s->name);
    return why_set(why, STATUS_DAMAGED, "journal/%s has no segment's head", s->name);
}

enum status segment_load(int folder, const char *name, struct segment **out, struct why *why)
{
    struct segment *s = make();
    if (!s)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    if (!str_copy(str_of(name), s->name, sizeof s->name)) {
        heap_free(s);
        return why_set(why, STATUS_DAMAGED, "journal/%s has no segment's name: too long", name);
    }
    enum status status = load(folder, s, why);
    if (status != STATUS_OK) {
        segment_free(s);
        return status;
    }
    s->read = s->reading = SEGMENT_HEAD;
    atomic_store_explicit(&s->end, s->size, memory_order_release);
    atomic_store_explicit(&s->closed, true, memory_order_release);
    *out = s;
    return STATUS_OK;
}

void segment_trim(struct segment *s)
{
    char bytes[16384];
    uint32_t used = s->size;
    for (bool zero = true; zero && used > 0;) {
        uint32_t n = used < sizeof bytes ? used : sizeof bytes;
        if (segment_read(s, used - n, bytes, n) != n)
            return;
        zero = is_zero(bytes, n);
        used -= zero ? n : 0;
    }
    used += FRAME_HEAD + RECORD_BYTES_MAX;
    if (used >= s->size || ftruncate(s->fd, used) != 0)
        return;
    s->size = used;
    atomic_store_explicit(&s->end, used, memory_order_release);
}

void segment_free(struct segment *s)
{
    if (!s)
        return;
    if (s->fd >= 0)
        close(s->fd);
    list_pull(&s->link);
    heap_free(s);
}

void segment_delete(int folder, struct segment *s)
{
    char aside[SEGMENT_NAME_SIZE + sizeof ".damaged"];
    snprintf(aside, sizeof aside, "%s.damaged", s->name);
    if (s->fd >= 0 && s->damaged)
        renameat(folder, s->name, folder, aside);
    else if (s->fd >= 0)
        unlinkat(folder, s->name, 0);
    segment_free(s);
}

void segment_begin(struct buf *frame)
{
    buf_clear(frame);
    if (buf_room(frame, FRAME_HEAD))
        frame->len = FRAME_HEAD;
}

bool segment_seal(struct buf *frames, size_t start, enum record type)
{
    size_t n = frames->len - start;
    if (buf_failed(frames) || n <= FRAME_HEAD || n - FRAME_HEAD > RECORD_BYTES_MAX)
        return false;
    char *frame = frames->ptr + start;
    frame[8] = (char)type;
    put32(frame, (uint32_t)(n - FRAME_HEAD));
    put32(frame + 4, digest_crc32(0, frame + 8, n - 8));
    return true;
}

enum status segment_write(struct segment *s, struct str frames)
{
    uint32_t end = atomic_load_explicit(&s->end, memory_order_relaxed);
    if (frames.len > s->size - end)
        return STATUS_FULL;
    errno = 0;
    ssize_t n = pwrite(s->fd, frames.ptr, frames.len, end);
    if (n != (ssize_t)frames.len)
        return n >= 0 ? STATUS_FULL : failure(errno);
    atomic_store_explicit(&s->end, end + (uint32_t)frames.len, memory_order_release);
    return STATUS_OK;
}

enum status segment_append(struct segment *s, enum record type, struct buf *frame)
{
    return segment_seal(frame, 0, type) ? segment_write(s, buf_str(frame)) : STATUS_LIMIT;
}

uint32_t segment_room(const struct segment *s)
{
    return s->size - atomic_load_explicit(&s->end, memory_order_relaxed);
}

void segment_close(struct segment *s)
{
    atomic_store_explicit(&s->closed, true, memory_order_release);
}

bool segment_cut(struct segment *s)
{
    static const char none[4] = {0};
    uint32_t end = atomic_load_explicit(&s->end, memory_order_relaxed);
    bool cut =
        ftruncate(s->fd, end) == 0 || pwrite(s->fd, none, sizeof none, end) == (ssize_t)sizeof none;
    segment_close(s); // last: the reader may free it from here on
    return cut;
}

bool segment_sync(struct segment *s)
{
    uint32_t end = atomic_load_explicit(&s->end, memory_order_acquire);
    if (end == s->synced)
        return true;
    if (fdatasync(s->fd) != 0)
        return false;
    s->synced = end;
    return true;
}

static enum frame_state read_frame(struct str bytes, bool check, struct frame *out)
{
    if (bytes.len < FRAME_HEAD)
        return FRAME_MORE;
    uint32_t length = get32(bytes.ptr);
    if (length == 0)
        return FRAME_END;
    if (length > RECORD_BYTES_MAX)
        return FRAME_BAD;
    out->size = FRAME_HEAD + length;
    if (bytes.len - FRAME_HEAD < length)
        return FRAME_MORE;
    if (check && get32(bytes.ptr + 4) != digest_crc32(0, bytes.ptr + 8, (size_t)length + 1))
        return FRAME_BAD;
    unsigned char type = (unsigned char)bytes.ptr[8];
    if (type != RECORD_DISPATCHED && type != RECORD_FINAL)
        return FRAME_BAD;
    out->type = (enum record)type;
    out->payload = str_from(bytes.ptr + FRAME_HEAD, length);
    return FRAME_OK;
}

enum frame_state frame_read(struct str bytes, struct frame *out)
{
    return read_frame(bytes, true, out);
}

enum frame_state frame_read_own(struct str bytes, struct frame *out)
{
    return read_frame(bytes, false, out);
}

int64_t segment_read(const struct segment *s, uint32_t offset, char *out, uint32_t n)
{
    uint32_t done = 0;
    while (done < n) {
        ssize_t got = pread(s->fd, out + done, n - done, (off_t)offset + done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (uint32_t)got;
    }
    return done;
}

bool segment_zero_from(const struct segment *s, uint32_t offset)
{
    char bytes[4096];
    while (offset < s->size) {
        uint32_t left = s->size - offset;
        int64_t n = segment_read(s, offset, bytes, left < sizeof bytes ? left : sizeof bytes);
        if (n <= 0)
            return n == 0;
        if (!is_zero(bytes, n))
            return false;
        offset += (uint32_t)n;
    }
    return true;
}
