// SPDX-License-Identifier: Apache-2.0
//
// json_out - writing JSON member by member; the commas come by themselves.
//
//   struct json_out o = {&buf, true};
//   json_out_begin(&o, NULL, '{'); json_out_text(&o, "name", name); ... json_out_end(&o, '}');

#ifndef BASE_JSON_OUT_H
#define BASE_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/decimal.h"

struct json_out {
    struct buf *buf; // it keeps the mark of a failure
    bool first;      // nothing stands yet in the object or list that is open
};

// Of all: `name` is the member's; NULL in a list and for the whole.

// The name alone: the caller writes the value into the buffer.
void json_out_name(struct json_out *o, const char *name);
void json_out_text(struct json_out *o, const char *name, struct str value);
// A text in a list, made as printf makes it.
void json_out_note(struct json_out *o, const char *format, ...) PRINTF(2, 3);
// A list of them.
void json_out_texts(struct json_out *o, const char *name, const struct str *items, size_t count);
void json_out_number(struct json_out *o, const char *name, int64_t value);
void json_out_flag(struct json_out *o, const char *name, bool value);
// A text, as decimal_write makes it: a reader's floating point would round a number.
void json_out_decimal(struct json_out *o, const char *name, int128 value, unsigned places,
                      unsigned keep);
// `2026-11-24T10:00:00Z`.
void json_out_time(struct json_out *o, const char *name, int64_t us);
void json_out_null(struct json_out *o, const char *name);
// `bracket`: { or [, ended by } or ].
void json_out_begin(struct json_out *o, const char *name, char bracket);
void json_out_end(struct json_out *o, char bracket);

#endif
