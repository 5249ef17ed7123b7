// SPDX-License-Identifier: Apache-2.0
//
// status - the ways in which a fallible function can fail, and the words for a person.

#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#include "base/must.h"

#define STATUS_MAP(X)                           \
    X(OK, "ok")                                 \
    X(NO_MEMORY, "out of memory")               \
    X(LIMIT, "a limit was exceeded")            \
    X(SYNTAX, "malformed")                      \
    X(DUPLICATE, "a name occurs twice")         \
    X(UNKNOWN, "not known")                     \
    X(RANGE, "out of range")                    \
    X(CONFLICT, "in conflict with what exists") \
    X(DENIED, "not allowed")                    \
    X(EXPIRED, "expired")                       \
    X(IO, "input or output failed")             \
    X(FULL, "no space left")                    \
    X(BUSY, "in use by another process")        \
    X(TIMEOUT, "timed out")                     \
    X(CLOSED, "closed by the other side")       \
    X(NEWER, "written by a newer version")      \
    X(OLDER, "written by an older version")     \
    X(DAMAGED, "damaged")                       \
    X(UNSUPPORTED, "not supported")

enum status {
#define X(name, text) STATUS_##name,
    STATUS_MAP(X)
#undef X
};

// The words of STATUS_MAP. Never NULL.
const char *status_text(enum status s);

// A failure with a sentence for the person who has to mend it. Passed (last, may be NULL) only
// where a person will read it: configuration, price files, the command line, the store at start.
struct why {
    enum status status;
    char text[400];
};

// Fills `why` (if not NULL) and returns `s`: every failure with a text is born here, so that one
// breakpoint shows them all.
enum status why_set(struct why *why, enum status s, const char *format, ...) PRINTF(3, 4);

#endif
