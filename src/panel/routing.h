// SPDX-License-Identifier: Apache-2.0
//
// routing - the routes there are, with the models of their sides as they are now.

#ifndef PANEL_ROUTING_H
#define PANEL_ROUTING_H

#include "panel/verb.h"

// {"routes":[{"name","match","mode",... as `config check --json` has it, "built_in",
// "sides":{"small":[{"model","price","context","local","out"}],"large":[...]}}]}: the file's, in
// its order, then `auto` as it is for calls that none of them takes. `out`: why no call can go
// there, or null; `price`: USD for 10^6 tokens {"input","output"}, "free", or null; `context`:
// tokens, or null. Without a running gateway nothing is known of what Ollamas have.
enum status routing_list(struct verb_call *c, struct why *why) MUST_USE;

#endif
