// SPDX-License-Identifier: Apache-2.0

#include "mock/mock.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/limits.h"
#include "mock/bill.h"
#include "mock/play.h"

static const char default_models[] =
    "mock/fast,mock/small,mock/large,mock/reason,mock/embed,mock/echo,mock/hang,mock/late,"
    "mock/slow,mock/reset,mock/cut,mock/truncated,mock/no-usage,mock/no-done,mock/rate,mock/quota,"
    "mock/500,mock/503,mock/html,mock/garbage,mock/wrong-usage,mock/ignore-max,mock/bills-on,"
    "mock/error-event,mock/big,mock/huge-event,mock/mixed,"
    "mock/queue-full,mock/queued,mock/runner-dies,mock/load-fails";

static enum status listen_on(struct mock *m, struct str address, struct why *why)
{
    struct server_limits limits = {.body_bytes = 64 * (size_t)MIB,
                                   .head_ms = HEAD_DEADLINE_MS,
                                   .body_ms = BODY_DEADLINE_MS,
                                   .idle_ms =
                                       m->setup.idle_ms > 0 ? m->setup.idle_ms : KEEP_ALIVE_MS};
    struct server_setup setup = {
        .address = address, .limits = &limits, .events = &play_events, .context = m};
    enum status s = server_open(m->loop, &setup, &m->server, why);
    if (s == STATUS_OK)
        m->port = server_port(m->server);
    return s;
}

static void *serve(void *argument)
{
    struct mock *m = argument;
    loop_run(m->loop);
    return NULL;
}

static char *copy(const char *text)
{
    if (!text)
        return NULL;
    struct str s = str_of(text);
    char *mine = alloc_must(s.len + 1);
    memcpy(mine, s.ptr, s.len);
    return mine;
}

static void mock_free(struct mock *m)
{
    if (m->server)
        server_close(m->server);
    play_end_all(m);
    if (m->loop)
        loop_free(m->loop);
    bill_close(m->log);
    heap_free((void *)(uintptr_t)m->setup.models);
    heap_free((void *)(uintptr_t)m->setup.key);
    heap_free(m);
}

static enum status open_all(struct mock *m, struct why *why)
{
    pthread_t thread;
    if (m->setup.log) {
        m->log = bill_open(m->setup.log, why);
        if (m->log < 0)
            return STATUS_IO;
    }
    m->loop = loop_new();
    if (!m->loop)
        return why_set(why, STATUS_NO_MEMORY, "no memory for the mock");
    enum status s = listen_on(m, str_of(m->setup.listen ? m->setup.listen : "127.0.0.1:0"), why);
    if (s != STATUS_OK)
        return s;
    int error = pthread_create(&thread, NULL, serve, m);
    if (error != 0)
        return why_set(why, STATUS_NO_MEMORY, "no thread for the mock: %s", strerror(error));
    m->thread = thread;
    return STATUS_OK;
}

enum status mock_start(const struct mock_setup *setup, struct mock **out, struct why *why)
{
    struct mock *m = alloc_must(sizeof *m);
    m->setup = *setup;
    m->setup.models = copy(setup->models);
    m->setup.key = copy(setup->key);
    m->models = str_of(setup->models ? m->setup.models : default_models);
    m->born = (uint64_t)clock_wall_us();
    m->log = -1;
    list_init(&m->plays);
    enum status s = open_all(m, why);
    if (s != STATUS_OK) {
        mock_free(m);
        return s;
    }
    *out = m;
    return STATUS_OK;
}

uint16_t mock_port(const struct mock *m)
{
    return m->port;
}

// On the mock's own thread.
static void stop(void *argument)
{
    struct mock *m = argument;
    server_close(m->server);
    m->server = NULL;
    play_end_all(m);
    loop_stop(m->loop);
}

void mock_stop(struct mock *m)
{
    if (!m)
        return;
    if (!loop_post(m->loop, stop, m))
        return;
    pthread_join(m->thread, NULL);
    mock_free(m);
}
