// SPDX-License-Identifier: Apache-2.0
//
// Bodies in gzip and zstd: whole, cut at every byte, damaged, and as bombs.

#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "../unit.h"
#include "base/limits.h"
#include "base/random.h"
#include "request/coding.h"

static struct str gzip_of(struct str plain, char *out, size_t size)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (z_const Bytef *)(uintptr_t)plain.ptr;
    z.avail_in = (uInt)plain.len;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)size;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t n = size - z.avail_out;
    deflateEnd(&z);
    return str_from(out, n);
}

static struct str zstd_of(struct str plain, char *out, size_t size)
{
    size_t n = ZSTD_compress(out, size, plain.ptr, plain.len, 3);
    assert_false(ZSTD_isError(n));
    return str_from(out, n);
}

typedef struct str coder_f(struct str plain, char *out, size_t size);

static const struct {
    const char *name;
    coder_f *code;
} coders[] = {{"gzip", gzip_of}, {"zstd", zstd_of}};

static struct str sample(char *out, size_t size)
{
    struct dice d;
    dice_init(&d, 7);
    for (size_t i = 0; i < size; i++)
        out[i] = (char)('a' + dice_below(&d, 26));
    return str_from(out, size);
}

static void whole_bodies_come_back(void **state)
{
    (void)state;
    static char plain[200000], coded[300000];
    for (size_t c = 0; c < 2; c++) {
        for (size_t n = 1; n < sizeof plain; n = n * 3 + 1) {
            struct str body = sample(plain, n);
            struct buf out;
            buf_init(&out, &alloc_heap, n); // exactly the limit
            struct str packed = coders[c].code(body, coded, sizeof coded);
            assert_int_equal(coding_decode(str_of(coders[c].name), packed, &out), STATUS_OK);
            assert_true(str_eq(buf_str(&out), body));
            buf_fini(&out);
        }
    }
}

// A body of several members or frames, as `cat` makes it: the limits are of the whole.
static void bodies_may_follow_each_other(void **state)
{
    (void)state;
    static char plain[5000], coded[20000];
    struct str body = sample(plain, sizeof plain);
    for (size_t c = 0; c < 2; c++) {
        struct str name = str_of(coders[c].name), packed = {coded, 0};
        for (size_t at = 0; at < body.len; at += 1000) {
            struct str empty = coders[c].code(STR_NONE, coded + packed.len, 1000);
            packed.len += empty.len;
            struct str part = str_from(body.ptr + at, 1000);
            packed.len += coders[c].code(part, coded + packed.len, 3000).len;
        }
        for (size_t limit = body.len - 1; limit <= body.len; limit++) {
            struct buf out;
            buf_init(&out, &alloc_heap, limit);
            bool fits = limit == body.len;
            assert_int_equal(coding_decode(name, packed, &out), fits ? STATUS_OK : STATUS_LIMIT);
            assert_true(!fits || str_eq(buf_str(&out), body));
            buf_fini(&out);
        }
        struct buf out;
        buf_init(&out, &alloc_heap, MIB);
        struct str cut = str_from(packed.ptr, packed.len - 1);
        assert_int_equal(coding_decode(name, cut, &out), STATUS_SYNTAX);
        buf_fini(&out);
    }
}

static void one_byte_over_the_limit_is_refused(void **state)
{
    (void)state;
    static char plain[5000], coded[9000];
    for (size_t c = 0; c < 2; c++) {
        struct str packed = coders[c].code(sample(plain, sizeof plain), coded, sizeof coded);
        struct buf out;
        buf_init(&out, &alloc_heap, sizeof plain - 1);
        assert_int_equal(coding_decode(str_of(coders[c].name), packed, &out), STATUS_LIMIT);
        buf_fini(&out);
    }
}

static void cut_bodies_are_refused_at_every_byte(void **state)
{
    (void)state;
    static char plain[3000], coded[6000];
    for (size_t c = 0; c < 2; c++) {
        struct str packed = coders[c].code(sample(plain, sizeof plain), coded, sizeof coded);
        for (size_t n = 0; n < packed.len; n++) {
            struct buf out;
            buf_init(&out, &alloc_heap, MIB);
            struct str cut = str_from(packed.ptr, n);
            assert_int_equal(coding_decode(str_of(coders[c].name), cut, &out), STATUS_SYNTAX);
            buf_fini(&out);
        }
    }
}

// Also when it comes in parts of which each is small.
static void bombs_stop_at_the_ratio(void **state)
{
    (void)state;
    size_t huge = (size_t)64 * MIB;
    char *zeros = calloc(1, huge);
    char *coded = malloc(huge);
    for (size_t c = 0; c < 4; c++) {
        size_t part = c < 2 ? huge : 60 * KIB;
        struct str packed = {coded, 0};
        for (size_t at = 0; at + part <= huge; at += part) {
            struct str plain = str_from(zeros, part);
            packed.len += coders[c % 2].code(plain, coded + packed.len, huge - packed.len).len;
        }
        assert_true(packed.len * 200 < huge);
        struct buf out;
        buf_init(&out, &alloc_heap, huge);
        assert_int_equal(coding_decode(str_of(coders[c % 2].name), packed, &out), STATUS_LIMIT);
        assert_true(out.size <= packed.len * DECODED_RATIO_MAX * 2 + 256 * KIB);
        buf_fini(&out);
    }
    free(zeros);
    free(coded);
}

static void foreign_bytes_are_refused(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, &alloc_heap, MIB);
    struct str text = str_of("{\"model\":\"m\"}");
    assert_int_equal(coding_decode(str_of("gzip"), text, &out), STATUS_SYNTAX);
    assert_int_equal(coding_decode(str_of("zstd"), text, &out), STATUS_SYNTAX);
    assert_int_equal(coding_decode(str_of("br"), text, &out), STATUS_UNSUPPORTED);
    static char coded[200];
    struct str packed = gzip_of(text, coded, 100);
    memcpy(coded + packed.len, "more", 4);
    packed.len += 4;
    assert_int_equal(coding_decode(str_of("gzip"), packed, &out), STATUS_SYNTAX);
    buf_fini(&out);
    assert_true(coding_known(str_of("GZIP")));
    assert_true(coding_none(STR_NONE));
    assert_false(coding_known(str_of("deflate")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_bodies_come_back),
        cmocka_unit_test(bodies_may_follow_each_other),
        cmocka_unit_test(one_byte_over_the_limit_is_refused),
        cmocka_unit_test(cut_bodies_are_refused_at_every_byte),
        cmocka_unit_test(bombs_stop_at_the_ratio),
        cmocka_unit_test(foreign_bytes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
