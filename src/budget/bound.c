// SPDX-License-Identifier: Apache-2.0

#include "budget/bound.h"

#include <stdio.h>

#include "budget/worst.h"

#define ATTO_PER_NANO 1000000000
#define PPM           1000000

static const char *const words[] = {
#define X(id, words) [BOUND_##id] = (words),
    BOUND_STATE_MAP(X)
#undef X
};

const char *bound_words(enum bound_state s)
{
    must(s < BOUND_STATE_COUNT);
    return words[s];
}

void bound_field(const struct bound *b, char out[BOUND_FIELD_BYTES])
{
    struct str field = b->field ? str_of(b->field) : STR_NONE;
    size_t at = str_search(field, str_of("[]"));
    bool item = at < field.len;
    int n = item ? snprintf(out, BOUND_FIELD_BYTES, "%.*s[%u]%s", (int)at, field.ptr, b->item,
                            b->field + at + 2)
                 : snprintf(out, BOUND_FIELD_BYTES, "%.*s", STR_ARG(field));
    must(n >= 0 && n < BOUND_FIELD_BYTES);
}

static enum bound_state no(struct bound *b, enum bound_state s, const char *field)
{
    b->field = field;
    return s;
}

// --- tokens ---

// What the book says as the call starts.
static const struct sheet *sheet_now(const struct bound_call *c)
{
    return sheet_at(c->sheet, c->start_us);
}

// 0 = not known. A book that has a price above its own window has an old window, and so has one of
// which the longest answer does not fit into it.
static int64_t window_of(const struct bound_call *c)
{
    const struct sheet *s = sheet_now(c);
    for (unsigned i = 0; i < s->term_count; i++) {
        if (s->terms[i].above >= s->context_tokens)
            return 0;
    }
    return s->output_tokens_max > s->context_tokens ? 0 : s->context_tokens;
}

// Of all prompts, read once. A prompt longer than the window is not read.
static enum bound_state count_once(const struct bound_call *c, int64_t windows, struct bound *b)
{
    const struct weight *w = c->weight;
    b->input = windows;
    if (w->vast)
        return windows ? BOUND_KNOWN : no(b, BOUND_VAST, w->vast);
    if (w->images > 0 && w->image_tokens == 0 && c->counted == 0)
        return windows ? BOUND_KNOWN : no(b, BOUND_IMAGES, "images");
    int64_t most = c->counted;
    if (most == 0)
        most = count_add(w->tokens, count_times(w->images, w->image_tokens));
    if (windows == 0 || most < windows)
        b->input = most;
    return BOUND_KNOWN;
}

static enum bound_state count_input(const struct bound_call *c, struct bound *b)
{
    const struct weight *w = c->weight;
    int64_t windows = count_times(window_of(c), w->prompts);
    if (w->rounds == 0)
        return count_once(c, windows, b);
    if (windows == 0)
        return no(b, BOUND_ROUNDS, w->rounds_of);
    b->input = count_times(windows, count_add(w->rounds, 1));
    return BOUND_KNOWN;
}

// All that comes of one answer where nothing limits it. 0 = not known.
static int64_t output_free(const struct bound_call *c)
{
    return count_larger(window_of(c), sheet_now(c)->output_tokens_max);
}

// An answer longer than the window is not written, whatever was asked.
static int64_t within_window(const struct bound_call *c, int64_t asked)
{
    int64_t window = window_of(c);
    return window > 0 && asked > window ? window : asked;
}

// The most of one answer, where the caller says nothing that is kept to.
static int64_t output_unsaid(const struct bound_call *c, struct bound *b)
{
    int64_t own = sheet_now(c)->output_tokens_max;
    int64_t unsure = c->weight->output_unsure;
    b->output_by = BOUND_OUTPUT_WINDOW;
    if (c->output_unsaid == 0)
        return output_free(c);
    b->output_by = BOUND_OUTPUT_UNSAID;
    if (unsure > 0)
        return within_window(c, unsure);
    b->output_by = own > 0 ? BOUND_OUTPUT_MODEL : BOUND_OUTPUT_UNSAID;
    return own > 0 ? own : c->output_unsaid;
}

static int64_t output_asked(const struct bound_call *c, struct bound *b)
{
    b->output_by = BOUND_OUTPUT_ASKED;
    return within_window(c, c->weight->output_max);
}

// With what is thought beside the maximum that was sent: only the window holds both.
static int64_t output_thought(const struct bound_call *c, int64_t each)
{
    int64_t window = window_of(c);
    return window > 0 ? window : count_add(each, output_free(c));
}

