// SPDX-License-Identifier: Apache-2.0
//
// The keys of a provider of the file: one, or several that share its calls.

#include "base/limits.h"
#include "config/reading.h"
#include "core/key.h"

void reading_leave_out(struct reading *r, const struct left_out *is)
{
    struct config *c = r->c;
    if (r->left_out_count == WARNINGS_MAX)
        return;
    r->left_out[r->left_out_count++] = *is;
    c->left_out[c->left_out_count++] = is->name;
}

// False when it is not there, for a reason or (after a fault) without one.
static bool read_secret(struct reading *r, const struct node *n, const struct config_provider *p,
                        struct secret **out, struct str *reason)
{
    if (!reading_secret(r, n, "key", out, reason))
        return false;
    // Behind `costlens env` the provider's variable holds our own key: it must not go out.
    if (!p->vendor_row || !key_token_ours(secret_expose(*out)))
        return true;
    secret_free(*out);
    *out = NULL;
    *reason = (struct str)STR("this is a key of CostLens itself");
    return false;
}

static void say_left_out(struct reading *r, int line, const struct config_provider *p,
                         struct str reason)
{
    if (!reason.len)
        return;
    reading_missing(r, line, "provider %.*s is left out: %.*s. Set it, or remove the provider",
                    STR_ARG(p->name), STR_ARG(reason));
    reading_leave_out(r, &(struct left_out){.name = p->name, .reason = reason});
}

static bool read_one(struct reading *r, const struct node *n, struct config_provider *p)
{
    struct str reason = STR_NONE;
    bool there = read_secret(r, n, p, &p->key, &reason);
    if (!there)
        say_left_out(r, n->line, p, reason);
    return there;
}

// --- several ---

static void read_entry(struct reading *r, const struct node *n, struct config_provider *p,
                       struct str *reason)
{
    struct provider_key_text t = {0};
    struct config_provider_key *k = &p->keys[p->key_count];
    struct str why = STR_NONE;
    reading_defaults(r, SECTION_PROVIDER_KEY, &t);
    if (n->kind == NODE_MAP && !reading_section(r, SECTION_PROVIDER_KEY, n, &t))
        return;
    const struct node *secret = n->kind == NODE_MAP ? node_get(n, "key") : n;
    if (!secret) {
        reading_fault(r, n->line, "provider %.*s: keys: `key` is missing. Write key: env:NAME",
                      STR_ARG(p->name));
        return;
    }
    k->weight = t.weight;
    if (read_secret(r, secret, p, &k->secret, &why)) {
        p->key_count++;
        return;
    }
    if (why.len == 0)
        return;
    *reason = why;
    reading_missing(r, n->line, "provider %.*s: a key of it is left out: %.*s", STR_ARG(p->name),
                    STR_ARG(why));
}

static bool read_several(struct reading *r, const struct node *n, struct config_provider *p)
{
    struct str reason = STR_NONE;
    unsigned faults = r->c->fault_count;
    if (n->kind != NODE_LIST || n->count == 0 || n->count > PROVIDER_KEYS_MAX) {
        reading_fault(r, n->line,
                      "provider %.*s: keys: a list of 1 to %d is expected here: [env:A, env:B]",
                      STR_ARG(p->name), PROVIDER_KEYS_MAX);
        return false;
    }
    p->keys = arena_array(&r->c->arena, struct config_provider_key, n->count);
    for (const struct node *item = n->first; item && p->keys; item = item->next)
        read_entry(r, item, p, &reason);
    if (p->key_count == 0 && r->c->fault_count == faults && reason.len) {
        reading_missing(r, n->line,
                        "provider %.*s is left out: it has none of its keys. Set one of them, or "
                        "remove the provider",
                        STR_ARG(p->name));
        reading_leave_out(r, &(struct left_out){.name = p->name, .reason = reason});
    }
    if (p->keys && p->key_count)
        p->key = p->keys[0].secret;
    return p->key_count > 0;
}

bool reading_provider_keys(struct reading *r, const struct node *map, struct config_provider *p)
{
    const struct node *one = node_get(map, "key"), *several = node_get(map, "keys");
    if (one && several) {
        reading_fault(r, several->line, "provider %.*s: it has `key` and `keys`. Write one of them",
                      STR_ARG(p->name));
        return false;
    }
    if (one)
        return read_one(r, one, p);
    return !several || read_several(r, several, p);
}

void config_provider_forget(struct config_provider *p)
{
    if (p->key_count == 0)
        secret_free(p->key);
    for (unsigned i = 0; i < p->key_count; i++)
        secret_free(p->keys[i].secret);
    p->key = NULL;
    p->key_count = 0;
}
