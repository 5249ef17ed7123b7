// SPDX-License-Identifier: Apache-2.0

#include "cmd/pricing.h"

#include <stdio.h>

#include "base/clock.h"
#include "gate/config.h"
#include "wire/vendor.h"

bool pricing_open(struct pricing *p, const struct cli *cli)
{
    struct why why = {0};
    struct config_source source = {.file = cli->config_file};
    *p = (struct pricing){NULL, NULL};
    if (config_read(&source, &p->config, &why) != STATUS_OK) {
        (void)command_failed("%s", why.text);
        return false;
    }
    struct str own = p->config->prices;
    if (catalog_open(&alloc_heap, &own, own.len ? 1 : 0, &p->catalog, &why) != STATUS_OK) {
        (void)command_failed("%s", why.text);
        pricing_close(p);
        return false;
    }
    return true;
}

void pricing_close(struct pricing *p)
{
    catalog_close(p->catalog);
    config_free(p->config);
}

bool pricing_time(const char *text, int64_t *us)
{
    if (!text) {
        *us = clock_wall_us();
        return true;
    }
    if (civil_read(str_of(text), us))
        return true;
    (void)command_failed("`%s` is no time. Write 2026-11-24 or 2026-11-24T10:00:00Z", text);
    return false;
}

static const struct sheet *find_at_makers(const struct catalog *c, struct str name)
{
    const struct sheet *s = NULL;
    for (size_t i = 0; !s && i < vendor_count(); i++)
        s = catalog_find(c, str_of(vendor_at(i)->name), name);
    for (size_t i = 0; !s && i < catalog_count(c); i++) {
        const struct sheet *other = catalog_at(c, i);
        if (str_eq(other->model, name))
            s = other;
    }
    return s;
}

static void print_near(const struct catalog *c, struct str name)
{
    const struct sheet *near[CATALOG_NEAR_MAX];
    size_t slash = str_find(name, '/');
    struct str vendor = str_from(name.ptr, slash);
    bool known = slash < name.len && catalog_has_vendor(c, vendor);
    size_t n = known ? catalog_near(c, vendor, str_skip(name, slash + 1), near)
                     : catalog_near(c, STR_NONE, name, near);
    fprintf(stderr, "costlens: the price book has no model `%.*s`", STR_ARG(name));
    for (size_t i = 0; i < n; i++)
        fprintf(stderr, "%s%.*s/%.*s", i ? ", " : ". Near it: ", STR_ARG(near[i]->vendor),
                STR_ARG(near[i]->model));
    fputs("\nTry: costlens price list\n", stderr);
}

const struct sheet *pricing_find(const struct pricing *p, const char *name)
{
    struct str full = str_of(name);
    size_t slash = str_find(full, '/');
    const struct sheet *s = NULL;
    if (slash < full.len)
        s = catalog_find(p->catalog, str_from(full.ptr, slash), str_skip(full, slash + 1));
    if (!s)
        s = find_at_makers(p->catalog, full);
    if (!s)
        print_near(p->catalog, full);
    return s;
}

static void write_prices(const struct quote *q, struct buf *out)
{
    const char *join = "";
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        if (!(q->has & 1u << i))
            continue;
        buf_printf(out, "%s\"%s\":\"", join, bucket_name((enum bucket)i));
        price_write(out, q->price[i], bucket_units((enum bucket)i));
        buf_add_char(out, '"');
        join = ",";
    }
}

void pricing_write(const struct sheet *s, const struct quote *q, struct buf *out)
{
    const char *state = s->free ? "free" : q->has ? "priced" : "unpriced";
    buf_add_cstr(out, "\"vendor\":");
    buf_add_json(out, s->vendor);
    buf_add_cstr(out, ",\"model\":");
    buf_add_json(out, s->model);
    buf_printf(out, ",\"state\":\"%s\",\"usd\":{", state);
    write_prices(q, out);
    buf_add_cstr(out, "},\"context_tokens\":");
    buf_add_i64(out, s->context_tokens);
    buf_add_cstr(out, ",\"output_tokens_max\":");
    buf_add_i64(out, s->output_tokens_max);
    buf_add_cstr(out, ",\"source\":");
    buf_add_json(out, s->source);
}
