// SPDX-License-Identifier: Apache-2.0
//
// talk - what was said in a call, by which it is known what it belongs to (talks.h): the first
// messages of its user, and whether another has answered. Instructions are not looked at: some hold
// the time of day, and every call would be alone.

#ifndef ROUTE_TALK_H
#define ROUTE_TALK_H

#include <stddef.h>
#include <stdint.h>

#include "core/said.h"

#define TALK_DEPTH 8                      // messages of the user that are looked at: the first
#define TALK_BYTES (4 * (TALK_DEPTH + 1)) // packed, at most

// Hashes, not keyed: whoever finds two texts of one only makes his own calls belong together.
struct talk {
    unsigned count;            // 0: not known, or the user said nothing
    uint32_t said[TALK_DEPTH]; // of all that the user had said then
    uint32_t run;              // of what another said first, an answer or a tool; 0: nobody has
};

// It is read by what said_each tells, beside others who listen.
struct talk_reading {
    struct talk *to;
    unsigned message; // the last that was heard of
};
void talk_begin(struct talk_reading *r, struct talk *to);
// False: nothing more is looked at.
bool talk_hear(struct talk_reading *r, const struct saying *s);
void talk_of(const struct json_val *request, struct talk *out); // of its whole body

size_t talk_pack(const struct talk *t, uint8_t out[TALK_BYTES]); // how many bytes: 0 of none
void talk_unpack(struct str packed, struct talk *out); // of anything else than packed: not known

#endif
