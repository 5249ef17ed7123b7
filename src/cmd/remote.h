// SPDX-License-Identifier: Apache-2.0
//
// remote - runs a verb (panel/verb.h) where the store is: in the gateway that owns it, through its
// UNIX socket, or here when none is running. The caller sees no difference. Of commands at the same
// time, the others wait some seconds for the one that owns the store.

#ifndef CMD_REMOTE_H
#define CMD_REMOTE_H

#include <stdio.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/status.h"
#include "cmd/command.h"

struct config;

// Adds an argument to `args` (which is empty before the first); nothing when its text is.
void remote_arg(struct buf *args, const char *name, struct str text);
// The same of a number. False: the text is none, or nobody's (base/decimal.h).
bool remote_number(struct buf *args, const char *name, struct str text) MUST_USE;
// Adds a text of a list among them. Here as there remote_ask refuses what is not UTF-8.
void remote_text(struct buf *args, struct str text);
// As remote_ask, but says nothing, and `args` is whole. CLOSED when the verb needs a running
// gateway and there is none; SYNTAX, RANGE or LIMIT when the arguments are wrong; DAMAGED when the
// configuration or a price is; BUSY when another owns the store for longer than some seconds, or a
// gateway was too busy.
enum status remote_run(const struct cli *cli, const char *verb, struct str args, struct buf *answer,
                       struct why *why) MUST_USE;
// The same with `args`, which it ends, tried again while BUSY, for what may be done twice. Not for
// long, and once only when child_hurried.
enum status remote_retry(const struct cli *cli, const char *verb, struct buf *args,
                         struct buf *answer, struct why *why) MUST_USE;
// Runs `verb` ("keys/create") with `args`, which it ends. EXIT_OK with the answer, which the caller
// frees with json_close, its text appended to `text` where that is not NULL. Else, said on stderr:
// EXIT_USAGE when the arguments were wrong, EXIT_FAILED for the rest; no answer then. At a
// terminal, who waits long is told so on stderr.
int remote_ask(const struct cli *cli, const char *verb, struct buf *args, struct buf *text,
               struct json **answer) MUST_USE;
// As remote_ask, but leaves the answer's text (appended) to remote_print, and what has failed to
// the caller, who may say it with remote_fail. What is wrong with the file whose gateway is asked
// nevertheless is said.
enum status remote_try(const struct cli *cli, const char *verb, struct buf *args, struct buf *text,
                       struct why *why) MUST_USE;
int remote_fail(enum status s, const struct why *why); // EXIT_USAGE or EXIT_FAILED
// As remote_show prints it.
int remote_print(const struct cli *cli, struct buf *text, void (*print)(const struct json *answer));
// Asks as remote_ask does, and prints what came: the answer's text with --json, else by `print`.
int remote_show(const struct cli *cli, const char *verb, struct buf *args,
                void (*print)(const struct json *answer)) MUST_USE;
// Asks the running gateway alone; its answer is appended. STATUS_CLOSED when there is none.
enum status remote_gateway(const struct config *c, const char *verb, struct str args,
                           struct buf *answer, struct why *why) MUST_USE;
// Says on `to` which calls the answer of a report or an export lacks, where it does.
void remote_say_since(const struct json *answer, FILE *to);

#endif
