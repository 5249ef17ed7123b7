// SPDX-License-Identifier: Apache-2.0
//
// Requests that two machines could read in two ways. Each must be refused, the connection closed,
// and nothing behind it taken for a request: "GET /evil" stands behind every one of them.

#include <stdio.h>

#include "echo.h"

#define HOST   "Host: x\r\n"
#define POST   "POST /p HTTP/1.1\r\n" HOST
#define EVIL   "GET /evil HTTP/1.1\r\nHost: x\r\n\r\n"
#define TE     "Transfer-Encoding: chunked\r\n"
#define CHUNKS "5\r\nhello\r\n0\r\n\r\n"

static const char *const heads[] = {
    // both framings, in both orders and spellings
    POST "Content-Length: 5\r\n" TE "\r\n" CHUNKS,
    POST TE "Content-Length: 5\r\n\r\n" CHUNKS,
    POST "Content-Length: 0\r\n" TE "\r\n" CHUNKS,
    POST "content-length: 30\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    POST "CONTENT-LENGTH: 6\r\nTRANSFER-ENCODING: CHUNKED\r\n\r\n0\r\n\r\nG",
    POST TE "X: y\r\nContent-Length: 4\r\n\r\n" CHUNKS,
    POST "Content-Length: 5\r\nX: y\r\nX: z\r\n" TE "\r\n" CHUNKS,
    // two lengths, equal or not, in one line or two
    POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    POST "Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello",
    POST "Content-Length: 5\r\ncontent-length: 0\r\n\r\nhello",
    POST "Content-Length: 5, 5\r\n\r\nhello",
    POST "Content-Length: 5,5\r\n\r\nhello",
    POST "Content-Length: 5, 6\r\n\r\nhello",
    POST "Content-Length: 5;5\r\n\r\nhello",
    POST "Content-Length: 5\r\nX: y\r\nContent-Length: 5\r\n\r\nhello",
    // lengths that are no number
    POST "Content-Length: +5\r\n\r\nhello",
    POST "Content-Length: -5\r\n\r\nhello",
    POST "Content-Length: -0\r\n\r\n",
    POST "Content-Length: 0x5\r\n\r\nhello",
    POST "Content-Length: 5.0\r\n\r\nhello",
    POST "Content-Length: 5e0\r\n\r\nhello",
    POST "Content-Length: 5 5\r\n\r\nhello",
    POST "Content-Length: 5a\r\n\r\nhello",
    POST "Content-Length: a\r\n\r\nhello",
    POST "Content-Length: \"5\"\r\n\r\nhello",
    POST "Content-Length: 5_0\r\n\r\nhello",
    POST "Content-Length: \r\n\r\n",
    POST "Content-Length:\r\n\r\n",
    POST "Content-Length: 18446744073709551615\r\n\r\nhello",
    POST "Content-Length: 18446744073709551616\r\n\r\nhello",
    POST "Content-Length: 18446744073709551621\r\n\r\nhello",
    POST "Content-Length: 9223372036854775808\r\n\r\nhello",
    POST "Content-Length: 99999999999999999999999999\r\n\r\nhello",
    POST "Content-Length: \v5\r\n\r\nhello",
    POST "Content-Length: 5\v\r\n\r\nhello",
    POST "Content-Length: 5\f\r\n\r\nhello",
    POST "Content-Length : 5\r\n\r\nhello",
    POST "Content-Length\t: 5\r\n\r\nhello",
    POST " Content-Length: 5\r\n\r\nhello",
    POST "Content-Length\r\n\r\nhello",
    POST "Content-Length= 5\r\n\r\nhello",
    POST "Content Length: 5\r\n\r\nhello",
    // codings that are not exactly "chunked", once
    POST "Transfer-Encoding: chunked, chunked\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: chunked, x\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: x, chunked\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: identity\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: identity, chunked\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: chunked, identity\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: gzip, chunked\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: gzip\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: chunked;q=1\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: chunked;\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: chunked,\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: ,chunked\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: \"chunked\"\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: 'chunked'\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: xchunked\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: chunkedx\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: chunke\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: chunked chunked\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: ch unked\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: cow\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding:\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: \r\n\r\n" CHUNKS,
    POST "Transfer-Encoding:\vchunked\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: \vchunked\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: chunked\v\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: chunked\f\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: \x85"
         "chunked\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: chunked\xa0\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding : chunked\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding\t: chunked\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding\v: chunked\r\n\r\n" CHUNKS,
    POST " Transfer-Encoding: chunked\r\n\r\n" CHUNKS,
    POST "\tTransfer-Encoding: chunked\r\n\r\n" CHUNKS,
    POST "X: y\r\n Transfer-Encoding: chunked\r\n\r\n" CHUNKS,
    POST "X: y\n" TE "\r\n" CHUNKS,
    POST "X: y\r" TE "\r\n" CHUNKS,
    POST "X: y\rTransfer-Encoding: chunked\r\n\r\n" CHUNKS,
    POST TE TE "\r\n" CHUNKS,
    POST TE "Transfer-Encoding: identity\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: identity\r\n" TE "\r\n" CHUNKS,
    POST TE "Transfer-encoding: x\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding: x\r\nTransfer-encoding: chunked\r\n\r\n" CHUNKS,
    POST TE "Transfer-Encoding: \r\n\r\n" CHUNKS,
    POST "Transfer-Encoding:\r\n chunked\r\n\r\n" CHUNKS,
    POST "Transfer-Encoding\r\n: chunked\r\n\r\n" CHUNKS,
    "POST /p HTTP/1.0\r\n" HOST TE "\r\n" CHUNKS,
    "POST /p HTTP/1.0\r\n" HOST TE "Connection: keep-alive\r\n\r\n" CHUNKS,
    // folded lines, bare CR and LF
    POST "X: y\r\n z\r\nContent-Length: 5\r\n\r\nhello",
    POST "X: y\r\n\tz\r\nContent-Length: 5\r\n\r\nhello",
    POST "X:\r\n z\r\nContent-Length: 5\r\n\r\nhello",
    POST "Content-Length:\r\n 5\r\n\r\nhello",
    "POST /p HTTP/1.1\r\n X: y\r\n" HOST "\r\n",
    "POST /p HTTP/1.1\n" HOST "\r\n",
    "POST /p HTTP/1.1\nHost: x\n\n",
    "POST /p HTTP/1.1\r\nHost: x\n\r\n",
    "POST /p HTTP/1.1\r\nHost: x\r\n\n",
    "POST /p HTTP/1.1\r\nHost: x\r\r\n\r\n",
    "POST /p HTTP/1.1\rHost: x\r\r",
    "POST /p HTTP/1.1\r\rHost: x\r\n\r\n",
    "POST /p HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n",
    "POST /p HTTP/1.1\r\nHost: x\r\nX: a\nb\r\n\r\n",
    "POST /p HTTP/1.1\r\nHost: x\r\nX: a\r\n\rGET /evil HTTP/1.1\r\n\r\n",
    "POST /p HTTP/1.1\r\nHost: x\r\nX: a\n\nGET /evil HTTP/1.1\r\n\r\n",
    // names
    POST ": y\r\n\r\n",
    POST "X y: z\r\n\r\n",
    POST "X\r\n\r\n",
    POST "X(: z\r\n\r\n",
    POST "X\x80: z\r\n\r\n",
    POST "X@Y: z\r\n\r\n",
    POST "X[]: z\r\n\r\n",
    POST "X{}: z\r\n\r\n",
    POST "X/Y: z\r\n\r\n",
    POST "\"X\": z\r\n\r\n",
    POST "X\x7f: z\r\n\r\n",
    POST "X;Y: z\r\n\r\n",
    // the host
    "GET / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\nX: y\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\nhost: b\r\n\r\n",
    "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a#b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a?b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
    // the request line
    "GET / HTTP/1.1 \r\n" HOST "\r\n",
    "GET / HTTP/1.1x\r\n" HOST "\r\n",
    "GET / HTTP/1.2\r\n" HOST "\r\n",
    "GET / HTTP/1.10\r\n" HOST "\r\n",
    "GET / HTTP/01.1\r\n" HOST "\r\n",
    "GET / HTTP/1\r\n" HOST "\r\n",
    "GET / HTTP/2.0\r\n" HOST "\r\n",
    "GET / HTTP/3.0\r\n" HOST "\r\n",
    "GET / HTTP/0.9\r\n" HOST "\r\n",
    "GET / http/1.1\r\n" HOST "\r\n",
    "GET / HTTP 1.1\r\n" HOST "\r\n",
    "GET / HTTPS/1.1\r\n" HOST "\r\n",
    "GET / ICE/1.0\r\n" HOST "\r\n",
    "GET / RTSP/1.0\r\n" HOST "\r\n",
    "GET /\r\n\r\n",
    "GET\r\n\r\n",
    "GET  HTTP/1.1\r\n" HOST "\r\n",
    "GET / /evil HTTP/1.1\r\n" HOST "\r\n",
    "GET /a b HTTP/1.1\r\n" HOST "\r\n",
    "GET /a\tb HTTP/1.1\r\n" HOST "\r\n",
    "GET\t/ HTTP/1.1\r\n" HOST "\r\n",
    "GET /\tHTTP/1.1\r\n" HOST "\r\n",
    "GET /a\x01 HTTP/1.1\r\n" HOST "\r\n",
    "GET /a\x7f HTTP/1.1\r\n" HOST "\r\n",
    "GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n",
    "GET /a#b HTTP/1.1\r\n" HOST "\r\n",
    "GET a HTTP/1.1\r\n" HOST "\r\n",
    "GET \\a HTTP/1.1\r\n" HOST "\r\n",
    "GET * HTTP/1.1\r\n" HOST "\r\n",
    "GET http:///a HTTP/1.1\r\n" HOST "\r\n",
    "GET ftp://x/a HTTP/1.1\r\n" HOST "\r\n",
    " GET / HTTP/1.1\r\n" HOST "\r\n",
    "GE T / HTTP/1.1\r\n" HOST "\r\n",
    "get / HTTP/1.1\r\n" HOST "\r\n",
    "GETT / HTTP/1.1\r\n" HOST "\r\n",
    "FOO / HTTP/1.1\r\n" HOST "\r\n",
    "G\x80T / HTTP/1.1\r\n" HOST "\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", // TLS at a plain port
    "HTTP/1.1 200 OK\r\n\r\n",
    "\xef\xbb\xbfGET / HTTP/1.1\r\n" HOST "\r\n",
};

