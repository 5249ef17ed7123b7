// SPDX-License-Identifier: Apache-2.0
//
// Reads a price text, line by line; doc/prices.md describes it. Nothing is copied: names point into
// the text, and what is stated about a model is put into the catalogue's arena when its block ends.

#include "base/clock.h"
#include "base/limits.h"
#include "core/book_line.h"
#include "core/catalog_make.h"

#define TERMS_MAX 64 // in one model's block

struct book {
    struct catalog *catalog;
    const char *what;
    unsigned number;
    unsigned line;
    struct str vendor;
    struct str source; // of the vendor's models that name none
    bool begins;       // a `since` line stands above
    int64_t since_us;
    struct listed *model; // whose block it is; NULL before the first
    struct stated price;
    struct term terms[TERMS_MAX];
    struct stated changes[TERMS_MAX]; // of the terms
    unsigned term_count;
    unsigned factor_count;
    struct why *why;
};

static enum status fault(struct book *b, enum status s, const char *what, struct str at)
{
    struct str shown = str_from(at.ptr, at.len < 100 ? at.len : 100);
    return why_set(b->why, s, "%s, line %u: %s%s%.*s", b->what, b->line, what, at.len ? ": " : "",
                   STR_ARG(shown));
}

// --- the end of a block ---

static bool keep_rates(struct book *b, const struct stated *from, struct rates *to)
{
    unsigned n = (unsigned)__builtin_popcount(from->has);
    if (n == 0)
        return true;
    struct price *prices = arena_get(&b->catalog->arena, n * sizeof *prices);
    if (!prices)
        return false;
    for (unsigned i = 0, k = 0; i < BUCKET_COUNT; i++) {
        if (from->has & 1u << i)
            prices[k++] = from->price[i];
    }
    *to = (struct rates){from->has, prices};
    return true;
}

static bool keep_terms(struct book *b, struct sheet *s)
{
    if (b->term_count == 0)
        return true;
    struct term *terms = arena_get(&b->catalog->arena, b->term_count * sizeof *terms);
    if (!terms)
        return false;
    for (unsigned i = 0; i < b->term_count; i++) {
        terms[i] = b->terms[i];
        if (!keep_rates(b, &b->changes[i], &terms[i].rates))
            return false;
    }
    s->terms = terms;
    s->term_count = b->term_count;
    return true;
}

static enum status end_model(struct book *b)
{
    if (!b->model)
        return STATUS_OK;
    struct sheet *s = &b->model->sheet;
    if (s->free && (b->price.has || b->term_count))
        return fault(b, STATUS_CONFLICT, "free and with prices", s->model);
    if (!keep_rates(b, &b->price, &s->rates) || !keep_terms(b, s))
        return STATUS_NO_MEMORY;
    b->model = NULL;
    b->price.has = 0;
    b->term_count = 0;
    b->factor_count = 0;
    return STATUS_OK;
}

// --- the kinds of line ---

static enum status read_vendor(struct book *b, struct str rest)
{
    enum status s = end_model(b);
    if (s != STATUS_OK)
        return s;
    if (rest.len == 0 || rest.len > NAME_BYTES_MAX || str_find(rest, ' ') < rest.len)
        return fault(b, STATUS_SYNTAX, "a vendor is one word", rest);
    b->vendor = rest;
    b->source = STR_NONE;
    return catalog_add_vendor(b->catalog, rest);
}

static enum status read_model(struct book *b, struct str rest)
{
    enum status s = end_model(b);
    if (s != STATUS_OK)
        return s;
    if (b->vendor.len == 0)
        return fault(b, STATUS_SYNTAX, "a model before the first vendor", rest);
    if (!book_is_name(rest))
        return fault(b, STATUS_SYNTAX, "a model is one word, a * only at its end", rest);
    struct listed *l = arena_new(&b->catalog->arena, struct listed);
    if (!l)
        return STATUS_NO_MEMORY;
    l->text = b->number;
    l->begins = b->begins;
    l->sheet.since_us = b->since_us;
    l->sheet.vendor = b->vendor;
    l->sheet.model = rest;
    l->sheet.source = b->source;
    b->model = l;
    s = catalog_add_sheet(b->catalog, l);
    return s == STATUS_DUPLICATE ? fault(b, s, "this model stands here already", rest) : s;
}

static enum status read_alias(struct book *b, struct str rest)
{
    struct str name;
    while (book_word(&rest, &name)) {
        if (!book_is_name(name))
            return fault(b, STATUS_SYNTAX, "no alias (a * may only stand at its end)", name);
        enum status s = catalog_add_alias(b->catalog, b->model, name);
        if (s == STATUS_DUPLICATE)
            return fault(b, s, "this alias is another model's already", name);
        if (s != STATUS_OK)
            return s;
    }
    return STATUS_OK;
}

// "genai-prices 2026-09-23": a day may end it.
static void note_day(struct catalog *c, struct str source)
{
    struct str word = STR_NONE;
    int64_t us = 0;
    while (book_word(&source, &word))
        continue;
    if (civil_read(word, &us) && us > c->dated_us)
        c->dated_us = us;
}

static enum status read_source(struct book *b, struct str rest)
{
    note_day(b->catalog, rest);
    if (b->model)
        b->model->sheet.source = rest;
    else
        b->source = rest;
    return STATUS_OK;
}

