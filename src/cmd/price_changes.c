// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>

#include "base/json_out.h"
#include "cmd/price.h"
#include "cmd/table.h"
#include "core/book_write.h"

#define NEW_SHOWN 10

// The configuration's own price goes before the list's: nothing becomes of that.
static bool is_behind(const struct price_changes *c, const struct sheet *s)
{
    const struct sheet *held = catalog_find(c->held, s->vendor, s->model);
    return held && str_is(held->source, "configuration");
}

// What stands in the table: `begun` leaves out what no import said.
static bool wanted(const struct price_changes *c, const struct sheet *s, struct change *out)
{
    if (c->begun && !s->before)
        return false;
    change_find(c->now, c->begun ? sheet_at(s, c->at_us) : s, c->at_us, out);
    if (c->begun && out->kind == CHANGE_LACKING)
        out->kind = CHANGE_PRICE; // it was taken
    if (out->kind != CHANGE_NONE && is_behind(c, s))
        out->kind = CHANGE_BEHIND;
    return out->kind != CHANGE_NONE;
}

// The list speaks of its vendor and not of it.
static bool is_gone(const struct price_changes *c, const struct sheet *s)
{
    s = sheet_at(s, c->at_us);
    return !c->begun && !sheet_silent(s) && catalog_has_vendor(c->to, s->vendor) &&
           !catalog_lists(c->to, s->vendor, s->model) && list_wants(c->only, s->vendor, s->model);
}

// "+12.5 %" of what it was.
static void write_percent(struct buf *b, struct price old, struct price fresh)
{
    if (old.atto == 0)
        return;
    int128 tenths = decimal_divide((int128)(fresh.atto - old.atto) * 1000, old.atto);
    buf_add_cstr(b, tenths < 0 ? "" : "+");
    decimal_write(b, tenths, 1, 1);
    buf_add_cstr(b, " %");
}

// --- the table ---

static void cell(struct libscols_line *line, size_t column, struct buf *text)
{
    table_cell(line, column, buf_str(text));
    buf_clear(text);
}

static struct libscols_line *add_line(struct libscols_table *t, const struct sheet *s,
                                      const char *what)
{
    struct buf b;
    struct libscols_line *line = table_line(t);
    buf_init(&b, &alloc_heap, 0);
    buf_printf(&b, "%.*s/%.*s", STR_ARG(s->vendor), STR_ARG(s->model));
    cell(line, 0, &b);
    table_cell(line, 1, str_of(what));
    buf_fini(&b);
    return line;
}

static void add_bucket(struct libscols_table *t, const struct change *c, enum bucket bucket)
{
    struct buf b;
    struct libscols_line *line = add_line(t, c->fresh, bucket_name(bucket));
    enum bucket as = quote_priced_as(&c->before, bucket);
    buf_init(&b, &alloc_heap, 0);
    if (c->kind == CHANGE_PRICE && as != BUCKET_COUNT)
        price_write(&b, c->before.price[as], bucket_units(as));
    cell(line, 2, &b);
    price_write(&b, c->after.price[bucket], bucket_units(bucket));
    cell(line, 3, &b);
    if (c->kind == CHANGE_NEW)
        buf_add_cstr(&b, "new");
    else if (as != BUCKET_COUNT)
        write_percent(&b, c->before.price[as], c->after.price[bucket]);
    cell(line, 4, &b);
    buf_fini(&b);
}

struct saying {
    struct libscols_table *table;
    struct json_out *out;
    const struct sheet *of;
};

static void add_kept(void *context, enum bucket bucket, struct price price)
{
    struct saying *d = context;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    buf_printf(&b, "kept: %s ", bucket_name(bucket));
    price_write(&b, price, bucket_units(bucket));
    (void)add_line(d->table, d->of, buf_cstr(&b));
    buf_fini(&b);
}

static void add_term(const struct saying *d, const char *what, const struct term *t)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    buf_add_cstr(&b, what);
    book_write_term(&b, t);
    (void)add_line(d->table, d->of, buf_cstr(&b));
    buf_fini(&b);
}

static void add_dropped(void *context, const struct term *t)
{
    add_term(context, "not kept:", t);
}

static void add_kept_term(void *context, const struct term *t)
{
    add_term(context, "kept:", t);
}

static void add_replaced(void *context, const struct term *t)
{
    add_term(context, "until now", t);
}

static void add_added(void *context, const struct term *t)
{
    add_term(context, "then", t);
}

