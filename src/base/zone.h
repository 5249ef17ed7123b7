// SPDX-License-Identifier: Apache-2.0
//
// zone - local days and hours: how far a place's clocks are from UTC at a moment (RFC 9636, TZif,
// versions 1 to 4). Moments after the last one a file lists follow its POSIX rule
// ("CET-1CEST,M3.5.0,M10.5.0/3"). A zone does not change once it is read: threads may share it.

#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/status.h"
#include "base/str.h"

#define ZONE_BYTES_MAX (256 * KIB) // of a file; the largest has a few thousand

struct zone;

// By its name ("Europe/Berlin"), from the system's folder; "UTC" needs none, and *out is NULL.
// SYNTAX when no zone has that name, LIMIT when its file is larger than any; else as zone_read.
enum status zone_open(struct str name, struct zone **out, struct why *why) MUST_USE;
// Appends the bytes of the system's file of a zone that is not UTC, for zone_read; `out` has the
// ceiling ZONE_BYTES_MAX. As zone_open fails.
enum status zone_bytes(struct str name, struct buf *out, struct why *why) MUST_USE;
// From the bytes of a TZif file, which are not needed afterwards. DAMAGED when they are none,
// UNSUPPORTED when they count leap seconds, NO_MEMORY. `alloc` must live as long as the zone.
enum status zone_read(struct str bytes, const struct alloc *alloc, struct zone **out,
                      struct why *why) MUST_USE;
void zone_close(struct zone *z); // NULL is fine
// Seconds east of UTC at a moment. A NULL zone is UTC.
int32_t zone_offset(const struct zone *z, int64_t us);
// The first moment at which its clocks show `local_s` or later: a local time, in seconds as if it
// were UTC. That is the moment itself, the first of two when clocks are put back over it, and the
// moment of the change when they are put forward over it. Within 292,000 years of 1970.
int64_t zone_first_s(const struct zone *z, int64_t local_s);
// True when every offset between the two moments is a whole number of hours.
bool zone_whole_hours(const struct zone *z, int64_t from_us, int64_t until_us);

#endif
