// SPDX-License-Identifier: Apache-2.0
//
// breaker - a model that keeps failing at its provider is left alone for a while, and then asked
// now and then whether it is well again.
//
//             most of what ended lately has failed
//    CLOSED ---------------------------------------> OPEN   it is passed over
//      ^                                             |  ^
//      | the probe is answered       its turn is over|  | the probe fails, or nothing is heard
//      |                                             v  | of it: the next turn is longer
//      '----------------------------------------- HALF-OPEN  one call a turn is sent: the probe
//
// What counts as lately decays: a failure weighs half after a minute. There is never more
// than one probe a turn, and none has to be given back: one that is lost costs a turn.
// The pattern is Nygard's (Release It!, "Circuit Breaker").

#ifndef CORE_BREAKER_H
#define CORE_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/retry.h"

#define BREAKER_TURN_MOST_US INT64_C(60000000) // however often it opened in a row

struct breaker_terms {
    uint32_t least;     // failures lately below which it never opens; 0: it never does
    uint32_t share_ppm; // of what ended lately, that must have failed
    int64_t turn_us;    // the first one's length; it doubles
};

enum breaker_state { BREAKER_CLOSED, BREAKER_HALF_OPEN, BREAKER_OPEN };
const char *breaker_state_name(enum breaker_state s); // static

// All zero: closed, and nothing known.
struct breaker {
    int64_t failed, ended; // lately: 1024 each
    int64_t decayed_us;    // until when they are decayed
    int64_t opened_us;
    int64_t until_us; // the end of its turn; 0 = closed
    uint32_t turns;   // since it was closed
};

// How an attempt ended. GOOD: somebody was there, whatever was said. UNTOLD: nothing follows.
enum breaker_end { BREAKER_GOOD, BREAKER_BAD, BREAKER_UNTOLD };
enum breaker_end breaker_end_of(enum failure_kind k);

enum breaker_state breaker_state(const struct breaker *b, int64_t now_us);
// Takes the turn's probe. False: there is none to take, since it is closed or its turn goes on.
bool breaker_probe(struct breaker *b, const struct breaker_terms *t, int64_t now_us);
// An attempt that was sent at `sent_us` has ended so; all times are monotonic. True when that
// opened or closed it.
bool breaker_count(struct breaker *b, const struct breaker_terms *t, enum breaker_end how,
                   int64_t sent_us, int64_t now_us);
// Nothing has failed lately: a success need not be counted.
bool breaker_calm(const struct breaker *b);

#endif
