// SPDX-License-Identifier: Apache-2.0
//
// The life of a gateway: open everything, run until a signal, drain, close in reverse order.
//
//   main thread     signals only (SIGTERM, SIGINT: drain; SIGHUP: reload)
//   worker threads  one event loop each; worker 0 also carries the admin plane
//   chore threads   what may wait for the disk, one a kind
//   (store)         the ledger's writer thread

#include "gate/gate.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "budget/budget.h"
#include "gate/absent.h"
#include "gate/budgets.h"
#include "gate/cascades.h"
#include "gate/chore.h"
#include "gate/defined.h"
#include "gate/drawn.h"
#include "gate/fixed.h"
#include "gate/gate_state.h"
#include "gate/habits.h"
#include "gate/learning.h"
#include "gate/news.h"
#include "gate/owed.h"
#include "gate/recall.h"
#include "gate/sessions.h"
#include "gate/takeover.h"
#include "gate/turns.h"
#include "gate/worker.h"
#include "net/loop.h"

#define STUCK_US SECOND_US
#define TIDY_US  (60 * SECOND_US)

struct gate {
    const struct gate_setup *setup;
    struct worker *workers;
    unsigned worker_count;
    pthread_mutex_t lock; // guards the next
    struct snapshot *snapshot;
    struct locals *locals; // what its Ollamas have
    struct thrifts *thrifts;
    struct habits *habits;
    struct turns *turns;
    struct standings *standings;
    struct sessions *sessions, *keepers;
    struct cascades *cascades;
    struct drawn *drawn;
    struct owed owed;
    struct budgets *budgets;
    uint8_t pepper[DIGEST_BYTES];
    struct tls_server *tls;
    void *annex;
    struct chores chores[CHORE_KINDS];
    int draining;     // atomic
    int over_buffers; // atomic
    size_t bodies;    // atomic: bytes of all requests' bodies
    int reload_waits; // atomic: one reload that waits is enough
    struct chore recalling;
    int64_t began_us; // wall
    struct chore tidying;
    int tidy_waits;    // atomic: it stands among the chores
    int64_t tidied_us; // monotonic; of worker 0
    struct learning learning;
    sigset_t signals;
};

struct store *gate_store(struct gate *g)
{
    return g->setup->store;
}

struct snapshot *gate_snapshot(struct gate *g)
{
    pthread_mutex_lock(&g->lock);
    struct snapshot *s = snapshot_ref(g->snapshot);
    pthread_mutex_unlock(&g->lock);
    return s;
}

struct budgets *gate_budgets(struct gate *g)
{
    return g->budgets;
}

struct chores *gate_chores(struct gate *g, enum chore_kind kind)
{
    return &g->chores[kind];
}

const struct gate_setup *gate_setup_of(const struct gate *g)
{
    return g->setup;
}

struct worker *gate_worker(struct gate *g, unsigned i)
{
    return i < g->worker_count ? &g->workers[i] : NULL;
}

struct tls_server *gate_tls(const struct gate *g)
{
    return g->tls;
}

struct cascades *gate_cascades(struct gate *g)
{
    return g->cascades;
}

struct drawn *gate_drawn(struct gate *g)
{
    return g->drawn;
}

struct owed *gate_owed(struct gate *g)
{
    return &g->owed;
}

struct standings *gate_standings(struct gate *g)
{
    return g->standings;
}

bool gate_annex_stop(struct gate *g)
{
    return !g->annex || g->setup->annex->stop(g->annex);
}

bool gate_draining(const struct gate *g)
{
    return __atomic_load_n(&g->draining, __ATOMIC_RELAXED) != 0;
}

size_t *gate_bodies(struct gate *g)
{
    return &g->bodies;
}

bool gate_buffers_exceeded(struct gate *g)
{
    return __atomic_load_n(&g->over_buffers, __ATOMIC_RELAXED) != 0;
}

void gate_measure(struct gate *g)
{
    struct mallinfo2 m = mallinfo2();
    size_t limit = g->workers[0].view->snapshot->config->buffer_bytes;
    int over = limit > 0 && m.uordblks + m.hblkhd > limit;
    __atomic_store_n(&g->over_buffers, over, __ATOMIC_RELAXED);
}

static void tidy_run(struct chore *c)
{
    struct gate *g = list_of(c, struct gate, tidying);
    struct store_stats stats;
    __atomic_store_n(&g->tidy_waits, 0, __ATOMIC_RELEASE);
    store_stats(g->setup->store, &stats);
    budgets_tidy(g->budgets, clock_wall_us(), stats.lag_us);
}

void gate_tidy(struct gate *g, int64_t now_us)
{
    if (now_us - g->tidied_us < TIDY_US || __atomic_exchange_n(&g->tidy_waits, 1, __ATOMIC_ACQ_REL))
        return;
    g->tidied_us = now_us;
    g->tidying.run = tidy_run;
    list_init(&g->tidying.link);
    chores_add(&g->chores[CHORE_BRIEF], &g->tidying);
}

