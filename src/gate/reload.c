// SPDX-License-Identifier: Apache-2.0

#include "gate/reload.h"

#include "base/clock.h"
#include "base/log.h"
#include "gate/budgets.h"
#include "gate/fixed.h"
#include "gate/gate_part.h"
#include "gate/gate_state.h"
#include "gate/slips.h"
#include "gate/takeover.h"
#include "gate/worker.h"
#include "net/loop.h"

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
        slips_config_log(fresh->config, old->config);
        slips_log(fresh);
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

void gate_reload_later(struct gate *g)
{
    if (__atomic_exchange_n(&g->reload_waits, 1, __ATOMIC_ACQ_REL))
        return;
    struct reload_chore *r = alloc_must(sizeof *r);
    r->gate = g;
    r->chore.run = reload_run;
    list_init(&r->chore.link);
    chores_add(&g->chores[CHORE_BRIEF], &r->chore);
}
