// SPDX-License-Identifier: Apache-2.0
//
// kinds - what many calls have in common: who called what, how it was priced, how it ended. A row
// of the ledger names its kind by number (table `kind`), so it holds two words of its own instead
// of fourteen. None of it is a count: of a price in parts the kind has the first sheet's name, the
// row the rest (core/split.h). A cache in front, by the bytes of all of them: most calls are of a
// kind seen before.
//
// A caller chooses the model that is asked for, and may choose team and project; a provider chooses
// the model that answered: with other words in each call they could make a kind a call. So a key
// makes KINDS_A_DAY new combinations of a caller's words a day (and a start), and its providers as
// many of their own beside them. Beyond that such a word is KINDS_OTHER: of a caller's the model
// too where the call cost nothing, since a name that no price belongs to may be invented; of a
// provider's the model that answered. The sheet that priced a call always stays, so costs and sums
// are exact and provable all the same, and the tags say team and project as they were. What else
// tells kinds apart (endpoint, status, ...) has few values.
//
// `used_day` of a kind is not before the day of its last call: what is older than the oldest row
// left has none.

#ifndef STORE_KINDS_H
#define STORE_KINDS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"
#include "core/entry.h"
#include "store/names.h"

// Column `flags`.
#define LEDGER_STREAM       1
#define LEDGER_ANSWERED     2 // priced by the model that answered
#define LEDGER_US_REGION    4
#define LEDGER_INCONSISTENT 8
#define LEDGER_UNCOUNTED    16
#define LEDGER_FOLLOWED     32 // by another attempt of its call

#define KINDS_A_DAY         500
#define KINDS_OTHER         "(other)"
#define KINDS_KEYS          4096 // of all tenants, counted apart; further ones share one count

struct kind {
    int64_t id;
    int64_t tenant, team, project, key, provider, model; // names' numbers
};

struct kind_slot;

// What a key made on one day.
struct kind_count {
    unsigned asked;    // new combinations of the caller's words
    unsigned answered; // of the provider's, where the caller's were known
};

struct kinds {
    sqlite3_stmt *find;
    sqlite3_stmt *asked, *answered; // is there a kind with the words up to model_asked, _answered?
    sqlite3_stmt *add;
    sqlite3_stmt *use;
    struct kind_slot *slots; // KINDS_CACHED
    int64_t day;             // of the newest call
    struct map counts;       // of that day: KINDS_KEYS, by tenant, zero, key
    struct arena arena;      // of these: half a MiB where names are short, at most 10 MiB
    struct kind_count shared;
};

// Prepares its statements on the writer's connection, which stays the caller's and outlives it.
// False when out of memory or when SQLite refuses one (sqlite3_errmsg); kinds_close is due even
// then.
bool kinds_open(struct kinds *k, sqlite3 *db) MUST_USE;
void kinds_close(struct kinds *k);
// Must be called when kinds or names were deleted.
void kinds_forget(struct kinds *k);
// Must be called after a ROLLBACK, where what was added is gone: the day's counts begin anew.
void kinds_restart(struct kinds *k);
// The kind of a call, a new one when there is none like it. False when the database failed.
bool kinds_find(struct kinds *k, struct names *names, const struct entry *e,
                struct kind *out) MUST_USE;

#endif
