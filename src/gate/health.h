// SPDX-License-Identifier: Apache-2.0
//
// health - /livez (a loop turned a moment ago) and /readyz (the ledger can be written, not
// draining), on both planes, GET and HEAD, without a key. A provider's outage changes neither.

#ifndef GATE_HEALTH_H
#define GATE_HEALTH_H

#include <stdbool.h>

#include "net/server.h"

struct gate;

// Answers when the path is one of the two; false when it is not.
bool health_answers(struct gate *g, struct exchange *x);
// Answers / for callers: Ollama's own program asks there whether anybody is at home. No key either.
bool health_greets(struct exchange *x);

#endif
