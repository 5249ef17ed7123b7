// SPDX-License-Identifier: Apache-2.0
//
// The server against raw bytes on loopback sockets.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "echo.h"

static char text[1 << 20];

static int open_files;

static int setup(void **state)
{
    (void)state;
    open_files = count_descriptors();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return count_descriptors() == open_files ? 0 : -1;
}

// Sends all, reads to the end of the connection.
static const char *converse(uint16_t port, const char *request)
{
    int fd = raw_connect(port);
    raw_say(fd, request);
    raw_read(fd, text, sizeof text, NULL, 3000);
    close(fd);
    return text;
}

static void test_answers(void **state)
{
    (void)state;
    struct echo e = {0};
    echo_start(&e);
    converse(e.port, "GET /a?b=c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_ptr_equal(strstr(text, "HTTP/1.1 200 OK\r\nDate: "), text);
    assert_non_null(strstr(text, "\r\nContent-Length: 2\r\nConnection: close\r\n\r\n/a"));
    converse(e.port,
             "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
    assert_non_null(strstr(text, "\r\n\r\nhello"));
    converse(e.port, "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                     "Transfer-Encoding: chunked\r\n\r\n"
                     "3;ext=1\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: gone\r\n\r\n");
    assert_non_null(strstr(text, "\r\n\r\nhello"));
    converse(e.port, "HEAD /long HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_non_null(strstr(text, "Content-Length: 5\r\n"));
    assert_non_null(strstr(text, "\r\n\r\n"));
    assert_int_equal(strlen(strstr(text, "\r\n\r\n")), 4);
    assert_true(reached(&e.done, 4));
    assert_int_equal(e.gone, 0);
    echo_stop(&e);
}

static void test_streams(void **state)
{
    (void)state;
    struct echo e = {0};
    echo_start(&e);
    int fd = raw_connect(e.port);
    raw_say(fd, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
    raw_read(fd, text, sizeof text, "0\r\n\r\n", 3000);
    assert_non_null(
        strstr(text, "Transfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n4\r\ntwo\n\r\n0\r\n"));
    close(fd);
    // Whoever cannot take chunks, or closes anyway, gets the bytes until the end.
    converse(e.port, "GET /stream HTTP/1.0\r\n\r\n");
    assert_null(strstr(text, "Transfer-Encoding"));
    assert_non_null(strstr(text, "Connection: close\r\n\r\none\ntwo\n"));
    converse(e.port, "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert_non_null(strstr(text, "Connection: close\r\n\r\none\ntwo\n"));
    converse(e.port, "GET /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_non_null(strstr(text, "Connection: close\r\n\r\none\ntwo\n"));
    // A keep-alive client of HTTP/1.0 keeps its connection when there is a length.
    fd = raw_connect(e.port);
    for (int i = 0; i < 2; i++) {
        raw_say(fd, "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        raw_read(fd, text, sizeof text, "\r\n\r\n/a", 3000);
        assert_non_null(strstr(text, "Connection: keep-alive\r\n\r\n/a"));
    }
    close(fd);
    echo_stop(&e);
}

static void test_pipelining_keeps_order(void **state)
{
    (void)state;
    struct echo e = {0};
    char request[4096] = "";
    size_t len = 0;
    echo_start(&e);
    for (int i = 0; i < 20; i++)
        len += (size_t)snprintf(request + len, sizeof request - len,
                                "POST /%d HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n%s\r\nn%02d.",
                                i, i == 19 ? "Connection: close\r\n" : "", i);
    converse(e.port, request);
    const char *at = text;
    for (int i = 0; i < 20; i++) {
        char wanted[16];
        snprintf(wanted, sizeof wanted, "\r\n\r\nn%02d.", i);
        at = strstr(at, wanted);
        assert_non_null(at);
    }
    // A request behind one that waits for its answer waits too.
    int fd = raw_connect(e.port);
    raw_say(fd, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_true(reached(&e.bodies, 21));
    raw_say(fd, "GET /third HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    usleep(20000);
    assert_int_equal(e.heads, 21);
    rig_do(&e.rig, echo_answer_waiting, &e);
    raw_read(fd, text, sizeof text, NULL, 3000);
    at = strstr(text, "waited\n");
    assert_non_null(at);
    assert_non_null(at = strstr(at, "\r\n\r\n/next"));
    assert_non_null(strstr(at, "\r\n\r\n/third"));
    close(fd);
    echo_stop(&e);
}

static void test_cut_everywhere(void **state)
{
    (void)state;
    static const char request[] =
        "POST /p?q=1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nT: u\r\n\r\n"
        "PUT /q HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
    struct echo e = {0};
    echo_start(&e);
    int fd = raw_connect(e.port);
    for (size_t cut = 1; cut < sizeof request - 1; cut++) {
        raw_send(fd, str_from(request, cut));
        usleep(200);
        raw_send(fd, str_from(request + cut, sizeof request - 1 - cut));
        raw_read(fd, text, sizeof text, "\r\n\r\nabc", 3000);
        assert_non_null(strstr(text, "\r\n\r\nhello world"));
        assert_non_null(strstr(text, "\r\n\r\nabc"));
    }
    close(fd);
    assert_int_equal(e.refused[SERVER_BAD_REQUEST], 0);
    echo_stop(&e);
}

// --- limits ---

static void test_head_limits(void **state)
{
    (void)state;
    struct echo e = {0};
    static char request[200 * 1024];
    echo_start(&e);
    for (int fields = 199; fields <= 200; fields++) { // with Host: 200 and 201
        size_t len = (size_t)snprintf(request, sizeof request, "GET /f HTTP/1.1\r\nHost: x\r\n");
        for (int i = 0; i < fields; i++)
            len += (size_t)snprintf(request + len, sizeof request - len, "F%d: %d\r\n", i, i);
        snprintf(request + len, sizeof request - len, "\r\n");
        int fd = raw_connect(e.port);
        raw_say(fd, request);
        raw_read(fd, text, sizeof text, fields == 199 ? "/f" : NULL, 3000);
        assert_non_null(strstr(text, fields == 199 ? "HTTP/1.1 200 " : "HTTP/1.1 431 "));
        close(fd);
    }
    // One line, and many lines, above 64 KiB; a target above its own limit.
    size_t len = (size_t)snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: x\r\nA: ");
    memset(request + len, 'a', 70000);
    memcpy(request + len + 70000, "\r\n\r\n", sizeof "\r\n\r\n");
    assert_non_null(strstr(converse(e.port, request), "HTTP/1.1 431 "));
    memcpy(request, "GET /", 5);
    memset(request + 5, 'a', 20000);
    memcpy(request + 20005, " HTTP/1.1\r\nHost: x\r\n\r\n", sizeof " HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_non_null(strstr(converse(e.port, request), "HTTP/1.1 431 "));
    for (size_t i = 0; i + 2 < sizeof request; i += 2)
        memcpy(request + i, "\r\n", 3);
    assert_non_null(strstr(converse(e.port, request), "HTTP/1.1 431 "));
    assert_int_equal(e.refused[SERVER_HEAD_TOO_LARGE], 4);
    assert_int_equal(e.heads, 1);
    echo_stop(&e);
}

// The client sends 8 MiB blindly and must still be able to read the refusal.
static void too_large(struct echo *e, const char *head, const char *prefix)
{
    static char block[65536];
    memset(block, 'x', sizeof block);
    int fd = raw_connect(e->port);
    raw_say(fd, head);
    for (int i = 0; i < 128; i++) {
        raw_say(fd, prefix);
        raw_send(fd, str_from(block, sizeof block));
        if (prefix[0])
            raw_say(fd, "\r\n");
    }
    raw_read(fd, text, sizeof text, "refused\n", 3000);
    assert_non_null(strstr(text, "HTTP/1.1 413 "));
    assert_non_null(strstr(text, "refused\n"));
    close(fd);
}

static void test_body_limits(void **state)
{
    (void)state;
    struct echo e = {.limits = {.body_bytes = 100000}};
    echo_start(&e);
    too_large(&e, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8388608\r\n\r\n", "");
    too_large(&e, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "10000\r\n");
    assert_int_equal(e.refused[SERVER_BODY_TOO_LARGE], 2);
    assert_int_equal(e.bodies, 0);
    // Exactly the limit passes.
    static char request[110000];
    int n = snprintf(
        request, sizeof request,
        "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n");
    memset(request + n, 'y', 100000);
    converse(e.port, request);
    assert_non_null(strstr(text, "HTTP/1.1 200 "));
    // An answer that comes before the body was read ends the connection, readably.
    converse(e.port, "POST /now HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\nabc");
    assert_non_null(strstr(text, "HTTP/1.1 401 "));
    assert_non_null(strstr(text, "Connection: close"));
    echo_stop(&e);
}

static void test_buffer_ceiling(void **state)
{
    (void)state;
    struct echo e = {.limits = {.buffers = 180000}};
    static char request[65536];
    echo_start(&e);
    int first = raw_connect(e.port), second = raw_connect(e.port);
    raw_say(first, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n");
    memset(request, 'y', sizeof request);
    raw_send(first, str_from(request, sizeof request));
    raw_send(first, str_from(request, sizeof request));
    usleep(50000);
    raw_say(second, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
    raw_send(second, str_from(request, sizeof request));
    raw_read(second, text, sizeof text, "refused\n", 3000);
    assert_non_null(strstr(text, "HTTP/1.1 503 "));
    assert_non_null(strstr(text, "\r\nRetry-After: 2\r\n"));
    close(first);
    close(second);
    echo_stop(&e);
}

static void test_deadlines(void **state)
{
    (void)state;
    struct echo e = {.limits = {.head_ms = 300, .body_ms = 300, .idle_ms = 300}};
    echo_start(&e);
    // Nothing, half a head, a head byte by byte, half a body: all end in time.
    int64_t start = clock_mono_us();
    int silent = raw_connect(e.port), half = raw_connect(e.port), body = raw_connect(e.port);
    int drip = raw_connect(e.port), chunk = raw_connect(e.port);
    raw_say(half, "GET / HT");
    raw_say(drip, "GET / HTTP/1.1\r\nA: ");
    raw_say(body, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    raw_say(chunk, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 40 && ms_since(start) < 350; i++) {
        raw_say(drip, "G");
        raw_say(chunk, i % 2 ? "\r\n" : "1\r\nx");
        usleep(10000);
    }
    assert_true(raw_closed(silent, 1000));
    const int slow[] = {half, body, drip, chunk};
    for (int i = 0; i < 4; i++) {
        raw_read(slow[i], text, sizeof text, "refused\n", 1000);
        assert_non_null(strstr(text, "HTTP/1.1 408 "));
    }
    assert_true(ms_since(start) >= 280 && ms_since(start) < 1500);
    // An idle connection between requests is closed without a word.
    int idle = raw_connect(e.port);
    raw_say(idle, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    raw_read(idle, text, sizeof text, "/a", 1000);
    assert_int_equal(raw_read(idle, text, sizeof text, NULL, 1000), 0);
    const int all[] = {silent, half, body, drip, chunk, idle};
    for (int i = 0; i < 6; i++)
        close(all[i]);
    echo_stop(&e);
}

static void test_expect_continue(void **state)
{
    (void)state;
    struct echo e = {0};
    echo_start(&e);
    int fd = raw_connect(e.port);
    raw_say(fd, "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    raw_read(fd, text, sizeof text, "\r\n\r\n", 1000);
    assert_string_equal(text, "HTTP/1.1 100 Continue\r\n\r\n");
    raw_say(fd, "hello");
    raw_read(fd, text, sizeof text, "hello", 1000);
    assert_ptr_equal(strstr(text, "HTTP/1.1 200 "), text);
    // Refused before it was asked for: no 100.
    raw_say(fd,
            "POST /now HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    raw_read(fd, text, sizeof text, NULL, 3000);
    assert_ptr_equal(strstr(text, "HTTP/1.1 401 "), text);
    close(fd);
    echo_stop(&e);
}

static void test_upgrade(void **state)
{
    (void)state;
    struct echo e = {0};
    echo_start(&e);
    converse(e.port,
             "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    assert_non_null(strstr(text, "HTTP/1.1 501 "));
    converse(e.port, "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_non_null(strstr(text, "HTTP/1.1 501 "));
    // What Java's client offers by default may be ignored.
    converse(e.port,
             "POST /u HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\n"
             "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Length: 2\r\n\r\nok");
    assert_non_null(strstr(text, "\r\n\r\nok"));
    assert_int_equal(e.refused[SERVER_UPGRADE], 2);
    echo_stop(&e);
}

// --- clients that leave ---

static void test_leaving_before_the_answer(void **state)
{
    (void)state;
    struct echo e = {0};
    echo_start(&e);
    for (int i = 0; i < 20; i++) {
        int fd = raw_connect(e.port);
        // Sometimes with a request behind, which nobody reads meanwhile.
        raw_say(fd, i % 2 ? "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n"
                          : "GET /wait HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n");
        if (i % 5)
            assert_true(reached(&e.bodies, i + 1));
        int64_t start = clock_mono_us();
        if (i % 3 == 0)
            raw_reset(fd);
        else if (i % 3 == 1)
            close(fd);
        else
            shutdown(fd, SHUT_WR);
        assert_true(reached(&e.gone, i + 1) || i % 3 == 0);
        assert_true(ms_since(start) < e.limits.idle_ms / 2 || i % 5 == 0); // seen, not timed out
        if (i % 3 == 2)
            close(fd);
        if (i % 3 == 0 && i % 5 == 0) // reset before the request was seen: no exchange, perhaps
            e.gone = e.bodies = i + 1;
    }
    echo_stop(&e);
}

static void test_reset_behind_the_request(void **state)
{
    (void)state;
    struct echo e = {0};
    echo_start(&e);
    for (int i = 0; i < 4; i++) {
        sem_t held;
        int fd = raw_connect(e.port);
        if (i % 2) { // on a connection that has been used
            raw_say(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            raw_read(fd, text, sizeof text, "/", 1000);
            e.bodies = e.done = 0;
        }
        rig_do(&e.rig, rig_nothing, NULL);
        rig_hold(&e.rig, &held);
        raw_say(fd, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
        if (i == 3)
            raw_say(fd, "GET /behind");
        raw_reset(fd);
        rig_release(&e.rig, &held);
        assert_true(reached(&e.gone, i + 1));
    }
    echo_stop(&e);
}

static void test_half_close_may_wait(void **state)
{
    (void)state;
    struct echo e = {.limits = {.half_close_answers = true}};
    echo_start(&e);
    int fd = raw_connect(e.port);
    raw_say(fd, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    shutdown(fd, SHUT_WR);
    assert_true(reached(&e.bodies, 1));
    usleep(20000);
    assert_int_equal(e.gone, 0);
    rig_do(&e.rig, echo_answer_waiting, &e);
    raw_read(fd, text, sizeof text, NULL, 3000);
    assert_non_null(strstr(text, "waited\n"));
    close(fd);
    echo_stop(&e);
}

static void test_leaving_in_a_stream(void **state)
{
    (void)state;
    struct echo e = {0};
    echo_start(&e);
    for (int i = 0; i < 8; i++) {
        bool flows = i < 4;
        int fd = raw_connect(e.port);
        raw_say(fd, flows ? "GET /tick HTTP/1.1\r\nHost: x\r\n\r\n"
                          : "GET /pause HTTP/1.1\r\nHost: x\r\n\r\n");
        raw_read(fd, text, sizeof text, flows ? "tick" : "two", 1000);
        if (i % 3 == 0)
            raw_reset(fd);
        else if (i % 3 == 1)
            close(fd);
        else
            shutdown(fd, SHUT_WR);
        assert_true(reached(&e.gone, i + 1));
        if (i % 3 == 2)
            close(fd);
    }
    echo_stop(&e);
}

static void test_half_close_in_a_stream(void **state)
{
    (void)state;
    struct echo e = {.limits = {.half_close_answers = true}};
    echo_start(&e);
    int fd = raw_connect(e.port);
    raw_say(fd, "GET /tick HTTP/1.1\r\nHost: x\r\n\r\n");
    raw_read(fd, text, sizeof text, "tick", 1000);
    shutdown(fd, SHUT_WR); // alone it is no departure; a failed write is
    raw_read(fd, text, sizeof text, "tick\n\r\n5\r\ntick\n", 1000);
    assert_int_equal(e.gone, 0);
    close(fd);
    assert_true(reached(&e.gone, 1));
    echo_stop(&e);
}

static void test_leaving_inside_the_body(void **state)
{
    (void)state;
    struct echo e = {0};
    echo_start(&e);
    int fd = raw_connect(e.port);
    raw_say(fd, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    assert_true(reached(&e.heads, 1));
    close(fd);
    assert_true(reached(&e.gone, 1));
    assert_int_equal(e.bodies, 0);
    echo_stop(&e);
}

static void test_slow_reader(void **state)
{
    (void)state;
    struct echo e = {0};
    echo_start(&e);
    int fd = socket(AF_INET, SOCK_STREAM, 0), small = 4096;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(e.port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    raw_say(fd, "GET /flood HTTP/1.1\r\nHost: x\r\n\r\n");
    long before = -1;
    for (int i = 0; i < 100 && before != e.flooded; i++) {
        before = e.flooded;
        usleep(100000);
    }
    assert_int_equal(e.flooded, before); // it stopped: the socket and one buffer are full
    assert_true(before < 8L * 1024 * 1024);
    for (int i = 0; i < 400; i++)
        raw_read(fd, text, 60000, "never", 10);
    assert_true(e.rooms > 0);
    assert_true(e.flooded > before);
    close(fd);
    assert_true(reached(&e.gone, 1));
    echo_stop(&e);
}

// --- listening ---

static void stop_server(void *argument)
{
    server_stop(((struct echo *)argument)->server);
}

static void test_stop_drains(void **state)
{
    (void)state;
    struct echo e = {0};
    echo_start(&e);
    int idle = raw_connect(e.port), busy = raw_connect(e.port);
    raw_say(idle, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    raw_read(idle, text, sizeof text, "/a", 1000);
    raw_say(busy, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_true(reached(&e.bodies, 2));
    rig_do(&e.rig, stop_server, &e);
    assert_true(raw_closed(idle, 1000));
    rig_do(&e.rig, echo_answer_waiting, &e);
    raw_read(busy, text, sizeof text, NULL, 1000);
    assert_non_null(strstr(text, "Connection: close\r\n"));
    assert_non_null(strstr(text, "waited\n"));
    close(idle);
    close(busy);
    echo_stop(&e);
}

static void test_port_in_use_names_its_owner(void **state)
{
    (void)state;
    struct echo e = {0}, second = {0};
    char address[64], pid[32];
    echo_start(&e);
    snprintf(address, sizeof address, "127.0.0.1:%u", e.port);
    snprintf(pid, sizeof pid, "(process %d)", (int)getpid());
    second.address = address;
    echo_start(&second);
    assert_int_equal(second.status, STATUS_BUSY);
    assert_non_null(strstr(second.why.text, pid));
    echo_stop(&second);
    echo_stop(&e);
    struct echo bad = {.address = "nowhere:99999"};
    echo_start(&bad);
    assert_int_equal(bad.status, STATUS_SYNTAX);
    echo_stop(&bad);
}

static void test_unix_socket(void **state)
{
    (void)state;
    char folder[] = "/tmp/costlens-net-XXXXXX", path[80], address[100];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/s", folder);
    snprintf(address, sizeof address, "unix:%s", path);
    // Left behind by somebody who died.
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    int dead = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(dead, (struct sockaddr *)&a, sizeof a), 0);
    close(dead);
    struct echo e = {.address = address}, second = {.address = address};
    echo_start(&e);
    assert_int_equal(e.status, STATUS_OK);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    echo_start(&second); // somebody answers there
    assert_int_equal(second.status, STATUS_BUSY);
    echo_stop(&second);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    raw_say(fd, "GET /local HTTP/1.1\r\nHost: x\r\n\r\n");
    raw_read(fd, text, sizeof text, "/local", 1000);
    assert_non_null(strstr(text, "HTTP/1.1 200 "));
    raw_say(fd, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_true(reached(&e.bodies, 2));
    close(fd);
    assert_true(reached(&e.gone, 1));
    echo_stop(&e);
    assert_int_equal(stat(path, &st), -1);
    FILE *f = fopen(path, "w"); // no socket: not ours to remove
    fclose(f);
    struct echo third = {.address = address};
    echo_start(&third);
    assert_int_equal(third.status, STATUS_CONFLICT);
    echo_stop(&third);
    unlink(path);
    rmdir(folder);
}

static void test_out_of_descriptors(void **state)
{
    (void)state;
    struct echo e = {.limits = {.connections = 100000}};
    struct rlimit old, low;
    int fds[64], n = 0;
    echo_start(&e);
    getrlimit(RLIMIT_NOFILE, &old);
    low = old;
    // Room for the clients' ends of 20 connections and for 10 of the server's.
    for (; n < 20; n++)
        fds[n] = socket(AF_INET, SOCK_STREAM, 0);
    low.rlim_cur = (rlim_t)count_descriptors() + 10;
    setrlimit(RLIMIT_NOFILE, &low);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(e.port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < n; i++) {
        assert_int_equal(connect(fds[i], (struct sockaddr *)&a, sizeof a), 0);
        raw_say(fds[i], "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    int good = 0, refused = 0;
    for (int i = 0; i < n; i++) {
        raw_read(fds[i], text, sizeof text, i < 5 ? "/a" : "HTTP/1.1 503", 100);
        good += strstr(text, "HTTP/1.1 200") != NULL;
        refused += strstr(text, "HTTP/1.1 503") != NULL;
    }
    assert_true(good >= 5);
    assert_true(refused >= 1);
    setrlimit(RLIMIT_NOFILE, &old);
    int64_t start = clock_mono_us();
    int fd = raw_connect(e.port);
    raw_say(fd, "GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
    raw_read(fd, text, sizeof text, "/b", 1000);
    assert_non_null(strstr(text, "HTTP/1.1 200"));
    assert_true(ms_since(start) < 1000);
    close(fd);
    for (int i = 0; i < n; i++)
        close(fds[i]);
    echo_stop(&e);
}

static void test_connection_limit(void **state)
{
    (void)state;
    struct echo e = {.limits = {.connections = 2}};
    echo_start(&e);
    int a = raw_connect(e.port), b = raw_connect(e.port), d;
    raw_say(a, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_true(reached(&e.bodies, 1));
    raw_say(b, "GET /tick HTTP/1.1\r\nHost: x\r\n\r\n");
    raw_read(b, text, sizeof text, "tick", 1000);
    int c = raw_connect(e.port);
    raw_read(c, text, sizeof text, NULL, 1000);
    assert_non_null(strstr(text, "HTTP/1.1 503 "));
    assert_non_null(strstr(text, "\r\nRetry-After: 2\r\n"));
    const char *body = strstr(text, "\r\n\r\n") + 4;
    char length[64];
    snprintf(length, sizeof length, "Content-Length: %zu\r\n", strlen(body));
    assert_non_null(strstr(text, length));
    close(b);
    assert_true(reached(&e.gone, 1));
    // One that only waits for its next request makes room.
    b = raw_connect(e.port);
    raw_say(b, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    raw_read(b, text, sizeof text, "/a", 1000);
    d = raw_connect(e.port);
    raw_say(d, "GET /d HTTP/1.1\r\nHost: x\r\n\r\n");
    raw_read(d, text, sizeof text, "/d", 1000);
    assert_non_null(strstr(text, "HTTP/1.1 200 "));
    assert_true(raw_closed(b, 1000));
    close(a);
    close(b);
    close(d);
    close(c);
    echo_stop(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_streams, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pipelining_keeps_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cut_everywhere, setup, teardown),
        cmocka_unit_test_setup_teardown(test_head_limits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_body_limits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_buffer_ceiling, setup, teardown),
        cmocka_unit_test_setup_teardown(test_deadlines, setup, teardown),
        cmocka_unit_test_setup_teardown(test_expect_continue, setup, teardown),
        cmocka_unit_test_setup_teardown(test_upgrade, setup, teardown),
        cmocka_unit_test_setup_teardown(test_leaving_before_the_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reset_behind_the_request, setup, teardown),
        cmocka_unit_test_setup_teardown(test_half_close_may_wait, setup, teardown),
        cmocka_unit_test_setup_teardown(test_leaving_in_a_stream, setup, teardown),
        cmocka_unit_test_setup_teardown(test_half_close_in_a_stream, setup, teardown),
        cmocka_unit_test_setup_teardown(test_leaving_inside_the_body, setup, teardown),
        cmocka_unit_test_setup_teardown(test_slow_reader, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stop_drains, setup, teardown),
        cmocka_unit_test_setup_teardown(test_port_in_use_names_its_owner, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unix_socket, setup, teardown),
        cmocka_unit_test_setup_teardown(test_out_of_descriptors, setup, teardown),
        cmocka_unit_test_setup_teardown(test_connection_limit, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
