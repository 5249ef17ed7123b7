// SPDX-License-Identifier: Apache-2.0

#include "translate/translate.h"

#include "translate/part.h"

bool translate_endpoint(enum endpoint client, enum dialect provider, enum endpoint *out)
{
    static const struct {
        enum endpoint client;
        enum endpoint provider;
    } ways[] = {
        {ENDPOINT_CHAT, ENDPOINT_OLLAMA_CHAT},
        {ENDPOINT_COMPLETIONS, ENDPOINT_OLLAMA_GENERATE},
        {ENDPOINT_EMBEDDINGS, ENDPOINT_OLLAMA_EMBED},
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        if (ways[i].client == client && endpoint_dialect(ways[i].provider) == provider) {
            *out = ways[i].provider;
            return true;
        }
    }
    return false;
}

static enum refusal write_embed(struct reading *r, const struct json_val *body,
                                const struct translate_wish *wish, struct buf *out)
{
    struct embed embed = {0};
    enum refusal refusal = openai_read_embed(r, body, &embed);
    if (refusal == REFUSAL_NONE)
        ollama_write_embed(&embed, wish, out);
    return refusal;
}

static enum refusal write_chat(struct reading *r, const struct ask *a,
                               const struct translate_wish *wish, struct buf *out)
{
    const struct json_val *body = json_root(a->json);
    struct chat chat = {.stream = a->demand.stream};
    if (a->endpoint == ENDPOINT_CHAT) {
        enum refusal refusal = openai_read_chat(r, body, &chat);
        if (refusal == REFUSAL_NONE)
            ollama_write_chat(&chat, wish, out);
        return refusal;
    }
    enum refusal refusal = openai_read_completion(r, body, &chat);
    if (refusal == REFUSAL_NONE)
        ollama_write_generate(&chat, wish, out);
    return refusal;
}

enum refusal translate_request(const struct ask *a, const struct translate_wish *wish,
                               struct arena *arena, struct buf *out, struct why *why)
{
    struct reading r = {
        .json = a->json, .source = a->body, .arena = arena, .alloc = out->alloc, .why = why};
    enum refusal refusal = a->endpoint == ENDPOINT_EMBEDDINGS
                               ? write_embed(&r, json_root(a->json), wish, out)
                               : write_chat(&r, a, wish, out);
    if (refusal == REFUSAL_NONE && buf_failed(out))
        refusal = reading_no_memory(&r);
    return refusal;
}