static enum status read_price(struct book *b, struct str rest)
{
    if (b->price.has)
        return fault(b, STATUS_DUPLICATE, "a second price line", rest);
    struct str bad = rest;
    const char *what = book_prices(rest, &b->price, NULL, &bad);
    if (!what && b->price.has == 0)
        what = "no price";
    return what ? fault(b, STATUS_SYNTAX, what, bad) : STATUS_OK;
}

static enum status read_when(struct book *b, struct str rest)
{
    if (b->term_count == TERMS_MAX)
        return fault(b, STATUS_LIMIT, "too many terms in one model", rest);
    struct term *t = &b->terms[b->term_count];
    struct stated *change = &b->changes[b->term_count];
    size_t colon = book_colon(rest);
    struct str bad = rest;
    *t = book_term_always;
    change->has = 0;
    if (colon == rest.len)
        return fault(b, STATUS_SYNTAX, "`when CONDITIONS: PRICES` is expected", rest);
    const char *what = book_conditions(b->catalog, str_from(rest.ptr, colon), t, &bad);
    if (!what)
        what = book_prices(str_skip(rest, colon + 1), change, &t->factor_ppm, &bad);
    if (!what && change->has == 0 && t->factor_ppm == 0)
        what = "neither price nor factor";
    if (!what && t->factor_ppm && b->factor_count++ == FACTORS_MAX)
        what = "too many factors in one model";
    if (what)
        return fault(b, STATUS_SYNTAX, what, bad);
    b->term_count++;
    return STATUS_OK;
}

static enum status read_number(struct book *b, struct str rest, int64_t *n)
{
    if (!str_i64(rest, n) || *n < 0)
        return fault(b, STATUS_SYNTAX, "a whole number is expected", rest);
    return STATUS_OK;
}

static enum status read_context(struct book *b, struct str rest)
{
    return read_number(b, rest, &b->model->sheet.context_tokens);
}

static enum status read_output_max(struct book *b, struct str rest)
{
    return read_number(b, rest, &b->model->sheet.output_tokens_max);
}

static enum status read_since(struct book *b, struct str rest)
{
    enum status s = end_model(b);
    if (s != STATUS_OK)
        return s;
    if (!civil_read(rest, &b->since_us))
        return fault(b, STATUS_SYNTAX, "since needs a date or a time with its zone", rest);
    b->begins = true;
    return STATUS_OK;
}

static enum status read_free(struct book *b, struct str rest)
{
    if (rest.len)
        return fault(b, STATUS_SYNTAX, "free stands alone", rest);
    b->model->sheet.free = true;
    return STATUS_OK;
}

static enum status read_days(struct book *b, struct str rest)
{
    struct str name;
    struct str word;
    if (!book_word(&rest, &name))
        return fault(b, STATUS_SYNTAX, "days need a name", rest);
    struct days *d = catalog_days(b->catalog, name);
    if (!d) {
        d = arena_new(&b->catalog->arena, struct days);
        if (!d || catalog_add_days(b->catalog, d) != STATUS_OK)
            return STATUS_NO_MEMORY;
        d->name = name;
    }
    while (book_word(&rest, &word)) {
        int32_t day;
        if (!book_day(word, &day))
            return fault(b, STATUS_SYNTAX, "a date like 2026-10-01 is expected", word);
        if (!book_add_day(b->catalog, d, day))
            return STATUS_NO_MEMORY;
    }
    return STATUS_OK;
}

struct kind {
    const char *word;
    enum status (*read)(struct book *b, struct str rest);
    bool of_model; // only in a model's block
};

static const struct kind kinds[] = {
    {"price", read_price, true},     {"model", read_model, false},
    {"alias", read_alias, true},     {"when", read_when, true},
    {"context", read_context, true}, {"output_max", read_output_max, true},
    {"source", read_source, false},  {"free", read_free, true},
    {"vendor", read_vendor, false},  {"days", read_days, false},
    {"since", read_since, false},
};

static enum status read_line(struct book *b, struct str line)
{
    struct str word;
    line = str_trim(line);
    if (line.len == 0 || line.ptr[0] == '#')
        return STATUS_OK;
    struct str rest = line;
    (void)book_word(&rest, &word);
    rest = str_trim(rest);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (!str_is(word, kinds[i].word))
            continue;
        if (kinds[i].of_model && !b->model)
            return fault(b, STATUS_SYNTAX, "this stands before the first model", line);
        return kinds[i].read(b, rest);
    }
    return fault(b, STATUS_SYNTAX, "a line starts with vendor, model, alias, price, when, ...",
                 line);
}

static enum status read_lines(struct book *b, struct str text)
{
    struct str line;
    if (!str_utf8(text))
        return fault(b, STATUS_SYNTAX, "the text is no UTF-8", STR_NONE);
    while (str_cut(&text, '\n', &line)) {
        b->line++;
        enum status s = read_line(b, line);
        if (s != STATUS_OK)
            return s;
    }
    return end_model(b);
}

enum status book_read(struct catalog *c, struct str text, const char *what, unsigned number,
                      struct why *why)
{
    struct book *b = alloc_zero(c->alloc, sizeof *b);
    if (!b)
        return STATUS_NO_MEMORY;
    b->catalog = c;
    b->what = what;
    b->number = number;
    b->why = why;
    enum status s = read_lines(b, text);
    alloc_free(c->alloc, b);
    return s;
}
