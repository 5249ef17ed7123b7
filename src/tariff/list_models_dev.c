// SPDX-License-Identifier: Apache-2.0
//
// models.dev's api.json: USD for 10^6 tokens.

#include "tariff/list_part.h"

static const struct {
    const char *field;
    enum bucket bucket;
} fields[] = {
    {"input", BUCKET_INPUT},
    {"output", BUCKET_OUTPUT},
    {"cache_read", BUCKET_CACHE_READ},
    {"cache_write", BUCKET_CACHE_WRITE_5M},
    {"input_audio", BUCKET_AUDIO_INPUT},
    {"output_audio", BUCKET_AUDIO_OUTPUT},
};

static void read_tiers(struct reading_list *r, const struct json_val *tiers);

static void read_above(struct reading_list *r, const struct json_val *cost, int64_t above);

static bool is_known(struct reading_list *r, struct str key, const struct json_val *value,
                     struct draft_term *t)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (!str_is(key, fields[i].field))
            continue;
        draft_price(r, t, fields[i].bucket, value, PER_MTOK);
        return true;
    }
    return str_is(key, "reasoning") || str_is(key, "tier");
}

static void read_cost(struct reading_list *r, const struct json_val *cost, struct draft_term *t)
{
    struct json_iter it = {0};
    struct str key;
    const struct json_val *value;
    while (json_each(&it, cost, &key, &value)) {
        if (is_known(r, key, value, t))
            continue;
        bool older = str_is(key, "context_over_200k"); // what lists had before `tiers`
        if (str_is(key, "tiers"))
            read_tiers(r, value);
        else if (older && !json_get(cost, "tiers"))
            read_above(r, value, 200000);
        else if (!older && (json_type(value) == JSON_NUMBER || json_type(value) == JSON_OBJECT))
            list_note(r, "cost.%.*s", STR_ARG(key));
    }
}

static void read_above(struct reading_list *r, const struct json_val *cost, int64_t above)
{
    struct term t = book_term_always;
    struct json_iter it = {0};
    struct str key;
    const struct json_val *value;
    t.above = above;
    struct draft_term *term = draft_term(r, &t);
    while (term && json_each(&it, cost, &key, &value)) {
        if (!is_known(r, key, value, term))
            list_note(r, "cost.tiers.%.*s", STR_ARG(key));
    }
}

static void read_tiers(struct reading_list *r, const struct json_val *tiers)
{
    struct json_iter it = {0};
    const struct json_val *tier;
    while (json_each(&it, tiers, NULL, &tier)) {
        int64_t size;
        struct str type = json_str(json_path(tier, "tier.type"));
        if ((type.len && !str_is(type, "context")) ||
            !json_i64(json_path(tier, "tier.size"), &size) || size <= 0)
            list_note(r, "a tier that is not by the length of the prompt");
        else
            read_above(r, tier, size);
    }
}

static void read_model(struct reading_list *r, struct str provider, struct str id,
                       const struct json_val *model)
{
    const struct json_val *cost = json_get(model, "cost");
    if (!draft_begin(r, provider, id))
        return;
    draft_tokens(r, json_path(model, "limit.context"), &r->context_tokens);
    draft_tokens(r, json_path(model, "limit.output"), &r->output_tokens_max);
    read_cost(r, cost, &r->terms[0]);
    draft_reasoning(r, json_get(cost, "reasoning"), PER_MTOK);
    draft_end(r);
}

enum status list_models_dev(struct reading_list *r, const struct json_val *root, struct why *why)
{
    struct json_iter providers = {0};
    struct str provider, id;
    const struct json_val *value, *model;
    (void)why;
    while (json_each(&providers, root, &provider, &value)) {
        struct json_iter models = {0};
        const struct json_val *list = json_get(value, "models");
        while (json_type(list) == JSON_OBJECT && json_each(&models, list, &id, &model))
            read_model(r, provider, id, model);
    }
    return STATUS_OK;
}
