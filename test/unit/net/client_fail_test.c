// SPDX-License-Identifier: Apache-2.0
//
// Calls that do not end well: deadlines, connections that break off.

#include <stdio.h>

#include "caller.h"
#include "net/turn.h"

static void fails_with(struct caller *c, int listener, const char *answer, enum call_fail fail)
{
    int64_t start_us = clock_mono_us();
    start(c, &first);
    int fd = raw_accept(listener);
    read_request(fd);
    raw_say(fd, answer);
    assert_true(reached(&first.failed, 1));
    assert_int_equal(first.fail, fail);
    assert_true(ms_since(start_us) >= 190 && ms_since(start_us) < 8000);
    assert_true(raw_closed(fd, 100));
    close(fd);
}

static void test_timeouts(void **state)
{
    (void)state;
    uint16_t port;
    int listener = raw_listen(&port);
    struct caller *c = begin("127.0.0.1", port);
    c->setup.timeouts = (struct origin_timeouts){200, 200, 200, 10000};
    fails_with(c, listener, "", CALL_FAIL_FIRST_BYTE_TIMEOUT);
    fails_with(c, listener, "HTTP/1.1 2", CALL_FAIL_FIRST_BYTE_TIMEOUT);
    fails_with(c, listener, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
               CALL_FAIL_FIRST_BYTE_TIMEOUT);
    fails_with(c, listener, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab",
               CALL_FAIL_IDLE_TIMEOUT);
    end(c);
    // A hint is no answer: what is waited for is the answer's first byte.
    c = begin("127.0.0.1", port);
    c->setup.timeouts = (struct origin_timeouts){200, 2000, 100, 10000};
    start(c, &first);
    int fd = raw_accept(listener);
    read_request(fd);
    raw_say(fd, "HTTP/1.1 100 Continue\r\n\r\n");
    usleep(300000);
    raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    assert_true(reached(&first.ended, 1));
    assert_int_equal(first.failed, 0);
    close(fd);
    end(c);
    c = begin("127.0.0.1", port);
    c->setup.timeouts = (struct origin_timeouts){1000, 1000, 1000, 200};
    fails_with(c, listener, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab",
               CALL_FAIL_TOTAL_TIMEOUT);
    // Bytes keep it from being idle, not from its total.
    start(c, &first);
    fd = raw_accept(listener);
    raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n");
    for (int i = 0; i < 60 && first.failed == 0; i++) {
        raw_say(fd, "x");
        usleep(5000);
    }
    assert_true(reached(&first.failed, 1));
    assert_int_equal(first.fail, CALL_FAIL_TOTAL_TIMEOUT);
    close(fd);
    end(c);
    close(listener);
    // Nobody accepts: the queue is full, so that the next handshake never ends.
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t size = sizeof a;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(listener, 0), 0);
    getsockname(listener, (struct sockaddr *)&a, &size);
    int filler[3];
    for (int i = 0; i < 3; i++) {
        filler[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)!connect(filler[i], (struct sockaddr *)&a, sizeof a);
    }
    usleep(10000);
    c = begin("127.0.0.1", ntohs(a.sin_port));
    c->setup.timeouts.connect_ms = 200;
    int64_t start_us = clock_mono_us();
    start(c, &first);
    assert_true(reached(&first.failed, 1));
    assert_int_equal(first.fail, CALL_FAIL_CONNECT_TIMEOUT);
    assert_true(ms_since(start_us) >= 190 && ms_since(start_us) < 8000);
    end(c);
    for (int i = 0; i < 3; i++)
        close(filler[i]);
    close(listener);
}

static void on_flood(struct call *c, void *owner, struct str bytes)
{
    struct outcome *o = owner;
    (void)c;
    (void)bytes;
    usleep(1000); // so that more has come in every turn
    o->datas++;
}

// A total holds also where bytes come in every turn of the loop.
static void test_total_in_a_flood(void **state)
{
    (void)state;
    static const struct call_events flooded = {on_head, on_flood, on_end, on_fail};
    static char block[64 * 1024];
    uint16_t port;
    int listener = raw_listen(&port);
    struct caller *c = begin("127.0.0.1", port);
    c->setup.timeouts.total_ms = 200;
    c->call.events = &flooded;
    start(c, &first);
    int fd = raw_accept(listener);
    read_request(fd);
    int64_t start_us = clock_mono_us();
    raw_say(fd, "HTTP/1.1 200 OK\r\n\r\n");
    while (first.failed == 0 && ms_since(start_us) < 3000)
        raw_send(fd, str_from(block, sizeof block));
    assert_true(ms_since(start_us) < 3000);
    assert_int_equal(first.fail, CALL_FAIL_TOTAL_TIMEOUT);
    close(fd);
    end(c);
    close(listener);
}