static void add_lacking(struct libscols_table *t, const struct change *c)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    buf_add_cstr(&b, "not taken: the list has no price of ");
    for (unsigned i = 0, n = 0; i < BUCKET_COUNT; i++)
        if (c->lacks & 1u << i)
            buf_printf(&b, "%s%s", n++ ? " and " : "", bucket_name((enum bucket)i));
    (void)add_line(t, c->fresh, buf_cstr(&b));
    buf_fini(&b);
}

static void add_change(struct libscols_table *t, const struct change *c)
{
    struct saying d = {.table = t, .of = c->fresh};
    if (c->kind == CHANGE_LACKING) {
        add_lacking(t, c);
        return;
    }
    if (c->kind == CHANGE_BEHIND) {
        (void)add_line(t, c->fresh, "priced by the configuration, which goes before a list");
        return;
    }
    if (c->fresh->free || (c->old && c->old->free)) {
        struct libscols_line *line = add_line(t, c->fresh, "free");
        table_cell(line, 2, str_of(c->old && c->old->free ? "free" : ""));
        table_cell(line, 3, str_of(c->fresh->free ? "free" : "priced"));
    }
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        if (c->kind == CHANGE_NEW ? c->after.has & 1u << i : change_of(c, (enum bucket)i))
            add_bucket(t, c, (enum bucket)i);
    }
    if (c->kind == CHANGE_PRICE) {
        change_replaced(c, add_replaced, &d);
        change_added(c, add_added, &d);
    }
    change_kept(c, add_kept, &d);
    change_kept_terms(c, add_kept_term, &d);
    change_dropped(c, add_dropped, &d);
}

// Those of which only the names are told.
static void print_new(const struct price_changes *c)
{
    unsigned n = 0;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    for (size_t i = 0; i < catalog_count(c->to); i++) {
        struct change change;
        const struct sheet *s = catalog_at(c->to, i);
        if (!wanted(c, s, &change) || change.kind != CHANGE_NEW || n++ >= NEW_SHOWN)
            continue;
        buf_printf(&b, "%s%.*s/%.*s", n > 1 ? ", " : "new: ", STR_ARG(s->vendor),
                   STR_ARG(s->model));
    }
    if (n > NEW_SHOWN)
        buf_printf(&b, ", and %u more (--json)", n - NEW_SHOWN);
    if (n)
        command_print(stdout, "%s\n", buf_cstr(&b));
    buf_fini(&b);
}

static void print_counts(const struct price_changes *c, const unsigned *counts, unsigned gone)
{
    printf("%u changed, %u new", counts[CHANGE_PRICE], counts[CHANGE_NEW]);
    if (counts[CHANGE_LACKING])
        printf(", %u not taken", counts[CHANGE_LACKING]);
    if (counts[CHANGE_BEHIND])
        printf(", %u priced by the configuration", counts[CHANGE_BEHIND]);
    if (!c->begun)
        printf(", %u of the same vendors not in the list%s", gone,
               gone && !c->gone ? " (--gone)" : "");
    puts("; USD for 1,000,000 tokens, or for one");
}

unsigned price_changes_print(const struct price_changes *c)
{
    static const char *const titles[] = {"MODEL", "USAGE", "OLD", "NEW", "CHANGE"};
    unsigned counts[CHANGE_BEHIND + 1] = {0}, gone = 0;
    struct libscols_table *t = table_new();
    for (unsigned i = 0; i < 5; i++)
        table_column(t, titles[i], i > 1);
    for (size_t i = 0; i < catalog_count(c->to); i++) {
        struct change change;
        if (!wanted(c, catalog_at(c->to, i), &change))
            continue;
        counts[change.kind]++;
        if (c->whole || change.kind != CHANGE_NEW)
            add_change(t, &change);
    }
    for (size_t i = 0; i < catalog_count(c->now); i++) {
        const struct sheet *s = catalog_at(c->now, i);
        if (!is_gone(c, s))
            continue;
        gone++;
        if (c->gone)
            table_cell(add_line(t, s, ""), 4, str_of("gone"));
    }
    if (counts[CHANGE_PRICE] || counts[CHANGE_LACKING] || counts[CHANGE_BEHIND] ||
        (c->whole && counts[CHANGE_NEW]) || (c->gone && gone)) {
        table_print(t);
        puts("");
    } else {
        table_free(t);
    }
    if (!c->whole)
        print_new(c);
    print_counts(c, counts, gone);
    return counts[CHANGE_PRICE] + counts[CHANGE_NEW];
}

