// SPDX-License-Identifier: Apache-2.0
//
// spending - the budgets in force, those of the file and those that a verb made, and what is spent
// and held of each in the window of now.

#ifndef PANEL_SPENDING_H
#define PANEL_SPENDING_H

#include "base/arena.h"
#include "base/json_out.h"
#include "gate/defined.h"
#include "panel/verb.h"

struct spending_account {
    struct str value; // of what its budget tells apart
    struct nano spent, held, overdraft;
    uint64_t would_refuse; // of one that observes: calls since the gateway began
};

struct spending_budget {
    const struct budget *budget;
    int line;                     // of the file that defines it; 0: a verb made it
    struct str file;              // ... the configuration's
    struct window window;         // of now
    size_t accounts;              // in that window
    struct spending_account sum;  // of them all; it has no value
    size_t kept;                  // of them, here:
    struct spending_account *top; // what is most in use comes first
};

struct spending {
    struct arena arena;
    struct defined *defined;
    struct spending_budget *budgets; // in the order of refusal
    size_t count;
    int64_t now_us;
};

// All, with up to `most` accounts of each. spending_free is due in any case.
enum status spending_read(const struct verb_call *c, size_t most, struct spending *out,
                          struct why *why) MUST_USE;
void spending_free(struct spending *s);
const struct spending_budget *spending_find(const struct spending *s, struct str name); // or NULL
// The account of that value; one that nothing was spent in where there is none.
struct spending_account spending_of(const struct spending_budget *b, struct str value);
// A copy whose slices are the arena's. arena_failed says whether it worked.
void spending_copy(struct arena *arena, const struct budget *from, struct budget *to);
// True when the account has no room for another call.
bool spending_full(const struct spending_budget *b, const struct spending_account *a);

// Members of a JSON object: the definition, in the words of the file, "resets" where it does, and
// "source": file (with "file" and "line") or store ...
void spending_write_budget(struct json_out *o, const struct spending_budget *b);
// ... and "spent", "held", "left" and "used_percent" of an account; "overdraft" and "would_refuse"
// where there is any.
void spending_write_account(struct json_out *o, const struct spending_budget *b,
                            const struct spending_account *a);

#endif
