// SPDX-License-Identifier: Apache-2.0
//
// event - an answer in no dialect's words, as it comes: what a provider's dialect is read into and
// a caller's is written from. A whole answer is the same events, read from one text.
//
//   BEGIN  (THOUGHT | TEXT | CALL | VECTOR)*  END          or FAULT, at any place, as the last
//
// Texts stay what they are in every dialect's JSON: strings with their quotes and escapes, as they
// came. They live during the call that gives the event.

#ifndef TRANSLATE_EVENT_H
#define TRANSLATE_EVENT_H

#include <stdint.h>

#include "base/str.h"

enum event_kind {
    EVENT_BEGIN,   // `text`: the model that answers; empty if it is not named
    EVENT_THOUGHT, // `text`
    EVENT_TEXT,    // `text` and, if there are any, `logprobs`
    EVENT_CALL,    // of a tool, as a whole: `name`, `id` (may be empty), `text` (arguments)
    EVENT_VECTOR,  // `text`: a list of numbers
    EVENT_END,     // `finish`, `input`, `output`
    EVENT_FAULT,   // `fault`, `text`
};

enum event_finish { FINISH_STOP, FINISH_LENGTH };

// What a provider's error is, whatever its words and its status.
enum event_fault {
    FAULT_OTHER,
    FAULT_CALLER,    // the request is wrong
    FAULT_MISSING,   // the provider does not have that model
    FAULT_CONTEXT,   // the prompt does not fit
    FAULT_INCAPABLE, // the model cannot do what is asked
    FAULT_KEY,       // our credential is not accepted
    FAULT_RATE,
    FAULT_QUOTA,
    FAULT_BUSY,   // its queue is full
    FAULT_LOAD,   // it could not load the model
    FAULT_RUNNER, // the process that ran the model died
};

struct event {
    enum event_kind kind;
    struct str text;     // JSON: a string; of a call an object or its text, of a vector a list
    struct str logprobs; // JSON: a list of {token, logprob, bytes, top_logprobs}
    struct str name;     // JSON: strings
    struct str id;
    enum event_finish finish;
    int64_t input; // tokens
    int64_t output;
    enum event_fault fault;
    int status; // HTTP, that fits the fault
};

typedef void event_f(void *context, const struct event *e);

#endif
