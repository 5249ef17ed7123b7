// SPDX-License-Identifier: Apache-2.0
//
// kept - who keeps what, as the numbers of a table (gate/sessions.h): of an answer the hash of its
// id, of who keeps it the hash of the provider's name, and in the last bits the place of the key
// behind 0: what is kept may be one account's.

#ifndef GATE_KEPT_H
#define GATE_KEPT_H

#include "config/config.h"
#include "gate/sessions.h"

#define KEPT_KEY_BITS UINT64_C(0xff)
#define KEPT_ANY_KEY  (-1) // it is not known which

uint64_t kept_number(struct str provider, int key);

struct store;
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