static enum bound_state count_output(const struct bound_call *c, struct bound *b)
{
    const struct weight *w = c->weight;
    if (w->answers == 0)
        return BOUND_KNOWN;
    int64_t each = w->output_max > 0 ? output_asked(c, b) : output_unsaid(c, b);
    if (each == 0)
        return no(b, BOUND_OUTPUT, w->output_field);
    b->output_max = each;
    if (w->reasons_beside && b->output_by != BOUND_OUTPUT_WINDOW) {
        if (output_free(c) == 0) // only the book can say it
            return no(b, BOUND_OUTPUT, NULL);
        each = output_thought(c, each);
    }
    each = count_add(each, w->output_beside);
    if (b->output_by != BOUND_OUTPUT_WINDOW) // which holds all
        each = count_add(each, w->output_drawn);
    if (w->output_again)
        each = count_times(each, count_add(w->rounds, 1));
    b->output = count_times(each, w->answers);
    return BOUND_KNOWN;
}

// --- money ---

// A sum in 10^-18 USD; `large` once it left its range.
struct sum {
    int128 atto;
    bool large;
};

static void sum_add(struct sum *s, int64_t count, struct price p)
{
    s->large |= __builtin_add_overflow(s->atto, (int128)count * p.atto, &s->atto);
}

static int128 divide_up(int128 n, int64_t by)
{
    return n / by + (n % by > 0);
}

static void sum_multiply(struct sum *s, uint32_t ppm)
{
    s->large |= __builtin_mul_overflow(s->atto, (int128)ppm, &s->atto);
    s->atto = divide_up(s->atto, PPM);
}

static void dearer(const struct worst *w, enum bucket b, bool possible, struct price *most)
{
    struct price p = {0};
    if (!possible)
        return;
    must(worst_price(w, b, &p)); // it falls back to what `most` is
    if (p.atto > most->atto)
        *most = p;
}

// The dearest that a token of input can cost. False when plain text has no price.
static bool input_price(const struct worst *w, const struct weight *of, struct price *most)
{
    if (!worst_price(w, BUCKET_INPUT, most))
        return false;
    bool image = of->images > 0 || of->vast;
    dearer(w, BUCKET_CACHE_READ, true, most);
    dearer(w, BUCKET_CACHE_WRITE_5M, of->cache_write, most);
    dearer(w, BUCKET_CACHE_WRITE_1H, of->cache_hour, most);
    dearer(w, BUCKET_IMAGE_INPUT, image, most);
    dearer(w, BUCKET_AUDIO_INPUT, of->vast, most);
    dearer(w, BUCKET_AUDIO_CACHE_READ, of->vast, most);
    return true;
}

static bool output_price(const struct worst *w, struct price *most)
{
    if (!worst_price(w, BUCKET_OUTPUT, most))
        return false;
    dearer(w, BUCKET_AUDIO_OUTPUT, true, most);
    dearer(w, BUCKET_IMAGE_OUTPUT, true, most);
    return true;
}

static bool add_tokens(const struct bound_call *c, const struct worst *w, const struct bound *b,
                       struct sum *s)
{
    struct price in, out;
    if (b->input > 0) {
        if (!input_price(w, c->weight, &in))
            return false;
        sum_add(s, b->input, in);
    }
    if (b->output > 0) {
        if (!output_price(w, &out))
            return false;
        sum_add(s, b->output, out);
    }
    for (unsigned i = 0; i < w->factor_count; i++)
        sum_multiply(s, w->factor_ppm[i]);
    return true;
}

static bool add_fee(const struct worst *w, enum bucket b, int64_t count, struct sum *s)
{
    struct price p;
    if (count == 0)
        return true;
    if (!worst_price(w, b, &p))
        return false;
    sum_add(s, count, p);
    return true;
}

static bool has_price(const struct worst *w, enum bucket b)
{
    return w->has & 1u << b;
}

// A machine's time, which pays for tokens too where they have no price.
static void add_time(const struct bound_call *c, const struct worst *w, struct sum *s)
{
    struct sum time = {0};
    sum_add(&time, c->longest_us, w->price[BUCKET_BUSY]);
    s->large |= __builtin_add_overflow(s->atto, divide_up(time.atto, BUSY_UNIT_US), &s->atto);
}

static enum bound_state sum_up(const struct bound_call *c, const struct worst *w, struct bound *b,
                               struct sum *s)
{
    const struct weight *of = c->weight;
    bool timed = has_price(w, BUCKET_BUSY);
    bool by_time_alone = timed && !(w->has & ((1u << (BUCKET_IMAGE_OUTPUT + 1)) - 1));
    if (of->vast && has_price(w, BUCKET_SECONDS))
        return no(b, BOUND_SECONDS, of->vast);
    if (!by_time_alone && !add_tokens(c, w, b, s))
        return BOUND_UNPRICED;
    if (!add_fee(w, BUCKET_WEB_SEARCHES, of->web_searches, s) ||
        !add_fee(w, BUCKET_FILE_SEARCHES, of->file_searches, s))
        return BOUND_UNPRICED;
    sum_add(s, 1, w->price[BUCKET_CALLS]); // 0 where there is none
    if (timed && c->longest_us == 0)
        return BOUND_TIME;
    if (timed)
        add_time(c, w, s);
    return BOUND_KNOWN;
}

