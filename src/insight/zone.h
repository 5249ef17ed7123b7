// SPDX-License-Identifier: Apache-2.0
//
// zone - local days and hours: how far a place's clocks are from UTC at a moment (RFC 8536, TZif).
// Moments after the last one a file lists follow its POSIX rule ("CET-1CEST,M3.5.0,M10.5.0/3").

#ifndef INSIGHT_ZONE_H
#define INSIGHT_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "base/str.h"

struct zone;

// By its name ("Europe/Berlin", "UTC"), from the system's folder. UNKNOWN when there is none.
enum status zone_open(struct str name, struct zone **out, struct why *why) MUST_USE;
// From the bytes of a TZif file.
enum status zone_read(struct str bytes, struct zone **out, struct why *why) MUST_USE;
void zone_close(struct zone *z); // NULL is fine
// Seconds east of UTC at a moment. A NULL zone is UTC.
int32_t zone_offset(const struct zone *z, int64_t us);
// True when every offset between the two moments is a whole number of hours.
bool zone_whole_hours(const struct zone *z, int64_t from_us, int64_t until_us);

#endif
