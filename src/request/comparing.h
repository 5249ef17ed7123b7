// SPDX-License-Identifier: Apache-2.0
//
// comparing - a call whose client has its answer, put to the other side as a call of our own, and
// what comes of it. It runs by itself (shadowing.h chooses the calls):
//
//   begun --> its turn --> the other side is asked --> compared ------------> kept (store/pairs.h)
//                |           |                          |    '--> judge, twice (judging.h) --^
//                |           '--> failed, refused       '--> it would have been escalated
//                '--> kept unjudged: the route may not ask any more, the gateway stops, or what was
//                     given broke off
//
//   begun anew --> its turn --> its own side is asked once more, as its client left --> the other
//
//   begun bare --> kept unjudged: the other side is not asked, as there are too many
//
// One that is dropped is counted and has no pair; any other has one, judged or not.
//
// A worker's room is shared by its routes as switches share their buffers (dynamic thresholds): a
// route gets more only while it has less than is left free. One whose models hang has half of it,
// then, and leaves the other half to those that come later.
//
// What waits goes by the configuration of its turn: where `shadow` is gone by then, the route has
// become local_only, or judges, checks or matches otherwise, or the model is none of its side any
// more, nobody is asked.

#ifndef REQUEST_COMPARING_H
#define REQUEST_COMPARING_H

#include "gate/chore.h"
#include "gate/drawn.h"
#include "gate/owed.h"
#include "request/judging.h"
#include "store/pairs.h"

#define COMPARING_BODY_MOST (256 * KIB) // of a request that is asked again
#define COMPARING_OUTPUT_LEAST \
    8192 // tokens that the other answer may have, whatever the first one has
#define COMPARING_OUTPUT_TIMES 8 // ... and so much longer than that; what is cut is not compared
#define COMPARING_CROWDED      "Too many other comparisons are under way."
#define COMPARING_STOPPED      "The gateway is being stopped, or has no memory."

enum stage { STAGE_CHOSEN, STAGE_OWN, STAGE_OTHER, STAGE_FIRST, STAGE_SECOND };

struct shadow {
    // Set by who begins it, its own but for the route.
    struct worker *worker;
    const struct config_route *route; // of the view
    struct drawn_route *drawn;        // the same route's
    struct arena arena;               // of texts
    struct key key;                   // as which its calls are booked
    bool entered;                     // counted among the worker's,
    size_t held;                      // ... with so many bytes
    const char *bare;                 // why the other side is not asked; NULL: it is. Static
    struct endpoint_found found;
    struct str query;
    struct buf body;
    const char *lost;     // why what was given is no answer, and nobody is asked; or NULL. Static
    bool anew;            // its client has left: its own side's answer is asked for once more
    struct said given;    // what its client was told, or that
    int64_t output_given; // tokens, and
    int64_t output_asked; // ... at most, as its caller says; 0 = not said
    struct pair pair;     // its call, route, models, the cost of what was given

    // Its course.
    struct list place;  // among the worker's, once it is entered, unless it is bare
    struct list link;   // of those that wait
    bool asks;          // it is no more one of these
    struct chore chore; // that keeps its pair
    struct post post;
    struct view *view; // NULL until it goes on by itself
    struct store *store;
    int64_t until_us;   // it waits for that, monotonic
    struct owing owing; // what its judge may still cost
    enum stage stage;
    bool late; // the small answer that it asked for came when a stream is held back no longer
    struct json *request; // of the body
    struct asked asked;
    bool given_read;            // it can be read
    struct answer small, large; // read, once both are there
    struct buf question;        // of the judge
    struct inner inner;
    enum judge_word first; // of the judge's words
};

// In memory of its own, zeroed but for the buffers. NULL: there is none.
struct shadow *comparing_new(struct worker *w) MUST_USE;
// A worker has no room for one more of that route, whose request has so many bytes.
bool comparing_crowded(struct worker *w, const struct drawn_route *route, size_t bytes) MUST_USE;
// It is one of those that its worker has at once, until it ends.
void comparing_enter(struct shadow *s);
// Goes on by itself, and is no more the caller's: soon, not before this returns.
void comparing_begin(struct shadow *s, struct view *v);
// Who is to judge it, where nothing else tells: "provider/model", once its models are known.
struct str comparing_judge(const struct shadow *s);
struct pair_cost comparing_cost(const struct req *r); // of an attempt that has ended
// There is no pair, and why: counted, and freed.
void comparing_drop(struct shadow *s, enum shadow_end how, struct str why);
void comparing_free(struct shadow *s); // of one that nobody counts

#endif
