// SPDX-License-Identifier: Apache-2.0

#include "panel/builtin.h"

#include "base/limits.h"
#include "gate/gate.h"
#include "gate/proposal.h"

enum status builtin_open(struct builtin *b, const struct verb_call *c, struct why *why)
{
    *b = (struct builtin){.is_own = !c->gate};
    b->own.config = (struct config *)(uintptr_t)c->config; // neither is changed
    b->own.catalog = (struct catalog *)(uintptr_t)c->catalog;
    arena_init(&b->arena, &alloc_heap, 4 * KIB, 16 * MIB);
    if (b->is_own)
        b->own.proposal = proposal_new(&b->own);
    b->now = b->is_own ? &b->own : gate_snapshot(c->gate);
    b->route = b->now->proposal ? proposal_auto(b->now, &b->arena) : NULL;
    b->routes = b->route ? proposal_routes(b->now, &b->arena) : NULL;
    return b->routes ? STATUS_OK : why_set(why, STATUS_NO_MEMORY, "out of memory");
}

void builtin_close(struct builtin *b)
{
    if (b->is_own)
        proposal_free(b->own.proposal);
    else
        snapshot_free(b->now);
    arena_fini(&b->arena);
}
