// SPDX-License-Identifier: Apache-2.0
//
// names - every model's name that a provider is known to have: what is listed, and what is near to
// a name that is not.
//
//   an Ollama without a list of its own: what it says that it has
//   else: the mock's, the names on its list, and the book's rows that are on its list

#ifndef GATE_NAMES_H
#define GATE_NAMES_H

#include "gate/resolve.h"

// Borrowed for the call; but `model` lives as long as the snapshot where `local` is NULL.
struct named {
    struct str model;                // as it is written where it stands
    const struct sheet *sheet;       // its price; or NULL
    const struct local_model *local; // what an Ollama says of it; or NULL
};

typedef void named_f(void *context, const struct named *n);
// Each name once, but for an alias of a name (dialect_model). No pattern is a name. The list of an
// Ollama cannot be asked for in `f`.
void names_each(const struct snapshot *s, const struct config_provider *p, named_f *f,
                void *context);

#endif
