// SPDX-License-Identifier: Apache-2.0
//
// args - a verb's arguments: a JSON object whose members stand in a table. Anything else is
// refused.

#ifndef PANEL_ARGS_H
#define PANEL_ARGS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

struct args_row {
    const char *name;
    size_t offset; // of a struct str in the target
    bool needed;
    size_t bytes_max;
};

// Fills the struct str members of `out` (zeroed before) from `text`; copies go to the arena. An
// empty text is an empty object. SYNTAX (also for an empty string),
// UNKNOWN (a field that is not in the table), LIMIT.
enum status args_read(struct str text, const struct args_row *rows, struct arena *arena, void *out,
                      struct why *why) MUST_USE;
// "90d", "12h", "30m", "10s" after now, or a date or time: as microseconds.
enum status args_moment(struct str text, int64_t now_us, int64_t *out, struct why *why) MUST_USE;

#endif
