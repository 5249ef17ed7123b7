// SPDX-License-Identifier: Apache-2.0
//
// kept - who keeps what, as the numbers of a table (gate/sessions.h): of an answer the hash of its
// id, of who keeps it bits of the hash of the provider's name, and of that of the key: what is kept
// may be one account's. A key is known by what it is, wherever a reload puts it. The hashes are of
// this process, and secret.

#ifndef GATE_KEPT_H
#define GATE_KEPT_H

#include "config/config.h"
#include "gate/sessions.h"

#define KEPT_KEY_BITS UINT64_C(0xffffffff) // 0: it is not known which key, or there is none

struct secret;
struct store;

uint64_t kept_number(struct str provider, const struct secret *key); // NULL: those bits are 0

struct kept_recall {
    struct store *store;
    const struct config *config;
    struct sessions *keepers;
    int64_t began_us; // of the gateway, wall
};
// What was answered before the gateway began, from its ledger: of the latest 8,192 attempts, no
// older than thirty days. Which key it was is not known. A gateway serves without it, too. Reads
// the disk, for some hundredths of a second at most.
enum status kept_recall(const struct kept_recall *k, struct why *why) MUST_USE;

#endif
