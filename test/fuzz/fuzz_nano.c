// SPDX-License-Identifier: Apache-2.0
//
// fuzz_nano - amounts of budgets: what is read is within the range and exact, what is written is
// read again as the same, and every refusal has a reason that a person can read.

#include "budget/nano.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = str_from((const char *)data, size);
    struct nano n = {-7};
    struct nano again = {-7};
    struct why why = {0};
    enum status status = nano_read(s, &n, &why);
    int128 atto = 0;
    enum status exact = decimal_read(s, &atto);
    if (status != STATUS_OK) {
        must(n.n == -7 && why.status == status && why.text[0]);
        must(exact != STATUS_OK || atto < 0 || s.ptr[0] == '-' || atto % 1000000000 ||
             atto / 1000000000 > INT64_MAX);
        return 0;
    }
    must(exact == STATUS_OK && n.n >= 0 && (int128)n.n * 1000000000 == atto);
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    nano_write(&b, n);
    must(nano_read(buf_str(&b), &again, NULL) == STATUS_OK && again.n == n.n);
    buf_fini(&b);
    return 0;
}
