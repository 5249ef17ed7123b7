// SPDX-License-Identifier: Apache-2.0

#include "net/server.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "net/exchange.h"
#include "net/listen.h"

#define ACCEPTS_A_TURN    64
#define ACCEPT_PAUSE_MS   100
#define IDLE_LOOKS_MAX    256 // connections looked at for one that is idle
#define DESCRIPTORS_OTHER 64  // files, journals, listeners

static int spare_descriptor(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void pause_accepting(struct server *s)
{
    event_del(&s->listener);
    timer_set(&s->pause, ACCEPT_PAUSE_MS);
}

static void on_pause_over(void *argument)
{
    struct server *s = argument;
    if (s->reserve < 0)
        s->reserve = spare_descriptor();
    if (s->fd >= 0)
        event_add(&s->listener, NULL);
}

// There is no room for this client: it is told so without becoming a connection.
static void turn_away(int fd)
{
    static const char text[] =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
        "Retry-After: " RETRY_AFTER_S "\r\nConnection: close\r\nContent-Length: 104\r\n\r\n"
        "{\"error\":{\"message\":\"too many connections\",\"type\":\"overloaded_error\","
        "\"code\":\"overloaded\",\"param\":null}}\n";
    char sink[4096];
    // Unread input would turn the close into a reset, which may overtake the answer.
    while (recv(fd, sink, sizeof sink, MSG_DONTWAIT) > 0)
        ;
    (void)!send(fd, text, sizeof text - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(fd, SHUT_WR);
    while (recv(fd, sink, sizeof sink, MSG_DONTWAIT) > 0)
        ;
    close(fd);
}

static void out_of_descriptors(struct server *s)
{
    if (s->reserve >= 0) {
        close(s->reserve);
        int fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0)
            turn_away(fd);
        s->reserve = spare_descriptor();
    }
    pause_accepting(s);
}

// One that waits between two requests makes room for a new one.
static bool make_room(struct server *s)
{
    unsigned looked = 0;
    list_for (item, &s->exchanges) {
        struct exchange *x = list_of(item, struct exchange, link);
        if (exchange_idle(x) && !x->first) {
            exchange_destroy(x);
            return true;
        }
        if (++looked == IDLE_LOOKS_MAX)
            break;
    }
    return false;
}

static void on_accept(evutil_socket_t listener, short what, void *argument)
{
    (void)what;
    struct server *s = argument;
    for (int i = 0; i < ACCEPTS_A_TURN && s->fd >= 0; i++) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0 && s->count >= s->most && !make_room(s)) {
            turn_away(fd);
        } else if (fd >= 0) {
            exchange_open(s, fd);
        } else if (errno == EMFILE || errno == ENFILE) {
            out_of_descriptors(s);
            return;
        } else if (errno == ENOBUFS || errno == ENOMEM) {
            pause_accepting(s);
            return;
        } else if (errno != ECONNABORTED && errno != EINTR) {
            return;
        }
    }
}

// A call needs two descriptors: the client's and the upstream's.
static size_t most_by_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
        return SIZE_MAX;
    if (limit.rlim_cur <= DESCRIPTORS_OTHER + 2)
        return 1;
    return (size_t)(limit.rlim_cur - DESCRIPTORS_OTHER) / 2;
}

enum status server_open(struct loop *l, const struct server_setup *setup, struct server **out,
                        struct why *why)
{
    struct listening listening;
    enum status status = listen_open(setup->address, setup->shared, &listening, why);
    if (status != STATUS_OK)
        return status;
    size_t size;
    struct server *s = block_get(l, sizeof *s, &size);
    if (!s) {
        close(listening.fd);
        heap_free(listening.unix_path);
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    }
    *s = (struct server){
        .grave = {.size = size}, .loop = l, .events = setup->events, .context = setup->context};
    s->limits = *setup->limits;
    s->tls = setup->tls;
    s->fd = listening.fd;
    s->port = listening.port;
    s->local = listening.local;
    s->unix_path = listening.unix_path;
    s->reserve = spare_descriptor();
    s->most = s->limits.connections ? s->limits.connections : most_by_descriptors();
    list_init(&s->exchanges);
    timer_init(&s->pause, l, on_pause_over, s);
    event_assign(&s->listener, loop_base(l), s->fd, EV_READ | EV_PERSIST, on_accept, s);
    event_add(&s->listener, NULL);
    *out = s;
    return STATUS_OK;
}

static void stop_listening(struct server *s)
{
    if (s->fd < 0)
        return;
    event_del(&s->listener);
    timer_fini(&s->pause);
    close(s->fd);
    s->fd = -1;
    if (s->reserve >= 0)
        close(s->reserve);
    s->reserve = -1;
    if (s->unix_path)
        unlink(s->unix_path);
    heap_free(s->unix_path);
    s->unix_path = NULL;
}

void server_stop(struct server *s)
{
    stop_listening(s);
    if (!s->stopping)
        s->stopped_us = loop_now_us(s->loop);
    s->stopping = true;
    list_for (item, &s->exchanges)
        exchange_stop(list_of(item, struct exchange, link));
}

size_t server_connections(const struct server *s)
{
    return s->count;
}

uint16_t server_port(const struct server *s)
{
    return s->port;
}

void server_close(struct server *s)
{
    if (!s)
        return;
    stop_listening(s);
    while (!list_empty(&s->exchanges))
        exchange_destroy(list_of(s->exchanges.next, struct exchange, link));
    turn_bury(s->loop, &s->grave);
}
