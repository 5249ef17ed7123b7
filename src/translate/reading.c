// SPDX-License-Identifier: Apache-2.0

#include <stdarg.h>
#include <stdio.h>

#include "translate/part.h"

static void tell(struct reading *r, enum status status, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void tell(struct reading *r, enum status status, const char *format, va_list args)
{
    char text[sizeof r->why->text];
    (void)vsnprintf(text, sizeof text, format, args);
    (void)why_set(r->why, status, "%s", text);
}

enum refusal reading_bad(struct reading *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tell(r, STATUS_SYNTAX, format, args);
    va_end(args);
    return REFUSAL_BAD_REQUEST;
}

enum refusal reading_cannot(struct reading *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tell(r, STATUS_UNSUPPORTED, format, args);
    va_end(args);
    return REFUSAL_UNSUPPORTED;
}

enum refusal reading_no_memory(struct reading *r)
{
    (void)why_set(r->why, STATUS_NO_MEMORY, "out of memory");
    return REFUSAL_INTERNAL;
}

struct str reading_raw(const struct reading *r, const struct json_val *object, const char *key)
{
    size_t start = 0;
    size_t len = 0;
    const struct json_val *name = json_key(object, key);
    if (!reading_is_set(json_get(object, key)) || !json_member_at(r->json, name, &start, &len))
        return STR_NONE;
    return str_from(r->source.ptr + start, len);
}

bool reading_is_set(const struct json_val *v)
{
    return json_type(v) != JSON_ABSENT && json_type(v) != JSON_NULL;
}
