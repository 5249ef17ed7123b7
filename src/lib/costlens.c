// SPDX-License-Identifier: Apache-2.0
//
// The public API: a thin coat over the pure rooms. Enumerations of the header are the rooms' own by
// value, which the assertions below keep true.

#include <stdio.h>

#include "core/rate.h"
#include "lib/part.h"
#include "meter/meter.h"
#include "wire/vendor.h"

_Static_assert((int)COSTLENS_BUCKETS == (int)BUCKET_COUNT, "buckets of header and core");
_Static_assert((int)COSTLENS_INPUT == (int)BUCKET_INPUT, "input");
_Static_assert((int)COSTLENS_CACHE_READ == (int)BUCKET_CACHE_READ, "cache read");
_Static_assert((int)COSTLENS_CACHE_WRITE == (int)BUCKET_CACHE_WRITE_5M, "cache write");
_Static_assert((int)COSTLENS_CACHE_WRITE_1H == (int)BUCKET_CACHE_WRITE_1H, "cache write 1h");
_Static_assert((int)COSTLENS_AUDIO_INPUT == (int)BUCKET_AUDIO_INPUT, "audio input");
_Static_assert((int)COSTLENS_AUDIO_CACHE_READ == (int)BUCKET_AUDIO_CACHE_READ, "audio cache read");
_Static_assert((int)COSTLENS_IMAGE_INPUT == (int)BUCKET_IMAGE_INPUT, "image input");
_Static_assert((int)COSTLENS_OUTPUT == (int)BUCKET_OUTPUT, "output");
_Static_assert((int)COSTLENS_AUDIO_OUTPUT == (int)BUCKET_AUDIO_OUTPUT, "audio output");
_Static_assert((int)COSTLENS_IMAGE_OUTPUT == (int)BUCKET_IMAGE_OUTPUT, "image output");
_Static_assert((int)COSTLENS_WEB_SEARCHES == (int)BUCKET_WEB_SEARCHES, "web searches");
_Static_assert((int)COSTLENS_FILE_SEARCHES == (int)BUCKET_FILE_SEARCHES, "file searches");
_Static_assert((int)COSTLENS_CALLS == (int)BUCKET_CALLS, "calls");
_Static_assert((int)COSTLENS_SEARCH_UNITS == (int)BUCKET_SEARCH_UNITS, "search units");
_Static_assert((int)COSTLENS_IMAGES == (int)BUCKET_IMAGES_OUT, "images");
_Static_assert((int)COSTLENS_SECONDS == (int)BUCKET_SECONDS, "seconds");
_Static_assert((int)COSTLENS_BUSY == (int)BUCKET_BUSY, "busy");
_Static_assert((int)COSTLENS_OTHER_SERVICE == (int)SERVICE_OTHER, "services");
_Static_assert(COSTLENS_FACTORS == FACTORS_MAX, "factors");
_Static_assert((int)COSTLENS_UNPRICED == (int)PRICE_UNPRICED, "price states");
_Static_assert((int)COSTLENS_BY_PROVIDER == (int)PRICE_PROVIDER, "price states");

struct costlens_reader {
    struct alloc alloc;
    struct meter meter;
};

const char *costlens_status_text(enum costlens_status s)
{
    switch (s) {
    case COSTLENS_OK: return "ok";
    case COSTLENS_NO_MEMORY: return "out of memory";
    case COSTLENS_SYNTAX: return "malformed";
    case COSTLENS_UNKNOWN: return "not known";
    case COSTLENS_NO_USAGE: return "the answer carried no usage";
    case COSTLENS_RANGE: return "out of range";
    case COSTLENS_REFUSED: return "a budget refuses it";
    case COSTLENS_CONFLICT: return "in conflict with what exists";
    case COSTLENS_IO: return "what is outside could not be read, or written";
    case COSTLENS_DAMAGED: return "damaged, or of another version";
    }
    return "no such status";
}

const char *costlens_version(void)
{
    return COSTLENS_VERSION;
}

struct alloc lib_alloc(const struct costlens_alloc *alloc)
{
    return alloc ? (struct alloc){alloc->resize, alloc->context} : alloc_heap;
}

enum costlens_status lib_status(enum status s)
{
    if (s == STATUS_OK)
        return COSTLENS_OK;
    if (s == STATUS_NO_MEMORY)
        return COSTLENS_NO_MEMORY;
    return s == STATUS_RANGE || s == STATUS_LIMIT ? COSTLENS_RANGE : COSTLENS_SYNTAX;
}

