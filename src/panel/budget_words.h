// SPDX-License-Identifier: Apache-2.0
//
// budget_words - a budget in words: what the arguments of a verb define, and what an answer says of
// a budget: its definition and accounts, warnings, and notes that one should know.

#ifndef PANEL_BUDGET_WORDS_H
#define PANEL_BUDGET_WORDS_H

#include "base/json.h"
#include "panel/spending.h"

// A text, a number or a switch, as a person would have written it; a slice of the arguments. `name`
// is for `why`: SYNTAX, or LIMIT when it is too long.
enum status budget_words_text(const struct json *args, const struct json_val *v, const char *name,
                              struct str *out, struct why *why) MUST_USE;
// Every member but `name` into `b`, whose slices are the arguments' then; null is the default, and
// what is not said stays. Whether all of it fits together is asked by budget_check.
enum status budget_words_read(const struct json *args, struct budget *b, struct why *why) MUST_USE;

// An object: the definition, how many accounts it has, and the one that is most in use.
void budget_words_write(struct json_out *o, const char *name, const struct spending_budget *b);
// Members of an object: an account, with its value where there is one.
void budget_words_account(struct json_out *o, const struct spending_budget *b,
                          const struct spending_account *a);

// Texts of a list of warnings, where there is one to be given.
// Another one holds in full what it would let grow.
void budget_words_full(const struct verb_call *c, struct json_out *o, const struct budget *b,
                       const struct defined *all);
// It concerns no call, now. Whether it does stands in the store, too.
enum status budget_words_scope(const struct verb_call *c, struct json_out *o,
                               const struct budget *b, struct why *why) MUST_USE;
// More concern one call than can.
void budget_words_crowd(struct json_out *o, const struct defined *all);

// Texts of a list of notes, likewise.
// What of the calls before counts in what was defined, where one might think otherwise; `before`:
// as it was, NULL when it was not there.
void budget_words_begin(struct json_out *o, const struct budget *b, const struct budget *before);
// What is refused now: it is full, or paused.
void budget_words_notes(const struct verb_call *c, struct json_out *o,
                        const struct spending_budget *b);

#endif
