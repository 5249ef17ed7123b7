// SPDX-License-Identifier: Apache-2.0
//
// believed - the moment up to which time is known to have passed: by it old rows go, not by the
// wall clock, which may be wrong. It moves with the time that a process really runs. A clock that
// is more than an hour away from it is doubted until processes have run for an hour; then what the
// clock said all that time is believed.
//
//      ran -> ran -> |          the clock, doubted for an hour         | = the clock
//                    '--- ahead_us: the least of this hour -----------'
//
// Stands in the store (table `fact`), so that no restart and no row makes a doubt pass.

#ifndef STORE_BELIEVED_H
#define STORE_BELIEVED_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct believed {
    int64_t us;
    int64_t ahead_us;   // how far ahead (or behind: negative) the doubted clock is; 0 = no doubt
    int64_t doubted_us; // so long it was run under this doubt
    int64_t mono_us;    // of the last step, or of the start
};

// Takes the two clocks in. True when a doubt begins.
bool believed_step(struct believed *b, int64_t wall_us, int64_t mono_us);
// What the store has; where it has nothing, the end of its newest hour; else `wall_us`. What cannot
// be read is 1970: any clock is doubted then.
void believed_load(struct believed *b, sqlite3 *db, int64_t wall_us, int64_t mono_us);
// False when it could not be written: a later start then doubts a little more.
bool believed_keep(const struct believed *b, sqlite3 *db);

#endif
