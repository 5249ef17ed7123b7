// SPDX-License-Identifier: Apache-2.0
//
// dialect - the wire formats, and the paths of each as one table.
//
// To add a dialect: a value here, its rows in the endpoint table (dialect.c), a meter_<dialect>.c
// that reads its answers, and golden cases in test/golden/<dialect>/. The compiler then names each
// switch that does not know it yet (meter.c, fault.c, models.c); what a request means is in ask.c.

#ifndef WIRE_DIALECT_H
#define WIRE_DIALECT_H

#include <stdbool.h>

#include "base/limits.h"
#include "base/str.h"

enum dialect { DIALECT_OPENAI, DIALECT_ANTHROPIC, DIALECT_GEMINI, DIALECT_OLLAMA, DIALECT_COUNT };
const char *dialect_name(enum dialect d);
bool dialect_read(struct str name, enum dialect *out) MUST_USE;
// The one name of a model that has several there, a slice of `name`: an Ollama means its tag
// `latest` where none is said.
struct str dialect_model(enum dialect d, struct str name);

// X(ENUM, name, dialect)
#define ENDPOINT_MAP(X)                                                                            \
    X(CHAT, "chat", OPENAI)                        /* POST /v1/chat/completions */                 \
    X(COMPLETIONS, "completions", OPENAI)          /* POST /v1/completions */                      \
    X(EMBEDDINGS, "embeddings", OPENAI)            /* POST /v1/embeddings */                       \
    X(RESPONSES, "responses", OPENAI)              /* POST /v1/responses */                        \
    X(RESPONSES_COUNT, "responses_count", OPENAI)  /* POST /v1/responses/input_tokens */           \
    X(MODELS, "models", OPENAI)                    /* GET  /v1/models, shape by headers */         \
    X(MODEL, "model", OPENAI)                      /* GET  /v1/models/{id} */                      \
    X(MESSAGES, "messages", ANTHROPIC)             /* POST /v1/messages */                         \
    X(MESSAGES_COUNT, "messages_count", ANTHROPIC) /* POST /v1/messages/count_tokens */            \
    X(GENERATE, "generate", GEMINI)                /* POST .../models/{m}:generateContent */       \
    X(GENERATE_STREAM, "generate_stream", GEMINI)  /* POST .../models/{m}:streamGenerateContent */ \
    X(GEMINI_COUNT, "gemini_count", GEMINI)        /* POST .../models/{m}:countTokens */           \
    X(GEMINI_EMBED, "gemini_embed", GEMINI)        /* :embedContent, :batchEmbedContents */        \
    X(GEMINI_MODELS, "gemini_models", GEMINI)      /* GET /v1beta/models, /v1beta/models/{m} */    \
    X(OLLAMA_CHAT, "ollama_chat", OLLAMA)          /* POST /api/chat */                            \
    X(OLLAMA_GENERATE, "ollama_generate", OLLAMA)  /* POST /api/generate */                        \
    X(OLLAMA_EMBED, "ollama_embed", OLLAMA)        /* POST /api/embed */                           \
    X(OLLAMA_EMBED_ONE, "ollama_embed_one",                                                        \
      OLLAMA)                                   /* POST /api/embeddings, one text, uncounted */    \
    X(OLLAMA_SHOW, "ollama_show", OLLAMA)       /* POST /api/show */                               \
    X(OLLAMA_TAGS, "ollama_tags", OLLAMA)       /* GET  /api/tags */                               \
    X(OLLAMA_PS, "ollama_ps", OLLAMA)           /* GET  /api/ps */                                 \
    X(OLLAMA_VERSION, "ollama_version", OLLAMA) /* GET  /api/version */                            \
    X(FEEDBACK, "feedback", OPENAI)             /* POST /costlens/v1/feedback, answered here */

enum endpoint {
#define X(id, name, dialect) ENDPOINT_##id,
    ENDPOINT_MAP(X)
#undef X
        ENDPOINT_COUNT
};
const char *endpoint_name(enum endpoint e);
enum dialect endpoint_dialect(enum endpoint e);
// True for calls that never bill (token counting, lists): a row without a hold, cost 0, state free.
bool endpoint_free(enum endpoint e);
// True for questions to an Ollama, what it has and what that is: no calls, and without a row.
bool endpoint_is_question(enum endpoint e);
// False for embeddings: what comes out is no tokens.
bool endpoint_makes_output(enum endpoint e);
// True for lists of models, which are answered here.
bool endpoint_is_list(enum endpoint e);
// True for what is read with GET: it has no body, and names no model but in the path.
bool endpoint_is_get(enum endpoint e);

enum endpoint_match {
    MATCH_NONE,
    MATCH_FOUND,
    MATCH_METHOD,   // the path exists, for another method
    MATCH_NEEDS_V1, // the path would exist with /v1 before it
    MATCH_TWICE_V1, // the path would exist without its first /v1
    MATCH_OLLAMA,   // a path of Ollama's that is not for callers: pull, delete, ...
};
// Ollama's paths that are taken, for people.
#define OLLAMA_PATHS                                                                            \
    "/api/chat, /api/generate, /api/embed, /api/embeddings, /api/show, /api/tags, /api/ps and " \
    "/api/version"

// The slices are of `path`.
struct endpoint_found {
    enum endpoint endpoint;
    struct str model;  // from the path, still percent-encoded; empty if not there
    struct str rest;   // Gemini: the version, "v1beta"
    struct str method; // Gemini: "generateContent"
    const char *allow; // what to say in Allow
};

// `path` without query. `out` is untouched unless the path exists (MATCH_FOUND, MATCH_METHOD).
enum endpoint_match endpoint_find(struct str method, struct str path, struct endpoint_found *out);
// The path's model, percent-decoded, with a NUL after it. False when it is malformed or too long.
bool endpoint_model(const struct endpoint_found *f, char out[MODEL_BYTES_MAX + 1]) MUST_USE;
// The path below a provider's base URL for this call ("/chat/completions"; with the base
// https://api.openai.com/v1; the bases of Anthropic and Gemini stand before their version, Ollama's
// before its /api). `model` as sent upstream, for Gemini's, percent-encoded here. Appends to `out`.
struct buf;
void endpoint_path(const struct endpoint_found *f, struct str model, struct buf *out);

#endif
