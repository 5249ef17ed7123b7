// SPDX-License-Identifier: Apache-2.0
//
// genai-prices: USD for 10^6 tokens (`_mtok`) or for a thousand (`_kcount`). Prices may have dates
// and hours (the last of a list that holds wins) and steps by the prompt's length.

#include "base/clock.h"
#include "base/limits.h"
#include "tariff/list_part.h"

static const struct {
    const char *field;
    enum bucket bucket;
    int power;
} fields[] = {
    {"input_mtok", BUCKET_INPUT, PER_MTOK},
    {"output_mtok", BUCKET_OUTPUT, PER_MTOK},
    {"cache_read_mtok", BUCKET_CACHE_READ, PER_MTOK},
    {"cache_write_mtok", BUCKET_CACHE_WRITE_5M, PER_MTOK},
    {"cache_write_1h_mtok", BUCKET_CACHE_WRITE_1H, PER_MTOK},
    {"input_audio_mtok", BUCKET_AUDIO_INPUT, PER_MTOK},
    {"output_audio_mtok", BUCKET_AUDIO_OUTPUT, PER_MTOK},
    {"cache_audio_read_mtok", BUCKET_AUDIO_CACHE_READ, PER_MTOK},
    {"input_image_mtok", BUCKET_IMAGE_INPUT, PER_MTOK},
    {"output_image_mtok", BUCKET_IMAGE_OUTPUT, PER_MTOK},
    {"web_searches_kcount", BUCKET_WEB_SEARCHES, PER_K},
    {"storage_searches_kcount", BUCKET_FILE_SEARCHES, PER_K},
    {"requests_kcount", BUCKET_CALLS, PER_K},
};

// A number, or {"base":5,"tiers":[{"start":200000,"price":10}]}.
static void read_steps(struct reading_list *r, const struct json_val *value,
                       const struct term *conditions, size_t field)
{
    struct json_iter it = {0};
    const struct json_val *tier;
    if (json_type(value) != JSON_OBJECT) {
        draft_price(r, draft_term(r, conditions), fields[field].bucket, value, fields[field].power);
        return;
    }
    draft_price(r, draft_term(r, conditions), fields[field].bucket, json_get(value, "base"),
                fields[field].power);
    while (json_each(&it, json_get(value, "tiers"), NULL, &tier)) {
        struct term t = *conditions;
        if (!json_i64(json_get(tier, "start"), &t.above) || t.above <= 0)
            list_note(r, "a step of a price that is not by the length of the prompt");
        else
            draft_price(r, draft_term(r, &t), fields[field].bucket, json_get(tier, "price"),
                        fields[field].power);
    }
}

static void read_prices(struct reading_list *r, const struct json_val *prices,
                        const struct term *conditions)
{
    struct json_iter it = {0};
    struct str key;
    const struct json_val *value;
    while (json_each(&it, prices, &key, &value)) {
        size_t i = 0;
        while (i < sizeof fields / sizeof fields[0] && !str_is(key, fields[i].field))
            i++;
        if (i < sizeof fields / sizeof fields[0])
            read_steps(r, value, conditions, i);
        else if (!str_is(key, "output_reasoning_mtok") && json_type(value) != JSON_NULL)
            list_note(r, "%.*s", STR_ARG(key));
    }
    draft_reasoning(r, json_get(prices, "output_reasoning_mtok"), PER_MTOK);
}

// --- conditions ---

// "00:30:00Z" as a minute of the UTC day.
static bool read_minute(struct str s, uint16_t *minute)
{
    uint64_t hour, rest;
    if (s.len < 8 || s.ptr[2] != ':' || !str_u64(str_from(s.ptr, 2), &hour) || hour > 23 ||
        !str_u64(str_from(s.ptr + 3, 2), &rest) || rest > 59 ||
        !str_starts(str_skip(s, 5), (struct str)STR(":00")))
        return false;
    struct str zone = str_skip(s, 8);
    *minute = (uint16_t)(hour * 60 + rest);
    return zone.len == 0 || str_is(zone, "Z") || str_is(zone, "+00:00");
}

static void read_hours(struct reading_list *r, const struct json_val *constraint,
                       const struct json_val *prices, struct term t)
{
    if (!read_minute(json_str(json_get(constraint, "start_time")), &t.minute_from) ||
        !read_minute(json_str(json_get(constraint, "end_time")), &t.minute_until)) {
        list_note(r, "prices by hours that are not whole minutes of UTC");
        return;
    }
    uint16_t until = t.minute_until;
    if (t.minute_from >= until) { // over midnight, or to it
        t.minute_until = 1440;
        read_prices(r, prices, &t);
        t.minute_from = 0;
        t.minute_until = until;
    }
    if (until)
        read_prices(r, prices, &t);
}