// --- JSON ---

static void write_pair(struct json_out *o, const struct change *c, enum bucket bucket)
{
    struct buf b;
    enum bucket as = quote_priced_as(&c->before, bucket);
    buf_init(&b, &alloc_heap, 0);
    json_out_begin(o, bucket_name(bucket), '{');
    if (c->kind == CHANGE_PRICE && as != BUCKET_COUNT) {
        price_write(&b, c->before.price[as], bucket_units(as));
        json_out_text(o, "old", buf_str(&b));
    } else {
        json_out_null(o, "old");
    }
    buf_clear(&b);
    price_write(&b, c->after.price[bucket], bucket_units(bucket));
    json_out_text(o, "new", buf_str(&b));
    json_out_end(o, '}');
    buf_fini(&b);
}

static void write_term(void *context, const struct term *t)
{
    struct saying *d = context;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    book_write_term(&b, t);
    json_out_text(d->out, NULL, str_trim(buf_str(&b)));
    buf_fini(&b);
}

static void write_kept(void *context, enum bucket bucket, struct price price)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    price_write(&b, price, bucket_units(bucket));
    json_out_text(context, bucket_name(bucket), buf_str(&b));
    buf_fini(&b);
}

static void write_change(struct json_out *o, const struct change *c)
{
    json_out_begin(o, NULL, '{');
    json_out_text(o, "vendor", c->fresh->vendor);
    json_out_text(o, "model", c->fresh->model);
    json_out_flag(o, "free", c->fresh->free);
    json_out_begin(o, "usd", '{');
    for (unsigned i = 0; i < BUCKET_COUNT; i++)
        if (c->kind == CHANGE_NEW ? c->after.has & 1u << i : change_of(c, (enum bucket)i))
            write_pair(o, c, (enum bucket)i);
    json_out_end(o, '}');
    json_out_flag(o, "only_under_a_condition", c->others);
    json_out_begin(o, "then", '[');
    if (c->kind == CHANGE_PRICE)
        change_added(c, write_term, &(struct saying){.out = o});
    json_out_end(o, ']');
    json_out_begin(o, "kept", '{');
    change_kept(c, write_kept, o);
    json_out_end(o, '}');
    json_out_begin(o, "kept_under_a_condition", '[');
    change_kept_terms(c, write_term, &(struct saying){.out = o});
    json_out_end(o, ']');
    json_out_begin(o, "lacks", '[');
    for (unsigned i = 0; i < BUCKET_COUNT; i++)
        if (c->lacks & 1u << i)
            json_out_text(o, NULL, str_of(bucket_name((enum bucket)i)));
    json_out_end(o, ']');
    json_out_begin(o, "not_kept", '[');
    change_dropped(c, write_term, &(struct saying){.out = o});
    json_out_end(o, ']');
    json_out_end(o, '}');
}

static unsigned write_kind(const struct price_changes *c, enum change_kind kind, struct json_out *o)
{
    unsigned count = 0;
    for (size_t i = 0; i < catalog_count(c->to); i++) {
        struct change change;
        if (!wanted(c, catalog_at(c->to, i), &change) || change.kind != kind)
            continue;
        count++;
        write_change(o, &change);
    }
    return count;
}

unsigned price_changes_write(const struct price_changes *c, struct buf *b)
{
    struct json_out o = {b, true};
    unsigned count = 0;
    json_out_begin(&o, "changed", '[');
    count += write_kind(c, CHANGE_PRICE, &o);
    json_out_end(&o, ']');
    json_out_begin(&o, "new", '[');
    count += write_kind(c, CHANGE_NEW, &o);
    json_out_end(&o, ']');
    json_out_begin(&o, "not_taken", '[');
    (void)write_kind(c, CHANGE_LACKING, &o);
    json_out_end(&o, ']');
    json_out_begin(&o, "priced_by_configuration", '[');
    (void)write_kind(c, CHANGE_BEHIND, &o);
    json_out_end(&o, ']');
    json_out_begin(&o, "gone", '[');
    for (size_t i = 0; i < catalog_count(c->now); i++) {
        const struct sheet *s = catalog_at(c->now, i);
        if (!is_gone(c, s))
            continue;
        json_out_begin(&o, NULL, '{');
        json_out_text(&o, "vendor", s->vendor);
        json_out_text(&o, "model", s->model);
        json_out_end(&o, '}');
    }
    json_out_end(&o, ']');
    return count;
}
