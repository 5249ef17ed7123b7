// SPDX-License-Identifier: Apache-2.0
//
// builtin - the route `auto` that takes what no route of the configuration takes, and those of the
// configuration with the models of proposed tiers, for who looks: from the running gateway's
// snapshot, or from one of its own where no gateway runs.

#ifndef PANEL_BUILTIN_H
#define PANEL_BUILTIN_H

#include "gate/snapshot.h"
#include "panel/verb.h"

struct builtin {
    struct snapshot *now;              // of the gateway; else `own`
    const struct config_route *route;  // in the arena
    const struct config_route *routes; // of now's configuration; the same
    struct arena arena;
    struct snapshot own;
    bool is_own;
};

// Of a verb that `needs_catalog`. NO_MEMORY. To be closed in any case.
enum status builtin_open(struct builtin *b, const struct verb_call *c, struct why *why) MUST_USE;
void builtin_close(struct builtin *b);

#endif
