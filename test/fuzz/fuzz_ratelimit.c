// SPDX-License-Identifier: Apache-2.0
//
// fuzz_ratelimit - lines "name: value" of an answer's head. Whatever they say: nothing is left that
// is negative, no time is beyond a month, and what is asked of the rest of it has an end.

#include "base/clock.h"
#include "wire/ratelimit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW INT64_C(1719230340000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ratelimit r;
    struct str rest = str_from((const char *)data, size), line, name;
    ratelimit_init(&r);
    while (str_cut(&rest, '\n', &line)) {
        if (str_cut(&line, ':', &name))
            (void)ratelimit_field(&r, name, line, NOW);
    }
    for (unsigned k = 0; k < ALLOWANCE_COUNT; k++) {
        const struct allowance a = ratelimit_allowance(&r, (enum allowance_kind)k, SECOND_US);
        must(a.limit >= 0 && a.left >= 0);
        must(a.full_us >= a.read_us && a.full_us <= 31 * DAY_US + SECOND_US);
        for (int64_t at_us = 0; at_us < 40 * DAY_US; at_us += 7 * 3600 * SECOND_US) {
            must(allowance_left(&a, at_us) >= 0);
            must(allowance_wait_us(&a, 1000, at_us) >= 0);
            must(allowance_wait_us(&a, INT64_MAX, at_us) <= 32 * DAY_US);
        }
        must(allowance_wait_us(&a, INT64_MAX, a.full_us) == 0);
    }
    return 0;
}
