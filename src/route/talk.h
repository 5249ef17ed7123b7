// SPDX-License-Identifier: Apache-2.0
//
// talk - what was said in a call, by which it is known what it belongs to (talks.h): hashes of what
// its user said, message by message, of what was answered first, of its instructions, and of the
// name that its caller gives the conversation.
//
//   of a message                 the hash of
//   of TALK_TELLS bytes or more  its text
//   a shorter one                its text and the message before it: "yes" is said by many
//   the only one                 its text, and its first 256, 512, 1024, ... bytes: a conversation
//                                that is written into one text grows at its end

#ifndef ROUTE_TALK_H
#define ROUTE_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

#define TALK_PARTS 16                     // of more the first half of these, and the last
#define TALK_TELLS 32                     // bytes
#define TALK_BYTES (4 * (TALK_PARTS + 4)) // packed, at most

// Not keyed: who knows what another's call says may make his own belong to it, and is learned from
// or proves with it. He gains nothing by it.
struct talk {
    bool known;     // else it is not known what was said
    bool one;       // message of its user
    unsigned count; // 0: its user said nothing
    uint32_t said[TALK_PARTS];
    uint32_t told;  // instructions; 0: there are none
    uint32_t run;   // of the first answer, and what its tools have found; 0: there is none
    uint32_t named; // the conversation, by its caller; 0: it is not
};

void talk_of(const struct json_val *request, struct talk *out); // of its whole body
// What its caller names the conversation; empty: nothing. Names of another `whose` are others.
void talk_name(struct talk *t, struct str whose, struct str name);

size_t talk_pack(const struct talk *t, uint8_t out[TALK_BYTES]); // how many bytes: 0 if not known
void talk_unpack(struct str packed, struct talk *out); // of anything else than packed: not known

#endif