enum costlens_status lib_fault(const struct why *why, char *message, size_t message_size)
{
    if (message && message_size)
        snprintf(message, message_size, "%s", why->text);
    return lib_status(why->status);
}

// Six parameters, each of which the caller has at hand. NOLINTNEXTLINE(readability-function-size)
enum costlens_status costlens_book_open(const struct costlens_alloc *alloc, const char *extra,
                                        size_t extra_len, struct costlens_book **out, char *message,
                                        size_t message_size)
{
    struct alloc a = lib_alloc(alloc);
    struct costlens_book *book = alloc_zero(&a, sizeof *book);
    *out = NULL;
    if (!book)
        return COSTLENS_NO_MEMORY;
    book->alloc = a;
    struct why why = {0};
    struct str text = str_from(extra, extra_len);
    enum status s = catalog_open(&book->alloc, &text, extra != NULL, &book->catalog, &why);
    if (s != STATUS_OK) {
        why.status = s;
        alloc_free(&a, book);
        return lib_fault(&why, message, message_size);
    }
    bool fits = str_copy(catalog_version(book->catalog), book->version, sizeof book->version);
    must(fits);
    *out = book;
    return COSTLENS_OK;
}

void costlens_book_close(struct costlens_book *book)
{
    if (!book)
        return;
    struct alloc a = book->alloc;
    catalog_close(book->catalog);
    alloc_free(&a, book);
}

const char *costlens_book_version(const struct costlens_book *book)
{
    return book->version;
}

enum costlens_status costlens_find(const struct costlens_book *book, const char *vendor,
                                   const char *model, struct costlens_model *out)
{
    const struct sheet *sheet = catalog_find(book->catalog, str_of(vendor), str_of(model));
    if (!sheet)
        return COSTLENS_UNKNOWN;
    struct costlens_model found = {.context_tokens = sheet->context_tokens,
                                   .output_tokens_max = sheet->output_tokens_max};
    if (!str_copy(sheet->vendor, found.vendor, sizeof found.vendor) ||
        !str_copy(sheet->model, found.model, sizeof found.model))
        return COSTLENS_RANGE;
    *out = found;
    return COSTLENS_OK;
}

const char *costlens_bucket_name(enum costlens_bucket b)
{
    return (unsigned)b < COSTLENS_BUCKETS ? bucket_name((enum bucket)b) : NULL;
}

// --- reading an answer ---

static const enum endpoint endpoints[] = {
    [COSTLENS_CHAT] = ENDPOINT_CHAT,
    [COSTLENS_COMPLETIONS] = ENDPOINT_COMPLETIONS,
    [COSTLENS_EMBEDDINGS] = ENDPOINT_EMBEDDINGS,
    [COSTLENS_RESPONSES] = ENDPOINT_RESPONSES,
    [COSTLENS_MESSAGES] = ENDPOINT_MESSAGES,
    [COSTLENS_GENERATE] = ENDPOINT_GENERATE,
    [COSTLENS_GENERATE_STREAM] = ENDPOINT_GENERATE_STREAM,
    [COSTLENS_GEMINI_EMBED] = ENDPOINT_GEMINI_EMBED,
    [COSTLENS_OLLAMA_CHAT] = ENDPOINT_OLLAMA_CHAT,
    [COSTLENS_OLLAMA_GENERATE] = ENDPOINT_OLLAMA_GENERATE,
    [COSTLENS_OLLAMA_EMBED] = ENDPOINT_OLLAMA_EMBED,
};

bool lib_endpoint(enum costlens_endpoint endpoint, enum endpoint *out)
{
    if ((size_t)endpoint >= sizeof endpoints / sizeof endpoints[0])
        return false;
    *out = endpoints[endpoint];
    return true;
}

enum costlens_status costlens_reader_open(const struct costlens_alloc *alloc,
                                          enum costlens_endpoint endpoint, const char *vendor,
                                          int streaming, struct costlens_reader **out)
{
    enum endpoint e;
    *out = NULL;
    if (!lib_endpoint(endpoint, &e))
        return COSTLENS_UNKNOWN;
    struct alloc a = lib_alloc(alloc);
    struct costlens_reader *reader = alloc_zero(&a, sizeof *reader);
    if (!reader)
        return COSTLENS_NO_MEMORY;
    reader->alloc = a;
    const struct vendor *row = vendor ? vendor_find(str_of(vendor)) : NULL;
    bool lines = endpoint_dialect(e) == DIALECT_OLLAMA;
    enum meter_kind stream = lines ? METER_LINES : METER_SSE;
    struct meter_setup setup = {.endpoint = e,
                                .kind = streaming ? stream : METER_JSON,
                                .vendor_flags = row ? row->flags : 0};
    meter_init(&reader->meter, &setup, &reader->alloc);
    *out = reader;
    return COSTLENS_OK;
}

