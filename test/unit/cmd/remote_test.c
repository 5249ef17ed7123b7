// SPDX-License-Identifier: Apache-2.0

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "../folder.h"
#include "../unit.h"
#include "cmd/remote.h"
#include "config/config.h"

struct gateway {
    int fd;
    const char *answer;
};

// Answers once, whatever is asked.
static void *answer_once(void *argument)
{
    const struct gateway *g = argument;
    char asked[4096];
    int fd = accept(g->fd, NULL, NULL);
    if (fd < 0 || read(fd, asked, sizeof asked) <= 0 ||
        write(fd, g->answer, strlen(g->answer)) != (ssize_t)strlen(g->answer))
        return NULL;
    (void)shutdown(fd, SHUT_WR);
    while (read(fd, asked, sizeof asked) > 0)
        continue; // until the other side has read it all
    close(fd);
    return argument;
}

static void told(const char *status, const char *code, enum status wanted)
{
    struct config config = {.state = str_of(folder)};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char text[512], body[256];
    struct buf answer;
    struct why why = {0};
    pthread_t thread;
    void *done = NULL;
    snprintf(address.sun_path, sizeof address.sun_path, "%s", in_folder("costlens.sock"));
    snprintf(body, sizeof body, "{\"error\":{\"code\":\"%s\",\"message\":\"so it is\"}}", code);
    snprintf(text, sizeof text, "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
             status, strlen(body), body);
    struct gateway g = {socket(AF_UNIX, SOCK_STREAM, 0), text};
    (void)unlink(address.sun_path);
    assert_int_equal(bind(g.fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(g.fd, 1), 0);
    assert_int_equal(pthread_create(&thread, NULL, answer_once, &g), 0);
    buf_init(&answer, &alloc_heap, 0);
    assert_int_equal(remote_gateway(&config, "keys/list", STR_NONE, &answer, &why), wanted);
    assert_string_equal(why.text, "so it is");
    assert_int_equal(pthread_join(thread, &done), 0);
    assert_non_null(done);
    buf_fini(&answer);
    close(g.fd);
}

// Who may ask again at once is told so; a 503 alone does not say it.
static void test_refusals(void **state)
{
    (void)state;
    told("400 Bad Request", "bad_request", STATUS_SYNTAX);
    told("404 Not Found", "not_found", STATUS_UNKNOWN);
    told("409 Conflict", "conflict", STATUS_CONFLICT);
    told("403 Forbidden", "not_allowed", STATUS_DENIED);
    told("503 Service Unavailable", "busy", STATUS_BUSY);
    told("503 Service Unavailable", "disk_full", STATUS_FULL);
    told("503 Service Unavailable", "refused", STATUS_DENIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_refusals)};
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
