// SPDX-License-Identifier: Apache-2.0
//
// The section `prices`, checked and written out in the book's own format (core/catalog.h), so that
// there is one reader of prices. `when` is in when.c, the amounts are in amount.c.

#include "config/price.h"

#include "base/limits.h"
#include "core/book_line.h"
#include "core/catalog.h"

#define PRICES_BYTES MIB

struct row {
    struct str provider, model;
    enum dialect dialect; // of the provider; DIALECT_COUNT: it is not there
    bool free;
    bool changes; // it has a `when`
    struct amounts amounts;
};

static bool read_free(struct reading *r, const struct node *map, struct row *row)
{
    const struct node *n = node_get(map, "free");
    if (node_is_null(n))
        return true;
    struct str text = reading_text(r, n, "free");
    if (str_truth(text, &row->free))
        return true;
    reading_fault(r, n->line, "free: `%.*s` does not fit. Write true or false", STR_ARG(text));
    return false;
}

// The line on which the same model has its price already; 0 when it has none.
static int twice(const struct node *list, const struct node *map, enum dialect d, struct str full)
{
    for (const struct node *other = list->first; other != map; other = other->next) {
        const struct node *n = node_get(other, "model");
        if (n && n->kind == NODE_TEXT && str_eq(dialect_model(d, n->text), dialect_model(d, full)))
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
    size_t head = provider >= 0 ? r->c->providers[provider].name.len : str_find(full, '/');
    row->provider = str_from(full.ptr, head);
    row->dialect = provider >= 0 ? r->c->providers[provider].dialect : DIALECT_COUNT;
    row->model = dialect_model(row->dialect, str_skip(full, head + 1));
    if (str_find(row->provider, ' ') < head) {
        reading_fault(r, n->line,
                      "prices: a price needs a provider's name without spaces. Rename `%.*s`",
                      STR_ARG(row->provider));
        return false;
    }
    for (size_t i = 0; i < full.len; i++) {
        bool star = full.ptr[i] == '*' && i + 1 < full.len;
        if ((unsigned char)full.ptr[i] <= ' ' || full.ptr[i] == '#' || star) {
            reading_fault(r, n->line,
                          "prices: `%.*s` is no model's name (a * may stand at its end)",
                          STR_ARG(full));
            return false;
        }
    }
    int line = twice(map->parent, map, row->dialect, full);
    if (line) {
        reading_fault(r, n->line, "prices: `%.*s` is here twice (also on line %d)", STR_ARG(full),
                      line);
        return false;
    }
    return true;
}

static bool check_row(struct reading *r, const struct node *map, const struct row *row)
{
    if (row->free && (row->amounts.any || row->changes))
        reading_fault(r, map->line, "prices: %.*s is free and has a price. Remove one of them",
                      STR_ARG(row->model));
    else if (!row->free && row->amounts.stated == 0 && !row->changes)
        reading_fault(r, map->line,
                      "prices: %.*s has no price. Add input_per_mtok and output_per_mtok, or "
                      "free: true",
                      STR_ARG(row->model));
    else if (!row->free && !row->amounts.any && !row->changes)
        reading_fault(r, map->line,
                      "prices: every price of %.*s is 0. If it costs nothing write "
                      "free: true",
                      STR_ARG(row->model));
    else
        return true;
    return false;
}

static bool states(const struct node *map, const struct row *row, enum bucket first,
                   enum bucket last, const char *name)
{
    const struct node *whens = node_get(map, "when");
    for (unsigned b = first; b <= last; b++)
        if (row->amounts.has[b])
            return true;
    for (const struct node *w = row->changes ? whens->first : NULL; w; w = w->next)
        if (node_get(w, name))
            return true;
    return false;
}

// Of one who has a price of tokens on one side alone, most calls have none.
static void note_half(struct reading *r, const struct node *map, const struct row *row)
{
    static const char in[] = "input_per_mtok", out[] = "output_per_mtok";
    bool puts_in = states(map, row, BUCKET_INPUT, BUCKET_IMAGE_INPUT, in);
    bool puts_out = states(map, row, BUCKET_OUTPUT, BUCKET_IMAGE_OUTPUT, out);
    if (puts_in != puts_out)
        reading_warn(r, map->line,
                     "prices: %.*s has no %s: calls that use such tokens stay unpriced. Add it (0 "
                     "where they cost nothing)",
                     STR_ARG(row->model), puts_in ? out : in);
}

// --- written as a block of the book ---

static void write_aliases(struct reading *r, const struct node *map, enum dialect d, struct buf *b)
{
    struct str *items = NULL;
    unsigned count = 0;
    const struct node *n = node_get(map, "aliases");
    if (node_is_null(n) || !reading_texts(r, n, "aliases", &items, &count) || count == 0)
        return;
    buf_add_cstr(b, "alias");
    for (unsigned i = 0; i < count; i++) {
        if (!book_is_name(items[i]))
            reading_fault(r, n->line,
                          "aliases: `%.*s` is no model's name (a * may stand at its end)",
                          STR_ARG(items[i]));
        struct str name = dialect_model(d, items[i]);
        buf_printf(b, " %.*s", STR_ARG(name));
    }
    buf_add_char(b, '\n');
}

static void write_tokens(struct reading *r, const struct node *map, const char *name, struct buf *b)
{
    int64_t tokens;
    const struct node *n = node_get(map, name);
    if (node_is_null(n))
        return;
    struct str text = reading_text(r, n, name);
    if (n->kind == NODE_TEXT && (!str_i64(text, &tokens) || tokens < 1))
        reading_fault(r, n->line, "%s: `%.*s` does not fit. Write a whole number of tokens", name,
                      STR_ARG(text));
    buf_printf(b, "%s %.*s\n", name, STR_ARG(text));
}

static void write_row(struct reading *r, const struct node *map, struct row *row, struct buf *b)
{
    buf_printf(b, "vendor %.*s\nsource configuration\nmodel %.*s\n", STR_ARG(row->provider),
               STR_ARG(row->model));
    write_aliases(r, map, row->dialect, b);
    reading_amounts(r, map, &row->amounts);
    if (row->free)
        buf_add_cstr(b, "free\n");
    else if (row->amounts.stated) {
        buf_add_cstr(b, "price");
        amounts_write(b, &row->amounts);
        buf_add_char(b, '\n');
    }
    row->changes = reading_whens(r, node_get(map, "when"), b);
    write_tokens(r, map, "context", b);
    write_tokens(r, map, "output_max", b);
}

// What was written must be what the book's reader takes: it has the last word.
static bool check_texts(struct reading *r, int line, const struct str *texts, size_t count)
{
    struct catalog *catalog = NULL;
    struct why why = {0};
    enum status s = catalog_open_texts(&alloc_heap, texts, count, &catalog, &why);
    if (s != STATUS_OK) {
        const char *what = strstr(why.text, ": "); // behind the text's name and line
        reading_fault(r, line, "prices: %s", what ? what + 2 : why.text);
    }
    catalog_close(catalog);
    return s == STATUS_OK;
}

static void read_row(struct reading *r, const struct node *map, struct str days, struct buf *book)
{
    struct row row = {0};
    struct buf block;
    if (!reading_section(r, SECTION_PRICE, map, NULL) || !read_model(r, map, &row) ||
        !read_free(r, map, &row))
        return;
    unsigned faults = r->c->fault_count;
    buf_init(&block, &alloc_heap, PRICES_BYTES);
    write_row(r, map, &row, &block);
    if (buf_failed(&block))
        reading_fault(r, map->line, "prices: more than %d bytes, or no memory for them",
                      PRICES_BYTES);
    if (r->c->fault_count == faults && check_row(r, map, &row) &&
        check_texts(r, map->line, (struct str[]){days, buf_str(&block)}, 2)) {
        buf_add(book, buf_str(&block));
        r->c->price_count++;
        note_half(r, map, &row);
    }
    buf_fini(&block);
}

static void read_rows(struct reading *r, const struct node *list, struct buf *book)
{
    size_t days = book->len;
    if (!list || node_is_null(list))
        return;
    if (list->kind != NODE_LIST) {
        reading_fault(r, list->line,
                      "prices: a list is expected here: `- {model: PROVIDER/MODEL, "
                      "input_per_mtok: 0.15, output_per_mtok: 0.60}`");
        return;
    }
    for (const struct node *map = list->first; map && !buf_failed(book); map = map->next)
        read_row(r, map, str_from(buf_cstr(book), days), book);
}

void reading_prices(struct reading *r)
{
    const struct node *n = node_get(r->root, "prices");
    int line = n ? n->line : 0;
    struct buf book;
    buf_init(&book, &alloc_heap, PRICES_BYTES);
    reading_holidays(r, &book);
    read_rows(r, n, &book);
    if (buf_failed(&book))
        reading_fault(r, line, "prices: more than %d bytes, or no memory for them", PRICES_BYTES);
    r->c->prices = arena_dup(&r->c->arena, buf_str(&book));
    buf_fini(&book);
    if (r->c->prices.len && r->c->fault_count == 0)
        (void)check_texts(r, line, &r->c->prices, 1); // the fault is noted
}
