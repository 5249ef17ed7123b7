// SPDX-License-Identifier: Apache-2.0
//
// reader_preload - who opens a database to read it alone (a report) is held while there is a file
// $READER_HOLD (LD_PRELOAD). Beside it, `.held` says that somebody is.

#include <dlfcn.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void hold(const char *file)
{
    const struct timespec step = {.tv_nsec = 5000000};
    char held[4096];
    if (access(file, F_OK) != 0)
        return;
    (void)snprintf(held, sizeof held, "%s.held", file);
    close(open(held, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    while (access(file, F_OK) == 0)
        nanosleep(&step, NULL);
}

int sqlite3_open_v2(const char *name, sqlite3 **out, int flags, const char *vfs)
{
    int (*next)(const char *, sqlite3 **, int, const char *);
    const char *file = getenv("READER_HOLD");
    *(void **)&next = dlsym(RTLD_NEXT, "sqlite3_open_v2");
    if (file && flags & SQLITE_OPEN_READONLY)
        hold(file);
    return next(name, out, flags, vfs);
}
