// SPDX-License-Identifier: Apache-2.0
//
// attempt - one try of a call at one provider's model: what was sent there, what came back, and its
// row. It is begun clean and ended as a whole; struct req around it holds what all of a call's
// attempts have in common.

#ifndef REQUEST_ATTEMPT_H
#define REQUEST_ATTEMPT_H

#include "core/entry.h"
#include "core/retry.h"
#include "gate/resolve.h"
#include "meter/meter.h"
#include "net/client.h"
#include "request/reservation.h"
#include "verify/sureness.h"

// How the answer goes to the client.
enum relay_mode {
    RELAY_NONE,   // no head yet
    RELAY_HELD,   // a stream: until something of it may go on, which may be an error instead
    RELAY_WHOLE,  // collected first, so that its cost stands in its head
    RELAY_STREAM, // passed on as it comes
};

struct translation;

struct attempt {
    // Where it goes.
    struct target target;
    const struct config_provider *provider;
    enum endpoint endpoint;          // of the provider's, where it is asked
    struct translation *translation; // NULL: the provider speaks the caller's dialect
    unsigned lane;                   // its key's place among the provider's
    uint64_t lanes_tried;            // those of the attempts before that were refused with it
    const struct sheet *sheet;
    const struct sheet *named; // the one that entry.price_name names
    struct call *call;         // NULL before it is sent and after its end
    int64_t begin_mono_us;     // 0: with its call
    int64_t dispatch_mono_us;
    int64_t ended_mono_us; // its provider has done with it (relay_done); 0: it goes on
    unsigned tried;        // attempts at this target, this one included
    bool repeats;          // the one before it, otherwise asked or sent: it is not `tried`
    bool fresh;            // it goes on a connection of its own
    bool second;           // it is asked whether it agrees with an answer, which is kept until then
    bool escalated;        // an answer of the small side was not good enough before it
    int64_t context_least; // num_ctx that it needs at least, since less was too small
    uint64_t turn;      // that it has at an Ollama; 0 = it is not there, or its turn is not known
    int64_t turn_us;    // since when it is there, monotonic; 0 = it has no turn
    int64_t first_us;   // ended: for how long no call before it was there, microseconds
    int64_t waited_us;  // ended: for how long one was
    int64_t context;    // num_ctx that an Ollama was asked for; 0 = none by us
    int64_t output_max; // the longest answer, tokens, whatever its caller says; 0 = as he has it
    struct reservation reservation; // in its budgets
    bool counted;        // its machine's time was measured, and the rest of its usage told,
    bool time_tells;     // ... or it costs nothing beside the time: what it cost is known
    bool rewritten;      // its DISPATCHED record was followed by another: the first one stands
    bool logprobs_added; // we asked for log-probabilities, the client did not
    bool unasked;        // we did, of the one before it, which was refused for that,
    bool unasked_ours;   // ... and its caller had said nothing of them
    bool usage_added;    // we asked for the usage of a stream, the client did not
    bool dispatched;     // DISPATCHED is in the journal and a FINAL is owed; a question has neither

    // What comes back.
    enum relay_mode mode;
    struct meter meter;
    bool metering;
    bool sized; // RELAY_STREAM: its head has told how long it is
    int upstream_status;
    struct buf whole;          // RELAY_WHOLE, and errors; as it came: RELAY_HELD
    struct buf fields;         // lines of the answer's head, until it is sent
    bool between;              // its status says that somebody between lost sight of it
    bool upstream_ended;       // its end has come, framed or not
    bool overran;              // more came than its Content-Length said
    struct failure failure;    // so far; its kind of an error's status: when it has come whole
    bool noted;                // its end, in its target's standing
    bool strayed;              // its answer says that an Ollama passed it on, and that was noted
    bool never_sent;           // the provider cannot have seen the request
    enum refusal refusal;      // what we answer instead, or say in the stream
    struct str refusal_detail; // in the call's arena
    struct str logged_detail;  // the same, without what it quotes of an answer
    bool verifies;             // its answer is held until it is verified (verifying.h),
    bool escalates;            // and is not good enough: the large side is asked
    bool judged;               // it was verified, to the end,
    const char *refused_by;    // and this verifier found it bad; static, or NULL
    const char *unseen_by; // it was to be, and this kept it from that (core/decision.h); the same
    bool silent;           // one outside gave no answer, and none has refused it that did
    bool sure_told;        // how sure its model was of it is known:
    struct how_sure sure;
    bool settled;  // FINAL stands in the journal
    char *decided; // the bytes of entry.decision, which its end changes; NULL: it is no route's
    struct entry entry;
};

// The peculiarities of whom it is sent to (wire/vendor.h).
unsigned attempt_flags(const struct attempt *a);
// The key that it goes with; NULL: none.
struct secret *attempt_key(const struct attempt *a);
// How long it has been at its provider by now (monotonic), microseconds. What followed its end is
// the call's time.
int64_t attempt_passed_us(const struct attempt *a, int64_t now_us);
// `a` is zeroed before.
void attempt_init(struct attempt *a);
// Its call is cancelled if it still runs.
void attempt_fini(struct attempt *a);

#endif
