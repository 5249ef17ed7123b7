// SPDX-License-Identifier: Apache-2.0

#include "verify/fence.h"

#define SIGNS 3

bool fence_read(struct fence *f, struct str line)
{
    const char sign = line.len > 0 ? line.ptr[0] : ' ';
    size_t n = 0;
    if (sign != '`' && sign != '~')
        return false;
    while (n < line.len && line.ptr[n] == sign)
        n++;
    const struct str behind = str_trim(str_skip(line, n));
    *f = (struct fence){sign, n, behind.len == 0};
    return n >= SIGNS && str_find(behind, sign) == behind.len;
}

bool fence_ends(const struct fence *f, const struct fence *open)
{
    return f->bare && f->sign == open->sign && f->signs >= open->signs;
}
