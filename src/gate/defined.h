// SPDX-License-Identifier: Apache-2.0
//
// defined - the budgets that hold: of the configuration and of the store together, whole. Immutable
// and shared by the snapshots that only differ in something else.

#ifndef GATE_DEFINED_H
#define GATE_DEFINED_H

#include "base/map.h"
#include "budget/budget.h"
#include "config/config.h"
#include "store/store.h"

struct defined {
    int references; // atomic
    struct arena arena;
    struct map zones;       // name -> struct zone, opened once for all budgets of that zone
    struct budget *budgets; // sorted by budget_rank, then by name; its slices and zones are its own
    size_t budget_count;
    size_t room; // while they are gathered
};

// Those of the configuration, whose numbers the store keeps, and those that were made with a verb
// and are not archived. What a route may spend on `shadow` is one of the configuration: its name,
// and that of the key that it is of, are CONFIG_SHADOW and the route's. CONFLICT, naming both
// places, when one name is in both; LIMIT when they are more than BUDGETS_MAX; UNKNOWN for a zone
// that the system does not have; else as the store says. The configuration is not needed
// afterwards. It waits for the disk. Where there is no store yet (NULL) they are those of the
// configuration, without numbers.
enum status defined_new(const struct config *config, struct store *store, struct defined **out,
                        struct why *why) MUST_USE;
// Removes those that runs left behind, killed before they could (store_budget_tidy); a failure is
// logged. It waits for the disk.
void defined_tidy(struct store *store);
struct defined *defined_ref(struct defined *d);
void defined_free(struct defined *d); // drops one reference; NULL is fine

#endif
