// SPDX-License-Identifier: Apache-2.0

#include "base/mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

// Exactly so many bytes.
static bool read_all(int fd, char *to, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = read(fd, to + done, size - done);
        if (n <= 0 && !(n < 0 && errno == EINTR))
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static enum status map(int fd, const char *path, size_t most, struct mapped *out, struct why *why)
{
    struct stat is;
    if (fstat(fd, &is) != 0)
        return file_failed(path, "cannot be read", why);
    if (!S_ISREG(is.st_mode))
        return why_set(why, STATUS_IO, "%s: it is no file", path);
    if ((uint64_t)is.st_size > most)
        return why_set(why, STATUS_LIMIT, "%s: more than %zu bytes", path, most);
    size_t size = (size_t)is.st_size;
    void *at =
        size ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) : NULL;
    if (at == MAP_FAILED)
        return file_failed(path, "cannot be mapped", why);
    if (size && (!read_all(fd, at, size) || mprotect(at, size, PROT_READ) != 0)) {
        munmap(at, size);
        return why_set(why, STATUS_IO, "%s: it cannot be read, or was cut meanwhile", path);
    }
    out->bytes = str_from(at, size);
    return STATUS_OK;
}

enum status mapped_open(const char *path, size_t most, struct mapped *out, struct why *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return file_failed(path, "cannot be read", why);
    enum status s = map(fd, path, most, out, why);
    close(fd);
    return s;
}

void mapped_close(struct mapped *m)
{
    if (m->bytes.len)
        munmap((void *)(uintptr_t)m->bytes.ptr, m->bytes.len);
    m->bytes = STR_NONE;
}
