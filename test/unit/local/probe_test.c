// SPDX-License-Identifier: Apache-2.0
//
// The probe against a scripted server on a loopback socket.

#include <stdio.h>

#include "../net/rig.h"
#include "local/probe.h"

struct world {
    struct rig rig;
    struct locals *all;
    struct origin_setup origin_setup;
    struct origin *origin;
    struct probe *probe;
    _Atomic int done, ended;
};

static void on_done(void *context)
{
    ((struct world *)context)->done++;
}

static void on_ended(void *context)
{
    ((struct world *)context)->ended++;
}

static void ask(void *context)
{
    struct world *w = context;
    if (!w->origin)
        w->origin = origin_new(w->rig.loop, &w->origin_setup);
    struct probe_setup setup = {.local = locals_at(w->all, str_of("here")),
                                .origin = w->origin,
                                .done = on_done,
                                .ended = on_ended,
                                .context = w};
    w->done = w->ended = 0;
    w->probe = probe_start(&setup);
    assert_non_null(w->probe);
    assert_int_equal(w->done, 0);
}

static void cancel(void *context)
{
    probe_cancel(((struct world *)context)->probe);
}

static void close_origin(void *context)
{
    origin_free(((struct world *)context)->origin);
}

static struct world *begin(uint16_t port)
{
    static struct world w;
    memset(&w, 0, sizeof w);
    w.all = locals_new();
    w.origin_setup = (struct origin_setup){
        .host = str_of("127.0.0.1"), .port = port, .timeouts = {1000, 2000, 2000, 10000}};
    rig_start(&w.rig);
    rig_do(&w.rig, ask, &w);
    return &w;
}

static void end(struct world *w)
{
    rig_do(&w->rig, close_origin, w);
    rig_stop(&w->rig);
    locals_free(w->all);
}

static void until(const _Atomic int *counter)
{
    for (int i = 0; i < 4000 && !*counter; i++)
        usleep(1000);
    assert_int_equal(*counter, 1);
}

// Reads a request that begins with `line` and whose body is `body`, and answers it.
static void serve(int fd, const char *line, const char *body, const char *status,
                  const char *answer)
{
    char text[4096] = "";
    raw_read(fd, text, sizeof text, *body ? body : "\r\n\r\n", 2000);
    assert_memory_equal(text, line, strlen(line));
    assert_non_null(strstr(text, body));
    snprintf(text, sizeof text, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", status,
             strlen(answer), answer);
    raw_say(fd, text);
}

static void lists_and_describes(void **state)
{
    (void)state;
    uint16_t port;
    int listener = raw_listen(&port);
    struct world *w = begin(port);
    struct local *l = locals_at(w->all, str_of("here"));
    struct local_model m;
    int fd = raw_accept(listener);
    serve(fd, "GET /api/tags HTTP/1.1\r\n", "", "200 OK",
          "{\"models\":[{\"name\":\"a:1b\"},{\"name\":\"b:latest\"}]}");
    until(&w->done);
    assert_true(local_find(l, str_of("b"), &m));
    assert_int_equal(w->ended, 0);
    serve(fd, "GET /api/ps HTTP/1.1\r\n", "", "404 Not Found", "404 page not found");
    serve(fd, "POST /api/show HTTP/1.1\r\n", "{\"model\":\"a:1b\"}", "200 OK",
          "{\"model_info\":{\"general.architecture\":\"x\",\"x.context_length\":512}}");
    serve(fd, "POST /api/show HTTP/1.1\r\n", "{\"model\":\"b:latest\"}", "404 Not Found",
          "{\"error\":\"gone\"}");
    until(&w->ended);
    assert_true(local_find(l, str_of("a:1b"), &m));
    assert_int_equal(m.context_trained, 512);
    // The second time nothing is left to describe.
    rig_do(&w->rig, ask, w);
    serve(fd, "GET /api/tags HTTP/1.1\r\n", "", "200 OK",
          "{\"models\":[{\"name\":\"a:1b\"},{\"name\":\"b:latest\"}]}");
    serve(fd, "GET /api/ps HTTP/1.1\r\n", "", "200 OK",
          "{\"models\":[{\"name\":\"a:1b\",\"context_length\":256}]}");
    until(&w->ended);
    assert_true(local_find(l, str_of("a:1b"), &m));
    assert_int_equal(m.context_loaded, 256);
    close(fd);
    end(w);
    close(listener);
}

static void nobody_there(void **state)
{
    (void)state;
    uint16_t port;
    int listener = raw_listen(&port);
    close(listener);
    struct world *w = begin(port);
    until(&w->ended);
    assert_int_equal(w->done, 1);
    assert_int_equal(local_there(locals_at(w->all, str_of("here"))), LOCAL_DOWN);
    end(w);
}

static void something_else_is_there(void **state)
{
    (void)state;
    uint16_t port;
    int listener = raw_listen(&port);
    struct world *w = begin(port);
    int fd = raw_accept(listener);
    serve(fd, "GET /api/tags HTTP/1.1\r\n", "", "200 OK", "<html>hello</html>");
    until(&w->ended);
    assert_int_equal(w->done, 1);
    assert_int_equal(local_there(locals_at(w->all, str_of("here"))), LOCAL_DOWN);
    close(fd);
    end(w);
    close(listener);
}

static void may_be_cancelled(void **state)
{
    (void)state;
    uint16_t port;
    int listener = raw_listen(&port);
    struct world *w = begin(port);
    int fd = raw_accept(listener);
    rig_do(&w->rig, cancel, w);
    assert_true(raw_closed(fd, 2000));
    assert_int_equal(w->done + w->ended, 0);
    assert_int_equal(local_there(locals_at(w->all, str_of("here"))), LOCAL_UNASKED);
    assert_false(local_is_asked(locals_at(w->all, str_of("here"))));
    close(fd);
    end(w);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_and_describes),
        cmocka_unit_test(nobody_there),
        cmocka_unit_test(something_else_is_there),
        cmocka_unit_test(may_be_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
