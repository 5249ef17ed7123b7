// SPDX-License-Identifier: Apache-2.0
//
// hello - the first call that `serve` shows: a curl line that works as it is pasted, with a chat
// model that one of the providers serves, in that provider's dialect.

#ifndef CMD_HELLO_H
#define CMD_HELLO_H

#include "gate/snapshot.h"

// Appends the line (several, for the eye; two more blanks before each) to `out`. `address` is where
// the data plane listens. Without a provider of whom a chat model is known, it asks for the list of
// models.
void hello_write(const struct snapshot *s, struct str address, struct buf *out);

#endif
