// SPDX-License-Identifier: Apache-2.0

#include "net/reach.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static bool accepts(const struct addrinfo *a, int ms)
{
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    bool there = connect(fd, a->ai_addr, a->ai_addrlen) == 0;
    if (!there && errno == EINPROGRESS) {
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        int error = 0;
        socklen_t size = sizeof error;
        there = poll(&p, 1, ms) == 1 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
                error == 0;
    }
    close(fd);
    return there;
}

bool reach(struct str host, uint16_t port, int ms)
{
    char name[256], service[8];
    struct addrinfo wanted = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    (void)snprintf(service, sizeof service, "%u", port);
    if (!str_copy(host, name, sizeof name) || getaddrinfo(name, service, &wanted, &found) != 0)
        return false;
    bool there = false;
    for (const struct addrinfo *a = found; a && !there; a = a->ai_next)
        there = accepts(a, ms);
    freeaddrinfo(found);
    return there;
}
