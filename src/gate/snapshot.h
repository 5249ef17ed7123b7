// SPDX-License-Identifier: Apache-2.0
//
// snapshot - everything a call is decided by, immutable: configuration, price book, keys, budgets.
// A reload, a new key or a changed budget makes another one; calls that run keep theirs to the end.
//
//   gate ----current----> snapshot <---- view (one per worker: + its own upstream pools)
//                                          ^---- every call of that worker

#ifndef GATE_SNAPSHOT_H
#define GATE_SNAPSHOT_H

#include "base/map.h"
#include "config/config.h"
#include "core/catalog.h"
#include "core/key.h"
#include "local/local.h"
#include "store/store.h"
#include "tariff/shelf.h"

struct breaches;
struct budget; // budget/budget.h
struct defined;
struct proposal;
struct sessions;
struct learned; // gate/learned.h

struct snapshot {
    int references; // atomic
    struct config *config;
    struct shelf prices; // imported; the catalogue's texts
    struct catalog *catalog;
    struct proposal *proposal; // of tiers that the file does not name
    struct breaches *breaches; // its prices that calls have passed
    bool parts_borrowed;       // config, catalog, proposal and breaches belong to `base`
    struct snapshot *base;
    struct arena arena;
    struct map keys;         // 32-byte MAC -> struct key
    struct map aliases;      // name -> struct config_alias
    struct map routes;       // name -> struct config_route
    struct defined *defined; // a reference: it has the next two
    // Of the configuration and of the store, each with its number and its zone, in the order of
    // refusal: by budget_rank, then by name.
    struct budget *budgets;
    size_t budget_count;
    struct learned *learned;     // a reference; NULL: of no route anything is known
    struct locals *locals;       // of the whole gateway; NULL where none runs
    struct thrifts *thrifts;     // the same
    struct habits *habits;       // the same
    struct turns *turns;         // the same
    struct standings *standings; // the same
    struct sessions *sessions;   // the same
    struct sessions *keepers;    // the same; by what is kept (request/keeper.h)
};

// Takes `config` over (also on failure). Keys come from the store, the configuration and dev.key;
// budgets as defined_new says.
enum status snapshot_new(struct config *config, struct store *store, const uint8_t pepper[32],
                         struct snapshot **out, struct why *why) MUST_USE;
// The same configuration and book with the keys read anew.
enum status snapshot_with_keys(struct snapshot *base, struct store *store, const uint8_t pepper[32],
                               struct snapshot **out, struct why *why) MUST_USE;
// The same, and the budgets of the store are read anew, too.
enum status snapshot_with_budgets(struct snapshot *base, struct store *store,
                                  const uint8_t pepper[32], struct snapshot **out,
                                  struct why *why) MUST_USE;
struct snapshot *snapshot_ref(struct snapshot *s);
void snapshot_free(struct snapshot *s); // drops one reference; NULL is fine
// What is known of that provider; NULL when it is no Ollama, or no gateway runs.
struct local *snapshot_local(const struct snapshot *s, const struct config_provider *p);
// The key of that MAC; NULL when there is none.
const struct key *snapshot_key(const struct snapshot *s, const uint8_t mac[DIGEST_BYTES]);

#endif
