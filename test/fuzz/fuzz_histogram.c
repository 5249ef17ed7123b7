// SPDX-License-Identifier: Apache-2.0
//
// fuzz_histogram - histograms as they stand in the ledger: one that is taken is, packed and taken
// again, the same, and its quantiles rise.

#include "base/must.h"
#include "store/histogram.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct histogram h, again;
    h = (struct histogram){.count = {0}};
    again = h;
    if (!histogram_add_packed(&h, str_from((const char *)data, size)))
        return 0;
    uint64_t most = 0;
    for (int i = 0; i < HISTOGRAM_STEPS; i++)
        most |= h.count[i];
    if (most >> 62)
        return 0; // no ledger has so many calls
    struct buf packed;
    buf_init(&packed, &alloc_heap, 0);
    histogram_pack(&h, &packed);
    must(histogram_add_packed(&again, buf_str(&packed)));
    for (int i = 0; i < HISTOGRAM_STEPS; i++)
        must(h.count[i] == again.count[i]);
    int64_t before = -1;
    for (int64_t ppm = 0; ppm <= 1000000; ppm += 50000) {
        int64_t us = histogram_quantile(&h, ppm);
        must(us >= before || most >= 1 << 20); // more calls than an hour has in one step
        before = us;
    }
    buf_fini(&packed);
    return 0;
}
