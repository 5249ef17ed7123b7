// SPDX-License-Identifier: Apache-2.0

#include "request/coding.h"

#include <zlib.h>
#include <zstd.h>

#include "base/limits.h"

#define DECODE_STEP ((size_t)64 * KIB)
// A body this small may pass the ratio: a short run of spaces compresses better than 100:1.
#define RATIO_FREE_BYTES ((size_t)64 * KIB)

bool coding_none(struct str encoding)
{
    return encoding.len == 0 || str_eq_nocase(encoding, str_of("identity"));
}

static bool is_gzip(struct str encoding)
{
    return str_eq_nocase(encoding, str_of("gzip")) || str_eq_nocase(encoding, str_of("x-gzip"));
}

static bool is_zstd(struct str encoding)
{
    return str_eq_nocase(encoding, str_of("zstd"));
}

bool coding_known(struct str encoding)
{
    return coding_none(encoding) || is_gzip(encoding) || is_zstd(encoding);
}

// Room for the next step within the limit and the ratio; 0 when one of them is reached.
static size_t step_room(const struct buf *out, size_t coded)
{
    size_t most = coded > SIZE_MAX / DECODED_RATIO_MAX ? SIZE_MAX : coded * DECODED_RATIO_MAX;
    if (most < RATIO_FREE_BYTES)
        most = RATIO_FREE_BYTES;
    if (out->ceiling && most > out->ceiling)
        most = out->ceiling;
    size_t left = most > out->len ? most - out->len : 0;
    return left < DECODE_STEP ? left : DECODE_STEP;
}

static enum status gzip_step(z_stream *z, size_t coded, struct buf *out, bool *done)
{
    size_t room = step_room(out, coded);
    // One byte more than is allowed tells "exactly full" from "too much".
    unsigned char spare = 0;
    unsigned char *to = room ? (unsigned char *)buf_room(out, room) : &spare;
    if (!to)
        return STATUS_LIMIT;
    z->next_out = to;
    z->avail_out = (uInt)(room ? room : 1);
    int code = inflate(z, Z_NO_FLUSH);
    size_t made = (room ? room : 1) - z->avail_out;
    if (room == 0 && z->avail_out == 0)
        return STATUS_LIMIT;
    out->len += room ? made : 0;
    *done = code == Z_STREAM_END && z->avail_in == 0;
    if (code == Z_STREAM_END && !*done)
        code = inflateReset(z); // another member follows (RFC 1952, 2.2)
    bool cut_off = made == 0 && z->avail_in == 0;
    return *done || (code == Z_OK && !cut_off) ? STATUS_OK : STATUS_SYNTAX;
}

static enum status gzip_decode(struct str coded, struct buf *out)
{
    z_stream z = {0};
    if (inflateInit2(&z, 15 + 16) != Z_OK)
        return STATUS_NO_MEMORY;
    z.next_in = (z_const Bytef *)(uintptr_t)coded.ptr; // zlib only reads it
    z.avail_in = (uInt)coded.len;
    enum status s = STATUS_OK;
    bool done = false;
    while (s == STATUS_OK && !done)
        s = gzip_step(&z, coded.len, out, &done);
    inflateEnd(&z);
    return s;
}

static enum status zstd_step(ZSTD_DCtx *d, ZSTD_inBuffer *in, struct buf *out, bool *done)
{
    size_t room = step_room(out, in->size);
    char spare = 0;
    char *to = room ? buf_room(out, room) : &spare;
    if (!to)
        return STATUS_LIMIT;
    ZSTD_outBuffer o = {to, room ? room : 1, 0};
    size_t before = in->pos;
    size_t code = ZSTD_decompressStream(d, &o, in);
    if (ZSTD_isError(code))
        return STATUS_SYNTAX;
    if (room == 0 && o.pos > 0)
        return STATUS_LIMIT;
    out->len += room ? o.pos : 0;
    if (code == 0 && in->pos == in->size)
        *done = true;
    else if (o.pos == 0 && in->pos == before)
        return STATUS_SYNTAX; // cut off
    return STATUS_OK;
}

static enum status zstd_decode(struct str coded, struct buf *out)
{
    ZSTD_DCtx *d = ZSTD_createDCtx();
    if (!d)
        return STATUS_NO_MEMORY;
    // The window is memory that the sender chooses: 8 MiB is what every encoder may assume (RFC
    // 8878).
    enum status s = ZSTD_isError(ZSTD_DCtx_setParameter(d, ZSTD_d_windowLogMax, 23))
                        ? STATUS_NO_MEMORY
                        : STATUS_OK;
    ZSTD_inBuffer in = {coded.ptr, coded.len, 0};
    bool done = false;
    while (s == STATUS_OK && !done)
        s = zstd_step(d, &in, out, &done);
    ZSTD_freeDCtx(d);
    return s;
}

enum status coding_decode(struct str encoding, struct str coded, struct buf *out)
{
    if (coded.len > UINT32_MAX)
        return STATUS_LIMIT;
    if (is_gzip(encoding))
        return gzip_decode(coded, out);
    if (is_zstd(encoding))
        return zstd_decode(coded, out);
    return STATUS_UNSUPPORTED;
}
