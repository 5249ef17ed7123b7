// SPDX-License-Identifier: Apache-2.0
//
// live - what a worker's calls do right now, and the last that ended: for who watches.
//
//   ended: 0 1 2 3 4 5 6 7 8 9          a ring; the place of a call is its number modulo the
//                ^after    ^ended       ring's size, so a cursor is a number: what is older than
//                                       the ring was missed, and how much can be told
//
// A slot is filled by copying fixed fields as the call is recorded: no memory is asked for, no lock
// taken. Who wants to look asks the worker's loop for a copy (panel/visit.h).

#ifndef GATE_LIVE_H
#define GATE_LIVE_H

#include "core/entry.h"
#include "core/refusal.h"
#include "store/rollup.h"

#define LIVE_KEPT    128 // calls that a worker remembers after their end
#define LIVE_TAGS    512 // bytes of a call's tags
#define LIVE_REFUSED 64  // keys (and budgets) whose refused calls a worker remembers
#define LIVE_RUNNING 200 // running calls of a worker that are told, the oldest first

#define LIVE_STATE_MAP(X)                                                   \
    X(READING, "reading")     /* its body still comes from the client */    \
    X(WAITING, "waiting")     /* sent; nothing of an answer yet */          \
    X(RETRYING, "retrying")   /* an attempt failed, another is under way */ \
    X(STREAMING, "streaming") /* its answer comes */                        \
    X(ENDED, "ended")

enum live_state {
#define X(id, name) LIVE_##id,
    LIVE_STATE_MAP(X)
#undef X
};
const char *live_state_name(enum live_state s); // static

// One attempt of a call. Texts end with a NUL; longer ones are cut between two characters. A tag is
// whole or not there (tags_cut).
struct live_call {
    struct uuid id;
    int64_t start_us;             // wall
    int64_t duration_us;          // of its call, so far
    int64_t ttft_us;              // 0 = no byte of an answer yet
    struct usage usage;           // so far
    struct money cost;            // so far
    enum price_state price_state; // UNPRICED too while nobody can know
    enum live_state state;
    enum outcome outcome; // where it has ended
    int32_t http_status;
    uint8_t attempt;
    bool stream;
    bool followed; // by another attempt
    char key[65], team[65], user[65], endpoint[25], provider[65], model[129], error[49];
    bool tags_cut;
    char tags[LIVE_TAGS]; // name, value, name, value ..., each with its NUL; no name ends them
};

// Calls of a key that the gateway refused itself, before any provider: they are on no bill; or an
// attempt of one, after another had failed, that budgets refused. Those that a budget refused are
// counted for each budget, and for what it was.
struct live_refused {
    char key[65];    // empty: none
    char budget[65]; // which refused them; empty: something else
    bool paused;     // it was, and not spent
    int64_t calls;
    uint64_t last; // its number among all refusals
    // Of the last:
    int64_t at_us; // wall
    enum refusal why;
    char model[129], detail[1024]; // a longer one ends with a whole word and an ellipsis
};

// Of all that ended since the worker began.
struct live_sums {
    struct tally tally;
    struct money_sum cost;
    struct money_sum retry_cost; // of that, of attempts that another one followed
};

struct live {
    int64_t since_us; // wall
    uint64_t ended;   // so many calls, the number of the next
    struct live_sums sums;
    struct live_call ring[LIVE_KEPT];
    uint64_t refusals;
    struct live_refused refused[LIVE_REFUSED]; // those that had one last
};

// What an entry says, as an ended call.
void live_fill(struct live_call *c, const struct entry *e);
// Whether `part` stands in a call's key, team, user, provider/model, endpoint, state or in one of
// its tags (name=value), whatever the case. An empty one does.
bool live_fits(const struct live_call *c, struct str part);
// The tag at *at, which is 0 first; false behind the last. Slices of `c`.
bool live_tag(const struct live_call *c, size_t *at, struct str *name, struct str *value);
// A call has ended, or an attempt of it.
void live_add(struct live *l, const struct entry *e);
struct live_refusal {
    struct str key;
    struct str budget; // that refused it; empty: none did
    bool paused;       // ... because it is
    enum refusal why;
    struct str model, detail;
};
// A call was refused. Among more keys and budgets than it remembers the one that had none for
// longest is forgotten.
void live_refuse(struct live *l, const struct live_refusal *r);
// Whether `part` stands in its key, whatever the case; false when it is none.
bool live_refused_fits(const struct live_refused *f, struct str part);
// The first number from `after` on that the ring still has.
uint64_t live_oldest(const struct live *l, uint64_t after);
const struct live_call *live_at(const struct live *l, uint64_t number); // one that it has

#endif
