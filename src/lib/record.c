// SPDX-License-Identifier: Apache-2.0

#include "lib/record.h"

#include <string.h>

#include "base/digest.h"

#define MARK "CL"

void record_put(struct batch *to, uint64_t n, unsigned bytes)
{
    must(to->len + bytes <= sizeof to->bytes);
    for (unsigned i = 0; i < bytes; i++)
        to->bytes[to->len++] = (char)(n >> 8 * i & 0xff);
}

void record_put_amount(struct batch *to, int64_t n)
{
    record_put(to, (uint64_t)n, 8);
}

void record_put_text(struct batch *to, struct str text)
{
    must(to->len + text.len <= sizeof to->bytes);
    if (text.len)
        memcpy(to->bytes + to->len, text.ptr, text.len);
    to->len += text.len;
}

void record_begin(struct batch *to)
{
    to->start = to->len;
    to->len += RECORD_HEAD_BYTES;
}

void record_end(struct batch *to, enum record type)
{
    size_t behind = to->len;
    char *head = to->bytes + to->start;
    to->len = to->start;
    record_put_text(to, str_of(MARK));
    record_put(to, RECORD_VERSION, 1);
    record_put(to, (uint64_t)type, 1);
    record_put(to, behind - to->start - RECORD_HEAD_BYTES, 2);
    record_put(to, digest_crc32(0, head, RECORD_HEAD_BYTES - 2), 2);
    to->len = behind;
    record_put(to, digest_crc32(0, head, behind - to->start), RECORD_CHECK_BYTES);
}

struct str record_take_text(struct fields *f, size_t len)
{
    f->few = f->few || len > f->left.len;
    if (f->few)
        return STR_NONE;
    struct str text = str_from(f->left.ptr, len);
    f->left = str_skip(f->left, len);
    return text;
}

uint64_t record_take(struct fields *f, unsigned bytes)
{
    struct str text = record_take_text(f, bytes);
    uint64_t n = 0;
    for (size_t i = text.len; i > 0; i--)
        n = n << 8 | (unsigned char)text.ptr[i - 1];
    return n;
}

int64_t record_take_amount(struct fields *f)
{
    return (int64_t)record_take(f, 8);
}

bool record_taken(const struct fields *f)
{
    return !f->few && f->left.len == 0;
}

bool record_begins(struct str bytes)
{
    struct str mark = str_of(MARK);
    return str_starts(bytes, mark) || str_starts(mark, bytes);
}

bool record_head(struct str bytes, struct frame *out)
{
    if (bytes.len < RECORD_HEAD_BYTES || !record_begins(bytes))
        return false;
    struct fields f = {str_skip(bytes, 2), false};
    out->version = (unsigned)record_take(&f, 1);
    out->type = (unsigned)record_take(&f, 1);
    size_t len = (size_t)record_take(&f, 2);
    out->payload = str_from(bytes.ptr + RECORD_HEAD_BYTES, len);
    out->bytes = RECORD_HEAD_BYTES + len + RECORD_CHECK_BYTES;
    return record_take(&f, 2) == (digest_crc32(0, bytes.ptr, RECORD_HEAD_BYTES - 2) & 0xffff);
}

bool record_read(struct str bytes, struct frame *out)
{
    if (!record_head(bytes, out) || out->bytes > bytes.len)
        return false;
    size_t checked = out->bytes - RECORD_CHECK_BYTES;
    struct fields f = {str_skip(bytes, checked), false};
    return record_take(&f, RECORD_CHECK_BYTES) == digest_crc32(0, bytes.ptr, checked);
}
