// SPDX-License-Identifier: Apache-2.0
//
// buf - a growing run of bytes with a ceiling and a mark that stays, as in arena.h: append freely,
// check buf_failed once.

#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/alloc.h"
#include "base/str.h"

struct buf {
    const struct alloc *alloc;
    char *ptr;
    size_t len;
    size_t size;    // bytes that fit; one more is always there for a NUL
    size_t ceiling; // most bytes; 0 = no ceiling
    bool failed;
};

// Nothing is allocated before the first byte. `alloc` must live as long as the buffer.
void buf_init(struct buf *b, const struct alloc *alloc, size_t ceiling);
// Over `size` + 1 bytes of the caller's: what does not fit sets the mark. Needs no buf_fini.
void buf_fixed(struct buf *b, char *bytes, size_t size);
void buf_fini(struct buf *b); // frees; the buffer is then as it was initialised
bool buf_failed(const struct buf *b);
// Room for n more bytes at ptr + len, or NULL and the mark. The caller adds to len what it wrote.
char *buf_room(struct buf *b, size_t n) MUST_USE;
void buf_add_slow(struct buf *b, struct str s); // for buf_add alone

// `s` must not lie in `b` itself.
static inline void buf_add(struct buf *b, struct str s)
{
    if (s.len == 0)
        return;
    if (b->failed || s.len > b->size - b->len) {
        buf_add_slow(b, s);
        return;
    }
    memcpy(b->ptr + b->len, s.ptr, s.len);
    b->len += s.len;
}

static inline void buf_add_char(struct buf *b, char c)
{
    buf_add(b, str_from(&c, 1));
}

void buf_add_cstr(struct buf *b, const char *cstr);
void buf_add_u64(struct buf *b, uint64_t n);
void buf_add_i64(struct buf *b, int64_t n);
void buf_printf(struct buf *b, const char *format, ...) PRINTF(2, 3);
void buf_vprintf(struct buf *b, const char *format, va_list args) PRINTF(2, 0);
// The bytes as a JSON string with its quotes; bytes that are no UTF-8 become U+FFFD.
void buf_add_json(struct buf *b, struct str s);
bool buf_json_plain(struct str s);       // the bytes stand in a JSON string as they are
void buf_drop(struct buf *b, size_t n);  // removes the first n bytes
void buf_clear(struct buf *b);           // len = 0, memory and ceiling kept, mark cleared
struct str buf_str(const struct buf *b); // borrowed until the next change
// A NUL after the end (not counted in len). Empty text when the mark is set.
const char *buf_cstr(struct buf *b);

#endif
