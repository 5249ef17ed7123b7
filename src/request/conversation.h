// SPDX-License-Identifier: Apache-2.0
//
// conversation - which one a call is of, where its route goes by that (`sticky: conversation`).
// Many begin with the same words ("Hello"), so its caller's user is in its name, and from the
// second message of the user's on that one, too.
//
//   Hello                              no turn before it: it is looked up nowhere, and kept as 1
//   Hello, <answer>, My parcel         looked up as 2, of a user who is named as 1; kept as 2
//   Hello, <answer>, My parcel, ...    looked up, and kept, as 2
//
// An agent whose tools alone answer has but one message of the user's, and stays at 1.

#ifndef REQUEST_CONVERSATION_H
#define REQUEST_CONVERSATION_H

#include <stdint.h>

#include "base/str.h"

struct req;

struct conversation {
    uint64_t find[2]; // its names: where it is looked up, in that order; 0: nowhere
    uint64_t keep;    // where it is kept; 0: nowhere
};

// `opening` is the call's opening.conversation, 0: it is of none. `user`: its caller's; may be
// empty. The names are hashes that nobody outside can choose.
void conversation_read(const struct req *r, uint64_t opening, struct str user,
                       struct conversation *out);

#endif
