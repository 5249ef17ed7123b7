// SPDX-License-Identifier: Apache-2.0
//
// budgets - the definitions of budgets that people make with a verb, and the number of every
// budget, by which its accounts are found for ever. A number is never given twice: who removes a
// budget and makes another one of that name begins with nothing spent.
//
// Those that a file defines have a number here and nothing else. That a name does not stand in both
// is for whoever knows both to say.
//
// All are safe from any thread but for the loops' (they wait for the disk).

#ifndef STORE_BUDGETS_H
#define STORE_BUDGETS_H

#include "budget/budget.h"
#include "store/store.h"

struct store_budget {     // slices of one that is read live during the call
    struct budget budget; // its zone is whoever opens zone_name's to set
    struct str tenant;
    int64_t created_us;
};

// A new one, whole (budget_check), with its tenant and its moment: *id is its number. CONFLICT when
// one of that name is in force.
enum status store_budget_add(struct store *s, const struct store_budget *b, uint64_t *id,
                             struct why *why) MUST_USE;
// What the tenant's budget of that name says from now on; its number and its accounts stay. UNKNOWN
// when none is in force.
enum status store_budget_change(struct store *s, const struct store_budget *b,
                                struct why *why) MUST_USE;
// In force no more. UNKNOWN when it was not.
enum status store_budget_archive(struct store *s, struct str tenant, struct str name, int64_t at_us,
                                 struct why *why) MUST_USE;
// Archives the budgets that runs left behind, killed before they could: those named as a run's key
// (key_run), once that key is over or, gone, would be. *count is how many.
enum status store_budget_tidy(struct store *s, struct str tenant, int64_t at_us, int64_t *count,
                              struct why *why) MUST_USE;
// Those that were made here and are in force, by number. DAMAGED names one that cannot be read.
typedef void store_budget_f(void *context, const struct store_budget *b);
enum status store_budget_each(struct store *s, store_budget_f *f, void *context,
                              struct why *why) MUST_USE;
// The number of one that a file defines: the same whenever it is asked for.
enum status store_budget_number(struct store *s, struct str tenant, struct str name, uint64_t *id,
                                struct why *why) MUST_USE;

// How a budget `b` is called where others of its name may be: one that is removed has the moment
// behind its name.
#define BUDGET_SHOWN                                                                             \
    "b.name || CASE WHEN b.archived_us > 0 THEN strftime(' (removed "                            \
    "%Y-%m-%dT%H:%M:%SZ)', b.archived_us / 1000000, 'unixepoch') WHEN b.configured AND EXISTS (" \
    "SELECT 1 FROM budget o WHERE o.tenant = b.tenant AND o.name = b.name AND o.configured = 0 " \
    "AND o.archived_us = 0) THEN ' (was in the file)' ELSE '' END "

#endif
