// SPDX-License-Identifier: Apache-2.0

#include "core/breaker.h"

#define ONE        1024
#define LEAST_KEPT (ONE / 16) // less than this of a failure is forgotten
#define DECAY_PART 87
#define SECOND_US  INT64_C(1000000)

const char *breaker_state_name(enum breaker_state s)
{
    static const char *const names[] = {"closed", "half-open", "open"};
    return names[s];
}

enum breaker_end breaker_end_of(enum failure_kind k)
{
    switch (k) {
    case FAILURE_BROKEN:
    case FAILURE_UNREACHED:
    case FAILURE_LOST:
    case FAILURE_TIMEOUT:
    case FAILURE_GARBAGE:
    case FAILURE_BUSY:
    case FAILURE_SERVER:
    case FAILURE_RUNNER: return BREAKER_BAD;
    case FAILURE_CALLER:
    case FAILURE_UNDONE:
    case FAILURE_RATE:
    case FAILURE_QUOTA:
    case FAILURE_KEY:
    case FAILURE_MODEL:
    case FAILURE_ABSENT:
    case FAILURE_LONG:
    case FAILURE_LARGE:
    case FAILURE_AWAY: return BREAKER_GOOD;
    case FAILURE_OURS:
    case FAILURE_STALE: return BREAKER_UNTOLD;
    }
    return BREAKER_UNTOLD;
}

enum breaker_state breaker_state(const struct breaker *b, int64_t now_us)
{
    if (b->until_us == 0)
        return BREAKER_CLOSED;
    return now_us < b->until_us ? BREAKER_OPEN : BREAKER_HALF_OPEN;
}

bool breaker_calm(const struct breaker *b)
{
    return b->failed == 0 && b->until_us == 0;
}

// A second takes one part in 87: half of it in a minute.
static int64_t decay(int64_t n, int64_t seconds)
{
    for (int64_t i = 0; i < seconds && n > 0; i++)
        n -= (n + DECAY_PART - 1) / DECAY_PART;
    return n;
}

static void decay_to(struct breaker *b, int64_t now_us)
{
    int64_t seconds = (now_us - b->decayed_us) / SECOND_US;
    if (seconds <= 0)
        return;
    b->decayed_us += seconds * SECOND_US;
    b->failed = decay(b->failed, seconds);
    b->ended = decay(b->ended, seconds);
    if (b->failed < LEAST_KEPT)
        b->failed = b->ended = 0;
}

static int64_t turn_us(const struct breaker *b, const struct breaker_terms *t)
{
    int64_t us = t->turn_us;
    for (uint32_t i = 0; i < b->turns && us < BREAKER_TURN_MOST_US; i++)
        us *= 2;
    return us < BREAKER_TURN_MOST_US || t->turn_us > BREAKER_TURN_MOST_US ? us
                                                                          : BREAKER_TURN_MOST_US;
}

bool breaker_probe(struct breaker *b, const struct breaker_terms *t, int64_t now_us)
{
    if (breaker_state(b, now_us) != BREAKER_HALF_OPEN)
        return false;
    b->turns += b->turns < UINT32_MAX;
    b->until_us = now_us + turn_us(b, t);
    return true;
}

static bool is_over(const struct breaker *b, const struct breaker_terms *t)
{
    int64_t least = (int64_t)t->least * ONE - ONE / 2; // the first ones have decayed a little
    return t->least > 0 && b->failed >= least && b->failed * 1000000 >= b->ended * t->share_ppm;
}

bool breaker_count(struct breaker *b, const struct breaker_terms *t, enum breaker_end how,
                   int64_t sent_us, int64_t now_us)
{
    bool open = b->until_us != 0;
    if (open) {
        bool well = how == BREAKER_GOOD && sent_us > b->opened_us;
        if (well) // else what was sent before it opened still comes in, or a probe has failed
            *b = (struct breaker){0};
        return well;
    }
    decay_to(b, now_us);
    if (how == BREAKER_UNTOLD || (how == BREAKER_GOOD && b->failed == 0))
        return false; // it is counted from the first failure on
    b->ended += ONE;
    b->failed += how == BREAKER_BAD ? ONE : 0;
    if (how != BREAKER_BAD || !is_over(b, t))
        return false;
    b->turns = 0;
    b->opened_us = now_us;
    b->until_us = now_us + t->turn_us;
    return true;
}
