// SPDX-License-Identifier: Apache-2.0
//
// Behind the name of a provider: its near names, else those of its short list. Elsewhere near names
// (first of the provider whose name is near), else the name itself where any is taken: at that
// provider, or at the mock. Then the key that is missing, where the model is of a vendor's, else
// the name behind the first provider who may have it.
// A name of which the asked one is a whole beginning is as near as one with a slip.

#include "gate/near.h"

#include "base/limits.h"
#include "gate/names.h"

#define NEAR_NAMES_MAX 3
#define SHORT_LIST_MAX 8
#define NEAR_SLIPS_MAX 4
#define NO_PROVIDER    (-1)
#define NAMES_BYTES    (64 * KIB)
#define LETTERS_A_SLIP 4 // one slip is forgiven for so many

struct near {
    const struct snapshot *s;
    const struct key *key;
    enum dialect dialect;
    struct str asked;
    struct str alias; // that stands for what is asked, or is itself asked in vain; or empty
    struct str head;  // what stands before its slash, and is no provider; or empty
    struct str model; // what stands behind a provider's name, or behind `head`; or all
    struct {
        struct str owner, model;
        size_t slips;
    } name[NEAR_NAMES_MAX];
    unsigned count;
    struct arena arena; // for the names of local models
};

struct offering {
    struct near *n;
    const struct config_provider *owner;
};

// An alias has no owner.
static bool may(const struct near *n, const struct config_provider *owner, struct str model)
{
    return owner ? key_may(n->key, owner, model, model) : key_allows(n->key, model, model);
}

// Each name once: where two providers have it, that of the first gets it.
static bool has(const struct near *n, struct str model)
{
    for (unsigned i = 0; i < n->count; i++)
        if (str_eq(n->name[i].model, model))
            return true;
    return false;
}

static void add(struct near *n, struct str owner, struct str model, size_t slips)
{
    unsigned at = n->count < NEAR_NAMES_MAX ? n->count++ : NEAR_NAMES_MAX - 1;
    for (; at > 0 && n->name[at - 1].slips > slips; at--)
        n->name[at] = n->name[at - 1];
    n->name[at].owner = owner;
    n->name[at].model = model;
    n->name[at].slips = slips;
}

static bool begins(struct str model, struct str part)
{
    return part.len > 0 && part.len < model.len && str_starts(model, part) &&
           (model.ptr[part.len] == '-' || model.ptr[part.len] == ':');
}

static size_t slips_between(const struct near *n, struct str model)
{
    if (begins(model, n->model) || begins(model, n->asked))
        return 1; // what was left out may be a version
    size_t most = (n->model.len + 2) / LETTERS_A_SLIP;
    most = most < NEAR_SLIPS_MAX ? most : NEAR_SLIPS_MAX;
    size_t part = str_distance(n->model, model, most), all = str_distance(n->asked, model, most);
    size_t slips = part < all ? part : all; // a model's own name may have a slash
    return slips > most ? SIZE_MAX : slips;
}

static void offer(struct near *n, const struct config_provider *owner, struct str model)
{
    size_t slips = slips_between(n, model);
    bool full = n->count == NEAR_NAMES_MAX;
    if (slips == SIZE_MAX || (full && slips >= n->name[n->count - 1].slips))
        return;
    if (may(n, owner, model) && !has(n, model))
        add(n, owner ? owner->name : STR_NONE, model, slips);
}

static void offer_aliases(struct near *n)
{
    const struct config *c = n->s->config;
    for (unsigned i = 0; i < c->alias_count; i++)
        if (!str_eq(c->aliases[i].name, n->alias))
            offer(n, NULL, c->aliases[i].name);
}

static void offer_named(void *context, const struct named *named)
{
    const struct offering *of = context;
    struct near *n = of->n;
    struct str model = named->model;
    if (named->local) { // it lives no longer than this call
        model = dialect_model(of->owner->dialect, model);
        if (slips_between(n, model) == SIZE_MAX)
            return;
        model = arena_dup(&n->arena, model);
    }
    offer(n, of->owner, model);
}

static void offer_provider(struct near *n, const struct config_provider *p)
{
    names_each(n->s, p, offer_named, &(struct offering){n, p});
}

static void offer_all(struct near *n, int only)
{
    const struct config *c = n->s->config;
    for (unsigned i = 0; i < c->provider_count; i++)
        if (only == NO_PROVIDER || (unsigned)only == i)
            offer_provider(n, &c->providers[i]);
}

