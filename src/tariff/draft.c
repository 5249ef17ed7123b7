// SPDX-License-Identifier: Apache-2.0

#include <stdarg.h>
#include <stdio.h>

#include "core/book_write.h"
#include "tariff/figure.h"
#include "tariff/list_part.h"
#include "tariff/maker.h"

#define SETTLED_SHOWN_BYTES (256 * KIB)
#define ATTO_A_USD          INT64_C(1000000000000000000)
#define ATTO_A_MTOK         (ATTO_A_USD / 1000000)

static int name_of(const struct reading_list *r, char *out, size_t size)
{
    return snprintf(out, size, "%.*s/%.*s", STR_ARG(r->vendor), STR_ARG(r->model));
}

static struct list_note *find_note(struct list *l, const char *what)
{
    for (unsigned i = 0; i < l->note_count; i++)
        if (strcmp(l->notes[i].what, what) == 0)
            return &l->notes[i];
    return NULL;
}

// The last of the notes is for all that find no room of their own.
static struct list_note *note_for(struct reading_list *r, const char *what)
{
    struct list *l = r->list;
    if (l->note_count >= LIST_NOTES_MAX - 1 && !find_note(l, what))
        what = "other things";
    struct list_note *note = find_note(l, what);
    if (note)
        return note;
    note = &l->notes[l->note_count++];
    (void)!str_copy(str_of(what), note->what, sizeof note->what);
    int n = name_of(r, note->example, sizeof note->example);
    if (r->figure.len && n < (int)sizeof note->example)
        n += snprintf(note->example + n, sizeof note->example - (size_t)n, ": %.*s",
                      STR_ARG(r->figure));
    (void)str_tame(note->example,
                   n < (int)sizeof note->example ? (size_t)n : sizeof note->example - 1, false);
    return note;
}

void list_note(struct reading_list *r, const char *format, ...)
{
    char what[LIST_EXAMPLE];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(what, sizeof what, format, args);
    va_end(args);
    (void)str_tame(what, n < (int)sizeof what ? (size_t)n : sizeof what - 1, false);
    note_for(r, what)->count++;
}

// --- names ---

bool draft_begin(struct reading_list *r, struct str listed_vendor, struct str model)
{
    char room[NAME_BYTES_MAX];
    r->list->seen++;
    r->model = model;
    r->vendor = listed_vendor;
    struct str vendor = maker_find(listed_vendor, room);
    if (!book_is_name(model) || catalog_is_pattern(model) || vendor.len == 0) {
        r->model = STR_NONE;
        r->vendor = STR_NONE;
        list_note(r, "a name that no model or vendor can have");
        return false;
    }
    r->vendor = arena_dup(&r->arena, vendor);
    if (!list_wants(r->wish->only, r->vendor, model))
        return false;
    r->list->wanted++;
    vendor = maker_of_model(r->vendor, model);
    if (vendor.len == 0) {
        list_note(r, "a model that its vendor does not serve");
        return false;
    }
    r->vendor = vendor;
    r->aliases = STR_NONE;
    r->refused = r->free = false;
    r->zeros = 0;
    r->context_tokens = r->output_tokens_max = 0;
    r->term_count = 1;
    r->terms[0] = (struct draft_term){.term = book_term_always};
    return true;
}

void draft_tokens(struct reading_list *r, const struct json_val *number, int64_t *out)
{
    int64_t n;
    enum json_type type = json_type(number);
    if (type == JSON_NULL || type == JSON_ABSENT)
        return;
    if (!json_i64(number, &n) || n < 0)
        list_note(r, "a limit that is no number of tokens");
    else if (n > 0)
        *out = n;
}

// --- prices ---

struct draft_term *draft_term(struct reading_list *r, const struct term *conditions)
{
    for (unsigned i = 0; i < r->term_count; i++) {
        const struct term *t = &r->terms[i].term;
        if (t->from_us == conditions->from_us && t->above == conditions->above &&
            t->services == conditions->services && t->us == conditions->us &&
            t->thinking == conditions->thinking && t->weekdays == conditions->weekdays &&
            t->minute_from == conditions->minute_from &&
            t->minute_until == conditions->minute_until)
            return &r->terms[i];
    }
    if (r->term_count == DRAFT_TERMS_MAX) {
        list_note(r, "more conditions than a model can have");
        return NULL;
    }
    r->terms[r->term_count] = (struct draft_term){.term = *conditions};
    return &r->terms[r->term_count++];
}

static void refuse(struct reading_list *r, const char *what, enum bucket b, struct str figure)
{
    r->figure = figure;
    if (!r->refused)
        list_note(r, "%s price of %s: the model is not taken", what, bucket_name(b));
    r->figure = STR_NONE;
    r->refused = true;
}

