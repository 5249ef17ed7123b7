// SPDX-License-Identifier: Apache-2.0
//
// The system's zones: apart from zone.c, which opens no file.

#include <stdio.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/zone.h"

#define FOLDER "/usr/share/zoneinfo/"

// Files of the folder that stand for whatever the system has set, or for none having been set.
static bool is_no_place(struct str name)
{
    static const char *const files[] = {"localtime", "posixrules", "Factory"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (str_ends(name, str_of(files[i])))
            return true;
    }
    return false;
}

static bool name_is_fine(struct str name)
{
    if (name.len == 0 || name.len > NAME_BYTES_MAX || *name.ptr == '/' || is_no_place(name))
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9');
        if (!letter && c != '_' && c != '-' && c != '+' && c != '/')
            return false; // no dots: no way out of the folder
    }
    return true;
}

static enum status none(struct str name, struct why *why)
{
    char shown[NAME_BYTES_MAX + 1];
    str_copy_clipped(name, shown, sizeof shown);
    return why_set(why, STATUS_SYNTAX,
                   "there is no time zone %s; write it as in Europe/Berlin, or UTC", shown);
}

enum status zone_bytes(struct str name, struct buf *out, struct why *why)
{
    char path[sizeof FOLDER + NAME_BYTES_MAX];
    if (!name_is_fine(name))
        return none(name, why);
    snprintf(path, sizeof path, FOLDER "%.*s", STR_ARG(name));
    enum status status = file_read(path, FILE_AT_ONCE, out, why);
    return status == STATUS_IO ? none(name, why) : status;
}

enum status zone_open(struct str name, struct zone **out, struct why *why)
{
    struct buf bytes;
    if (str_is(name, "UTC")) {
        *out = NULL;
        return STATUS_OK;
    }
    buf_init(&bytes, &alloc_heap, ZONE_BYTES_MAX);
    enum status status = zone_bytes(name, &bytes, why);
    if (status == STATUS_OK)
        status = zone_read(buf_str(&bytes), &alloc_heap, out, why);
    buf_fini(&bytes);
    return status;
}
