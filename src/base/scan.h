// SPDX-License-Identifier: Apache-2.0
//
// scan - reads a JSON text that comes in pieces and is too long to keep, and keeps only the named
// members of its outermost object (raw text, up to a limit each). Constant memory.

#ifndef BASE_SCAN_H
#define BASE_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/str.h"

#define SCAN_MEMBERS_MAX 8

struct scan_member {
    struct str name; // as written in the source, without escapes
    struct buf text; // its raw value once seen; failed when longer than its ceiling
};

struct scan {
    struct scan_member members[SCAN_MEMBERS_MAX];
    unsigned count;
    int capturing;    // index, or -1
    unsigned depth;
    unsigned char state;
    unsigned char mark;
    bool key_matches;
    bool done;        // the outermost value has ended
    bool broken;      // not JSON of the expected shape
    char key[64];
    size_t key_len;
};

void scan_init(struct scan *s, const struct alloc *alloc);
void scan_fini(struct scan *s);
// `name` must outlive the scan. At most SCAN_MEMBERS_MAX.
void scan_want(struct scan *s, struct str name, size_t bytes_max);
void scan_feed(struct scan *s, struct str piece);
// Raw JSON text of the member, empty when it was not seen whole.
struct str scan_member(const struct scan *s, const char *name);

#endif
