// SPDX-License-Identifier: Apache-2.0
//
// disk_preload - a disk that fails when told to. Loaded before a program (LD_PRELOAD), it counts
// each call that changes something below the folder $DISK_FOLDER and lets those fail which the
// order of $DISK_ORDER names: a file that both sides map, so it can change while the program runs.
//
//   calls:   1 2 3 4 5 6 7 8 ...
//   order:       first     past     error: an errno, or 0 = half of a write, and it says so
//                |---------|        growth: only calls that need more room (a full disk)
//                                   journal: only calls in the folder of that name; -1: all others
//
// `held` set to 1 holds the next pwrite, which makes it 2 and waits until it is 0.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct order {
    _Atomic int64_t seen;   // calls that could have failed
    _Atomic int64_t failed; // calls that did
    _Atomic int64_t first;
    _Atomic int64_t past;
    _Atomic int64_t error;
    _Atomic int64_t growth;
    _Atomic int64_t journal;
    _Atomic int64_t held;
};

static struct order *order;
static char folder[PATH_MAX];

__attribute__((constructor)) static void begin(void)
{
    const char *below = getenv("DISK_FOLDER");
    const char *file = getenv("DISK_ORDER");
    int fd = file ? (int)syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0 || !below || !realpath(below, folder))
        return;
    void *shared = mmap(NULL, sizeof *order, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    order = shared == MAP_FAILED ? NULL : shared;
}

static bool below(const char *path)
{
    size_t n = strlen(folder);
    if (!order || strncmp(path, folder, n) != 0 || (path[n] != '/' && path[n] != 0))
        return false;
    int64_t which = atomic_load(&order->journal);
    bool journal = strncmp(path + n, "/journal/", 9) == 0;
    return which == 0 || journal == (which > 0);
}

static bool fd_below(int fd)
{
    char link[64];
    char path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = order ? readlink(link, path, sizeof path - 1) : -1;
    path[n > 0 ? n : 0] = 0;
    return n > 0 && below(path);
}

static bool path_below(int at, const char *path)
{
    if (path[0] == '/')
        return below(path);
    char whole[PATH_MAX];
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", at);
    ssize_t n = order && at != AT_FDCWD ? readlink(link, whole, sizeof whole - 1) : -1;
    if (n <= 0)
        return false;
    snprintf(whole + n, sizeof whole - (size_t)n, "/%s", path);
    return below(whole);
}

enum verdict { PASS, FAIL, HALF };

// One more call that could fail. `grows`: it needs room that it does not have yet.
static enum verdict judge(bool grows)
{
    if (atomic_load(&order->growth) && !grows)
        return PASS;
    int64_t n = atomic_fetch_add(&order->seen, 1) + 1;
    if (n < atomic_load(&order->first) || n >= atomic_load(&order->past))
        return PASS;
    atomic_fetch_add(&order->failed, 1);
    errno = (int)atomic_load(&order->error);
    return errno ? FAIL : HALF;
}

static off_t size_of(int fd)
{
    struct stat about;
    return fstat(fd, &about) == 0 ? about.st_size : 0;
}

static void wait_if_held(void)
{
    int64_t wanted = 1;
    if (atomic_compare_exchange_strong(&order->held, &wanted, 2))
        while (atomic_load(&order->held) == 2)
            usleep(1000);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t offset)
{
    bool ours = fd_below(fd);
    enum verdict v = ours ? judge(offset + (off_t)n > size_of(fd)) : PASS;
    if (ours)
        wait_if_held();
    if (v == FAIL)
        return -1;
    return syscall(SYS_pwrite64, fd, bytes, v == HALF ? n / 2 : n, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off_t offset)
{
    return pwrite(fd, bytes, n, offset);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    enum verdict v = fd_below(fd) ? judge(lseek(fd, 0, SEEK_CUR) + (off_t)n > size_of(fd)) : PASS;
    if (v == FAIL)
        return -1;
    return syscall(SYS_write, fd, bytes, v == HALF ? n / 2 : n);
}

// Those that write no bytes cannot do half of it: they fail as a bad disk does.
static bool fails(bool grows)
{
    enum verdict v = judge(grows);
    if (v == HALF)
        errno = EIO;
    return v != PASS;
}

int fdatasync(int fd)
{
    return fd_below(fd) && fails(false) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
    return fd_below(fd) && fails(false) ? -1 : (int)syscall(SYS_fsync, fd);
}

int ftruncate(int fd, off_t size)
{
    return fd_below(fd) && fails(size > size_of(fd)) ? -1 : (int)syscall(SYS_ftruncate, fd, size);
}

int ftruncate64(int fd, off_t size)
{
    return ftruncate(fd, size);
}

int fallocate(int fd, int mode, off_t offset, off_t n)
{
    return fd_below(fd) && fails(true) ? -1 : (int)syscall(SYS_fallocate, fd, mode, offset, n);
}

int fallocate64(int fd, int mode, off_t offset, off_t n)
{
    return fallocate(fd, mode, offset, n);
}

int posix_fallocate(int fd, off_t offset, off_t n)
{
    return fallocate(fd, 0, offset, n) == 0 ? 0 : errno;
}

int posix_fallocate64(int fd, off_t offset, off_t n)
{
    return posix_fallocate(fd, offset, n);
}

static int open_at(int at, const char *path, int flags, mode_t mode)
{
    bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT);
    if (writes && path_below(at, path)) {
        bool grows = (flags & O_CREAT) && syscall(SYS_faccessat, at, path, F_OK) != 0;
        if (fails(grows))
            return -1;
    }
    return (int)syscall(SYS_openat, at, path, flags, mode);
}

#include "preload_open.h"

int mkdir(const char *path, mode_t mode)
{
    bool new = path_below(AT_FDCWD, path) && access(path, F_OK) != 0;
    return new &&fails(true) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int link(const char *from, const char *to)
{
    bool ours = path_below(AT_FDCWD, to);
    return ours && fails(true) ? -1 : (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlinkat(int at, const char *path, int flags)
{
    bool ours = path_below(at, path);
    return ours && fails(false) ? -1 : (int)syscall(SYS_unlinkat, at, path, flags);
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int renameat(int from_at, const char *from, int to_at, const char *to)
{
    bool ours = path_below(to_at, to);
    return ours && fails(false) ? -1 : (int)syscall(SYS_renameat, from_at, from, to_at, to);
}

int rename(const char *from, const char *to)
{
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}
