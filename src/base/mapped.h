// SPDX-License-Identifier: Apache-2.0
//
// mapped - a whole file in pages of its own, read-only. They are a copy: a file that is cut or
// written over while its own pages are mapped would kill its readers, or change under them.

#ifndef BASE_MAPPED_H
#define BASE_MAPPED_H

#include "base/status.h"
#include "base/str.h"

struct mapped {
    struct str bytes; // page-aligned; empty when nothing is mapped
};

// IO when it cannot be read, is no regular file or is cut while it is read; LIMIT when it has more
// than `most` bytes. An empty file is an empty slice.
enum status mapped_open(const char *path, size_t most, struct mapped *out,
                        struct why *why) MUST_USE;
void mapped_close(struct mapped *m); // a zeroed one is fine

#endif
