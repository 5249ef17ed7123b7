// SPDX-License-Identifier: Apache-2.0
//
// route - which provider, which model there, at which price.

#include "base/limits.h"
#include "request/availability.h"
#include "request/inner.h"
#include "request/keeper.h"
#include "request/listing.h"
#include "request/matching.h"
#include "request/plan.h"
#include "request/shadowing.h"
#include "request/translation.h"

const struct sheet *route_sheet(const struct req *r, struct str model)
{
    const struct sheet *sheet = provider_sheet(r->view->snapshot, r->attempt.provider, model);
    return sheet ? sheet_at(sheet, r->start_us) : NULL;
}

static void on_list(struct asker *a)
{
    req_run(list_of(a, struct req, asker));
}

static struct asker *asker_of(struct req *r)
{
    list_pull(&r->asker.link);
    r->asker.wake = on_list;
    return &r->asker;
}

bool route_waits(struct req *r)
{
    return asking_wait(r->worker, r->view, asker_of(r));
}

bool route_waits_first(struct req *r)
{
    return !view_heard(r->view) && asking_first(r->worker, r->view, asker_of(r));
}

static enum flow end(struct req *r)
{
    r->attempt.provider = &r->view->snapshot->config->providers[r->attempt.target.provider];
    r->attempt.sheet = route_sheet(r, r->attempt.target.model);
    return NEXT;
}

// One of our own names its provider and model.
static enum flow inner_route(struct req *r)
{
    const struct wanted wanted = {.key = r->key,
                                  .dialect = r->dialect,
                                  .model = r->inner->full,
                                  .others = translation_dialects(r->found.endpoint)};
    r->attempt.entry.model_asked = r->inner->full;
    enum refusal refusal =
        resolve_full(r->view->snapshot, &wanted, r->inner->full, &r->attempt.target);
    r->attempt.target.reason = "asked";
    return refusal == REFUSAL_NONE
               ? end(r)
               : req_refuse(r, refusal, "\"%.*s\" cannot be asked.", STR_ARG(r->inner->full));
}

enum flow step_route(struct req *r)
{
    if (r->inner)
        return inner_route(r);
    struct str asked = arena_dup(&r->arena, r->ask.demand.model);
    r->attempt.entry.model_asked = asked;
    if (listing_shows(r) == END)
        return END;
    keeper_find(r);
    r->confined = asked.len ? matching_confined(r) : NULL;
    enum flow planned = plan_make(r);
    if (planned == NEXT && r->plan)
        shadowing_begin(r);
    if (planned != NEXT || r->plan)
        return planned == NEXT ? end(r) : planned;
    struct buf detail;
    buf_init(&detail, &alloc_heap, 2 * KIB);
    struct wanted wanted = {.key = r->key,
                            .dialect = r->dialect,
                            .model = asked,
                            .others = translation_dialects(r->found.endpoint),
                            .all = r->found.endpoint == ENDPOINT_OLLAMA_TAGS ||
                                   r->found.endpoint == ENDPOINT_OLLAMA_PS,
                            .confined = r->confined};
    enum refusal refusal = resolve(r->view->snapshot, &wanted, &r->attempt.target, &detail);
    if ((refusal != REFUSAL_NONE || r->attempt.target.guess) && route_waits(r)) {
        buf_fini(&detail);
        return WAIT;
    }
    if (refusal == REFUSAL_NOT_LOCAL)
        buf_printf(&detail,
                   "The route \"%.*s\" is local_only and takes this call, whatever model it names.",
                   STR_ARG(r->confined->name));
    if (refusal != REFUSAL_NONE) {
        enum flow flow = req_refuse(r, refusal, "%.*s", STR_ARG(buf_str(&detail)));
        buf_fini(&detail);
        return flow;
    }
    buf_fini(&detail);
    availability_pick(r, &wanted, &r->attempt.target);
    return end(r);
}
