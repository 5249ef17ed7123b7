// SPDX-License-Identifier: Apache-2.0
//
// schema - the tables of the store, as numbered migrations. PRAGMA user_version tells which is the
// last one done. A migration is never changed once released: what differs is a new one.

#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <sqlite3.h>

#include "base/status.h"

// CONFLICT when another program made this database, DAMAGED when it is none. Changes nothing.
enum status schema_ours(sqlite3 *db, const char *path, struct why *why) MUST_USE;
// Brings the tables up to date. Before it changes a store that holds something it copies it to
// <path>.before-<version>. NEWER when a later program wrote it; FULL names what to free.
enum status schema_migrate(sqlite3 *db, const char *path, struct why *why) MUST_USE;
// The same, but to no later version than that one.
enum status schema_migrate_to(sqlite3 *db, const char *path, int last, struct why *why) MUST_USE;
// OLDER when they are not, and there are some: `older` is their version then. Changes nothing.
enum status schema_current(sqlite3 *db, const char *path, int *older, struct why *why) MUST_USE;
int schema_version(void); // the newest known

// A copy of the whole database, also while it is used. The file must not exist.
enum status schema_copy(sqlite3 *db, const char *file, struct why *why) MUST_USE;

#endif
