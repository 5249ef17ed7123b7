// SPDX-License-Identifier: Apache-2.0

#include "gate/resolve.h"

#include <stdio.h>

#include "base/limits.h"
#include "gate/able.h"
#include "gate/near.h"

const struct str mock_names[MOCK_NAMES] = {STR("fast"), STR("small"), STR("large"), STR("reason"),
                                           STR("embed")};

bool provider_open(const struct config_provider *p)
{
    return p->model_count == 0;
}

struct str provider_vendor(const struct config_provider *p)
{
    return p->vendor.len ? p->vendor : p->name;
}

const struct sheet *provider_sheet(const struct snapshot *s, const struct config_provider *p,
                                   struct str model)
{
    model = dialect_model(p->dialect, model);
    const struct sheet *own = catalog_find(s->catalog, p->name, model);
    if (own && local_passes_on(model) && sheet_names(own, BUCKET_BUSY))
        own = NULL;
    return own ? own : catalog_find(s->catalog, provider_vendor(p), model);
}

bool provider_free(const struct config_provider *p, struct str model, const struct sheet *sheet)
{
    bool stated = sheet && !sheet_silent(sheet);
    return p->free && !stated && !local_passes_on(model);
}

// What a server on the user's machine has, no book knows, and no price of whatever that may be.
bool provider_has_row(const struct config_provider *p, const struct sheet *sheet)
{
    bool own = str_eq(sheet->vendor, p->name);
    if (p->vendor_row && p->vendor_row->flags & VENDOR_LOCAL)
        return own && !sheet_silent(sheet) && !str_ends(sheet->model, (struct str)STR("*"));
    return own || str_eq(sheet->vendor, provider_vendor(p));
}

static bool is_listed(const struct config_provider *p, struct str listed, struct str model)
{
    return str_glob(listed, model) ||
           str_glob(dialect_model(p->dialect, listed), dialect_model(p->dialect, model));
}

bool provider_there(const struct snapshot *s, const struct config_provider *p)
{
    struct local *l = p->sought ? snapshot_local(s, p) : NULL;
    return !p->sought || (l && local_there(l) == LOCAL_UP);
}

static bool local_lists(const struct snapshot *s, const struct config_provider *p, struct str model)
{
    struct local *l = snapshot_local(s, p);
    struct local_model m;
    return l && local_find(l, model, &m);
}

bool provider_lists(const struct snapshot *s, const struct config_provider *p, struct str model)
{
    if (p->dialect == DIALECT_OLLAMA && provider_open(p))
        return local_lists(s, p, model);
    if (provider_open(p)) {
        const struct sheet *sheet = provider_sheet(s, p, model);
        return sheet && provider_has_row(p, sheet);
    }
    for (unsigned i = 0; i < p->model_count; i++)
        if (is_listed(p, p->models[i], model))
            return true;
    return false;
}

static bool is_full(struct str full, struct str provider, struct str model)
{
    return full.len == provider.len + 1 + model.len && str_starts(full, provider) &&
           full.ptr[provider.len] == '/' && str_ends(full, model);
}

static bool any_full(const struct str *list, unsigned count, const struct config_provider *p,
                     struct str model)
{
    for (unsigned i = 0; i < count; i++)
        if (is_full(dialect_model(p->dialect, list[i]), p->name, model))
            return true;
    return false;
}

static bool in_tier(const struct config_tier *t, const struct config_provider *p, struct str model)
{
    return t && any_full(t->models, t->model_count, p, model);
}

bool resolve_named(const struct snapshot *s, const struct config_provider *p, struct str model)
{
    const struct config *c = s->config;
    for (unsigned i = 0; i < p->model_count; i++)
        if (str_eq(dialect_model(p->dialect, p->models[i]), model))
            return true;
    for (unsigned i = 0; i < c->alias_count; i++)
        if (any_full(c->aliases[i].models, c->aliases[i].model_count, p, model))
            return true;
    for (unsigned i = 0; i < c->tier_count; i++)
        if (in_tier(c->tiers[i], p, model))
            return true;
    for (unsigned i = 0; i < c->route_count; i++) // a side may be a list of its own
        if (in_tier(c->routes[i].small, p, model) || in_tier(c->routes[i].large, p, model))
            return true;
    return false;
}

