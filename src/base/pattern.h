// SPDX-License-Identifier: Apache-2.0
//
// pattern - a regular expression as an operator wrote it, held against texts of strangers (PCRE2
// inside). How long that may take is bounded: a text that needs more does not fit.

#ifndef BASE_PATTERN_H
#define BASE_PATTERN_H

#include <stdbool.h>

#include "base/status.h"
#include "base/str.h"

#define PATTERN_BYTES_MAX 1024 // of the expression
#define PATTERN_STEPS_MAX 5000 // of one look, from each place in the text
#define PATTERN_TEXT_MAX  4096 // bytes of a text that are looked at: its first

struct pattern; // immutable: threads may share one

// UTF-8, with everything of PCRE2 but \C and callouts. STATUS_SYNTAX with the place in `why`,
// LIMIT, NO_MEMORY.
enum status pattern_open(struct str text, struct pattern **out, struct why *why) MUST_USE;
void pattern_close(struct pattern *p); // NULL is fine
// Somewhere in the text; where that is longer, `$` is not where the looking ends. What is no UTF-8
// fits nothing and does no harm.
bool pattern_fits(const struct pattern *p, struct str text);

#endif
