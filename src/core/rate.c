// SPDX-License-Identifier: Apache-2.0

#include "core/rate.h"

#include "base/clock.h"
#include "core/wide.h"

#define ATTO_PER_PICO 1000000
#define PPM           1000000
#define TOKEN_BITS    ((1u << (BUCKET_IMAGE_OUTPUT + 1)) - 1)

static const char *const state_names[] = {
#define X(id, name) [PRICE_##id] = (name),
    PRICE_STATE_MAP(X)
#undef X
};

// Whose price a bucket takes when its own is not stated, in this order; BUCKET_COUNT ends.
#define NONE BUCKET_COUNT
static const enum bucket fallbacks[BUCKET_COUNT][3] = {
    [BUCKET_INPUT] = {NONE},
    [BUCKET_CACHE_READ] = {BUCKET_INPUT, NONE},
    [BUCKET_CACHE_WRITE_5M] = {BUCKET_INPUT, NONE},
    [BUCKET_CACHE_WRITE_1H] = {BUCKET_CACHE_WRITE_5M, BUCKET_INPUT, NONE},
    [BUCKET_AUDIO_INPUT] = {BUCKET_INPUT, NONE},
    [BUCKET_AUDIO_CACHE_READ] = {BUCKET_CACHE_READ, BUCKET_AUDIO_INPUT, BUCKET_INPUT},
    [BUCKET_IMAGE_INPUT] = {BUCKET_INPUT, NONE},
    [BUCKET_OUTPUT] = {NONE},
    [BUCKET_AUDIO_OUTPUT] = {BUCKET_OUTPUT, NONE},
    [BUCKET_IMAGE_OUTPUT] = {BUCKET_OUTPUT, NONE},
    [BUCKET_WEB_SEARCHES] = {NONE},
    [BUCKET_FILE_SEARCHES] = {NONE},
    [BUCKET_CALLS] = {NONE},
    [BUCKET_SEARCH_UNITS] = {NONE},
    [BUCKET_IMAGES_OUT] = {NONE},
    [BUCKET_SECONDS] = {NONE},
    [BUCKET_BUSY] = {NONE},
};

const char *price_state_name(enum price_state s)
{
    must(s < PRICE_STATE_COUNT);
    return state_names[s];
}

enum bucket quote_priced_as(const struct quote *q, enum bucket b)
{
    if (q->has & 1u << b)
        return b;
    for (unsigned i = 0; i < 3 && fallbacks[b][i] != NONE; i++) {
        if (q->has & 1u << fallbacks[b][i])
            return fallbacks[b][i];
    }
    return NONE;
}

// How many of the bucket a call that used something pays: a fee a call needs nobody to count it.
static int64_t due(const struct usage *u, enum bucket b)
{
    return b == BUCKET_CALLS && u->count[b] == 0 ? 1 : u->count[b];
}

static bool has_price(const struct quote *q, enum bucket b)
{
    return q->has & 1u << b;
}

// A machine's time pays for all that it made.
static bool by_time_alone(const struct quote *q)
{
    return has_price(q, BUCKET_BUSY) && !(q->has & TOKEN_BITS);
}

// Of a bucket that something was counted in. A call counted where a call has no fee is no missing
// price, nor is time where it has none.
static bool is_missing(const struct quote *q, const struct usage *u, enum bucket b)
{
    if (b == BUCKET_BUSY)
        return has_price(q, b) && u->count[b] == 0;
    return b != BUCKET_CALLS && quote_priced_as(q, b) == NONE && !by_time_alone(q);
}

static bool add_lines(const struct quote *q, const struct usage *u, struct cost *out)
{
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        enum bucket b = (enum bucket)i;
        if (u->count[b] == 0 && b != BUCKET_CALLS && b != BUCKET_BUSY)
            continue; // as most
        if (is_missing(q, u, b)) {
            out->missing = b;
            return false;
        }
        enum bucket as = quote_priced_as(q, b);
        int64_t count = due(u, b);
        if (count <= 0 || as == NONE)
            continue;
        out->lines[out->line_count++] = (struct cost_line){b, as, count, q->price[as]};
    }
    return true;
}

struct sums {
    int128 tokens, fees, time; // 10^-18 USD; of time BUSY_UNIT_US times that
};