int provider_prefix(const struct config *c, struct str asked)
{
    int best = -1;
    size_t best_len = 0;
    for (unsigned i = 0; i < c->provider_count; i++) {
        struct str name = c->providers[i].name;
        if (asked.len > name.len + 1 && str_starts(asked, name) && asked.ptr[name.len] == '/' &&
            name.len >= best_len) {
            best = (int)i;
            best_len = name.len;
        }
    }
    return best;
}

bool key_may(const struct key *key, const struct config_provider *p, struct str model,
             struct str asked)
{
    static const char latest[] = ":latest";
    if (key->models.len == 0) // as most: it may use all there are
        return model.len <= MODEL_BYTES_MAX;
    char full[NAME_BYTES_MAX + 1 + MODEL_BYTES_MAX + sizeof latest];
    int n = snprintf(full, sizeof full, "%.*s/%.*s%s", STR_ARG(p->name), STR_ARG(model), latest);
    if (n < 0 || (size_t)n >= sizeof full)
        return false;
    struct str longer = str_from(full, (size_t)n);
    struct str plain = str_from(full, (size_t)n - strlen(latest));
    bool both = str_eq(dialect_model(p->dialect, longer), plain);
    return key_allows(key, plain, asked) || (both && key_allows(key, longer, asked));
}

static bool key_may_go(const struct snapshot *s, const struct key *key, const struct target *t,
                       struct str asked)
{
    return key_may(key, &s->config->providers[t->provider], t->model, asked);
}

// It is asked for nothing but what it lists: so is an Ollama whose list is known.
static bool is_closed(const struct snapshot *s, const struct config_provider *p)
{
    struct local *l = provider_open(p) ? snapshot_local(s, p) : NULL;
    return !provider_open(p) || (l && local_there(l) == LOCAL_UP);
}

enum refusal resolve_prefixed(const struct snapshot *s, struct str asked, struct target *out)
{
    int i = provider_prefix(s->config, asked);
    if (i < 0)
        return REFUSAL_MODEL_UNKNOWN;
    const struct config_provider *p = &s->config->providers[i];
    struct str model = str_skip(asked, p->name.len + 1);
    if (is_closed(s, p) && !provider_lists(s, p, model))
        return REFUSAL_MODEL_UNKNOWN;
    *out = (struct target){
        .provider = (unsigned)i, .model = dialect_model(p->dialect, model), .reason = "asked"};
    return REFUSAL_NONE;
}

// The provider can be asked what the caller asks: in that dialect, or translated.
static bool takes(const struct config_provider *p, const struct wanted *w)
{
    return p->mock || p->dialect == w->dialect || (w->others >> p->dialect & 1U);
}

bool provider_takes_new(const struct config_provider *p, enum dialect dialect)
{
    return !p->mock && !p->sought && provider_open(p) && p->dialect == dialect;
}

// "name:tag", which a fine-tuned model's "ft:base:owner::id" is not, or known to be pulled.
static bool like_local(struct str model)
{
    struct str tag = str_skip(model, str_find(model, ':'));
    bool tagged = tag.len > 1 && str_find(str_skip(tag, 1), ':') == tag.len - 1;
    return tagged || local_pull_bytes(model) > 0;
}

static bool names_local(const struct config *c)
{
    for (unsigned i = 0; i < c->provider_count; i++) {
        const struct config_provider *p = &c->providers[i];
        if (p->dialect == DIALECT_OLLAMA && provider_open(p) && !p->sought && !p->mock)
            return true;
    }
    return false;
}

// It may be newer than the book. Not one behind the name of a provider that is missing, nor one
// that the book has of a vendor whose key is, nor one for an Ollama to pull: that is the cure.
static bool is_new(const struct snapshot *s, struct str model)
{
    if (str_find(model, '/') < model.len || (like_local(model) && names_local(s->config)))
        return false;
    const struct sheet *sheet = vendor_sheet(s->catalog, model);
    const struct vendor *v = sheet ? vendor_find(sheet->vendor) : NULL;
    return !v || !v->env[0] || !v->url;
}

