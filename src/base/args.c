// SPDX-License-Identifier: Apache-2.0

#include "base/args.h"

static const struct args_row *row_find(const struct args_row *rows, struct str name)
{
    for (; rows->name; rows++)
        if (str_is(name, rows->name))
            return rows;
    return NULL;
}

static enum status member(const struct json *j, const struct args_row *row,
                          const struct json_val *v, char *out, struct why *why)
{
    if (json_type(v) == JSON_NULL)
        return STATUS_OK;
    const bool number = json_type(v) == JSON_NUMBER;
    if (number ? row->kind == ARGS_TEXT : row->kind == ARGS_NUMBER || json_type(v) != JSON_STRING)
        return why_set(why, STATUS_SYNTAX, "\"%s\" is to be a %s", row->name,
                       row->kind == ARGS_TEXT ? "string" : "number");
    struct str text = number ? json_number(j, v) : json_str(v);
    if (row->bytes_max && text.len > row->bytes_max)
        return why_set(why, STATUS_LIMIT, "\"%s\" has at most %zu bytes", row->name,
                       row->bytes_max);
    if (str_trim(text).len == 0) // nothing is not the same as everything, nor as for ever
        return why_set(why, STATUS_SYNTAX, "\"%s\" is empty: leave it out", row->name);
    memcpy(out + row->offset, &text, sizeof text);
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

static enum status members(const struct json *j, const struct args_row *rows, void *out,
                           struct why *why)
{
    const struct json_val *object = json_root(j);
    if (json_type(object) != JSON_OBJECT)
        return why_set(why, STATUS_SYNTAX, "the arguments are to be a JSON object");
    struct json_iter it = {0};
    struct str name;
    const struct json_val *v;
    enum status s = STATUS_OK;
    while (s == STATUS_OK && json_each(&it, object, &name, &v)) {
        const struct args_row *row = row_find(rows, name);
        s = row ? member(j, row, v, out, why)
                : why_set(why, STATUS_SYNTAX, "there is no argument \"%.*s\"", STR_ARG(name));
    }
    return s == STATUS_OK ? needed_are_there(rows, out, why) : s;
}

enum status args_read(struct str text, const struct args_row *rows, void *out,
                      struct json **document, struct why *why)
{
    *document = NULL;
    enum status s = json_open(text.len ? text : str_of("{}"), &alloc_heap, document, why);
    if (s == STATUS_OK)
        s = members(*document, rows, out, why);
    if (s != STATUS_OK) {
        json_close(*document);
        *document = NULL;
    }
    return s;
}

enum status args_none(struct str text, struct why *why)
{
    static const struct args_row none[] = {{0}};
    struct json *document;
    enum status s = args_read(text, none, NULL, &document, why);
    json_close(document);
    return s;
}
