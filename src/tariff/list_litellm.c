// SPDX-License-Identifier: Apache-2.0
//
// LiteLLM's list: USD for one token. A field's name says which: a beginning, and any of
// `_above_272k_tokens`, `_batches`, `_flex`, `_priority`.

#include "tariff/list_part.h"
#include "tariff/maker.h"
#include "tariff/services.h"

static const struct field {
    const char *name;
    enum bucket bucket;
} fields[] = {
    {"input_cost_per_token", BUCKET_INPUT},
    {"output_cost_per_token", BUCKET_OUTPUT},
    {"cache_read_input_token_cost", BUCKET_CACHE_READ},
    {"cache_creation_input_token_cost_above_1hr", BUCKET_CACHE_WRITE_1H},
    {"cache_creation_input_token_cost", BUCKET_CACHE_WRITE_5M},
    {"input_cost_per_audio_token", BUCKET_AUDIO_INPUT},
    {"output_cost_per_audio_token", BUCKET_AUDIO_OUTPUT},
    {"cache_read_input_audio_token_cost", BUCKET_AUDIO_CACHE_READ},
    {"input_cost_per_image_token", BUCKET_IMAGE_INPUT},
    {"output_cost_per_image_token", BUCKET_IMAGE_OUTPUT},
};

// For one of something else, where the model's mode is the one that counts it.
static const struct {
    const char *name;
    const char *mode;
    enum bucket bucket;
} units[] = {
    {"input_cost_per_second", "audio_transcription", BUCKET_SECONDS},
    {"input_cost_per_query", "rerank", BUCKET_SEARCH_UNITS},
    {"output_cost_per_image", "image_generation", BUCKET_IMAGES_OUT},
};

static const struct {
    const char *suffix;
    enum service service;
} services[] = {
    {"_batches", SERVICE_BATCH},
    {"_flex", SERVICE_FLEX},
    {"_priority", SERVICE_PRIORITY},
};

static bool take_service(struct str *rest, struct term *t)
{
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        struct str suffix = str_of(services[i].suffix);
        if (!str_starts(*rest, suffix))
            continue;
        t->services = (uint8_t)(1u << services[i].service);
        *rest = str_skip(*rest, suffix.len);
        return true;
    }
    return false;
}

static bool take_above(struct str *rest, struct term *t)
{
    static const struct str head = STR("_above_"), tail = STR("k_tokens");
    if (!str_starts(*rest, head))
        return false;
    struct str digits = str_skip(*rest, head.len);
    size_t end = str_search(digits, tail);
    uint64_t thousands;
    if (end == digits.len || !str_u64(str_from(digits.ptr, end), &thousands) || thousands == 0 ||
        thousands > 100000)
        return false;
    t->above = (int64_t)thousands * 1000;
    *rest = str_skip(digits, end + tail.len);
    return true;
}

static const struct field *find_field(struct str key, struct term *t)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        struct str rest = str_skip(key, strlen(fields[i].name));
        *t = book_term_always;
        if (!str_starts(key, str_of(fields[i].name)))
            continue;
        while (take_service(&rest, t) || take_above(&rest, t))
            continue;
        if (rest.len == 0)
            return &fields[i];
    }
    return NULL;
}

static bool is_unit(struct reading_list *r, struct str key, const struct json_val *value,
                    struct str mode)
{
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (!str_is(key, units[i].name) || !str_is(mode, units[i].mode))
            continue;
        draft_price(r, &r->terms[0], units[i].bucket, value, PER_UNIT);
        return true;
    }
    if (!str_is(key, "input_cost_per_request"))
        return false;
    draft_price(r, &r->terms[0], BUCKET_CALLS, value, PER_UNIT);
    return true;
}

// --- what has a shape of its own ---

