// SPDX-License-Identifier: Apache-2.0

#include "base/must.h"

#include <stdio.h>
#include <stdlib.h>

void must_fail(const char *cond, const char *file, int line)
{
    fprintf(stderr, "costlens: bug: %s does not hold (%s:%d)\n", cond, file, line);
    abort();
}