// Who gets a name that nobody lists: the only provider there is, beside the built-in mock; else the
// only open one of the caller's dialect, where the name is new; or -1. To Ollama's clients, who ask
// for names that no book lists, those of other dialects are none.
static int sole_provider(const struct snapshot *s, const struct wanted *w)
{
    const struct config *c = s->config;
    int any = -1, own = -1;
    unsigned count = 0, own_count = 0;
    for (unsigned i = 0; i < c->provider_count; i++) {
        const struct config_provider *p = &c->providers[i];
        if (p->mock || p->sought)
            continue;
        any = (int)i;
        count++;
        if (provider_takes_new(p, w->dialect)) {
            own = (int)i;
            own_count++;
        }
    }
    bool ollama = w->dialect == DIALECT_OLLAMA;
    if (count == 1 && !ollama)
        return any;
    return own_count == 1 && (ollama || is_new(s, w->model)) ? own : -1;
}

static enum refusal resolve_bare(const struct snapshot *s, const struct wanted *w,
                                 struct target *out)
{
    const struct config *c = s->config;
    bool other = false;
    for (unsigned i = 0; i < c->provider_count; i++) {
        const struct config_provider *p = &c->providers[i];
        if (p->mock || !provider_lists(s, p, w->model))
            continue;
        bool taken = takes(p, w);
        if (taken || !other)
            *out = (struct target){
                .provider = i, .model = dialect_model(p->dialect, w->model), .reason = "listed"};
        if (taken)
            return REFUSAL_NONE;
        other = true;
    }
    if (other)
        return REFUSAL_DIALECT;
    int sole = sole_provider(s, w);
    if (sole < 0 || is_closed(s, &c->providers[sole]))
        return REFUSAL_MODEL_UNKNOWN;
    *out = (struct target){.provider = (unsigned)sole,
                           .model = dialect_model(c->providers[sole].dialect, w->model),
                           .guess = true,
                           .reason = "sole provider"};
    return REFUSAL_NONE;
}

// Only a pattern that fits every name fits this one.
static bool key_may_all(const struct key *key, const struct config_provider *p)
{
    return key_may(key, p, (struct str)STR("*"), (struct str)STR("*"));
}

// What names no model (Ollama's lists) goes to the first provider of its dialect, or to the mock,
// of which the key may know so much.
static enum refusal resolve_nameless(const struct snapshot *s, const struct wanted *w,
                                     struct target *out, struct buf *detail)
{
    const struct config *c = s->config;
    bool denied = false;
    for (unsigned i = 0; i < c->provider_count; i++) {
        const struct config_provider *p = &c->providers[i];
        if ((p->dialect != w->dialect && !p->mock) || !provider_there(s, p))
            continue;
        denied = w->all && !key_may_all(w->key, p);
        if (!denied) {
            *out = (struct target){.provider = i, .reason = "first of its dialect"};
            return REFUSAL_NONE;
        }
    }
    if (denied) {
        buf_add_cstr(detail, "The list names all of a provider's models, and the key may use some. "
                             "GET /v1/models lists those.");
        return REFUSAL_MODEL_DENIED;
    }
    buf_printf(detail,
               "None, that is, of the dialect %s. Add one: `providers: {%s: {dialect: %s}}`.",
               dialect_name(w->dialect), dialect_name(w->dialect), dialect_name(w->dialect));
    return REFUSAL_NO_PROVIDER;
}

// The call must stay here, and would not.
static bool is_away(const struct snapshot *s, const struct wanted *w, const struct target *t)
{
    return w->confined && !able_stays(s, &s->config->providers[t->provider], t->model);
}

