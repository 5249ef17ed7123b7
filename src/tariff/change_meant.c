// SPDX-License-Identifier: Apache-2.0
//
// What the list's terms mean where they say less than what holds now. No list can state weekdays
// and holidays: at hours that are the book's, the book's stay. A price that a term leaves out is
// not the price without its condition: where a term of the same kind holds now, its price stays.
//
//   now      above 272000: input 5 cache_read 0.5 output 22.5
//   list     above 272000: input 6 output 27
//   meant    above 272000: input 6 cache_read 0.5 output 27

#include <string.h>

#include "base/clock.h"
#include "core/book_line.h"
#include "tariff/change_part.h"

#define DAYS_LOOKED 31 // for one on which a term holds
#define MINUTE_US   INT64_C(60000000)

// --- days ---

static bool has_days(const struct term *t)
{
    return t->weekdays != TERM_EVERY_DAY || t->except;
}

static bool same_hours(const struct term *a, const struct term *b, int64_t at_us)
{
    return a->minute_from == b->minute_from && a->minute_until == b->minute_until &&
           a->above == b->above && a->services == b->services && a->us == b->us &&
           a->thinking == b->thinking && change_begin(a, at_us) == change_begin(b, at_us);
}

static struct term with_days(const struct change *c, const struct term *t)
{
    struct term meant = *t;
    const struct term *like = NULL;
    bool hours = t->minute_from || t->minute_until != 1440;
    meant.from_us = change_begin(t, c->at_us);
    if (!c->listed || !hours || has_days(t))
        return meant;
    for (unsigned i = 0; i < c->old->term_count; i++) {
        const struct term *held = &c->old->terms[i];
        if (held->until_us <= c->at_us || !same_hours(held, t, c->at_us))
            continue;
        if (like && (held->weekdays != like->weekdays || held->except != like->except))
            return meant; // whose days?
        like = held;
    }
    if (like) {
        meant.weekdays = like->weekdays;
        meant.except = like->except;
    }
    return meant;
}

// --- prices ---

static bool same_conditions(const struct term *a, const struct term *b, int64_t at_us)
{
    return same_hours(a, b, at_us) && a->until_us == b->until_us && a->weekdays == b->weekdays &&
           a->except == b->except;
}

// Both hold: without prices. False where they never do.
static bool both(const struct term *a, const struct term *b, struct term *out)
{
    *out = book_term_always;
    out->from_us = a->from_us > b->from_us ? a->from_us : b->from_us;
    out->until_us = a->until_us < b->until_us ? a->until_us : b->until_us;
    out->above = a->above > b->above ? a->above : b->above;
    out->minute_from = a->minute_from > b->minute_from ? a->minute_from : b->minute_from;
    out->minute_until = a->minute_until < b->minute_until ? a->minute_until : b->minute_until;
    out->weekdays = a->weekdays & b->weekdays;
    out->services = a->services & b->services;
    out->us = a->us || b->us;
    out->thinking = a->thinking || b->thinking;
    out->except = a->except ? a->except : b->except;
    return out->from_us < out->until_us && out->minute_from < out->minute_until && out->weekdays &&
           out->services;
}

static bool states(const struct term *t, enum bucket b)
{
    return t->rates.has & 1u << b || (t->factor_ppm && bucket_is_token(b));
}

// Whether any of the list's terms of that kind has a price for it.
static bool is_listed(const struct change *c, const struct meant *m, const struct term *held,
                      const struct term *when, enum bucket b)
{
    struct term t;
    for (unsigned i = 0; i < m->count; i++)
        if (change_same_kind(held, &m->terms[i], c->at_us) && both(when, &m->terms[i], &t) &&
            states(&m->terms[i], b) && !(m->kept[i] & 1u << b))
            return true;
    return false;
}

// The list's own price without the condition went past it: more than a dearer one, less than a
// discount.
static bool is_passed(const struct change *c, enum bucket b, struct price held)
{
    struct price now, listed;
    if (!rates_find(&c->old->rates, b, &now) || !rates_find(&c->fresh->rates, b, &listed))
        return false;
    return held.atto >= now.atto ? held.atto < listed.atto : held.atto > listed.atto;
}

static bool find_moment(const struct term *t, int64_t at_us, struct moment *out)
{
    int64_t start = t->from_us > at_us ? t->from_us : at_us;
    *out = (struct moment){.at_us = start,
                           .prompt = t->above > 0 ? t->above + 1 : 1,
                           .service = (enum service)__builtin_ctz(t->services),
                           .us = t->us,
                           .thinking = t->thinking};
    for (int64_t day = 1; !term_holds(t, out); day++) {
        if (day > DAYS_LOOKED)
            return false;
        out->at_us = (start / DAY_US + day) * DAY_US + t->minute_from * MINUTE_US;
    }
    return true;
}

