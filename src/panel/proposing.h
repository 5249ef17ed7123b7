// SPDX-License-Identifier: Apache-2.0
//
// proposing - by whose providers the tiers of a replayed policy are proposed that it does not name:
// by its own; by those that hold where its file names none.
//
//   the policy's providers ─┐
//   the book that holds ────┼──► a snapshot of nothing else ──► gate/proposal.h
//   what Ollamas have ──────┘    (of those that the gateway asks)

#ifndef PANEL_PROPOSING_H
#define PANEL_PROPOSING_H

#include "gate/snapshot.h"
#include "insight/policy.h"

struct proposing {
    const struct snapshot *by; // ... `own`, or what holds
    struct str
        unasked; // an Ollama of the policy's that nobody asks what it has; empty: there is none
    struct config_provider *aside; // all of these: of none of them anything is proposed
    unsigned aside_count;
    struct config config;
    enum dialect *dialects; // of its providers, also where one is an Ollama that nobody asks
    struct snapshot own;
};
// `now` must live as long, and so must the arena. False without memory.
bool proposing_open(struct proposing *p, const struct snapshot *now, const struct policy *policy,
                    struct arena *arena) MUST_USE;
void proposing_close(struct proposing *p); // zeroed is fine
// They are the policy's, and not those that hold.
bool proposing_own(const struct proposing *p);
// The Ollama that nobody asks of which that model is, by its whole name; NULL: it is of none.
const struct config_provider *proposing_aside(const struct proposing *p, struct str full);
// In which one of their providers is asked; of the built-in mock any: DIALECT_COUNT.
enum dialect proposing_dialect(const struct proposing *p, unsigned provider);
// Both propose the same for that tier (enum config_size) to who requires these (enum ability).
bool proposing_same(const struct proposing *p, const struct snapshot *now, int size,
                    unsigned require, struct arena *arena);

#endif
