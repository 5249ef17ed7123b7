// SPDX-License-Identifier: Apache-2.0
//
// breach - prices that a call has passed: it was billed more than its worst case, so its provider
// does not charge what its price says. No budget that blocks relies on such a price any more,
//
//   one key's call has passed it     for the calls of that key: it shuts the model off for no other
//   another key's has, too           for all calls: what is lost to it are these two keys' calls
//
// until the prices are read anew: each reading has its own list (gate/snapshot.h), so a call that
// began before it and ends after it says nothing of the new ones. It is the price as one provider's
// calls have it; whoever has no key is one key more. From any thread. Asking takes no lock while
// there is none.

#ifndef GATE_BREACH_H
#define GATE_BREACH_H

#include "base/must.h"
#include "base/str.h"

struct breaches; // of the prices as they were read once

struct breach {
    struct str key; // whose call it is; empty: nobody's
    struct str provider;
    struct str price; // its name
};

enum breach_scope {
    BREACH_NONE,
    BREACH_KEY, // this key's calls may not rely on it
    BREACH_ALL, // no call may
};

struct breaches *breaches_new(void) MUST_USE; // NULL when out of memory
void breaches_free(struct breaches *all);     // NULL is fine
// It was passed. Without memory for it nothing is remembered: the next one says so again.
void breaches_add(struct breaches *all, const struct breach *b);
enum breach_scope breaches_find(struct breaches *all, const struct breach *b);

#endif
