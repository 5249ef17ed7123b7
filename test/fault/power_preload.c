// SPDX-License-Identifier: Apache-2.0
//
// power_preload - a disk that remembers what was not synced (LD_PRELOAD). Each change of a file
// below $POWER_FOLDER is written to $POWER_LOG, with what was there before, before it is made, and
// so is each sync. Who kills the program can then undo, tear or mix what no sync has reached
// (scene/lib/power.py). $POWER_BOOT stands in for the kernel's boot id.
//
//   record: struct record, path, the new bytes, the old bytes

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define BOOT_FILE "/proc/sys/kernel/random/boot_id"

enum what { WRITE = 'w', SIZE = 's', SYNC = 'y', MADE = 'm', GONE = 'g' };

struct record {
    uint32_t what;
    uint32_t path_len;
    int64_t at;       // WRITE: its place; SIZE: the new one; GONE: the number of the copy
    int64_t old_size; // of the file
    uint32_t new_len;
    uint32_t old_len;
};

static int journal = -1;
static char folder[PATH_MAX];
static const char *boot, *copies;
static _Atomic int64_t gone;

__attribute__((constructor)) static void begin(void)
{
    const char *below = getenv("POWER_FOLDER");
    copies = getenv("POWER_LOG");
    boot = getenv("POWER_BOOT");
    if (below && copies && realpath(below, folder))
        journal = (int)syscall(SYS_openat, AT_FDCWD, copies, O_WRONLY | O_APPEND | O_CLOEXEC);
}

static bool below(const char *path)
{
    size_t n = strlen(folder);
    return journal >= 0 && strncmp(path, folder, n) == 0 && (path[n] == '/' || path[n] == 0) &&
           !strstr(path, "-shm") && !strstr(path, " (deleted)");
}

static bool fd_below(int fd, char *path)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = journal >= 0 ? readlink(link, path, PATH_MAX - 1) : -1;
    path[n > 0 ? n : 0] = 0;
    return n > 0 && below(path);
}

static bool at_below(int at, const char *name, char *path)
{
    size_t n = 0;
    if (name[0] != '/' && at != AT_FDCWD) {
        if (!fd_below(at, path))
            return false;
        n = strlen(path);
        path[n++] = '/';
    }
    snprintf(path + n, PATH_MAX - n, "%s", name);
    return below(path);
}

// One writev, so records of threads do not mix.
static void note(struct record r, const char *path, const void *new, const void *old)
{
    r.path_len = (uint32_t)strlen(path);
    struct iovec parts[] = {{&r, sizeof r},
                            {(void *)(uintptr_t)path, r.path_len},
                            {(void *)(uintptr_t) new, r.new_len},
                            {(void *)(uintptr_t)old, r.old_len}};
    int was = errno;
    if (syscall(SYS_writev, journal, parts, 4) < 0)
        abort();
    errno = was;
}

// What is there: to be freed.
static char *read_old(int fd, int64_t at, size_t n, uint32_t *got)
{
    char *bytes = malloc(n + 1);
    if (!bytes)
        abort();
    ssize_t have = n ? syscall(SYS_pread64, fd, bytes, n, at) : 0;
    *got = have > 0 ? (uint32_t)have : 0;
    return bytes;
}

static int64_t size_of(int fd)
{
    struct stat about;
    return fstat(fd, &about) == 0 ? about.st_size : 0;
}

static void note_write(int fd, const void *bytes, size_t n, int64_t at)
{
    char path[PATH_MAX];
    if (!fd_below(fd, path))
        return;
    // A file that is open without leave to read has no bytes to keep: it only grows.
    struct record r = {.what = WRITE, .at = at, .old_size = size_of(fd), .new_len = (uint32_t)n};
    char *old = read_old(fd, at, n, &r.old_len);
    note(r, path, bytes, old);
    free(old);
}

static void note_size(int fd, int64_t size)
{
    char path[PATH_MAX];
    if (!fd_below(fd, path))
        return;
    struct record r = {.what = SIZE, .at = size, .old_size = size_of(fd)};
    size_t lost = size < r.old_size ? (size_t)(r.old_size - size) : 0;
    char *old = read_old(fd, size, lost, &r.old_len);
    note(r, path, "", old);
    free(old);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    note_write(fd, bytes, n, at);
    return syscall(SYS_pwrite64, fd, bytes, n, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off_t at)
{
    return pwrite(fd, bytes, n, at);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    bool appends = fcntl(fd, F_GETFL) & O_APPEND;
    if (journal >= 0)
        note_write(fd, bytes, n, appends ? size_of(fd) : lseek(fd, 0, SEEK_CUR));
    return syscall(SYS_write, fd, bytes, n);
}

int ftruncate(int fd, off_t size)
{
    note_size(fd, size);
    return (int)syscall(SYS_ftruncate, fd, size);
}

int ftruncate64(int fd, off_t size)
{
    return ftruncate(fd, size);
}

int fallocate(int fd, int mode, off_t at, off_t n)
{
    if (at + n > size_of(fd))
        note_size(fd, at + n);
    return (int)syscall(SYS_fallocate, fd, mode, at, n);
}

int fallocate64(int fd, int mode, off_t at, off_t n)
{
    return fallocate(fd, mode, at, n);
}

int posix_fallocate(int fd, off_t at, off_t n)
{
    return fallocate(fd, 0, at, n) == 0 ? 0 : errno;
}

int posix_fallocate64(int fd, off_t at, off_t n)
{
    return posix_fallocate(fd, at, n);
}

// --- syncs ---

static void note_sync(int fd)
{
    char path[PATH_MAX];
    if (fd_below(fd, path))
        note((struct record){.what = SYNC}, path, "", "");
}

int fdatasync(int fd)
{
    note_sync(fd);
    return (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
    note_sync(fd);
    return (int)syscall(SYS_fsync, fd);
}

// --- names ---

static int open_at(int at, const char *name, int flags, mode_t mode)
{
    char path[PATH_MAX];
    if (boot && strcmp(name, BOOT_FILE) == 0)
        name = boot;
    bool made = (flags & O_CREAT) && at_below(at, name, path) &&
                syscall(SYS_faccessat, AT_FDCWD, path, F_OK) != 0;
    if (made)
        note((struct record){.what = MADE}, path, "", "");
    return (int)syscall(SYS_openat, at, name, flags, mode);
}

#include "preload_open.h"

int unlinkat(int at, const char *name, int flags)
{
    char path[PATH_MAX];
    char copy[PATH_MAX];
    if (!flags && at_below(at, name, path)) {
        int64_t n = ++gone;
        snprintf(copy, sizeof copy, "%s.%lld.%d", copies, (long long)n, (int)getpid());
        if (syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, copy, 0) == 0)
            note((struct record){.what = GONE, .at = n, .old_size = getpid()}, path, "", "");
    }
    return (int)syscall(SYS_unlinkat, at, name, flags);
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}