static int128 *sum_of(struct sums *s, enum bucket b)
{
    if (bucket_is_token(b))
        return &s->tokens;
    return b == BUCKET_BUSY ? &s->time : &s->fees;
}

// False when it does not fit.
static bool add_up(const struct cost *c, struct sums *out)
{
    *out = (struct sums){.tokens = 0};
    for (unsigned i = 0; i < c->line_count; i++) {
        const struct cost_line *line = &c->lines[i];
        int128 *sum = sum_of(out, line->bucket);
        if (__builtin_add_overflow(*sum, (int128)line->count * line->price.atto, sum))
            return false;
    }
    return true;
}

// Most have no factor and no time, and are below 9 USD: then 64 bits do, at a tenth of the work.
static bool make_small(const struct cost *c, const struct sums *sums, struct money *total)
{
    const int128 half_max = INT64_MAX / 2;
    must(sums->tokens >= 0 && sums->fees >= 0);
    if (c->factor_count > 0 || sums->time > 0 || sums->tokens > half_max || sums->fees > half_max)
        return false;
    int64_t atto = (int64_t)sums->tokens + (int64_t)sums->fees;
    int64_t pd = atto / ATTO_PER_PICO;
    int64_t rest = atto % ATTO_PER_PICO;
    bool tie = rest == ATTO_PER_PICO / 2;
    total->pd = pd + (tie ? pd & 1 : rest > ATTO_PER_PICO / 2);
    return true;
}

// ((tokens x factors + fees) x 3600 + time) / 3600, rounded half to even. Dividing by 10^6 once a
// factor and once, with the 3600, for the picodollar leaves a rest each time: the last one tells
// the half, those before it a tie.
static bool make_total(const struct cost *c, struct money *total)
{
    const uint32_t unit = (uint32_t)ATTO_PER_PICO * BUSY_UNIT_US;
    struct sums sums;
    uint32_t rest = 0;
    int64_t pd;
    if (!add_up(c, &sums))
        return false;
    if (make_small(c, &sums, total))
        return true;
    struct wide sum = wide_from(sums.tokens);
    struct wide fee = wide_from(sums.fees);
    struct wide time = wide_from(sums.time);
    wide_multiply(&sum, BUSY_UNIT_US);
    wide_multiply(&fee, BUSY_UNIT_US);
    wide_add(&fee, &time);
    for (unsigned i = 0; i < c->factor_count; i++) {
        wide_multiply(&sum, c->factor_ppm[i]);
        wide_multiply(&fee, PPM);
    }
    wide_add(&sum, &fee);
    for (unsigned i = 0; i < c->factor_count; i++)
        rest |= wide_divide(&sum, PPM);
    uint32_t last = wide_divide(&sum, unit);
    if (!wide_i64(&sum, &pd))
        return false;
    bool tie = last == unit / 2 && rest == 0;
    bool up = tie ? pd & 1 : last >= unit / 2;
    return money_add((struct money){pd}, (struct money){up}, total);
}

static void take_quote(const struct quote *q, struct cost *out)
{
    out->factor_count = q->factor_count;
    for (unsigned i = 0; i < q->factor_count; i++)
        out->factor_ppm[i] = q->factor_ppm[i];
    out->cliff = q->cliff;
    out->dated = q->dated;
}

static void clear(struct cost *out)
{
    out->state = PRICE_UNPRICED;
    out->total.pd = 0;
    out->overflow = false;
    out->missing = BUCKET_INPUT;
    out->tier_missing = false;
    out->uncounted = false;
    out->line_count = 0;
    out->factor_count = 0;
    out->cliff = 0;
    out->dated = false;
}

static void rate_by_sheet(const struct sheet *sheet, const struct usage *u, int64_t at_us,
                          struct cost *out)
{
    struct quote q;
    int64_t prompt = u->prompt > 0 ? u->prompt : usage_input(u);
    sheet_quote(sheet, &(struct moment){at_us, prompt, u->service, u->us_region, usage_thinks(u)},
                &q);
    if (u->uncounted && !by_time_alone(&q)) {
        out->uncounted = true;
        return;
    }
    take_quote(&q, out);
    if (!q.service_stated) {
        out->tier_missing = true;
        return;
    }
    if (q.has == 0 || !add_lines(&q, u, out)) {
        out->line_count = 0;
        return;
    }
    out->state = PRICE_PRICED;
    if (!make_total(out, &out->total)) {
        out->overflow = true;
        out->total.pd = INT64_MAX;
    }
}

