// SPDX-License-Identifier: Apache-2.0
//
// The life of a gateway: open everything, run until a signal, drain, close in reverse order.
//
//   main thread     signals only (SIGTERM, SIGINT: drain; SIGHUP: reload)
//   worker threads  one event loop each; worker 0 also carries the admin plane
//   chore threads   what may wait for the disk, one a kind
//   (store)         the ledger's writer thread

#include "gate/gate.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/budgets.h"
#include "gate/cascades.h"
#include "gate/chore.h"
#include "gate/defined.h"
#include "gate/drawn.h"
#include "gate/gate_part.h"
#include "gate/gate_state.h"
#include "gate/habits.h"
#include "gate/kept.h"
#include "gate/news.h"
#include "gate/recall.h"
#include "gate/reload.h"
#include "gate/scarce.h"
#include "gate/sessions.h"
#include "gate/slips.h"
#include "gate/turns.h"
#include "gate/worker.h"
#include "net/loop.h"

static enum status tls_open(struct gate *g, struct why *why)
{
    const struct config *c = g->snapshot->config;
    if (c->tls_cert.len == 0)
        return STATUS_OK;
    return tls_server_open(c->tls_cert.ptr, c->tls_key.ptr, &g->tls, why);
}

static enum status workers_open(struct gate *g, struct why *why)
{
    unsigned n = g->snapshot->config->workers;
    g->workers = alloc_must(n * sizeof *g->workers);
    for (unsigned i = 0; i < n; i++) {
        enum status s = worker_open(&g->workers[i], g, i, g->snapshot, why);
        g->worker_count = i + 1; // also of one that is half open: worker_close copes
        if (s == STATUS_OK)
            s = worker_listen(&g->workers[i], why);
        if (s != STATUS_OK)
            return s;
    }
    return STATUS_OK;
}

static void *worker_thread(void *argument)
{
    struct worker *w = argument;
    loop_run(w->loop);
    log_flush();
    return NULL;
}

static enum status threads_start(struct gate *g, struct why *why)
{
    for (unsigned i = 0; i < g->worker_count; i++) {
        struct worker *w = &g->workers[i];
        w->threaded = pthread_create(&w->thread, NULL, worker_thread, w) == 0;
        if (!w->threaded)
            return why_set(why, STATUS_NO_MEMORY, "no thread could be started");
    }
    return STATUS_OK;
}

struct drain_order {
    struct post post;
    struct worker *worker;
    int64_t drain_ms;
};

static void drain_run(void *argument)
{
    struct drain_order *o = argument;
    worker_drain(o->worker, o->drain_ms);
    heap_free(o);
}

static void drain_begin(struct gate *g, int64_t drain_ms)
{
    __atomic_store_n(&g->draining, 1, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < g->worker_count; i++) {
        if (!g->workers[i].threaded)
            continue;
        struct drain_order *o = alloc_must(sizeof *o);
        *o = (struct drain_order){.worker = &g->workers[i], .drain_ms = drain_ms};
        loop_post_lent(g->workers[i].loop, &o->post, drain_run, o);
    }
}

static void wait_for_end(struct gate *g)
{
    int signal_number = 0;
    while (sigwait(&g->signals, &signal_number) == 0 && signal_number == SIGHUP)
        gate_reload_later(g);
    struct snapshot *now = gate_snapshot(g);
    int64_t drain_ms = now->config->drain_ms, most_ms = g->setup->drain_most_ms;
    snapshot_free(now);
    if (most_ms > 0 && drain_ms > most_ms)
        drain_ms = most_ms;
    log_say(LOG_INFO, "drain: no new calls; running ones have %lld s",
            (long long)(drain_ms / 1000));
    drain_begin(g, drain_ms);
}

// The workers stop by themselves; a second SIGTERM or SIGINT makes them stop at once.
static void join_workers(struct gate *g)
{
    struct timespec brief = {.tv_sec = 0, .tv_nsec = 20 * 1000 * 1000};
    for (unsigned i = 0; i < g->worker_count; i++) {
        struct worker *w = &g->workers[i];
        while (w->threaded && pthread_tryjoin_np(w->thread, NULL) != 0) {
            int got = sigtimedwait(&g->signals, NULL, &brief);
            if (got == SIGTERM || got == SIGINT)
                drain_begin(g, 0);
        }
        w->threaded = false;
    }
}

// What was used before tells what the next calls will; a gateway serves without it, too.
static void recall_run(struct chore *c)
{
    struct gate *g = list_of(c, struct gate, recalling);
    struct why why = {0};
    const struct recall wish = {g->setup->store, g->habits, g->cascades, g->began_us};
    if (recall(&wish, &why) != STATUS_OK)
        log_say(LOG_WARN, "what calls have used before is not known: %s", why.text);
}

