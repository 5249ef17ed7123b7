// SPDX-License-Identifier: Apache-2.0
//
// The section `prices`, checked and written out in the book's own format (core/catalog.h), so that
// there is one reader of prices.

#include "base/decimal.h"
#include "base/limits.h"
#include "core/catalog.h"
#include "core/usage.h"
#include "gate/config_read.h"

#define ATTO         1000000000000000000 // 10^-18 USD in one
#define TOKEN_LEAST  (ATTO / 10000)      // USD per Mtok: less was meant per token
#define TOKEN_MOST   ((int128)ATTO * 1000000)
#define UNIT_MOST    ((int128)ATTO * 9) // what int64 holds
#define PRICES_BYTES MIB

struct price_name {
    const char *name; // in the file
    enum bucket bucket;
    bool token; // a price per Mtok
};

static const struct price_name names[] = {
#define X(id, name, words) {name "_per_mtok", BUCKET_##id, true},
    CONFIG_TOKEN_PRICES(X)
#undef X
#define X(id, name, words) {name, BUCKET_##id, false},
        CONFIG_UNIT_PRICES(X)
#undef X
};
#define NAME_COUNT (sizeof names / sizeof names[0])

// A decimal number within what is believable; a fault otherwise.
static bool read_price(struct reading *r, const struct price_name *name, const struct node *n,
                       int128 *value)
{
    struct str text = reading_text(r, n, name->name);
    if (text.len == 0)
        return false;
    enum status s = decimal_read(text, value);
    if (s == STATUS_LIMIT)
        reading_fault(r, n->line, "%s: `%.*s` has more than 18 places", name->name, STR_ARG(text));
    else if (s != STATUS_OK)
        reading_fault(r, n->line, "%s: `%.*s` is no amount of USD. Write it like 0.15", name->name,
                      STR_ARG(text));
    else if (*value < 0)
        reading_fault(r, n->line, "%s: a price is not negative", name->name);
    else if (name->token && *value > 0 && *value < TOKEN_LEAST)
        reading_fault(
            r, n->line,
            "%s: %.*s is below 0.0001: that was a price per token. Multiply it by 1000000",
            name->name, STR_ARG(text));
    else if (name->token && *value % 1000000)
        reading_fault(r, n->line, "%s: `%.*s` has more than 12 places", name->name, STR_ARG(text));
    else if (*value > (name->token ? TOKEN_MOST : UNIT_MOST))
        reading_fault(r, n->line, "%s: %.*s USD is beyond belief", name->name, STR_ARG(text));
    else
        return true;
    return false;
}

struct row {
    struct str provider, model;
    bool free;
    unsigned stated;
    bool any; // a price that is not zero
    int128 value[NAME_COUNT];
    bool has[NAME_COUNT];
};

static void read_prices(struct reading *r, const struct node *map, struct row *row)
{
    for (size_t i = 0; i < NAME_COUNT; i++) {
        const struct node *n = node_get(map, names[i].name);
        if (node_is_null(n) || !read_price(r, &names[i], n, &row->value[i]))
            continue;
        row->has[i] = true;
        row->stated++;
        row->any |= row->value[i] != 0;
    }
}

static bool read_free(struct reading *r, const struct node *map, struct row *row)
{
    const struct node *n = node_get(map, "free");
    if (node_is_null(n))
        return true;
    struct str text = reading_text(r, n, "free");
    row->free = str_is(text, "true");
    if (row->free || str_is(text, "false"))
        return true;
    reading_fault(r, n->line, "free: `%.*s` does not fit. Write true or false", STR_ARG(text));
    return false;
}

// The line on which the same model has its price already; 0 when it has none.
static int twice(const struct node *list, const struct node *map, struct str full)
{
    for (const struct node *other = list->first; other != map; other = other->next) {
        const struct node *n = node_get(other, "model");
        if (n && n->kind == NODE_TEXT && str_eq(n->text, full))
            return n->line;
    }
    return 0;
}

