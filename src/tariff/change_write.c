// SPDX-License-Identifier: Apache-2.0
//
// What stays of the prices that hold now, and the text that an import becomes.

#include "base/clock.h"
#include "core/book_line.h"
#include "core/book_write.h"
#include "tariff/change_part.h"

// When the list moves the price on a day to come; INT64_MAX: never.
static int64_t next_move(const struct change *c)
{
    int64_t day = INT64_MAX;
    for (unsigned i = 0; i < c->fresh->term_count; i++) {
        const struct term *t = &c->fresh->terms[i];
        bool moves = t->factor_ppm || t->rates.has & (1u << BUCKET_INPUT | 1u << BUCKET_OUTPUT);
        if (moves && change_hangs_on(t, c->at_us) & ON_A_DAY &&
            !(change_hangs_on(t, c->at_us) & NARROW) && t->from_us < day)
            day = t->from_us;
    }
    return day;
}

static bool moved(const struct change *c)
{
    return c->old->free != c->fresh->free || change_of(c, BUCKET_INPUT) ||
           change_of(c, BUCKET_OUTPUT);
}

static bool holds_now(const struct change *c, const struct term *t)
{
    return change_hangs_on(t, c->at_us) == 0 && t->until_us > c->at_us;
}

static bool held_price(const struct change *c, enum bucket b, struct price *out)
{
    bool held = rates_find(&c->old->rates, b, out);
    for (unsigned i = 0; i < c->old->term_count; i++)
        if (holds_now(c, &c->old->terms[i]))
            held |= rates_find(&c->old->terms[i].rates, b, out);
    return held;
}

// What holds now and the list does not state.
static bool is_kept(const struct change *c, enum bucket b, struct price *out)
{
    struct price listed;
    return c->old && !rates_find(&c->fresh->rates, b, &listed) && held_price(c, b, out);
}

static void keep_rates(const struct change *c, struct stated *all)
{
    struct price price;
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        enum bucket b = (enum bucket)i;
        if (!rates_find(&c->fresh->rates, b, &price) && !is_kept(c, b, &price))
            continue;
        all->has |= 1u << i;
        all->price[i] = price;
    }
}

void change_kept(const struct change *c, change_price_f *f, void *context)
{
    struct price price;
    if (c->kind != CHANGE_PRICE || c->fresh->free || (!moved(c) && next_move(c) == INT64_MAX))
        return;
    for (unsigned i = 0; i < BUCKET_COUNT; i++)
        if (bucket_is_token((enum bucket)i) && is_kept(c, (enum bucket)i, &price))
            f(context, (enum bucket)i, price);
}

// Factors stay when the prices move; not one of a day to come, which may be this very move.
static bool keeps_term(const struct change *c, const struct term *t)
{
    bool factor = t->rates.has == 0 && !(change_hangs_on(t, c->at_us) & ON_A_DAY);
    return !c->fresh->free && change_untold(c, t) && (factor || !moved(c));
}

// What follows a price that ends on a day the list does not know of.
static bool find_end(const struct change *c, struct term *out)
{
    *out = book_term_always;
    out->rates = c->old->rates;
    for (unsigned i = 0; i < c->old->term_count; i++) {
        const struct term *t = &c->old->terms[i];
        if (holds_now(c, t) && t->rates.has && t->until_us != INT64_MAX &&
            t->until_us > out->from_us)
            out->from_us = t->until_us;
    }
    return out->from_us > c->at_us && out->rates.has && !change_tells_days(c->fresh, c->at_us);
}

// A price in USD of now says nothing of the day when the list's moves.
static void end_term(struct term *kept, int64_t day_us, change_term_f *dropped, void *context)
{
    struct term rest = *kept;
    if (kept->rates.has == 0 || kept->until_us <= day_us)
        return;
    kept->until_us = day_us;
    rest.from_us = day_us;
    if (dropped)
        dropped(context, &rest);
}

// Gives how many; each that does not stay goes to `dropped`, where that is given.
static unsigned kept_terms(const struct change *c, unsigned listed,
                           struct term out[CHANGE_TERMS_MAX], change_term_f *dropped, void *context)
{
    unsigned n = 0, factors = 0;
    struct term end = book_term_always;
    if (!c->old || c->kind == CHANGE_NEW)
        return 0;
    for (unsigned i = 0; i < c->fresh->term_count; i++)
        factors += c->fresh->terms[i].factor_ppm != 0;
    for (unsigned i = 0; i <= c->old->term_count; i++) {
        const struct term *t = i ? &c->old->terms[i - 1] : &end;
        if (i ? !change_untold(c, t) : !find_end(c, &end))
            continue;
        bool room = n + listed < CHANGE_TERMS_MAX && (t->factor_ppm == 0 || factors < FACTORS_MAX);
        if (room && (i ? keeps_term(c, t) : !moved(c))) {
            factors += t->factor_ppm != 0;
            out[n] = *t;
            end_term(&out[n++], next_move(c), dropped, context);
        } else if (dropped) {
            dropped(context, t);
        }
    }
    return n;
}

