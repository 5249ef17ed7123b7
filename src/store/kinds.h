// SPDX-License-Identifier: Apache-2.0
//
// kinds - what many calls have in common: who called what, how it was priced, how it ended. A row
// of the ledger names its kind by number (table `kind`), so it holds two words of its own instead
// of fourteen. A cache in front, by the bytes of all of them: most calls are of a kind seen before.
//
// A caller chooses the model that is asked for, and may choose team and project: with other words
// in each call it could make a kind a call. So a key makes KINDS_A_DAY new kinds a day (and a
// start); calls of further ones are KINDS_OTHER where a caller chose the word. That is the model
// too where the call cost nothing: a name that no price belongs to may be invented. Costs and sums
// are exact all the same, and the tags say team and project as they were.
//
// `used_day` of a kind is not before the day of its last call: what is older than the oldest row
// left has none.

#ifndef STORE_KINDS_H
#define STORE_KINDS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/entry.h"
#include "store/names.h"

// Column `flags`.
#define LEDGER_STREAM       1
#define LEDGER_ANSWERED     2 // priced by the model that answered
#define LEDGER_US_REGION    4
#define LEDGER_INCONSISTENT 8

#define KINDS_A_DAY         500
#define KINDS_OTHER         "(other)"
#define KINDS_KEYS          256 // counted apart, by hash

struct kind {
    int64_t id;
    int64_t tenant, team, project, key, provider, model; // names' numbers
};

struct kind_slot;

struct kinds {
    sqlite3_stmt *find;
    sqlite3_stmt *add;
    sqlite3_stmt *use;
    struct kind_slot *slots;    // KINDS_CACHED
    int64_t day;                // of the newest call
    uint16_t fresh[KINDS_KEYS]; // new kinds of that day
};

bool kinds_open(struct kinds *k, sqlite3 *db) MUST_USE;
void kinds_close(struct kinds *k);
// Must be called after a ROLLBACK, where what was added is gone, and when kinds were deleted.
void kinds_forget(struct kinds *k);
// The kind of a call, a new one when there is none like it. False when the database failed.
bool kinds_find(struct kinds *k, struct names *names, const struct entry *e,
                struct kind *out) MUST_USE;

#endif
