// SPDX-License-Identifier: Apache-2.0
//
// prior - the model that is compiled in: trees over structure alone, learned from public
// benchmarks. It knows neither words nor tasks nor pairs of models, so it promises little;
// doc/router.md says what it was learned from, and how to make it anew.

#ifndef ROUTE_PRIOR_H
#define ROUTE_PRIOR_H

#include "route/model.h"

// Lives as long as the program; needs no model_close.
void prior_open(struct model *out);

#endif