// The last that holds wins: a longer prompt's after all prompts', a tier's after those.
static bool goes_after(const struct term *a, const struct term *b)
{
    bool narrow[2] = {change_hangs_on(a, INT64_MAX) & NARROW,
                      change_hangs_on(b, INT64_MAX) & NARROW};
    return narrow[0] != narrow[1] ? narrow[0] : a->above > b->above;
}

static unsigned merge(const struct change *c, const struct meant *m,
                      struct term out[CHANGE_TERMS_MAX])
{
    struct term kept[CHANGE_TERMS_MAX];
    unsigned count = kept_terms(c, m->count, kept, NULL, NULL), n = 0;
    for (unsigned i = 0, k = 0; (i < count || k < m->count) && n < CHANGE_TERMS_MAX;) {
        bool of_list = i == count || (k < m->count && goes_after(&kept[i], &m->terms[k]));
        out[n++] = of_list ? m->terms[k++] : kept[i++];
    }
    return n;
}

void change_dropped(const struct change *c, change_term_f *f, void *context)
{
    struct term kept[CHANGE_TERMS_MAX];
    struct meant m;
    if (c->kind != CHANGE_PRICE)
        return;
    change_meant(c, &m);
    (void)kept_terms(c, m.count, kept, f, context);
}

void change_write(struct buf *b, const struct change *c)
{
    struct stated all = {0};
    struct price prices[BUCKET_COUNT];
    struct term terms[CHANGE_TERMS_MAX];
    struct meant m;
    struct sheet s = *c->fresh;
    keep_rates(c, &all);
    change_meant(c, &m);
    for (unsigned i = 0, k = 0; i < BUCKET_COUNT; i++)
        if (all.has & 1u << i)
            prices[k++] = all.price[i];
    s.rates = (struct rates){s.free ? 0 : all.has, prices};
    s.terms = terms;
    s.term_count = merge(c, &m, terms);
    if (c->old && s.context_tokens == 0)
        s.context_tokens = c->old->context_tokens;
    if (c->old && s.output_tokens_max == 0)
        s.output_tokens_max = c->old->output_tokens_max;
    book_write_sheet(b, &s);
}

struct aliases {
    const struct catalog *now, *list;
    const struct sheet *of;
    struct buf *out;
    bool any;
};

// Takes no name, nor one that begins so, from a model that is known or stands in the list.
static bool is_taken(const struct aliases *a, struct str alias)
{
    struct str vendor = a->of->vendor, stem = alias;
    if (stem.ptr[stem.len - 1] == '*')
        stem.len--;
    else if (!catalog_is_pattern(alias) && catalog_find(a->list, vendor, alias) != a->of)
        return true;
    return catalog_find(a->now, vendor, stem) || catalog_has_fit(a->now, vendor, alias);
}

static void add_alias(void *context, struct str alias)
{
    struct aliases *a = context;
    if (is_taken(a, alias))
        return;
    buf_printf(a->out, "%s %.*s", a->any ? "" : "alias", STR_ARG(alias));
    a->any = true;
}

// A new model's other names.
static void write_aliases(const struct catalog *now, const struct catalog *list,
                          const struct sheet *fresh, struct buf *b)
{
    struct aliases a = {now, list, fresh, b, false};
    catalog_aliases(list, fresh, add_alias, &a);
    if (a.any)
        buf_add_char(b, '\n');
}

struct change_counts change_text(const struct catalog *now, const struct catalog *list,
                                 int64_t since_us, struct buf *b)
{
    struct change_counts counts = {0};
    struct str vendor = STR_NONE, source = STR_NONE;
    buf_add_cstr(b, "since ");
    civil_write(b, since_us, 0);
    buf_add_char(b, '\n');
    for (size_t i = 0; i < catalog_count(list); i++) {
        struct change c;
        change_find(now, catalog_at(list, i), since_us, &c);
        counts.same += c.kind == CHANGE_NONE;
        counts.changed += c.kind == CHANGE_PRICE;
        counts.fresh += c.kind == CHANGE_NEW;
        counts.lacking += c.kind == CHANGE_LACKING;
        if (c.kind == CHANGE_NONE || c.kind == CHANGE_LACKING)
            continue;
        if (!str_eq(vendor, c.fresh->vendor) || !str_eq(source, c.fresh->source))
            buf_printf(b, "\nvendor %.*s\nsource %.*s\n", STR_ARG(c.fresh->vendor),
                       STR_ARG(c.fresh->source));
        vendor = c.fresh->vendor;
        source = c.fresh->source;
        buf_add_char(b, '\n');
        change_write(b, &c);
        if (!c.old)
            write_aliases(now, list, c.fresh, b);
    }
    return counts;
}
