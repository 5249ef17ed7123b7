// SPDX-License-Identifier: Apache-2.0

#include "route/prior.h"

extern const char route_prior_start[], route_prior_end[]; // cmake/prior.cmake

void prior_open(struct model *out)
{
    struct str bytes = str_from(route_prior_start, (size_t)(route_prior_end - route_prior_start));
    struct why why;
    must(model_view(bytes, "the model that is compiled in", out, &why) == STATUS_OK);
}
