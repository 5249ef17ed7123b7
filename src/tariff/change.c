// SPDX-License-Identifier: Apache-2.0
//
// Prices are compared at moments that tell them apart: each tier, above and below each step of
// either sheet, and, where hours or days matter, each hour of the week to come. A list is held only
// against what it speaks of: one without hours says nothing of the hours.

#include "tariff/change.h"

#include "base/clock.h"
#include "core/book_write.h"
#include "core/rate.h"
#include "tariff/change_part.h"

#define HOUR_US     (3600 * SECOND_US)
#define MOMENTS_MAX 256
#define STEPS_MAX   16

struct grid {
    int64_t at_us[MOMENTS_MAX];
    unsigned moment_count;
    int64_t prompt[STEPS_MAX];
    unsigned prompt_count;
    bool us, thinking;
};

static bool is_hourly(const struct term *t)
{
    return t->minute_from || t->minute_until != 1440 || t->weekdays != TERM_EVERY_DAY;
}

static void add_moment(struct grid *g, int64_t at_us)
{
    if (g->moment_count < MOMENTS_MAX)
        g->at_us[g->moment_count++] = at_us;
}

static void add_prompt(struct grid *g, int64_t above)
{
    for (unsigned i = 0; i < g->prompt_count; i++)
        if (g->prompt[i] == above + 1)
            return;
    if (g->prompt_count < STEPS_MAX)
        g->prompt[g->prompt_count++] = above + 1;
}

static void add_terms(struct grid *g, const struct sheet *s, int64_t at_us, bool *hourly)
{
    for (unsigned i = 0; i < s->term_count; i++) {
        const struct term *t = &s->terms[i];
        *hourly |= is_hourly(t);
        if (t->above > 0)
            add_prompt(g, t->above);
        if (t->from_us > at_us)
            add_moment(g, t->from_us);
        if (t->until_us > at_us && t->until_us != INT64_MAX)
            add_moment(g, t->until_us);
    }
}

static void lay(struct grid *g, const struct sheet *old, const struct sheet *fresh, int64_t at_us)
{
    bool hourly = false;
    *g = (struct grid){.at_us = {at_us}, .moment_count = 1, .prompt = {1}, .prompt_count = 1};
    add_terms(g, old, at_us, &hourly);
    add_terms(g, fresh, at_us, &hourly);
    for (unsigned i = 0; i < fresh->term_count; i++) {
        g->us |= fresh->terms[i].us;
        g->thinking |= fresh->terms[i].thinking;
    }
    for (int64_t h = 1; hourly && h <= 168; h++)
        add_moment(g, at_us + h * HOUR_US);
}

// --- the same? ---

// Of one unit, times as many factors as the other side has: three of the largest would not fit.
#define SCALE_MAX 2

static int128 scaled(const struct quote *q, enum bucket b, unsigned factors)
{
    enum bucket as = quote_priced_as(q, b);
    if (as == BUCKET_COUNT)
        return -1;
    int128 price = q->price[as].atto;
    for (unsigned i = 0; bucket_is_token(b) && i < factors; i++)
        price *= i < q->factor_count ? q->factor_ppm[i] : 1000000;
    return price;
}

static bool same_quotes(const struct quote *old, const struct quote *fresh)
{
    unsigned factors =
        old->factor_count > fresh->factor_count ? old->factor_count : fresh->factor_count;
    if (factors > SCALE_MAX)
        return false;
    for (unsigned b = 0; b < BUCKET_COUNT; b++) {
        if (fresh->has & 1u << b &&
            scaled(old, (enum bucket)b, factors) != scaled(fresh, (enum bucket)b, factors))
            return false;
    }
    return true;
}

static bool same_at(const struct sheet *old, const struct sheet *fresh, const struct moment *m)
{
    struct quote before, after;
    sheet_quote(fresh, m, &after);
    if (!after.service_stated)
        return true;
    sheet_quote(old, m, &before);
    return before.service_stated && same_quotes(&before, &after);
}

static bool same_moment(const struct grid *g, const struct sheet *old, const struct sheet *fresh,
                        int64_t at_us)
{
    for (unsigned k = 0; k < g->prompt_count * SERVICE_OTHER * 4; k++) {
        unsigned flags = k & 3;
        struct moment m = {at_us, g->prompt[k / 4 / SERVICE_OTHER],
                           (enum service)(k / 4 % SERVICE_OTHER), flags & 1, flags & 2};
        if ((m.us && !g->us) || (m.thinking && !g->thinking))
            continue;
        if (!same_at(old, fresh, &m))
            return false;
    }
    return true;
}

