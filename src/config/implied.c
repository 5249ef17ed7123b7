// SPDX-License-Identifier: Apache-2.0
//
// Providers that the file's models name and its `providers` do not: a vendor whose key is in the
// environment, and the Ollama of this machine, which may be called `local`, too.

#include "config/reading.h"

#define LOCAL  "local"
#define OLLAMA "ollama"

// The node behind `n` in the order of the file, inside of `top`.
static const struct node *following(const struct node *n, const struct node *top)
{
    if (n->first)
        return n->first;
    while (n != top && !n->next)
        n = n->parent;
    return n == top ? NULL : n->next;
}

static bool names_local(const struct node *top)
{
    struct str prefix = STR(LOCAL "/");
    for (const struct node *n = top; n; n = following(n, top)) {
        if (n->kind == NODE_TEXT && str_starts(n->text, prefix) && n->text.len > prefix.len)
            return true;
    }
    return false;
}

struct str reading_ollama_name(const struct reading *r)
{
    static const char *const sections[] = {"aliases", "tiers", "routes"};
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        if (names_local(node_get(r->root, sections[i])))
            return str_of(LOCAL);
    }
    return str_of(OLLAMA);
}

// An unset key is all that a vendor lacks: else nobody could say where it is.
static const struct vendor *found_by_key(struct str name)
{
    const struct vendor *v = vendor_find(name);
    return v && v->env[0] && v->url ? v : NULL;
}

static bool is_declared(const struct node *providers, struct str name)
{
    const struct node *p = providers ? providers->first : NULL;
    while (p && !str_eq(p->key, name))
        p = p->next;
    return p != NULL;
}

void reading_implied(struct reading *r, struct str full)
{
    struct str name = str_from(full.ptr, str_find(full, '/'));
    const struct node *providers = node_get(r->root, "providers");
    const struct vendor *v = found_by_key(name);
    bool ollama = str_is(name, LOCAL) || str_is(name, OLLAMA);
    if (name.len + 1 >= full.len)
        return;
    if ((!v && !ollama) || is_declared(providers, name) || reading_left_out(r, full))
        return;
    unsigned before = r->c->provider_count;
    if (ollama)
        reading_ollama(r, name);
    else if (providers && providers->count) // else it was looked for
        reading_environment(r, v);
    if (r->c->provider_count == before)
        reading_leave_out(
            r, &(struct left_out){.name = name, .variable = ollama ? "OLLAMA_HOST" : v->env[0]});
}
