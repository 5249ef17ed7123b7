// SPDX-License-Identifier: Apache-2.0
//
// The client against scripted raw servers on loopback sockets.

#include <linux/filter.h>
#include <stdio.h>

#include "caller.h"

// --- answers ---

static void test_framings(void **state)
{
    (void)state;
    static const struct {
        const char *method, *answer, *body;
        int status;
        bool kept;
    } cases[] = {
        {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello", 200, true},
        {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", 200, true},
        {"GET", "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok", "ok", 200, true},
        {"GET", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", "ok", 200, true},
        {"POST",
         "HTTP/1.1 429 Slow\r\nTransfer-Encoding: chunked\r\n\r\n"
         "3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nT: v\r\n\r\n",
         "hello", 429, true},
        {"GET", "HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end", 200, false},
        {"GET", "HTTP/1.0 200 OK\r\n\r\nold", "old", 200, false},
        {"GET", "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold", "old", 200, false},
        {"GET", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab", "ab", 200,
         false},
        {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", "", 200, true},
        {"HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "", 200, true},
        {"GET", "HTTP/1.1 204 No Content\r\n\r\n", "", 204, true},
        {"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "", 304, true},
        {"GET",
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"
         "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
         "x", 200, true},
        {"GET", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
         "", 302, true},
        {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n\r\n", "x", 200,
         false},
    };
    uint16_t port;
    int listener = raw_listen(&port);
    struct caller *c = begin("127.0.0.1", port);
    int fd = -1;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len = strlen(cases[i].answer);
        // Whole, and cut at every byte.
        for (size_t cut = 0; cut < len; cut++) {
            c->call.method = str_of(cases[i].method);
            start(c, &first);
            if (fd < 0)
                fd = raw_accept(listener);
            read_request(fd);
            if (cut) {
                raw_send(fd, str_from(cases[i].answer, cut));
                usleep(100);
            }
            raw_send(fd, str_from(cases[i].answer + cut, len - cut));
            if (!cases[i].kept) {
                shutdown(fd, SHUT_WR);
                assert_true(raw_closed(fd, 2000));
                close(fd);
                fd = -1;
            }
            assert_true(reached(&first.ended, 1));
            assert_int_equal(first.heads, 1);
            assert_int_equal(first.status, cases[i].status);
            first.body[first.len] = 0;
            assert_string_equal(first.body, cases[i].body);
        }
    }
    close(fd);
    end(c);
    close(listener);
}

static void test_garbage(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "SSH-2.0-OpenSSH_9.2\r\n",
        "<html>no</html>\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nBad Header\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX : y\r\n\r\n",
        "HTTP/1.1 200 OK\nContent-Length: 2\n\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: a\x01\r\n\r\n",
    };
    uint16_t port;
    int listener = raw_listen(&port);
    struct caller *c = begin("127.0.0.1", port);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        start(c, &first);
        int fd = raw_accept(listener);
        read_request(fd);
        raw_say(fd, answers[i]);
        assert_true(reached(&first.failed, 1));
        assert_int_equal(first.fail, CALL_FAIL_GARBAGE);
        assert_true(first.sent);
        assert_int_equal(first.ended, 0);
        assert_true(first.seen[0] != 0);
        assert_true(raw_closed(fd, 1000));
        close(fd);
    }
    // A head that never ends.
    start(c, &first);
    int fd = raw_accept(listener);
    raw_say(fd, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 20000 && first.failed == 0; i++)
        raw_say(fd, "X-Endless: yes\r\n");
    assert_true(reached(&first.failed, 1));
    assert_int_equal(first.fail, CALL_FAIL_LARGE);
    close(fd);
    end(c);
    close(listener);
}

static void test_request_bytes(void **state)
{
    (void)state;
    uint16_t port;
    char host[64];
    int listener = raw_listen(&port);
    struct caller *c = begin("127.0.0.1", port);
    struct secret *secret = secret_new(str_of("s3cr3t-s3cr3t"));
    struct str pieces[] = {str_of("{\"a\":"), str_of("1"), str_of("}")};
    c->call.method = str_of("POST");
    c->call.target = str_of("/v1/x?y=z");
    c->call.fields = str_of("Content-Type: application/json\r\n");
    c->call.pieces = pieces;
    c->call.piece_count = 3;
    c->call.secret = secret;
    c->call.secret_name = str_of("authorization");
    c->call.secret_prefix = str_of("Bearer ");
    start(c, &first);
    int fd = raw_accept(listener);
    raw_read(fd, text, sizeof text, "{\"a\":1}", 2000);
    snprintf(host, sizeof host, "POST /v1/x?y=z HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n", port);
    assert_ptr_equal(strstr(text, host), text);
    assert_non_null(strstr(text, "\r\nauthorization: Bearer s3cr3t-s3cr3t\r\n"));
    assert_non_null(strstr(text, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(text, "\r\nContent-Length: 7\r\n\r\n{\"a\":1}"));
    raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_true(reached(&first.ended, 1));
    c->call.secret = NULL;
    c->call.piece_count = 0; // a POST without a body says so
    start(c, &first);
    read_request(fd);
    assert_non_null(strstr(text, "\r\nContent-Length: 0\r\n"));
    assert_null(strstr(text, "s3cr3t"));
    raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_true(reached(&first.ended, 1));
    close(fd);
    end(c);
    secret_free(secret);
    close(listener);
}

static void test_large_request(void **state)
{
    (void)state;
    static char body[3 << 20];
    uint16_t port;
    int listener = raw_listen(&port);
    struct caller *c = begin("127.0.0.1", port);
    for (size_t i = 0; i < sizeof body; i++)
        body[i] = (char)('a' + i % 23);
    struct str pieces[40]; // more than go into one write
    for (size_t i = 0; i < 40; i++)
        pieces[i] = str_from(body + i * sizeof body / 40,
                             (i + 1) * sizeof body / 40 - i * sizeof body / 40);
    c->call.method = str_of("POST");
    c->call.pieces = pieces;
    c->call.piece_count = 40;
    start(c, &first);
    int fd = raw_accept(listener);
    static char got[4 << 20];
    size_t len = 0;
    char *start_of_body = NULL;
    while (!start_of_body || len - (size_t)(start_of_body - got) < sizeof body) {
        ssize_t n = recv(fd, got + len, sizeof got - 1 - len, 0);
        assert_true(n > 0);
        len += (size_t)n;
        if (!start_of_body && (start_of_body = strstr(got, "\r\n\r\n")) != NULL)
            start_of_body += 4;
    }
    assert_memory_equal(start_of_body, body, sizeof body);
    raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_true(reached(&first.ended, 1));
    close(fd);
    // An answer before the whole request went out: it counts, and the connection does not.
    start(c, &first);
    fd = raw_accept(listener);
    read_request(fd);
    raw_say(fd, "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    assert_true(reached(&first.ended, 1));
    assert_int_equal(first.status, 413);
    close(fd);
    end(c);
    close(listener);
}

// --- the pool ---

// The call has taken the connection before the loop sees anything of its end.
static void start_as_it_closes(struct caller *c, int fd, void (*close_it)(int))
{
    memset(&first, 0, sizeof first);
    c->outcome = c->call.owner = &first;
    rig_do_unseen(&c->rig, start_call, c, close_it, fd);
}

static void test_reuse_and_stale(void **state)
{
    (void)state;
    uint16_t port;
    int listener = raw_listen(&port);
    struct caller *c = begin("127.0.0.1", port);
    start(c, &first);
    int fd = raw_accept(listener);
    for (int i = 0; i < 3; i++) {
        if (i)
            start(c, &first);
        read_request(fd);
        raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        assert_true(reached(&first.ended, 1));
        assert_false(raw_wait(listener, 10)); // no second connection
    }
    // Closed while idle: the next call takes a fresh one without noticing.
    close(fd);
    usleep(20000);
    start(c, &first);
    fd = raw_accept(listener);
    read_request(fd);
    raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    assert_true(reached(&first.ended, 1));
    // Closed as the request leaves (a keep-alive race): nobody can have read it; it is sent again.
    for (int how = 0; how < 2; how++) {
        start_as_it_closes(c, fd, how ? raw_reset : raw_close);
        fd = raw_accept(listener);
        read_request(fd);
        raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        assert_true(reached(&first.ended, 1));
        assert_int_equal(first.failed, 0);
    }
    // Closed after it was read: it may be worked on and billed, so it is not sent again.
    start(c, &first);
    read_request(fd);
    close(fd);
    assert_true(reached(&first.failed, 1));
    assert_int_equal(first.fail, CALL_FAIL_STALE);
    assert_true(first.sent);
    assert_false(raw_wait(listener, 50));
    start(c, &first);
    fd = raw_accept(listener);
    read_request(fd);
    close(fd);
    assert_true(reached(&first.failed, 1)); // a fresh one that closes is a failure
    assert_int_equal(first.fail, CALL_FAIL_RESET);
    assert_true(first.sent);
    assert_false(raw_wait(listener, 50));
    end(c);
    close(listener);
}

static int answered(struct caller *c, int listener)
{
    start(c, &first);
    int fd = raw_accept(listener);
    read_request(fd);
    raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    assert_true(reached(&first.ended, 1));
    return fd;
}

// The socket of this process that is connected to `fd`.
static int other_end(int fd)
{
    struct sockaddr_in peer = {0}, own;
    socklen_t size = sizeof peer;
    assert_int_equal(getpeername(fd, (struct sockaddr *)&peer, &size), 0);
    for (int other = 0; other < 1024; other++) {
        size = sizeof own;
        if (getsockname(other, (struct sockaddr *)&own, &size) == 0 && size == sizeof own &&
            memcmp(&own, &peer, sizeof own) == 0)
            return other;
    }
    fail_msg("no socket is the other end");
    return -1;
}

// Of what comes to `fd` only resets arrive.
static void hear_only_resets(int fd)
{
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13), // TCP's flags
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x04, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = {.len = 4, .filter = steps};
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program), 0);
}

// A reset says nothing of what was read: the acknowledgement may have waited when it was sent.
static void test_a_reset_proves_nothing(void **state)
{
    (void)state;
    uint16_t port;
    int listener = raw_listen(&port);
    struct caller *c = begin("127.0.0.1", port);
    int fd = answered(c, listener);
    hear_only_resets(other_end(fd)); // so that none comes
    start(c, &first);
    read_request(fd);
    raw_reset(fd);
    assert_true(reached(&first.failed, 1));
    assert_int_equal(first.fail, CALL_FAIL_STALE);
    assert_true(first.sent);
    assert_false(raw_wait(listener, 50)); // it may be billed: not a second time
    end(c);
    close(listener);
}

// Of a call that nobody heard and that reached nobody later nothing was sent.
static void test_stale_and_nobody_there(void **state)
{
    (void)state;
    uint16_t port;
    int listener = raw_listen(&port);
    struct caller *c = begin("127.0.0.1", port);
    int fd = answered(c, listener);
    shutdown(listener, SHUT_RDWR);
    start_as_it_closes(c, fd, raw_close);
    assert_true(reached(&first.failed, 1));
    assert_int_equal(first.fail, CALL_FAIL_CONNECT);
    assert_false(first.sent);
    end(c);
    close(listener);
}

static void test_bytes_on_an_idle_connection(void **state)
{
    (void)state;
    uint16_t port;
    int listener = raw_listen(&port);
    struct caller *c = begin("127.0.0.1", port);
    start(c, &first);
    int fd = raw_accept(listener);
    read_request(fd);
    raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    assert_true(reached(&first.ended, 1));
    usleep(10000);
    raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    assert_true(raw_closed(fd, 1000));
    close(fd);
    start(c, &first);
    fd = raw_accept(listener);
    read_request(fd);
    raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");
    assert_true(reached(&first.ended, 1));
    assert_memory_equal(first.body, "good", 4);
    close(fd);
    end(c);
    close(listener);
}

static void test_server_keep_alive_hint(void **state)
{
    (void)state;
    uint16_t port;
    int listener = raw_listen(&port);
    struct caller *c = begin("127.0.0.1", port);
    start(c, &first);
    int fd = raw_accept(listener);
    read_request(fd);
    raw_say(fd, "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1, max=100\r\nContent-Length: 2\r\n\r\nok");
    assert_true(reached(&first.ended, 1));
    int64_t start_us = clock_mono_us();
    assert_true(raw_closed(fd, 2000)); // before the server would
    assert_true(ms_since(start_us) > 300 && ms_since(start_us) < 1000);
    close(fd);
    // Times 1000 it would be 1000 again.
    start(c, &first);
    fd = raw_accept(listener);
    read_request(fd);
    raw_say(fd, "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=2305843009213693953\r\n"
                "Content-Length: 2\r\n\r\nok");
    assert_true(reached(&first.ended, 1));
    assert_false(raw_closed(fd, 1000));
    close(fd);
    end(c);
    close(listener);
}

static void test_connection_limit(void **state)
{
    (void)state;
    uint16_t port;
    int listener = raw_listen(&port);
    struct caller *c = begin("127.0.0.1", port);
    c->setup.connections_max = 1;
    start(c, &first);
    start(c, &second);
    int fd = raw_accept(listener);
    read_request(fd);
    assert_false(raw_wait(listener, 50));
    raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1");
    assert_true(reached(&first.ended, 1));
    read_request(fd); // the second waited for this connection
    raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2");
    assert_true(reached(&second.ended, 1));
    close(fd);
    end(c);
    close(listener);
}

// --- failures ---

static void test_refused_and_unknown(void **state)
{
    (void)state;
    uint16_t port;
    int listener = raw_listen(&port);
    close(listener); // nobody listens there now
    struct caller *c = begin("127.0.0.1", port);
    start(c, &first);
    assert_true(reached(&first.failed, 1));
    assert_int_equal(first.fail, CALL_FAIL_CONNECT);
    assert_false(first.sent);
    end(c);
    c = begin("localhost", port);
    start(c, &first);
    assert_true(reached(&first.failed, 1));
    assert_int_equal(first.fail, CALL_FAIL_CONNECT);
    end(c);
}

static void test_localhost_falls_back(void **state)
{
    (void)state;
    // Listens on ::1 only; 127.0.0.1 refuses.
    struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    socklen_t size = sizeof a;
    int listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&a, sizeof a) < 0)
        skip();
    assert_int_equal(listen(listener, 8), 0);
    getsockname(listener, (struct sockaddr *)&a, &size);
    struct caller *c = begin("localhost", ntohs(a.sin6_port));
    start(c, &first);
    int fd = raw_accept(listener);
    read_request(fd);
    raw_say(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n1");
    assert_true(reached(&first.ended, 1));
    close(fd);
    end(c);
    close(listener);
}

static void resume_call(void *argument)
{
    struct outcome *o = argument;
    o->pause_at_data = false;
    call_resume(o->call);
}

static void cancel_call(void *argument)
{
    struct outcome *o = argument;
    call_cancel(o->call);
    o->call = NULL;
}

static void test_pause(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
        "chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
    };
    uint16_t port;
    int listener = raw_listen(&port);
    struct caller *c = begin("127.0.0.1", port);
    c->setup.timeouts.idle_ms = 100;
    for (int i = 0; i < 2; i++) {
        start(c, &first);
        first.pause_at_data = true;
        int fd = raw_accept(listener);
        read_request(fd);
        raw_say(fd, answers[i]);
        assert_true(reached(&first.datas, 1));
        usleep(200000); // longer than the origin may be idle: it is not idle, we are
        assert_int_equal(first.datas, 1);
        assert_int_equal(first.ended + first.failed, 0);
        rig_do(&c->rig, resume_call, &first);
        assert_true(reached(&first.ended, 1));
        assert_memory_equal(first.body, "abc", 3);
        rig_do(&c->rig, close_origin, c);
        c->origin = NULL;
        close(fd);
    }
    // Back-pressure reaches the sender.
    start(c, &first);
    first.pause_at_data = true;
    int fd = raw_accept(listener);
    read_request(fd);
    raw_say(fd, "HTTP/1.1 200 OK\r\n\r\n");
    static char block[65536];
    size_t sum = 0;
    for (int i = 0; i < 2000; i++) {
        ssize_t n = send(fd, block, sizeof block, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n > 0)
            sum += (size_t)n;
        else if (i > 100)
            break;
        else
            usleep(1000);
    }
    assert_true(sum < 16U << 20);
    assert_true(first.len <= 65536);
    rig_do(&c->rig, cancel_call, &first);
    assert_int_equal(first.ended + first.failed, 0);
    assert_true(raw_closed(fd, 1000));
    close(fd);
    end(c);
    close(listener);
}

