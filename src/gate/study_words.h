// SPDX-License-Identifier: Apache-2.0
//
// study_words - what a look at a route's pairs (study.h) says of them: in the store's note how the
// last certificate ended and what the next one needs, and in the log what was found.
//
//   "revoked: the newest pairs lose more than was promised; 812 of its pairs are proof; ..."
//    how it ended, one of those below                     |  what it needs
//
// A note is read again: by the next look for how it ended, and for who asks for a certificate.

#ifndef GATE_STUDY_WORDS_H
#define GATE_STUDY_WORDS_H

#include "route/learner.h"

// How a certificate ends, as notes begin.
extern const char study_broken[], study_rated_down[], study_unproved[], study_ended[];

// How a certificate has ended that the store has on no terms any more (store/promises.h).
#define STUDY_ENDED "ended: an update of costlens asks more of its pairs"
// The one of those above that a note begins with; "": it says of none.
const char *study_end(struct str note);
// What is noted of a route (store/promises.h), parted: how its last certificate ended, which no
// other has followed; empty: nothing is said of one. And the rest, which says what it needs.
struct str study_fell(struct str note, struct str *rest);

// A look, as far as it is told of.
struct study_words {
    struct str route; // its name
    struct promise promise;
    unsigned time;      // which look of these terms it is, from 1 on
    const char *before; // how the last certificate ended, one of those above, or ""
    bool fell;          // ... now,
    bool broken;        // ... by the newest pairs
    bool certified;     // it stood until then
};

// What is noted of a look that found this. Nothing where a certificate holds, but how the one
// before it ended now. What does not fit is cut.
void study_note(const struct study_words *w, const struct outlooks *f, char *out, size_t size);
// Tells the log.
void study_say(const struct study_words *w, const struct outlooks *f);

#endif