static bool same(const struct sheet *old, const struct sheet *fresh, int64_t at_us)
{
    struct grid g;
    if (old->free || fresh->free)
        return old->free && fresh->free;
    lay(&g, old, fresh, at_us);
    for (unsigned i = 0; i < g.moment_count; i++)
        if (!same_moment(&g, old, fresh, g.at_us[i]))
            return false;
    return true;
}

// Outside of hours and weekdays that have prices of their own: the same at any time of the day.
static void quote_base(const struct sheet *s, int64_t at_us, struct quote *out)
{
    struct term terms[CHANGE_TERMS_MAX];
    struct moment m = {.at_us = at_us};
    struct sheet base = *sheet_at(s, at_us);
    unsigned n = 0;
    for (unsigned i = 0; i < base.term_count && n < CHANGE_TERMS_MAX; i++)
        if (!is_hourly(&base.terms[i]) && !base.terms[i].except)
            terms[n++] = base.terms[i];
    base.before = NULL;
    base.terms = terms;
    base.term_count = n;
    sheet_quote(&base, &m, out);
    if (out->has == 0) // none without an hour
        sheet_quote(s, &m, out);
}

void change_between(const struct sheet *old, const struct sheet *fresh, int64_t at_us,
                    struct change *out)
{
    *out =
        (struct change){.old = old ? sheet_at(old, at_us) : NULL, .fresh = fresh, .at_us = at_us};
    quote_base(fresh, at_us, &out->after);
    if (!out->old || sheet_silent(out->old)) {
        out->kind = CHANGE_NEW;
        return;
    }
    quote_base(out->old, at_us, &out->before);
    if (same(out->old, fresh, at_us))
        return;
    out->kind = CHANGE_PRICE;
    out->others = out->old->free == fresh->free && same_quotes(&out->before, &out->after);
}

bool change_of(const struct change *c, enum bucket b)
{
    if (!(c->after.has & 1u << b))
        return false;
    enum bucket as = quote_priced_as(&c->before, b);
    return as == BUCKET_COUNT || c->before.price[as].atto != c->after.price[b].atto;
}

// --- what the list speaks of ---

unsigned change_hangs_on(const struct term *t, int64_t at_us)
{
    return (t->services != TERM_ANY_SERVICE ? ON_SERVICE : 0) | (t->us ? ON_US : 0) |
           (t->thinking ? ON_THINKING : 0) | (t->above > 0 ? ON_PROMPT : 0) |
           (is_hourly(t) || t->except ? ON_HOURS : 0) | (t->from_us > at_us ? ON_A_DAY : 0);
}

bool change_same_kind(const struct term *held, const struct term *listed, int64_t at_us)
{
    unsigned on = change_hangs_on(held, at_us), other = change_hangs_on(listed, at_us);
    unsigned both = on & other;
    if (!(on & NARROW) && other & NARROW)
        return false;
    if (both & ON_SERVICE && !(held->services & listed->services))
        both &= ~(unsigned)ON_SERVICE;
    return on & NARROW ? both & NARROW : both;
}

static bool speaks_of(const struct sheet *s, const struct term *t, int64_t at_us)
{
    for (unsigned i = 0; i < s->term_count; i++)
        if (change_same_kind(t, &s->terms[i], at_us))
            return true;
    return false;
}

bool change_tells_days(const struct sheet *s, int64_t at_us)
{
    for (unsigned i = 0; i < s->term_count; i++)
        if (s->terms[i].from_us > at_us)
            return true;
    return false;
}

bool change_untold(const struct change *c, const struct term *t)
{
    return t->until_us > c->at_us && change_hangs_on(t, c->at_us) &&
           !speaks_of(c->fresh, t, c->at_us);
}

// --- terms on either side ---

int64_t change_begin(const struct term *t, int64_t at_us)
{
    return t->from_us > at_us ? t->from_us : INT64_MIN;
}

static bool same_text(const struct term *a, const struct term *b)
{
    struct buf one, other;
    buf_init(&one, &alloc_heap, 0);
    buf_init(&other, &alloc_heap, 0);
    book_write_term(&one, a);
    book_write_term(&other, b);
    bool equal = str_eq(buf_str(&one), buf_str(&other));
    buf_fini(&other);
    buf_fini(&one);
    return equal;
}

bool change_held(const struct change *c, const struct term *meant)
{
    for (unsigned i = 0; i < c->old->term_count; i++) {
        struct term t = c->old->terms[i];
        t.from_us = change_begin(&t, c->at_us);
        if (same_text(&t, meant))
            return true;
    }
    return false;
}

