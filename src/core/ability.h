// SPDX-License-Identifier: Apache-2.0
//
// ability - what a model can do beside answering text, and what a call asks of one: a set of bits.

#ifndef CORE_ABILITY_H
#define CORE_ABILITY_H

#include <stddef.h>

// X(ENUM, bit, name)
#define ABILITY_MAP(X)                           \
    X(TOOLS, 1, "tools")   /* calls functions */ \
    X(VISION, 2, "vision") /* reads images */    \
    X(SCHEMA, 4, "schema") /* answers by a JSON schema */

enum ability {
#define X(id, bit, name) ABILITY_##id = (bit),
    ABILITY_MAP(X)
#undef X
};

enum {
#define X(id, bit, name) ABILITY_PLACE_##id,
    ABILITY_MAP(X)
#undef X
        ABILITY_COUNT
};
#define ABILITY_SETS (1 << ABILITY_COUNT) // what may be required: any of them together, or none

// The first of them that is missing, in words: "no tools"; NULL: none is. Static.
static inline const char *ability_missing(unsigned bits)
{
#define X(id, bit, name)     \
    if (bits & ABILITY_##id) \
        return "no " name;
    ABILITY_MAP(X)
#undef X
    return NULL;
}

#endif