// What a machine's time is not: something that needs a price.
static bool is_idle(const struct usage *u, const struct sheet *sheet)
{
    struct usage rest = *u;
    if (!sheet || sheet_silent(sheet))
        rest.count[BUCKET_BUSY] = 0;
    return !usage_any(&rest);
}

static void rate_without(const struct usage *u, struct cost *out)
{
    for (unsigned i = BUCKET_COUNT; i-- > 0;) {
        if (u->count[i] > 0)
            out->missing = (enum bucket)i;
    }
    out->uncounted = u->uncounted;
}

void rate(const struct sheet *sheet, const struct usage *u, int64_t at_us, struct cost *out)
{
    clear(out);
    sheet = sheet ? sheet_at(sheet, at_us) : NULL;
    if (u->has_reported && u->reported.pd >= 0) {
        out->state = PRICE_PROVIDER;
        out->total = u->reported;
    } else if (sheet && sheet->free) {
        out->state = PRICE_FREE;
    } else if (!u->uncounted && is_idle(u, sheet)) {
        out->state = PRICE_PRICED;
    } else if (sheet) {
        rate_by_sheet(sheet, u, at_us, out);
    } else {
        rate_without(u, out);
    }
}

// --- the arithmetic as text ---

#define PRICE_WIDTH 20 // of "0.0833333 USD/Mtok"

static void explain_line(const struct cost_line *line, struct buf *out)
{
    if (line->bucket == BUCKET_BUSY)
        buf_printf(out, "%5lld.%06lld %-16s x ", (long long)(line->count / SECOND_US),
                   (long long)(line->count % SECOND_US), "seconds busy");
    else
        buf_printf(out, "%12lld %-16s x ", (long long)line->count, bucket_name(line->bucket));
    size_t start = out->len;
    price_write(out, line->price, bucket_units(line->bucket));
    buf_printf(out, " USD%s", bucket_per(line->bucket));
    while (!buf_failed(out) && out->len - start < PRICE_WIDTH)
        buf_add_char(out, ' ');
    buf_add_cstr(out, "= ");
    int128 atto = (int128)line->count * line->price.atto;
    if (line->bucket == BUCKET_BUSY)
        atto = decimal_divide(atto, BUSY_UNIT_US);
    decimal_write(out, atto, DECIMAL_PLACES, 12);
    if (line->priced_as != line->bucket)
        buf_printf(out, "  (at the price of %s)", bucket_name(line->priced_as));
    buf_add_char(out, '\n');
}

static void explain_factors(const struct cost *c, struct buf *out)
{
    for (unsigned i = 0; i < c->factor_count; i++) {
        buf_add_cstr(out, "tokens x ");
        decimal_write(out, c->factor_ppm[i], 6, 0);
        buf_add_char(out, '\n');
    }
}

static void explain_missing(const struct cost *c, struct buf *out)
{
    if (c->uncounted)
        buf_add_cstr(out, "unpriced: it held images, audio or files that nobody counted\n");
    else if (c->tier_missing)
        buf_add_cstr(out, "unpriced: the service tier that answered has no stated price\n");
    else if (c->missing == BUCKET_BUSY)
        buf_add_cstr(out, "unpriced: nobody told how long the machine worked\n");
    else
        buf_printf(out, "unpriced: no price is known for %s\n", bucket_words(c->missing));
}

void cost_explain(const struct cost *c, struct buf *out)
{
    for (unsigned i = 0; i < c->line_count; i++)
        explain_line(&c->lines[i], out);
    explain_factors(c, out);
    if (c->cliff)
        buf_printf(out, "prices for more than %lld prompt tokens\n", (long long)c->cliff);
    if (c->state == PRICE_UNPRICED) {
        explain_missing(c, out);
        return;
    }
    buf_printf(out, "%s: ", c->state == PRICE_PRICED ? "total" : price_state_name(c->state));
    money_write(out, c->total);
    buf_add_cstr(out, c->overflow ? " USD (too large: cut)\n" : " USD\n");
}
