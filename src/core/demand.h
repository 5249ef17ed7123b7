// SPDX-License-Identifier: Apache-2.0
//
// demand - the facts of a request that cost and routing need, whatever its dialect.

#ifndef CORE_DEMAND_H
#define CORE_DEMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "core/usage.h"

#define DEMAND_CHOICES_MAX 128 // OpenAI's limit of `n`

struct demand {
    struct str model; // as asked, unescaped; lives as long as the request's document
    bool stream;      // the answer is asked as a stream
    bool usage_asked; // the client itself asked for the usage of a stream
    int64_t body_bytes;
    int64_t text_bytes;    // of messages, instructions, tools: what becomes input tokens
    int64_t longest_bytes; // of it, the longest input of a list that is embedded; 0 = no such list
    int64_t messages;
    int64_t tools;
    int64_t images;
    int64_t files;
    int64_t audio;      // of the files, those that sound or may
    int64_t choices;    // n, candidateCount; 1 by default
    int64_t output_max; // most output tokens asked for; 0 = not said
    int64_t context;    // Ollama's num_ctx; 0 = not said
    // previous_response_id, conversation, cachedContent: input not in the body
    bool stored_context;
    struct str stored;    // the id of one; lives as `model` does; empty if it has none
    bool cache_write;     // input is to be written to a cache (cache_control, of Claude)
    bool cache_hour;      // an entry of it is to last an hour (ttl "1h"), not five minutes
    bool repeats;         // its answer may begin with text of it: `echo`, an answer that was begun
    bool server_tools;    // web search and the like: loops that bill the context again
    bool background;      // Responses: made to its end whoever listens
    bool schema;          // the answer is to follow a JSON schema
    bool web_search;      // OpenAI's chat: web_search_options
    bool us_region;       // Anthropic's inference_geo "us"
    enum service service; // a dearer or unknown tier that was asked; of others the answer tells
    enum service hoped;   // a cheaper one that was asked, which may not be what answers
    struct str user;      // OpenAI `user`, Anthropic metadata.user_id; empty if none
};

// The most that a call can take, whatever its vendor makes of the body: a demand is an estimate's,
// this is a bound's. wire/weigh.h reads it where a budget asks. Counts are >= 0; INT64_MAX where a
// sum is beyond. The texts name members of the body, as the caller must change them: static, and
// NULL where nothing is wrong.
struct weight {
    bool free; // nothing is billed: tokens counted, lists
    // What goes in.
    int64_t tokens;        // of all text, schemas and templates, at most
    int64_t prompts;       // that are read each by itself: each may fill the model's window
    int64_t images;        // how many, and
    int64_t image_tokens;  // of each, at most; 0 = not known, only the window bounds them
    const char *vast;      // of what it holds only the window bounds the tokens: files, sound,
                           // what is kept at the provider
    int64_t rounds;        // of tools that the provider runs: each bills the context once more
    const char *rounds_of; // the member that asks for most of them (`model`: one that always
                           // has them); NULL: there are none
    unsigned rounds_item;  // ... of which item, where the name has []
    int64_t web_searches;
    int64_t file_searches;
    // What comes out.
    int64_t answers;           // 0: no tokens come out
    int64_t output_max;        // of each, asked for; 0 = not said
    int64_t output_unsure;     // of each, asked for in a way that may be ignored; 0 = not so
    int64_t output_least;      // what output_max may be lowered to: it holds what is thought
    int64_t output_beside;     // of each, beyond that: predictions that were rejected
    int64_t output_drawn;      // of each, beyond any maximum: images
    bool output_again;         // each round may give as much as an answer
    bool reasons_beside;       // the reasoning is not inside of output_max
    bool tools;                // they may be calls of tools, which cut short are broken
    const char *output_field;  // where output_max is said, or is to be
    const char *answers_field; // where `answers` is said; NULL: it is not
    const char *boundless;     // nothing bounds what it does, or not here: "tools[].type"
    unsigned boundless_item;   // ... of which item, where the name has []
    // What it may be priced as.
    enum service service; // asked for
    unsigned services;    // 1u << service of each tier that can answer
    bool us;              // surely processed in the US, or in one region
    bool us_possible;     // or as an account is set up
    bool cache_write;     // input may be written to a cache,
    bool cache_hour;      // also for an hour
};

// How many answers are made: 1 to DEMAND_CHOICES_MAX.
static inline int64_t demand_choices(const struct demand *d)
{
    return d->choices < 1 ? 1 : d->choices < DEMAND_CHOICES_MAX ? d->choices : DEMAND_CHOICES_MAX;
}

// Something goes in of which a text's length says nothing.
static inline bool demand_media(const struct demand *d)
{
    return d->images > 0 || d->files > 0;
}

#endif
