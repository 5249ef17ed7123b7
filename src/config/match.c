// SPDX-License-Identifier: Apache-2.0
//
// Which calls a route takes.

#include "base/digest.h"
#include "base/pattern.h"
#include "config/reading.h"

#define SYSTEM_DIGITS_LEAST 8

static void note_keys(struct reading *r, struct str route, const struct node *n)
{
    const struct node *item = n->kind == NODE_LIST ? n->first : n;
    for (; item; item = item == n ? NULL : item->next) {
        if (item->kind != NODE_TEXT || str_find(item->text, '*') < item->text.len ||
            reading_has_key(r, item->text) || !r->alone)
            continue;
        reading_warn(r, item->line,
                     "route %.*s: this file has no key `%.*s`; the store may (`costlens key list`)",
                     STR_ARG(route), STR_ARG(item->text));
    }
}

// `{ name: value }`, where a value is one text.
static void read_pairs(struct reading *r, struct str route, const struct node *n,
                       struct config_pair **out, unsigned *count)
{
    if (node_is_null(n))
        return;
    if (n->kind != NODE_MAP || n->count == 0) {
        reading_fault(r, n->line,
                      "route %.*s: %.*s: names and their values are expected here: "
                      "`{ feature: support }`",
                      STR_ARG(route), STR_ARG(n->key));
        return;
    }
    struct config_pair *pairs = arena_array(&r->c->arena, struct config_pair, n->count);
    unsigned taken = 0;
    for (const struct node *p = n->first; p && pairs; p = p->next) {
        struct str value = node_is_null(p) ? STR_NONE : reading_text(r, p, n->key.ptr);
        if (node_is_null(p))
            reading_fault(r, p->line,
                          "route %.*s: %.*s: `%.*s` has no value. Write one; \"*\" is any",
                          STR_ARG(route), STR_ARG(n->key), STR_ARG(p->key));
        pairs[taken++] = (struct config_pair){p->key, value};
    }
    *out = pairs;
    *count = taken;
}

// What is the same in capitals has one writing: also for who is promised something of these calls.
static struct str in_small(struct reading *r, struct str text)
{
    char *room = arena_get(&r->c->arena, text.len + 1);
    if (!room)
        return text;
    room[text.len] = '\0';
    return str_lower(text, room);
}

static void read_headers(struct reading *r, struct str route, const struct node *n,
                         struct config_match *out)
{
    read_pairs(r, route, n, &out->headers, &out->header_count);
    for (unsigned i = 0; i < out->header_count; i++)
        out->headers[i].name = in_small(r, out->headers[i].name);
}

static void read_names(struct reading *r, struct str route, const struct node *n, struct str **out,
                       unsigned *count)
{
    if (n && reading_texts(r, n, n->key.ptr, out, count) && *count == 0)
        reading_fault(r, n->line, "route %.*s: %.*s: nothing is named. Name some, or leave it out",
                      STR_ARG(route), STR_ARG(n->key));
}

static bool is_digest(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (str_hex(s.ptr[i]) < 0)
            return false;
    }
    return s.len >= SYSTEM_DIGITS_LEAST && s.len <= 2 * DIGEST_BYTES;
}

static void read_systems(struct reading *r, struct str route, const struct node *n,
                         struct config_match *out)
{
    read_names(r, route, n, &out->systems, &out->system_count);
    for (unsigned i = 0; i < out->system_count; i++) {
        if (!is_digest(out->systems[i]))
            reading_fault(r, n->line,
                          "route %.*s: system: `%.*s` is no SHA-256. Write its first %d or more "
                          "hexadecimal digits, in quotes where they are all numbers",
                          STR_ARG(route), STR_ARG(out->systems[i]), SYSTEM_DIGITS_LEAST);
        out->systems[i] = in_small(r, out->systems[i]);
    }
}

