// SPDX-License-Identifier: Apache-2.0
//
// route feedback, route pairs - what is known of how good answers were: the verbs of
// panel/answers.h.

#include "cmd/remote.h"
#include "cmd/route.h"
#include "cmd/table.h"

static struct str text(const struct json_val *object, const char *name)
{
    return json_str(json_get(object, name));
}

// --- one answer ---

int route_feedback(const struct cli *cli, const struct route_wishes *w)
{
    struct buf args, answer;
    struct json *j = NULL;
    if (w->file_count > 1)
        return command_usage(&cmd_route, "feedback: `%s` is one too many", w->files[1]);
    if (!w->score == !w->thumbs)
        return command_usage(&cmd_route, "feedback: how good was it? Either --score 0.8, from 0 "
                                         "(useless) to 1, or --thumbs up|down");
    buf_init(&args, &alloc_heap, 0);
    if (!remote_number(&args, "score", str_of(w->score))) {
        buf_fini(&args);
        return command_usage(&cmd_route, "--score %s: it is a number from 0 (useless) to 1",
                             w->score);
    }
    buf_init(&answer, &alloc_heap, 0);
    remote_arg(&args, "request_id", str_of(w->files[0]));
    remote_arg(&args, "thumbs", str_of(w->thumbs));
    remote_arg(&args, "comment", str_of(w->comment));
    int code = remote_ask(cli, "routes/feedback", &args, &answer, &j);
    if (code == EXIT_OK && cli->json)
        puts(buf_cstr(&answer));
    else if (code == EXIT_OK)
        command_print(stderr, "Answer %.*s has the score %.*s.\n",
                      STR_ARG(text(json_root(j), "request_id")),
                      STR_ARG(text(json_root(j), "score")));
    json_close(j);
    buf_fini(&answer);
    buf_fini(&args);
    return code;
}

// --- a route's pairs ---

static void print_pairs(const struct json_val *pairs)
{
    static const char *const names[] = {"time",      "request",      "served",
                                        "judged",    "weak_quality", "strong_quality",
                                        "weak_cost", "strong_cost",  "judge_cost"};
    static const char *const titles[] = {"TIME",  "REQUEST",    "SERVED",     "JUDGED",    "SMALL",
                                         "LARGE", "SMALL COST", "LARGE COST", "JUDGE COST"};
    const size_t count = sizeof names / sizeof *names;
    struct json_iter it = {0};
    const struct json_val *pair;
    struct libscols_table *table = table_new();
    for (size_t i = 0; i < count; i++)
        table_column(table, titles[i], i > 3);
    while (json_each(&it, pairs, NULL, &pair)) {
        struct libscols_line *line = table_line(table);
        for (size_t i = 0; i < count; i++)
            table_cell(line, i, text(pair, names[i]).len ? text(pair, names[i]) : str_of("-"));
    }
    table_print(table);
}

int route_pairs(const struct cli *cli, const struct route_wishes *w)
{
    struct buf args, answer;
    struct json *j = NULL;
    if (w->file_count > 1)
        return command_usage(&cmd_route, "pairs: `%s` is one too many", w->files[1]);
    buf_init(&args, &alloc_heap, 0);
    buf_init(&answer, &alloc_heap, 0);
    remote_arg(&args, "route", str_of(w->files[0]));
    int code = remote_ask(cli, "routes/pairs", &args, &answer, &j);
    if (code == EXIT_OK && cli->json)
        puts(buf_cstr(&answer));
    else if (code == EXIT_OK)
        print_pairs(json_get(json_root(j), "pairs"));
    json_close(j);
    buf_fini(&answer);
    buf_fini(&args);
    return code;
}
