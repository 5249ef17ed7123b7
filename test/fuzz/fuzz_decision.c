// SPDX-License-Identifier: Apache-2.0
//
// fuzz_decision - records of a route's choice: what is taken back is, packed again, the same bytes;
// of an older version those of the latest.

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
    must(packed.ptr[0] != again.ptr[0] || str_eq(buf_str(&again), packed));
    must(decision_unpack(buf_str(&again), &d));
    struct decision_brief brief, same;
    must(decision_unpack_brief(packed, &brief) && decision_unpack_brief(buf_str(&again), &same));
    must(str_eq(brief.route, same.route) && brief.side == same.side &&
         brief.large.pd == same.large.pd);
    buf_fini(&again);
    return 0;
}