// {"search_context_size_low":0.01,…}: one price only where the sizes agree.
static void read_search(struct reading_list *r, const struct json_val *sizes)
{
    const struct json_val *low = json_get(sizes, "search_context_size_low");
    const struct json_val *medium = json_get(sizes, "search_context_size_medium");
    const struct json_val *high = json_get(sizes, "search_context_size_high");
    struct str text = json_number(r->json, medium);
    if (str_eq(text, json_number(r->json, low)) && str_eq(text, json_number(r->json, high)))
        draft_price(r, &r->terms[0], BUCKET_WEB_SEARCHES, medium, PER_UNIT);
    else
        list_note(r, "searches whose price hangs on their size");
}

static void read_fields(struct reading_list *r, const struct json_val *object,
                        const struct term *conditions)
{
    struct json_iter it = {0};
    struct str key;
    const struct json_val *value;
    while (json_each(&it, object, &key, &value)) {
        struct term ignored;
        const struct field *f = find_field(key, &ignored);
        if (f && ignored.above < 0 && ignored.services == TERM_ANY_SERVICE)
            draft_price(r, draft_term(r, conditions), f->bucket, value, PER_UNIT);
    }
}

// [{"range":[0,256000],"input_cost_per_token":…},…]
static void read_tiers(struct reading_list *r, const struct json_val *tiers)
{
    struct json_iter it = {0};
    const struct json_val *tier;
    while (json_each(&it, tiers, NULL, &tier)) {
        struct term t = book_term_always;
        struct json_iter range = {0};
        const struct json_val *from = NULL;
        if (!json_each(&range, json_get(tier, "range"), NULL, &from) || !json_i64(from, &t.above) ||
            t.above < 0) {
            list_note(r, "tiered_pricing that is not by the length of the prompt");
            continue;
        }
        t.above = t.above ? t.above : -1;
        read_fields(r, tier, &t);
    }
}

static bool read_minute(struct str s, uint16_t *minute)
{
    uint64_t hour, rest;
    if (s.len != 5 || s.ptr[2] != ':' || !str_u64(str_from(s.ptr, 2), &hour) || hour > 24 ||
        !str_u64(str_skip(s, 3), &rest) || rest > 59)
        return false;
    *minute = (uint16_t)(hour * 60 + rest);
    return *minute <= 1440;
}

static void read_hours(struct reading_list *r, const struct json_val *prices, struct str hours,
                       struct term t)
{
    struct str rest = hours, from;
    if (!str_cut(&rest, '-', &from) || !read_minute(from, &t.minute_from) ||
        !read_minute(rest, &t.minute_until) || t.minute_from == 1440) {
        list_note(r, "off_peak_pricing with hours that are none");
        return;
    }
    uint16_t until = t.minute_until;
    if (until <= t.minute_from) { // over midnight, or to it
        t.minute_until = 1440;
        read_fields(r, prices, &t);
        t.minute_from = 0;
        t.minute_until = until;
    }
    if (until)
        read_fields(r, prices, &t);
}

static uint8_t read_weekdays(const struct json_val *list)
{
    struct json_iter it = {0};
    const struct json_val *day;
    unsigned bits = 0;
    int64_t n;
    while (json_each(&it, list, NULL, &day))
        if (json_i64(day, &n) && n >= 1 && n <= 7)
            bits |= 1u << (n - 1);
    return (uint8_t)(bits ? bits : TERM_EVERY_DAY);
}

static void read_off_peak(struct reading_list *r, const struct json_val *off)
{
    struct json_iter it = {0};
    const struct json_val *window, *hours;
    while (json_each(&it, json_get(off, "windows"), NULL, &window)) {
        struct term t = book_term_always;
        struct json_iter many = {0};
        const struct json_val *all = json_get(window, "hours_utc");
        t.weekdays = read_weekdays(json_get(window, "weekdays"));
        if (json_type(all) == JSON_STRING)
            read_hours(r, off, json_str(all), t);
        else
            while (json_each(&many, all, NULL, &hours))
                read_hours(r, off, json_str(hours), t);
    }
}

