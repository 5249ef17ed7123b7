// SPDX-License-Identifier: Apache-2.0

#include "request/matched.h"

#define BYTES_PER_TOKEN 4

static int64_t tokens_in(const struct req *r)
{
    return (r->ask.demand.text_bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
}

static void next(struct buf *out, const char *word)
{
    buf_printf(out, "%s%s ", out->len ? ", " : "", word);
}

static void write_tags(const struct req *r, const struct config_match *m, struct buf *out)
{
    for (unsigned i = 0; i < m->tag_count; i++) {
        const char *name = m->tags[i].name.ptr;
        next(out, "tag");
        buf_printf(out, "%s=%.*s", name, STR_ARG(tags_get(&r->attempt.entry.tags, name)));
    }
}

static void write_tokens(const struct req *r, const struct config_match *m, struct buf *out)
{
    if (m->tokens_least == 0 && m->tokens_most == INT64_MAX)
        return;
    buf_printf(out, "%s%lld tokens in (", out->len ? ", " : "", (long long)tokens_in(r));
    if (m->tokens_least > 0)
        buf_printf(out, "from %lld%s", (long long)m->tokens_least,
                   m->tokens_most < INT64_MAX ? " " : "");
    if (m->tokens_most < INT64_MAX)
        buf_printf(out, "up to %lld", (long long)m->tokens_most);
    buf_add_char(out, ')');
}

// Of several which one fits is not asked again.
static void write_one_of(struct buf *out, const char *word, unsigned count, struct str only)
{
    if (count == 0)
        return;
    next(out, word);
    if (count > 1)
        buf_printf(out, "one of %u", count);
    else
        buf_add(out, only);
}

void matched_write(const struct req *r, const struct config_match *m, struct buf *out)
{
    if (m->key_count > 0) {
        next(out, "key");
        buf_add(out, r->key->name);
    }
    if (m->team_count > 0) {
        next(out, "team");
        buf_add(out, r->key->team.len ? r->key->team : tags_get(&r->attempt.entry.tags, "team"));
    }
    write_tags(r, m, out);
    for (unsigned i = 0; i < m->header_count; i++) {
        next(out, "header");
        buf_add(out, m->headers[i].name);
    }
    write_one_of(out, "instructions", m->system_count, m->system_count ? m->systems[0] : STR_NONE);
    write_one_of(out, "text", m->pattern_count, str_of("as its pattern wants it"));
    write_tokens(r, m, out);
    if (out->len == 0)
        buf_add_cstr(out, "any call");
}
