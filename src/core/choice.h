// SPDX-License-Identifier: Apache-2.0
//
// choice - which side of its route a call goes to first, and why: a pure function of what was known
// of the call and of what its route's policy asks. The gateway makes its choices by it; what was
// known is kept with each of them (decision.h), so that it can be made again, under another policy
// too.
//
//   which sides can be used ─┐
//   scores, thresholds       ├─► dear? ─► session? ─► does the cascade pay? ─► side, reason,
//   costs, pressure, session ┘                              ▲                  propensity
//                                         the call's id ────┘ draws the few that try

#ifndef CORE_CHOICE_H
#define CORE_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"
#include "core/rate.h"

#define CHOICE_SURE    1000000        // a probability of 1; also a score or a threshold of 1
#define CHOICE_NOTHING (-CHOICE_SURE) // a threshold that takes nothing to the small side
#define CHOICE_TRY     62500 // of the calls for which a cascade does not pay, so many try it

enum side { SIDE_NONE, SIDE_SMALL, SIDE_LARGE, SIDE_COUNT };
const char *side_name(enum side s); // "none", "small", "large"; static

// The least that chooses: of the configuration (config/route.h), in the same order.
enum choice_mode { CHOICE_RULES, CHOICE_MEASURED, CHOICE_CERTIFIED, CHOICE_MODES };

// X(ENUM, number, text): why a side goes first. The numbers are stored.
#define CHOICE_WHY_MAP(X)                                                   \
    X(RULES, 0, "rules")                                                    \
    X(MEASURED, 1, "measured")                                              \
    X(MEASURED_NONE, 2, "measured: every share loses more than is allowed") \
    X(MEASURED_TASK, 3, "measured: its task loses more than is allowed")    \
    X(CERTIFIED, 4, "certified")                                            \
    X(CERTIFIED_NONE, 5, "no certificate")                                  \
    X(CERTIFIED_TASK, 6, "no certificate of its task")                      \
    X(ONLY, 7, "the only side")                                             \
    X(SCARCE, 8, "money is scarce")                                         \
    X(NO_DEARER, 9, "no dearer")                                            \
    X(STICKY, 10, "sticky")                                                 \
    X(NO_CASCADE, 11, "the cascade does not pay")                           \
    X(CERTIFIED_KIND, 12, "no certificate of calls like it")                \
    X(CERTIFIED_PASSED, 13, "the certified model is passed over")

enum choice_why {
#define X(id, number, text) CHOICE_WHY_##id = (number),
    CHOICE_WHY_MAP(X)
#undef X
        CHOICE_WHY_COUNT
};
const char *choice_why_text(enum choice_why w); // static

// Whether asking the small side first has paid, by the route's latest calls.
enum choice_cascade { CHOICE_CASCADE_UNKNOWN, CHOICE_CASCADE_PAYS, CHOICE_CASCADE_COSTS };

// What a mode would choose by: the score of which model, and up to which threshold the small side
// is taken.
struct choice_counsel {
    bool own;          // the route's own model; else the one that was shipped
    int64_t threshold; // in millionths; CHOICE_NOTHING or less: nothing goes to the small side
    enum choice_why why;
};

// Models have judged the call: the gain that is expected of the large side's answer, in millionths.
struct choice_judged {
    bool there;
    bool has_own; // the route has a model of its own,
    int64_t shipped, own;
    uint32_t own_check; // ... known by this checksum
    struct choice_counsel counsel[CHOICE_MODES];
};

// A side by the model of it that would be asked.
struct choice_side {
    bool usable;
    bool priced; // what the call is expected to cost there is known:
    struct money expected;
};

struct choice_call {
    struct choice_judged judged;
    struct choice_side small, large;
    int64_t pressure_ppm; // of its budgets (budget/pressure.h)
    enum side session;    // at which its session stands; NONE: it is of none
    enum choice_cascade cascade;
    uint32_t dice;  // choice_dice of its id
    bool checkable; // its answer can be verified before it is given
};

struct choice_policy {
    enum choice_mode mode;
    bool verifies; // the small side's answers
};

struct choice_made {
    enum side side; // NONE: no side can take it; or the small one alone can, and its policy goes by
                    // certificates, which are of what both sides have answered
    enum choice_why why;
    uint32_t propensity_ppm;  // how probable that side was, of calls like it; never 0
    bool cascade;             // the small side's answer is verified, and may be escalated
    int64_t score, threshold; // by which it was judged, as scarce money has raised it; 0: by none
};

void choice_make(const struct choice_call *call, const struct choice_policy *policy,
                 struct choice_made *out);
// The side that the call's certificate gives it by its score, whatever else decides, and whether or
// not its route goes by it; NONE where there is no certificate.
enum side choice_promised(const struct choice_judged *judged);
// Whether its score alone decides its side, whatever its thresholds are and however scarce money
// is: it is of no session, and its large side is not the cheaper one. But for the draw of a cascade
// that does not pay, which sends most calls to the large side without knowing anything of them: of
// what is lost or won below a threshold it leaves the same part.
bool choice_by_score(const struct choice_call *call);
// A number that is drawn by the call's id, whose random bits nobody chooses.
uint32_t choice_dice(const struct uuid *id);

#endif
