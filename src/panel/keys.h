// SPDX-License-Identifier: Apache-2.0
//
// keys - virtual keys: made, listed, rotated, revoked. A token is shown once, in the answer to
// create and rotate; kept is its MAC under the pepper, and its last four characters.

#ifndef PANEL_KEYS_H
#define PANEL_KEYS_H

#include "panel/verb.h"

// Names go into headers, files and reports: printable, without spaces at their ends. Else SYNTAX,
// which calls it a `what`.
enum status keys_name_check(struct str name, const char *what, struct why *why) MUST_USE;
// {"keys":[{"name","team","project","user","models","last4","created","expires","revoked",
// "tags","source"}]}; "reserved":true where the name is one that no call may have.
enum status keys_list(struct verb_call *c, struct why *why) MUST_USE;
// name, team, project, user, models, expires ("90d" or a time), token (to be taken instead of a
// fresh one), tags ("feature=chat,customer=acme": on each of its calls) -> {"name","token",...}.
// CONFLICT when the name is taken.
enum status keys_create(struct verb_call *c, struct why *why) MUST_USE;
// name, overlap ("24h" by default: the old token lives that long) -> as create. DENIED for a name
// that is reserved.
enum status keys_rotate(struct verb_call *c, struct why *why) MUST_USE;
// name
enum status keys_revoke(struct verb_call *c, struct why *why) MUST_USE;
// name, of a run's key (KEY_OF_RUN): revoked, and no list names it any more. What it spent stays in
// the ledger. DENIED for another key, which is revoked.
enum status keys_forget(struct verb_call *c, struct why *why) MUST_USE;

#endif
