// SPDX-License-Identifier: Apache-2.0

#include "panel/proposing.h"

#include "gate/proposal.h"

// Without memory the arena has failed.
static struct config_provider provider_of(const struct policy_provider *p, struct arena *arena)
{
    struct config_lack *lacks = arena_array(arena, struct config_lack, (size_t)p->lack_count + 1);
    for (unsigned i = 0; lacks && i < p->lack_count; i++)
        lacks[i] = (struct config_lack){p->lacks[i].models, p->lacks[i].bits};
    return (struct config_provider){.name = p->name,
                                    .dialect = p->dialect,
                                    .vendor = p->vendor,
                                    .vendor_row = vendor_find(p->vendor),
                                    .url = {.host = p->host, .port = p->port, .path = p->path},
                                    .proxied = p->proxied,
                                    .free = p->free,
                                    .num_ctx = p->num_ctx,
                                    .models = p->models,
                                    .model_count = p->model_count,
                                    .lacks = lacks,
                                    .lack_count = lacks ? p->lack_count : 0};
}

static const struct config_provider *named(const struct config *c, struct str name)
{
    for (unsigned i = 0; i < c->provider_count; i++)
        if (str_eq(c->providers[i].name, name))
            return &c->providers[i];
    return NULL;
}

// One that no file names: `serve --mock`.
static const struct config_provider *mock_of(const struct config *c)
{
    for (unsigned i = 0; i < c->provider_count; i++)
        if (c->providers[i].mock)
            return &c->providers[i];
    return NULL;
}

// The gateway asks that Ollama what it has.
static bool is_asked(const struct snapshot *now, const struct policy_provider *p)
{
    for (unsigned i = 0; now->locals && i < now->config->provider_count; i++) {
        const struct config_provider *there = &now->config->providers[i];
        if (there->dialect == DIALECT_OLLAMA && there->url.port == p->port &&
            str_eq(there->url.host, p->host) && str_eq(there->url.path, p->path))
            return true;
    }
    return false;
}

// But for those that the configuration that holds means, too, and has no key for; and no Ollama is
// to be asked because a policy names it.
static void add(struct proposing *all, const struct snapshot *now, const struct policy_provider *p,
                struct arena *arena)
{
    struct config *c = &all->config;
    const struct config_provider *there = named(now->config, p->name);
    const bool unasked = p->dialect == DIALECT_OLLAMA && !is_asked(now, p);
    struct config_provider *one = &c->providers[c->provider_count];
    if (p->implied ? !there : config_leaves_out(now->config, p->name))
        return;
    if (!p->implied && unasked && p->model_count == 0) {
        all->unasked = p->name;
        all->aside[all->aside_count++] = provider_of(p, arena);
        return;
    }
    *one = p->implied ? *there : provider_of(p, arena);
    all->dialects[c->provider_count] = one->dialect;
    if (!p->implied && unasked)
        one->dialect = DIALECT_OPENAI; // a list is a list
    c->provider_count++;
}

bool proposing_open(struct proposing *p, const struct snapshot *now, const struct policy *policy,
                    struct arena *arena)
{
    const struct config_provider *mock = mock_of(now->config);
    struct config *c = &p->config;
    *p = (struct proposing){.by = now};
    if (policy->provider_count == 0)
        return true;
    c->providers = arena_array(arena, struct config_provider, policy->provider_count + 1);
    p->dialects = arena_array(arena, enum dialect, policy->provider_count + 1);
    p->aside = arena_array(arena, struct config_provider, policy->provider_count + 1);
    if (!c->providers || !p->dialects || !p->aside)
        return false;
    for (unsigned i = 0; i < policy->provider_count; i++)
        add(p, now, &policy->providers[i], arena);
    if (mock)
        c->providers[c->provider_count++] = *mock;
    p->own = (struct snapshot){.config = c, .catalog = now->catalog, .locals = now->locals};
    p->own.proposal = proposal_new(&p->own);
    p->by = &p->own;
    return p->own.proposal != NULL && !arena_failed(arena);
}

void proposing_close(struct proposing *p)
{
    proposal_free(p->own.proposal);
    p->own.proposal = NULL;
}

bool proposing_own(const struct proposing *p)
{
    return p->by == &p->own;
}

const struct config_provider *proposing_aside(const struct proposing *p, struct str full)
{
    const struct str name = str_from(full.ptr, str_find(full, '/'));
    for (unsigned i = 0; i < p->aside_count; i++)
        if (str_eq(p->aside[i].name, name))
            return &p->aside[i];
    return NULL;
}

enum dialect proposing_dialect(const struct proposing *p, unsigned provider)
{
    const struct config_provider *of = &p->by->config->providers[provider];
    if (of->mock)
        return DIALECT_COUNT;
    return proposing_own(p) ? p->dialects[provider] : of->dialect;
}

bool proposing_same(const struct proposing *p, const struct snapshot *now, int size,
                    unsigned require, struct arena *arena)
{
    if (!proposing_own(p))
        return true;
    const struct config_tier *a = proposal_tier(p->by, size, require, arena);
    const struct config_tier *b = proposal_tier(now, size, require, arena);
    bool same = a && b && a->model_count == b->model_count;
    for (unsigned i = 0; same && i < a->model_count; i++)
        same = str_eq(a->models[i], b->models[i]);
    return same;
}
