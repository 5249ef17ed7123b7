// SPDX-License-Identifier: Apache-2.0
//
// figures - amounts and shares as answers about routes tell them.

#ifndef INSIGHT_FIGURES_H
#define INSIGHT_FIGURES_H

#include "base/json_out.h"

// Picodollars, as USD with two places at least; null where it is not known.
void figure_usd(struct json_out *o, const char *name, bool known, int128 pd);
// Millionths, as a part of 1.
void figure_share(struct json_out *o, const char *name, int64_t ppm);

#endif
