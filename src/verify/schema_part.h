// SPDX-License-Identifier: Apache-2.0
//
// schema_part - a check that is on its way: schema.c walks the tree, schema_words.c has the
// keywords that look at a value alone.

#ifndef VERIFY_SCHEMA_PART_H
#define VERIFY_SCHEMA_PART_H

#include "verify/schema.h"

struct schema_run {
    const struct json_val *root; // that references begin at
    unsigned left;               // steps, of schema_spend; at 0 nothing can be told any more
    unsigned nulls;              // that fitted for `nullable` alone
    bool elsewhere;              // inside of a schema of its own `$id`: references begin at that
    struct finding *out;         // of the first keyword that says no
};

// One keyword of a schema and a value.
struct schema_word {
    struct schema_run *run;
    const struct json_val *schema; // that it stands in
    struct str name;
    const struct json_val *says; // its value
    const struct json_val *value;
    unsigned depth;
};

// Takes from what is left; false when that was all: nothing found after it is worth anything.
bool schema_spend(unsigned *left, size_t steps);
// That looking at a value takes: its members are for themselves.
size_t schema_steps(const struct json_val *v);

// Members of an object by name, each looked for from where the last one stood: in one pass where
// both sides are in one order, as they mostly are.
struct schema_members {
    const struct json_val *object;
    struct json_iter at;
};
const struct json_val *schema_member(struct schema_members *m, struct str name, unsigned *left);

typedef enum finding_verdict schema_word_f(const struct schema_word *w);

// The keyword's check, if it looks at the value alone; NULL if it is none of those.
schema_word_f *schema_plain(struct str name);
// It only tells people something.
bool schema_is_annotation(struct str name);

#endif
