// SPDX-License-Identifier: Apache-2.0
//
// schema - does a JSON value fit a JSON Schema (draft 2020-12, and of older drafts and OpenAPI what
// providers still take)? No C library of Debian checks schemas, so this is a subset, plainly:
//
//   type enum const nullable properties required additionalProperties minProperties maxProperties
//   items prefixItems minItems maxItems uniqueItems minLength maxLength minimum maximum
//   exclusiveMinimum exclusiveMaximum multipleOf dependentRequired allOf anyOf oneOf not
//   $ref (to "#...")
//
// are checked; annotations (title, description, default, examples, format, ...) ask for nothing; of
// any other keyword, `pattern` among them, it cannot be told whether the value fits: UNSURE, unless
// another keyword says that it does not.

#ifndef VERIFY_SCHEMA_H
#define VERIFY_SCHEMA_H

#include "base/json.h"
#include "verify/verdict.h"

#define SCHEMA_STEPS_MAX 1000000 // values and members that are looked at, and 32 bytes of a text

// Numbers are compared exactly; beyond 18 places or 10^20 it cannot be told. Takes what it does
// from `left` (SCHEMA_STEPS_MAX, for all values of an answer); where that is not enough, which then
// is 0, it cannot be told, either.
void schema_check(const struct json_val *schema, const struct json_val *value, unsigned *left,
                  struct finding *out);

#endif
