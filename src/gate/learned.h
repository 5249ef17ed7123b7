// SPDX-License-Identifier: Apache-2.0
//
// learned - what chooses the side of a routed call: of each route the model and the threshold that
// its pairs have earned, as study.h has left them in the store and in the state folder; the shipped
// model where there are none. Immutable, part of a snapshot, swapped whole.
//
//   mode        chosen by                                         no such thing
//   rules       shipped model, the threshold it came with; half as much
//               again where answers of the small side are verified
//   measured    the route's model, its measured threshold         as rules; the large side, where
//                                                                 pairs enough speak against it
//   certified   the route's model, its certificate's threshold    the large side; without shadows,
//                                                                 too: nothing could revoke it

#ifndef GATE_LEARNED_H
#define GATE_LEARNED_H

#include "config/route.h"
#include "core/choice.h"
#include "route/learner.h"
#include "store/promises.h"

struct learned;

struct learned_from {
    const struct config_route *routes;
    unsigned count;
    struct str state; // the folder
    struct store *store;
    const struct learned *before; // may be NULL
};
// Of the routes of the configuration, with the models of proposed tiers (gate/proposal.h). A
// model's file that is refused is logged with the reason, and what `before` has of that route
// stays. NO_MEMORY, or a status of the store.
enum status learned_new(const struct learned_from *from, struct learned **out,
                        struct why *why) MUST_USE;
// What `before` has of them, whatever the store says: of another promise nothing. NULL without
// memory.
struct learned *learned_kept(const struct learned_from *from);
struct learned *learned_ref(struct learned *l);
void learned_free(struct learned *l); // drops one reference; NULL is fine

// Of a route whose tiers have other models by now than what was read is about, nothing is known: it
// is asked with its tiers as they are (gate/proposal.h).
//
// What each mode would choose the call's side by. `pair`: model_pair of the two that would be
// asked. `l` may be NULL: the shipped model. No memory, no lock.
void learned_judge(const struct learned *l, const struct config_route *r, const struct traits *t,
                   uint64_t pair, struct choice_judged *out);
// The rung that its calls stand on: no higher than its mode asks for, nor than what holds of it.
enum rung learned_rung(const struct learned *l, const struct config_route *r);
// How many parts of it had been asked, ever, by the look that this is of (store/promises.h); 0: by
// none.
int64_t learned_doubts(const struct learned *l, const struct config_route *r);
// When the look was that what is known of it is of; 0: nothing is.
int64_t learned_looked(const struct learned *l, const struct config_route *r);
// They are chosen by a certificate that holds now.
bool learned_certified(const struct learned *l, const struct config_route *r);
// It was read of the route as it is: of these models, this promise; or there is no memory to tell.
bool learned_fits(const struct learned *l, const struct config_route *r);
// Why the file of its model was refused; empty: it was not. What is known of the route is of before
// then, or nothing. Lives as long as `l`.
struct str learned_refused(const struct learned *l, const struct config_route *r);
// The model that scores its calls; the shipped one where it has none. Lives as long as `l`.
const struct model *learned_model(const struct learned *l, const struct config_route *r);

// Of which calls it is (gate/terms.h, terms_calls), as `l` has it, which costs nothing; empty where
// it knows no such route. Lives as long.
struct str learned_calls_of(const struct learned *l, const struct config_route *r);
// A threshold of the store. It is a whole number of steps: what was lost in millionths comes back.
double learned_threshold(const struct promise_found *f);
// The file of a route's model. Another one that lies in its place, or the same of another day, is
// refused by its checksum: nothing is promised of it.
struct learned_file {
    struct str state, name; // the state folder, and the file's name in it
    int64_t check;          // below 0: not known
};
enum status learned_open(const struct learned_file *file, struct model *out,
                         struct why *why) MUST_USE;
// The shipped model; lives as long as the program.
const struct model *learned_shipped(void);

#endif
