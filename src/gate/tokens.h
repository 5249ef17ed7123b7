// SPDX-License-Identifier: Apache-2.0
//
// tokens - the MACs of the tokens that are sent to a worker again and again. A token's MAC depends
// on nothing but the pepper: whose it is, and whether it is still good, is looked up for each call.
//
// Only tokens of keys are kept, as text, since nothing shorter would prove that it is the same.

#ifndef GATE_TOKENS_H
#define GATE_TOKENS_H

#include "base/digest.h"
#include "base/str.h"

#define TOKENS_PLACES    64 // a power of two
#define TOKENS_BYTES_MAX 64 // longer ones are not kept

struct tokens {
    struct token_place {
        uint8_t mac[DIGEST_BYTES];
        uint8_t len; // 0: none
        char text[TOKENS_BYTES_MAX];
    } at[TOKENS_PLACES]; // a token has one place, and whoever comes later takes it
};

// Its MAC, until the next tokens_keep or tokens_wipe; NULL when it is not kept. How long it takes
// tells nothing of a token that is.
const uint8_t *tokens_mac(const struct tokens *t, struct str token);
void tokens_keep(struct tokens *t, struct str token, const uint8_t mac[DIGEST_BYTES]);
void tokens_wipe(struct tokens *t); // none is kept

#endif
