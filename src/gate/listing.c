// SPDX-License-Identifier: Apache-2.0

#include "gate/listing.h"

#include "base/limits.h"
#include "gate/req.h"
#include "wire/models.h"

#define ITEMS_MAX ((size_t)16384)

struct items {
    struct req *r;
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

static void item_add(struct items *all, const struct config_provider *p, struct str model,
                     const struct sheet *sheet)
{
    struct str id = arena_printf(&all->r->arena, "%.*s/%.*s", STR_ARG(p->name), STR_ARG(model));
    if (all->count < ITEMS_MAX && key_allows(all->r->key, id, model))
        all->at[all->count++] = (struct model_item){
            .id = id, .owner = p->name, .sheet = sheet, .free = p->free && !sheet};
}

static void items_of_provider(struct items *all, const struct config_provider *p)
{
    const struct catalog *c = all->r->view->snapshot->catalog;
    struct str vendor = provider_vendor(p);
    for (unsigned i = 0; i < p->model_count; i++)
        item_add(all, p, p->models[i], provider_sheet(all->r->view->snapshot, p, p->models[i]));
    for (size_t i = 0; p->model_count == 0 && i < catalog_count(c); i++) {
        const struct sheet *sheet = catalog_at(c, i);
        if (str_eq(sheet->vendor, vendor))
            item_add(all, p, sheet->model, sheet);
    }
}

static void items_of_aliases(struct items *all)
{
    const struct config *c = all->r->view->snapshot->config;
    for (unsigned i = 0; i < c->alias_count; i++)
        if (all->count < ITEMS_MAX &&
            key_allows(all->r->key, c->aliases[i].name, c->aliases[i].name))
            all->at[all->count++] =
                (struct model_item){.id = c->aliases[i].name, .owner = str_of("costlens")};
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

static const struct model_item *item_named(const struct items *all, struct str name)
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

static void answer(struct req *r, struct items *all)
{
    enum dialect shape = shape_of(r);
    struct buf body;
    buf_init(&body, &alloc_heap, 16 * MIB);
    if (r->found.model.len == 0) {
        models_list(shape, all->at, all->count, &body);
        send(r, &body);
    } else {
        const struct model_item *one = item_named(all, r->found.model);
        if (one)
            models_one(shape, one, &body);
        if (one)
            send(r, &body);
        else
            req_write_refusal(r, REFUSAL_MODEL_UNKNOWN, r->found.model);
    }
    buf_fini(&body);
}

bool listing_answers(struct req *r)
{
    enum endpoint e = r->found.endpoint;
    if (e != ENDPOINT_MODELS && e != ENDPOINT_MODEL && e != ENDPOINT_GEMINI_MODELS)
        return false;
    const struct config *c = r->view->snapshot->config;
    struct items all = {.r = r, .at = alloc_zero(&alloc_heap, ITEMS_MAX * sizeof *all.at)};
    if (!all.at) {
        req_write_refusal(r, REFUSAL_OVERLOAD, STR_NONE);
        return true;
    }
    items_of_aliases(&all);
    for (unsigned i = 0; i < c->provider_count; i++)
        items_of_provider(&all, &c->providers[i]);
    answer(r, &all);
    heap_free(all.at);
    return true;
}
