// SPDX-License-Identifier: Apache-2.0
//
// fuzz_entry - journal payloads: what is taken back is, packed again, the same bytes.

#include "core/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str packed = str_from((const char *)data, size);
    struct entry e;
    if (!entry_unpack(packed, &e))
        return 0;
    struct buf again;
    buf_init(&again, &alloc_heap, 0);
    entry_pack(&e, &again);
    must(str_eq(buf_str(&again), packed));
    buf_fini(&again);
    return 0;
}
