// SPDX-License-Identifier: Apache-2.0
//
// resolve - from the name a caller wrote to a provider and the name it is sent as.
//
//   alias -> its first usable target
//   longest configured provider prefix: "bench/own-model" -> bench, "own-model"
//   first provider, in order of configuration, that lists it and speaks the caller's dialect or
//     can be translated to
//   the sole provider, when its list is open
//   the sole provider of the caller's dialect with an open list, when the name has no slash, the
//     book has it of no vendor whose key is missing, and it is not like those of an Ollama that the
//     configuration names: "name:tag", or one of those that are pulled most
//   else unknown

#ifndef GATE_RESOLVE_H
#define GATE_RESOLVE_H

#include "core/key.h"
#include "core/refusal.h"
#include "gate/snapshot.h"

// The built-in mock serves any name: those that behave are shown.
#define MOCK_NAMES 5
extern const struct str mock_names[MOCK_NAMES];

struct target {
    unsigned provider;  // index in config.providers
    struct str model;   // as sent: its one name there (dialect_model)
    unsigned place;     // of an alias's target: its place in config_alias.models; of a plan's: in
                        // its list (request/plan.h)
    bool guess;         // nobody lists the name: an Ollama may have it since it was asked last
    const char *reason; // "asked", "listed", "alias", "fallback", "retry", ...: for the row
};

// Who asks for what.
struct wanted {
    const struct key *key;
    enum dialect dialect;
    struct str model; // as the caller wrote it; empty: any provider of the dialect
    unsigned others;  // dialects that the call can be translated into, a bit each
    bool all;         // names no model, and is told of every one of the provider
    bool confined;    // it must not leave this machine and its private network
};

// REFUSAL_NONE, MODEL_UNKNOWN, MODEL_DENIED, DIALECT, NOT_LOCAL or NO_PROVIDER. `detail` gets a
// sentence for the caller (near names).
enum refusal resolve(const struct snapshot *s, const struct wanted *w, struct target *out,
                     struct buf *detail) MUST_USE;
// The alias's first usable target behind `place`, for when that one failed. False: there is none,
// or the name is no alias.
bool resolve_after(const struct snapshot *s, const struct wanted *w, unsigned place,
                   struct target *out) MUST_USE;
// "provider/model", where its caller may be served there under the name that it asked for
// (`wanted.model`): REFUSAL_NONE, MODEL_UNKNOWN, or with `out` set DIALECT, NOT_LOCAL or
// MODEL_DENIED.
enum refusal resolve_full(const struct snapshot *s, const struct wanted *w, struct str full,
                          struct target *out) MUST_USE;
// "provider/model" with a configured provider that takes the model: REFUSAL_NONE, or MODEL_UNKNOWN.
enum refusal resolve_prefixed(const struct snapshot *s, struct str asked,
                              struct target *out) MUST_USE;
// It has no list of its own: any name goes there.
bool provider_open(const struct config_provider *p);
// It may be who is meant by a name that nobody lists, asked for in that dialect.
bool provider_takes_new(const struct config_provider *p, enum dialect dialect);
// The provider whose name, with a slash, is the longest head of `asked`; or -1.
int provider_prefix(const struct config *c, struct str asked);
// The key may use the model at that provider, asked for as `asked`. Where a model has several names
// there (dialect_model), `model` is the one, and the key may say any.
bool key_may(const struct key *key, const struct config_provider *p, struct str model,
             struct str asked);
// Whose price rows the provider has: its vendor's, else those of its own name.
struct str provider_vendor(const struct config_provider *p);
// Its model costs nothing: the provider is local, no price is stated (`sheet` may be NULL), and the
// name is none that Ollama passes on to its cloud.
bool provider_free(const struct config_provider *p, struct str model, const struct sheet *sheet);
// The price of its model, by any of its names: the user's own of "provider/model" first, then the
// vendor's; or NULL. A machine's price an hour is not that of a name that Ollama passes on to its
// cloud.
const struct sheet *provider_sheet(const struct snapshot *s, const struct config_provider *p,
                                   struct str model);
// The row of the book is on the list that the provider has where it states none: it is stated for
// the provider, or for its vendor, unless that is a server on the user's machine: then for the
// provider, and by name.
bool provider_has_row(const struct config_provider *p, const struct sheet *sheet);
// False for an Ollama that nobody named and that does not answer.
bool provider_there(const struct snapshot *s, const struct config_provider *p);
// No provider is there at all: `detail` gets what makes one be.
bool resolve_nobody(const struct snapshot *s, struct buf *detail);
// True when the provider's list (its own, else the book's rows of its vendor; of an
// Ollama what it has) holds the name.
bool provider_lists(const struct snapshot *s, const struct config_provider *p, struct str model);
// True when the model stands in the configuration by its very name: on the provider's list, as what
// an alias stands for, or in a tier or a route.
bool resolve_named(const struct snapshot *s, const struct config_provider *p, struct str model);

#endif
