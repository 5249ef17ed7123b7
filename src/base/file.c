// SPDX-License-Identifier: Apache-2.0

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/limits.h"

#define CHUNK_BYTES (64 * (size_t)KIB)

enum status file_failed(const char *path, const char *what, struct why *why)
{
    int error = errno;
    enum status s = error == ENOSPC || error == EDQUOT ? STATUS_FULL : STATUS_IO;
    return why_set(why, s, "%s: %s: %s", path, what, strerror(error));
}

enum status file_read_from(int fd, const char *path, struct buf *out, struct why *why)
{
    for (;;) {
        char beyond = 0;
        size_t left = out->ceiling ? out->ceiling - out->len : CHUNK_BYTES;
        size_t size = left < CHUNK_BYTES ? left : CHUNK_BYTES;
        char *room = size ? buf_room(out, size) : &beyond;
        if (!room)
            return why_set(why, STATUS_NO_MEMORY, "%s: out of memory", path);
        ssize_t n = read(fd, room, size ? size : 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return file_failed(path, "cannot be read", why);
        if (n == 0)
            return STATUS_OK;
        if (!size)
            return why_set(why, STATUS_LIMIT, "%s: more than %zu bytes", path, out->ceiling);
        out->len += (size_t)n;
    }
}

enum status file_read(const char *path, enum file_kind kind, struct buf *out, struct why *why)
{
    static const int flags[] = {0, O_NONBLOCK, O_NONBLOCK | O_NOFOLLOW};
    struct stat is;
    int fd = open(path, O_RDONLY | O_CLOEXEC | flags[kind]);
    if (fd < 0)
        return file_failed(path, "cannot be read", why);
    bool other = kind == FILE_OWN && (fstat(fd, &is) != 0 || !S_ISREG(is.st_mode));
    enum status s = other ? why_set(why, STATUS_IO, "%s: it is no file", path)
                          : file_read_from(fd, path, out, why);
    close(fd);
    return s;
}

bool file_write_to(int fd, struct str text)
{
    while (text.len) {
        ssize_t n = write(fd, text.ptr, text.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text = str_skip(text, (size_t)n);
    }
    return true;
}

enum status file_write(const char *path, enum file_kind kind, struct str text, struct why *why)
{
    bool own = kind == FILE_OWN;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | (own ? O_NOFOLLOW : 0),
                  own ? 0600 : 0666);
    if (fd < 0)
        return file_failed(path, "cannot be written", why);
    enum status s = STATUS_OK;
    if (!file_write_to(fd, text) || (own && fsync(fd) != 0))
        s = file_failed(path, "cannot be written", why);
    if (close(fd) != 0 && s == STATUS_OK)
        s = file_failed(path, "cannot be written", why);
    return s;
}

// Without a name until it is whole, so that who dies meanwhile leaves nothing. False where the file
// system, or the system, cannot do that.
static bool write_unnamed(const char *path, mode_t mode, struct str text)
{
    char folder[PATH_MAX], unnamed[64];
    if (!str_copy(str_of(path), folder, sizeof folder))
        return false;
    int fd = open(dirname(folder), O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
    if (fd < 0)
        return false;
    (void)snprintf(unnamed, sizeof unnamed, "/proc/self/fd/%d", fd);
    bool fine = file_write_to(fd, text) && fsync(fd) == 0 &&
                linkat(AT_FDCWD, unnamed, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
    close(fd);
    return fine;
}

static enum status write_beside(const char *path, enum file_kind kind, struct str text,
                                struct why *why)
{
    const mode_t mode = kind == FILE_OWN ? 0600 : 0666;
    if (write_unnamed(path, mode, text))
        return STATUS_OK;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return file_failed(path, "cannot be written", why);
    bool fine = file_write_to(fd, text) && fsync(fd) == 0;
    enum status s = fine ? STATUS_OK : file_failed(path, "cannot be written", why);
    if (close(fd) != 0 && fine)
        s = file_failed(path, "cannot be written", why);
    return s;
}

static enum status replace(const char *path, enum file_kind kind, struct str text, struct why *why)
{
    char beside[PATH_MAX];
    int n = snprintf(beside, sizeof beside, "%s.new-%ld", path, (long)getpid());
    if (n < 0 || (size_t)n >= sizeof beside)
        return why_set(why, STATUS_LIMIT, "%s: its path is too long", path);
    (void)unlink(beside); // of an earlier process with this number
    enum status s = write_beside(beside, kind, text, why);
    if (s == STATUS_OK && rename(beside, path) != 0)
        s = file_failed(path, "cannot be written", why);
    if (s == STATUS_OK)
        folder_sync(dirname(beside));
    else
        (void)unlink(beside);
    return s;
}

enum status file_replace(const char *path, enum file_kind kind, struct str text, struct why *why)
{
    char target[PATH_MAX];
    struct stat is;
    if (kind == FILE_OWN || lstat(path, &is) != 0) // what is not there is made
        return replace(path, kind, text, why);
    if (!realpath(path, target) || stat(target, &is) != 0)
        return file_failed(path, "cannot be written", why);
    if (!S_ISREG(is.st_mode))
        return why_set(why, STATUS_IO, "%s: it is no file", path);
    return replace(target, kind, text, why);
}
