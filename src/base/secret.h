// SPDX-License-Identifier: Apache-2.0
//
// secret - a credential of somebody. It has no formatter and no way into a log: the only ways out
// are secret_expose (for the one place that signs or sends it) and secret_mask (which removes it
// from text).

#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

struct secret; // reference counted, locked in memory where possible, wiped at the end

struct secret *secret_new(struct str s) MUST_USE; // copies; NULL when out of memory
struct secret *secret_ref(struct secret *s);      // one more owner of it, on any thread; gives s
void secret_free(struct secret *s);               // one owner less; NULL is fine
// Borrowed for as long as the secret lives. Callers are few and listed by the checker
// scripts/check-source.
struct str secret_expose(const struct secret *s);
// The same for the same secret, as base/map.h hashes: of one process, never to be stored or told.
uint64_t secret_hash(const struct secret *s);
// True when `text` holds the whole secret. One shorter than SECRET_SEEN_MIN is never found: masking
// it would cut innocent words.
#define SECRET_SEEN_MIN 8
bool secret_within(const struct secret *s, struct str text);
// Appends `text` to `out` with each byte of the secret replaced by `*` wherever it occurs: the
// length stays, since it may have been told already. So is every part of it that has at least
// SECRET_PART_MIN bytes: a text may hold what a cut left of it, or hold it in two halves. The
// limit: shorter parts stay, and what is written in another way (with escapes of JSON, in Base64)
// is not the secret's text. Without memory all of `text` is masked. Its time grows with the text
// and with the secret, not with both multiplied, whatever they hold.
#define SECRET_PART_MIN 12
void secret_mask(const struct secret *s, struct str text, struct buf *out);

#endif
