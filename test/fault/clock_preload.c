// SPDX-License-Identifier: Apache-2.0
//
// clock_preload - the wall clock of a program, moved by $CLOCK_SHIFT seconds (LD_PRELOAD), or by
// those that the file $CLOCK_FILE says, eight bytes that both sides map: so it can jump while the
// program runs. What is measured by the steady clock goes on as it does.

#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static _Atomic int64_t fixed;
static _Atomic int64_t *shift = &fixed;

__attribute__((constructor)) static void begin(void)
{
    const char *seconds = getenv("CLOCK_SHIFT");
    const char *file = getenv("CLOCK_FILE");
    fixed = seconds ? strtol(seconds, NULL, 10) : 0;
    int fd = file ? open(file, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *shared = mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (shared != MAP_FAILED)
        shift = shared;
}

int clock_gettime(clockid_t id, struct timespec *now)
{
    long result = syscall(SYS_clock_gettime, id, now);
    if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
        now->tv_sec += *shift;
    return (int)result;
}
