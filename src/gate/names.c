// SPDX-License-Identifier: Apache-2.0

#include "gate/names.h"

struct walk {
    const struct snapshot *snapshot;
    const struct config_provider *provider;
    named_f *f;
    void *context;
};

static void on_local(void *context, const struct local_model *m)
{
    const struct walk *w = context;
    struct str model = str_of(m->name);
    struct named n = {model, provider_sheet(w->snapshot, w->provider, model), m};
    w->f(w->context, &n);
}

static bool is_pattern(struct str model)
{
    return str_find(model, '*') < model.len;
}

static void each_listed(const struct walk *w, struct local *l)
{
    for (unsigned i = 0; i < w->provider->model_count; i++) {
        struct str model = w->provider->models[i];
        struct local_model m;
        if (is_pattern(model))
            continue;
        bool known = l && local_find(l, model, &m);
        struct named n = {model, provider_sheet(w->snapshot, w->provider, model),
                          known ? &m : NULL};
        w->f(w->context, &n);
    }
}

static bool has_pattern(const struct config_provider *p)
{
    unsigned i = 0;
    while (i < p->model_count && !is_pattern(p->models[i]))
        i++;
    return i < p->model_count;
}

static bool is_listed(const struct config_provider *p, struct str model)
{
    unsigned i = 0;
    while (i < p->model_count && !str_eq(p->models[i], model))
        i++;
    return i < p->model_count;
}

static bool fits_pattern(const struct config_provider *p, struct str model)
{
    unsigned i = 0;
    while (i < p->model_count && !(is_pattern(p->models[i]) && str_glob(p->models[i], model)))
        i++;
    return i < p->model_count;
}

// The book's rows that belong to the provider's list without being named there: the list is open,
// or has a pattern for them.
static void each_row(const struct walk *w)
{
    const struct catalog *c = w->snapshot->catalog;
    const struct config_provider *p = w->provider;
    const bool open = provider_open(p);
    const size_t count = open || has_pattern(p) ? catalog_count(c) : 0;
    for (size_t i = 0; i < count; i++) {
        const struct sheet *sheet = catalog_at(c, i);
        bool own = str_eq(sheet->vendor, p->name); // it hides the vendor's of the same name
        bool its = provider_has_row(p, sheet) && (own || !catalog_find(c, p->name, sheet->model));
        if (its && (open || fits_pattern(p, sheet->model)) && !is_listed(p, sheet->model))
            w->f(w->context, &(struct named){sheet->model, sheet, NULL});
    }
}

void names_each(const struct snapshot *s, const struct config_provider *p, named_f *f,
                void *context)
{
    struct walk w = {s, p, f, context};
    struct local *l = snapshot_local(s, p);
    if (l && provider_open(p)) {
        local_each(l, on_local, &w);
        return;
    }
    for (size_t i = 0; p->mock && i < MOCK_NAMES; i++)
        f(context, &(struct named){mock_names[i], NULL, NULL});
    each_listed(&w, l);
    each_row(&w);
}