static bool read_model(struct reading *r, const struct node *map, struct row *row)
{
    const struct node *n = node_get(map, "model");
    int provider = -1;
    if (node_is_null(n)) {
        reading_fault(r, map->line, "prices: `model` is missing. Write model: PROVIDER/MODEL");
        return false;
    }
    struct str full = reading_text(r, n, "model");
    if (full.len == 0 || !reading_model(r, n->line, full, "prices", &provider))
        return false;
    for (size_t i = 0; i < full.len; i++) {
        bool star = full.ptr[i] == '*' && i + 1 < full.len;
        if ((unsigned char)full.ptr[i] <= ' ' || full.ptr[i] == '#' || star) {
            reading_fault(r, n->line,
                          "prices: `%.*s` is no model's name (a * may stand at its end)",
                          STR_ARG(full));
            return false;
        }
    }
    int line = twice(map->parent, map, full);
    if (line) {
        reading_fault(r, n->line, "prices: `%.*s` is here twice (also on line %d)", STR_ARG(full),
                      line);
        return false;
    }
    size_t head = provider >= 0 ? r->c->providers[provider].name.len : str_find(full, '/');
    row->provider = str_from(full.ptr, head);
    row->model = str_skip(full, head + 1);
    return true;
}

static bool check_row(struct reading *r, const struct node *map, const struct row *row)
{
    if (row->free && row->any)
        reading_fault(r, map->line, "prices: %.*s is free and has a price. Remove one of them",
                      STR_ARG(row->model));
    else if (!row->free && row->stated == 0)
        reading_fault(r, map->line,
                      "prices: %.*s has no price. Add input_per_mtok and output_per_mtok, or "
                      "free: true",
                      STR_ARG(row->model));
    else if (!row->free && !row->any)
        reading_fault(r, map->line,
                      "prices: every price of %.*s is 0. If it costs nothing write "
                      "free: true",
                      STR_ARG(row->model));
    else
        return true;
    return false;
}

static void write_row(struct buf *b, const struct row *row)
{
    buf_printf(b, "vendor %.*s\nsource configuration\nmodel %.*s\n", STR_ARG(row->provider),
               STR_ARG(row->model));
    if (row->free) {
        buf_add_cstr(b, "free\n");
        return;
    }
    buf_add_cstr(b, "price");
    for (size_t i = 0; i < NAME_COUNT; i++) {
        if (!row->has[i])
            continue;
        buf_printf(b, " %s ", bucket_name(names[i].bucket));
        decimal_write(b, row->value[i], DECIMAL_PLACES, 0);
    }
    buf_add_char(b, '\n');
}

// What was written must be what the book's reader takes: it has the last word.
static void check_book(struct reading *r, int line)
{
    struct catalog *catalog = NULL;
    struct why why = {0};
    if (r->c->prices.len == 0 || r->c->fault_count)
        return;
    if (catalog_open_texts(&alloc_heap, &r->c->prices, 1, &catalog, &why) != STATUS_OK)
        reading_fault(r, line, "prices: %s", why.text);
    catalog_close(catalog);
}

void reading_prices(struct reading *r)
{
    const struct node *n = node_get(r->root, "prices");
    struct buf book;
    if (node_is_null(n))
        return;
    if (n->kind != NODE_LIST) {
        reading_fault(r, n->line,
                      "prices: a list is expected here: `- {model: PROVIDER/MODEL, "
                      "input_per_mtok: 0.15, output_per_mtok: 0.60}`");
        return;
    }
    buf_init(&book, &alloc_heap, PRICES_BYTES);
    for (const struct node *map = n->first; map; map = map->next) {
        struct row row = {0};
        if (!reading_section(r, SECTION_PRICE, map, NULL) || !read_model(r, map, &row) ||
            !read_free(r, map, &row))
            continue;
        unsigned faults = r->c->fault_count;
        read_prices(r, map, &row);
        if (r->c->fault_count == faults && check_row(r, map, &row))
            write_row(&book, &row);
    }
    if (buf_failed(&book))
        reading_fault(r, n->line, "prices: more than %d bytes", PRICES_BYTES);
    r->c->prices = arena_dup(&r->c->arena, buf_str(&book));
    buf_fini(&book);
    check_book(r, n->line);
}
