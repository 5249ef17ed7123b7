// SPDX-License-Identifier: Apache-2.0

#include "base/json_out.h"

#include <stdarg.h>

#include "base/clock.h"

void json_out_name(struct json_out *o, const char *name)
{
    if (!o->first)
        buf_add_char(o->buf, ',');
    o->first = false;
    if (!name)
        return;
    buf_add_json(o->buf, str_of(name));
    buf_add_char(o->buf, ':');
}

void json_out_text(struct json_out *o, const char *name, struct str value)
{
    json_out_name(o, name);
    buf_add_json(o->buf, value);
}

void json_out_note(struct json_out *o, const char *format, ...)
{
    struct buf text;
    va_list list;
    buf_init(&text, &alloc_heap, 0);
    va_start(list, format);
    buf_vprintf(&text, format, list);
    va_end(list);
    json_out_text(o, NULL, buf_str(&text));
    o->buf->failed |= text.failed;
    buf_fini(&text);
}

void json_out_texts(struct json_out *o, const char *name, const struct str *items, size_t count)
{
    json_out_begin(o, name, '[');
    for (size_t i = 0; i < count; i++)
        json_out_text(o, NULL, items[i]);
    json_out_end(o, ']');
}

void json_out_number(struct json_out *o, const char *name, int64_t value)
{
    json_out_name(o, name);
    buf_add_i64(o->buf, value);
}

void json_out_flag(struct json_out *o, const char *name, bool value)
{
    json_out_name(o, name);
    buf_add_cstr(o->buf, value ? "true" : "false");
}

void json_out_decimal(struct json_out *o, const char *name, int128 value, unsigned places,
                      unsigned keep)
{
    json_out_name(o, name);
    buf_add_char(o->buf, '"');
    decimal_write(o->buf, value, places, keep);
    buf_add_char(o->buf, '"');
}

void json_out_time(struct json_out *o, const char *name, int64_t us)
{
    json_out_name(o, name);
    buf_add_char(o->buf, '"');
    civil_write(o->buf, us, 0);
    buf_add_char(o->buf, '"');
}

void json_out_null(struct json_out *o, const char *name)
{
    json_out_name(o, name);
    buf_add_cstr(o->buf, "null");
}

void json_out_begin(struct json_out *o, const char *name, char bracket)
{
    json_out_name(o, name);
    buf_add_char(o->buf, bracket);
    o->first = true;
}

void json_out_end(struct json_out *o, char bracket)
{
    buf_add_char(o->buf, bracket);
    o->first = false;
}