static bool is_meant(const struct meant *m, const struct term *held)
{
    for (unsigned i = 0; i < m->count; i++)
        if (same_text(&m->terms[i], held))
            return true;
    return false;
}

void change_added(const struct change *c, change_term_f *f, void *context)
{
    struct meant m;
    if (!c->old)
        return;
    change_meant(c, &m);
    for (unsigned i = 0; i < m.count; i++) {
        const struct term *t = &m.terms[i];
        bool base = change_hangs_on(t, c->at_us) == 0 && t->until_us == INT64_MAX;
        if (t->until_us > c->at_us && !base && !change_held(c, t))
            f(context, t);
    }
}

void change_replaced(const struct change *c, change_term_f *f, void *context)
{
    struct meant m;
    if (!c->old)
        return;
    change_meant(c, &m);
    for (unsigned i = 0; i < c->old->term_count; i++) {
        struct term t = c->old->terms[i];
        t.from_us = change_begin(&t, c->at_us);
        if (t.until_us > c->at_us && change_hangs_on(&t, c->at_us) && !change_untold(c, &t) &&
            !is_meant(&m, &t))
            f(context, &t);
    }
}

static void add_part(struct buf *b, size_t start, const struct change *c, enum bucket bucket)
{
    enum bucket as = quote_priced_as(&c->before, bucket);
    buf_printf(b, "%s%s ", b->len > start ? ", " : "", bucket_name(bucket));
    if (c->kind == CHANGE_PRICE && as != BUCKET_COUNT)
        price_write(b, c->before.price[as], bucket_units(as));
    else
        buf_add_cstr(b, "unpriced");
    buf_add_cstr(b, " -> ");
    price_write(b, c->after.price[bucket], bucket_units(bucket));
}

struct then {
    struct buf *out;
    size_t start;
};

static void add_then(void *context, const struct term *t)
{
    const struct then *then = context;
    buf_printf(then->out, "%sthen", then->out->len > then->start ? "; " : "");
    book_write_term(then->out, t);
}

void change_line(struct buf *b, const struct change *c)
{
    size_t start = b->len;
    if (c->old && c->old->free != c->fresh->free)
        buf_add_cstr(b, c->fresh->free ? "priced -> free" : "free -> priced");
    for (unsigned i = 0; i < BUCKET_COUNT; i++)
        if (change_of(c, (enum bucket)i))
            add_part(b, start, c, (enum bucket)i);
    if (c->kind == CHANGE_PRICE)
        change_added(c, add_then, &(struct then){b, start});
    if (b->len == start)
        buf_add_cstr(b, "other prices under a condition");
}

// --- what the list changes ---

void change_told(const struct change *c, struct sheet *told, struct term terms[CHANGE_TERMS_MAX])
{
    bool days = change_tells_days(c->fresh, c->at_us);
    *told = *c->old;
    told->before = NULL;
    told->terms = terms;
    told->term_count = 0;
    for (unsigned i = 0; i < c->old->term_count && told->term_count < CHANGE_TERMS_MAX; i++) {
        if (change_untold(c, &c->old->terms[i]))
            continue;
        struct term *t = &terms[told->term_count++];
        *t = c->old->terms[i];
        if (!days && t->until_us > c->at_us) // and when it ends the list does not say
            t->until_us = INT64_MAX;
    }
}

void change_find(const struct catalog *now, const struct sheet *fresh, int64_t at_us,
                 struct change *out)
{
    const struct sheet *old = catalog_find(now, fresh->vendor, fresh->model);
    struct term told_terms[CHANGE_TERMS_MAX];
    struct meant terms;
    struct sheet told, meant = *fresh;
    if (!old) {
        change_between(NULL, fresh, at_us, out);
        return;
    }
    struct change c = {.old = sheet_at(old, at_us), .fresh = fresh, .at_us = at_us};
    c.listed = !fresh->before; // one of an import states all that it means
    change_told(&c, &told, told_terms);
    change_meant(&c, &terms);
    meant.terms = terms.terms;
    meant.term_count = terms.count;
    change_between(sheet_silent(c.old) ? c.old : &told, &meant, at_us, out);
    out->old = c.old;
    out->fresh = fresh;
    out->listed = c.listed;
    if (out->kind == CHANGE_PRICE && !fresh->free)
        out->lacks = out->before.has & ~out->after.has & (1u << BUCKET_INPUT | 1u << BUCKET_OUTPUT);
    if (out->lacks)
        out->kind = CHANGE_LACKING;
}
