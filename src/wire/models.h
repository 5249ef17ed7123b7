// SPDX-License-Identifier: Apache-2.0
//
// models - the list of models in a dialect's shape, with prices where they are known.

#ifndef WIRE_MODELS_H
#define WIRE_MODELS_H

#include "base/buf.h"
#include "core/sheet.h"
#include "wire/dialect.h"

struct model_item {
    struct str id;             // "openai/gpt-4o", or an alias
    struct str owner;          // provider's configured name, or "costlens" for an alias
    struct str target;         // of an alias: "openai/gpt-4o", whose price it has; else empty
    const struct sheet *sheet; // NULL if unpriced
    bool free;
    // Of a local model, where they are known; else 0, empty and false.
    int64_t context_tokens;
    uint64_t size_bytes;
    struct str parameters, quantization; // "3.2B", "Q4_K_M"
    bool remote;                         // its Ollama passes it on to a cloud
};

// The shape is the dialect of the asking client: OpenAI {"object":"list","data":[...]}, Anthropic
// {"data":[...],"has_more":false,...}, Gemini {"models":[...]}. Prices are an extra object
// "pricing":{"input_per_mtok":"2.5",...} in each item; in an alias's "first_target" says of whom.
void models_list(enum dialect shape, const struct model_item *items, size_t count, struct buf *out);
void models_one(enum dialect shape, const struct model_item *item, struct buf *out);

#endif
