// SPDX-License-Identifier: Apache-2.0
// bench_upstream - a provider for measurements: one thread, epoll, OpenAI's dialect.
//
//      bench-upstream PORT EVENTS PACE_US
//
// A POST whose body asks for a stream gets EVENTS content chunks PACE_US apart, a finish chunk, a
// usage chunk and [DONE]; any other gets about 1.5 KB of JSON. GET gets what was billed so far.
//
// All streams have the same pace, so the next one due is always the head of one queue: a stream
// that has sent an event goes to the tail.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
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

#define INPUT_BYTES_MAX (1U << 20)
#define MODEL           "bench-model"

struct conn {
    int fd;
    char *input; // NULL between requests: ten thousand idle streams keep none
    size_t used;
    size_t room;
    bool streaming;
    bool gone; // freed at the end of the turn
    unsigned event;
    int64_t due_us;
    struct conn *next; // in the queue of streams, or of the gone
};

static struct {
    int epoll;
    unsigned events;
    int64_t pace_us;
    struct conn *first, *last; // streams, by due time
    struct conn *gone;
    uint64_t answers, streams, tokens;
    char json[4096];
    int json_size;
} up;

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

static void leave(struct conn *c)
{
    if (c->gone)
        return;
    close(c->fd);
    free(c->input);
    c->input = NULL;
    c->gone = true;
    if (!c->streaming) { // a stream is collected when its turn comes
        c->next = up.gone;
        up.gone = c;
    }
}

// A peer that does not take a few hundred bytes at once is waited for: this is no server to copy.
static bool put(struct conn *c, const char *bytes, size_t size)
{
    while (size > 0 && !c->gone) {
        ssize_t n = send(c->fd, bytes, size, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            usleep(50);
            continue;
        }
        if (n <= 0) {
            leave(c);
            break;
        }
        bytes += n;
        size -= (size_t)n;
    }
    return !c->gone;
}

#define CHUNK                                                                                 \
    "data: "                                                                                  \
    "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1764000000," \
    "\"model\":\"" MODEL "\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_bench\","
#define DETAILS                                                                 \
    "\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0},"       \
    "\"completion_tokens_details\":{\"reasoning_tokens\":0,\"audio_tokens\":0," \
    "\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}"

static int event_text(char *out, size_t size, unsigned event)
{
    if (event < up.events)
        return snprintf(out, size,
                        CHUNK "\"choices\":[{\"index\":0,\"delta\":{%s\"content\":\" word%u\"},"
                              "\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}\n\n",
                        event ? "" : "\"role\":\"assistant\",", event);
    if (event == up.events)
        return snprintf(out, size,
                        CHUNK "\"choices\":[{\"index\":0,\"delta\":{},\"logprobs\":null,"
                              "\"finish_reason\":\"stop\"}],\"usage\":null}\n\n");
    if (event == up.events + 1)
        return snprintf(out, size,
                        CHUNK "\"choices\":[],\"usage\":{\"prompt_tokens\":120,"
                              "\"completion_tokens\":%u,\"total_tokens\":%u," DETAILS "}}\n\n",
                        up.events, up.events + 120);
    return snprintf(out, size, "data: [DONE]\n\n");
}

static void send_event(struct conn *c)
{
    char text[1024];
    char frame[1200];
    int size = event_text(text, sizeof(text), c->event);
    bool final = c->event == up.events + 2;
    int n = snprintf(frame, sizeof(frame), "%x\r\n%s\r\n%s", (unsigned)size, text,
                     final ? "0\r\n\r\n" : "");
    put(c, frame, (size_t)n);
    c->event++;
    if (final)
        up.tokens += up.events;
}

static void enqueue(struct conn *c)
{
    c->next = NULL;
    if (up.first)
        up.last->next = c;
    else
        up.first = c;
    up.last = c;
}

// Sends what is due; returns the milliseconds until the next event, or -1.
static int run_streams(void)
{
    int64_t now = now_us();
    while (up.first && up.first->due_us <= now) {
        struct conn *c = up.first;
        up.first = c->next;
        if (!c->gone)
            send_event(c);
        if (!c->gone && c->event <= up.events + 2) {
            c->due_us += c->event <= up.events ? up.pace_us : 0;
            enqueue(c);
            continue;
        }
        c->streaming = false;
        if (c->gone) {
            c->next = up.gone;
            up.gone = c;
        }
    }
    return up.first ? (int)((up.first->due_us - now) / 1000) : -1;
}

static void start_stream(struct conn *c)
{
    static const char head[] =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
        "cache-control: no-cache\r\nx-request-id: req_bench\r\n"
        "transfer-encoding: chunked\r\n\r\n";
    if (!put(c, head, sizeof(head) - 1))
        return;
    up.streams++;
    c->streaming = true;
    c->event = 0;
    c->due_us = now_us();
    enqueue(c);
}

