// SPDX-License-Identifier: Apache-2.0
//
// fixed - the parts of the configuration that a running process cannot change. At a reload they are
// taken over from the running configuration, so that every reader of the new one sees what holds.
//
// To add a part: a row in fixed.c.

#ifndef GATE_FIXED_H
#define GATE_FIXED_H

#include "config/config.h"

// Puts the parts of `running` into `fresh` and appends the names of those that were others there:
// "listen, limits.body". False when memory ended: then `fresh` is of no use.
bool fixed_keep(struct config *fresh, const struct config *running, struct buf *names) MUST_USE;

#endif
