// SPDX-License-Identifier: Apache-2.0

#include "request/sticky.h"

#include "base/map.h"
#include "gate/sessions.h"

struct str sticky_named(const struct req *r)
{
    const struct config_route *route = r->plan->route;
    const bool by_tag = route->sticky == CONFIG_STICKY_TAG;
    return tags_get(&r->attempt.entry.tags, by_tag ? route->sticky_tag.ptr : "session");
}

static struct str value_of(const struct req *r, const struct config_route *route)
{
    const struct tags *tags = &r->attempt.entry.tags;
    if (route->sticky == CONFIG_STICKY_TAG)
        return tags_get(tags, route->sticky_tag.ptr);
    return r->key->user.len ? r->key->user : tags_get(tags, "user");
}

// 0: the call is of none. A key's sessions are its own.
static uint64_t session_of(const struct req *r, const struct plan *p)
{
    const struct config_route *route = p->route;
    if (route->sticky == CONFIG_STICKY_NONE)
        return 0;
    uint64_t whose = map_hash(route->name) * 3 ^ map_hash(r->key->name) * 5;
    if (route->sticky == CONFIG_STICKY_CONVERSATION)
        return p->opening.conversation ? p->opening.conversation ^ whose : 0;
    struct str value = value_of(r, route);
    return value.len ? map_hash(value) ^ whose : 0;
}

struct candidate *sticky_find(const struct req *r, const struct plan *p)
{
    uint64_t session = session_of(r, p);
    uint64_t model = session ? sessions_find(r->view->snapshot->sessions, session,
                                             p->route->sticky_ms, r->start_mono_us)
                             : 0;
    for (unsigned i = 0; i < p->count && model; i++) {
        if (!p->list[i].out && sessions_model(p->list[i].full) == model)
            return &p->list[i];
    }
    return NULL;
}

void sticky_keep(const struct req *r)
{
    const struct plan *p = r->plan;
    uint64_t session = p && r->attempt.entry.outcome == OUTCOME_OK ? session_of(r, p) : 0;
    if (session)
        sessions_keep(r->view->snapshot->sessions, session,
                      sessions_model(p->list[r->attempt.target.place].full), r->start_mono_us);
}
