// SPDX-License-Identifier: Apache-2.0
//
// quote - to the next byte of a JSON string that is not plain text: sixteen bytes at a time.

#ifndef METER_QUOTE_H
#define METER_QUOTE_H

#include "base/sixteen.h"

// From inside a string to its next quote or backslash, or to the end.
static inline const char *quote_find(const char *p, const char *end)
{
    for (; end - p >= 16; p += 16) {
        const sixteen c = sixteen_at(p);
        const unsigned found = sixteen_bits((sixteen)(c == '"') | (sixteen)(c == '\\'));
        if (found)
            return p + __builtin_ctz(found);
    }
    while (p < end && *p != '"' && *p != '\\')
        p++;
    return p;
}

#endif