// Refused inside the body: the head was fine, the body is never handed over.
static const char *const bodies[] = {
    "\r\n5\r\nhello\r\n0\r\n\r\n",
    " 5\r\nhello\r\n0\r\n\r\n",
    "5 \r\nhello\r\n0\r\n\r\n",
    "5\t\r\nhello\r\n0\r\n\r\n",
    "+5\r\nhello\r\n0\r\n\r\n",
    "-5\r\nhello\r\n0\r\n\r\n",
    "0x5\r\nhello\r\n0\r\n\r\n",
    "g\r\nhello\r\n0\r\n\r\n",
    "5_\r\nhello\r\n0\r\n\r\n",
    "5,\r\nhello\r\n0\r\n\r\n",
    "5.0\r\nhello\r\n0\r\n\r\n",
    "\r\n",
    ";\r\nhello\r\n0\r\n\r\n",
    "5\nhello\r\n0\r\n\r\n",
    "5\rhello\r\n0\r\n\r\n",
    "5\r\r\nhello\r\n0\r\n\r\n",
    "5\r\nhello\n0\r\n\r\n",
    "5\r\nhello0\r\n\r\n",
    "5\r\nhellox\r\n0\r\n\r\n",
    "5\r\nhell\r\n0\r\n\r\n",
    "5\r\nhello\r0\r\n\r\n",
    "5;a\nb\r\nhello\r\n0\r\n\r\n",
    "5;a=\x01\r\nhello\r\n0\r\n\r\n",
    "5;a\rb\r\nhello\r\n0\r\n\r\n",
    "10000000000000000\r\nhello\r\n0\r\n\r\n",
    "10000000000000005\r\nhello\r\n0\r\n\r\n",
    "fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    "5\r\nhello\r\n00000000000000000000000000g\r\n\r\n",
    "5\r\nhello\r\n0\n\n",
    "5\r\nhello\r\n0\r\nX y: z\r\n\r\n",
    "5\r\nhello\r\n0\r\nX : z\r\n\r\n",
    "5\r\nhello\r\n0\r\nX: y\n\r\n",
    "5\r\nhello\r\n0\r\n X: y\r\n\r\n",
    "5\r\nhello\r\n0\r\nX: y\r\n z\r\n\r\n",
};

