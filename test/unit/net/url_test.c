// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "net/url.h"

static void reads(const char *text, bool tls, const char *host, uint16_t port, const char *path)
{
    struct url u;
    struct why why = {STATUS_OK, ""};
    if (url_read(str_of(text), &u, &why) != STATUS_OK)
        fail_msg("%s: %s", text, why.text);
    assert_int_equal(u.tls, tls);
    assert_true(str_is(u.host, host));
    assert_int_equal(u.port, port);
    assert_true(str_is(u.path, path));
}

static void test_urls(void **state)
{
    (void)state;
    reads("https://api.openai.com/v1", true, "api.openai.com", 443, "/v1");
    reads("http://127.0.0.1:9100/v1/", false, "127.0.0.1", 9100, "/v1");
    reads("HTTP://Localhost", false, "Localhost", 80, "");
    reads("https://[::1]:8443///", true, "::1", 8443, "");
    reads("http://[fe80::1]/a/b", false, "fe80::1", 80, "/a/b");
    struct url u;
    assert_int_equal(url_read(str_of("http://u:p@proxy.corp:3128"), &u, NULL), STATUS_OK);
    assert_true(str_is(u.user, "u:p"));
    assert_false(u.host_is_ip);
    assert_int_equal(url_read(str_of("http://10.0.0.7:8080"), &u, NULL), STATUS_OK);
    assert_true(u.host_is_ip);
}

static void test_no_urls(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "api.openai.com",
        "ftp://x/",
        "http:/x",
        "http://",
        "http:///path",
        "http://a b/",
        "http://a\r\nb/",
        "http://a/b c",
        "http://a/\x01",
        "http://a/\xc3\xa9",
        "http://a?x=1",
        "http://a/b?x=1",
        "http://a/b#c",
        "http://a#b.c/",
        "http://a:",
        "http://a:0",
        "http://a:65536",
        "http://a:-1",
        "http://a:1x",
        "http://a:99999999999",
        "http://::1/",
        "http://[::1",
        "http://[::1]x",
        "http://[::1]:",
        "http://[a]",
        "http://[127.0.0.1]",
        "http://[::1%25eth0]",
        "http://-a.b",
        "http://a-.b",
        "http://a..b",
        "http://.a",
        "http://a.",
        "http://a@b@c",
        "http://a\\b",
        "http://a,b",
        "http://127.1",
        "http://0x7f000001",
        "http://2130706433",
        "http://127.0.0.1.5",
        "http://999.1.1.1",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct url u;
        struct why why = {STATUS_OK, ""};
        if (url_read(str_of(texts[i]), &u, &why) == STATUS_OK)
            fail_msg("passes: %s", texts[i]);
        assert_true(why.text[0] != 0);
    }
}

static void test_a_nul_inside(void **state)
{
    (void)state;
    static const char text[] = "http://[::1\0]:80/", four[] = "127.0.0.1\0.evil:80";
    struct url u;
    struct str host;
    uint16_t port;
    assert_int_equal(url_read(str_from(text, sizeof text - 1), &u, NULL), STATUS_SYNTAX);
    assert_false(address_read(str_from(four, sizeof four - 1), &host, &port));
    assert_false(host_is_loopback(str_from(four, sizeof four - 4)));
}

static void test_addresses(void **state)
{
    (void)state;
    struct str host;
    uint16_t port;
    assert_true(address_read(str_of("127.0.0.1:7575"), &host, &port));
    assert_true(str_is(host, "127.0.0.1"));
    assert_int_equal(port, 7575);
    assert_true(address_read(str_of("[::1]:0"), &host, &port));
    assert_true(str_is(host, "::1"));
    static const char *const bad[] = {"",      ":7575", "127.0.0.1",       "127.0.0.1:", "::1:80",
                                      "[::1]", "a:b",   "127.0.0.1:70000", "a b:1",      "[::1]80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(address_read(str_of(bad[i]), &host, &port));
}

static void test_places(void **state)
{
    (void)state;
    static const char *const loopback[] = {"127.0.0.1", "127.9.9.9", "::1",
                                           "localhost", "LOCALHOST", "::ffff:127.0.0.1"};
    static const char *const private[] = {"10.0.0.1",    "172.16.0.1", "172.31.255.255",
                                          "192.168.0.1", "fd00::1",    "fe80::1",
                                          "169.254.1.1", "127.0.0.1",  "::ffff:10.0.0.1"};
    static const char *const public[] = {"8.8.8.8",     "172.32.0.1",         "172.15.0.1",
                                         "192.169.0.1", "2001:db8::1",        "api.openai.com",
                                         "11.0.0.1",    "localhost.evil.com", "::ffff:8.8.8.8"};
    for (size_t i = 0; i < sizeof loopback / sizeof *loopback; i++)
        assert_true(host_is_loopback(str_of(loopback[i])));
    for (size_t i = 0; i < sizeof private / sizeof *private; i++)
        assert_true(host_is_private(str_of(private[i])));
    for (size_t i = 0; i < sizeof public / sizeof *public; i++) {
        assert_false(host_is_private(str_of(public[i])));
        assert_false(host_is_loopback(str_of(public[i])));
    }
}

static bool spared(const char *list, const char *host, uint16_t port)
{
    return no_proxy_matches(str_of(list), str_of(host), port);
}

static void test_no_proxy(void **state)
{
    (void)state;
    assert_false(spared("", "a", 80));
    assert_true(spared("*", "a", 80));
    assert_true(spared("x, corp.example ,y", "corp.example", 80));
    assert_true(spared("corp.example", "a.corp.example", 80));
    assert_true(spared(".corp.example", "a.corp.example", 80));
    assert_true(spared("*.corp.example", "a.b.Corp.Example", 80));
    assert_false(spared("corp.example", "evilcorp.example", 80));
    assert_false(spared("corp.example", "corp.example.evil", 80));
    assert_true(spared("corp.example:8080", "corp.example", 8080));
    assert_false(spared("corp.example:8080", "corp.example", 80));
    assert_true(spared("10.0.0.0/8", "10.200.3.4", 80));
    assert_false(spared("10.0.0.0/8", "11.0.0.1", 80));
    assert_true(spared("192.168.1.128/25", "192.168.1.200", 80));
    assert_false(spared("192.168.1.128/25", "192.168.1.100", 80));
    assert_true(spared("fd00::/8", "fd12::1", 80));
    assert_true(spared("::1", "::1", 80));
    assert_true(spared("[::1]:443", "::1", 443));
    assert_false(spared("[::1]:443", "::1", 80));
    assert_true(spared("127.0.0.1", "127.0.0.1", 80));
    assert_false(spared("10.0.0.0/33", "10.0.0.1", 80));
    assert_false(spared("10.0.0.0/8", "example", 80));
    assert_false(spared(",,", "a", 80));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urls),      cmocka_unit_test(test_no_urls),
        cmocka_unit_test(test_addresses), cmocka_unit_test(test_places),
        cmocka_unit_test(test_no_proxy),  cmocka_unit_test(test_a_nul_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