void costlens_reader_close(struct costlens_reader *reader)
{
    if (!reader)
        return;
    struct alloc a = reader->alloc;
    meter_fini(&reader->meter);
    alloc_free(&a, reader);
}

static void ignore(void *context, struct str bytes)
{
    (void)context;
    (void)bytes;
}

void costlens_reader_feed(struct costlens_reader *reader, const void *bytes, size_t len)
{
    meter_feed(&reader->meter, str_from(bytes, len), ignore, NULL);
    meter_release(&reader->meter, ignore, NULL); // nobody waits for the end: nothing is kept
}

void costlens_reader_end(struct costlens_reader *reader, int clean)
{
    meter_end(&reader->meter, clean != 0);
}

int costlens_reader_complete(const struct costlens_reader *reader)
{
    return meter_complete(&reader->meter);
}

static void usage_out(const struct usage *u, struct costlens_usage *out)
{
    *out = (struct costlens_usage){
        .reasoning = u->reasoning,
        .prompt = u->prompt,
        .service = (enum costlens_service)u->service,
        .us_region = u->us_region,
        .estimated = u->sure != SURE_REPORTED,
        .uncounted = u->uncounted,
        .has_reported = u->has_reported,
        .reported_picodollars = u->reported.pd,
    };
    for (unsigned i = 0; i < BUCKET_COUNT; i++)
        out->count[i] = u->count[i];
}

static void read_out(const struct meter *m, struct costlens_usage *out)
{
    usage_out(&m->usage, out);
    out->count[BUCKET_BUSY] = meter_spent(m).busy_us;
}

enum costlens_status costlens_reader_usage(const struct costlens_reader *reader,
                                           struct costlens_usage *out)
{
    if (!reader->meter.has_usage)
        return COSTLENS_NO_USAGE;
    read_out(&reader->meter, out);
    return COSTLENS_OK;
}

void costlens_reader_estimate(struct costlens_reader *reader, int64_t request_bytes,
                              struct costlens_usage *out)
{
    if (!reader->meter.has_usage)
        meter_estimate(&reader->meter, request_bytes);
    read_out(&reader->meter, out);
}

const char *costlens_reader_model(const struct costlens_reader *reader)
{
    return reader->meter.model;
}

void costlens_reader_times(const struct costlens_reader *reader, struct costlens_times *out)
{
    const struct meter_times *t = &reader->meter.times;
    *out = (struct costlens_times){t->total_ns, t->load_ns, t->input_ns, t->output_ns};
}

int costlens_reader_remote(const struct costlens_reader *reader)
{
    return reader->meter.remote;
}

int costlens_reader_share(const struct costlens_reader *reader, unsigned i, const char **model,
                          struct costlens_usage *out)
{
    const struct meter_share *share = meter_share_at(&reader->meter, i);
    if (!share)
        return 0;
    struct usage u = share->usage;
    u.service = reader->meter.usage.service;
    u.us_region = reader->meter.usage.us_region;
    u.reasoning = reader->meter.usage.reasoning;
    u.sure = reader->meter.usage.sure;
    usage_out(&u, out);
    *model = share->declined ? NULL : share->model;
    return 1;
}

// --- cost ---

static bool usage_in(const struct costlens_usage *from, struct usage *u)
{
    if ((unsigned)from->service >= SERVICE_COUNT)
        return false;
    *u = (struct usage){
        .reasoning = from->reasoning,
        .prompt = from->prompt,
        .service = (enum service)from->service,
        .us_region = from->us_region != 0,
        .sure = from->estimated ? SURE_ESTIMATED : SURE_REPORTED,
        .uncounted = from->uncounted != 0,
        .has_reported = from->has_reported != 0,
        .reported = {from->reported_picodollars},
    };
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        if (from->count[i] < 0)
            return false;
        u->count[i] = from->count[i];
    }
    if (u->prompt == 0)
        u->prompt = usage_input(u);
    return true;
}

