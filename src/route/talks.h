// SPDX-License-Identifier: Apache-2.0
//
// talks - which calls belong together: the turns of a conversation or of an agent, and a prompt
// that was asked again. What one of them loses the others do, so together they prove what one does,
// and none may prove what was learned from another.
//
//   said in calls   a      a b      a b c       one group: they share what was said,
//                   d e f  e f g                ... also where a client leaves out the oldest
//                   x 1    x 2    x 3    ...    ... but not by what stands in calls of many groups
//                                               for a good part of the time: a greeting, examples
//                   y      y      y      ...    ... and what is asked so is what calls are like:
//                                               each by itself, or each run of it
//
// What its caller names one conversation is one. Of the rest what fewest share joins first. So what
// a conversation alone has said has joined it before it is asked how many groups share a word that
// it has begun with.

#ifndef ROUTE_TALKS_H
#define ROUTE_TALKS_H

#include "base/must.h"
#include "base/random.h"
#include "route/talk.h"

// What groups share joins them, unless so many share it
#define TALKS_TOLD 8  // of instructions (they may hold the day),
#define TALKS_MANY 24 // of what recurs,
#define TALKS_MOST 64 // ... of anything: no conversation, nor a document, is gone on from so.
// So many calls with it, over an eighth of the time of all calls, and in each quarter of that time
// a sixteenth of them: then it recurs.
#define TALKS_RECUR 16

struct talks_call {
    int64_t number; // rises
    struct uuid id;
    struct talk talk;
};

struct talks { // zero: none
    struct talks_call *calls;
    uint64_t *groups; // of each, once they are parted
    size_t count, size;
    bool timeless; // nobody knows in what order they came: nothing recurs
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
