// SPDX-License-Identifier: Apache-2.0
//
// req - one call on its way through the gateway: a table of steps of one shape.
//
//   read > identify > body > decode > route > admit
//     > reserve > dispatch > relay > verify > again > settle > answer > record
//         ^------------ another ------------'
//
// A step says NEXT, WAIT (call me again when something happened), AGAIN (another attempt) or END.
// Everything a step needs is in struct req; nothing else needs to be understood to follow a call.
// steps.c holds the table.

#ifndef REQUEST_REQ_H
#define REQUEST_REQ_H

#include "base/list.h"
#include "gate/asking.h"
#include "gate/view.h"
#include "gate/worker.h"
#include "net/server.h"
#include "request/attempt.h"
#include "wire/ask.h"

enum flow { NEXT, WAIT, AGAIN, END };

struct plan;   // request/plan.h
struct inner;  // request/inner.h
struct said;   // request/said.h
struct shadow; // request/shadowing.h
struct req;
typedef enum flow step_f(struct req *r);

// X(name): step_<name> in step_<name>.c
#define STEP_MAP(X) \
    X(read)         \
    X(identify)     \
    X(body)         \
    X(decode)       \
    X(route)        \
    X(admit)        \
    X(reserve)      \
    X(dispatch)     \
    X(relay)        \
    X(verify)       \
    X(again)        \
    X(settle)       \
    X(answer)       \
    X(record)

enum step {
#define X(name) STEP_##name,
    STEP_MAP(X)
#undef X
        STEP_COUNT
};

#define X(name) step_f step_##name;
STEP_MAP(X)
#undef X

struct req {
    struct list link; // of the worker's running calls
    struct worker *worker;
    struct view *view;
    struct exchange *x; // NULL once the client has gone or the answer was handed over
    struct arena arena;
    enum step step;
    bool running; // inside req_run
    bool woken;   // something happened meanwhile

    // Who and what.
    struct uuid id;
    char id_text[UUID_TEXT];
    int64_t start_us;      // wall
    int64_t start_mono_us; // monotonic
    struct endpoint_found found;
    enum dialect dialect; // of the caller, for refusals
    const struct key *key;
    struct str query;   // forwarded: without our key
    struct asker asker; // waits for an Ollama's list of models
    bool receipt;       // x-costlens-receipt: 1

    // Its body.
    bool body_here;
    struct buf decoded; // gzip or zstd taken off
    struct ask ask;
    bool asked;                   // ask is open
    struct reservation_seen seen; // how much of it there is, where that had to be known
    struct str system; // its instructions' SHA-256, as digits (matching.c); not yet: NULL
    struct feedback_call *rating; // it is feedback, which is being kept; NULL: it is none

    // Its way to a provider and back.
    const struct config_route *confined; // takes it and is local_only: it must stay here
    struct inner *inner;                 // it is a call of our own; NULL: a client's
    struct said *said;                   // keeps what its answer says; NULL: nobody looks at it
    struct shadow *shadow; // what compares its answer with another's; NULL: nothing does
    struct plan *plan;     // of a route; NULL: the caller named a model or an alias
    uint64_t stored;       // what it goes on from, by its id (keeper.h); 0: nothing
    uint64_t keeper;       // who keeps that; 0: not known
    uint64_t conversation; // then, where there are routes: request/opening.h; 0: not known
    struct attempt attempt;
    struct reserving *reserving; // NULL until it has to wait for its budgets
    struct str purse;            // the budget that refuses it (REFUSAL_BUDGET)
    bool purse_paused;           // ... because it is paused
    struct again *again;         // NULL until an attempt is to be followed by another
    struct verifying *verifying; // NULL until an answer is to be verified
    int64_t until_us;    // monotonic, its first attempt sent: when the whole call must be over
    int64_t input_bytes; // text of the request, for an estimate
    bool head_sent;
    bool client_gone;
    bool paused;
    bool recorded;
    int64_t settled_mono_us;
};

// Something the call waited for has happened.
void req_run(struct req *r);
// Begins a call, and ends it.
void req_begin(struct worker *w, struct exchange *x);
// One that has not begun, nor a client, with a reference of its own to the view. NULL: no memory.
struct req *req_new(struct worker *w, struct view *v) MUST_USE;
void req_free(struct req *r);

// --- attempts ---

