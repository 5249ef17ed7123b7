// SPDX-License-Identifier: Apache-2.0

#include "request/tagging.h"

#include "request/req.h"

static bool key_owns(const struct req *r, struct str name)
{
    const struct key *k = r->key;
    struct tags own;
    if (k->tags.len && tags_unpack(k->tags, &own) && tags_has(&own, name))
        return true;
    return (str_is(name, "team") && k->team.len) || (str_is(name, "project") && k->project.len) ||
           (str_is(name, "user") && k->user.len);
}

// Copied: the row is written when the client's connection may be gone already.
static enum status put(struct req *r, struct str name, struct str value)
{
    if (key_owns(r, name))
        return STATUS_OK;
    return tags_set(&r->attempt.entry.tags, arena_dup(&r->arena, name),
                    arena_dup(&r->arena, value));
}

// A tag of another tool: taken where it fits and nobody before said the same, else left out.
static void offer(struct req *r, struct str name, struct str value)
{
    if (tags_has(&r->attempt.entry.tags, name))
        return;
    enum status ignored = put(r, name, value);
    (void)ignored;
}

// "a, b": LiteLLM's tags have no value; each becomes litellm.<tag>=1.
static void offer_litellm(struct req *r, struct str text)
{
    struct str part;
    while (str_cut(&text, ',', &part)) {
        part = str_trim(part);
        if (part.len)
            offer(r, part, str_of("1"));
    }
}

static void offer_headers(struct req *r, const struct head *h)
{
    struct str helicone = str_of("helicone-property-");
    for (unsigned i = 0; i < h->field_count; i++) {
        struct str name = h->fields[i].name;
        if (str_starts_nocase(name, helicone))
            offer(r, str_skip(name, helicone.len), h->fields[i].value);
        else if (str_eq_nocase(name, str_of("x-litellm-tags")))
            offer_litellm(r, h->fields[i].value);
    }
}

static enum status read_ours(struct req *r, const struct head *h, struct why *why)
{
    bool many = false;
    struct str ours = head_get(h, "x-costlens-tags", &many);
    if (many)
        return why_set(why, STATUS_DUPLICATE, "x-costlens-tags occurs twice.");
    struct tags told = {0};
    enum status s = tags_read(&told, ours, &r->arena, why);
    for (unsigned i = 0; s == STATUS_OK && i < told.count; i++)
        s = put(r, told.at[i].name, told.at[i].value);
    if (s != STATUS_OK && arena_failed(&r->arena))
        why_set(why, s, "There is no memory for its tags.");
    return s;
}

// In this order, so that where there is no room for all, the least meant are left out.
enum status tagging_read(struct req *r, struct why *why)
{
    if (r->key->tags.len && !tags_unpack(r->key->tags, &r->attempt.entry.tags))
        return why_set(why, STATUS_DAMAGED, "The tags of its key cannot be read.");
    if (r->inner)
        return STATUS_OK;
    const struct head *h = exchange_request(r->x);
    enum status s = read_ours(r, h, why);
    if (s != STATUS_OK)
        return s;
    if (r->ask.demand.user.len)
        offer(r, str_of("user"), r->ask.demand.user);
    offer_headers(r, h);
    struct tags found = {0};
    ask_tags(&r->ask, &found, &r->arena);
    for (unsigned i = 0; i < found.count; i++)
        offer(r, found.at[i].name, found.at[i].value);
    return STATUS_OK;
}
