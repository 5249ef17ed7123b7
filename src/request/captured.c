// SPDX-License-Identifier: Apache-2.0

#include "request/captured.h"

#include "wire/vendor.h"

#define CHARS_PER_TOKEN     4
#define TOKENS_PER_MESSAGE  4    // role and separators of a chat's message
#define TOKENS_PER_ANSWER   3    // the answer's opening
#define OUTPUT_MOST_UNKNOWN 4096 // tokens, where neither the caller nor the book says
#define OUTPUT_TOKENS_MAX   (INT64_C(10) * 1000 * 1000) // of an answer, where the book is silent

// Writing it to a cache costs more than the input itself. Some price a write below that.
static bool is_dearer(const struct sheet *sheet, enum bucket write)
{
    struct price input, written;
    return sheet && rates_find(&sheet->rates, BUCKET_INPUT, &input) &&
           rates_find(&sheet->rates, write, &written) && written.atto > input.atto;
}

// Nobody knows how much of the input goes into a cache: at most all of it.
static enum bucket input_bucket(const struct captured_call *c)
{
    const struct demand *d = c->demand;
    if (d->cache_hour && is_dearer(c->sheet, BUCKET_CACHE_WRITE_1H))
        return BUCKET_CACHE_WRITE_1H;
    bool unasked = (c->flags & VENDOR_WRITES_CACHE) && endpoint_makes_output(c->endpoint) &&
                   endpoint_dialect(c->endpoint) == DIALECT_OPENAI; // else nothing is ever cached
    bool writes = d->cache_write || unasked;
    return writes && is_dearer(c->sheet, BUCKET_CACHE_WRITE_5M) ? BUCKET_CACHE_WRITE_5M
                                                                : BUCKET_INPUT;
}

static int64_t input_of(const struct captured_call *c)
{
    const struct demand *d = c->demand;
    int64_t tokens = (d->text_bytes + CHARS_PER_TOKEN - 1) / CHARS_PER_TOKEN +
                     d->messages * TOKENS_PER_MESSAGE + TOKENS_PER_ANSWER;
    return c->input_most > 0 && tokens > c->input_most ? c->input_most : tokens;
}

// What is asked beyond what the book allows, no model makes; a row must not be spoilt by a caller's
// number, which need not even be one that its vendor reads.
static int64_t ceiling_of(const struct sheet *s)
{
    if (s && s->output_tokens_max > 0)
        return s->output_tokens_max;
    return s && s->context_tokens > 0 ? s->context_tokens : OUTPUT_TOKENS_MAX;
}

static int64_t output_of(const struct captured_call *c)
{
    if (c->output_most > 0)
        return c->output_most;
    int64_t can = c->sheet ? c->sheet->output_tokens_max : 0; // 0 = not known
    int64_t most = c->demand->output_max;
    if (most <= 0)
        most = can > 0 ? can : OUTPUT_MOST_UNKNOWN;
    int64_t ceiling = ceiling_of(c->sheet);
    return (most < ceiling ? most : ceiling) * demand_choices(c->demand);
}

void captured_usage(const struct captured_call *c, struct usage *u)
{
    const struct demand *d = c->demand;
    *u = (struct usage){.sure = SURE_CAPTURED,
                        .service = d->service, // if it has no price, nor has the row
                        .us_region = d->us_region || (c->flags & VENDOR_REGIONAL)};
    if (endpoint_free(c->endpoint))
        return;
    u->uncounted = demand_media(d);
    u->prompt = input_of(c);
    u->count[input_bucket(c)] = u->prompt;
    if (endpoint_makes_output(c->endpoint))
        u->count[BUCKET_OUTPUT] = output_of(c);
}
