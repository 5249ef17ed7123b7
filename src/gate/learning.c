// SPDX-License-Identifier: Apache-2.0

#include "gate/learning.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "gate/gate_state.h"
#include "gate/learned.h"
#include "gate/proposal.h"
#include "gate/reload.h"
#include "gate/study.h"

#define STUDY_US (60 * SECOND_US)
#define ROOM     (4 * (size_t)MIB) // of routes with the models of their tiers

static bool study_one(const struct snapshot *s, const struct config_route *r, struct store *store)
{
    struct why why;
    bool changed = false;
    const struct study wish = {r, s->config->state, store, false};
    if (study(&wish, &changed, &why) != STATUS_OK)
        log_say(LOG_ERROR, "route %.*s: it has not learned: %s", STR_ARG(r->name), why.text);
    return changed;
}

static void run(struct chore *c)
{
    struct learning *l = list_of(c, struct learning, chore);
    struct gate *g = l->gate;
    struct snapshot *s = gate_snapshot(g);
    struct arena arena;
    arena_init(&arena, &alloc_heap, 4 * KIB, ROOM);
    const struct config_route *routes = proposal_routes(s, &arena);
    bool any = false;
    for (unsigned i = 0; routes && i < s->config->route_count && !gate_draining(g); i++) {
        any |= study_one(s, &routes[i], gate_store(g));
        any |= !learned_fits(s->learned, &routes[i]); // other models are proposed by now
    }
    arena_fini(&arena);
    snapshot_free(s);
    if (any && !gate_draining(g))
        gate_learned_changed(g);
    __atomic_store_n(&l->waits, 0, __ATOMIC_RELEASE);
}

void learning_tick(struct learning *l, struct gate *g, int64_t now_us)
{
    if (now_us - l->at_us < STUDY_US || gate_draining(g) ||
        __atomic_exchange_n(&l->waits, 1, __ATOMIC_ACQ_REL))
        return;
    l->at_us = now_us;
    l->gate = g;
    l->chore.run = run;
    list_init(&l->chore.link);
    chores_add(gate_chores(g, CHORE_LONG), &l->chore);
}

void learning_read(struct snapshot *fresh, const struct snapshot *before, struct store *store)
{
    const struct config *c = fresh->config;
    struct learned *learned = NULL;
    struct why why;
    struct arena arena;
    arena_init(&arena, &alloc_heap, 4 * KIB, ROOM);
    const struct learned_from from = {proposal_routes(fresh, &arena), c->route_count, c->state,
                                      store, before ? before->learned : NULL};
    enum status s = from.routes ? learned_new(&from, &learned, &why)
                                : why_set(&why, STATUS_NO_MEMORY, "out of memory");
    if (s != STATUS_OK) {
        log_say(LOG_ERROR, "what routes have learned cannot be read: %s", why.text);
        learned = from.routes ? learned_kept(&from) : NULL;
    }
    arena_fini(&arena);
    if (!learned && before && before->config == c)
        return; // what fresh has of `before` is of the same promises
    learned_free(fresh->learned);
    fresh->learned = learned;
}
