// SPDX-License-Identifier: Apache-2.0
//
// talks - which calls belong together: the turns of a conversation or of an agent, and a prompt
// that was asked again. What one of them loses the others do, so together they prove what one does,
// and none may prove what was learned from another.
//
//   what the user said:  a ─► b ─► c     a conversation is a path ...
//                        a ─► b                                    one group
//                        x ─► 1, x ─► 2, x ─► 3, ...   ... examples that stand before all that is
//                                                      asked are a fork: a group each
//                        y, y, y, y, ...               ... and what is asked time and again, as
//                                                      long as the calls go back, is what calls are
//                                                      like: each by itself, or each run of it

#ifndef ROUTE_TALKS_H
#define ROUTE_TALKS_H

#include "base/random.h"
#include "route/talk.h"

#define TALKS_FORK  8  // so many ways on from what was said, and it is no conversation's
#define TALKS_RECUR 16 // so many calls of a group, in each quarter of all its share, and it recurs

struct talks_call {
    int64_t number; // rises
    struct uuid id;
    struct talk talk;
};

struct talks { // zero: none
    struct talks_call *calls;
    uint64_t *groups; // of each, once they are parted
    size_t count, size;
};

// False without memory.
bool talks_add(struct talks *t, const struct talks_call *call) MUST_USE;
// The same, as it was packed.
bool talks_hear(struct talks *t, int64_t number, const struct uuid *id, struct str packed) MUST_USE;
bool talks_part(struct talks *t) MUST_USE;
void talks_fini(struct talks *t);
// Those of one number belong together. 0: of a talk that is not known, or of no such call. That of
// a call that is alone comes from its id. Of the same calls it is the same.
uint64_t talks_group(const struct talks *t, int64_t number);

#endif
