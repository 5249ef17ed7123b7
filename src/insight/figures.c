// SPDX-License-Identifier: Apache-2.0

#include "insight/figures.h"

#define PD_PLACES  12
#define PPM_PLACES 6

void figure_usd(struct json_out *o, const char *name, bool known, int128 pd)
{
    if (known)
        json_out_decimal(o, name, pd, PD_PLACES, 2);
    else
        json_out_null(o, name);
}

void figure_share(struct json_out *o, const char *name, int64_t ppm)
{
    json_out_decimal(o, name, ppm, PPM_PLACES, 0);
}
