// SPDX-License-Identifier: Apache-2.0
//
// The bytes of requests: a head that passes is sane, and no cut changes what is read.

#include "message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    compare_cuts(str_from((const char *)data, size), true);
    return 0;
}
