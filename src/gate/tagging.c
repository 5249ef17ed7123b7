// SPDX-License-Identifier: Apache-2.0

#include "gate/tagging.h"

#include "base/limits.h"
#include "gate/req.h"

static bool key_owns(const struct key *k, struct str name)
{
    return (str_is(name, "team") && k->team.len) || (str_is(name, "project") && k->project.len) ||
           (str_is(name, "user") && k->user.len);
}

// A tag of another tool: taken where it fits, else left out. Copied: the row is written when the
// client's connection may be gone already.
static void offer(struct req *r, struct str name, struct str value)
{
    if (key_owns(r->key, name))
        return;
    enum status ignored =
        tags_set(&r->entry.tags, arena_dup(&r->arena, name), arena_dup(&r->arena, value));
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

enum status tagging_read(struct req *r, struct why *why)
{
    const struct head *h = exchange_request(r->x);
    struct tags found = {0};
    ask_tags(&r->ask, &found, &r->arena);
    for (unsigned i = 0; i < found.count; i++)
        offer(r, found.at[i].name, found.at[i].value);
    offer_headers(r, h);
    bool many = false;
    struct str ours = head_get(h, "x-costlens-tags", &many);
    if (many)
        return why_set(why, STATUS_DUPLICATE, "x-costlens-tags occurs twice.");
    if (ours.len == 0)
        return STATUS_OK;
    struct tags told = {0};
    enum status s = tags_read(&told, ours, &r->arena, why);
    for (unsigned i = 0; s == STATUS_OK && i < told.count; i++) {
        if (key_owns(r->key, told.at[i].name))
            continue;
        s = tags_set(&r->entry.tags, told.at[i].name, told.at[i].value);
        if (s != STATUS_OK)
            why_set(why, s, "At most %d tags, names of %d and values of %d bytes.", TAGS_MAX,
                    TAG_NAME_MAX, TAG_VALUE_MAX);
    }
    return s;
}
