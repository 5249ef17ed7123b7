// SPDX-License-Identifier: Apache-2.0
//
// What does not talk: embeddings, token counts, lists of models.

#include <stdlib.h>

#include "base/digest.h"
#include "mock/voice.h"

#define DIMENSIONS_MAX 4096
#define BATCH_MAX      2048

static void add_base64(const uint8_t *bytes, size_t n, struct buf *out)
{
    char *to = buf_room(out, BASE64_TEXT(n));
    if (!to)
        return;
    base64_write(bytes, n, to);
    out->len += BASE64_TEXT(n);
}

// Little-endian float32 in Base64, which the official clients ask for, or decimals.
static void add_vector(struct dice *d, int64_t n, bool base64, struct buf *out)
{
    static const float unit = 1.0F / 1000000.0F;
    uint8_t bytes[DIMENSIONS_MAX * sizeof(float)];
    if (!base64)
        buf_add_char(out, '[');
    for (int64_t i = 0; i < n; i++) {
        int micro = (int)dice_below(d, 100000) - 50000;
        float value = (float)micro * unit;
        memcpy(bytes + (size_t)i * sizeof value, &value, sizeof value);
        if (!base64)
            buf_printf(out, "%s%s0.%06d", i > 0 ? "," : "", micro < 0 ? "-" : "", abs(micro));
    }
    if (!base64) {
        buf_add_char(out, ']');
        return;
    }
    buf_add_char(out, '"');
    add_base64(bytes, (size_t)n * sizeof(float), out);
    buf_add_char(out, '"');
}

static int64_t dimensions_of(const struct order *o)
{
    int64_t n = 256;
    if (str_starts(o->model, (struct str)STR("text-embedding-3-large")))
        n = 3072;
    else if (str_starts(o->model, (struct str)STR("text-embedding")))
        n = 1536;
    if (json_i64(json_get(o->root, "dimensions"), &n) ||
        json_i64(json_get(o->root, "outputDimensionality"), &n))
        return n < 1 ? 1 : n > DIMENSIONS_MAX ? DIMENSIONS_MAX : n;
    return n;
}

void voice_vector(const struct order *o, struct dice *d, struct buf *out)
{
    add_vector(d, dimensions_of(o), false, out);
}

// A text, a list of texts, a list of token numbers, or a list of such lists.
static int64_t inputs_of(const struct order *o)
{
    const struct json_val *input = json_get(o->root, "input");
    struct json_iter it = {0};
    const struct json_val *first = NULL;
    if (!json_each(&it, input, NULL, &first) || json_type(first) == JSON_NUMBER)
        return 1;
    int64_t n = (int64_t)json_count(input);
    return n > BATCH_MAX ? BATCH_MAX : n;
}

static void openai_embeddings(const struct order *o, struct dice *d, struct buf *out)
{
    bool base64 = str_is(json_str(json_get(o->root, "encoding_format")), "base64");
    int64_t n = inputs_of(o);
    buf_add_cstr(out, "{\"object\":\"list\",\"data\":[");
    for (int64_t i = 0; i < n; i++) {
        buf_printf(out,
                   "%s{\"object\":\"embedding\",\"index\":%lld,\"embedding\":", i > 0 ? "," : "",
                   (long long)i);
        add_vector(d, dimensions_of(o), base64, out);
        buf_add_char(out, '}');
    }
    buf_add_cstr(out, "],\"model\":");
    buf_add_json(out, o->answered);
    if (!o->trouble.on[TROUBLE_NO_USAGE])
        buf_printf(out, ",\"usage\":{\"prompt_tokens\":%lld,\"total_tokens\":%lld}",
                   (long long)o->billed.input, (long long)o->billed.input);
    buf_add_char(out, '}');
}

static void embeddings(const struct order *o, struct buf *out)
{
    struct dice dice;
    dice_init(&dice, o->hash);
    if (o->family != FAMILY_GEMINI) {
        openai_embeddings(o, &dice, out);
        return;
    }
    bool batch = o->wish == WISH_GEMINI_BATCH;
    int64_t n = batch ? (int64_t)json_count(json_get(o->root, "requests")) : 1;
    buf_add_cstr(out, batch ? "{\"embeddings\":[" : "{\"embedding\":");
    for (int64_t i = 0; i < n && i < BATCH_MAX; i++) {
        buf_add_cstr(out, i > 0 ? ",{\"values\":" : "{\"values\":");
        add_vector(&dice, dimensions_of(o), false, out);
        buf_add_char(out, '}');
    }
    buf_printf(out, "%s,\"usageMetadata\":{\"promptTokenCount\":%lld}}", batch ? "]" : "",
               (long long)o->billed.input);
}

static void count(const struct order *o, struct buf *out)
{
    long long input = o->billed.input;
    if (o->wish == WISH_RESPONSES_COUNT)
        buf_printf(out, "{\"object\":\"response.input_tokens\",\"input_tokens\":%lld}", input);
    else if (o->wish == WISH_MESSAGES_COUNT)
        buf_printf(out, "{\"input_tokens\":%lld}", input);
    else
        buf_printf(out, "{\"totalTokens\":%lld}", input);
}

const struct voice voice_embeddings = {.whole = embeddings};
const struct voice voice_count = {.whole = count};

static void add_model(const struct order *o, struct str name, struct buf *out)
{
    if (o->family == FAMILY_GEMINI) {
        buf_add_cstr(out, "{\"name\":\"models/");
        buf_add(out, name);
        buf_add_cstr(out, "\",\"displayName\":");
        buf_add_json(out, name);
        buf_add_cstr(out, ",\"inputTokenLimit\":1048576,\"outputTokenLimit\":65536,"
                          "\"supportedGenerationMethods\":[\"generateContent\",\"countTokens\"]}");
        return;
    }
    buf_add_cstr(out, "{\"id\":");
    buf_add_json(out, name);
    if (o->family == FAMILY_ANTHROPIC) {
        buf_add_cstr(out, ",\"type\":\"model\",\"created_at\":\"2026-01-01T00:00:00Z\","
                          "\"display_name\":");
        buf_add_json(out, name);
        buf_add_char(out, '}');
        return;
    }
    buf_add_cstr(out, ",\"object\":\"model\",\"created\":1767225600,\"owned_by\":\"mock\"}");
}

void voice_models(const struct order *o, struct str models, struct buf *out)
{
    struct str name = STR_NONE;
    bool first = true;
    if (o->wish == WISH_MODEL || o->wish == WISH_GEMINI_MODEL) {
        add_model(o, o->name, out);
        return;
    }
    buf_add_cstr(out, o->family == FAMILY_GEMINI      ? "{\"models\":["
                      : o->family == FAMILY_ANTHROPIC ? "{\"data\":["
                                                      : "{\"object\":\"list\",\"data\":[");
    while (str_cut(&models, ',', &name)) {
        if (!first)
            buf_add_char(out, ',');
        first = false;
        add_model(o, str_trim(name), out);
    }
    buf_add_cstr(out, o->family == FAMILY_ANTHROPIC
                          ? "],\"has_more\":false,\"first_id\":null,\"last_id\":null}"
                          : "]}");
}