static void test_cut(void **state)
{
    (void)state;
    static const char *const cut[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n",
        "HTTP/1.1 200 OK\r\nContent-",
        "H",
        "HTTP/1.1 100 Continue\r\n\r\n",
    };
    uint16_t port;
    int listener = raw_listen(&port);
    struct caller *c = begin("127.0.0.1", port);
    for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
        start(c, &first);
        int fd = raw_accept(listener);
        read_request(fd);
        raw_say(fd, cut[i]);
        close(fd);
        assert_true(reached(&first.failed, 1));
        assert_int_equal(first.fail, CALL_FAIL_CUT);
        assert_int_equal(first.ended, 0);
    }
    // A reset in a close-delimited answer is no end.
    start(c, &first);
    int fd = raw_accept(listener);
    read_request(fd);
    raw_say(fd, "HTTP/1.1 200 OK\r\n\r\nabc");
    assert_true(reached(&first.datas, 1));
    raw_reset(fd);
    assert_true(reached(&first.failed, 1));
    assert_int_equal(first.fail, CALL_FAIL_CUT);
    end(c);
    close(listener);
}

// The end shows in no event of its own; it must not take the idle timeout to see it.
static void test_reset_behind_bytes(void **state)
{
    (void)state;
    static const char *const sent[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
        "HTTP/1.1 200 OK\r\n\r\nabc",
        "HTTP/1.1 200",
    };
    uint16_t port;
    int listener = raw_listen(&port);
    struct caller *c = begin("127.0.0.1", port);
    for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
        sem_t held;
        start(c, &first);
        int fd = raw_accept(listener);
        read_request(fd);
        rig_hold(&c->rig, &held);
        raw_say(fd, sent[i]);
        raw_reset(fd);
        rig_release(&c->rig, &held);
        assert_true(reached(&first.failed, 1));
        assert_int_equal(first.fail, CALL_FAIL_CUT);
        assert_int_equal(first.ended, 0);
    }
    // Behind a whole answer: that counts, and the next call finds another connection.
    sem_t held;
    start(c, &first);
    int fd = raw_accept(listener);
    read_request(fd);
    rig_hold(&c->rig, &held);
    raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
    raw_reset(fd);
    rig_release(&c->rig, &held);
    assert_true(reached(&first.ended, 1));
    start(c, &second);
    fd = raw_accept(listener);
    read_request(fd);
    raw_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
    assert_true(reached(&second.ended, 1));
    close(fd);
    end(c);
    close(listener);
}

// More pieces than a call has room for: its request is built, then given back.
static void start_too_much(void *argument)
{
    struct caller *c = argument;
    static char part[100];
    static struct str pieces[256];
    memset(part, 'x', sizeof part);
    for (unsigned i = 0; i < 256; i++)
        pieces[i] = str_from(part, sizeof part);
    c->call.pieces = pieces;
    c->call.piece_count = 256;
    assert_null(call_start(c->origin, &c->call));
    for (size_t least = 64; least <= 8192; least *= 2) {
        size_t size = 0;
        char *blocks[4];
        for (unsigned i = 0; i < 4; i++) {
            blocks[i] = block_get(c->rig.loop, least, &size);
            assert_non_null(blocks[i]);
            assert_null(memmem(blocks[i], size, "s3cr3t", 6));
        }
        for (unsigned i = 0; i < 4; i++)
            block_put(c->rig.loop, blocks[i], size);
    }
}

static void test_no_secret_left(void **state)
{
    (void)state;
    uint16_t port;
    int listener = raw_listen(&port);
    struct caller *c = begin("127.0.0.1", port);
    struct secret *secret = secret_new(str_of("s3cr3t-s3cr3t"));
    c->call.secret = secret;
    c->call.secret_name = str_of("authorization");
    rig_do(&c->rig, open_origin, c);
    rig_do(&c->rig, start_too_much, c);
    end(c);
    secret_free(secret);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timeouts),           cmocka_unit_test(test_total_in_a_flood),
        cmocka_unit_test(test_no_secret_left),     cmocka_unit_test(test_cut),
        cmocka_unit_test(test_reset_behind_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
