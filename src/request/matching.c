// SPDX-License-Identifier: Apache-2.0

#include "request/matching.h"

#include "base/digest.h"
#include "base/limits.h"
#include "base/pattern.h"
#include "core/said.h"

#define BYTES_PER_TOKEN 4
#define EARLIER_MAX     64 // texts of earlier messages that are looked at

static bool fits_any(const struct str *patterns, unsigned count, struct str value)
{
    for (unsigned i = 0; i < count; i++) {
        if (value.len && str_glob(patterns[i], value))
            return true;
    }
    return count == 0;
}

static struct str team_of(const struct req *r)
{
    return r->key->team.len ? r->key->team : tags_get(&r->attempt.entry.tags, "team");
}

static bool fits_tags(const struct req *r, const struct config_match *m)
{
    const struct tags *tags = &r->attempt.entry.tags;
    for (unsigned i = 0; i < m->tag_count; i++) {
        const char *name = m->tags[i].name.ptr;
        if (!tags_has(tags, m->tags[i].name) || !str_glob(m->tags[i].value, tags_get(tags, name)))
            return false;
    }
    return true;
}

static bool fits_headers(const struct req *r, const struct config_match *m)
{
    for (unsigned i = 0; i < m->header_count; i++) {
        struct str value = head_get(exchange_request(r->x), m->headers[i].name.ptr, NULL);
        if (!value.ptr || !str_glob(m->headers[i].value, value))
            return false;
    }
    return true;
}

// --- what it says ---

// Instructions as one text; those of several messages or parts have a line break between them.
static bool join_system(void *context, const struct saying *s)
{
    struct buf *all = context;
    if (s->by != SPEAKER_SYSTEM)
        return true; // some speak later
    if (all->len)
        buf_add_char(all, '\n');
    buf_add(all, s->text);
    return true;
}

// In hexadecimal digits; empty where there are none, or nobody could tell.
static struct str digest(struct req *r)
{
    uint8_t bytes[DIGEST_BYTES];
    char hex[2 * DIGEST_BYTES];
    struct buf all;
    buf_init(&all, &alloc_heap, BODY_BYTES_MAX);
    said_each(json_root(r->ask.json), join_system, &all);
    bool known = all.len && !buf_failed(&all) && digest_sha256(buf_str(&all), bytes);
    buf_fini(&all);
    if (!known)
        return (struct str)STR("");
    hex_write(bytes, sizeof bytes, hex);
    return arena_dup(&r->arena, str_from(hex, sizeof hex));
}

static bool fits_system(struct req *r, const struct config_match *m)
{
    if (m->system_count > 0 && !r->system.ptr)
        r->system = digest(r);
    for (unsigned i = 0; i < m->system_count; i++) {
        if (str_starts_nocase(r->system, m->systems[i]))
            return true;
    }
    return m->system_count == 0;
}

struct newest {
    const struct config_match *match;
    unsigned message; // whose texts were looked at last
    unsigned looks;   // so many texts were
    bool fits;
};

// The user's newest message decides; or an earlier one, if it is among the first.
static bool look(void *context, const struct saying *s)
{
    struct newest *n = context;
    if (s->by != SPEAKER_USER)
        return true;
    if (s->message != n->message)
        n->fits = false;
    n->message = s->message;
    for (unsigned i = 0; i < n->match->pattern_count && !n->fits; i++)
        n->fits = pattern_fits(n->match->patterns[i], s->text);
    n->looks++;
    return !(n->fits && n->match->earlier && n->looks <= EARLIER_MAX);
}

static bool fits_text(const struct req *r, const struct config_match *m)
{
    struct newest newest = {.match = m};
    if (m->pattern_count)
        said_each(json_root(r->ask.json), look, &newest);
    return m->pattern_count == 0 || newest.fits;
}

int64_t matching_tokens(const struct req *r)
{
    return (r->ask.demand.text_bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
}

// What costs least is asked first.
bool matching(struct req *r, const struct config_match *m)
{
    if (m->any)
        return true;
    int64_t tokens = matching_tokens(r);
    return tokens >= m->tokens_least && tokens <= m->tokens_most &&
           fits_any(m->keys, m->key_count, r->key->name) &&
           fits_any(m->teams, m->team_count, team_of(r)) && fits_tags(r, m) && fits_headers(r, m) &&
           fits_system(r, m) && fits_text(r, m);
}

const struct config_route *matching_confined(struct req *r)
{
    const struct config *c = r->view->snapshot->config;
    for (unsigned i = 0; i < c->route_count; i++) {
        const struct config_route *route = &c->routes[i];
        if (route->local_only && !route->match.any && matching(r, &route->match))
            return route;
    }
    return NULL;
}