bool gate_stuck(struct gate *g)
{
    int64_t now = clock_mono_us();
    for (unsigned i = 0; i < g->worker_count; i++)
        if (now - loop_turned_us(g->workers[i].loop) > STUCK_US)
            return true;
    return false;
}

void gate_study(struct gate *g, int64_t now_us)
{
    learning_tick(&g->learning, g, now_us);
}

// --- reload ---

struct swap {
    struct post post;
    struct worker *worker;
    struct snapshot *snapshot;
};

static void swap_run(void *argument)
{
    struct swap *s = argument;
    worker_swap(s->worker, s->snapshot);
    snapshot_free(s->snapshot);
    heap_free(s);
}

static void swap_post(struct worker *w, struct snapshot *snapshot)
{
    struct swap *s = alloc_must(sizeof *s);
    *s = (struct swap){.worker = w, .snapshot = snapshot_ref(snapshot)};
    loop_post_lent(w->loop, &s->post, swap_run, s);
}

// Makes `fresh` (a reference is taken over) the current snapshot everywhere.
static void snapshot_install(struct gate *g, struct snapshot *fresh)
{
    fresh->locals = g->locals;
    fresh->thrifts = g->thrifts;
    fresh->habits = g->habits;
    fresh->turns = g->turns;
    fresh->standings = g->standings;
    fresh->sessions = g->sessions;
    fresh->keepers = g->keepers;
    pthread_mutex_lock(&g->lock);
    struct snapshot *previous = g->snapshot;
    g->snapshot = fresh;
    pthread_mutex_unlock(&g->lock);
    if (fresh->budgets != previous->budgets) // they hold before the first call that knows them
        budgets_terms(g->budgets, fresh->budgets, fresh->budget_count, clock_wall_us());
    for (unsigned i = 0; i < g->worker_count; i++)
        swap_post(&g->workers[i], fresh);
    snapshot_free(previous);
}

enum status gate_keys_changed(struct gate *g, struct why *why)
{
    struct snapshot *base = gate_snapshot(g);
    struct snapshot *fresh = NULL;
    enum status s = snapshot_with_keys(base, g->setup->store, g->pepper, &fresh, why);
    snapshot_free(base);
    if (s == STATUS_OK)
        snapshot_install(g, fresh);
    return s;
}

enum status gate_budgets_changed(struct gate *g, struct why *why)
{
    struct snapshot *base = gate_snapshot(g);
    struct snapshot *fresh = NULL;
    enum status s = snapshot_with_budgets(base, g->setup->store, g->pepper, &fresh, why);
    if (s == STATUS_OK) {
        takeover_log(base, fresh, g->setup->store);
        snapshot_install(g, fresh);
    }
    snapshot_free(base);
    return s;
}

struct learned_chore {
    struct chore chore;
    struct gate *gate;
};

static void learned_run(struct chore *c)
{
    struct learned_chore *l = list_of(c, struct learned_chore, chore);
    struct gate *g = l->gate;
    struct snapshot *base = gate_snapshot(g), *fresh = NULL;
    struct why why;
    if (snapshot_with_keys(base, g->setup->store, g->pepper, &fresh, &why) == STATUS_OK) {
        fresh->locals = g->locals; // what they have is proposed
        learning_read(fresh, base, g->setup->store);
        snapshot_install(g, fresh);
    } else {
        log_say(LOG_ERROR, "what routes have learned cannot be used: %s", why.text);
    }
    snapshot_free(base);
    heap_free(l);
}

void gate_learned_changed(struct gate *g)
{
    struct learned_chore *l = alloc_must(sizeof *l);
    *l = (struct learned_chore){.gate = g, .chore = {.run = learned_run}};
    list_init(&l->chore.link);
    chores_add(&g->chores[CHORE_BRIEF], &l->chore);
}

// What a running process cannot change stays as it is, and that is said.
static enum status config_fresh(struct gate *g, struct config **out, struct buf *waiting,
                                struct why *why)
{
    struct snapshot *now = gate_snapshot(g);
    struct config_source source = g->setup->source;
    source.running = now->config;
    enum status s = config_read(&source, out, why);
    if (s == STATUS_OK && !fixed_keep(*out, now->config, waiting)) {
        config_free(*out);
        s = why_set(why, STATUS_NO_MEMORY, "out of memory");
    }
    snapshot_free(now);
    return s;
}

static void warn_twin(void *context, int line, struct str text)
{
    const struct config *c = context;
    log_say(LOG_WARN, "%.*s:%d: %.*s", STR_ARG(c->file), line, STR_ARG(text));
}