// What is out of all proportion there. NULL where no member says so much.
static const char *large_field(const struct weight *w)
{
    if (w->answers_field && w->answers > DEMAND_CHOICES_MAX)
        return w->answers_field;
    if (w->rounds > DEMAND_CHOICES_MAX)
        return w->rounds_of;
    return w->output_max > 0 || w->output_unsure > 0 ? w->output_field : NULL;
}

// In one tier, by one of the sheets that may hold. A tier that nobody asked for need have no price:
// a call that it answers then has none either.
static enum bound_state in_tier(const struct bound_call *c, const struct sheet *sheet,
                                enum service service, struct bound *b)
{
    const struct weight *of = c->weight;
    struct span span = {.from_us = c->start_us,
                        .until_us = c->start_us + c->longest_us,
                        .prompt = b->input,
                        .service = service,
                        .us = of->us,
                        .us_possible = of->us_possible,
                        .thinks_possible = true};
    struct worst w;
    struct sum s = {0};
    worst_read(sheet, &span, &w);
    if (!w.service_stated)
        return service == of->service ? no(b, BOUND_UNPRICED_TIER, "service_tier") : BOUND_KNOWN;
    enum bound_state state = sum_up(c, &w, b, &s);
    if (state != BOUND_KNOWN)
        return state;
    // Each round's cost may be rounded by itself, to half a picodollar at most.
    int128 nano = divide_up(s.atto, ATTO_PER_NANO) + (of->rounds > 0);
    if (s.large || nano > INT64_MAX)
        return no(b, BOUND_LARGE, large_field(of));
    if (nano > b->most.n)
        b->most.n = (int64_t)nano;
    return BOUND_KNOWN;
}

static enum bound_state in_tiers(const struct bound_call *c, const struct sheet *sheet,
                                 struct bound *b)
{
    unsigned tiers = c->weight->services | 1u << c->weight->service;
    enum bound_state state = sheet_silent(sheet) ? BOUND_UNPRICED : BOUND_KNOWN;
    for (unsigned i = 0; i < SERVICE_COUNT && !sheet->free && state == BOUND_KNOWN; i++) {
        if (tiers & 1u << i)
            state = in_tier(c, sheet, (enum service)i, b);
    }
    return state;
}

// Sheets follow one another: each counts that may hold before the call ends.
static enum bound_state in_sheets(const struct bound_call *c, struct bound *b)
{
    const struct sheet *s = sheet_at(c->sheet, c->start_us + c->longest_us);
    enum bound_state state = in_tiers(c, s, b);
    while (state == BOUND_KNOWN && s->before && s->since_us > c->start_us) {
        s = s->before;
        state = in_tiers(c, s, b);
    }
    return state;
}

// Whatever it does, whenever it ends.
static bool is_free(const struct bound_call *c)
{
    const struct sheet *s = sheet_at(c->sheet, c->start_us + c->longest_us);
    return s->free && s == sheet_now(c);
}

static enum bound_state make(const struct bound_call *c, struct bound *b)
{
    if (c->weight->free || (c->sheet && is_free(c)))
        return BOUND_KNOWN;
    if (c->weight->boundless) {
        b->item = c->weight->boundless_item;
        return no(b, BOUND_BOUNDLESS, c->weight->boundless);
    }
    if (!c->sheet)
        return BOUND_UNPRICED;
    b->item = c->weight->rounds_item; // no other member that is named below has one
    enum bound_state state = count_input(c, b);
    if (state == BOUND_KNOWN)
        state = count_output(c, b);
    return state == BOUND_KNOWN ? in_sheets(c, b) : state;
}

void bound_make(const struct bound_call *c, struct bound *out)
{
    *out = (struct bound){.state = BOUND_KNOWN};
    must(c->start_us >= 0 && c->longest_us >= 0 && c->longest_us <= WORST_SPAN_MAX);
    out->state = make(c, out);
    if (out->state != BOUND_KNOWN)
        out->most.n = 0;
}

static bool is_within(const struct bound_call *c, int64_t output_max, struct nano room)
{
    struct weight shorter = *c->weight;
    struct bound_call call = *c;
    struct bound b;
    shorter.output_max = output_max;
    call.weight = &shorter;
    bound_make(&call, &b);
    return b.state == BOUND_KNOWN && b.most.n <= room.n;
}

// A longer answer never has a lower bound.
int64_t bound_longest(const struct bound_call *c, struct nano room)
{
    struct bound b;
    bound_make(c, &b);
    int64_t fits = 0;
    int64_t exceeds = b.output_max;
    if (exceeds > 0 && is_within(c, exceeds, room))
        return exceeds;
    while (exceeds - fits > 1) {
        int64_t middle = fits + (exceeds - fits) / 2;
        if (is_within(c, middle, room))
            fits = middle;
        else
            exceeds = middle;
    }
    return fits;
}
