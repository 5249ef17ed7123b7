// SPDX-License-Identifier: Apache-2.0
//
// header - which header fields pass through the gateway. Upstream: all but those of the connection,
// of credentials, of the way the call came, and our own (agents need the rest of theirs forwarded).
// To the client: all but those of the connection and those that would set the browser's or the
// client's state for our host. Names that a Connection field lists are the caller's to look up.

#ifndef WIRE_HEADER_H
#define WIRE_HEADER_H

#include <stdbool.h>

#include "base/str.h"

bool header_passes_up(struct str name);
bool header_passes_down(struct str name);

#endif
