// SPDX-License-Identifier: Apache-2.0

#include "core/cooling.h"

#define RATE_FIRST_MS 1000 // where nothing was said: doubling
#define RATE_MOST_MS  60000
#define USELESS_MS    60000 // a person has to mend it: looked at once a minute

static int64_t unsaid_ms(enum failure_kind k, unsigned times)
{
    int64_t ms = RATE_FIRST_MS;
    if (k != FAILURE_RATE)
        return USELESS_MS;
    for (unsigned i = 0; i < times && ms < RATE_MOST_MS; i++)
        ms *= 2;
    return ms < RATE_MOST_MS ? ms : RATE_MOST_MS;
}

int64_t cooling_ms(const struct failure *f, unsigned times)
{
    switch (f->kind) {
    case FAILURE_RATE:
    case FAILURE_QUOTA:
    case FAILURE_ABSENT: break;
    case FAILURE_KEY:
        if (times + 1 >= COOLING_KEY_ROW)
            break;
        return 0;
    case FAILURE_BUSY:
        if (f->after_ms > 0)
            break;
        return 0; // the breaker's
    case FAILURE_CALLER:
    case FAILURE_UNDONE:
    case FAILURE_OURS:
    case FAILURE_BROKEN:
    case FAILURE_UNREACHED:
    case FAILURE_STALE:
    case FAILURE_LOST:
    case FAILURE_TIMEOUT:
    case FAILURE_GARBAGE:
    case FAILURE_SERVER:
    case FAILURE_RUNNER:
    case FAILURE_MODEL: // of what this call asks: others may ask less
    case FAILURE_LONG:
    case FAILURE_LARGE:
    case FAILURE_AWAY: return 0;
    }
    int64_t ms = f->after_ms > 0 ? f->after_ms : unsaid_ms(f->kind, times);
    return ms < COOLING_MOST_MS ? ms : COOLING_MOST_MS;
}
