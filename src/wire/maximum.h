// SPDX-License-Identifier: Apache-2.0
//
// maximum - where a body says how long an answer may be, and what it says there. weigh reads it and
// ask_splice writes it, so that what is sent is what was weighed.

#ifndef WIRE_MAXIMUM_H
#define WIRE_MAXIMUM_H

#include "base/json.h"
#include "wire/dialect.h"

#define MAXIMUM_PLACES 4

struct maximum {
    const char *field; // for people: where one is put in that the body does not say
    struct maximum_place {
        const char *object; // the member of the outermost object that it is in; NULL: the outermost
        const char *name;
    } at[MAXIMUM_PLACES];
    unsigned count;
    unsigned spellings; // the first so many are one member: whichever stands there is written
    unsigned binding;   // the first so many limit an answer each by itself; the others do not, but
                        // may win where they stand beside
};

// `flags`: of the vendor that it goes to (vendor_flags). NULL where no tokens come out. Static.
const struct maximum *maximum_of(enum endpoint e, unsigned flags);
// The object of a place, NULL if it is not there.
const struct json_val *maximum_object(const struct json_val *root, const struct maximum_place *at);
// For people: the place that says something that is kept to, else the one where it is to be put;
// NULL where no tokens come out. Static.
const char *maximum_field(const struct json_val *root, enum endpoint e, unsigned flags);
// What a value limits an answer to, >= 1. 0: to nothing that is known, whatever it may be to that
// vendor: null, a text, a number that is not whole, or below 1. Where the vendor is known to write
// nothing for 0, or to refuse it, that is a limit, and told as 1. A number above 64 bits is told as
// INT64_MAX: whether the vendor refuses it, takes it for its own maximum or for none, all that the
// window holds is the most.
int64_t maximum_read(const struct json_val *v, unsigned flags);
// What one means that limits to nothing known, but would as a whole number, which is to be written
// in its place: a fraction, or a text that is a number (JSON of protobuf takes those), rounded up,
// >= 1. 0: nothing, or the vendor refuses it.
int64_t maximum_meant(const struct json_val *v, enum endpoint e);
// What the places say, as the vendor takes them. 0: nothing, or nobody knows what.
struct maximum_told {
    int64_t said;   // the most that any says, >= 1
    int64_t unsure; // the same where the vendor may ignore it, or one only means it
                    // (maximum_meant): it holds once that is sent beside it, or in its place
};
struct maximum_told maximum_told(const struct json_val *root, enum endpoint e, unsigned flags);
// The least that may be put there: who thinks writes nothing within his budget of thinking, or is
// refused. >= 1.
int64_t maximum_least(const struct json_val *root, enum endpoint e);

#endif
