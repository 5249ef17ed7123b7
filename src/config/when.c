// SPDX-License-Identifier: Apache-2.0
//
// `when` of a price, and `holidays`. Each key is checked by the book's own readers, so that a fault
// has its line, and then stands in the book's line as it is.

#include "base/clock.h"
#include "config/price.h"
#include "core/book_line.h"

static bool is_time(struct str s)
{
    int64_t us;
    return civil_read(s, &us);
}

static bool is_weekdays(struct str s)
{
    struct term t = book_term_always;
    return book_weekdays(s, &t);
}

static bool is_hours(struct str s)
{
    struct term t = book_term_always;
    return book_hours(s, &t);
}

static bool is_tokens(struct str s)
{
    int64_t n;
    return str_i64(s, &n) && n > 0;
}

static bool is_service(struct str s)
{
    enum service service;
    return service_find(s, &service);
}

static bool is_true(struct str s)
{
    bool truth = false;
    return str_truth(s, &truth) && truth;
}

#define A_TIME "Write a day (2027-01-31, its midnight UTC) or a moment (2027-01-31T16:00:00Z)"

static const struct condition {
    const char *name;
    const char *word; // before the value in the book's line; NULL = this key alone
    bool many;        // may be a list
    bool (*fits)(struct str s);
    const char *cure;
} conditions[] = {
    {"from", " from", false, is_time, A_TIME},
    {"until", " until", false, is_time, A_TIME},
    {"days", "", true, is_weekdays, "Write mon-fri, or [mon, wed]"},
    {"hours", "", false, is_hours,
     "Write one range of a day in UTC: 01:00-04:00. Two ranges, or one past midnight, are two "
     "entries"},
    {"above", " above", false, is_tokens, "Write a whole number of prompt tokens"},
    {"service", "", true, is_service, "Write standard, batch, flex, priority or fast"},
    {"us", NULL, false, is_true, "Write true, or leave it out"},
    {"thinking", NULL, false, is_true, "Write true, or leave it out"},
};

// Faults leave `out` alone.
static bool add_condition(struct reading *r, const struct condition *c, const struct node *n,
                          struct buf *out)
{
    struct str one;
    struct str *items = &one;
    unsigned count = 1;
    if (c->many) {
        if (!reading_texts(r, n, c->name, &items, &count))
            return false;
    } else {
        one = reading_text(r, n, c->name);
        if (n->kind != NODE_TEXT)
            return false;
    }
    for (unsigned i = 0; i < count; i++) {
        if (!c->fits(items[i])) {
            reading_fault(r, n->line, "%s: `%.*s` does not fit. %s", c->name, STR_ARG(items[i]),
                          c->cure);
            return false;
        }
        if (c->word)
            buf_printf(out, "%s %.*s", c->word, STR_ARG(items[i]));
        else
            buf_printf(out, " %s", c->name);
    }
    return count > 0;
}

// --- holidays ---

static const struct node *own_holidays(const struct reading *r, struct str name)
{
    const struct node *map = node_get(r->root, "holidays");
    const struct node *n = map && map->kind == NODE_MAP ? map->first : NULL;
    while (n && !str_eq(n->key, name))
        n = n->next;
    return n;
}

// True when the compiled-in book has days of that name; else `near` may get another of its names.
static bool book_has(struct str name, struct str_near *near, struct arena *arena)
{
    struct catalog *book = NULL;
    const struct days *d;
    bool found = false;
    if (catalog_open(&alloc_heap, NULL, 0, &book, NULL) != STATUS_OK)
        return false;
    for (size_t i = 0; (d = catalog_days_at(book, i)); i++) {
        found |= str_eq(d->name, name);
        str_near(near, arena_dup(arena, d->name));
    }
    catalog_close(book);
    return found;
}

// ` except NAME` into `out`; a name of the book gets its (empty) line of days into `days`.
static bool add_except(struct reading *r, const struct node *n, struct buf *out, struct buf *days)
{
    struct str name = reading_text(r, n, "except");
    struct str_near near = {name, 3, STR_NONE};
    if (n->kind != NODE_TEXT)
        return false;
    if (name.len && own_holidays(r, name)) {
        buf_printf(out, " except %.*s", STR_ARG(name));
        return true;
    }
    if (name.len && book_has(name, &near, &r->c->arena)) {
        buf_printf(days, "days %.*s\n", STR_ARG(name));
        buf_printf(out, " except %.*s", STR_ARG(name));
        return true;
    }
    const struct node *map = node_get(r->root, "holidays");
    for (const struct node *h = map && map->kind == NODE_MAP ? map->first : NULL; h; h = h->next)
        str_near(&near, h->key);
    if (near.name.len)
        reading_fault(r, n->line, "except: `%.*s` is no list of holidays; did you mean `%.*s`?",
                      STR_ARG(name), STR_ARG(near.name));
    else
        reading_fault(r, n->line,
                      "except: `%.*s` is no list of holidays. Write it under `holidays`: "
                      "`NAME: [2027-01-01]`",
                      STR_ARG(name));
    return false;
}

