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
// `answer`. STATUS_CLOSED when the verb needs a running gateway and there is none; STATUS_SYNTAX
// and STATUS_RANGE when the arguments are wrong; STATUS_DAMAGED when the configuration or a price
// is. At a terminal, who waits long is told so on stderr.
enum status remote_do(const struct cli *cli, const char *verb, struct str args, struct buf *answer,
                      struct why *why) MUST_USE;
// What `why` says on stderr. Returns EXIT_USAGE when the arguments were wrong, else EXIT_FAILED.
int remote_failed(enum status s, const struct why *why);

#endif
