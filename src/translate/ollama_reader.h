// SPDX-License-Identifier: Apache-2.0
//
// ollama_reader - an answer of Ollama's, line by line, as events. A whole answer is one line of the
// same shape, with all that a stream's lines have together.

#ifndef TRANSLATE_OLLAMA_READER_H
#define TRANSLATE_OLLAMA_READER_H

#include <stdbool.h>

#include "translate/event.h"
#include "wire/dialect.h"

struct ollama_reader {
    bool begun;
    bool done;  // END was given
    int status; // of the FAULT that was given; else 0
};

// Gives the events of a line to `to`. False, when it is not what Ollama sends there. After END or
// FAULT there are none.
bool ollama_read(struct ollama_reader *r, enum endpoint provider, struct str line, event_f *to,
                 void *context) MUST_USE;
// The FAULT that the body of an answer of status 400 or more is; its text, a slice of `body`, is
// empty where that is not Ollama's.
struct event ollama_fault(int status, struct str body);

#endif