// With its factors, rounded up.
static struct price price_of(const struct quote *q, enum bucket b)
{
    int128 atto = q->price[b].atto;
    for (unsigned i = 0; bucket_is_token(b) && i < q->factor_count; i++)
        atto = (atto * q->factor_ppm[i] + 999999) / 1000000;
    return (struct price){atto > INT64_MAX ? INT64_MAX : (int64_t)atto};
}

// What holds now by `held` at `when`, and no term of the list says.
static void find_kept(const struct change *c, const struct meant *m, const struct term *held,
                      const struct term *when, struct stated *out)
{
    struct term terms[CHANGE_TERMS_MAX];
    struct sheet told;
    struct moment moment;
    struct quote q;
    *out = (struct stated){0};
    if (!find_moment(when, c->at_us, &moment))
        return;
    change_told(c, &told, terms);
    sheet_quote(&told, &moment, &q);
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        enum bucket b = (enum bucket)i;
        if (!(q.has & 1u << i) || !states(held, b) || is_listed(c, m, held, when, b))
            continue;
        out->price[i] = price_of(&q, b);
        out->has |= is_passed(c, b, out->price[i]) ? 0 : 1u << i;
    }
}

// The term's own stay.
static void add_rates(struct meant *m, unsigned at, const struct stated *kept)
{
    struct term *t = &m->terms[at];
    uint32_t has = t->rates.has | kept->has, added = has & ~t->rates.has;
    unsigned n = 0;
    if (added == 0 || m->slots == CHANGE_TERMS_MAX)
        return;
    struct price *prices = m->prices[m->slots], price;
    for (unsigned i = 0; i < BUCKET_COUNT; i++)
        if (has & 1u << i)
            prices[n++] = rates_find(&t->rates, (enum bucket)i, &price) ? price : kept->price[i];
    m->slots++;
    m->kept[at] |= added;
    t->rates = (struct rates){has, prices};
}

// Only of what holds now, and no term of the list.
static bool is_rest(const struct meant *m, unsigned at)
{
    return m->kept[at] && m->kept[at] == m->terms[at].rates.has;
}

// Behind that term of the list, and what stands behind it already. Gives m->count without room.
static unsigned insert(struct meant *m, unsigned at, const struct term *t)
{
    if (m->count == CHANGE_TERMS_MAX)
        return m->count;
    at++;
    while (at < m->count && is_rest(m, at))
        at++;
    memmove(&m->terms[at + 1], &m->terms[at], (m->count - at) * sizeof m->terms[0]);
    memmove(&m->kept[at + 1], &m->kept[at], (m->count - at) * sizeof m->kept[0]);
    m->terms[at] = *t;
    m->kept[at] = 0;
    m->count++;
    return at;
}

static unsigned find(const struct meant *m, const struct term *when, int64_t at_us)
{
    unsigned i = 0;
    while (i < m->count && !same_conditions(&m->terms[i], when, at_us))
        i++;
    return i;
}

static void keep_of(const struct change *c, const struct term *held, struct meant *m)
{
    for (unsigned i = 0; i < m->count; i++) {
        struct term when;
        struct stated kept;
        if (is_rest(m, i) || !change_same_kind(held, &m->terms[i], c->at_us) ||
            !both(held, &m->terms[i], &when))
            continue;
        find_kept(c, m, held, &when, &kept);
        if (kept.has == 0)
            continue;
        when.from_us = change_begin(&when, c->at_us);
        unsigned at = find(m, &when, c->at_us);
        if (at == m->count)
            at = insert(m, i, &when);
        if (at < m->count)
            add_rates(m, at, &kept);
    }
}

void change_meant(const struct change *c, struct meant *out)
{
    out->count = out->slots = 0;
    for (unsigned i = 0; i < c->fresh->term_count && i < CHANGE_TERMS_MAX; i++) {
        out->kept[i] = 0;
        out->terms[out->count++] = with_days(c, &c->fresh->terms[i]);
    }
    for (unsigned i = 0; c->listed && !c->fresh->free && i < c->old->term_count; i++) {
        const struct term *t = &c->old->terms[i];
        if (t->until_us > c->at_us && change_hangs_on(t, c->at_us) && !change_untold(c, t))
            keep_of(c, t, out);
    }
}

void change_kept_terms(const struct change *c, change_term_f *f, void *context)
{
    struct meant m;
    if (c->kind != CHANGE_PRICE)
        return;
    change_meant(c, &m);
    for (unsigned i = 0; i < m.count; i++) {
        struct price prices[BUCKET_COUNT];
        struct term t = m.terms[i];
        unsigned n = 0;
        if (m.kept[i] == 0 || change_held(c, &t))
            continue;
        for (unsigned b = 0; b < BUCKET_COUNT; b++)
            if (m.kept[i] & 1u << b)
                (void)rates_find(&m.terms[i].rates, (enum bucket)b, &prices[n++]);
        t.rates = (struct rates){m.kept[i], prices};
        f(context, &t);
    }
}
