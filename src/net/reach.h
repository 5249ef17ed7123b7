// SPDX-License-Identifier: Apache-2.0
//
// reach - is somebody there? For commands; a loop has its own ways.

#ifndef NET_REACH_H
#define NET_REACH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

// Somebody accepts a TCP connection there within `ms`. Blocks for as long, and while the name is
// looked up.
bool reach(struct str host, uint16_t port, int ms) MUST_USE;

#endif
