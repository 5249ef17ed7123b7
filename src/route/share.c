// SPDX-License-Identifier: Apache-2.0

#include "route/share.h"

#include <math.h>
#include <stdio.h>

#include "base/decimal.h"
#include "base/must.h"

#define NOISE 1e-6 // of a step

int64_t share_steps(double share, int64_t steps, enum share_to to)
{
    const double n = share * (double)steps;
    return (int64_t)(to == SHARE_UP ? ceil(n - NOISE) : floor(n + NOISE));
}

const char *share_percent(double share, unsigned places, enum share_to to, char text[SHARE_TEXT])
{
    char digits[DECIMAL_TEXT];
    int64_t unit = 1;
    must(places >= 1 && places <= 6);
    for (unsigned i = 0; i < places; i++)
        unit *= 10;
    const int64_t n = share_steps(share, 100 * unit, to);
    (void)snprintf(text, SHARE_TEXT, "%.*s %%", STR_ARG(decimal_text(n, places, places, digits)));
    return text;
}
