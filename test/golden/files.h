// SPDX-License-Identifier: Apache-2.0
//
// files - those of a golden case: read, and written anew under GOLDEN_WRITE=1.

#ifndef TEST_GOLDEN_FILES_H
#define TEST_GOLDEN_FILES_H

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"

static inline void join(char path[2048], const char *folder, const char *name)
{
    int n = snprintf(path, 2048, "%s/%s", folder, name);
    if (n < 0 || n >= 2048) {
        fprintf(stderr, "%s: too long a path\n", folder);
        exit(1);
    }
}

// `out` is initialized also when there is no such file.
static inline bool read_file(const char *folder, const char *name, struct buf *out)
{
    char path[2048];
    join(path, folder, name);
    FILE *f = fopen(path, "rb");
    buf_init(out, &alloc_heap, 0);
    if (!f)
        return false;
    char chunk[4096];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        buf_add(out, str_from(chunk, n));
    fclose(f);
    return true;
}

// Tells the `key value` lines of an expect.txt, and gives what stands after the line `---`.
static inline struct str read_setting(struct str text,
                                      void (*set)(void *setting, struct str key, struct str value),
                                      void *setting)
{
    struct str line;
    while (str_cut(&text, '\n', &line) && !str_is(line, "---")) {
        struct str key;
        struct str rest = line;
        if (str_cut(&rest, ' ', &key))
            set(setting, key, rest);
    }
    return text;
}

static inline void write_file(const char *folder, const char *name, struct str text)
{
    char path[2048];
    join(path, folder, name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(text.ptr, 1, text.len, f) != text.len || fclose(f) != 0) {
        perror(path);
        exit(1);
    }
}

#endif
