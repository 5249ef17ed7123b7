// SPDX-License-Identifier: Apache-2.0
//
// fuzz_zone - files of time zones. Whatever one says: no clock is further from UTC than a day and
// some hours, and hours that are said to be whole are so at every moment between.

#include "base/clock.h"
#include "insight/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOMENTS 40

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zone *z = NULL;
    if (zone_read(str_from((const char *)data, size), &z, NULL) != STATUS_OK)
        return 0;
    // From 1930 to 2150, in steps that meet every month.
    const int64_t from = -1262304000 * SECOND_US;
    const int64_t step = 173582347 * SECOND_US;
    bool whole = zone_whole_hours(z, from, from + MOMENTS * step);
    for (int i = 0; i <= MOMENTS; i++) {
        int32_t offset = zone_offset(z, from + i * step);
        must(offset >= -27 * 3600 && offset <= 27 * 3600);
        must(!whole || offset % 3600 == 0);
    }
    (void)zone_offset(z, INT64_MIN / 2);
    (void)zone_offset(z, INT64_MAX / 2);
    (void)zone_whole_hours(z, 0, INT64_MAX);
    zone_close(z);
    return 0;
}
