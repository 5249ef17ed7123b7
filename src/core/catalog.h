// SPDX-License-Identifier: Apache-2.0
//
// catalog - the price book: every sheet, found by vendor and model name. Read once, then immutable;
// many threads read it without a lock.
//
// Text format (prices/*.book in the source, compiled in; doc/prices.md describes it for users).
// A name is found: exact; else an alias; else the longest anchored pattern (`gpt-4o-audio-preview*`).

#ifndef CORE_CATALOG_H
#define CORE_CATALOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/alloc.h"
#include "base/status.h"
#include "core/sheet.h"

struct catalog;

// Reads the compiled-in book and then each of `extra` (later ones win, name by name). The texts must
// outlive the catalogue. `why` names text, line and cause.
enum status catalog_open(const struct alloc *alloc, const struct str *extra, size_t extra_count,
                         struct catalog **out, struct why *why) MUST_USE;
void catalog_close(struct catalog *c);
// Names the content: first 12 hex digits of a SHA-256 over all texts. Stored with each cost.
struct str catalog_version(const struct catalog *c);

// NULL when the book has no price for it. A sheet found may lack a price (rate.h says unpriced).
const struct sheet *catalog_find(const struct catalog *c, struct str vendor, struct str model);
// True when the vendor's list names it (a price is not needed).
bool catalog_lists(const struct catalog *c, struct str vendor, struct str model);
bool catalog_has_vendor(const struct catalog *c, struct str vendor);
size_t catalog_count(const struct catalog *c);
const struct sheet *catalog_at(const struct catalog *c, size_t i); // by vendor, then model
// True when `us` falls on a day of the exception list of that index (rate.h asks).
bool catalog_is_exception_day(const struct catalog *c, int list, int64_t us);

#endif