// Whether the call may be sent now: REFUSAL_NONE, or why not, with a sentence in `detail`.
enum refusal admit_refuses(struct req *r, const char **detail);
// Fills the attempt's entry: whose it is, where it goes, and what it costs if it is captured.
void admit_entry(struct req *r);
void admit_who(struct req *r); // the first of these alone
// The latter again, by what its bound was made of.
void admit_capture(struct req *r);
// Writes the DISPATCHED record of an attempt that follows another, since the other's FINAL, which
// says so, must not stand without it. False: it cannot be written. Of a first one nothing is done.
bool again_write(struct req *r);
void again_lost(struct req *r); // the journal says so of that record
// It waits to be tried again.
bool again_waits(const struct req *r);
// How many attempts it has had by now, the current one included, also where that is an earlier
// one's answer, which is given after all.
unsigned again_count(const struct req *r);
// The attempt cannot be booked. False: the call has one before it, whose answer it gets. True: it
// has none, and is to be refused.
bool again_unbooked(struct req *r);
// Such an attempt, refused: its call as well, or it ends with the answer of the one before.
enum flow again_refuse(struct req *r, enum refusal why, const char *detail);
// The same of one that a budget refuses: where the call ends with the answer of the one before, the
// refusal is logged and counted, and told in the answer if that is ours. AGAIN: it was that of such
// a second model, and the large side is asked.
enum flow again_deny(struct req *r, enum refusal why, const char *detail);
// An attempt before it has no end yet.
bool again_keeps(const struct req *r);
void reserve_free(struct req *r); // with the call
void reserve_stop(struct req *r); // it waits no more
// For what another target of the call's alias or route is looked for.
enum again_for {
    AGAIN_FAILED,    // the attempt has failed, or its provider cannot take the call
    AGAIN_UNPAID,    // a budget does not cover it
    AGAIN_DOWNGRADE, // the same, and a cheaper model is welcome
    AGAIN_ESCALATE,  // its answer is not good enough
    AGAIN_AWAY,      // it has not what the call goes on from
};
// The attempt's target cannot take the call, and nothing was booked of it: it begins anew at the
// next one of its alias or route; that of a second model by whose word a certificate goes at the
// large side. False: there is none.
bool again_elsewhere(struct req *r, enum again_for why) MUST_USE;
// It is the call's first, and there is no other target.
bool again_alone(const struct req *r);
// The attempt is booked: the one before it is settled, counted and logged as followed; but a whole
// answer of the small side, which it is to agree with or to do better than, is kept for as long as
// that may be given.
void again_booked(struct req *r);
// What was kept so is settled: the attempt has ended otherwise than without an answer.
void again_settle(struct req *r);
// No other attempt comes of it; what waits for one is told.
void again_stop(struct req *r);
void again_free(struct req *r); // with the call
// The call has a row, and counts. A question to an Ollama (its lists, its version) has none.
bool req_books(const struct req *r);
// Ends the attempt's entry, whatever its answer still does, and gives it to the journal.
void settle_attempt(struct req *r);
// The attempt has failed and waits to be followed: its DISPATCHED record is written anew with what
// is known by now, which stands if the process dies before that. `followed`: and it is.
void settle_waiting(struct req *r, bool followed);
// Counts and logs it.
void record_attempt(struct req *r);

// Answers with a refusal in the caller's dialect and ends the call (before dispatch only). `format`
// may be NULL; its text is for the caller: no secret, no body.
enum flow req_refuse(struct req *r, enum refusal why, const char *format, ...) PRINTF(3, 4);
// Counts a refusal of the call, or of an attempt of it, with what is said of it.
void req_count_refusal(struct req *r, enum refusal why, struct str detail);
// Writes the refusal's whole answer; for the above, and for step_answer after dispatch.
void req_write_refusal(struct req *r, enum refusal why, struct str detail);
// The whole refusal of what the server could not read: there is no call of it.
void req_refuse_unread(struct worker *w, struct exchange *x, enum refusal why, struct str detail);
// The price of a model at the call's provider: the user's own first, then its vendor's list; or
// NULL.
const struct sheet *route_sheet(const struct req *r, struct str model);
// An Ollama may have what nobody has: it was not asked yet, or has pulled the model since. True:
// it is asked, and the step is run again when it has said.
bool route_waits(struct req *r);
bool route_waits_first(struct req *r); // the same where none has told anything yet (asking_first)
// Prices r->attempt.entry.usage into r->attempt.entry (cost, state, sheet).
void settle_price(struct req *r);
// What its provider charges for the model that is sent, or NULL.
const struct sheet *settle_sheet(const struct req *r);
// What its answer used and costs so far, estimated where it was not told. False before it begins.
bool settle_so_far(const struct req *r, struct usage *u, struct cost *cost);
// The answer is written or being written: the server finishes it without us. Ends the step's work
// with the client.
void req_hand_over(struct req *r);
// An answer with that status ends the call's attempts, though its client may think of its own: our
// retries must not be multiplied by its.
bool req_gave_up(const struct req *r, int http_status);
// x-request-id, request-id, x-costlens-*, CORS: on every answer. After exchange_begin.
void req_fields_ours(struct req *r);

#endif
