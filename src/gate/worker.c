// SPDX-License-Identifier: Apache-2.0

#include "gate/worker.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "gate/asking.h"
#include "gate/budgets.h"
#include "gate/gate_state.h"

#define TICK_MS       100
#define DRAIN_TICK_MS 20
#define CUT_US        SECOND_US // for the last bytes of calls that are cut or refused

static void cut_calls(struct worker *w)
{
    w->cut = true;
    // Now, so that no write below can fail for a call that was just begun: it would be taken back,
    // and might be the next one here.
    worker_write_journal(w);
    unsigned count = gate_setup_of(w->gate)->calls->cut(w);
    if (count)
        log_say(LOG_WARN, "drain: %u %s cut", count, count == 1 ? "call is" : "calls are");
    // The bodies that are left have their own time.
    w->drain_until_us =
        loop_now_us(w->loop) + CUT_US + (w->call_count ? STOP_BODY_MS * INT64_C(1000) : 0);
}

static size_t connections(const struct worker *w)
{
    size_t n = 0;
    for (unsigned i = 0; i < w->server_count; i++)
        n += server_connections(w->servers[i]);
    return n;
}

static void on_tick(void *argument)
{
    struct worker *w = argument;
    log_flush();
    gate_setup_of(w->gate)->calls->tick(w);
    journal_healthy(w->journal); // one that failed is tried again, also when no call comes
    asking_tick(w);
    if (w->number == 0) {
        gate_measure(w->gate);
        gate_tidy(w->gate, loop_now_us(w->loop));
        gate_study(w->gate, loop_now_us(w->loop));
    }
    bool idle = w->call_count == 0 && connections(w) == 0;
    bool late = loop_now_us(w->loop) >= w->drain_until_us;
    bool over = w->draining && (idle || (late && w->cut));
    if (over && (w->number > 0 || gate_annex_stop(w->gate))) {
        loop_stop(w->loop);
        return;
    }
    if (w->draining && late && !w->cut)
        cut_calls(w);
    timer_set(&w->tick, w->draining ? DRAIN_TICK_MS : TICK_MS);
}

static void on_lost(void *context, const struct uuid *id, uint8_t attempt)
{
    struct worker *w = context;
    gate_setup_of(w->gate)->calls->lost(w, id, attempt);
}

void worker_write_journal(struct worker *w)
{
    bool written = journal_flush(w->journal, on_lost, w);
    budgets_end(gate_budgets(w->gate), &w->ended, written);
}

static void at_end(void *argument)
{
    worker_write_journal(argument);
}

enum status worker_open(struct worker *w, struct gate *g, unsigned number, struct snapshot *s,
                        struct why *why)
{
    w->gate = g;
    w->number = number;
    list_init(&w->calls);
    list_init(&w->askings);
    list_init(&w->askers);
    list_init(&w->ended);
    list_init(&w->shadow_held);
    list_init(&w->shadow_queue);
    metrics_init(&w->metrics);
    w->live.since_us = clock_wall_us();
    w->loop = loop_new();
    if (!w->loop)
        return why_set(why, STATUS_NO_MEMORY, "no event loop could be made");
    timer_init(&w->tick, w->loop, on_tick, w);
    uint8_t pepper[DIGEST_BYTES];
    enum status status = gate_pepper(s->config->state, NULL, pepper, why);
    if (status != STATUS_OK)
        return status;
    w->mac = mac_open(str_from((const char *)pepper, sizeof pepper));
    digest_wipe(pepper, sizeof pepper);
    w->view = view_new(w->loop, snapshot_ref(s), gate_setup_of(w->gate)->mock_port, NULL);
    if (!w->mac || !w->view)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    status = journal_open(gate_store(g), number, &w->journal, why);
    if (status != STATUS_OK)
        return status;
    journal_gather(w->journal);
    loop_at_end(w->loop, at_end, w);
    return STATUS_OK;
}

static enum status listen_one(struct worker *w, const struct config *c, unsigned i, struct why *why)
{
    struct server_limits limits = {.body_bytes = c->body_bytes,
                                   .head_ms = HEAD_DEADLINE_MS,
                                   .body_ms = BODY_DEADLINE_MS,
                                   .idle_ms = KEEP_ALIVE_MS,
                                   .buffers = c->buffer_bytes,
                                   .held = gate_bodies(w->gate),
                                   .half_close_answers = c->half_close_answers};
    bool local = str_starts(c->listen[i].address, str_of("unix:"));
    if (local && w->number > 0)
        return STATUS_OK;
    must(w->server_count < CONFIG_LISTEN_MAX);
    struct server *server = NULL;
    struct server_setup setup = {.address = c->listen[i].address,
                                 .shared = !local && c->workers > 1,
                                 .tls = local ? NULL : gate_tls(w->gate),
                                 .limits = &limits,
                                 .events = gate_setup_of(w->gate)->calls->events,
                                 .context = w};
    enum status s = server_open(w->loop, &setup, &server, why);
    if (s == STATUS_OK)
        w->servers[w->server_count++] = server;
    return s;
}

enum status worker_listen(struct worker *w, struct why *why)
{
    const struct config *c = w->view->snapshot->config;
    for (unsigned i = 0; i < c->listen_count; i++) {
        enum status s = listen_one(w, c, i, why);
        // A machine without IPv6 still serves on 127.0.0.1, where nobody asked for [::1].
        if (s == STATUS_UNSUPPORTED && c->listen[i].line == 0 && i > 0)
            continue;
        if (s != STATUS_OK)
            return s;
    }
    timer_set(&w->tick, 0);
    return STATUS_OK;
}

void worker_drain(struct worker *w, int64_t drain_ms)
{
    w->draining = true;
    w->drain_until_us = loop_now_us(w->loop) + drain_ms * 1000;
    for (unsigned i = 0; i < w->server_count; i++)
        server_stop(w->servers[i]);
    timer_set(&w->tick, 0);
}

void worker_swap(struct worker *w, struct snapshot *s)
{
    struct view *fresh =
        view_new(w->loop, snapshot_ref(s), gate_setup_of(w->gate)->mock_port, w->view);
    if (!fresh) {
        log_say(LOG_ERROR, "reload: out of memory; worker %u keeps the old configuration",
                w->number);
        return;
    }
    tokens_wipe(&w->tokens); // a key that is gone leaves nothing here
    struct view *old = w->view;
    w->view = fresh;
    view_free(old);
}

void worker_close(struct worker *w)
{
    log_flush();
    // Calls whose clients did not take the word in time, or whose bodies never came.
    gate_setup_of(w->gate)->calls->end(w);
    asking_stop(w);
    if (w->journal)
        worker_write_journal(w);
    for (unsigned i = 0; i < w->server_count; i++)
        server_close(w->servers[i]);
    if (w->view)
        view_free(w->view);
    if (w->journal)
        journal_close(w->journal);
    if (w->mac)
        mac_close(w->mac);
    tokens_wipe(&w->tokens);
    if (w->loop) {
        loop_run_posts(w->loop); // of bookings that were left as they were woken
        timer_fini(&w->tick);
        loop_free(w->loop);
    }
    metrics_fini(&w->metrics);
}
