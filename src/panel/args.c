// SPDX-License-Identifier: Apache-2.0

#include "panel/args.h"

#include "base/clock.h"
#include "base/json.h"

static const struct args_row *row_find(const struct args_row *rows, struct str name)
{
    for (; rows->name; rows++)
        if (str_is(name, rows->name))
            return rows;
    return NULL;
}

static enum status member(const struct args_row *row, const struct json_val *v, struct arena *arena,
                          char *out, struct why *why)
{
    if (json_type(v) == JSON_NULL)
        return STATUS_OK;
    if (json_type(v) != JSON_STRING)
        return why_set(why, STATUS_SYNTAX, "\"%s\" is to be a string", row->name);
    struct str text = json_str(v);
    if (text.len > row->bytes_max)
        return why_set(why, STATUS_LIMIT, "\"%s\" has at most %zu bytes", row->name,
                       row->bytes_max);
    if (str_trim(text).len == 0) // nothing is not the same as everything, nor as for ever
        return why_set(why, STATUS_SYNTAX, "\"%s\" is empty: leave it out", row->name);
    struct str copy = arena_dup(arena, text);
    memcpy(out + row->offset, &copy, sizeof copy);
    return STATUS_OK;
}

static enum status needed_are_there(const struct args_row *rows, const char *out, struct why *why)
{
    for (; rows->name; rows++) {
        struct str value;
        memcpy(&value, out + rows->offset, sizeof value);
        if (rows->needed && value.len == 0)
            return why_set(why, STATUS_SYNTAX, "\"%s\" is missing", rows->name);
    }
    return STATUS_OK;
}

static enum status members(const struct json *j, const struct args_row *rows, struct arena *arena,
                           void *out, struct why *why)
{
    if (json_type(json_root(j)) != JSON_OBJECT)
        return why_set(why, STATUS_SYNTAX, "the arguments are to be a JSON object");
    struct json_iter it = {0};
    struct str name;
    const struct json_val *v;
    enum status s = STATUS_OK;
    while (s == STATUS_OK && json_each(&it, json_root(j), &name, &v)) {
        const struct args_row *row = row_find(rows, name);
        s = row ? member(row, v, arena, out, why)
                : why_set(why, STATUS_UNKNOWN, "there is no field \"%.*s\"", STR_ARG(name));
    }
    return s;
}

enum status args_read(struct str text, const struct args_row *rows, struct arena *arena, void *out,
                      struct why *why)
{
    if (text.len > 0) {
        struct json *j = NULL;
        enum status s = json_open(text, &alloc_heap, &j, why);
        if (s == STATUS_OK) {
            s = members(j, rows, arena, out, why);
            json_close(j);
        }
        if (s != STATUS_OK)
            return s;
    }
    if (arena_failed(arena))
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    return needed_are_there(rows, out, why);
}

enum status args_moment(struct str text, int64_t now_us, int64_t *out, struct why *why)
{
    int64_t span_us;
    if (span_read(text, &span_us)) {
        *out = now_us + span_us;
        return STATUS_OK;
    }
    if (civil_read(text, out))
        return STATUS_OK;
    return why_set(why, STATUS_SYNTAX,
                   "\"%.*s\" is no time: write 90d, 12h, 30m, 2026-12-31 or 2026-12-31T18:00:00Z",
                   STR_ARG(text));
}
