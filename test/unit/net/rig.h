// SPDX-License-Identifier: Apache-2.0
//
// rig - a loop on a thread of its own, and raw blocking sockets to talk to what runs on it.

#ifndef TEST_NET_RIG_H
#define TEST_NET_RIG_H

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../unit.h"
#include "base/clock.h"
#include "base/str.h"
#include "net/loop.h"

struct rig {
    struct loop *loop;
    pthread_t thread;
};

struct rig_order {
    loop_f *f;
    void *argument;
    sem_t done;
};

static inline void *rig_main(void *argument)
{
    loop_run(((struct rig *)argument)->loop);
    return NULL;
}

static inline void rig_start(struct rig *r)
{
    r->loop = loop_new();
    assert_non_null(r->loop);
    assert_int_equal(pthread_create(&r->thread, NULL, rig_main, r), 0);
}

static inline void rig_run_order(void *argument)
{
    struct rig_order *o = argument;
    o->f(o->argument);
    sem_post(&o->done);
}

// Runs f on the loop's thread and waits until it has returned.
static inline void rig_do(struct rig *r, loop_f *f, void *argument)
{
    struct rig_order o = {.f = f, .argument = argument};
    sem_init(&o.done, 0, 0);
    assert_true(loop_post(r->loop, rig_run_order, &o));
    while (sem_wait(&o.done) < 0)
        ;
    sem_destroy(&o.done);
}

static inline void rig_nothing(void *argument)
{
    (void)argument;
}

// Holds the loop still between the two, so that what happens meanwhile comes to it as one event.
static inline void rig_wait_for(void *argument)
{
    while (sem_wait(argument) < 0)
        ;
}

static inline void rig_hold(struct rig *r, sem_t *held)
{
    sem_init(held, 0, 0);
    assert_true(loop_post(r->loop, rig_wait_for, held));
}

static inline void rig_release(struct rig *r, sem_t *held)
{
    sem_post(held);
    rig_do(r, rig_nothing, NULL);
    sem_destroy(held);
}

struct rig_late {
    loop_f *f;
    void *argument;
    sem_t here, held;
};

static inline void rig_run_late(void *argument)
{
    struct rig_late *l = argument;
    sem_post(&l->here);
    rig_wait_for(&l->held);
    l->f(l->argument);
}

// Runs f on the loop's thread once `meanwhile` was done to `fd` here, before the loop can see that.
static inline void rig_do_unseen(struct rig *r, loop_f *f, void *argument, void (*meanwhile)(int),
                                 int fd)
{
    struct rig_late l = {.f = f, .argument = argument};
    sem_init(&l.here, 0, 0);
    sem_init(&l.held, 0, 0);
    assert_true(loop_post(r->loop, rig_run_late, &l));
    rig_wait_for(&l.here);
    meanwhile(fd);
    sem_post(&l.held);
    rig_do(r, rig_nothing, NULL);
    sem_destroy(&l.here);
    sem_destroy(&l.held);
}

static inline void rig_end(void *argument)
{
    loop_stop(argument);
}

static inline void rig_stop(struct rig *r)
{
    rig_do(r, rig_end, r->loop);
    pthread_join(r->thread, NULL);
    loop_free(r->loop);
}

static inline int count_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int n = 0;
    while (readdir(dir))
        n++;
    closedir(dir);
    return n - 3; // ., .., and the folder's own
}

static inline int64_t ms_since(int64_t start_us)
{
    return (clock_mono_us() - start_us) / 1000;
}

static inline int raw_connect(uint16_t port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static inline int raw_listen(uint16_t *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t size = sizeof a;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(fd, 64), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &size), 0);
    *port = ntohs(a.sin_port);
    return fd;
}

static inline bool raw_wait(int fd, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, ms) > 0;
}

static inline int raw_accept(int listener)
{
    assert_true(raw_wait(listener, 3000));
    int fd = accept(listener, NULL, NULL), on = 1;
    assert_true(fd >= 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static inline void raw_close(int fd)
{
    close(fd);
}

static inline void raw_reset(int fd)
{
    struct linger now = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
}

// What does not fit because the other side has closed is dropped.
static inline void raw_send(int fd, struct str s)
{
    while (s.len) {
        ssize_t n = send(fd, s.ptr, s.len, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        s = str_skip(s, (size_t)n);
    }
}

static inline void raw_say(int fd, const char *text)
{
    raw_send(fd, str_of(text));
}

#define RAW_TIMEOUT (-1)
#define RAW_EOF     0
#define RAW_RESET   (-2)

// Reads until `until` has come (NULL: until the end), the end, or `ms` have passed without a byte.
// The text is in `out` with a NUL; returns its length. `how` (may be NULL): 1 found, RAW_...
static inline size_t raw_read(int fd, char *out, size_t size, const char *until, int ms)
{
    size_t len = 0;
    out[0] = 0;
    while (len + 1 < size && !(until && strstr(out, until))) {
        if (!raw_wait(fd, ms))
            break;
        ssize_t n = recv(fd, out + len, size - 1 - len, 0);
        if (n <= 0)
            break;
        len += (size_t)n;
        out[len] = 0;
    }
    return len;
}

// 1 = closed (FIN or RST) within `ms`, with nothing left to read.
static inline bool raw_closed(int fd, int ms)
{
    char c[512];
    int64_t start = clock_mono_us();
    while (raw_wait(fd, ms - (int)ms_since(start) > 0 ? ms - (int)ms_since(start) : 0)) {
        ssize_t n = recv(fd, c, sizeof c, 0);
        if (n <= 0)
            return true;
    }
    return false;
}

#endif