// The provider that a misspelt prefix means.
static int near_provider(const struct near *n)
{
    const struct config *c = n->s->config;
    struct str_near near = {n->head, n->head.len / LETTERS_A_SLIP + 2, STR_NONE};
    int found = NO_PROVIDER;
    for (unsigned i = 0; n->head.len && i < c->provider_count; i++) {
        size_t before = near.distance;
        str_near(&near, c->providers[i].name);
        if (near.distance < before)
            found = (int)i;
    }
    return found;
}

static void offer_itself(struct near *n, const struct config_provider *p)
{
    bool any = provider_open(p) && p->dialect != DIALECT_OLLAMA;
    if (n->count == 0 && any && may(n, p, n->model))
        add(n, p->name, n->model, 0);
}

static void find(struct near *n)
{
    int meant = near_provider(n);
    offer_aliases(n);
    offer_all(n, meant);
    if (meant == NO_PROVIDER)
        return;
    if (n->count == 0)
        offer_all(n, NO_PROVIDER);
    offer_itself(n, &n->s->config->providers[meant]);
}

static void find_mock(struct near *n)
{
    const struct config *c = n->s->config;
    for (unsigned i = 0; i < c->provider_count; i++)
        if (c->providers[i].mock)
            offer_itself(n, &c->providers[i]);
}

static void write_names(const struct near *n, struct buf *detail)
{
    for (unsigned i = 0; i < n->count; i++) {
        struct str owner = n->name[i].owner;
        buf_printf(detail, "%s%.*s%s%.*s%s", i ? ", " : " Did you mean ", STR_ARG(owner),
                   owner.len ? "/" : "", STR_ARG(n->name[i].model), i + 1 == n->count ? "?" : "");
    }
}

static void write_where(struct buf *detail)
{
    buf_add_cstr(detail, " GET /v1/models lists what there is.");
}

static bool write_list(const struct near *n, const struct config_provider *p, struct buf *detail)
{
    unsigned count = 0;
    for (unsigned i = 0; i < p->model_count && p->model_count <= SHORT_LIST_MAX; i++) {
        if (!may(n, p, p->models[i]))
            continue;
        if (count++ == 0)
            buf_printf(detail, " %.*s has ", STR_ARG(p->name));
        else
            buf_add_cstr(detail, ", ");
        buf_printf(detail, "%.*s/%.*s", STR_ARG(p->name), STR_ARG(p->models[i]));
    }
    buf_add_cstr(detail, count ? "." : "");
    return count > 0;
}

// The vendor whom the head names, or who has the model, where no provider is his; NULL when the
// model is found elsewhere.
static const struct vendor *missing_vendor(const struct near *n)
{
    const struct config *c = n->s->config;
    if (n->count && n->name[0].slips == 0)
        return NULL;
    const struct sheet *sheet = vendor_sheet(n->s->catalog, n->model);
    const struct vendor *v = n->head.len ? vendor_find(n->head) : NULL;
    if (!v && sheet)
        v = vendor_find(sheet->vendor);
    const struct config_provider its = {.name = str_of(v ? v->name : "")};
    if (!v || !v->env[0] || !v->url || !may(n, &its, n->model))
        return NULL;
    for (unsigned i = 0; i < c->provider_count; i++)
        if (str_is(provider_vendor(&c->providers[i]), v->name))
            return NULL;
    return v;
}

static void write_vendor(const struct near *n, const struct vendor *v, struct buf *detail)
{
    buf_printf(detail, " For models of %s ", v->name);
    if (n->s->config->providers[0].from_environment)
        buf_printf(detail, "set %s in the gateway's environment.", v->env[0]);
    else
        buf_printf(detail, "add `%s: { key: env:%s }` to the gateway's providers.", v->name,
                   v->env[0]);
}

// Who may use an alias may use what it stands for.
static bool may_asked(const struct near *n, const struct config_provider *p)
{
    return key_may(n->key, p, n->model, n->alias.len ? n->alias : n->model);
}

// What makes a model that an Ollama lacks be there.
static bool write_pull(const struct near *n, const struct config_provider *p, struct buf *detail)
{
    if (p->dialect != DIALECT_OLLAMA || !provider_there(n->s, p) || !may_asked(n, p))
        return false;
    buf_add_char(detail, ' ');
    local_pull_write(n->model, detail);
    return true;
}

