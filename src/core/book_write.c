// SPDX-License-Identifier: Apache-2.0

#include "core/book_write.h"

#include "base/clock.h"

static void write_rates(struct buf *b, const struct rates *r)
{
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        struct price price;
        if (!rates_find(r, (enum bucket)i, &price))
            continue;
        buf_printf(b, " %s ", bucket_name((enum bucket)i));
        price_write(b, price, bucket_units((enum bucket)i));
    }
}

static void write_day(struct buf *b, const char *word, int64_t us)
{
    buf_printf(b, " %s ", word);
    if (us % DAY_US) {
        civil_write(b, us, 0);
        return;
    }
    char day[CIVIL_DATE];
    buf_add_cstr(b, civil_date(us, day));
}

static void write_weekdays(struct buf *b, const struct term *t)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    for (unsigned i = 0; t->weekdays != TERM_EVERY_DAY && i < 7; i++) {
        unsigned last = i;
        if (!(t->weekdays >> i & 1))
            continue;
        while (last < 6 && t->weekdays >> (last + 1) & 1)
            last++;
        buf_printf(b, last > i ? " %s-%s" : " %s", names[i], names[last]);
        i = last;
    }
    if (t->except)
        buf_printf(b, " except %.*s", STR_ARG(t->except->name));
    if (t->minute_from != 0 || t->minute_until != 1440)
        buf_printf(b, " %02d:%02d-%02d:%02d", t->minute_from / 60, t->minute_from % 60,
                   t->minute_until / 60, t->minute_until % 60);
}

void book_write_term(struct buf *b, const struct term *t)
{
    if (t->from_us != INT64_MIN)
        write_day(b, "from", t->from_us);
    if (t->until_us != INT64_MAX)
        write_day(b, "until", t->until_us);
    write_weekdays(b, t);
    if (t->above >= 0)
        buf_printf(b, " above %lld", (long long)t->above);
    for (unsigned i = 0; t->services != TERM_ANY_SERVICE && i < SERVICE_COUNT; i++) {
        if (t->services & 1u << i)
            buf_printf(b, " %s", service_name((enum service)i));
    }
    if (t->thinking)
        buf_add_cstr(b, " thinking");
    buf_add_cstr(b, t->us ? " us:" : ":");
    write_rates(b, &t->rates);
    if (t->factor_ppm) {
        buf_add_cstr(b, " x");
        decimal_write(b, t->factor_ppm, 6, 0);
    }
}

void book_write_sheet(struct buf *b, const struct sheet *s)
{
    buf_printf(b, "model %.*s\n", STR_ARG(s->model));
    if (s->free)
        buf_add_cstr(b, "free\n");
    if (s->rates.has) {
        buf_add_cstr(b, "price");
        write_rates(b, &s->rates);
        buf_add_char(b, '\n');
    }
    for (unsigned i = 0; i < s->term_count; i++) {
        buf_add_cstr(b, "when");
        book_write_term(b, &s->terms[i]);
        buf_add_char(b, '\n');
    }
    if (s->context_tokens)
        buf_printf(b, "context %lld\n", (long long)s->context_tokens);
    if (s->output_tokens_max)
        buf_printf(b, "output_max %lld\n", (long long)s->output_tokens_max);
}