static void make_json(void)
{
    char text[1000] = "";
    char body[3000];
    for (size_t n = 0; n + 48 < sizeof(text); n = strlen(text))
        snprintf(text + n, sizeof(text) - n, "What is measured once is guessed every time after. ");
    int size = snprintf(
        body, sizeof(body),
        "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1764000000,"
        "\"model\":\"" MODEL "\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
        "\"content\":\"%s\",\"refusal\":null,\"annotations\":[]},\"logprobs\":null,"
        "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":120,\"completion_tokens\":160,"
        "\"total_tokens\":280," DETAILS "},\"service_tier\":\"default\","
        "\"system_fingerprint\":\"fp_bench\"}",
        text);
    up.json_size = snprintf(up.json, sizeof(up.json),
                            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                            "x-request-id: req_bench\r\ncontent-length: %d\r\n\r\n%s",
                            size, body);
}

static void answer(struct conn *c, const char *head, const char *body, size_t size)
{
    if (!strncmp(head, "GET ", 4)) {
        char text[300];
        char counts[120];
        int n = snprintf(counts, sizeof(counts), "{\"answers\":%ju,\"streams\":%ju,\"tokens\":%ju}",
                         (uintmax_t)up.answers, (uintmax_t)up.streams, (uintmax_t)up.tokens);
        n = snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s", n,
                     counts);
        put(c, text, (size_t)n);
    } else if (memmem(body, size, "\"stream\":true", 13)) {
        start_stream(c);
    } else {
        up.answers++;
        up.tokens += 160;
        put(c, up.json, (size_t)up.json_size);
    }
}

// The length of the whole request at the start of the input, 0 while it is incomplete.
static size_t request_size(struct conn *c, char **body)
{
    c->input[c->used] = 0;
    char *end = strstr(c->input, "\r\n\r\n");
    if (!end)
        return 0;
    *body = end + 4;
    size_t head = (size_t)(*body - c->input);
    char *field = strcasestr(c->input, "\ncontent-length:");
    if (field && field < end)
        return head + strtoul(field + 16, NULL, 10) <= c->used
                   ? head + strtoul(field + 16, NULL, 10)
                   : 0;
    field = strcasestr(c->input, "\ntransfer-encoding:");
    if (!field || field > end)
        return head;
    char *last = strstr(*body, "0\r\n\r\n"); // good enough: our bodies hold no such bytes
    return last ? (size_t)(last + 5 - c->input) : 0;
}

static void on_input(struct conn *c)
{
    if (!c->input) {
        c->room = 4096;
        c->input = malloc(c->room);
    } else if (c->used + 1 >= c->room && c->room < INPUT_BYTES_MAX) {
        c->room *= 2;
        c->input = realloc(c->input, c->room);
    }
    if (!c->input)
        abort();
    ssize_t n = recv(c->fd, c->input + c->used, c->room - 1 - c->used, 0);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) {
        leave(c);
        return;
    }
    c->used += (size_t)n;
    char *body = NULL;
    for (size_t size = request_size(c, &body); size && !c->gone && !c->streaming;
         size = c->gone ? 0 : request_size(c, &body)) {
        answer(c, c->input, body, size - (size_t)(body - c->input));
        if (c->gone)
            return;
        c->used -= size;
        memmove(c->input, c->input + size, c->used);
    }
    if (c->used == 0 && c->streaming) {
        free(c->input);
        c->input = NULL;
    }
}

static void welcome(int listener)
{
    int one = 1;
    for (int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK); fd >= 0;
         fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) {
        struct conn *c = calloc(1, sizeof(*c));
        if (!c)
            abort();
        c->fd = fd;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        struct epoll_event wish = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(up.epoll, EPOLL_CTL_ADD, fd, &wish);
    }
}

static int listen_on(int port)
{
    int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 4096)) {
        perror("bench-upstream");
        exit(1);
    }
    return fd;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fputs("bench-upstream PORT EVENTS PACE_US\n", stderr);
        return 2;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    up.events = (unsigned)strtoul(argv[2], NULL, 10);
    up.pace_us = strtoll(argv[3], NULL, 10);
    make_json();
    int listener = listen_on((int)strtol(argv[1], NULL, 10));
    up.epoll = epoll_create1(0);
    struct epoll_event wish = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(up.epoll, EPOLL_CTL_ADD, listener, &wish);
    for (;;) {
        struct epoll_event ready[512];
        int wait_ms = run_streams();
        int n = epoll_wait(up.epoll, ready, 512, wait_ms < 1 && up.first ? 1 : wait_ms);
        for (int i = 0; i < n; i++) {
            struct conn *c = ready[i].data.ptr;
            if (!c)
                welcome(listener);
            else if (!c->gone)
                on_input(c);
        }
        while (up.gone) {
            struct conn *c = up.gone;
            up.gone = c->next;
            free(c);
        }
    }
}
