// SPDX-License-Identifier: Apache-2.0
//
// Prompt, region and thinking only ever make a term hold: it always holds when it does for the
// least of each, and never when it does not for the most. The time is gone through at every moment
// within the span at which a term can begin or end to hold.

#include "budget/worst.h"

#include "core/rate.h"

#define MINUTE_US INT64_C(60000000)
#define DAY_US    (1440 * MINUTE_US)

enum holding { HOLDS_NEVER, HOLDS_PERHAPS, HOLDS_ALWAYS };

// The term at the moments looked at.
struct seen {
    bool most;  // it held at one of them, with the most of everything
    bool least; // and at each of them with the least
};

static void see(const struct term *t, const struct span *span, int64_t at_us, struct seen *seen)
{
    if (at_us < span->from_us || at_us > span->until_us)
        return;
    bool us = span->us || span->us_possible;
    seen->most |= term_holds(
        t, &(struct moment){at_us, span->prompt, span->service, us, span->thinks_possible});
    seen->least &= term_holds(t, &(struct moment){at_us, 0, span->service, span->us, false});
}

static enum holding holding(const struct term *t, const struct span *span)
{
    struct seen seen = {.most = false, .least = true};
    see(t, span, span->from_us, &seen);
    see(t, span, t->from_us, &seen);
    see(t, span, t->until_us, &seen);
    for (int64_t day = span->from_us / DAY_US; day <= span->until_us / DAY_US; day++) {
        see(t, span, day * DAY_US, &seen);
        see(t, span, day * DAY_US + t->minute_from * MINUTE_US, &seen);
        see(t, span, day * DAY_US + t->minute_until * MINUTE_US, &seen);
    }
    return seen.least ? HOLDS_ALWAYS : seen.most ? HOLDS_PERHAPS : HOLDS_NEVER;
}

static void take_rates(const struct rates *r, enum holding h, struct worst *w)
{
    const struct price *price = r->prices;
    for (uint32_t left = r->has; left; left &= left - 1, price++) {
        struct price *mine = &w->price[__builtin_ctz(left)];
        if (h == HOLDS_ALWAYS || price->atto > mine->atto)
            *mine = *price;
    }
    w->has |= r->has;
    if (h == HOLDS_ALWAYS)
        w->sure |= r->has;
}

static void take_factor(uint32_t ppm, enum holding h, struct worst *w)
{
    if (ppm == 0 || (h == HOLDS_PERHAPS && ppm <= 1000000))
        return;
    must(w->factor_count < FACTORS_MAX);
    w->factor_ppm[w->factor_count++] = ppm;
}

void worst_read(const struct sheet *s, const struct span *span, struct worst *out)
{
    must(span->from_us >= 0 && span->from_us <= span->until_us);
    must(span->until_us - span->from_us <= WORST_SPAN_MAX);
    *out = (struct worst){.service_stated = span->service == SERVICE_STANDARD};
    take_rates(&s->rates, HOLDS_ALWAYS, out);
    for (unsigned i = 0; i < s->term_count; i++) {
        const struct term *t = &s->terms[i];
        enum holding h = holding(t, span);
        if (h == HOLDS_NEVER)
            continue;
        take_rates(&t->rates, h, out);
        take_factor(t->factor_ppm, h, out);
        out->service_stated |= t->services != TERM_ANY_SERVICE;
    }
}

bool worst_price(const struct worst *w, enum bucket b, struct price *out)
{
    struct quote q = {.has = w->has};
    struct price most = {0};
    bool found = false;
    for (;;) {
        enum bucket as = quote_priced_as(&q, b);
        if (as == BUCKET_COUNT)
            break;
        found = true;
        if (w->price[as].atto > most.atto)
            most = w->price[as];
        if (w->sure & 1u << as)
            break;
        q.has &= ~(1u << as);
    }
    if (found)
        *out = most;
    return found;
}
