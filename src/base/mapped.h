// SPDX-License-Identifier: Apache-2.0
//
// mapped - a whole file in the address space, read-only. Whoever replaces such a file writes a new
// one and renames it over the old: a file that is cut while it is mapped kills its readers.

#ifndef BASE_MAPPED_H
#define BASE_MAPPED_H

#include "base/status.h"
#include "base/str.h"

struct mapped {
    struct str bytes; // page-aligned; empty when nothing is mapped
};

// IO when it cannot be read or is no regular file, LIMIT when it has more than `most` bytes. An
// empty file is an empty slice.
enum status mapped_open(const char *path, size_t most, struct mapped *out,
                        struct why *why) MUST_USE;
void mapped_close(struct mapped *m); // a zeroed one is fine

#endif