static void read_patterns(struct reading *r, struct str route, const struct node *n,
                          struct config_match *out)
{
    struct str *texts = NULL;
    unsigned count = 0;
    read_names(r, route, n, &texts, &count);
    if (count == 0)
        return;
    out->patterns = arena_array(&r->c->arena, struct pattern *, count);
    out->expressions = texts;
    for (unsigned i = 0; i < count && out->patterns; i++) {
        struct why why = {0};
        if (pattern_open(texts[i], &out->patterns[out->pattern_count], &why) == STATUS_OK)
            out->pattern_count++;
        else
            reading_fault(r, n->line, "route %.*s: regex: `%.*s`: %s", STR_ARG(route),
                          STR_ARG(texts[i]), why.text);
    }
}

// --- the same by another writing ---

static bool has_text(const struct str *list, unsigned count, struct str text)
{
    for (unsigned i = 0; i < count; i++)
        if (str_eq(list[i], text))
            return true;
    return false;
}

static bool same_texts(const struct str *a, unsigned a_count, const struct str *b, unsigned b_count)
{
    bool all = true;
    for (unsigned i = 0; i < a_count && all; i++)
        all = has_text(b, b_count, a[i]);
    for (unsigned i = 0; i < b_count && all; i++)
        all = has_text(a, a_count, b[i]);
    return all;
}

// Each name stands there once.
static bool same_pairs(const struct config_pair *a, const struct config_pair *b, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned k = 0;
        while (k < count && !(str_eq(a[i].name, b[k].name) && str_eq(a[i].value, b[k].value)))
            k++;
        if (k == count)
            return false;
    }
    return true;
}

bool config_match_same(const struct config_match *a, const struct config_match *b)
{
    return a->any == b->any && a->tag_count == b->tag_count && a->header_count == b->header_count &&
           a->tokens_least == b->tokens_least && a->tokens_most == b->tokens_most &&
           same_texts(a->keys, a->key_count, b->keys, b->key_count) &&
           same_texts(a->teams, a->team_count, b->teams, b->team_count) &&
           same_texts(a->systems, a->system_count, b->systems, b->system_count) &&
           same_texts(a->expressions, a->pattern_count, b->expressions, b->pattern_count) &&
           same_pairs(a->tags, b->tags, a->tag_count) &&
           same_pairs(a->headers, b->headers, a->header_count);
}

void config_match_forget(struct config_match *m)
{
    for (unsigned i = 0; i < m->pattern_count; i++)
        pattern_close(m->patterns[i]);
    m->pattern_count = 0;
}

void reading_match(struct reading *r, struct str route, const struct node *map,
                   struct config_match *out)
{
    struct match_text t = {.tokens_most = UINT32_MAX};
    *out = (struct config_match){.any = node_is_null(map), .tokens_most = INT64_MAX};
    if (out->any)
        return;
    reading_defaults(r, SECTION_MATCH, &t);
    if (!reading_section(r, SECTION_MATCH, map, &t))
        return;
    read_names(r, route, node_get(map, "key"), &out->keys, &out->key_count);
    if (out->key_count)
        note_keys(r, route, node_get(map, "key"));
    read_names(r, route, node_get(map, "team"), &out->teams, &out->team_count);
    read_pairs(r, route, node_get(map, "tag"), &out->tags, &out->tag_count);
    read_headers(r, route, node_get(map, "header"), out);
    read_systems(r, route, node_get(map, "system"), out);
    read_patterns(r, route, node_get(map, "regex"), out);
    out->tokens_least = t.tokens_least;
    out->tokens_most = t.tokens_most == UINT32_MAX ? INT64_MAX : t.tokens_most;
    if (out->tokens_least > out->tokens_most)
        reading_fault(r, map->line,
                      "route %.*s: match: no call has at least %lld tokens and at most %lld",
                      STR_ARG(route), (long long)out->tokens_least, (long long)out->tokens_most);
    if (map->count == 0)
        reading_fault(
            r, map->line,
            "route %.*s: match: nothing is written in it. Leave it out to take every call",
            STR_ARG(route));
}
