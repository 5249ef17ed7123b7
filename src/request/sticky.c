// SPDX-License-Identifier: Apache-2.0

#include "request/sticky.h"

#include "base/map.h"
#include "gate/sessions.h"

static struct str value_of(const struct req *r, const struct config_route *route)
{
    const struct tags *tags = &r->attempt.entry.tags;
    if (route->sticky == CONFIG_STICKY_TAG)
        return tags_get(tags, route->sticky_tag.ptr);
    return r->key->user.len ? r->key->user : tags_get(tags, "user");
}

void sticky_name(const struct req *r, struct plan *p)
{
    const struct config_route *route = p->route;
    struct conversation *to = &p->session;
    const uint64_t whose = map_hash(route->name) * 3 ^ map_hash(r->key->name) * 5;
    *to = (struct conversation){.keep = 0};
    if (route->sticky == CONFIG_STICKY_NONE)
        return;
    const struct str value = value_of(r, route);
    if (route->sticky == CONFIG_STICKY_CONVERSATION)
        conversation_read(r, p->opening.conversation ? p->opening.conversation ^ whose : 0, value,
                          to);
    else if (value.len)
        to->find[0] = to->keep = map_hash(value) ^ whose;
}

// A session has the number of its model, and in one bit of it whether it has risen.
#define RISEN UINT64_C(2)

static uint64_t number_of(const struct candidate *c)
{
    return sessions_model(c->full) & ~RISEN;
}

static uint64_t find(const struct req *r, const struct plan *p)
{
    uint64_t stood = 0;
    for (unsigned i = 0; i < 2 && p->session.find[i] && !stood; i++)
        stood = sessions_find(r->view->snapshot->sessions, p->session.find[i], p->route->sticky_ms,
                              r->start_mono_us);
    return stood;
}

struct candidate *sticky_find(const struct req *r, const struct plan *p, bool *risen)
{
    uint64_t stood = find(r, p);
    *risen = stood & RISEN;
    for (unsigned i = 0; i < p->count && stood; i++) {
        if (!p->list[i].out && number_of(&p->list[i]) == (stood & ~RISEN))
            return &p->list[i];
    }
    return NULL;
}

// The side at which its session stood, whatever its model can take.
static enum side side_stood(const struct plan *p, uint64_t stood)
{
    for (unsigned i = 0; i < p->count && stood; i++) {
        if (number_of(&p->list[i]) == (stood & ~RISEN))
            return p->list[i].side;
    }
    return SIDE_NONE;
}

// The answer comes from its side since that was thought to be the right one, or the other was seen
// not to be: not since others have failed, cannot take the call, or are passed over.
static bool is_meant(const struct req *r, const struct candidate *c)
{
    const struct choice_made *made = &r->plan->choice;
    if (r->attempt.escalated)
        return c->side == SIDE_LARGE;
    return c->side == made->side && made->why != CHOICE_WHY_ONLY &&
           made->why != CHOICE_WHY_CERTIFIED_PASSED;
}

// What the session has from now on, which stood there: a number, or 0, nothing.
static uint64_t next_of(const struct req *r, uint64_t stood)
{
    const struct plan *p = r->plan;
    const struct candidate *c = &p->list[r->attempt.target.place];
    const enum side side = side_stood(p, stood);
    if (is_meant(r, c))
        return number_of(c) | (c->side == SIDE_LARGE ? RISEN : 0);
    if (side == c->side)
        return number_of(c) | (stood & RISEN);
    const bool only = p->choice.why == CHOICE_WHY_ONLY && p->choice.side == c->side;
    return side == SIDE_NONE && only ? number_of(c) : stood;
}

void sticky_keep(const struct req *r)
{
    const struct plan *p = r->plan;
    if (!p || !p->session.keep || r->attempt.entry.outcome != OUTCOME_OK)
        return;
    // What a call that is looked up nowhere finds where it is kept is another conversation's.
    uint64_t next = next_of(r, find(r, p));
    if (next || !p->session.find[0])
        sessions_keep(r->view->snapshot->sessions, p->session.keep, next, r->start_mono_us);
}