static void test_cancel_at_every_point(void **state)
{
    (void)state;
    uint16_t port;
    int listener = raw_listen(&port);
    struct caller *c = begin("127.0.0.1", port);
    for (int point = 0; point < 4; point++) {
        start(c, &first);
        int fd = -1;
        if (point >= 1)
            fd = raw_accept(listener);
        if (point >= 2)
            read_request(fd);
        if (point >= 3)
            raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
        if (point >= 3)
            assert_true(reached(&first.datas, 1));
        rig_do(&c->rig, cancel_call, &first);
        if (fd < 0)
            fd = raw_accept(listener);
        assert_true(raw_closed(fd, 1000));
        close(fd);
        assert_int_equal(first.ended + first.failed, 0);
    }
    end(c);
    close(listener);
}

static void retire(void *argument)
{
    origin_retire(((struct caller *)argument)->origin);
}

static void test_retire(void **state)
{
    (void)state;
    uint16_t port;
    int listener = raw_listen(&port);
    struct caller *c = begin("127.0.0.1", port);
    start(c, &first);
    int fd = raw_accept(listener);
    read_request(fd);
    rig_do(&c->rig, retire, c);
    raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    assert_true(reached(&first.ended, 1));
    assert_true(raw_closed(fd, 1000));
    close(fd);
    rig_stop(&c->rig);
    assert_int_equal(count_descriptors(), open_files);
    close(listener);
}

