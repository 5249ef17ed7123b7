// SPDX-License-Identifier: Apache-2.0
//
// fuzz_coding - coded bodies: whatever they hold, no more comes out than the limit and the ratio
// allow. The first byte says which coding.

#include "base/limits.h"
#include "request/coding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct str coded = str_from((const char *)data + 1, size - 1);
    struct buf out;
    buf_init(&out, &alloc_heap, MIB / 2);
    struct str name = str_of(data[0] % 2 ? "zstd" : "gzip");
    enum status s = coding_decode(name, coded, &out);
    must(s == STATUS_OK || s == STATUS_LIMIT || s == STATUS_SYNTAX);
    must(out.len <= MIB / 2);
    must(out.len <= 64 * KIB || out.len <= coded.len * DECODED_RATIO_MAX);
    buf_fini(&out);
    return 0;
}
