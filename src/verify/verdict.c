// SPDX-License-Identifier: Apache-2.0

#include "verify/verdict.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/str.h"

void finding_set(struct finding *f, enum finding_verdict verdict, const char *format, ...)
{
    va_list args;
    f->verdict = verdict;
    va_start(args, format);
    (void)vsnprintf(f->why, sizeof f->why, format, args);
    va_end(args);
    size_t len = str_clip(str_of(f->why), sizeof f->why - 1).len;
    f->why[str_tame(f->why, len, false)] = '\0';
}

const char *verdict_name(enum finding_verdict v)
{
    static const char *const names[] = {"good", "unsure", "bad"};
    return names[v];
}
