// SPDX-License-Identifier: Apache-2.0
// bench_hold - a client that holds many streams open at once and reads each to its end.
//
//      bench-hold PORT STREAMS PATH BODY_FILE [HEADER…]
//
// Connections are opened 1,000 a second. Prints `all open` when every stream has had its first
// bytes (the moment to weigh the gateway), then how many ended with [DONE] and how many did not.
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define OPENED_A_TURN 10 // of ten milliseconds

struct stream {
    int fd;
    bool begun;
    bool done;
    char tail[24]; // the last bytes, where [DONE] may be cut in two
    size_t tail_size;
};

static struct {
    int epoll;
    int port;
    char request[1 << 16];
    size_t request_size;
    struct stream *streams;
    unsigned wanted, opened, begun, done, failed;
    char failure[200];
} hold;

static void end(struct stream *s, bool well, const char *what)
{
    close(s->fd);
    s->fd = -1;
    if (well) {
        hold.done++;
        return;
    }
    hold.failed++;
    if (!hold.failure[0])
        snprintf(hold.failure, sizeof(hold.failure), "%.150s", what);
}

static void open_one(struct stream *s)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)hold.port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    hold.opened++;
    if (s->fd < 0 || connect(s->fd, (struct sockaddr *)&at, sizeof(at)) ||
        send(s->fd, hold.request, hold.request_size, MSG_NOSIGNAL) != (ssize_t)hold.request_size) {
        end(s, false, strerror(errno));
        return;
    }
    struct epoll_event wish = {.events = EPOLLIN, .data.ptr = s};
    epoll_ctl(hold.epoll, EPOLL_CTL_ADD, s->fd, &wish);
}

static bool says_done(struct stream *s, const char *bytes, size_t size)
{
    char both[sizeof(s->tail) * 2];
    size_t n = size < sizeof(s->tail) ? size : sizeof(s->tail);
    memcpy(both, s->tail, s->tail_size);
    memcpy(both + s->tail_size, bytes, n);
    bool found = memmem(both, s->tail_size + n, "[DONE]", 6) || memmem(bytes, size, "[DONE]", 6);
    s->tail_size = n < 6 ? n : 6;
    memcpy(s->tail, bytes + size - s->tail_size, s->tail_size);
    return found;
}

static void read_one(struct stream *s)
{
    char bytes[8192];
    ssize_t n = recv(s->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) {
        end(s, false, n ? strerror(errno) : "closed before [DONE]");
        return;
    }
    if (!s->begun && memcmp(bytes, "HTTP/1.1 200", 12) != 0) {
        bytes[n < 150 ? n : 150] = 0;
        bytes[strcspn(bytes, "\r")] = 0;
        end(s, false, bytes);
        return;
    }
    if (!s->begun) {
        s->begun = true;
        hold.begun++;
    }
    if (says_done(s, bytes, (size_t)n))
        end(s, true, NULL);
}

static void make_request(char **argv, int argc)
{
    static char body[1 << 15];
    FILE *file = fopen(argv[4], "rb");
    if (!file) {
        perror(argv[4]);
        exit(1);
    }
    size_t size = fread(body, 1, sizeof(body), file);
    fclose(file);
    char *at = hold.request;
    char *most = hold.request + sizeof(hold.request);
    at += snprintf(at, (size_t)(most - at),
                   "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
                   "Content-Length: %zu\r\n",
                   argv[3], hold.port, size);
    for (int i = 5; i < argc; i++)
        at += snprintf(at, (size_t)(most - at), "%s\r\n", argv[i]);
    at += snprintf(at, (size_t)(most - at), "\r\n");
    memcpy(at, body, size);
    hold.request_size = (size_t)(at - hold.request) + size;
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fputs("bench-hold PORT STREAMS PATH BODY_FILE [HEADER...]\n", stderr);
        return 2;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    hold.port = (int)strtol(argv[1], NULL, 10);
    hold.wanted = (unsigned)strtoul(argv[2], NULL, 10);
    hold.streams = calloc(hold.wanted, sizeof(*hold.streams));
    if (!hold.streams)
        return 1;
    make_request(argv, argc);
    hold.epoll = epoll_create1(0);
    bool said = false;
    unsigned idle_turns = 0;
    while (hold.done + hold.failed < hold.wanted && idle_turns < 6000) {
        for (unsigned i = 0; i < OPENED_A_TURN && hold.opened < hold.wanted; i++)
            open_one(&hold.streams[hold.opened]);
        struct epoll_event ready[256];
        int n = epoll_wait(hold.epoll, ready, 256, 10);
        for (int i = 0; i < n; i++)
            read_one(ready[i].data.ptr);
        idle_turns = n ? 0 : idle_turns + 1;
        if (!said && hold.begun + hold.failed >= hold.wanted) {
            said = true;
            puts("all open");
            fflush(stdout);
        }
    }
    printf("done %u failed %u unended %u %s\n", hold.done, hold.failed,
           hold.wanted - hold.done - hold.failed, hold.failure);
    return hold.done != hold.wanted;
}
