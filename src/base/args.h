// SPDX-License-Identifier: Apache-2.0
//
// args - a verb's arguments: a JSON object of texts, whose members stand in a table. Anything else
// is refused.

#ifndef BASE_ARGS_H
#define BASE_ARGS_H

#include <stddef.h>

#include "base/json.h"

// What a member is. A number's digits are the text.
enum args_kind { ARGS_TEXT, ARGS_NUMBER, ARGS_EITHER };

struct args_row {
    const char *name; // NULL ends the table
    size_t offset;    // of a struct str in the target
    bool needed;
    size_t bytes_max; // 0 = any
    enum args_kind kind;
};

// Fills the struct str members of `out` (zeroed before) from `text`, an empty one of which is an
// empty object; null is as if it were not there. The slices live as long as *document, which
// json_close ends; NULL on failure. SYNTAX (also for an empty string, and for what is not in the
// table), LIMIT, or a status of json_open; `why` names the member.
enum status args_read(struct str text, const struct args_row *rows, void *out,
                      struct json **document, struct why *why) MUST_USE;
// Of a verb that takes none.
enum status args_none(struct str text, struct why *why) MUST_USE;

#endif
