// SPDX-License-Identifier: Apache-2.0
//
// shadowed - what shadows have shown of the answers that the small side would have given to calls
// of the large one (request/comparing.h). Those that a verifier would have refused are in no pair:
//
//   asked ──► fine, or too late to be looked at ──► a pair
//     '─────► refused ───────────────────────────► its row alone, which has no call's id

#ifndef INSIGHT_SHADOWED_H
#define INSIGHT_SHADOWED_H

#include <sqlite3.h>

#include "insight/asked.h"

#define SHADOWED_MOST 16 // models

struct shadowed_model {
    uint64_t model; // its name's map_hash
    int64_t asked;  // answers of it that have a price,
    int64_t kept;   // ... and of those in pairs
    double asked_pd, kept_pd;
};

struct shadowed {
    struct shadowed_model list[SHADOWED_MOST];
    unsigned count;
};

// Of a route in a span. False when the ledger cannot be read. Of the first models that it has more.
bool shadowed_read(struct shadowed *s, sqlite3 *db, struct str route,
                   const struct span *span) MUST_USE;
// Its place in the list; `count` where it is not there.
unsigned shadowed_find(const struct shadowed *s, uint64_t model);

#endif
