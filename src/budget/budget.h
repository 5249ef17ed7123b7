// SPDX-License-Identifier: Apache-2.0
//
// budget - what may be spent, by whom, in which time: its definition, as a person wrote it in a
// file or gave it to a verb, and which calls it concerns.
//
// A budget concerns a call when every condition of its scope holds; without any it concerns all.
// That of a run's key concerns the runs inside it, too (key_run_inside).
// `per` tells apart: one account for each key, model or value of a tag; a call that has none is not
// concerned. `per: request` has no account: no single call may cost more than the limit.
//
// Budgets refuse in the order of their narrowest dimension, organisation first (budget_rank), so
// that a refusal names the largest purse that is empty.

#ifndef BUDGET_BUDGET_H
#define BUDGET_BUDGET_H

#include "budget/accounts.h"
#include "core/tags.h"

// X(ENUM, name in a scope), in the order of refusal. A tag's is followed by which: `tag:session`.
#define BUDGET_DIMENSION_MAP(X) \
    X(ORG, "org")               \
    X(TEAM, "team")             \
    X(PROJECT, "project")       \
    X(KEY, "key")               \
    X(USER, "user")             \
    X(TAG, "tag")               \
    X(MODEL, "model")           \
    X(PROVIDER, "provider")

enum budget_dimension {
#define X(id, name) BUDGET_##id,
    BUDGET_DIMENSION_MAP(X)
#undef X
        BUDGET_DIMENSION_COUNT
};

enum budget_per {
    BUDGET_PER_NONE,    // one account for all
    BUDGET_PER_VALUE,   // one for each value of a dimension
    BUDGET_PER_REQUEST, // none
};

struct budget_condition {
    enum budget_dimension dimension;
    struct str tag;   // which, where it is one
    struct str value; // `*` is any run of bytes for a model or a provider, and itself elsewhere
};

#define BUDGET_CONDITIONS_MAX 16

// Slices are borrowed from whoever read it, and live as long as the budget.
struct budget {
    uint64_t id; // its number in the store, the same for ever; 0 while it has none
    struct str name;
    unsigned condition_count;
    struct budget_condition conditions[BUDGET_CONDITIONS_MAX]; // all must hold
    enum budget_per per;
    struct budget_condition per_what; // PER_VALUE; its value is not used
    bool limited;                     // a limit was set
    struct account_terms terms;
    struct window_rule window; // its zone is whoever opens zone_name's to set
    bool week_said;            // its first day was set
    struct str zone_name;      // empty: UTC
    bool grow;                 // holds what is expected, and more as it comes; else the worst case
    bool clamp;                // lowers a call's output maximum to what is left
    bool downgrade;            // what does not fit takes the next model of its alias
    int64_t wait_us;           // how long a call may wait for open holds
};

// Of a call. Slices are borrowed; what it has not is empty.
struct budget_facts {
    struct str org, team, project, key, user;
    struct str model;    // "provider/model", as it is sent
    struct str asked;    // the model's name as the caller said it
    struct str provider; // its name
    const struct tags *tags;
};

// As it is when nothing but its name is said: a lifetime's, without scope, blocking.
void budget_init(struct budget *b, struct str name);
// One more condition, `key` and `ci`. UNKNOWN (no such dimension), DUPLICATE (it has one already),
// SYNTAX (no value, or one with control characters), LIMIT (too many, or longer than any call's).
// As all readers here: `why` (may be NULL) says what to write, and on failure the budget is as it
// was.
enum status budget_scope(struct budget *b, struct str name, struct str value,
                         struct why *why) MUST_USE;
// Anything else, by its name: limit, window, week, timezone, per, enforce, hold, clamp, on_exceed,
// wait, alert_at (one percentage each time), paused. UNKNOWN for another name; SYNTAX, RANGE,
// LIMIT, DUPLICATE, UNKNOWN for a value that is none of its.
enum status budget_set(struct budget *b, struct str name, struct str value,
                       struct why *why) MUST_USE;
// Whether it makes sense as a whole: a name, a limit, nothing that its kind cannot have.
enum status budget_check(const struct budget *b, struct why *why) MUST_USE;

// True when the call is concerned. `value`, borrowed from the facts, is what tells its account
// apart: empty when nothing does.
bool budget_matches(const struct budget *b, const struct budget_facts *f, struct str *value);
// Who refuses first has the lower one.
int budget_rank(const struct budget *b);
// Appends why some calls are always refused: their budgets are more than a hold can have, by their
// scopes alone (a call having what `per` tells apart). False, and nothing is appended, when none
// are.
bool budget_crowd(const struct budget *all, size_t count, struct buf *out);
// Appends that its `hold: grow` never has an effect: each call that it concerns is one of a budget
// that blocks and holds in full, too. `org` is the organisation of all calls. False, and nothing is
// appended, when that is not so.
bool budget_never_grows(const struct budget *b, const struct budget *all, size_t count,
                        struct str org, struct buf *out);
const char *budget_dimension_name(enum budget_dimension d); // static
// As it stands in a scope: `key`, `tag:session`.
void budget_dimension_write(struct buf *out, const struct budget_condition *c);
const char *budget_day_name(int day); // 0: `monday`; static

#endif
