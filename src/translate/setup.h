// SPDX-License-Identifier: Apache-2.0
//
// setup - how a translated answer is to be written: what the caller asked, and what we name.

#ifndef TRANSLATE_SETUP_H
#define TRANSLATE_SETUP_H

#include "wire/dialect.h"

struct translate_setup {
    enum endpoint client;   // where it was asked
    enum endpoint provider; // where it was answered
    bool stream;
    bool whole;        // of a stream: its answer came in one piece, so an error is no event of it
    bool usage_asked;  // of a stream: its usage is told
    bool base64;       // vectors are written so
    bool no_logprobs;  // those that come are not told: only the gateway has asked for them
    size_t vectors;    // of embeddings: so many are to come; 0: any number
    struct str id;     // the answer's own, without a dialect's prefix
    struct str model;  // where the answer names none
    int64_t created_s; // of the epoch
    struct str cure;   // a sentence for whoever asked for a model that the provider lacks; or empty
};

#endif
