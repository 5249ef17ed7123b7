// SPDX-License-Identifier: Apache-2.0
//
// key - a virtual key: who a caller is and what it may do.
//
// Token: "sk-cl-" + 43 base62 characters (256 bits) + 6 base62 characters of CRC-32 over what
// stands before them, so a mistyped or foreign key is refused without a look-up. Stored only as
// HMAC-SHA-256(pepper, token).

#ifndef CORE_KEY_H
#define CORE_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/random.h"
#include "base/str.h"

#define KEY_PREFIX      "sk-cl-"
#define KEY_TOKEN_CHARS (6 + 43 + 6)
#define KEY_OF_RUN      "run-" // begins the names of keys that `costlens run` makes and forgets
#define KEY_RUN_ID      8      // hexadecimal digits of each run's own part of them
#define KEY_RUN_DAYS    7      // so long such a key lives, where its run was killed

struct key {
    struct uuid id;
    uint8_t mac[DIGEST_BYTES];
    struct str name;   // unique
    struct str tenant; // organisation; "default"
    struct str team;   // empty when none; so project and user
    struct str project;
    struct str user;
    struct str last4;  // of the token, to recognise it
    struct str models; // comma-separated patterns (`gpt-4o*,anthropic/*`); empty = all
    struct str tags;   // packed (core/tags.h): on each of its calls, and no call changes them
    int64_t created_us;
    int64_t expires_us; // 0 = never
    int64_t revoked_us; // 0 = not revoked; a rotated token lives until then
    bool from_config;   // declared in the YAML file: read-only for CLI and API
};

// A fresh token of KEY_TOKEN_CHARS characters (no NUL) from 32 random bytes.
void key_token_make(const uint8_t random[32], char out[KEY_TOKEN_CHARS]);
// True when `token` has the form and its checksum fits. Any token is accepted from a configuration
// file (>= 16 bytes); those are looked up by MAC like the others.
bool key_token_valid(struct str token);
// True when it is fit for a name that people give to a key or to what else a file names: letters
// and digits (of any script), behind the first one . _ - @ + too, and between two of them / and
// blanks. So none is one that CostLens makes for itself ("shadow:support").
bool key_name_valid(struct str name);
// True when the token starts with KEY_PREFIX: ours, never a provider's.
bool key_token_ours(struct str token);
// Which run's key has that name, as its place among the runs that stand around it: "1a2b3c4d" of
// "run-make-1a2b3c4d", "1a2b3c4d.99aabbcc" of a run inside it. A slice; empty when it is none's.
struct str key_run(struct str name);
// True when it is the place of a run: ids between dots.
bool key_run_valid(struct str place);
// True when the key called `name` is of a run inside the one at `outer`, at any depth.
bool key_run_inside(struct str name, struct str outer);
// True when the key may use the model, given as "provider/model" and as the name asked. A pattern
// without a slash also matches the part after the provider.
bool key_allows(const struct key *k, struct str full, struct str asked);

#endif
