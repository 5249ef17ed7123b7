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

#include "base/secret.h"
#include "base/status.h"
#include "base/str.h"

// Read, or made when missing; the folder too (0700). White space at both ends is not part of it.
// DENIED when others may read the file; DAMAGED when it is empty or too short.
enum status state_dev_key(struct str state, struct secret **out, struct why *why) MUST_USE;
enum status state_admin_token(struct str state, struct secret **out, struct why *why) MUST_USE;

#endif
