// SPDX-License-Identifier: Apache-2.0
// train - the client of scripts/train: the same calls, each time, to a gateway that counts its way.
//
//      train SOCKET CONNECTIONS ROUNDS REQUEST_FILE...
//
// Each round sends one request on every connection and then reads every answer to its end, so that
// the gateway has several at once, as under load. Ends with 1 at the first answer that is not 200.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define REQUEST_SIZE 16384
#define ANSWER_SIZE  (1 << 20)
#define SILENT_S     60 // a gateway that says nothing for so long is stuck

static char request[REQUEST_SIZE];
static char answer[ANSWER_SIZE];

static void give_up(const char *what)
{
    fprintf(stderr, "train: %s\n", what);
    exit(1);
}

static int open_one(const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || strlen(path) >= sizeof name.sun_path)
        give_up("no socket, or its path is too long");
    memcpy(name.sun_path, path, strlen(path) + 1);
    if (connect(fd, (const struct sockaddr *)&name, sizeof name) != 0)
        give_up("nobody listens there");
    const struct timeval most = {.tv_sec = SILENT_S};
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most) != 0)
        give_up("no timeout can be set");
    return fd;
}

static size_t load(const char *path)
{
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(request, 1, sizeof request, f) : 0;
    if (n == 0 || n == sizeof request)
        give_up("a request cannot be read, or is too long");
    fclose(f);
    return n;
}

static void send_all(int fd, size_t size)
{
    for (size_t sent = 0; sent < size;) {
        ssize_t n = write(fd, request + sent, size - sent);
        if (n <= 0)
            give_up("the gateway takes no more");
        sent += (size_t)n;
    }
}

static bool is_whole(size_t size)
{
    const char *end = strstr(answer, "\r\n\r\n");
    const char *length = strstr(answer, "\r\nContent-Length: ");
    if (!end)
        return false;
    if (length && length < end)
        return size >= (size_t)(end + 4 - answer) + strtoul(length + 18, NULL, 10);
    return size > 5 && strcmp(answer + size - 5, "0\r\n\r\n") == 0;
}

static void read_one(int fd)
{
    size_t size = 0;
    do {
        ssize_t n = read(fd, answer + size, sizeof answer - 1 - size);
        if (n <= 0)
            give_up("an answer ended too early, took too long, or is too long");
        size += (size_t)n;
        answer[size] = '\0';
    } while (!is_whole(size));
    if (strncmp(answer, "HTTP/1.1 200", 12) != 0)
        give_up(answer);
}

int main(int argc, char **argv)
{
    if (argc < 5)
        give_up("SOCKET CONNECTIONS ROUNDS REQUEST_FILE...");
    long connections = strtol(argv[2], NULL, 10);
    long rounds = strtol(argv[3], NULL, 10);
    int fds[64];
    if (connections < 1 || connections > 64)
        give_up("1 to 64 connections");
    for (long i = 0; i < connections; i++)
        fds[i] = open_one(argv[1]);
    for (long round = 0; round < rounds; round++) {
        size_t size = load(argv[4 + round % (argc - 4)]);
        for (long i = 0; i < connections; i++)
            send_all(fds[i], size);
        for (long i = 0; i < connections; i++)
            read_one(fds[i]);
    }
    return 0;
}
