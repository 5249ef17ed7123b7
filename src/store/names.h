// SPDX-License-Identifier: Apache-2.0
//
// names - the numbers of words that repeat (table `name`). A small cache in front: the words of one
// call are mostly those of the call before.
//
// A caller may name another user in each call, a provider another error: a name goes with the rows
// that have it. Its `used_day` is not before the day of its last call; those of sums, which stay
// for ever, stay too.

#ifndef STORE_NAMES_H
#define STORE_NAMES_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define NAMES_CACHED     1024
#define NAME_CACHED_SIZE 104
#define NAMES_KEPT       INT64_MAX // the day of names that never go

struct name_slot {
    uint8_t len; // 0 = empty
    char text[NAME_CACHED_SIZE];
    int64_t id;
    int64_t day; // that `used_day` is not before
};

struct names {
    sqlite3_stmt *find;
    sqlite3_stmt *add;
    struct name_slot *slots; // NAMES_CACHED
};

// Prepares its statements on the writer's connection, which stays the caller's and outlives it.
// False when out of memory or when SQLite refuses one (sqlite3_errmsg); names_close is due even
// then.
bool names_open(struct names *n, sqlite3 *db) MUST_USE;
void names_close(struct names *n);
// Must be called after a ROLLBACK, where what was added is gone, and when names were deleted.
void names_forget(struct names *n);
// The number of `text`, -1 when it has none. Cut and failing as below.
bool names_find(struct names *n, struct str text, int64_t *id) MUST_USE;
// The number of `text`, a new one when it has none, used on `day` (since 1970) or kept; a word
// longer than TAG_VALUE_MAX is cut. False when the database failed.
bool names_id(struct names *n, struct str text, int64_t day, int64_t *id) MUST_USE;

#endif
