// SPDX-License-Identifier: Apache-2.0
//
// failure - what a provider's error says, in the words of core/retry.h, whatever its dialect.

#ifndef WIRE_FAILURE_H
#define WIRE_FAILURE_H

#include "base/str.h"
#include "core/retry.h"

// What the head of an answer says of trying again: into advice and after_ms. `name` is any field's;
// retry-after-ms wins over retry-after (seconds, or a date, which `now_us`, wall, is held against).
void failure_field(struct failure *f, struct str name, struct str value, int64_t now_us);
// The kind of an answer with that status (400 to 599) and body, and what the body says of when to
// come again (Gemini), or means by it (a llama.cpp server that loads its model). The body may be
// cut or no JSON, and quote what the caller sent: that a model is not there counts where `model`,
// which was asked for, is named.
void failure_read(struct failure *f, int http_status, struct str body, struct str model);
// An error with that status may be of somebody between (nginx, Cloudflare, a gateway), who has lost
// or given up the call and does not know what came of it: 502, 504, 520 to 524. All others are the
// word of who would have done it: it was not done.
bool failure_between(int http_status);

#endif
