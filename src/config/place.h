// SPDX-License-Identifier: Apache-2.0
//
// place - where a gateway and those who ask it meet, found from its state folder alone.

#ifndef CONFIG_PLACE_H
#define CONFIG_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "base/str.h"

// Where the gateway's UNIX socket is: <state>/costlens.sock, or, where that is too long for an
// address, costlens-<hash of the folder>.sock in the runtime folder ($XDG_RUNTIME_DIR,
// else /run/costlens). False when even that is too long or `size` too small.
bool place_socket(struct str state, char *out, size_t size) MUST_USE;
// Makes the folder of that path (0700) where only it is missing: a machine may have no runtime
// folder until its first service. STATUS_IO: `why` names the cure.
enum status place_make(const char *socket, struct why *why) MUST_USE;

#endif