static void write_at(struct near *n, const struct config_provider *p, struct buf *detail)
{
    offer_aliases(n);
    offer_provider(n, p);
    if (n->count)
        write_names(n, detail);
    if (write_pull(n, p, detail) || n->count)
        return;
    if (!write_list(n, p, detail))
        write_where(detail);
}

// A name that is near to none, where an Ollama is there that may have it.
static bool write_pull_anywhere(const struct near *n, struct buf *detail)
{
    const struct config *c = n->s->config;
    bool pulled = false;
    for (unsigned i = 0; i < c->provider_count && !n->head.len && !n->count && !pulled; i++)
        pulled = write_pull(n, &c->providers[i], detail);
    if (pulled && local_pull_bytes(n->model) == 0) // it may be a name of another provider, mistyped
        write_where(detail);
    return pulled;
}

// Of several that may know a name that is new, the first.
static void write_prefixed(const struct near *n, struct buf *detail)
{
    const struct config *c = n->s->config;
    bool none = n->head.len || n->dialect == DIALECT_OLLAMA; // which is asked for what it has
    for (unsigned i = 0; i < c->provider_count && !none; i++) {
        const struct config_provider *p = &c->providers[i];
        if (!provider_takes_new(p, n->dialect) || !may(n, p, n->model))
            continue;
        buf_printf(detail, " %.*s/%.*s goes to %.*s%s.", STR_ARG(p->name), STR_ARG(n->model),
                   STR_ARG(p->name), p->free ? "" : " unpriced");
        return;
    }
}

static void write_anywhere(struct near *n, struct buf *detail)
{
    find(n);
    const struct vendor *missing = missing_vendor(n);
    if (!missing && write_pull_anywhere(n, detail))
        return;
    if (!missing)
        find_mock(n);
    write_names(n, detail);
    if (missing)
        write_vendor(n, missing, detail);
    else
        write_prefixed(n, detail);
    if (!missing && n->count == 0)
        write_where(detail);
}

// Goes on to the first of an alias's targets that is missing, where the key may use one.
static bool missing_target(struct near *n)
{
    const struct config_alias *a = map_get(&n->s->aliases, n->asked);
    n->alias = a ? n->asked : STR_NONE;
    for (unsigned i = 0; a && i < a->model_count; i++) {
        int provider = provider_prefix(n->s->config, a->models[i]);
        struct target t;
        if (provider < 0 || resolve_prefixed(n->s, a->models[i], &t) == REFUSAL_NONE)
            continue;
        const struct config_provider *p = &n->s->config->providers[provider];
        n->model = str_skip(a->models[i], p->name.len + 1);
        if (may_asked(n, p)) {
            n->asked = a->models[i];
            return true;
        }
    }
    n->model = n->asked;
    return false;
}

static void write_elsewhere(struct near *n, struct buf *detail)
{
    struct str asked = n->asked;
    size_t slash = str_find(asked, '/');
    if (slash < asked.len) {
        n->head = str_from(asked.ptr, slash);
        n->model = str_skip(asked, slash + 1);
        buf_printf(detail, ", and no provider is named \"%.*s\"", STR_ARG(n->head));
    }
    buf_add_char(detail, '.');
    if (str_starts(asked, (struct str)STR("mock/")))
        buf_add_cstr(detail, " The mock is there under `costlens serve --mock` only.");
    else
        write_anywhere(n, detail);
}

static void write_all(struct near *n, struct buf *detail)
{
    const struct config *c = n->s->config;
    bool alias = missing_target(n);
    int named = provider_prefix(c, n->asked);
    if (alias)
        buf_printf(detail, "\"%.*s\" stands for %.*s, which", STR_ARG(n->alias), STR_ARG(n->asked));
    else
        buf_printf(detail, "\"%.*s\"", STR_ARG(n->asked));
    buf_add_cstr(detail, " is on no provider's list");
    if (named == NO_PROVIDER) {
        write_elsewhere(n, detail);
        return;
    }
    const struct config_provider *p = &c->providers[named];
    n->model = str_skip(n->asked, p->name.len + 1);
    buf_add_char(detail, '.');
    write_at(n, p, detail);
}

void near_write(const struct snapshot *s, const struct wanted *w, struct buf *detail)
{
    struct near n = {
        .s = s, .key = w->key, .dialect = w->dialect, .asked = w->model, .model = w->model};
    arena_init(&n.arena, &alloc_heap, KIB, NAMES_BYTES);
    write_all(&n, detail);
    arena_fini(&n.arena);
}
