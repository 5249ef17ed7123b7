// SPDX-License-Identifier: Apache-2.0
//
// str - a borrowed slice of bytes. It owns nothing; whoever stores one says how long it lives.

#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/must.h"

struct str {
    const char *ptr; // may be NULL when len is 0
    size_t len;
};

// A literal as a slice, also in static initialisers: `struct str s = STR("abc");`
#define STR(lit)               \
    {                          \
        (lit), sizeof(lit) - 1 \
    }
#define STR_NONE ((struct str){NULL, 0})
// For printf: printf("%.*s", STR_ARG(s)).
#define STR_ARG(s) (int)(s).len, ((s).ptr ? (s).ptr : "")

static inline struct str str_of(const char *cstr)
{
    return (struct str){cstr, cstr ? strlen(cstr) : 0};
}

static inline struct str str_from(const char *ptr, size_t len)
{
    return (struct str){ptr, len};
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

// Mostly against a literal, whose length is then no work.
static INLINED bool str_is(struct str a, const char *cstr)
{
    return str_eq(a, str_of(cstr));
}

// The white space of JSON: a space, tab, CR or LF.
static inline bool str_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Of ASCII.
static inline bool str_digit(char c)
{
    return c >= '0' && c <= '9';
}

// ASCII case only; locale never matters.
bool str_same_nocase(const char *a, const char *b, size_t len);
// Most that are compared differ in length.
static inline bool str_eq_nocase(struct str a, struct str b)
{
    return a.len == b.len && str_same_nocase(a.ptr, b.ptr, a.len);
}
// Whether it says yes, in the words that YAML ever had: true, yes, on; false, no, off; in whatever
// case. False: it says neither.
bool str_truth(struct str s, bool *out);
bool str_starts(struct str s, struct str head);
bool str_starts_nocase(struct str s, struct str head);
bool str_ends(struct str s, struct str tail);
// Order by bytes, then by length: <0, 0, >0.
int str_cmp(struct str a, struct str b);
// Offset of the first `c`, or s.len.
size_t str_find(struct str s, char c);
// Offset of the first occurrence of `part`, or s.len.
size_t str_search(struct str s, struct str part);
// `part` stands somewhere in `s`, in whatever case.
bool str_has_nocase(struct str s, struct str part);
// `s` without its first n bytes (n is cut to s.len).
struct str str_skip(struct str s, size_t n);
// Without what is blank at both ends.
struct str str_trim(struct str s);
// Takes what stands before the first `sep` out of `rest` (which then starts after it); false when
// `rest` was empty. Without a `sep` the whole rest is taken.
bool str_cut(struct str *rest, char sep, struct str *part);
// Decimal digits only, no sign, no space. False, and `n` untouched, on anything else or overflow.
bool str_u64(struct str s, uint64_t *n) MUST_USE;
bool str_i64(struct str s, int64_t *n) MUST_USE; // an optional '-' first
// Copies into `out` (with a NUL) when it fits; false and out[0] = 0 otherwise.
bool str_copy(struct str s, char *out, size_t out_size) MUST_USE;
// ASCII capitals made small, in `out`, which has room for as many bytes and may be where `s` is.
struct str str_lower(struct str s, char *out);
// The slips between two names, for "did you mean", cut off at `most` + 1: a byte more, less, or
// another, or two side by side that changed places. ASCII capitals are as small letters.
size_t str_distance(struct str a, struct str b, size_t most);
// The nearest of several names to a wanted one. Begin with what is wanted and the distance that is
// too far, then try each name: the first of the nearest stays, borrowed.
struct str_near {
    struct str wanted;
    size_t distance;
    struct str name; // empty while none is near
};
void str_near(struct str_near *n, struct str name);
// True when `s` is valid UTF-8 (no surrogates, no overlong forms, up to U+10FFFF).
bool str_utf8(struct str s);
// Length (1..4) of the valid UTF-8 sequence that starts at `at`; 0 when there is none.
size_t str_utf8_at(struct str s, size_t at);
// At most its first `most` bytes, cut where a character starts.
struct str str_clip(struct str s, size_t most);
// Copies as much of it as fits (str_clip) into `out`, with a NUL, and gives the length.
size_t str_copy_clipped(struct str s, char *out, size_t out_size);
// Bytes of the control character at `at`; 0 when there is none. Also U+0080 to U+009F, which are
// such to some terminals, and what breaks a line or turns the direction of those that follow:
// U+2028 to U+202E and U+2066 to U+2069.
size_t str_control_at(struct str s, size_t at);
// So that foreign text does not steer a terminal: makes each control character (but a newline, if
// `lines`) and each byte that is no UTF-8 a question mark, in place. Gives the length, no larger.
size_t str_tame(char *text, size_t len, bool lines);
// `pattern` with `*` for any run of bytes, anchored at both ends; nothing else is special.
bool str_glob(struct str pattern, struct str s);
int str_hex(char c); // the value of a hexadecimal digit, large or small; -1 when it is none
// The byte of the %XX that `s` begins with; -1 when there is none.
int str_percent(struct str s);
// Writes `s` to `out`, which has room for as many bytes, with each %XX as its byte; a % that is
// none stays. Gives the length.
size_t str_unescape(struct str s, char *out);

#endif
