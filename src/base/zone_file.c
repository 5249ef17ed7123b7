// SPDX-License-Identifier: Apache-2.0
//
// The system's zones: apart from zone.c, which opens no file.

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/zone.h"

#define FOLDER         "/usr/share/zoneinfo/"
#define FILE_BYTES_MAX (256 * KIB)

static bool name_is_fine(struct str name)
{
    if (name.len == 0 || name.len > NAME_BYTES_MAX || *name.ptr == '/')
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9');
        if (!letter && c != '_' && c != '-' && c != '+' && c != '/')
            return false; // no dots: no way out of the folder
    }
    return true;
}

enum status zone_open(struct str name, struct zone **out, struct why *why)
{
    char path[sizeof FOLDER + NAME_BYTES_MAX];
    struct buf bytes;
    int fd = -1;
    if (name_is_fine(name)) {
        snprintf(path, sizeof path, FOLDER "%.*s", STR_ARG(name));
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0)
        return why_set(why, STATUS_SYNTAX,
                       "there is no time zone %.*s; write it as in Europe/Berlin, or UTC",
                       STR_ARG(name));
    buf_init(&bytes, &alloc_heap, FILE_BYTES_MAX);
    ssize_t n = 0;
    char *room = buf_room(&bytes, FILE_BYTES_MAX);
    if (room)
        n = read(fd, room, FILE_BYTES_MAX);
    close(fd);
    enum status status = zone_read(str_from(room, n > 0 ? (size_t)n : 0), &alloc_heap, out, why);
    buf_fini(&bytes);
    return status;
}
