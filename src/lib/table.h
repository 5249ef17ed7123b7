// SPDX-License-Identifier: Apache-2.0
//
// table - a caller's budgets with their accounts: what these files share:
//
//   budgets.c   the definitions, and lists
//   holds.c     reserve, extend, settle, release, capture
//   journal.c   each of these as a record (record.h), and a journal begun anew
//   replay.c    a journal read back

#ifndef LIB_TABLE_H
#define LIB_TABLE_H

#include "budget/budget.h"
#include "lib/part.h"

struct lib_zone {
    struct list link;
    struct str name; // behind it
    struct zone *zone;
};

// What a budget tells apart, as it was said once: it stays.
struct lib_per {
    struct list link;
    enum budget_per per;
    enum budget_dimension dimension;
    struct str tag; // behind it
};

// Once it is there it stays: accounts and refusals name it.
struct lib_budget {
    struct list link;          // in the order of refusal
    struct budget is;          // its id counts from 1; its name lies behind it
    const struct lib_per *per; // once it was defined
    char *text;                // the rest of its definition
    bool defined; // or else it concerns no call: it was removed, or only a journal names it
};

struct costlens_budgets {
    struct alloc alloc;
    struct accounts table;
    struct list budgets;
    struct list zones;
    struct list pers;
    struct list holds;  // those not closed, the earliest first
    uint64_t budget_id; // the last one given
    // What the journal knows. Their ids rise.
    struct account **accounts;
    size_t account_count;
    size_t account_size;
    uint64_t account_id;     // the last one given
    uint64_t hold_id;        // the last one given
    costlens_write_f *write; // NULL: there is no journal
    void *write_context;
    bool behind; // the journal lacks a record: nothing new is held until there is another one
    // The caller's.
    costlens_alert_f *alert;
    void *alert_context;
    bool quiet; // nothing is told: it is being closed
};

struct costlens_hold {
    struct costlens_budgets *budgets;
    struct list link;
    uint64_t id;      // in the journal; 0: it has no account
    int64_t began_us; // by the caller's clock
    struct hold hold;
    const struct lib_per *pers[HOLD_ACCOUNTS_MAX]; // by which its accounts were found
    // Without an account: those that limit it alone (per=request), in the order of refusal.
    const struct lib_budget **limits;
    size_t limit_count, limit_size;
};

// --- budgets.c ---

struct lib_budget *table_budget(const struct costlens_budgets *b, uint64_t id);
// That of the name, made when there is none: it is then not defined. NULL without memory.
struct lib_budget *table_named(struct costlens_budgets *b, struct str name);
// An account that no journal knows yet, and room for it among those that one does. `fresh`: so many
// more have been made and are not among them.
enum status table_account(struct costlens_budgets *b, const struct account_key *key, size_t fresh,
                          struct account **out) MUST_USE;
// Puts it there, as the last.
void table_number(struct costlens_budgets *b, struct account *a, uint64_t id);
void table_show(const struct costlens_budgets *b, const struct account *a,
                struct costlens_account *out);

// --- journal.c ---

// What happened becomes a record, before its caller is told. IO when it was not kept: from then on
// the journal is behind.
// A hold, with those of its accounts that have no number: they get one.
enum costlens_status journal_hold(struct costlens_budgets *b, struct costlens_hold *h);
enum costlens_status journal_end(struct costlens_budgets *b, const struct costlens_hold *h);

#endif