// What is taken, and most likely a slip.
static void warn(const struct snapshot *s)
{
    struct buf text;
    buf_init(&text, &alloc_heap, KIB);
    absent_log(s);
    config_twins(s->config, s->catalog, warn_twin, s->config);
    if (budget_crowd(s->budgets, s->budget_count, &text))
        log_say(LOG_WARN, "%s", buf_cstr(&text));
    for (size_t i = 0; i < s->budget_count; i++) {
        buf_clear(&text);
        if (budget_never_grows(&s->budgets[i], s->budgets, s->budget_count, s->config->org, &text))
            log_say(LOG_WARN, "%s", buf_cstr(&text));
    }
    buf_fini(&text);
}

enum status gate_reload(struct gate *g, struct why *why)
{
    struct config *config = NULL;
    struct snapshot *fresh = NULL;
    struct buf waiting;
    buf_init(&waiting, &alloc_heap, KIB);
    enum status s = config_fresh(g, &config, &waiting, why);
    if (s == STATUS_OK)
        s = snapshot_new(config, g->setup->store, g->pepper, &fresh, why);
    if (s == STATUS_OK) {
        struct snapshot *old = gate_snapshot(g);
        fresh->locals = g->locals;
        learning_read(fresh, old, g->setup->store);
        takeover_log(old, fresh, g->setup->store);
        warn(fresh);
        snapshot_free(old);
        snapshot_install(g, fresh);
    }
    if (s != STATUS_OK)
        log_say(LOG_ERROR, "reload: %s; the running configuration stays", why->text);
    else if (waiting.len)
        log_say(LOG_WARN, "reload: the new configuration holds, but for what needs a restart: %s",
                buf_cstr(&waiting));
    else
        log_say(LOG_INFO, "reload: the new configuration holds");
    buf_fini(&waiting);
    return s;
}

// --- life ---

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

struct reload_chore {
    struct chore chore;
    struct gate *gate;
};

static void reload_run(struct chore *c)
{
    struct reload_chore *r = list_of(c, struct reload_chore, chore);
    struct why why = {0};
    __atomic_store_n(&r->gate->reload_waits, 0, __ATOMIC_RELEASE);
    enum status ignored = gate_reload(r->gate, &why); // it has logged
    (void)ignored;
    heap_free(r);
}

static void reload_later(struct gate *g)
{
    if (__atomic_exchange_n(&g->reload_waits, 1, __ATOMIC_ACQ_REL))
        return;
    struct reload_chore *r = alloc_must(sizeof *r);
    r->gate = g;
    r->chore.run = reload_run;
    list_init(&r->chore.link);
    chores_add(&g->chores[CHORE_BRIEF], &r->chore);
}

static void wait_for_end(struct gate *g)
{
    int signal_number = 0;
    while (sigwait(&g->signals, &signal_number) == 0 && signal_number == SIGHUP)
        reload_later(g);
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

static void recall_later(struct gate *g)
{
    g->began_us = clock_wall_us();
    g->recalling.run = recall_run;
    list_init(&g->recalling.link);
    chores_add(&g->chores[CHORE_LONG], &g->recalling);
}

static enum status gate_open(struct gate *g, struct why *why)
{
    enum status s = gate_pepper(g->setup->config->state, g->setup->store, g->pepper, why);
    if (s != STATUS_OK) {
        config_free(g->setup->config);
        return s;
    }
    defined_tidy(g->setup->store);
    s = snapshot_new(g->setup->config, g->setup->store, g->pepper, &g->snapshot, why);
    if (s == STATUS_OK) {
        warn(g->snapshot);
        g->snapshot->locals = g->locals = locals_new();
        learning_read(g->snapshot, NULL, g->setup->store);
        g->snapshot->thrifts = g->thrifts = thrifts_new();
        g->snapshot->habits = g->habits = habits_new();
        g->snapshot->turns = g->turns = turns_new();
        g->snapshot->standings = g->standings = standings_new();
        g->snapshot->sessions = g->sessions = sessions_new();
        g->snapshot->keepers = g->keepers = sessions_new();
        g->cascades = cascades_new();
        g->drawn = drawn_new();
        g->budgets = budgets_new(g->setup->store, news_tell, g);
        if (g->budgets)
            budgets_terms(g->budgets, g->snapshot->budgets, g->snapshot->budget_count,
                          clock_wall_us());
        bool fine = g->locals && g->thrifts && g->habits && g->turns && g->standings &&
                    g->sessions && g->keepers && g->cascades && g->drawn && g->budgets;
        s = fine ? tls_open(g, why) : why_set(why, STATUS_NO_MEMORY, "out of memory");
    }
    if (s == STATUS_OK)
        s = workers_open(g, why);
    for (int i = 0; s == STATUS_OK && i < CHORE_KINDS; i++)
        if (!chores_start(&g->chores[i]))
            s = why_set(why, STATUS_NO_MEMORY, "no thread could be started");
    if (s != STATUS_OK)
        return s;
    recall_later(g);
    return g->setup->annex->open(g, &g->workers[0], &g->annex, why);
}

static void gate_close(struct gate *g)
{
    for (int i = 0; i < CHORE_KINDS; i++)
        chores_stop(&g->chores[i]);
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
