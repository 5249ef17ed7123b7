// SPDX-License-Identifier: Apache-2.0
//
// secret - a credential of somebody. It has no formatter and no way into a log: the only ways out
// are secret_expose (for the one place that signs or sends it) and secret_mask (which removes it
// from text).

#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

struct secret; // reference counted, locked in memory where possible, wiped at the end

struct secret *secret_new(struct str s) MUST_USE; // copies; NULL when out of memory
struct secret *secret_ref(struct secret *s);
void secret_free(struct secret *s); // NULL is fine
// Borrowed for as long as the secret lives. Callers are few and listed by the checker
// scripts/check-source.
struct str secret_expose(const struct secret *s);
// True when `text` holds the whole secret. One shorter than SECRET_SEEN_MIN is never found: masking
// it would cut innocent words.
#define SECRET_SEEN_MIN 8
bool secret_within(const struct secret *s, struct str text);
// Appends `text` to `out` with every occurrence replaced by `***`.
void secret_mask(const struct secret *s, struct str text, struct buf *out);
// The same for a text cut out of a longer one: the secret's end at its start, and its start at the
// end, are masked too (where they have SECRET_SEEN_MIN bytes).
void secret_mask_cut(const struct secret *s, struct str text, struct buf *out);

#endif
