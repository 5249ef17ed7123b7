// SPDX-License-Identifier: Apache-2.0
//
// strip - takes the log-probabilities out again that only we asked for: of each choice of a chat
// completion, or a chunk of one, `logprobs` becomes null; of a response's texts, or an event that
// has some, an empty list; of an Ollama's answer, or a line of one, `logprobs` goes with its comma,
// and of a Gemini's candidates `logprobsResult`: as if nobody had asked. All other bytes stay,
// Gemini's `avgLogprobs` too, which some models tell unasked.
//
// A member that is there twice goes twice. What is too long to be had whole stays as it is, with
// them: an event, a line, an element or a text of more than VERIFIED_BYTES_MAX.

#ifndef VERIFY_STRIP_H
#define VERIFY_STRIP_H

#include "base/buf.h"

// Of a JSON text.
void strip_text(struct str text, struct buf *out);
// Of whole events, one after the other; of whole lines.
void strip_events(struct str events, struct buf *out);
void strip_lines(struct str lines, struct buf *out);
// Of whole elements of a Gemini's stream that is one list, and what stands between them.
void strip_elements(struct str elements, struct buf *out);

#endif
