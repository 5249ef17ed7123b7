// SPDX-License-Identifier: Apache-2.0

#include "request/matching.h"

#define BYTES_PER_TOKEN 4

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
    const struct head *h = exchange_request(r->x);
    for (unsigned i = 0; i < m->header_count; i++) {
        struct str value = head_get(h, m->headers[i].name.ptr, NULL);
        if (!value.ptr || !str_glob(m->headers[i].value, value))
            return false;
    }
    return true;
}

bool matching(const struct req *r, const struct config_match *m)
{
    if (m->any)
        return true;
    int64_t tokens = (r->ask.demand.text_bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
    return tokens >= m->tokens_least && tokens <= m->tokens_most &&
           fits_any(m->keys, m->key_count, r->key->name) &&
           fits_any(m->teams, m->team_count, team_of(r)) && fits_tags(r, m) && fits_headers(r, m);
}
