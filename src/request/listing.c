// SPDX-License-Identifier: Apache-2.0

#include "request/listing.h"

#include "base/limits.h"
#include "gate/names.h"
#include "gate/proposal.h"
#include "request/translation.h"
#include "wire/models.h"

#define ITEMS_MAX ((size_t)16384)
// Of a name that chooses among models.
#define DETAILS                                                                     \
    "{\"parent_model\":\"\",\"format\":\"\",\"family\":\"costlens\",\"families\":[" \
    "\"costlens\"],\"parameter_size\":\"\",\"quantization_level\":\"\"}"

struct items {
    struct req *r;
    enum dialect shape;
    struct model_item *at;
    size_t count;
};

static enum dialect shape_of(const struct req *r)
{
    if (r->found.endpoint == ENDPOINT_GEMINI_MODELS)
        return DIALECT_GEMINI;
    const struct head *h = exchange_request(r->x);
    if (head_get(h, "anthropic-version", NULL).len)
        return DIALECT_ANTHROPIC;
    if (head_get(h, "x-goog-api-key", NULL).len)
        return DIALECT_GEMINI;
    return DIALECT_OPENAI;
}

static void describe(const struct items *all, const struct local_model *m, struct model_item *item)
{
    struct arena *arena = &all->r->arena;
    item->context_tokens = m->context_trained;
    item->size_bytes = m->size_bytes;
    item->parameters = arena_dup_cstr(arena, m->parameters);
    item->quantization = arena_dup_cstr(arena, m->quantization);
    item->remote = m->remote;
    item->free = item->free && !m->remote;
}

static struct model_item item_of(const struct items *all, const struct config_provider *p,
                                 struct str model, const struct sheet *sheet)
{
    bool free = provider_free(p, model, sheet);
    model = dialect_model(p->dialect, model);
    return (struct model_item){
        .id = arena_printf(&all->r->arena, "%.*s/%.*s", STR_ARG(p->name), STR_ARG(model)),
        .owner = p->name,
        .sheet = free ? NULL : sheet,
        .free = free};
}

// Unless the key may not use it, or there are too many.
static void add(struct items *all, const struct config_provider *p, struct model_item item)
{
    struct str model = str_skip(item.id, p->name.len + 1);
    if (all->count < ITEMS_MAX && key_may(all->r->key, p, model, model))
        all->at[all->count++] = item;
}

struct of_provider {
    struct items *all;
    const struct config_provider *provider;
};

static void add_named(void *context, const struct named *n)
{
    const struct of_provider *o = context;
    struct model_item item = item_of(o->all, o->provider, n->model, n->sheet);
    if (n->local)
        describe(o->all, n->local, &item);
    add(o->all, o->provider, item);
}

// Where the name goes in the caller's dialect, or else in the first that has it: the list is for
// all. False with a sentence for the caller in `detail` (near names), or none.
static bool goes_to(const struct items *all, struct str name, struct target *out,
                    struct buf *detail)
{
    enum refusal refusal = REFUSAL_DIALECT;
    for (unsigned i = 0; i <= DIALECT_COUNT && refusal == REFUSAL_DIALECT; i++) {
        enum dialect dialect = i ? (enum dialect)(i - 1) : all->shape;
        struct wanted wanted = {
            .key = all->r->key,
            .dialect = dialect,
            .model = name,
            .others = dialect == DIALECT_OPENAI ? translation_dialects(ENDPOINT_CHAT) : 0};
        buf_clear(detail);
        refusal = resolve(all->r->view->snapshot, &wanted, out, detail);
    }
    return refusal == REFUSAL_NONE;
}

static struct model_item target_item(const struct items *all, const struct target *t)
{
    const struct snapshot *s = all->r->view->snapshot;
    const struct config_provider *p = &s->config->providers[t->provider];
    struct local *l = snapshot_local(s, p);
    struct local_model m;
    struct model_item item = item_of(all, p, t->model, provider_sheet(s, p, t->model));
    if (l && local_find(l, t->model, &m))
        describe(all, &m, &item);
    return item;
}

