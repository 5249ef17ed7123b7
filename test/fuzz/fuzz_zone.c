// SPDX-License-Identifier: Apache-2.0
//
// fuzz_zone - files of time zones. Whatever one says: no clock is further from UTC than a day and
// some hours, hours that are said to be whole are so at every moment between, and every moment is
// in the windows that are asked for with it.

#include "base/clock.h"
#include "base/zone.h"
#include "budget/window.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOMENTS 40

static void windows_hold(const struct zone *z, int64_t us)
{
    static const enum window_kind kinds[] = {WINDOW_DAY, WINDOW_WEEK, WINDOW_MONTH};
    for (unsigned i = 0; i < 3; i++) {
        struct window_rule rule = {kinds[i], (int)(i * 3), z};
        struct window w = window_at(&rule, us);
        must(w.start_us <= us && us < w.end_us);
        struct window last = window_at(&rule, w.end_us - 1);
        must(last.start_us == w.start_us && last.end_us == w.end_us);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zone *z = NULL;
    if (zone_read(str_from((const char *)data, size), &alloc_heap, &z, NULL) != STATUS_OK)
        return 0;
    // From 1930 to 2150, in steps that meet every month.
    const int64_t from = -1262304000 * SECOND_US;
    const int64_t step = 173582347 * SECOND_US;
    bool whole = zone_whole_hours(z, from, from + MOMENTS * step);
    for (int i = 0; i <= MOMENTS; i++) {
        int32_t offset = zone_offset(z, from + i * step);
        must(offset >= -27 * 3600 && offset <= 27 * 3600);
        must(!whole || offset % 3600 == 0);
        windows_hold(z, from + i * step);
    }
    (void)zone_offset(z, INT64_MIN / 2);
    (void)zone_offset(z, INT64_MAX / 2);
    (void)zone_whole_hours(z, 0, INT64_MAX);
    zone_close(z);
    return 0;
}
