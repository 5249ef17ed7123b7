// SPDX-License-Identifier: Apache-2.0
//
// A model's creation time is not ours to know: it is a constant, since clients want one.

#include "wire/models.h"

#define PER_MILLION 1000000 // as tokens' and an hour's price is written

static void add_price(struct buf *out, const char *name, const char *per, struct price p,
                      bool *first)
{
    buf_add_cstr(out, *first ? "\"" : ",\"");
    buf_add_cstr(out, name);
    buf_add_cstr(out, per);
    buf_add_cstr(out, "\":\"");
    price_write(out, p, PER_MILLION);
    buf_add_char(out, '"');
    *first = false;
}

static void add_rates(const struct rates *rates, struct buf *out)
{
    static const enum bucket tokens[] = {
        BUCKET_INPUT,          BUCKET_OUTPUT,         BUCKET_CACHE_READ,
        BUCKET_CACHE_WRITE_5M, BUCKET_CACHE_WRITE_1H, BUCKET_AUDIO_INPUT,
        BUCKET_AUDIO_OUTPUT,   BUCKET_IMAGE_INPUT,    BUCKET_IMAGE_OUTPUT};
    bool first = true;
    struct price p;
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        if (rates_find(rates, tokens[i], &p))
            add_price(out, bucket_name(tokens[i]), "_per_mtok", p, &first);
    }
    if (rates_find(rates, BUCKET_BUSY, &p))
        add_price(out, "cost_per_hour", "", p, &first);
}

// null: no price is known, which is not the same as free.
static void add_pricing(const struct model_item *item, struct buf *out)
{
    if (item->target.len) {
        buf_add_cstr(out, ",\"first_target\":");
        buf_add_json(out, item->target);
    }
    buf_add_cstr(out, ",\"pricing\":");
    if (item->free || (item->sheet && item->sheet->free)) {
        buf_add_cstr(out, "{\"free\":true}");
    } else if (!item->sheet || item->sheet->rates.has == 0) {
        buf_add_cstr(out, "null");
    } else {
        buf_add_char(out, '{');
        add_rates(&item->sheet->rates, out);
        buf_add_char(out, '}');
    }
}

static void add_number(struct buf *out, const char *name, int64_t n)
{
    if (n <= 0)
        return;
    buf_add_cstr(out, ",\"");
    buf_add_cstr(out, name);
    buf_add_cstr(out, "\":");
    buf_add_i64(out, n);
}

static void add_text(struct buf *out, const char *name, struct str text)
{
    if (text.len == 0)
        return;
    buf_printf(out, ",\"%s\":", name);
    buf_add_json(out, text);
}

static int64_t context_of(const struct model_item *item)
{
    return item->context_tokens || !item->sheet ? item->context_tokens
                                                : item->sheet->context_tokens;
}

// What is known of its files.
static void add_local(const struct model_item *item, struct buf *out)
{
    add_number(out, "size_bytes", (int64_t)(item->size_bytes & INT64_MAX));
    add_text(out, "parameter_size", item->parameters);
    add_text(out, "quantization_level", item->quantization);
    if (item->remote)
        buf_add_cstr(out, ",\"remote\":true");
}

static void add_openai(const struct model_item *item, struct buf *out)
{
    buf_add_cstr(out, "{\"id\":");
    buf_add_json(out, item->id);
    buf_add_cstr(out, ",\"object\":\"model\",\"created\":1700000000,\"owned_by\":");
    buf_add_json(out, item->owner);
    add_number(out, "context_window", context_of(item));
    if (item->sheet)
        add_number(out, "max_output_tokens", item->sheet->output_tokens_max);
    add_local(item, out);
    add_pricing(item, out);
    buf_add_char(out, '}');
}

static void add_anthropic(const struct model_item *item, struct buf *out)
{
    buf_add_cstr(out, "{\"type\":\"model\",\"id\":");
    buf_add_json(out, item->id);
    buf_add_cstr(out, ",\"display_name\":");
    buf_add_json(out, item->id);
    buf_add_cstr(out, ",\"created_at\":\"2023-11-14T22:13:20Z\",\"owned_by\":");
    buf_add_json(out, item->owner);
    add_number(out, "max_input_tokens", context_of(item));
    if (item->sheet)
        add_number(out, "max_tokens", item->sheet->output_tokens_max);
    add_local(item, out);
    add_pricing(item, out);
    buf_add_char(out, '}');
}

static void add_gemini(const struct model_item *item, struct buf *out)
{
    struct buf name;
    buf_init(&name, out->alloc, 0);
    buf_add_cstr(&name, "models/");
    buf_add(&name, item->id);
    buf_add_cstr(out, "{\"name\":");
    buf_add_json(out, buf_str(&name));
    buf_fini(&name);
    buf_add_cstr(out, ",\"displayName\":");
    buf_add_json(out, item->id);
    buf_add_cstr(out, ",\"ownedBy\":");
    buf_add_json(out, item->owner);
    add_number(out, "inputTokenLimit", context_of(item));
    if (item->sheet)
        add_number(out, "outputTokenLimit", item->sheet->output_tokens_max);
    add_local(item, out);
    add_pricing(item, out);
    buf_add_char(out, '}');
}

void models_one(enum dialect shape, const struct model_item *item, struct buf *out)
{
    switch (shape) {
    case DIALECT_ANTHROPIC: add_anthropic(item, out); break;
    case DIALECT_GEMINI: add_gemini(item, out); break;
    case DIALECT_OPENAI:
    case DIALECT_OLLAMA: // relayed
    case DIALECT_COUNT: add_openai(item, out); break;
    }
}

static void add_all(enum dialect shape, const struct model_item *items, size_t count,
                    struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_add_char(out, ',');
        models_one(shape, &items[i], out);
    }
}

static void add_id(const struct model_item *item, struct buf *out)
{
    if (item)
        buf_add_json(out, item->id);
    else
        buf_add_cstr(out, "null");
}

void models_list(enum dialect shape, const struct model_item *items, size_t count, struct buf *out)
{
    switch (shape) {
    case DIALECT_ANTHROPIC:
        buf_add_cstr(out, "{\"data\":[");
        add_all(shape, items, count, out);
        buf_add_cstr(out, "],\"has_more\":false,\"first_id\":");
        add_id(count ? items : NULL, out);
        buf_add_cstr(out, ",\"last_id\":");
        add_id(count ? items + count - 1 : NULL, out);
        buf_add_char(out, '}');
        break;
    case DIALECT_GEMINI:
        buf_add_cstr(out, "{\"models\":[");
        add_all(shape, items, count, out);
        buf_add_cstr(out, "]}");
        break;
    case DIALECT_OPENAI:
    case DIALECT_OLLAMA: // relayed
    case DIALECT_COUNT:
        buf_add_cstr(out, "{\"object\":\"list\",\"data\":[");
        add_all(shape, items, count, out);
        buf_add_cstr(out, "]}");
        break;
    }
}
