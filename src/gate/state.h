// SPDX-License-Identifier: Apache-2.0
//
// state - the secrets that the gateway makes for itself at its first start, in its state folder:
//
//   pepper        32 random bytes in hex: keys are kept as HMAC-SHA-256(pepper, token)
//   dev.key       a key that works at once, for the person at this machine
//   admin.token   what the admin plane wants to see
//
// Each is mode 0600 and appears whole or not at all, also when two processes start at once: it is
// written beside its place and linked into it; whoever comes second reads the first one's.

#ifndef GATE_STATE_H
#define GATE_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/secret.h"
#include "base/status.h"
#include "base/str.h"

// Read, or made when missing; the folder too (0700). White space at both ends is not part of it.
// DENIED when others may read the file; DAMAGED when it is empty or too short.
enum status state_dev_key(struct str state, struct secret **out, struct why *why) MUST_USE;
enum status state_admin_token(struct str state, struct secret **out, struct why *why) MUST_USE;
// Makes a folder and those above it (0700).
enum status state_folder_make(struct str folder, struct why *why) MUST_USE;

// Where the gateway's UNIX socket is: <state>/costlens.sock, or, where that is too long for an
// address, costlens-<hash of the folder>.sock in the runtime folder ($XDG_RUNTIME_DIR,
// else /run/costlens). False when even that is too long or `size` too small.
bool config_socket_path(struct str state, char *out, size_t size) MUST_USE;

#endif
