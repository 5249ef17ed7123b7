// SPDX-License-Identifier: Apache-2.0
//
// `costlens route list`: a line a model, under its route.

#include <stdio.h>

#include "cmd/remote.h"
#include "cmd/route.h"
#include "cmd/table.h"

enum { ROUTE, MODE, TAKES, SIDE, MODEL, INPUT, OUTPUT, CONTEXT, NOTE };
static const char *const titles[] = {"ROUTE", "MODE",   "TAKES",   "SIDE", "MODEL",
                                     "INPUT", "OUTPUT", "CONTEXT", "NOTE"};

static void cell(struct libscols_line *l, size_t column, struct str text)
{
    table_cell(l, column, text.len ? text : str_of("-"));
}

// The names of what its match looks at.
static void takes(struct libscols_line *l, const struct json_val *route)
{
    const struct json_val *match = json_get(route, "match"), *value;
    struct json_iter it = {0};
    struct str key = STR_NONE;
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    while (json_each(&it, match, &key, &value))
        buf_printf(&text, "%s%.*s", text.len ? ", " : "", STR_ARG(key));
    if (!match)
        buf_add_cstr(&text,
                     json_bool(json_get(route, "built_in"), false) ? "what is left" : "every call");
    table_cell(l, TAKES, buf_str(&text));
    buf_fini(&text);
}

static void price_cells(struct libscols_line *l, const struct json_val *m)
{
    const struct json_val *price = json_get(m, "price");
    bool free = str_is(json_str(price), "free");
    struct str input = json_str(json_get(price, "input")), hour = json_str(json_get(price, "hour"));
    char an_hour[32];
    (void)snprintf(an_hour, sizeof an_hour, "%.*s/h", STR_ARG(hour));
    if (input.len == 0 && hour.len > 0)
        input = str_of(an_hour);
    cell(l, INPUT, free ? str_of("free") : input);
    cell(l, OUTPUT, free ? str_of("free") : json_str(json_get(price, "output")));
}

static void model_cells(struct libscols_line *l, const struct json_val *m)
{
    struct str out = json_str(json_get(m, "out"));
    struct buf note;
    char context[24] = "";
    int64_t tokens = 0;
    buf_init(&note, &alloc_heap, 0);
    if (json_i64(json_get(m, "context"), &tokens))
        (void)snprintf(context, sizeof context, "%lld", (long long)tokens);
    if (json_bool(json_get(m, "local"), false))
        buf_add_cstr(&note, "local");
    if (out.len)
        buf_printf(&note, "%sleft out: %.*s", note.len ? ", " : "", STR_ARG(out));
    table_cell(l, MODEL, json_str(json_get(m, "model")));
    price_cells(l, m);
    cell(l, CONTEXT, str_of(context));
    cell(l, NOTE, buf_str(&note));
    buf_fini(&note);
}

static struct libscols_line *route_line(struct libscols_table *t, const struct json_val *route)
{
    struct libscols_line *l = table_line(t);
    table_cell(l, ROUTE, json_str(json_get(route, "name")));
    table_cell(l, MODE, json_str(json_get(route, "mode")));
    takes(l, route);
    return l;
}

static void add_route(struct libscols_table *t, const struct json_val *route)
{
    static const char *const sides[] = {"small", "large"};
    struct libscols_line *l = NULL;
    for (size_t i = 0; i < 2; i++) {
        const struct json_val *models = json_get(json_get(route, "sides"), sides[i]), *m;
        struct json_iter it = {0};
        for (bool first = true; json_each(&it, models, NULL, &m); first = false) {
            l = l ? table_line(t) : route_line(t, route);
            if (first)
                table_cell(l, SIDE, str_of(sides[i]));
            model_cells(l, m);
        }
        if (json_count(models) > 0 || json_str(json_get(route, sides[i])).len == 0)
            continue;
        l = l ? table_line(t) : route_line(t, route);
        table_cell(l, SIDE, str_of(sides[i]));
        table_cell(l, NOTE, str_of("no model: no provider that has one is there"));
    }
    if (!l)
        table_cell(route_line(t, route), NOTE, str_of("no model"));
}

static void print(const struct json *j)
{
    struct json_iter it = {0};
    const struct json_val *route;
    struct libscols_table *t = table_new();
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        table_column(t, titles[i], i >= INPUT && i <= CONTEXT);
    while (json_each(&it, json_get(json_root(j), "routes"), NULL, &route))
        add_route(t, route);
    table_print(t);
}

int route_list(const struct cli *cli, const struct route_wishes *w)
{
    struct buf args;
    if (w->file_count)
        return command_usage(&cmd_route, "`%s` is one too many", w->files[0]);
    buf_init(&args, &alloc_heap, 0);
    int code = remote_show(cli, "routes/list", &args, print);
    buf_fini(&args);
    return code;
}
