// SPDX-License-Identifier: Apache-2.0

#include "tariff/services.h"

#define PPM       1000000
#define DEAR      10 // times the standard's price: a mistake of the list
#define TOKEN_END BUCKET_WEB_SEARCHES

static struct draft_term *find(struct reading_list *r, unsigned services, int64_t above)
{
    for (unsigned i = 0; i < r->term_count; i++) {
        struct draft_term *t = &r->terms[i];
        if (t->term.services == services && t->term.above == above && !t->term.us &&
            !t->term.thinking && t->term.from_us == INT64_MIN && t->term.minute_until == 1440 &&
            t->term.minute_from == 0)
            return t;
    }
    return NULL;
}

static void drop(struct draft_term *t)
{
    t->stated.has = 0;
    t->term.factor_ppm = 0;
}

// The standard's price that the tier's stands beside: of the same length of prompt, else any.
static bool standard(struct reading_list *r, int64_t above, enum bucket b, int64_t *atto)
{
    struct draft_term *t = find(r, TERM_ANY_SERVICE, above);
    if (!t || !(t->stated.has & 1u << b))
        t = &r->terms[0];
    *atto = t->stated.price[b].atto;
    return t->stated.has & 1u << b && *atto > 0;
}

// The factor that explains each of its prices; 0 when there is none.
static int64_t factor_of(struct reading_list *r, const struct draft_term *t, int64_t factor)
{
    for (unsigned b = 0; b < TOKEN_END; b++) {
        int64_t base;
        if (!(t->stated.has & 1u << b))
            continue;
        if (!standard(r, t->term.above, (enum bucket)b, &base))
            return 0;
        int128 scaled = (int128)t->stated.price[b].atto * PPM;
        if (scaled % base || scaled / base > (int128)DEAR * PPM ||
            (factor && scaled / base != factor))
            return 0;
        factor = (int64_t)(scaled / base);
    }
    return factor;
}

static bool too_dear(struct reading_list *r, const struct draft_term *t)
{
    for (unsigned b = 0; b < TOKEN_END; b++) {
        int64_t base;
        if (t->stated.has & 1u << b && standard(r, t->term.above, (enum bucket)b, &base) &&
            t->stated.price[b].atto / base >= DEAR)
            return true;
    }
    return false;
}

// At the multiple of its input, rounded up.
static void fill(struct reading_list *r, struct draft_term *t)
{
    int64_t input;
    if (!standard(r, t->term.above, BUCKET_INPUT, &input))
        return;
    for (unsigned b = 0; b < TOKEN_END; b++) {
        int64_t base;
        if (t->stated.has & 1u << b || b == BUCKET_OUTPUT ||
            !standard(r, t->term.above, (enum bucket)b, &base))
            continue;
        int128 price = ((int128)base * t->stated.price[BUCKET_INPUT].atto + input - 1) / input;
        if (price > INT64_MAX)
            continue;
        t->stated.price[b].atto = (int64_t)price;
        t->stated.has |= 1u << b;
    }
}

static void finish(struct reading_list *r, unsigned service)
{
    unsigned bit = 1u << service;
    int64_t factor = 0;
    bool uniform = true, dear = false;
    struct draft_term *first = find(r, bit, -1);
    for (unsigned i = 1; i < r->term_count; i++) {
        if (r->terms[i].term.services != bit || !r->terms[i].stated.has)
            continue;
        dear |= too_dear(r, &r->terms[i]);
        factor = uniform ? factor_of(r, &r->terms[i], factor) : 0;
        uniform = factor != 0;
    }
    bool whole = first && first->stated.has & 1u << BUCKET_INPUT;
    for (unsigned i = 1; i < r->term_count; i++) {
        struct draft_term *t = &r->terms[i];
        if (t->term.services != bit || !t->stated.has)
            continue;
        if (!whole || dear || (uniform && t != first))
            drop(t);
        else if (!uniform && t->stated.has & 1u << BUCKET_INPUT)
            fill(r, t);
    }
    if (dear)
        list_note(r, "%s prices of over ten times the standard's",
                  service_name((enum service)service));
    else if (whole && uniform) {
        first->stated.has = 0;
        first->term.factor_ppm = (uint32_t)factor;
    }
}

void draft_services(struct reading_list *r)
{
    for (unsigned s = SERVICE_STANDARD + 1; s < SERVICE_OTHER; s++)
        finish(r, s);
}
