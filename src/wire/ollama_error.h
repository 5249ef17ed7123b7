// SPDX-License-Identifier: Apache-2.0
//
// ollama_error - what an error of Ollama's means. It tells in words alone, some of them with a
// status that means something else: a mistake in the options is a 500.

#ifndef WIRE_OLLAMA_ERROR_H
#define WIRE_OLLAMA_ERROR_H

#include "base/str.h"

enum ollama_error {
    OLLAMA_OTHER,
    OLLAMA_LONG,     // the prompt does not fit
    OLLAMA_CANNOT,   // the model cannot do what is asked
    OLLAMA_OPTION,   // the caller's: an option of a wrong type
    OLLAMA_FORMAT,   // the caller's: a schema, or a format, that is none
    OLLAMA_FULL,     // its queue is
    OLLAMA_LOAD,     // it could not load the model
    OLLAMA_RUNNER,   // the process that ran the model died
    OLLAMA_NO_MODEL, // it does not have it
    OLLAMA_QUOTA,    // what its cloud allows for an hour or a week is used up
};

// `text`: its words, raw (a JSON string) or not, or what they stand in.
enum ollama_error ollama_error(struct str text);

#endif
