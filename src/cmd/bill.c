// SPDX-License-Identifier: Apache-2.0

#include "cmd/bill.h"

#include <stdlib.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/table.h"
#include "cmd/tokens.h"
#include "config/hint.h"

static const char *const titles[] = {"CALLS", "FRESH", "CACHED", "WRITTEN", "OUT"};
#define NUMBER_COUNT (sizeof titles / sizeof titles[0])

static int64_t number(const struct json_val *v, const char *path)
{
    int64_t n = 0;
    return json_i64(json_path(v, path), &n) ? n : 0;
}

static void add_line(struct libscols_table *table, const struct json_val *row, struct str label)
{
    struct tokens t;
    char text[32];
    struct buf grouped;
    size_t column = 0;
    struct libscols_line *l = table_line(table);
    struct str cost = json_str(json_get(row, "cost_usd"));
    buf_init(&grouped, &alloc_heap, 0);
    table_cell(l, column++, label);
    tokens_read(row, &t);
    const int64_t numbers[NUMBER_COUNT] = {number(row, "requests"), t.fresh, t.cached, t.written,
                                           t.out};
    for (size_t i = 0; i < NUMBER_COUNT; i++) {
        snprintf(text, sizeof text, "%lld", (long long)numbers[i]);
        table_cell(l, column++, table_grouped(str_of(text), &grouped));
    }
    table_cell(l, column, cost.len ? cost : str_of("unpriced"));
    buf_fini(&grouped);
}

static void print_table(const struct json_val *bill, FILE *to)
{
    struct json_iter it = {0};
    struct str key;
    const struct json_val *row;
    struct libscols_table *t = table_new();
    table_column(t, "MODEL", false);
    for (size_t i = 0; i < NUMBER_COUNT; i++)
        table_column(t, titles[i], true);
    table_column(t, "COST USD", true);
    while (json_each(&it, json_get(bill, "rows"), &key, &row))
        add_line(t, row, json_str(json_get(row, "model")));
    add_line(t, json_get(bill, "total"), (struct str)STR("total"));
    table_print_to(t, to);
}

static void say_cache(const struct json_val *bill, FILE *to)
{
    struct str saved = json_str(json_path(bill, "cache.saved_usd"));
    int64_t unknown = number(bill, "cache.unknown");
    if (saved.len && saved.ptr[0] == '-')
        command_print(to, "caching   cost %.*s USD more than it saved\n",
                      STR_ARG(str_skip(saved, 1)));
    else if (saved.len && !str_is(saved, "0.00"))
        command_print(to, "caching   saved %.*s USD\n", STR_ARG(saved));
    if (unknown)
        fprintf(to, "caching   what it saved in %lld more %s is not known\n", (long long)unknown,
                unknown == 1 ? "call" : "calls");
}

static void say_retries(const struct json_val *bill, FILE *to)
{
    int64_t attempts = number(bill, "retries.attempts");
    int64_t unpriced = number(bill, "retries.unpriced");
    if (attempts == 0)
        return;
    command_print(to, "retries   %lld %s another followed cost %.*s USD", (long long)attempts,
                  attempts == 1 ? "attempt that" : "attempts that",
                  STR_ARG(json_str(json_path(bill, "retries.cost_usd"))));
    if (unpriced)
        fprintf(to, ", and %lld of them %s no known price", (long long)unpriced,
                unpriced == 1 ? "has" : "have");
    fputc('\n', to);
}

static void say_inside(const struct json_val *bill, FILE *to)
{
    int64_t calls = number(bill, "inside.requests");
    if (calls > 0)
        command_print(to,
                      "inside    %lld of these calls, %.*s USD, %s of a `costlens run` inside it, "
                      "whose own bill has them too\n",
                      (long long)calls, STR_ARG(json_str(json_path(bill, "inside.cost_usd"))),
                      calls == 1 ? "is" : "are");
}

static void say_request(const struct json_val *call, const char *config, FILE *to)
{
    struct buf line;
    buf_init(&line, &alloc_heap, 0);
    hint_bare(&line, &(struct hint){.verb = "report --request",
                                    .operands = {json_str(json_get(call, "request"))},
                                    .config = str_of(config)});
    command_print(to, "          %.*s\n", STR_ARG(buf_str(&line)));
    buf_fini(&line);
}

static void say_calls(const struct json_val *bill, const char *config, FILE *to)
{
    const struct json_val *dearest = json_get(bill, "dearest");
    const struct json_val *failed = json_get(bill, "last_error");
    if (json_type(dearest) == JSON_OBJECT) {
        command_print(to, "dearest   %.*s: %.*s USD\n",
                      STR_ARG(json_str(json_get(dearest, "model"))),
                      STR_ARG(json_str(json_get(dearest, "cost_usd"))));
        say_request(dearest, config, to);
    }
    if (json_type(failed) == JSON_OBJECT) {
        int64_t errors = number(bill, "total.errors");
        command_print(to, "errors    %lld; the last: %.*s answered %lld %.*s\n", (long long)errors,
                      STR_ARG(json_str(json_get(failed, "model"))),
                      (long long)number(failed, "http_status"),
                      STR_ARG(json_str(json_get(failed, "error"))));
        say_request(failed, config, to);
    }
}

static void note(const struct json_val *total, const char *member, const char *one,
                 const char *many, FILE *to)
{
    int64_t n = number(total, member);
    const char *what = number(total, "retries") > 0 ? "attempt" : "call";
    if (n > 0)
        fprintf(to, "%lld %s%s %s\n", (long long)n, what, n == 1 ? "" : "s", n == 1 ? one : many);
}

void bill_doubts(const struct json_val *total, FILE *to)
{
    note(total, "unpriced", "has no known price: it is not in the cost (costlens price)",
         "have no known price: they are not in the cost (costlens price)", to);
    note(total, "captured",
         "did not tell its output: it counts with its estimated input and most output",
         "did not tell their output: they count with their estimated input and most output", to);
    note(total, "estimated", "is estimated: it ended without the whole usage of its provider",
         "are estimated: they ended without the whole usage of their provider", to);
}

void bill_print(const struct json_val *bill, const char *config, FILE *to)
{
    bool colour = isatty(fileno(to)) && !getenv("NO_COLOR");
    fputs(colour ? "\033[1m" : "", to);
    command_print(to, "costlens: what %.*s cost", STR_ARG(json_str(json_get(bill, "key"))));
    fputs(colour ? "\033[0m\n" : "\n", to);
    print_table(bill, to);
    say_cache(bill, to);
    say_retries(bill, to);
    say_inside(bill, to);
    say_calls(bill, config, to);
    bill_doubts(json_get(bill, "total"), to);
    fflush(to);
}
