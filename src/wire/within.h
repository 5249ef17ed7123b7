// SPDX-License-Identifier: Apache-2.0
//
// within - an error that came as a success: with a 200, in the place of an answer, or as the first
// event of a stream.

#ifndef WIRE_WITHIN_H
#define WIRE_WITHIN_H

#include "base/buf.h"
#include "base/str.h"

struct json_val;

// The status (400 to 599) that the text would have had, were it an error's answer. 0: it is none.
int within_status(struct str text);
// The status that such a word, or number, of an error means; 0: none that is known.
int within_code(struct str code);
// The text as the body of an error's answer, whose member `error` clients read: it is put around
// what stands by itself (Responses: {"type":"error","message":...}).
void within_body(struct str text, struct buf *out);
// What of an error's body to look at: Gemini's streams without SSE are arrays. May be NULL.
const struct json_val *within_root(const struct json_val *root);

#endif
