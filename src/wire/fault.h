// SPDX-License-Identifier: Apache-2.0
//
// fault - a refusal in the caller's own dialect, as an error body and as an event in a stream.

#ifndef WIRE_FAULT_H
#define WIRE_FAULT_H

#include "base/buf.h"
#include "core/refusal.h"
#include "wire/dialect.h"

// {"error":{"message","type","param":null,"code"}} for OpenAI; {"type":"error","error":{"type",
// "message"},"request_id"} for Anthropic; {"error":{"code","message","status"}} for Gemini;
// {"error":"text"} for Ollama.
// `detail` follows the refusal's own text; may be empty. Never longer than 8 KiB.
void fault_body(enum dialect d, enum refusal r, struct str detail, struct str request_id,
                struct buf *out);
// Of REFUSAL_UPSTREAM_CODED, with the provider's status instead of the refusal's own.
void fault_coded(enum dialect d, int http, struct str detail, struct str request_id,
                 struct buf *out);
// As fault_body, as one event of a stream of that endpoint (data: {"error":...}, event: error, ..;
// of Ollama a line).
void fault_event(enum endpoint e, enum refusal r, struct str detail, struct str request_id,
                 struct buf *out);

#endif
