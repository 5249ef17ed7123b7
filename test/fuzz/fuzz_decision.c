// SPDX-License-Identifier: Apache-2.0
//
// fuzz_decision - records of a route's choice: what is taken back is, packed again, the same bytes,
// but for the version.

#include "core/decision.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str packed = str_from((const char *)data, size);
    struct decision d;
    if (!decision_unpack(packed, &d))
        return 0;
    struct buf again;
    buf_init(&again, &alloc_heap, 0);
    decision_pack(&d, &again);
    must(str_eq(str_skip(buf_str(&again), 1), str_skip(packed, 1)));
    buf_fini(&again);
    return 0;
}
