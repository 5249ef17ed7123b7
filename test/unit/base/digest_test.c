// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "base/digest.h"

static void hex_is(const uint8_t *bytes, const char *want)
{
    char text[2 * DIGEST_BYTES + 1] = {0};
    hex_write(bytes, DIGEST_BYTES, text);
    assert_string_equal(text, want);
}

// RFC 4231, cases 1, 6 and 7, each signed twice: a context must start anew.
static void signs(void **state)
{
    (void)state;
    uint8_t mac[DIGEST_BYTES];
    char key[131];
    memset(key, 0xaa, sizeof key);
    struct mac *m = mac_open(str_from(key, sizeof key));
    assert_non_null(m);
    for (int i = 0; i < 2; i++) {
        assert_true(
            mac_sign(m, str_of("Test Using Larger Than Block-Size Key - Hash Key First"), mac));
        hex_is(mac, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
        assert_true(
            mac_sign(m,
                     str_of("This is a test using a larger than block-size key and a larger than "
                            "block-size data. The key needs to be hashed before being used by the "
                            "HMAC algorithm."),
                     mac));
        hex_is(mac, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
    }
    mac_close(m);
    memset(key, 0x0b, 20);
    m = mac_open(str_from(key, 20));
    assert_true(mac_sign(m, str_of("Hi There"), mac));
    hex_is(mac, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    mac_close(m);
    mac_close(NULL);
}

static void refuses_short_keys(void **state)
{
    (void)state;
    assert_null(mac_open(STR_NONE));
    assert_null(mac_open(str_of("123456789012345")));
    struct mac *m = mac_open(str_of("1234567890123456"));
    assert_non_null(m);
    uint8_t one[DIGEST_BYTES];
    uint8_t two[DIGEST_BYTES];
    assert_true(mac_sign(m, STR_NONE, one));
    assert_true(mac_sign(m, str_of(""), two));
    assert_memory_equal(one, two, sizeof one);
    mac_close(m);
}

static void digests(void **state)
{
    (void)state;
    uint8_t out[DIGEST_BYTES];
    assert_true(digest_sha256(str_of("abc"), out));
    hex_is(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_true(digest_sha256(STR_NONE, out));
    hex_is(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_int_equal(digest_crc32(0, "123456789", 9), 0xcbf43926);
    assert_int_equal(digest_crc32(digest_crc32(0, "1234", 4), "56789", 5), 0xcbf43926);
    assert_int_equal(digest_crc32(5, NULL, 0), 5);
    assert_true(digest_equal("abcd", "abcd", 4));
    assert_false(digest_equal("abcd", "abce", 4));
}

static void reads_hex(void **state)
{
    (void)state;
    uint8_t out[3] = {9, 9, 9};
    assert_false(hex_read(str_of("00ff1"), out, 3));
    assert_false(hex_read(str_of("00ff1g"), out, 3));
    assert_false(hex_read(str_of("00ff1000"), out, 3));
    assert_int_equal(out[0], 9);
    assert_true(hex_read(str_of("00fFA1"), out, 3));
    assert_memory_equal(out, "\x00\xff\xa1", 3);
    digest_wipe(out, sizeof out);
    assert_memory_equal(out, "\0\0\0", 3);
}

// RFC 4648, 10, and the two digits that are no letters.
static void writes_base64(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xfb\xff\xfe", "+//+"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[16] = "";
        base64_write(rows[i][0], strlen(rows[i][0]), text);
        assert_string_equal(text, rows[i][1]);
        assert_int_equal(strlen(text), BASE64_TEXT(strlen(rows[i][0])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs),         cmocka_unit_test(refuses_short_keys),
        cmocka_unit_test(digests),       cmocka_unit_test(reads_hex),
        cmocka_unit_test(writes_base64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