// Prices that began before the day of the list are simply the prices.
static void read_day(struct reading_list *r, const struct json_val *constraint,
                     const struct json_val *prices, struct term t)
{
    int64_t from;
    if (!civil_read(json_str(json_get(constraint, "start_date")), &from)) {
        list_note(r, "prices from a day that is none");
        return;
    }
    if (from > r->wish->day_us) {
        t.from_us = from;
    } else if (t.services == TERM_ANY_SERVICE) {
        r->term_count = 1;
        r->terms[0] = (struct draft_term){.term = book_term_always};
    }
    read_prices(r, prices, &t);
}

static void read_entry(struct reading_list *r, const struct json_val *entry,
                       const struct term *conditions)
{
    const struct json_val *constraint = json_get(entry, "constraint");
    const struct json_val *prices = json_get(entry, "prices");
    if (json_get(constraint, "start_date"))
        read_day(r, constraint, prices, *conditions);
    else if (json_get(constraint, "start_time"))
        read_hours(r, constraint, prices, *conditions);
    else if (json_count(constraint))
        list_note(r, "prices under a condition that is not known");
    else
        read_prices(r, prices, conditions);
}

// {"when":{"processing":"batch"},"prices":{…}}
static void read_variants(struct reading_list *r, const struct json_val *variants)
{
    struct json_iter it = {0};
    const struct json_val *entry;
    while (json_each(&it, variants, NULL, &entry)) {
        struct term t = book_term_always;
        enum service service;
        const struct json_val *when = json_get(entry, "when");
        struct str name = json_str(json_get(when, "processing"));
        if (json_count(when) != 1 || !service_find(name, &service)) {
            list_note(r, "prices of a variant that is not known");
            continue;
        }
        t.services = (uint8_t)(1u << service);
        read_entry(r, entry, &t);
    }
}

// --- names ---

// Only what is anchored: `equals` and `starts_with`, and any of several.
static void read_match(struct reading_list *r, const struct json_val *match, struct buf *aliases)
{
    struct json_iter it = {0};
    const struct json_val *any = json_get(match, "or");
    const struct json_val *clause = match;
    bool more = any ? json_each(&it, any, NULL, &clause) : true;
    for (; more; more = any && json_each(&it, any, NULL, &clause)) {
        struct str equals = json_str(json_get(clause, "equals"));
        struct str starts = json_str(json_get(clause, "starts_with"));
        struct str name = equals.len ? equals : starts;
        if (name.len == 0)
            list_note(r, "a name that is matched by more than its beginning");
        else if (!book_is_name(name) || catalog_is_pattern(name))
            list_note(r, "an alias that is no name");
        else if (starts.len || !str_eq(equals, r->model))
            buf_printf(aliases, " %.*s%s", STR_ARG(name), equals.len ? "" : "*");
    }
}

static void read_model(struct reading_list *r, struct str provider, const struct json_val *model)
{
    const struct json_val *prices = json_get(model, "prices");
    const struct json_val *entry;
    struct json_iter it = {0};
    struct buf aliases;
    if (!draft_begin(r, provider, json_str(json_get(model, "id"))))
        return;
    buf_init(&aliases, &alloc_heap, 16 * KIB);
    read_match(r, json_get(model, "match"), &aliases);
    if (buf_failed(&aliases))
        list_note(r, "more aliases than a model can have");
    else
        r->aliases = arena_dup(&r->arena, buf_str(&aliases));
    buf_fini(&aliases);
    draft_tokens(r, json_get(model, "context_window"), &r->context_tokens);
    if (json_type(prices) == JSON_ARRAY)
        while (json_each(&it, prices, NULL, &entry))
            read_entry(r, entry, &book_term_always);
    else
        read_prices(r, prices, &book_term_always);
    read_variants(r, json_get(model, "price_variants"));
    draft_end(r);
}

enum status list_genai(struct reading_list *r, const struct json_val *root, struct why *why)
{
    const struct json_val *providers = json_get(root, "providers");
    const struct json_val *provider, *model;
    struct json_iter outer = {0};
    (void)why;
    while (json_each(&outer, providers ? providers : root, NULL, &provider)) {
        struct json_iter inner = {0};
        const struct json_val *models = json_get(provider, "models");
        while (json_type(models) == JSON_ARRAY && json_each(&inner, models, NULL, &model))
            read_model(r, json_str(json_get(provider, "id")), model);
    }
    return STATUS_OK;
}
