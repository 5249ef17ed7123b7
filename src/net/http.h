// SPDX-License-Identifier: Apache-2.0
//
// http - the head of an HTTP/1 message, as read by llhttp in strict mode, and what both sides
// share.

#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

struct field {
    struct str name;  // as received
    struct str value; // trimmed
};

// All slices live as long as the message they belong to.
struct head {
    struct str method; // requests: "POST"
    struct str path;   // of the target, without query, as received (not percent-decoded)
    struct str query;  // after the '?', without it
    int status;        // responses
    int minor;         // HTTP/1.x
    unsigned field_count;
    const struct field *fields;
    int64_t content_length; // -1 = none
    bool chunked;
    bool keep_alive;
    bool expect_continue;
    bool upgrade;
};

// The first field of that name (case-insensitive); empty if none. `many` (may be NULL) says whether
// there were several.
struct str head_get(const struct head *h, const char *name, bool *many);
// True when a comma-separated field holds the token.
bool head_has_token(const struct head *h, const char *name, const char *token);
// Fields that a Connection field names end here (RFC 9110, 7.6.1). Most messages name none: only
// where head_names_hops says so, head_hop_only needs to be asked.
bool head_names_hops(const struct head *h);
bool head_hop_only(const struct head *h, struct str name);
// False when the value could break out of its line (CR, LF, NUL, other controls but the tab). Every
// field we write is checked.
bool field_value_safe(struct str value);
bool field_name_safe(struct str name); // a token, not empty
// Writes "name: value\r\n" (name.len + value.len + 4 bytes) unchecked; returns its end.
char *field_put(char *at, struct str name, struct str value);
// Appends "name: value\r\n" to `lines` when both are safe; false (and nothing) when not.
bool field_write(struct buf *lines, struct str name, struct str value);
const char *http_reason(int status);
// "Content-Length: 123\r\n"; the slice lies in `line`.
#define HTTP_LENGTH_LINE 40
struct str http_length_line(uint64_t length, char line[HTTP_LENGTH_LINE]);

#endif
