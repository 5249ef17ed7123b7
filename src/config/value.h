// SPDX-License-Identifier: Apache-2.0
//
// value - sizes and times as people write them. The command line reads them with the same
// words.

#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

// "32MiB", "1 GiB", "100KB", "4096B", "4096". False on anything else or beyond int64.
bool value_size(struct str s, int64_t *bytes) MUST_USE;
// "500ms", "10s", "5m", "1h30m", "400d", "0"; other numbers need their unit.
bool value_time(struct str s, int64_t *ms) MUST_USE;
// "2%", "0.02", "1": parts per million, at most all. False on what is finer.
bool value_share(struct str s, int64_t *ppm) MUST_USE;
void value_size_write(struct buf *b, int64_t bytes); // the shortest exact of the above
void value_time_write(struct buf *b, int64_t ms);
void value_share_write(struct buf *b, int64_t ppm); // "2%"

#endif
