// SPDX-License-Identifier: Apache-2.0
//
// prose - what the mock says: words, or JSON that fits a schema, always the same for the same dice;
// and what it calls a token: at most eight bytes, a word with the space before it where words are
// short.

#ifndef MOCK_PROSE_H
#define MOCK_PROSE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/random.h"

// End of the token that begins at `at` (< text.len). Never inside a UTF-8 character.
size_t prose_token(struct str text, size_t at);
int64_t prose_count(struct str text); // tokens
// `tokens` words.
void prose_write(struct dice *d, int64_t tokens, struct buf *out);
// A JSON value that fits `schema`; "$ref": "#/$defs/x" is looked up in `root`. NULL gives an
// object.
void prose_fit(struct dice *d, const struct json_val *root, const struct json_val *schema,
               struct buf *out);
// An object with a value of another type for each property that it names; or a list, where it names
// none.
void prose_unfit(const struct json_val *schema, struct buf *out);

#endif
