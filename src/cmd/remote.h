// SPDX-License-Identifier: Apache-2.0
//
// remote - runs a verb (panel/verb.h) where the store is: in the gateway that owns it, through its
// UNIX socket, or here when none is running. The caller sees no difference.

#ifndef CMD_REMOTE_H
#define CMD_REMOTE_H

#include "base/buf.h"
#include "base/status.h"
#include "cmd/command.h"

// `verb`: "keys/create"; `args`: a JSON object, or empty. The answer's JSON is appended to
// `answer`. STATUS_CLOSED when the verb needs a running gateway and there is none.
enum status remote_do(const struct cli *cli, const char *verb, struct str args, struct buf *answer,
                      struct why *why) MUST_USE;

#endif
