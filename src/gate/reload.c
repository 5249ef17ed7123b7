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

struct swap { // of a worker's
    struct post post;
    struct worker *worker;
    struct snapshot *snapshot;
    struct swap *next;
};

static void swap_run(void *argument)
{
    struct swap *s = argument;
    worker_swap(s->worker, s->snapshot);
    snapshot_free(s->snapshot);
    heap_free(s);
}

static void swaps_free(struct swap *all)
{
    while (all) {
        struct swap *next = all->next;
        snapshot_free(all->snapshot);
        heap_free(all);
        all = next;
    }
}

// One of each worker: all are there before any is posted. False without memory.
static bool swaps_new(struct gate *g, struct snapshot *snapshot, struct swap **out)
{
    struct swap *all = NULL;
    for (unsigned i = g->worker_count; i-- > 0;) {
        struct swap *s = alloc_get(&alloc_heap, sizeof *s);
        if (!s) {
            swaps_free(all);
            return false;
        }
        *s = (struct swap){
            .worker = &g->workers[i], .snapshot = snapshot_ref(snapshot), .next = all};
        all = s;
    }
    *out = all;
    return true;
}

void gate_lend(const struct gate *g, struct snapshot *s)
{
    s->locals = g->locals;
    s->thrifts = g->thrifts;
    s->habits = g->habits;
    s->turns = g->turns;
    s->standings = g->standings;
    s->sessions = g->sessions;
    s->keepers = g->keepers;
}

// Makes `fresh` the current snapshot everywhere. The caller keeps his reference. NO_MEMORY: nothing
// has changed.
static enum status snapshot_install(struct gate *g, struct snapshot *fresh, struct why *why)
{
    struct swap *swaps = NULL;
    if (!swaps_new(g, fresh, &swaps))
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    pthread_mutex_lock(&g->lock);
    struct snapshot *previous = g->snapshot;
    g->snapshot = snapshot_ref(fresh);
    pthread_mutex_unlock(&g->lock);
    if (fresh->budgets != previous->budgets) { // they hold before the first call that knows them
        budgets_terms(g->budgets, fresh->budgets, fresh->budget_count, clock_wall_us());
        gate_recall_spent(g, fresh);
    }
    while (swaps) {
        struct swap *s = swaps;
        swaps = s->next;
        loop_post_lent(s->worker->loop, &s->post, swap_run, s);
    }
    snapshot_free(previous);
    return STATUS_OK;
}

typedef enum status snapshot_f(struct snapshot *base, struct store *store, const uint8_t pepper[32],
                               struct snapshot **out, struct why *why);

static enum status renew(struct gate *g, snapshot_f *make, struct why *why)
{
    struct snapshot *base = gate_snapshot(g), *fresh = NULL;
    enum status s = make(base, g->setup->store, g->pepper, &fresh, why);
    if (s == STATUS_OK)
        s = snapshot_install(g, fresh, why);
    if (s == STATUS_OK && fresh->budgets != base->budgets)
        takeover_log(base, fresh, g->setup->store);
    snapshot_free(fresh);
    snapshot_free(base);
    return s;
}

enum status gate_keys_changed(struct gate *g, struct why *why)
{
    return renew(g, snapshot_with_keys, why);
}

enum status gate_budgets_changed(struct gate *g, struct why *why)
{
    return renew(g, snapshot_with_budgets, why);
}

static void relearn(struct chore *c)
{
    struct gate *g = list_of(c, struct gate, relearning);
    __atomic_store_n(&g->relearn_waits, 0, __ATOMIC_RELEASE);
    struct snapshot *base = gate_snapshot(g), *fresh = NULL;
    struct why why;
    enum status s = snapshot_with_keys(base, g->setup->store, g->pepper, &fresh, &why);
    if (s == STATUS_OK) {
        learning_read(fresh, base, g->setup->store);
        s = snapshot_install(g, fresh, &why);
    }
    if (s != STATUS_OK)
        log_say(LOG_ERROR, "what routes have learned cannot be used: %s", why.text);
    snapshot_free(fresh);
    snapshot_free(base);
}

void gate_learned_changed(struct gate *g)
{
    if (__atomic_exchange_n(&g->relearn_waits, 1, __ATOMIC_ACQ_REL))
        return;
    g->relearning.run = relearn;
    list_init(&g->relearning.link);
    chores_add(&g->chores[CHORE_BRIEF], &g->relearning);
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

static void tell_difference(const struct snapshot *old, const struct snapshot *fresh,
                            struct store *store)
{
    takeover_log(old, fresh, store);
    slips_config_log(fresh->config, old->config);
    slips_log(fresh);
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
        gate_lend(g, fresh);
        learning_read(fresh, old, g->setup->store);
        s = snapshot_install(g, fresh, why);
        if (s == STATUS_OK)
            tell_difference(old, fresh, g->setup->store);
        snapshot_free(old);
        snapshot_free(fresh);
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

static void reload_run(struct chore *c)
{
    struct gate *g = list_of(c, struct gate, reloading);
    struct why why = {0};
    __atomic_store_n(&g->reload_waits, 0, __ATOMIC_RELEASE);
    enum status ignored = gate_reload(g, &why); // it has logged
    (void)ignored;
}

void gate_reload_later(struct gate *g)
{
    if (__atomic_exchange_n(&g->reload_waits, 1, __ATOMIC_ACQ_REL))
        return;
    g->reloading.run = reload_run;
    list_init(&g->reloading.link);
    chores_add(&g->chores[CHORE_BRIEF], &g->reloading);
}
