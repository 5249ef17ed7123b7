// SPDX-License-Identifier: Apache-2.0
//
// charged - by which prices a model is charged where it runs: those of the book, none on the user's
// own machine, an hour's where the machine has one, and never an hour's of what Ollama passes on to
// its cloud.

#ifndef GATE_CHARGED_H
#define GATE_CHARGED_H

#include "gate/resolve.h"

// The provider's list says that it passes the model on to its cloud: the name need not tell.
bool charged_elsewhere(const struct snapshot *s, const struct config_provider *p, struct str model);
// What holds there of the price that was found (NULL: none was). A sheet that is free where it
// costs nothing.
const struct sheet *charged_by(const struct config_provider *p, struct str model, bool elsewhere,
                               const struct sheet *sheet);
extern const struct sheet charged_nothing; // free

#endif