static void read_days(struct reading *r, const struct node *n, struct buf *out)
{
    struct str *items = NULL;
    unsigned count = 0;
    int32_t day;
    bool word = n->key.len > 0 && n->key.len <= 64;
    for (size_t i = 0; i < n->key.len; i++)
        word &= (unsigned char)n->key.ptr[i] > ' ';
    if (!word)
        reading_fault(r, n->key_line, "holidays: `%.*s` is no name: it is one word",
                      STR_ARG(n->key));
    if (!reading_texts(r, n, "holidays", &items, &count) || !word)
        return;
    buf_printf(out, "days %.*s", STR_ARG(n->key));
    const struct node *item = n->kind == NODE_LIST ? n->first : n;
    for (unsigned i = 0; i < count; i++, item = item->next) {
        if (!book_day(items[i], &day))
            reading_fault(r, item->line, "holidays: `%.*s` is no day. Write it like 2027-01-01",
                          STR_ARG(items[i]));
        else
            buf_printf(out, " %.*s", STR_ARG(items[i]));
    }
    buf_add_char(out, '\n');
}

void reading_holidays(struct reading *r, struct buf *out)
{
    const struct node *map = node_get(r->root, "holidays");
    if (node_is_null(map))
        return;
    if (map->kind != NODE_MAP) {
        reading_fault(r, map->line, "holidays: `NAME: [2027-01-01, ...]` is expected here");
        return;
    }
    for (const struct node *n = map->first; n; n = n->next)
        read_days(r, n, out);
}

// --- one entry ---

static void add_factor(struct reading *r, const struct node *n, struct buf *out)
{
    uint32_t ppm = 0;
    struct str text = reading_text(r, n, "factor");
    const char *what = n->kind == NODE_TEXT ? book_factor(text, &ppm) : NULL;
    if (what)
        reading_fault(r, n->line, "factor: `%.*s`: %s. Write it like 0.5", STR_ARG(text), what);
    buf_printf(out, " x%.*s", STR_ARG(text));
}

// The conditions of the entry, and how many.
static unsigned add_conditions(struct reading *r, const struct node *map, struct buf *out,
                               struct buf *days)
{
    unsigned count = 0;
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
        const struct node *n = node_get(map, conditions[i].name);
        count += !node_is_null(n) && add_condition(r, &conditions[i], n, out);
    }
    const struct node *n = node_get(map, "except");
    count += !node_is_null(n) && add_except(r, n, out, days);
    return count;
}

static void check_order(struct reading *r, const struct node *map)
{
    const struct node *from = node_get(map, "from");
    const struct node *until = node_get(map, "until");
    int64_t start, end;
    if (from && until && civil_read(from->text, &start) && civil_read(until->text, &end) &&
        start >= end)
        reading_fault(r, until->line, "until: %.*s is not after `from`: it would never hold",
                      STR_ARG(until->text));
}

static void read_when(struct reading *r, const struct node *map, struct buf *out)
{
    struct amounts amounts = {0};
    struct buf line;
    unsigned faults = r->c->fault_count;
    if (!reading_section(r, SECTION_WHEN, map, NULL))
        return;
    buf_init(&line, &alloc_heap, 0);
    unsigned count = add_conditions(r, map, &line, out);
    const struct node *factor = node_get(map, "factor");
    reading_amounts(r, map, &amounts);
    buf_add_char(&line, ':');
    amounts_write(&line, &amounts);
    if (!node_is_null(factor))
        add_factor(r, factor, &line);
    check_order(r, map);
    if (r->c->fault_count == faults && count == 0)
        reading_fault(r, map->line,
                      "when: no condition: it would always hold. Write above: 200000, from: "
                      "2027-01-01, service: batch, ...");
    else if (r->c->fault_count == faults && node_is_null(factor) && amounts.stated == 0)
        reading_fault(r, map->line, "when: no price. Write input_per_mtok: 6, or factor: 0.5");
    else
        buf_printf(out, "when%.*s\n", STR_ARG(buf_str(&line)));
    out->failed |= line.failed;
    buf_fini(&line);
}

bool reading_whens(struct reading *r, const struct node *list, struct buf *out)
{
    if (node_is_null(list))
        return false;
    if (list->kind != NODE_LIST) {
        reading_fault(r, list->line,
                      "when: a list is expected here: `- {above: 200000, input_per_mtok: 6}`");
        return true;
    }
    for (const struct node *map = list->first; map; map = map->next)
        read_when(r, map, out);
    return list->count > 0;
}