static char answer[65536];

// Nothing but one refusal may come back, and then the end.
static void expect_refused(struct echo *e, struct str bytes, const char *name)
{
    int handed = e->bodies;
    int fd = raw_connect(e->port);
    raw_send(fd, bytes);
    raw_say(fd, EVIL);
    raw_read(fd, answer, sizeof answer, NULL, 500);
    bool closed = raw_closed(fd, 500);
    close(fd);
    bool refused = strncmp(answer, "HTTP/1.1 400 ", 13) == 0 ||
                   strncmp(answer, "HTTP/1.1 431 ", 13) == 0 ||
                   strncmp(answer, "HTTP/1.1 413 ", 13) == 0;
    if (!refused || !closed || strstr(answer + 1, "HTTP/1.1") || e->bodies != handed)
        fail_msg("not refused: %s -> %s", name, answer);
}

static void test_heads(void **state)
{
    (void)state;
    struct echo e = {0};
    echo_start(&e);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        expect_refused(&e, str_of(heads[i]), heads[i]);
    assert_int_equal(e.heads, 0);
    echo_stop(&e);
}

static void test_bodies(void **state)
{
    (void)state;
    struct echo e = {0};
    char request[1024];
    echo_start(&e);
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        snprintf(request, sizeof request, POST TE "\r\n%s", bodies[i]);
        expect_refused(&e, str_of(request), bodies[i]);
    }
    assert_int_equal(e.bodies, 0);
    echo_stop(&e);
}

