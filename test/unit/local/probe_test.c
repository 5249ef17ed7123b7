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
    _Atomic int early; // it was not asked any more, and what it said was not taken
    int listener, fd;  // of the server; -1 when it is not there
};

static struct local *here(const struct world *w)
{
    return locals_at(w->all, str_of("here"));
}

static void on_done(void *context)
{
    struct world *w = context;
    w->early += local_there(here(w)) == LOCAL_UNASKED || local_probe(here(w), 1, INT64_MAX, true);
    w->done++;
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
    struct probe_setup setup = {
        .local = here(w), .origin = w->origin, .done = on_done, .ended = on_ended, .context = w};
    w->done = w->ended = w->early = 0;
    assert_true(local_probe(here(w), 1, 0, true));
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

// Begins a probe, and takes its connection where the server is there.
static struct world *begin(bool there)
{
    static struct world w;
    uint16_t port;
    memset(&w, 0, sizeof w);
    w.all = locals_new();
    w.listener = raw_listen(&port);
    w.fd = -1;
    if (!there)
        close(w.listener);
    w.origin_setup = (struct origin_setup){
        .host = str_of("127.0.0.1"), .port = port, .timeouts = {1000, 2000, 2000, 10000}};
    rig_start(&w.rig);
    rig_do(&w.rig, ask, &w);
    if (there)
        w.fd = raw_accept(w.listener);
    return &w;
}

static void end(struct world *w)
{
    assert_int_equal(w->early, 0);
    if (w->fd >= 0) {
        close(w->fd);
        close(w->listener);
    }
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

static void is_asked_until_it_is_heard(void **state)
{
    (void)state;
    struct locals *all = locals_new();
    struct local *l = locals_at(all, str_of("here"));
    assert_true(local_probe(l, 5, INT64_MAX, true));
    assert_false(local_probe(l, 5, INT64_MAX, false));
    assert_true(local_probe(l, 6, INT64_MAX, true)); // beside the first, which has not begun yet
    local_probed(l);
    assert_true(local_probe(l, 7, INT64_MAX, true));
    local_probed(l);
    local_probed(l);
    assert_false(local_probe(l, 8, INT64_MAX, true));
    assert_true(local_probe(l, 8, 3, false));
    local_probed(l);
    locals_free(all);
}

// Reads a request that begins with `line` and whose body is `body`, and answers it.
static void serve(const struct world *w, const char *line, const char *body, const char *status,
                  const char *answer)
{
    char text[4096] = "";
    raw_read(w->fd, text, sizeof text, *body ? body : "\r\n\r\n", 2000);
    assert_memory_equal(text, line, strlen(line));
    assert_non_null(strstr(text, body));
    snprintf(text, sizeof text, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", status,
             strlen(answer), answer);
    raw_say(w->fd, text);
}

static void lists_and_describes(void **state)
{
    (void)state;
    struct world *w = begin(true);
    struct local *l = here(w);
    struct local_model m;
    serve(w, "GET /api/tags HTTP/1.1\r\n", "", "200 OK",
          "{\"models\":[{\"name\":\"a:1b\"},{\"name\":\"b:latest\"}]}");
    until(&w->done);
    assert_true(local_find(l, str_of("b"), &m));
    assert_int_equal(w->ended, 0);
    serve(w, "GET /api/ps HTTP/1.1\r\n", "", "404 Not Found", "404 page not found");
    serve(w, "POST /api/show HTTP/1.1\r\n", "{\"model\":\"a:1b\"}", "200 OK",
          "{\"model_info\":{\"general.architecture\":\"x\",\"x.context_length\":512}}");
    serve(w, "POST /api/show HTTP/1.1\r\n", "{\"model\":\"b:latest\"}", "404 Not Found",
          "{\"error\":\"gone\"}");
    until(&w->ended);
    assert_true(local_find(l, str_of("a:1b"), &m));
    assert_int_equal(m.context_trained, 512);
    // The second time nothing is left to describe.
    rig_do(&w->rig, ask, w);
    serve(w, "GET /api/tags HTTP/1.1\r\n", "", "200 OK",
          "{\"models\":[{\"name\":\"a:1b\"},{\"name\":\"b:latest\"}]}");
    serve(w, "GET /api/ps HTTP/1.1\r\n", "", "200 OK",
          "{\"models\":[{\"name\":\"a:1b\",\"context_length\":256}]}");
    until(&w->ended);
    assert_true(local_find(l, str_of("a:1b"), &m));
    assert_int_equal(m.context_loaded, 256);
    end(w);
}

static void nobody_there(void **state)
{
    (void)state;
    struct world *w = begin(false);
    until(&w->ended);
    assert_int_equal(w->done, 1);
    assert_int_equal(local_there(here(w)), LOCAL_DOWN);
    end(w);
}

static void something_else_is_there(void **state)
{
    (void)state;
    struct world *w = begin(true);
    serve(w, "GET /api/tags HTTP/1.1\r\n", "", "200 OK", "<html>hello</html>");
    until(&w->ended);
    assert_int_equal(w->done, 1);
    assert_int_equal(local_there(here(w)), LOCAL_DOWN);
    end(w);
}

static void may_be_cancelled(void **state)
{
    (void)state;
    struct world *w = begin(true);
    rig_do(&w->rig, cancel, w);
    assert_true(raw_closed(w->fd, 2000));
    assert_int_equal(w->done + w->ended, 0);
    assert_int_equal(local_there(here(w)), LOCAL_UNASKED);
    assert_false(local_probe(here(w), 1, INT64_MAX, true));
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_asked_until_it_is_heard),
        cmocka_unit_test(lists_and_describes),
        cmocka_unit_test(nobody_there),
        cmocka_unit_test(something_else_is_there),
        cmocka_unit_test(may_be_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
