// SPDX-License-Identifier: Apache-2.0
//
// skim - walks JSON that came from a provider, member by member, without building a document: a
// stream has thousands of small events, of which one or two hold something to keep. It follows the
// structure (strings with their escapes, nesting), so a text that looks like a member cannot
// deceive it; it does not check numbers or UTF-8. What is to be kept is then read by base/json.h.

#ifndef METER_SKIM_H
#define METER_SKIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/must.h"
#include "base/str.h"

struct skim {
    struct str rest; // after what was given
    bool object;     // else an array
    bool begun;
    bool whole;  // the container has ended as it should
    bool broken; // not JSON
};

// Starts on the first value of `text`, which must be an object or an array; else `broken`.
struct skim skim_of(struct str text);
// The next member or element; raw slices, strings with their quotes. `key` is without quotes, its
// escapes kept. False at the end, or when broken.
bool skim_each(struct skim *k, struct str *key, struct str *value);
// True when `text` is one whole object or array, as far as its structure tells.
bool skim_whole(struct str text);

// The raw value of a member, empty when it is not there.
struct str skim_get(struct str object, struct str name);

// Where a member's raw value goes: offset of a struct str in what is filled.
struct skim_field {
    struct str name;
    size_t offset;
};

// Fills the struct at `out` with the members of `object` that are named; the others stay as they
// are. False when it is no whole object.
bool skim_fields(struct str object, const struct skim_field *fields, size_t count, void *out);

bool skim_is_null(struct str value); // also when empty
bool skim_is_object(struct str value);
// Unescapes a raw string into `out` (NUL-terminated). False, and out[0] = 0, when it is no string,
// has control characters or does not fit.
bool skim_text(struct str value, char *out, size_t out_size) MUST_USE;
// A raw string without its quotes when it has no escapes; else empty.
struct str skim_plain(struct str value);
// Bytes of all string values inside, as UTF-8; names, values of `role`, `id`, `type` and the like,
// and data do not count. Sets *data where it met some, in base64, a data URL, or the URL of an
// `image_url`: an image, a sound.
int64_t skim_text_bytes(struct str value, bool *data);
// What the value of such a key is; `around`: that of the key before it, if no string followed yet.
enum skim_label { SKIM_TEXT, SKIM_LABEL, SKIM_DATA };
enum skim_label skim_label_of(enum skim_label around, struct str key);
// The value of a `type` whose `data` is a thought that is sealed, and no media.
bool skim_is_sealed(struct str type);
// A data URL, by its first bytes and its length.
bool skim_is_data(struct str head, size_t len);
// A raw key, perhaps with escapes, against an ASCII name.
bool skim_key_is(struct str raw_key, struct str name);

#endif