// --- proxies ---

static void test_plain_proxy(void **state)
{
    (void)state;
    uint16_t port;
    int listener = raw_listen(&port);
    struct secret *secret = secret_new(str_of("Basic dXNlcjpwYXNz"));
    struct caller *c = begin("origin.test", 8080);
    c->setup.proxy_host = str_of("127.0.0.1");
    c->setup.proxy_port = port;
    c->setup.proxy_authorization = secret;
    start(c, &first);
    int fd = raw_accept(listener);
    read_request(fd);
    assert_ptr_equal(
        strstr(text, "GET http://origin.test:8080/t HTTP/1.1\r\nHost: origin.test:8080\r\n"), text);
    assert_non_null(strstr(text, "\r\nProxy-Authorization: Basic dXNlcjpwYXNz\r\n"));
    raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    assert_true(reached(&first.ended, 1));
    close(fd);
    end(c);
    secret_free(secret);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_framings),
        cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_request_bytes),
        cmocka_unit_test(test_large_request),
        cmocka_unit_test(test_reuse_and_stale),
        cmocka_unit_test(test_a_reset_proves_nothing),
        cmocka_unit_test(test_stale_and_nobody_there),
        cmocka_unit_test(test_bytes_on_an_idle_connection),
        cmocka_unit_test(test_server_keep_alive_hint),
        cmocka_unit_test(test_connection_limit),
        cmocka_unit_test(test_refused_and_unknown),
        cmocka_unit_test(test_localhost_falls_back),
        cmocka_unit_test(test_pause),
        cmocka_unit_test(test_cancel_at_every_point),
        cmocka_unit_test(test_retire),
        cmocka_unit_test(test_plain_proxy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