// What its target costs, it costs. It is listed where the key may use it, by its own name or by a
// target's.
static void add_alias(struct items *all, struct str name)
{
    struct model_item item = {0};
    struct target t;
    struct buf detail;
    buf_init(&detail, &alloc_heap, 2 * KIB);
    bool goes = goes_to(all, name, &t, &detail);
    if (goes)
        item = target_item(all, &t);
    buf_fini(&detail);
    item.target = item.id;
    item.id = name;
    item.owner = str_of("costlens");
    if (goes || key_allows(all->r->key, name, name))
        all->at[all->count++] = item;
}

static bool may_side(const struct items *all, const struct config_tier *t)
{
    const struct config *c = all->r->view->snapshot->config;
    for (unsigned i = 0; t && i < t->model_count; i++) {
        int p = provider_prefix(c, t->models[i]);
        struct str model = p < 0 ? STR_NONE : str_skip(t->models[i], c->providers[p].name.len + 1);
        if (p >= 0 && key_may(all->r->key, &c->providers[p], model, model))
            return true;
    }
    return false;
}

static bool may_model(const struct items *all, const struct config_route *route)
{
    return may_side(all, route->small) || may_side(all, route->large);
}

// What its call costs depends on the call. It is listed where the key may use it, by its own name
// or by a model's.
static void add_routed(struct items *all, struct str name, bool may)
{
    if (all->count < ITEMS_MAX && (may || key_allows(all->r->key, name, name)))
        all->at[all->count++] = (struct model_item){.id = name, .owner = str_of("costlens")};
}

static void items_of_routes(struct items *all)
{
    const struct snapshot *s = all->r->view->snapshot;
    const struct config *c = s->config;
    const struct str automatic = STR(ROUTE_AUTO);
    const struct config_route *usual = proposal_auto(s, &all->r->arena);
    bool any = usual && may_model(all, usual);
    for (unsigned i = 0; i < c->route_count; i++)
        any = any || may_model(all, &c->routes[i]);
    bool there = c->route_count || (usual && usual->small->model_count);
    if (there && !map_get(&s->aliases, automatic))
        add_routed(all, automatic, any);
    for (unsigned i = 0; i < c->route_count; i++) {
        const struct config_route *route = proposal_fill(s, &c->routes[i], &all->r->arena);
        add_routed(all, c->routes[i].name, route && may_model(all, route));
    }
}

static void items_of_aliases(struct items *all)
{
    const struct snapshot *s = all->r->view->snapshot;
    for (unsigned i = 0; i < s->config->alias_count && all->count < ITEMS_MAX; i++)
        add_alias(all, s->config->aliases[i].name);
}

static void send(struct req *r, struct buf *body)
{
    exchange_begin(r->x, 200);
    exchange_field(r->x, str_of("content-type"), str_of("application/json"));
    req_fields_ours(r);
    exchange_head(r->x, (int64_t)body->len);
    exchange_write(r->x, buf_str(body));
    exchange_end(r->x);
}

static const struct model_item *listed(const struct items *all, struct str name)
{
    for (size_t i = 0; i < all->count; i++) {
        struct str id = all->at[i].id;
        if (str_eq(id, name))
            return &all->at[i];
        size_t owner = all->at[i].owner.len + 1;
        if (id.len > owner && str_eq(str_skip(id, owner), name))
            return &all->at[i];
    }
    return NULL;
}

// False: an Ollama that may have it is asked.
static bool answer_one(struct req *r, const struct items *all, struct buf *body)
{
    char text[MODEL_BYTES_MAX + 1];
    struct target t = {0};
    struct model_item served;
    if (!endpoint_model(&r->found, text)) {
        req_write_refusal(r, REFUSAL_MODEL_UNKNOWN, r->found.model);
        return true;
    }
    struct str name = str_of(text);
    const struct model_item *one = listed(all, name);
    struct buf detail;
    buf_init(&detail, &alloc_heap, 2 * KIB);
    if (!one && goes_to(all, name, &t, &detail)) { // of a pattern, or of an open list
        served = target_item(all, &t);
        one = &served;
    }
    bool waits = (!one || t.guess) && route_waits(r);
    if (one && !waits) {
        models_one(all->shape, one, body);
        send(r, body);
    } else if (!waits) {
        req_write_refusal(r, REFUSAL_MODEL_UNKNOWN, detail.len ? buf_str(&detail) : name);
    }
    buf_fini(&detail);
    return !waits;
}

