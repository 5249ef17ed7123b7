// SPDX-License-Identifier: Apache-2.0
//
// folder - a folder of the test program's own, gone when it ends:
//
//     return cmocka_run_group_tests(tests, folder_begin, folder_end);

#ifndef TEST_FOLDER_H
#define TEST_FOLDER_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/costlens-unit-XXXXXX";

// The path of a file in it, good until the eighth call after this one.
static inline char *in_folder(const char *name)
{
    static char paths[8][256];
    static unsigned at;
    char *path = paths[at++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static inline int folder_begin(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static inline int folder_remove(const char *path, const struct stat *is, int type,
                                struct FTW *where)
{
    (void)is;
    (void)type;
    (void)where;
    return remove(path);
}

static inline int folder_end(void **state)
{
    (void)state;
    return nftw(folder, folder_remove, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
