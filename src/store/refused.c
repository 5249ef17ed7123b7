// SPDX-License-Identifier: Apache-2.0
//
// A record that the database is able to take and does not: a constraint that somebody added, a sum
// beyond what a column holds. Waiting does not help, and what stands behind it must not wait.

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "store/inside.h"

bool refused_is(const struct store *s)
{
    int code = sqlite3_errcode(s->db) & 0xff;
    return code == SQLITE_CONSTRAINT || code == SQLITE_MISMATCH || code == SQLITE_TOOBIG;
}

// As a frame of a segment has it: length, checksum, type, payload. Nothing is ever taken out.
static bool append(int fd, struct str payload)
{
    struct buf frame;
    buf_init(&frame, &alloc_heap, FRAME_HEAD + RECORD_BYTES_MAX);
    segment_begin(&frame);
    buf_add(&frame, payload);
    bool fine = segment_seal(&frame, 0, RECORD_FINAL) &&
                write(fd, frame.ptr, frame.len) == (ssize_t)frame.len && fdatasync(fd) == 0;
    buf_fini(&frame);
    return fine;
}

bool refused_keep(struct store *s, const char *name, struct str payload)
{
    char file[SEGMENT_NAME_SIZE + sizeof ".refused"];
    snprintf(file, sizeof file, "%s.refused", name);
    int fd = openat(s->folder, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    bool fine = fd >= 0 && append(fd, payload) && fsync(s->folder) == 0;
    if (fd >= 0)
        close(fd);
    if (fine)
        log_say(LOG_ERROR, "a call that the ledger refuses has no row; it is kept in journal/%s",
                file);
    else
        log_say(LOG_ERROR, "a call that the ledger refuses cannot be kept in journal/%s", file);
    return fine;
}