static bool answer(struct req *r, struct items *all)
{
    struct buf body;
    bool answered = true;
    buf_init(&body, &alloc_heap, 16 * MIB);
    if (r->found.model.len) {
        answered = answer_one(r, all, &body);
    } else {
        models_list(all->shape, all->at, all->count, &body);
        send(r, &body);
    }
    buf_fini(&body);
    return answered;
}

enum flow listing_answer(struct req *r)
{
    enum endpoint e = r->found.endpoint;
    if (e != ENDPOINT_MODELS && e != ENDPOINT_MODEL && e != ENDPOINT_GEMINI_MODELS)
        return NEXT;
    const struct config *c = r->view->snapshot->config;
    struct items all = {
        .r = r, .shape = shape_of(r), .at = alloc_zero(&alloc_heap, ITEMS_MAX * sizeof *all.at)};
    if (!all.at)
        return req_refuse(r, REFUSAL_OVERLOAD, NULL);
    items_of_aliases(&all);
    items_of_routes(&all);
    for (unsigned i = 0; i < c->provider_count; i++)
        names_each(r->view->snapshot, &c->providers[i], add_named,
                   &(struct of_provider){&all, &c->providers[i]});
    bool answered = answer(r, &all);
    heap_free(all.at);
    if (!answered)
        return WAIT;
    req_hand_over(r);
    return END;
}

// --- Ollama's own list ---

// As its programs expect one: they cut the digest, and read the time.
static void write_shown(const struct model_item *item, struct buf *out)
{
    buf_add_cstr(out, "{\"name\":");
    buf_add_json(out, item->id);
    buf_add_cstr(out, ",\"model\":");
    buf_add_json(out, item->id);
    buf_add_cstr(out, ",\"modified_at\":\"1970-01-01T00:00:00Z\",\"size\":0,\"digest\":"
                      "\"0000000000000000000000000000000000000000000000000000000000000000\","
                      "\"details\":" DETAILS "}");
}

static void write_routes(struct req *r, bool more, struct buf *out)
{
    const size_t most = r->view->snapshot->config->route_count + 1;
    struct items all = {.r = r, .at = arena_array(&r->arena, struct model_item, most)};
    if (all.at)
        items_of_routes(&all);
    for (size_t i = 0; i < all.count; i++) {
        write_shown(&all.at[i], out);
        if (more || i + 1 < all.count)
            buf_add_char(out, ',');
    }
}

void listing_join(struct req *r, struct buf *answer)
{
    struct json *document = NULL;
    struct buf out;
    size_t start, len;
    if (r->found.endpoint != ENDPOINT_OLLAMA_TAGS || r->attempt.upstream_status != 200 ||
        json_open(buf_str(answer), &alloc_heap, &document, NULL) != STATUS_OK)
        return;
    const struct json_val *root = json_root(document), *models = json_get(root, "models");
    if (json_type(models) == JSON_ARRAY &&
        json_member_at(document, json_key(root, "models"), &start, &len)) {
        buf_init(&out, &alloc_heap, answer->ceiling);
        buf_add(&out, str_from(answer->ptr, start + 1));
        write_routes(r, json_count(models) > 0, &out);
        buf_add(&out, str_skip(buf_str(answer), start + 1));
        if (buf_failed(&out)) {
            buf_fini(&out);
        } else {
            buf_fini(answer);
            *answer = out;
        }
    }
    json_close(document);
}

// What every call may try: which of its models can, the route sees by each call.
static const char shown[] = "{\"details\":" DETAILS ","
                            "\"model_info\":{\"general.architecture\":\"costlens\"},"
                            "\"capabilities\":[\"completion\",\"tools\"]}";

enum flow listing_shows(struct req *r)
{
    const struct snapshot *s = r->view->snapshot;
    const struct str name = dialect_model(DIALECT_OLLAMA, r->ask.demand.model);
    bool automatic = str_is(name, ROUTE_AUTO) && !map_get(&s->aliases, name);
    if (r->found.endpoint != ENDPOINT_OLLAMA_SHOW || !(automatic || map_get(&s->routes, name)))
        return NEXT;
    struct buf body;
    buf_init(&body, &alloc_heap, KIB);
    buf_add_cstr(&body, shown);
    send(r, &body);
    buf_fini(&body);
    req_hand_over(r);
    return END;
}
