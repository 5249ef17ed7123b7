// SPDX-License-Identifier: Apache-2.0
//
// tags - what the caller says a call is for: `x-costlens-tags: feature=chat,customer=acme`.
// At most TAGS_MAX, names <= TAG_NAME_MAX and values <= TAG_VALUE_MAX bytes of UTF-8.

#ifndef CORE_TAGS_H
#define CORE_TAGS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/status.h"
#include "base/str.h"

struct tag {
    struct str name;
    struct str value;
};

struct tags {
    unsigned count;
    struct tag at[TAGS_MAX];
};

// Adds, or replaces the value of an equal name. STATUS_LIMIT, STATUS_SYNTAX (empty name, not UTF-8,
// control characters). The slices are borrowed.
enum status tags_set(struct tags *t, struct str name, struct str value) MUST_USE;
// `a=b,c=d`, percent-encoded or plain UTF-8. Slices are borrowed from `text`; what had to be
// decoded is in the arena. STATUS_DUPLICATE: a name that has another value already.
enum status tags_read(struct tags *t, struct str text, struct arena *arena,
                      struct why *why) MUST_USE;
// Adds a tag to a text that tags_read takes apart again: what would end a name or a value there is
// percent-encoded.
void tags_add(struct buf *text, struct str name, struct str value);
bool tags_has(const struct tags *t, struct str name);
struct str tags_get(const struct tags *t, const char *name); // empty when absent
// One packed column: u8 count, then per tag u8 name length, name, u16 little-endian value length,
// value.
void tags_pack(const struct tags *t, struct buf *out);
bool tags_unpack(struct str packed, struct tags *out) MUST_USE; // slices into `packed`

#endif
