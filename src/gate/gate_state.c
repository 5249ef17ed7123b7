// SPDX-License-Identifier: Apache-2.0

#include "gate/gate_state.h"

#include <malloc.h>

#include "base/clock.h"
#include "gate/budgets.h"
#include "gate/gate_part.h"
#include "gate/view.h"
#include "gate/worker.h"
#include "net/loop.h"

#define STUCK_US SECOND_US
#define TIDY_US  (60 * SECOND_US)

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
