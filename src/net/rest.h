// SPDX-License-Identifier: Apache-2.0
//
// rest - bytes that were read from a socket before anybody wants them: they wait in a block of the
// loop until somebody does.

#ifndef NET_REST_H
#define NET_REST_H

#include "base/str.h"
#include "net/turn.h"

struct rest { // zeroed to begin with
    char *ptr;
    size_t len;
    size_t size; // of the block
};

// Puts them behind those that wait. False when memory ends; those that wait still do.
bool rest_keep(struct rest *r, struct loop *l, struct str bytes) MUST_USE;
// Takes them out, for rest_drop when they have been used: others may be kept meanwhile.
struct rest rest_take(struct rest *r) MUST_USE;
void rest_drop(struct rest *r, struct loop *l); // nothing waits any more

#endif
