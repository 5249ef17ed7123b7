// SPDX-License-Identifier: Apache-2.0
//
// asked - what the texts mean that a verb was asked with (base/args.h).

#ifndef INSIGHT_ASKED_H
#define INSIGHT_ASKED_H

#include "base/args.h"
#include "base/status.h"
#include "base/zone.h"
#include "core/catalog.h"
#include "store/store.h"

// A span before now ("7d", as span_read takes it), a date (its midnight in `z`), or a date and time
// with zone.
enum status asked_time(struct str text, const struct zone *z, int64_t now_us, int64_t *us,
                       struct why *why) MUST_USE;
// Both ends of a time span: all time where a text is empty. STATUS_RANGE when they are crossed.
struct span {
    int64_t since_us; // inclusive; 0 = the beginning
    int64_t until_us; // exclusive; INT64_MAX = no end
};
enum status asked_span(struct str since, struct str until, const struct zone *z, struct span *out,
                       struct why *why) MUST_USE;
// "vendor/model", or a bare model as vendor_sheet finds it.
enum status asked_sheet(const struct catalog *c, struct str text, const struct sheet **out,
                        struct why *why) MUST_USE;
// A reader of a store whose journal is caught up.
enum status asked_reader(struct store *s, struct sqlite3 **db, struct why *why) MUST_USE;

#endif