// Every control character, in each place of a head where none may stand.
static void test_controls(void **state)
{
    (void)state;
    static const char *const places[] = {
        "GE%cT / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /a%cb HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX%cY: z\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX: y%cz\r\n\r\n",
        "GET / HT%cTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a%cb\r\n\r\n",
    };
    struct echo e = {0};
    echo_start(&e);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        for (int c = 0; c <= 0x7f; c = c == 0x1f ? 0x7f : c + 1) {
            char request[256], name[64];
            bool tab_in_value = c == '\t' && strstr(places[i], "X: y%c");
            if (tab_in_value)
                continue;
            int n = snprintf(request, sizeof request, places[i], c); // NOLINT: from the table
            snprintf(name, sizeof name, "place %zu, character %d", i, c);
            expect_refused(&e, str_from(request, (size_t)n), name);
        }
    }
    assert_int_equal(e.heads, 0);
    echo_stop(&e);
}

// Framing that never ends: extensions, trailers, zeros before a size, in one piece and in many.
static void test_endless_framing(void **state)
{
    (void)state;
    static char request[1 << 20];
    static const char *const starts[] = {"5;a=", "5;", "5\r\nhello\r\n0\r\nX: ", "0;"};
    struct echo e = {0};
    echo_start(&e);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        int n = snprintf(request, sizeof request, POST TE "\r\n%s", starts[i]);
        memset(request + n, 'a', 200000);
        expect_refused(&e, str_from(request, (size_t)n + 200000), starts[i]);
    }
    int n = snprintf(request, sizeof request, POST TE "\r\n");
    memset(request + n, '0', 200000);
    expect_refused(&e, str_from(request, (size_t)n + 200000), "zeros");
    for (int i = 0; i < 5000; i++)
        n += snprintf(request + n, sizeof request - (size_t)n, "1;%030d\r\nx\r\n", i);
    expect_refused(&e, str_from(request, (size_t)n), "an extension on each chunk");
    // Many chunks of one byte without decoration are slow, not hostile.
    n = snprintf(request, sizeof request, POST TE "Connection: close\r\n\r\n");
    for (int i = 0; i < 20000; i++)
        n += snprintf(request + n, sizeof request - (size_t)n, "1\r\nx\r\n");
    n += snprintf(request + n, sizeof request - (size_t)n, "0\r\n\r\n");
    int fd = raw_connect(e.port);
    raw_send(fd, str_from(request, (size_t)n));
    raw_read(fd, answer, sizeof answer, NULL, 500);
    assert_non_null(strstr(answer, "Content-Length: 20000\r\n"));
    close(fd);
    echo_stop(&e);
}

int main(void)
{
    _Static_assert(sizeof heads / sizeof *heads + sizeof bodies / sizeof *bodies >= 150,
                   "at least 150 cases beside the generated ones");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heads),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_controls),
        cmocka_unit_test(test_endless_framing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