static void cost_out(const struct cost *c, struct costlens_cost *out)
{
    *out = (struct costlens_cost){
        .state = (enum costlens_price_state)c->state,
        .picodollars = c->total.pd,
        .too_large = c->overflow,
        .missing = (enum costlens_bucket)c->missing,
        .uncounted = c->uncounted,
        .tier_missing = c->tier_missing,
        .factor_count = c->factor_count,
        .cliff = c->cliff,
        .line_count = c->line_count,
    };
    for (unsigned i = 0; i < c->line_count; i++)
        out->lines[i] = (struct costlens_line){
            .bucket = (enum costlens_bucket)c->lines[i].bucket,
            .priced_as = (enum costlens_bucket)c->lines[i].priced_as,
            .count = c->lines[i].count,
            .price_atto = c->lines[i].price.atto,
        };
    for (unsigned i = 0; i < c->factor_count; i++)
        out->factor_ppm[i] = c->factor_ppm[i];
}

// Six parameters, each of which the caller has at hand. NOLINTNEXTLINE(readability-function-size)
enum costlens_status costlens_price(const struct costlens_book *book, const char *vendor,
                                    const char *model, const struct costlens_usage *usage,
                                    int64_t at_us, struct costlens_cost *out)
{
    struct usage u;
    if (!usage_in(usage, &u))
        return COSTLENS_RANGE;
    struct cost c;
    rate(catalog_find(book->catalog, str_of(vendor), str_of(model)), &u, at_us, &c);
    cost_out(&c, out);
    return COSTLENS_OK;
}

static void *space_resize(void *context, void *old, size_t size)
{
    struct lib_text *t = context;
    (void)old;
    return size <= sizeof t->space ? t->space : NULL;
}

void lib_text_init(struct lib_text *t)
{
    t->alloc = (struct alloc){space_resize, t};
    buf_init(&t->buf, &t->alloc, sizeof t->space - 1);
}

enum costlens_status lib_text_out(const struct lib_text *t, char *out, size_t size)
{
    if (buf_failed(&t->buf) || t->buf.len >= size)
        return COSTLENS_RANGE;
    memcpy(out, t->buf.ptr, t->buf.len);
    out[t->buf.len] = 0;
    return COSTLENS_OK;
}

enum costlens_status costlens_usd(int64_t picodollars, char *out, size_t size)
{
    struct lib_text t;
    lib_text_init(&t);
    money_write(&t.buf, (struct money){picodollars});
    return lib_text_out(&t, out, size);
}

static bool line_in(const struct costlens_line *from, struct cost_line *to)
{
    if ((unsigned)from->bucket >= BUCKET_COUNT || (unsigned)from->priced_as >= BUCKET_COUNT)
        return false;
    *to = (struct cost_line){
        (enum bucket)from->bucket, (enum bucket)from->priced_as, from->count, {from->price_atto}};
    return true;
}

static bool cost_in(const struct costlens_cost *from, struct cost *c)
{
    if ((unsigned)from->state >= PRICE_STATE_COUNT || (unsigned)from->missing >= BUCKET_COUNT ||
        from->line_count > BUCKET_COUNT || from->factor_count > FACTORS_MAX)
        return false;
    *c = (struct cost){
        .state = (enum price_state)from->state,
        .total = {from->picodollars},
        .overflow = from->too_large != 0,
        .missing = (enum bucket)from->missing,
        .uncounted = from->uncounted != 0,
        .tier_missing = from->tier_missing != 0,
        .line_count = from->line_count,
        .factor_count = from->factor_count,
        .cliff = from->cliff,
    };
    for (unsigned i = 0; i < from->factor_count; i++) {
        if (from->factor_ppm[i] <= 0 || from->factor_ppm[i] > UINT32_MAX)
            return false;
        c->factor_ppm[i] = (uint32_t)from->factor_ppm[i];
    }
    for (unsigned i = 0; i < from->line_count; i++) {
        if (!line_in(&from->lines[i], &c->lines[i]))
            return false;
    }
    return true;
}

enum costlens_status costlens_explain(const struct costlens_cost *cost, char *out, size_t size)
{
    struct lib_text t;
    struct cost c;
    if (!cost_in(cost, &c))
        return COSTLENS_RANGE;
    lib_text_init(&t);
    cost_explain(&c, &t.buf);
    return lib_text_out(&t, out, size);
}
