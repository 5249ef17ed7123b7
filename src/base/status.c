// SPDX-License-Identifier: Apache-2.0

#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/str.h"

const char *status_text(enum status s)
{
    switch (s) {
#define X(name, text) \
    case STATUS_##name: return text;
        STATUS_MAP(X)
#undef X
    }
    return "unknown failure";
}

// What is quoted in a sentence may come from outside: it must neither steer a terminal, nor begin a
// line, nor be cut inside a character.
static void tidy(struct why *why)
{
    size_t len = strlen(why->text);
    size_t start = len;
    while (start > 0 && len - start < 4 && ((unsigned char)why->text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start > 0 && (unsigned char)why->text[start - 1] >= 0xc0)
        start--;
    if (len == sizeof why->text - 1 && start < len &&
        str_utf8_at(str_from(why->text, len), start) == 0)
        len = start;
    why->text[str_tame(why->text, len, false)] = '\0';
}

enum status why_set(struct why *why, enum status s, const char *format, ...)
{
    if (!why)
        return s;
    why->status = s;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(why->text, sizeof why->text, format, args);
    va_end(args);
    if (n < 0)
        why->text[0] = '\0';
    tidy(why);
    return s;
}
