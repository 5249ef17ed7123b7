// SPDX-License-Identifier: Apache-2.0
//
// json - reading JSON that may be hostile (yyjson inside). Refused: text that is not strict JSON or
// not UTF-8, nesting over JSON_DEPTH_MAX, and an object with the same key twice, compared after
// unescaping: `{"model":"cheap","mod\u0065l":"dear"}` would be one model here and another upstream.
//
// Strings keep their place in the source, so a caller can splice the client's own bytes instead of
// writing the document anew:  source[json_at(...)] is the first byte after the opening quote.

#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/status.h"
#include "base/str.h"

struct json; // a document: owns a copy of the source, and `alloc` lives as long

struct json_val; // a value inside a document; NULL reads as "absent" everywhere below

enum json_type {
    JSON_ABSENT,
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

// STATUS_SYNTAX (why says at which byte), STATUS_DUPLICATE (which key), STATUS_LIMIT (depth),
// STATUS_NO_MEMORY. `why` may be NULL.
enum status json_open(struct str source, const struct alloc *alloc, struct json **out,
                      struct why *why) MUST_USE;
void json_close(struct json *j); // NULL is fine
const struct json_val *json_root(const struct json *j);

enum json_type json_type(const struct json_val *v);
// NULL if not there.
const struct json_val *json_get(const struct json_val *object, const char *key);
// The members of these names, in one walk: values[i] is what json_get gives for names[i].
void json_pick(const struct json_val *object, const struct str *names, unsigned count,
               const struct json_val **values);
// A path of keys, "usage.prompt_tokens_details.cached_tokens".
const struct json_val *json_path(const struct json_val *object, const char *path);
size_t json_count(const struct json_val *v); // of an array or object; 0 for anything else

// Where a member's value goes: offset of a const struct json_val * in what is filled.
struct json_field {
    struct str name;
    size_t offset;
};
// Fills the struct at `filled` with the members of `object` that are named, in one walk; the others
// stay as they are.
void json_fields(const struct json_val *object, const struct json_field *fields, size_t count,
                 void *filled);

// Iterates an array (key stays empty) or an object. Start with a zeroed iterator.
struct json_iter {
    const struct json_val *next;
    const struct json_val *key;
    size_t left;
    bool begun;
    bool named; // an object
};
// `key` may be NULL.
bool json_each(struct json_iter *it, const struct json_val *container, struct str *key,
               const struct json_val **value);

// Unescaped, borrowed from the document; empty when it is no string.
struct str json_str(const struct json_val *v);
bool json_bool(const struct json_val *v, bool absent); // `absent` for anything but true and false
// A whole number (1, 1.0 and 1e3 are whole). False, `n` untouched, when it is none or beyond int64.
bool json_i64(const struct json_val *v, int64_t *n) MUST_USE;
// A number as written, borrowed from the source; empty when it is none. For money. `j` may be NULL.
struct str json_number(const struct json *j, const struct json_val *v);

// The place of a value in the source: of a string the first byte after its opening quote; of the
// others their first byte, found from the key before them (value must be a member of an object).
// `key` is the member's key value as json_each gives it through json_key.
size_t json_string_at(const struct json *j, const struct json_val *string);
// The member `key` of `object`: its key value, for json_member_at. NULL if not there.
const struct json_val *json_key(const struct json_val *object, const char *key);
// Start and length in the source of the value that follows `key` (quotes included for strings).
// The source that json_open was given is read again: it must still be there, and unchanged.
bool json_member_at(const struct json *j, const struct json_val *key, size_t *start, size_t *len);

#endif
