// SPDX-License-Identifier: Apache-2.0
//
// The bytes behind a head that promised chunks.

#include "message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char head[] = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    static char input[32 * 1024];
    if (size > sizeof input - sizeof head)
        return 0;
    memcpy(input, head, sizeof head - 1);
    if (size)
        memcpy(input + sizeof head - 1, data, size);
    compare_cuts(str_from(input, sizeof head - 1 + size), true);
    return 0;
}