// A price list that says 0.0000025 where 2.5 is meant, or the other way round; or what is finer
// than a price can be.
static bool absurd(enum bucket b, struct price p)
{
    if (p.atto == 0)
        return true;
    if (!bucket_is_token(b) && b != BUCKET_BUSY)
        return p.atto >= INT64_MAX / 10 || p.atto / ATTO_A_USD >= LIST_UNIT_USD_ABSURD;
    return p.atto / ATTO_A_MTOK >= LIST_MTOK_USD_ABSURD || p.atto < ATTO_A_MTOK / LIST_MTOK_PER_USD;
}

static struct str figure_text(const struct reading_list *r, const struct json_val *v)
{
    struct str number = json_number(r->json, v);
    return number.len ? number : json_str(v);
}

static void note_settled(struct reading_list *r, const char *what, struct str before,
                         struct price after, int64_t units)
{
    struct list *l = r->list;
    l->settled_count++;
    if (l->settled.len > SETTLED_SHOWN_BYTES)
        return;
    buf_printf(&l->settled, "%.*s/%.*s %s %.*s ", STR_ARG(r->vendor), STR_ARG(r->model), what,
               STR_ARG(before));
    price_write(&l->settled, after, units);
    buf_add_char(&l->settled, '\n');
}

static bool read_figure(struct reading_list *r, enum bucket b, const struct json_val *v, int power,
                        struct price *out)
{
    struct figure f;
    bool rounded = false;
    struct str text = figure_text(r, v);
    if (json_type(v) == JSON_NULL || json_type(v) == JSON_ABSENT)
        return false;
    enum status s = text.len ? figure_read(text, &f) : STATUS_SYNTAX;
    if (s != STATUS_OK) {
        refuse(r, s == STATUS_RANGE ? "an overlong" : "a broken", b, text);
        return false;
    }
    if (f.digits < 0) {
        refuse(r, "a negative", b, text);
        return false;
    }
    if (f.digits == 0) {
        r->zeros++;
        return false;
    }
    bool settled = figure_settle(&f);
    if (figure_price(f, power, out, &rounded) != STATUS_OK || absurd(b, *out)) {
        r->absurd += !r->refused;
        refuse(r, "an absurd", b, text);
        return false;
    }
    if (settled || rounded)
        note_settled(r, bucket_name(b), text, *out, bucket_units(b));
    return true;
}

void draft_price(struct reading_list *r, struct draft_term *t, enum bucket b,
                 const struct json_val *figure, int power)
{
    struct price p;
    if (!t || !read_figure(r, b, figure, power, &p))
        return;
    t->stated.price[b] = p;
    t->stated.has |= 1u << b;
}

static bool read_factor(struct reading_list *r, const struct json_val *v, uint32_t *ppm)
{
    struct figure f;
    struct price factor;
    struct buf plain;
    bool rounded = false;
    struct str text = figure_text(r, v);
    if (text.len == 0 || figure_read(text, &f) != STATUS_OK)
        return false;
    bool settled = figure_settle(&f);
    if (figure_price(f, PER_UNIT, &factor, &rounded) != STATUS_OK || rounded)
        return false;
    buf_init(&plain, &alloc_heap, 0);
    price_write(&plain, factor, 1);
    bool read = !buf_failed(&plain) && book_factor(buf_str(&plain), ppm) == NULL;
    buf_fini(&plain);
    if (read && settled)
        note_settled(r, "factor", text, factor, 1);
    return read;
}

void draft_factor(struct reading_list *r, const struct term *conditions,
                  const struct json_val *figure, const char *field)
{
    uint32_t ppm;
    if (!read_factor(r, figure, &ppm)) {
        list_note(r, "%s that is no factor", field);
        return;
    }
    if (ppm == 1000000 && conditions->us)
        return;
    struct draft_term *t = draft_term(r, conditions);
    if (t && t->term.factor_ppm == 0)
        t->term.factor_ppm = ppm;
}

void draft_reasoning(struct reading_list *r, const struct json_val *figure, int power)
{
    struct price p;
    struct term thinking = book_term_always;
    const struct stated *base = &r->terms[0].stated;
    if (!read_figure(r, BUCKET_OUTPUT, figure, power, &p))
        return;
    if (!(base->has & 1u << BUCKET_OUTPUT) || p.atto < base->price[BUCKET_OUTPUT].atto)
        list_note(r, "reasoning that costs less than output");
    else if (p.atto > base->price[BUCKET_OUTPUT].atto) {
        thinking.thinking = true;
        draft_price(r, draft_term(r, &thinking), BUCKET_OUTPUT, figure, power);
    }
}

// --- the block ---

// As the book wants it: what is for longer prompts after what is for all, a service's after those.
static int rank(const struct term *t)
{
    bool service = t->services != TERM_ANY_SERVICE;
    return service * 4 + (t->us ? 8 : 0) + (t->from_us != INT64_MIN ? 2 : 0) + t->thinking;
}

static bool goes_before(const struct draft_term *a, const struct draft_term *b)
{
    int order = rank(&a->term) - rank(&b->term);
    if (order == 0)
        order = (int)a->term.services - (int)b->term.services;
    if (order == 0 && a->term.from_us != b->term.from_us)
        return a->term.from_us < b->term.from_us;
    return order ? order < 0 : a->term.above < b->term.above;
}

