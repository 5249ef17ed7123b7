// SPDX-License-Identifier: Apache-2.0
//
// retry - what becomes of a call whose attempt failed before a byte of an answer reached its
// client: it ends, its target is tried again after a while, or another one of its alias is.
//
//   failed --> may the same target do it?  rate, overload, lost connection: after a wait
//         '--> may another?                quota, its key, its model, too long: at once
//         '--> else the client gets the error as it came
//
// A provider in trouble must not get more of it: a budget bounds the retries of all calls to it.

#ifndef CORE_RETRY_H
#define CORE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

// X(ENUM, tries more at the same target: 0 none, 1 one, 2 as many as are configured; may another
// target do it: 0 no, 1 yes, 2 yes and before the same is tried again, 3 only from a route's small
// side)
#define FAILURE_MAP(X)                                                                   \
    X(CALLER, 0, 0)    /* what was asked: every provider would refuse it */              \
    X(OURS, 0, 0)      /* not the provider's: no memory, the call took its whole time */ \
    X(BROKEN, 0, 1)    /* a success began, and broke off: it may be billed */            \
    X(UNREACHED, 1, 1) /* no name, no connection, no TLS: nothing was sent */            \
    X(STALE, 0, 1)     /* a connection kept from an earlier call was gone */             \
    X(LOST, 1, 2)      /* no answer came, or a proxy's error: it may be billed */        \
    X(TIMEOUT, 1, 2)   /* no answer in time; the same */                                 \
    X(GARBAGE, 0, 1)   /* no answer of a model */                                        \
    X(RATE, 2, 1)      /* too many calls just now */                                     \
    X(BUSY, 2, 1)      /* overload, a conflict */                                        \
    X(SERVER, 1, 3)    /* a 500, which may be the caller's own fault */                  \
    X(UNDONE, 0, 3)    /* a 501: it does not do what is asked; perhaps nobody does */    \
    X(RUNNER, 1, 1)    /* a server cannot load the model, or what ran it died */         \
    X(QUOTA, 0, 1)     /* what was paid for is used up: no waiting helps */              \
    X(KEY, 0, 1)       /* the provider does not take our key for it */                   \
    X(MODEL, 0, 1)     /* the model cannot do what is asked, or so it seems */           \
    X(ABSENT, 0, 1)    /* it has no model of that name */                                \
    X(LONG, 0, 1)      /* the prompt is longer than this model takes */                  \
    X(LARGE, 0, 1)     /* the call is larger than the whole of a rate limit */           \
    X(AWAY, 0, 1)      /* what the call goes on from is kept at another provider */

enum failure_kind {
#define X(id, same, other) FAILURE_##id,
    FAILURE_MAP(X)
#undef X
};

enum advice { ADVICE_NONE, ADVICE_RETRY, ADVICE_STOP }; // x-should-retry

struct failure {
    enum failure_kind kind;
    enum advice advice;
    int64_t after_ms; // the provider's own word of when to come again; -1 = none
};

struct retry_state {
    unsigned tried;   // attempts at this target, the failed one included
    unsigned retries; // configured
    bool fresh;       // the failed one went on a connection of its own
    bool other;       // the alias, or the route, has another target
    bool small;       // the failed one is of a route's small side
    bool budget;      // the provider's has a retry left
    int64_t left_ms;  // until the whole call must be over: a wait that ends later is none
};

// REPEAT: the same target at once, on a connection of its own. Mostly the provider has read nothing
// of the call, so that is no retry, whatever is configured or left. One that has read it gets it
// twice: doc/attempts.md, "What is billed".
enum retry_verdict { RETRY_END, RETRY_REPEAT, RETRY_SAME, RETRY_OTHER };

#define RETRY_AFTER_MAX_MS 10000 // a provider that wants a longer wait is not waited for

// `random`: any number, evenly spread. `delay_ms` is set for RETRY_SAME: with full jitter, doubling
// from half a second to eight, or at least what the provider said.
enum retry_verdict retry_decide(const struct failure *f, const struct retry_state *s,
                                uint64_t random, int64_t *delay_ms);
// Clients would retry an answer with that status, or with what its provider says, by themselves.
bool retry_tempts(const struct failure *f, int http_status);
// All that is missing is a longer wait than ours.
bool retry_later(const struct failure *f);

// --- the budget of one provider ---

#define RETRY_SLOTS   12
#define RETRY_SLOT_US INT64_C(5000000)
#define RETRY_LEAST   10 // a minute, however few calls there are
#define RETRY_PART    10 // else one in so many calls

struct retry_budget {
    int64_t slot; // the newest one's number
    uint32_t calls[RETRY_SLOTS];
    uint32_t retries[RETRY_SLOTS];
};

// A call begins at this provider (no retry). `now_us` is monotonic.
void retry_budget_call(struct retry_budget *b, int64_t now_us);
// Takes a retry. False when none is left: of the last minute's calls a tenth, and never fewer than
// ten, may be tried again.
bool retry_budget_take(struct retry_budget *b, int64_t now_us);

#endif
