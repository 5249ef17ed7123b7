// SPDX-License-Identifier: Apache-2.0
//
// visit - something is asked of a worker on its own loop, where nothing else runs, and waited for:
// at most a second. How other threads see what only a worker may touch.

#ifndef PANEL_VISIT_H
#define PANEL_VISIT_H

#include <stdbool.h>

#include "base/must.h"

struct worker;

typedef void visit_f(struct worker *w, void *out);

// Runs `run` there. `out` is from the heap. True: it ran, and `out` is the caller's as before.
// False: `out` was given to `forget`, or will be when the worker has come to it.
bool visit(struct worker *w, visit_f *run, void *out, void (*forget)(void *out)) MUST_USE;

#endif