static void order_terms(struct reading_list *r)
{
    for (unsigned i = 2; i < r->term_count; i++) {
        struct draft_term t = r->terms[i];
        unsigned k = i;
        for (; k > 1 && goes_before(&t, &r->terms[k - 1]); k--)
            r->terms[k] = r->terms[k - 1];
        r->terms[k] = t;
    }
}

static struct rates pack(struct reading_list *r, const struct stated *from)
{
    unsigned n = (unsigned)__builtin_popcount(from->has);
    struct price *prices = arena_get(&r->arena, (n + 1) * sizeof *prices);
    if (!prices)
        return (struct rates){0, NULL};
    for (unsigned i = 0, k = 0; i < BUCKET_COUNT; i++) {
        if (from->has & 1u << i)
            prices[k++] = from->price[i];
    }
    return (struct rates){from->has, prices};
}

static void write_block(struct reading_list *r, struct buf *out)
{
    struct term *terms = arena_get(&r->arena, DRAFT_TERMS_MAX * sizeof *terms);
    struct sheet s = {.model = r->model,
                      .free = r->free,
                      .context_tokens = r->context_tokens,
                      .output_tokens_max = r->output_tokens_max};
    if (!terms)
        return;
    s.rates = pack(r, &r->terms[0].stated);
    s.terms = terms;
    for (unsigned i = 1; i < r->term_count; i++) {
        if (!r->terms[i].stated.has && !r->terms[i].term.factor_ppm)
            continue;
        terms[s.term_count] = r->terms[i].term;
        terms[s.term_count++].rates = pack(r, &r->terms[i].stated);
    }
    book_write_sheet(out, &s);
}

// Too many factors: the last tiers go, which are then unpriced. A call without its `us` would be
// priced too low.
static void limit_factors(struct reading_list *r)
{
    unsigned factors = 0;
    for (unsigned i = 1; i < r->term_count; i++)
        factors += r->terms[i].term.factor_ppm != 0;
    for (unsigned i = r->term_count; factors > FACTORS_MAX && i-- > 1;) {
        struct term *t = &r->terms[i].term;
        if (t->factor_ppm == 0 || t->us)
            continue;
        list_note(r, "more factors than a model can have");
        t->factor_ppm = 0;
        factors--;
    }
}

static bool is_free_name(struct reading_list *r, struct str alias)
{
    struct str full = arena_printf(&r->arena, "%.*s/%.*s", STR_ARG(r->vendor), STR_ARG(alias));
    if (full.len == 0 || map_get(&r->named, full)) {
        list_note(r, "an alias that is there twice: the first is taken");
        return false;
    }
    r->failed |= !map_set(&r->named, full, r);
    return true;
}

static void write_aliases(struct reading_list *r, struct buf *out)
{
    struct str rest = r->aliases, alias;
    bool any = false;
    while (book_word(&rest, &alias)) {
        if (!is_free_name(r, alias))
            continue;
        buf_printf(out, "%s %.*s", any ? "" : "alias", STR_ARG(alias));
        any = true;
    }
    if (any)
        buf_add_char(out, '\n');
}

// The same model twice: the first stands.
static bool is_new(struct reading_list *r, struct str block)
{
    struct str full = arena_printf(&r->arena, "%.*s/%.*s", STR_ARG(r->vendor), STR_ARG(r->model));
    const struct str *there = map_get(&r->blocks, full);
    if (there && !str_eq(*there, block))
        list_note(r, "a model that is there twice, with other prices: the first is taken");
    if (there)
        return false;
    struct str *kept = arena_new(&r->arena, struct str);
    if (!kept || !map_set(&r->blocks, full, kept)) {
        r->failed = true;
        return false;
    }
    *kept = arena_dup(&r->arena, block);
    return true;
}

static void keep_block(struct reading_list *r, struct str block)
{
    struct buf *text = &r->list->text;
    if (!is_new(r, block))
        return;
    if (!str_eq(r->written_vendor, r->vendor))
        buf_printf(text, "\nvendor %.*s\nsource %.*s\n", STR_ARG(r->vendor), STR_ARG(r->source));
    r->written_vendor = r->vendor;
    buf_add_char(text, '\n');
    buf_add(text, block);
    write_aliases(r, text);
    if (++r->list->taken > LIST_MODELS_MAX)
        r->failed = true;
}

void draft_end(struct reading_list *r)
{
    struct buf block;
    if (r->refused)
        return;
    if (r->terms[0].stated.has == 0) {
        r->free = r->zeros && str_ends(r->model, (struct str)STR(":free"));
        if (!r->free) {
            list_note(r, r->zeros ? "no price but zeros, which say nothing" : "no price at all");
            return;
        }
        r->term_count = 1;
    }
    order_terms(r);
    limit_factors(r);
    buf_init(&block, &alloc_heap, 64 * KIB);
    write_block(r, &block);
    if (buf_failed(&block))
        r->failed = true;
    else
        keep_block(r, buf_str(&block));
    buf_fini(&block);
}
