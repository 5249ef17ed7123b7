// SPDX-License-Identifier: Apache-2.0
//
// opening - what a call begins with, by which calls are known to belong together: its instructions
// make a task, and with the first words of the user a conversation, whose later turns begin alike.

#ifndef REQUEST_OPENING_H
#define REQUEST_OPENING_H

#include <stdint.h>

struct prompt;
struct req;

struct opening {
    uint64_t task;         // 0: it has no instructions
    uint64_t conversation; // of this key; 0: it has no text
};

// Hashes for as long as the process lives, not to be stored: their texts' may change, and
// `conversation` has the key's by map_hash. `prompt`: NULL, or what is read in the same
// walk over the call's texts.
void opening_read(const struct req *r, struct opening *out, struct prompt *prompt);

#endif
