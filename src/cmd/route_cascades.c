// SPDX-License-Identifier: Apache-2.0
//
// route cascades - the arithmetic by which the running gateway asks the small model first, or does
// not.

#include <stdio.h>

#include "cmd/remote.h"
#include "cmd/route.h"
#include "cmd/table.h"

static const char *const titles[] = {"ROUTE", "ESCALATED", "SMALL", "RATIO", "SUM", "PAYS"};
static const char *const members[] = {"escalated", "small_attempts", "ratio", "break_even"};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

// Whether it pays, or why that is not known.
static const char *pays(const struct json_val *c)
{
    if (json_bool(json_get(c, "unpriced"), false))
        return "not known: a price is missing";
    if (json_bool(json_get(c, "unended"), false))
        return "not known: too few calls came to a good end";
    if (!json_bool(json_get(c, "known"), false))
        return "not known yet";
    return json_bool(json_get(c, "pays"), false) ? "yes" : "no";
}

static void add_row(struct libscols_table *t, const struct json *j, const struct json_val *c)
{
    struct libscols_line *l = table_line(t);
    table_cell(l, 0, json_str(json_get(c, "route")));
    for (size_t i = 0; i < COUNT(members); i++)
        table_cell(l, 1 + i, json_number(j, json_get(c, members[i])));
    table_cell(l, 1 + COUNT(members), str_of(pays(c)));
}

static void print(const struct json *j)
{
    struct json_iter it = {0};
    const struct json_val *c = NULL;
    struct libscols_table *t = table_new();
    for (size_t i = 0; i < COUNT(titles); i++)
        table_column(t, titles[i], i > 0 && i < COUNT(titles) - 1);
    while (json_each(&it, json_get(json_root(j), "cascades"), NULL, &c))
        add_row(t, j, c);
    table_print(t);
    puts("\nSUM = ESCALATED share of the calls + SMALL attempts a call x RATIO of prices; it pays\n"
         "below 1. Of the latest calls of the running gateway.");
}

int route_cascades(const struct cli *cli, const struct route_wishes *w)
{
    struct buf args;
    if (w->file_count > 0)
        return command_usage(&cmd_route, "cascades: `%s` is one too many", w->files[0]);
    buf_init(&args, &alloc_heap, 0);
    int code = remote_show(cli, "routes/cascades", &args, print);
    buf_fini(&args);
    return code;
}
