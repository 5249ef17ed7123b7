// SPDX-License-Identifier: Apache-2.0
//
// said - what a call's answer was, as its caller got it, kept in memory while somebody looks at it.

#ifndef REQUEST_SAID_H
#define REQUEST_SAID_H

#include "base/buf.h"
#include "meter/meter.h"
#include "verify/answer.h"
#include "wire/dialect.h"

#define SAID_BYTES_MAX MIB

struct req;

struct said {
    struct buf bytes; // its mark: they are not all there
    enum endpoint endpoint;
    enum meter_kind kind;
};

void said_init(struct said *s);
void said_fini(struct said *s);
// A piece of what a call's client is told, where it is kept.
void said_keep(struct req *r, struct str bytes);
// Its shape, once the call's answer has ended.
void said_end(struct said *s, const struct req *r);
// Reads it, after that. False: it is not all here, or is no answer. To be ended with answer_fini in
// any case.
bool said_read(const struct said *s, struct answer *out) MUST_USE;

#endif
