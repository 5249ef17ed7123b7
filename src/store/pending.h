// SPDX-License-Identifier: Apache-2.0
//
// pending - the calls that were dispatched and have not ended: where their DISPATCHED record
// stands, so that it can become a captured row, or be carried into the ledger's file before its
// segment goes. Open addressing; the ids are our own, their last bytes random, so those are the
// hash.

#ifndef STORE_PENDING_H
#define STORE_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/must.h"
#include "base/random.h"

struct pending {
    struct uuid id;
    uint8_t attempt;
    bool used;
    bool carried;    // the payload stands in the table `pending`, no longer in a segment
    uint32_t offset; // of the payload in the segment
    uint32_t length;
    uint64_t seq; // of the segment
};

struct pendings {
    struct pending *slots;
    size_t size; // a power of two, or 0
    size_t count;
};

void pendings_fini(struct pendings *p);
// Room for n more. False when out of memory.
bool pendings_reserve(struct pendings *p, size_t n) MUST_USE;
// Adds or replaces. False when out of memory.
bool pendings_add(struct pendings *p, const struct pending *call) MUST_USE;
bool pendings_remove(struct pendings *p, const struct uuid *id, uint8_t attempt);
struct pending *pendings_find(const struct pendings *p, const struct uuid *id, uint8_t attempt);
// Iterates; start with *at = 0. No adding or removing meanwhile. NULL at the end.
struct pending *pendings_each(const struct pendings *p, size_t *at);

#endif
