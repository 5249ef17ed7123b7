// SPDX-License-Identifier: Apache-2.0
//
// chat - a request in no dialect's words: what a caller's dialect is read into and an upstream's is
// written from.
//
//   OpenAI's body --> struct chat --> Ollama's body
//
// Texts are unescaped; JSON (schemas, arguments) and numbers stand as they were written. All lives
// as long as the caller's document and the arena that it was read into.

#ifndef TRANSLATE_CHAT_H
#define TRANSLATE_CHAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum chat_role { CHAT_SYSTEM, CHAT_USER, CHAT_ASSISTANT, CHAT_TOOL };

enum chat_kind {
    CHAT_TEXT,
    CHAT_IMAGE,   // `text` is base64, `name` the media type
    CHAT_THOUGHT, // what a model thought before it answered
    CHAT_CALL,    // of a tool: `name`, `id`, and in `text` the arguments, a JSON object
};

struct chat_part {
    enum chat_kind kind;
    struct str text;
    struct str name;
    struct str id;
};

struct chat_message {
    enum chat_role role;
    size_t count;
    struct chat_part *parts;
    struct str call_id; // CHAT_TOOL: of the call that it answers, and the tool's name
    struct str call_name;
};

struct chat_tool {
    struct str name;
    struct str description; // may be empty
    struct str schema;      // JSON; empty: it takes no arguments
};

// X(ENUM, name): what is a number in every dialect that has it.
#define CHAT_NUMBER_MAP(X)                    \
    X(TEMPERATURE, "temperature")             \
    X(TOP_P, "top_p")                         \
    X(TOP_K, "top_k")                         \
    X(MIN_P, "min_p")                         \
    X(SEED, "seed")                           \
    X(FREQUENCY_PENALTY, "frequency_penalty") \
    X(PRESENCE_PENALTY, "presence_penalty")   \
    X(REPEAT_PENALTY, "repeat_penalty")

enum chat_number {
#define X(id, name) CHAT_##id,
    CHAT_NUMBER_MAP(X)
#undef X
        CHAT_NUMBER_COUNT
};

enum chat_form { CHAT_FORM_FREE, CHAT_FORM_JSON, CHAT_FORM_SCHEMA };
enum chat_effort { CHAT_EFFORT_UNSAID, CHAT_EFFORT_NONE, CHAT_LOW, CHAT_MEDIUM, CHAT_HIGH };

struct chat {
    struct chat_message *messages; // of a completion one: the prompt
    size_t message_count;
    struct chat_tool *tools;
    size_t tool_count;
    struct str suffix;                     // of a completion: what is to follow; may be empty
    struct str numbers[CHAT_NUMBER_COUNT]; // empty: not said
    struct str *stops;
    size_t stop_count;
    enum chat_form form;
    struct str schema; // CHAT_FORM_SCHEMA
    enum chat_effort effort;
    int64_t output_max; // tokens; 0: not said
    bool logprobs;
    int64_t top_logprobs;
    struct str keep_alive; // JSON; empty: not said
    bool stream;
};

struct embed {
    struct str *inputs;
    size_t count;
    int64_t dimensions;    // 0: not said
    struct str keep_alive; // JSON; empty: not said
    bool base64;           // vectors are wanted as the base64 of little-endian 32-bit floats
};

#endif