enum refusal resolve_full(const struct snapshot *s, const struct wanted *w, struct str full,
                          struct target *out)
{
    enum refusal r = resolve_prefixed(s, full, out);
    if (r != REFUSAL_NONE)
        return r;
    if (!takes(&s->config->providers[out->provider], w))
        return REFUSAL_DIALECT;
    if (is_away(s, w, out))
        return REFUSAL_NOT_LOCAL;
    return key_may_go(s, w->key, out, w->model) ? REFUSAL_NONE : REFUSAL_MODEL_DENIED;
}

// An alias's target, when the caller may be served there.
static enum refusal alias_target(const struct snapshot *s, const struct config_alias *a,
                                 unsigned place, const struct wanted *w, struct target *out)
{
    enum refusal r = resolve_full(s, w, a->models[place], out);
    if (r != REFUSAL_MODEL_UNKNOWN) {
        out->place = place;
        out->reason = "alias";
    }
    return r;
}

static enum refusal resolve_alias(const struct snapshot *s, const struct config_alias *a,
                                  const struct wanted *w, struct target *out)
{
    enum refusal last = REFUSAL_MODEL_UNKNOWN;
    for (unsigned i = 0; i < a->model_count; i++) {
        struct target t;
        enum refusal r = alias_target(s, a, i, w, &t);
        if (r == REFUSAL_NONE || r == REFUSAL_DIALECT)
            *out = t;
        if (r == REFUSAL_NONE)
            return r;
        last = r;
    }
    return last;
}

bool resolve_after(const struct snapshot *s, const struct wanted *w, unsigned place,
                   struct target *out)
{
    const struct config_alias *a = map_get(&s->aliases, w->model);
    for (unsigned i = place + 1; a && i < a->model_count; i++) {
        struct target t;
        if (alias_target(s, a, i, w, &t) != REFUSAL_NONE)
            continue;
        *out = t;
        out->reason = "fallback";
        return true;
    }
    return false;
}

static void other_dialect(const struct config_provider *p, struct buf *detail)
{
    static const char *const paths[] = {
        [DIALECT_OPENAI] = "/v1/chat/completions",
        [DIALECT_ANTHROPIC] = "/v1/messages",
        [DIALECT_GEMINI] = "/v1beta/models/MODEL:generateContent",
        [DIALECT_OLLAMA] = "/api/chat",
    };
    buf_printf(detail, "It goes to %.*s, which is asked at %s.", STR_ARG(p->name),
               paths[p->dialect]);
}

bool resolve_nobody(const struct snapshot *s, struct buf *detail)
{
    for (unsigned i = 0; i < s->config->provider_count; i++)
        if (provider_there(s, &s->config->providers[i]))
            return false;
    buf_add_cstr(detail, "Set OPENAI_API_KEY (or another provider's key) in the gateway's "
                         "environment, start an Ollama on this machine, or name providers in "
                         "its configuration file.");
    return true;
}

enum refusal resolve(const struct snapshot *s, const struct wanted *w, struct target *out,
                     struct buf *detail)
{
    struct str asked = w->model;
    const struct config *c = s->config;
    if (resolve_nobody(s, detail))
        return REFUSAL_NO_PROVIDER;
    if (asked.len == 0)
        return resolve_nameless(s, w, out, detail);
    struct target t = {0};
    const struct config_alias *alias = map_get(&s->aliases, asked);
    enum refusal r = alias ? resolve_alias(s, alias, w, &t) : resolve_prefixed(s, asked, &t);
    if (!alias && r == REFUSAL_MODEL_UNKNOWN && provider_prefix(c, asked) < 0)
        r = resolve_bare(s, w, &t);
    if (r == REFUSAL_NONE && !takes(&c->providers[t.provider], w))
        r = REFUSAL_DIALECT;
    if (r == REFUSAL_NONE && is_away(s, w, &t))
        r = REFUSAL_NOT_LOCAL;
    if (r == REFUSAL_NONE && !alias && !key_may_go(s, w->key, &t, asked))
        r = REFUSAL_MODEL_DENIED;
    if (r == REFUSAL_NONE)
        *out = t;
    else if (r == REFUSAL_DIALECT)
        other_dialect(&c->providers[t.provider], detail);
    else if (r == REFUSAL_MODEL_UNKNOWN)
        near_write(s, w, detail);
    return r;
}
