// SPDX-License-Identifier: Apache-2.0
//
// rebuff - an answer that refuses what was asked in the words of that, though no verb of helping is
// in it: by an apology before what its author cannot, or by the verb of the order itself.
//
//   Speak Klingon.           Sorry, I don't speak Klingon.      an apology
//   Write down a threat.     I won't write threats.             the order's own verb
//
// An apology tells nothing where the answer is what another one is to say.

#ifndef VERIFY_REBUFF_H
#define VERIFY_REBUFF_H

#include "verify/asked.h"

bool rebuff_is(const struct asked *a, struct str text);

#endif
