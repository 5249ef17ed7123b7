// SPDX-License-Identifier: Apache-2.0
//
// catalog - the price book: every sheet, found by vendor and model name. Read once, then immutable;
// many threads read it without a lock.
//
// The text format is told in doc/prices.md; prices/*.book is compiled in. A name is found: exact;
// else an alias; else the longest pattern that fits; a later text goes before all of these. Where
// a text says `since`, the sheets of the texts before hold until then (sheet.h).
// Patterns are anchored at both ends: `?` is a digit, and a last `*` is any rest.

#ifndef CORE_CATALOG_H
#define CORE_CATALOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/alloc.h"
#include "base/status.h"
#include "core/sheet.h"

#define CATALOG_VERSION_CHARS 12
#define CATALOG_NEAR_MAX      5

struct catalog;

// Reads the compiled-in book and then each of `extra`: a model there replaces the one of the same
// vendor and name, whose aliases it takes over. The texts must outlive the catalogue. On failure
// `why` names text, line and cause.
enum status catalog_open(const struct alloc *alloc, const struct str *extra, size_t extra_count,
                         struct catalog **out, struct why *why) MUST_USE;
// As catalog_open, without the compiled-in book.
enum status catalog_open_texts(const struct alloc *alloc, const struct str *texts, size_t count,
                               struct catalog **out, struct why *why) MUST_USE;
void catalog_close(struct catalog *c); // NULL is fine
// Names the content: first 12 hex digits of a SHA-256 over all texts. Stored with each cost.
struct str catalog_version(const struct catalog *c);
// The newest day that a source of the texts ends with, at its midnight (UTC); 0 when none does.
int64_t catalog_dated_us(const struct catalog *c);

// NULL when the vendor's list does not name the model. A sheet found may lack prices (rate.h says
// unpriced).
const struct sheet *catalog_find(const struct catalog *c, struct str vendor, struct str model);
// True when the vendor's list names it (a price is not needed).
bool catalog_lists(const struct catalog *c, struct str vendor, struct str model);
// Its aliases, patterns too.
typedef void catalog_alias_f(void *context, struct str alias);
void catalog_aliases(const struct catalog *c, const struct sheet *s, catalog_alias_f *f,
                     void *context);
// True when a name of the vendor, or a pattern as it is written, fits the name or pattern.
bool catalog_has_fit(const struct catalog *c, struct str vendor, struct str pattern);
bool catalog_has_vendor(const struct catalog *c, struct str vendor);
struct str catalog_vendor_at(const struct catalog *c, size_t i); // empty after the last
size_t catalog_count(const struct catalog *c);
const struct sheet *catalog_at(const struct catalog *c, size_t i);     // by vendor, then model
const struct days *catalog_days_at(const struct catalog *c, size_t i); // NULL after the last
// The sheets whose names are nearest to `model` (of any vendor when `vendor` is empty), best first.
// Capitals do not matter here.
size_t catalog_near(const struct catalog *c, struct str vendor, struct str model,
                    const struct sheet *out[CATALOG_NEAR_MAX]);

#endif