// Before the first call, which may go on from what was answered before.
static void recall_kept(struct gate *g)
{
    struct why why = {0};
    const struct kept_recall wish = {g->setup->store, g->snapshot->config, g->keepers,
                                     clock_wall_us()};
    if (kept_recall(&wish, &why) != STATUS_OK)
        log_say(LOG_WARN, "who keeps what calls go on from is not known: %s", why.text);
}

void gate_recall_spent(struct gate *g, const struct snapshot *s)
{
    struct why why = {0};
    if (s->budget_count > 0 && scarce_recall(g->budgets, clock_wall_us(), &why) != STATUS_OK)
        log_say(LOG_WARN, "how scarce the money of budgets is is not known: %s", why.text);
}

static void recall_later(struct gate *g)
{
    g->began_us = clock_wall_us();
    g->recalling.run = recall_run;
    list_init(&g->recalling.link);
    chores_add(&g->chores[CHORE_LONG], &g->recalling);
}

// False without memory.
static bool parts_new(struct gate *g)
{
    g->locals = locals_new();
    g->thrifts = thrifts_new();
    g->habits = habits_new();
    g->turns = turns_new();
    g->standings = standings_new();
    g->sessions = sessions_new();
    g->keepers = sessions_new();
    g->cascades = cascades_new();
    g->drawn = drawn_new();
    g->budgets = budgets_new(g->setup->store, news_tell, g);
    return g->locals && g->thrifts && g->habits && g->turns && g->standings && g->sessions &&
           g->keepers && g->cascades && g->drawn && g->budgets;
}

static enum status snapshot_first(struct gate *g, struct why *why)
{
    struct store *store = g->setup->store;
    enum status s = snapshot_new(g->setup->config, store, g->pepper, &g->snapshot, why);
    if (s != STATUS_OK)
        return s;
    slips_log(g->snapshot);
    if (!parts_new(g))
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    gate_lend(g, g->snapshot);
    learning_read(g->snapshot, NULL, store);
    budgets_terms(g->budgets, g->snapshot->budgets, g->snapshot->budget_count, clock_wall_us());
    return STATUS_OK;
}

static enum status gate_open(struct gate *g, struct why *why)
{
    enum status s = gate_pepper(g->setup->config->state, g->setup->store, g->pepper, why);
    if (s != STATUS_OK) {
        config_free(g->setup->config);
        return s;
    }
    defined_tidy(g->setup->store);
    s = snapshot_first(g, why);
    if (s == STATUS_OK)
        s = tls_open(g, why);
    if (s == STATUS_OK)
        s = workers_open(g, why);
    for (int i = 0; s == STATUS_OK && i < CHORE_KINDS; i++)
        if (!chores_start(&g->chores[i]))
            s = why_set(why, STATUS_NO_MEMORY, "no thread could be started");
    if (s != STATUS_OK)
        return s;
    recall_kept(g);
    gate_recall_spent(g, g->snapshot);
    recall_later(g);
    return g->setup->annex->open(g, &g->workers[0], &g->annex, why);
}

static void gate_close(struct gate *g)
{
    for (int i = CHORE_KINDS - 1; i >= 0; i--) // what a report or a study has found is told to
        chores_stop(&g->chores[i]);            // those of CHORE_BRIEF, which end last
    for (unsigned i = 0; i < g->worker_count; i++)
        if (g->workers[i].loop) // what was posted after its last turn holds memory
            loop_run_posts(g->workers[i].loop);
    if (g->annex)
        g->setup->annex->close(g->annex);
    for (unsigned i = 0; i < g->worker_count; i++)
        worker_close(&g->workers[i]);
    heap_free(g->workers);
    if (g->tls)
        tls_server_close(g->tls);
    snapshot_free(g->snapshot);
    locals_free(g->locals);
    thrifts_free(g->thrifts);
    habits_free(g->habits);
    turns_free(g->turns);
    standings_free(g->standings);
    sessions_free(g->sessions);
    sessions_free(g->keepers);
    cascades_free(g->cascades);
    drawn_free(g->drawn);
    owed_fini(&g->owed);
    budgets_free(g->budgets);
    digest_wipe(g->pepper, sizeof g->pepper);
    pthread_mutex_destroy(&g->lock);
}

// Signals are taken by the main thread only; writes to a closed pipe are errors, not deaths.
static void signals_take(struct gate *g)
{
    sigemptyset(&g->signals);
    sigaddset(&g->signals, SIGTERM);
    sigaddset(&g->signals, SIGINT);
    sigaddset(&g->signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &g->signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}

enum status gate_run(const struct gate_setup *setup, struct why *why)
{
    struct gate g = {.setup = setup, .lock = PTHREAD_MUTEX_INITIALIZER};
    owed_init(&g.owed);
    signals_take(&g);
    enum status s = gate_open(&g, why);
    if (s == STATUS_OK)
        s = threads_start(&g, why);
    if (s == STATUS_OK) {
        if (setup->on_ready)
            setup->on_ready(&g, setup->context);
        wait_for_end(&g);
    } else {
        drain_begin(&g, 0);
    }
    join_workers(&g);
    gate_close(&g);
    return s;
}
