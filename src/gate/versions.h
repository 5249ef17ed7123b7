// SPDX-License-Identifier: Apache-2.0
//
// versions - what the name of a model says: how large it is, and of which other names it is another
// version.
//
//   llama-3.1-8b    a version of llama-3-8b, the newer one    its size is no version: 8b, 8x7b, e2b
//   gpt-4-1         one of gpt-3.5, newer than gpt-4          what joins a version's parts says
//                                                             nothing

#ifndef GATE_VERSIONS_H
#define GATE_VERSIONS_H

#include "base/str.h"

// Millions of parameters, the most that a part of it says; 0 where none does.
int64_t versions_size(struct str name);
// The order of names but for their numbers, which a sort may go by. 0: they are versions of one
// model, and `version` is the order of these.
int versions_order(struct str a, struct str b, int *version);

#endif
