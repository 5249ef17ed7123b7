// SPDX-License-Identifier: Apache-2.0
//
// scan - reads a JSON text that comes in pieces and is too long to keep, and keeps only the named
// members of its outermost object (raw text, up to a limit each). Constant memory.
//
// It finds the ends of values and no more: what it keeps is for json_open to judge. But of a text
// that json_open would take, it always keeps what json_member_at would point to.

#ifndef BASE_SCAN_H
#define BASE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/str.h"

#define SCAN_MEMBERS_MAX 8
#define SCAN_KEY_MAX     64

struct scan_member {
    struct str name; // as written in the source, without escapes
    struct buf text; // its raw value so far; failed when longer than its ceiling
    bool whole;      // the value has ended
};

enum scan_state {
    SCAN_START,
    SCAN_FIRST,  // a key, or the end of the object
    SCAN_NEXT,   // a key
    SCAN_KEY,    // inside of a key
    SCAN_COLON,  // what follows a key
    SCAN_VALUE,  // a value
    SCAN_STRING, // inside of a string
    SCAN_WORD,   // inside of a number, true, false, null
    SCAN_INNER,  // inside of a value's brackets
    SCAN_QUOTED, // inside of a string inside of them
    SCAN_AFTER,  // a comma, or the end of the object
    SCAN_END     // nothing but white space
};

struct scan {
    struct scan_member members[SCAN_MEMBERS_MAX];
    unsigned count;
    struct scan_member *member; // whose value is being read, or NULL
    enum scan_state state;
    unsigned depth;                      // open brackets inside of the object
    uint64_t kinds[JSON_DEPTH_MAX / 64]; // a bit each: 1 for {
    bool escaped;                        // the last byte was a backslash that counts
    bool done;                           // the outermost value has ended
    bool broken;                         // not JSON of the expected shape, or a member twice
    char key[SCAN_KEY_MAX];
    size_t key_len; // goes beyond SCAN_KEY_MAX for a key that is too long to be wanted
};

void scan_init(struct scan *s, const struct alloc *alloc);
void scan_fini(struct scan *s);
// `name` must outlive the scan; at most SCAN_KEY_MAX bytes. At most SCAN_MEMBERS_MAX.
void scan_want(struct scan *s, struct str name, size_t bytes_max);
void scan_feed(struct scan *s, struct str piece);
// Raw JSON text of the member, empty when it was not seen whole or was too long.
struct str scan_member(const struct scan *s, const char *name);

#endif
