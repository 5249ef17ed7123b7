// SPDX-License-Identifier: Apache-2.0
//
// admit - may the call be made now? The ledger must be writable, or nothing is sent: a call that
// cannot be booked is not made. Nor is one that would be cut at once.

#include <string.h>

#include "gate/gate_state.h"
#include "request/captured.h"
#include "request/inner.h"
#include "request/plan.h"
#include "request/req.h"

static void captured(const struct req *r, struct usage *out)
{
    const struct reservation *v = &r->attempt.reservation;
    const struct captured_call c = {.endpoint = r->found.endpoint,
                                    .demand = &r->ask.demand,
                                    .sheet = r->attempt.sheet,
                                    .flags = attempt_flags(&r->attempt),
                                    .input_most = v->input,
                                    .output_most = v->output};
    captured_usage(&c, out);
}

// Most bounds allow what the entry says already, at the price that it has.
void admit_capture(struct req *r)
{
    struct usage *now = &r->attempt.entry.usage;
    struct usage u;
    captured(r, &u);
    if (memcmp(u.count, now->count, sizeof u.count) == 0 && u.prompt == now->prompt &&
        u.uncounted == now->uncounted)
        return;
    *now = u;
    settle_price(r);
}

void admit_who(struct req *r)
{
    struct entry *e = &r->attempt.entry;
    const struct key *k = r->key;
    e->tenant = k->tenant;
    e->team = k->team;
    e->project = k->project;
    e->key = k->name;
    e->user =
        k->user.len ? k->user : arena_dup(&r->arena, tags_get(&r->attempt.entry.tags, "user"));
    if (e->team.len == 0)
        e->team = tags_get(&r->attempt.entry.tags, "team");
    if (e->project.len == 0)
        e->project = tags_get(&r->attempt.entry.tags, "project");
}

void admit_entry(struct req *r)
{
    struct entry *e = &r->attempt.entry;
    admit_who(r);
    e->id = r->id;
    e->start_us = r->start_us;
    e->provider = r->attempt.provider->name;
    e->model = arena_dup(&r->arena, r->attempt.target.model);
    r->attempt.target.model = e->model;
    e->endpoint = str_of(endpoint_name(r->found.endpoint));
    e->route = r->inner  ? r->inner->word
               : r->plan ? plan_word(r)
                         : str_of(r->attempt.target.reason);
    e->stream = r->ask.demand.stream;
    e->outcome = OUTCOME_UNKNOWN;
    e->price_version = catalog_version(r->view->snapshot->catalog);
    captured(r, &e->usage);
    settle_price(r);
    plan_record(r);
}

enum refusal admit_refuses(struct req *r, const char **detail)
{
    const struct config *c = r->view->snapshot->config;
    if (r->worker->cut) {
        *detail = "`drain` was over before it was sent to a provider.";
        return REFUSAL_STOPPING;
    }
    if (!c->on_store_failure_allow && !store_healthy(gate_store(r->worker->gate))) {
        *detail = "on_store_failure is \"block\": nothing is sent that could not be booked.";
        return REFUSAL_STORE;
    }
    if (gate_buffers_exceeded(r->worker->gate)) {
        *detail = "limits.buffers is reached.";
        return REFUSAL_OVERLOAD;
    }
    return REFUSAL_NONE;
}

enum flow step_admit(struct req *r)
{
    const char *detail = NULL;
    enum refusal refusal = admit_refuses(r, &detail);
    if (refusal != REFUSAL_NONE)
        return req_refuse(r, refusal, "%s", detail);
    r->input_bytes = r->ask.demand.text_bytes;
    r->attempt.tried = 1;
    admit_entry(r);
    return NEXT;
}
