// SPDX-License-Identifier: Apache-2.0
//
// books - the verbs that read the ledger (insight/verbs.h), in this room's shape.

#ifndef PANEL_BOOKS_H
#define PANEL_BOOKS_H

#include "panel/verb.h"

enum status books_report(struct verb_call *c, struct why *why) MUST_USE;
enum status books_request(struct verb_call *c, struct why *why) MUST_USE;
enum status books_verify(struct verb_call *c, struct why *why) MUST_USE;
enum status books_export(struct verb_call *c, struct why *why) MUST_USE;
enum status books_backup(struct verb_call *c, struct why *why) MUST_USE;

#endif
