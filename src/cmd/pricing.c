// SPDX-License-Identifier: Apache-2.0

#include "cmd/pricing.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/json_out.h"
#include "base/limits.h"
#include "config/config.h"
#include "core/book_write.h"
#include "gate/resolve.h"
#include "wire/vendor.h"

bool pricing_open(struct pricing *p, const struct cli *cli)
{
    struct why why = {0};
    struct config_source source = {.file = cli->config_file};
    *p = (struct pricing){0};
    if (config_read(&source, &p->config, &why) != STATUS_OK) {
        (void)command_failed("%s", why.text);
        return false;
    }
    if (shelf_open(p->config->state, &p->shelf, &why) != STATUS_OK ||
        shelf_catalog(&p->shelf, p->config->prices, &p->catalog, &why) != STATUS_OK) {
        (void)command_failed("%s", why.text);
        pricing_close(p);
        return false;
    }
    return true;
}

void pricing_close(struct pricing *p)
{
    catalog_close(p->catalog);
    shelf_close(&p->shelf);
    config_free(p->config);
    *p = (struct pricing){0};
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

// --- finding ---

// What the gateway decides by, as far as it is known without one.
static struct snapshot snapshot_of(const struct pricing *p)
{
    return (struct snapshot){.config = p->config, .catalog = p->catalog};
}

static const struct sheet *find_full(const struct pricing *p, struct str full)
{
    struct snapshot now = snapshot_of(p);
    int i = provider_prefix(p->config, full);
    const struct sheet *s = NULL;
    size_t slash = str_find(full, '/');
    if (i >= 0) {
        const struct config_provider *at = &p->config->providers[i];
        s = provider_sheet(&now, at, str_skip(full, at->name.len + 1));
    }
    if (!s && slash < full.len)
        s = catalog_find(p->catalog, str_from(full.ptr, slash), str_skip(full, slash + 1));
    return s;
}

const struct sheet *pricing_called(const struct pricing *p, struct str full)
{
    return find_full(p, full);
}

// At the provider to which the gateway would send the bare name. What an Ollama has is not known
// here: what is stated for it by name.
static const struct sheet *find_listed(const struct pricing *p, struct str name)
{
    struct snapshot now = snapshot_of(p);
    for (unsigned i = 0; i < p->config->provider_count; i++) {
        const struct config_provider *at = &p->config->providers[i];
        const struct sheet *s = provider_sheet(&now, at, name);
        if (s && (provider_open(at) ? provider_has_row(at, s) : provider_lists(&now, at, name)))
            return s;
    }
    return NULL;
}

// False for a price of whatever a server on this machine has.
static bool names_a_model(const struct pricing *p, const struct sheet *s)
{
    for (unsigned i = 0; i < p->config->provider_count; i++)
        if (str_eq(p->config->providers[i].name, s->vendor))
            return provider_has_row(&p->config->providers[i], s);
    return true;
}

static const struct sheet *find_anywhere(const struct pricing *p, struct str name)
{
    struct str vendor;
    const struct sheet *first = vendor_sheet(p->catalog, name);
    if (!first || names_a_model(p, first))
        return first;
    for (size_t i = 0; (vendor = catalog_vendor_at(p->catalog, i)).len; i++) {
        const struct sheet *s = catalog_find(p->catalog, vendor, name);
        if (s && names_a_model(p, s))
            return s;
    }
    return first;
}

static const struct sheet *find_bare(const struct pricing *p, struct str name)
{
    const struct sheet *s = find_listed(p, name);
    return s ? s : find_anywhere(p, name);
}

static const struct sheet *find_alias(const struct pricing *p, struct str name)
{
    for (unsigned i = 0; i < p->config->alias_count; i++) {
        const struct config_alias *a = &p->config->aliases[i];
        const struct sheet *s = NULL;
        for (unsigned k = 0; str_eq(a->name, name) && !s && k < a->model_count; k++)
            s = find_full(p, a->models[k]);
        if (s)
            return s;
    }
    return NULL;
}

size_t pricing_others(const struct pricing *p, const struct sheet *s, const char *name,
                      const struct sheet **out, size_t most)
{
    struct str bare = str_of(name);
    struct str vendor;
    size_t count = 0;
    if (find_alias(p, bare) || find_full(p, bare) == s)
        return 0;
    for (size_t i = 0; count < most && (vendor = catalog_vendor_at(p->catalog, i)).len; i++) {
        const struct sheet *other = catalog_find(p->catalog, vendor, bare);
        if (other && other != s && names_a_model(p, other))
            out[count++] = other;
    }
    return count;
}

// --- what is not there ---

static struct str near_vendor(const struct catalog *c, struct str wanted)
{
    struct str vendor;
    char room[NAME_BYTES_MAX];
    if (wanted.len > sizeof room)
        return STR_NONE;
    struct str_near near = {str_lower(wanted, room), wanted.len < 5 ? 2 : 3, STR_NONE};
    for (size_t i = 0; (vendor = catalog_vendor_at(c, i)).len; i++)
        str_near(&near, vendor);
    return near.name;
}

int pricing_no_vendor(const struct pricing *p, const char *vendor)
{
    struct str near = near_vendor(p->catalog, str_of(vendor));
    if (near.len)
        return command_failed("the price book has no vendor `%s`; did you mean `%.*s`?", vendor,
                              STR_ARG(near));
    return command_failed("the price book has no vendor `%s`. Without --vendor all are listed",
                          vendor);
}

static void print_near(const struct pricing *p, struct str name)
{
    const struct sheet *near[CATALOG_NEAR_MAX];
    size_t slash = str_find(name, '/');
    struct str vendor = str_from(name.ptr, slash);
    bool known = catalog_has_vendor(p->catalog, vendor);
    if (known && slash + 1 >= name.len) {
        command_print(stderr,
                      "costlens: %.*s is a vendor, not a model\nTry: costlens price list "
                      "--vendor %.*s\n",
                      STR_ARG(vendor), STR_ARG(vendor));
        return;
    }
    size_t n = known ? catalog_near(p->catalog, vendor, str_skip(name, slash + 1), near) : 0;
    if (n == 0)
        n = catalog_near(p->catalog, STR_NONE, name, near);
    command_print(stderr, "costlens: the price book has no model `%.*s`", STR_ARG(name));
    for (size_t i = 0; i < n; i++)
        command_print(stderr, "%s%.*s/%.*s", i ? ", " : ". Near it: ", STR_ARG(near[i]->vendor),
                      STR_ARG(near[i]->model));
    if (str_find(name, '*') < name.len)
        command_print(stderr, "\nTry: costlens price list '%.*s'\n", STR_ARG(name));
    else if (known)
        command_print(stderr, "\nTry: costlens price list --vendor %.*s\n", STR_ARG(vendor));
    else
        fputs("\nTry: costlens price list PART-OF-ITS-NAME\n", stderr);
}

// Which model an alias stands for can hang on the secrets that this shell has.
static void say_left_out(const struct pricing *p, struct str name, const struct sheet *taken)
{
    for (unsigned i = 0; i < p->config->alias_count; i++) {
        const struct config_alias *a = &p->config->aliases[i];
        if (!str_eq(a->name, name) || a->left_out.len == 0)
            continue;
        command_print(stderr, "costlens: alias %.*s: the provider of %.*s is not there: left out",
                      STR_ARG(name), STR_ARG(a->left_out));
        if (taken)
            command_print(stderr, ", %.*s/%.*s taken", STR_ARG(taken->vendor),
                          STR_ARG(taken->model));
        fputs(" (costlens config check)\n", stderr);
    }
}

const struct sheet *pricing_find(const struct pricing *p, const char *name)
{
    struct str asked = str_of(name);
    const struct sheet *s = find_alias(p, asked);
    say_left_out(p, asked, s);
    if (!s)
        s = find_full(p, asked);
    if (!s)
        s = find_bare(p, asked);
    if (!s)
        print_near(p, asked);
    return s;
}

// --- as JSON ---

static void write_prices(const struct quote *q, struct json_out *o)
{
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        if (!(q->has & 1u << i))
            continue;
        json_out_name(o, bucket_name((enum bucket)i));
        buf_add_char(o->buf, '"');
        price_write(o->buf, q->price[i], bucket_units((enum bucket)i));
        buf_add_char(o->buf, '"');
    }
}

void pricing_write(const struct sheet *s, const struct quote *q, struct buf *out)
{
    struct json_out o = {out, true};
    json_out_text(&o, "vendor", s->vendor);
    json_out_text(&o, "model", s->model);
    json_out_text(&o, "state", str_of(s->free ? "free" : q->has ? "priced" : "unpriced"));
    json_out_begin(&o, "usd", '{');
    write_prices(q, &o);
    json_out_end(&o, '}');
    json_out_number(&o, "context_tokens", s->context_tokens);
    json_out_number(&o, "output_tokens_max", s->output_tokens_max);
    json_out_text(&o, "source", s->source);
}

void pricing_write_terms(const struct sheet *s, struct buf *out)
{
    struct buf term;
    buf_init(&term, &alloc_heap, 0);
    buf_add_cstr(out, ",\"terms\":[");
    for (unsigned i = 0; i < s->term_count; i++) {
        buf_clear(&term);
        book_write_term(&term, &s->terms[i]);
        buf_add_cstr(out, i ? "," : "");
        buf_add_json(out, str_trim(buf_str(&term)));
    }
    buf_add_char(out, ']');
    buf_fini(&term);
}
