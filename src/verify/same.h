// SPDX-License-Identifier: Apache-2.0
//
// same - do two say the same? JSON by its value: objects in any order, numbers as numbers. Calls of
// tools by their names and arguments, in their order.

#ifndef VERIFY_SAME_H
#define VERIFY_SAME_H

#include "base/json.h"
#include "verify/answer.h"

// Takes what it does from `left`, as schema_check does; false where that is not enough.
bool same_json(const struct json_val *a, const struct json_val *b, unsigned *left);
// The same of two texts. False where one is no JSON, or after SCHEMA_STEPS_MAX.
bool same_texts(struct str a, struct str b, const struct alloc *alloc);
// Arguments that are no JSON are the same as texts; none are the same as {}.
bool same_calls(const struct answer *a, const struct answer *b);

#endif