// {"us":1.1,"fast":6}
static void read_specific(struct reading_list *r, const struct json_val *specific)
{
    struct json_iter it = {0};
    struct str key;
    const struct json_val *value;
    while (json_each(&it, specific, &key, &value)) {
        struct term t = book_term_always;
        t.us = str_is(key, "us");
        if (str_is(key, "fast"))
            t.services = 1u << SERVICE_FAST;
        if (t.us || t.services != TERM_ANY_SERVICE)
            draft_factor(r, &t, value, "provider_specific_entry");
        else
            list_note(r, "provider_specific_entry.%.*s", STR_ARG(key));
    }
}

// --- a model ---

static bool has_shape(struct reading_list *r, struct str key, const struct json_val *value)
{
    struct term us = book_term_always;
    us.us = true;
    if (str_is(key, "search_context_cost_per_query"))
        read_search(r, value);
    else if (str_is(key, "tiered_pricing"))
        read_tiers(r, value);
    else if (str_is(key, "off_peak_pricing"))
        read_off_peak(r, value);
    else if (str_is(key, "provider_specific_entry"))
        read_specific(r, value);
    else if (str_is(key, "regional_processing_uplift_multiplier_us"))
        draft_factor(r, &us, value, "regional_processing_uplift_multiplier_us");
    else
        return str_is(key, "output_cost_per_reasoning_token") ||
               str_is(key, "input_cost_per_token_cache_hit");
    return true;
}

static bool says_cost(struct str key)
{
    return str_search(key, (struct str)STR("cost")) < key.len ||
           str_search(key, (struct str)STR("pric")) < key.len ||
           str_search(key, (struct str)STR("multiplier")) < key.len;
}

static void read_member(struct reading_list *r, struct str key, const struct json_val *value,
                        struct str mode)
{
    struct term t;
    const struct field *f = find_field(key, &t);
    if (f)
        draft_price(r, draft_term(r, &t), f->bucket, value, PER_UNIT);
    else if (!is_unit(r, key, value, mode) && !has_shape(r, key, value) && says_cost(key) &&
             json_type(value) != JSON_NULL && json_type(value) != JSON_STRING)
        list_note(r, "%.*s", STR_ARG(key));
}

// The name on the wire: what stands behind the provider's own name.
static struct str bare_name(struct str key, struct str provider)
{
    char rooms[2][NAME_BYTES_MAX];
    size_t slash = str_find(key, '/');
    struct str head = str_from(key.ptr, slash);
    struct str vendor = maker_find(provider, rooms[0]);
    bool its = str_eq(head, provider) || (vendor.len && str_eq(maker_find(head, rooms[1]), vendor));
    return slash < key.len && its ? str_skip(key, slash + 1) : key;
}

static void read_model(struct reading_list *r, struct str key, const struct json_val *model)
{
    struct json_iter it = {0};
    struct str name;
    const struct json_val *value;
    struct str provider = json_str(json_get(model, "litellm_provider"));
    struct str mode = json_str(json_get(model, "mode"));
    if (!draft_begin(r, provider, bare_name(key, provider)))
        return;
    draft_tokens(r, json_get(model, "max_input_tokens"), &r->context_tokens);
    draft_tokens(r, json_get(model, "max_output_tokens"), &r->output_tokens_max);
    while (json_each(&it, model, &name, &value))
        read_member(r, name, value, mode);
    if (!(r->terms[0].stated.has & 1u << BUCKET_CACHE_READ))
        draft_price(r, &r->terms[0], BUCKET_CACHE_READ,
                    json_get(model, "input_cost_per_token_cache_hit"), PER_UNIT);
    draft_reasoning(r, json_get(model, "output_cost_per_reasoning_token"), PER_UNIT);
    draft_services(r);
    draft_end(r);
}

enum status list_litellm(struct reading_list *r, const struct json_val *root, struct why *why)
{
    struct json_iter it = {0};
    struct str key;
    const struct json_val *model;
    if (json_type(root) != JSON_OBJECT)
        return why_set(why, STATUS_SYNTAX, "a litellm list is a JSON object");
    while (json_each(&it, root, &key, &model)) {
        if (!str_is(key, "sample_spec") && json_type(model) == JSON_OBJECT)
            read_model(r, key, model);
    }
    return STATUS_OK;
}
