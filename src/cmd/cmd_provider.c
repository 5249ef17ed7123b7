// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <string.h>

#include "cmd/remote.h"
#include "cmd/table.h"

static const char help[] =
    "usage: costlens provider list\n"
    "       costlens provider status\n"
    "\n"
    "Who serves models. `list`: those of the configuration, in its order. `status`: how their "
    "models\n"
    "fare in the running gateway, all that were asked since it began. A model is passed over while "
    "its\n"
    "alias or its tier has another one, where it keeps failing (its breaker is open: one call a "
    "turn is\n"
    "sent there to see) or where its provider said when to come again. TTFT and DURATION are means "
    "in\n"
    "which what is older counts less: to a stream's first byte, and to the answer's end.\n";

typedef void row_f(struct libscols_table *t, const struct json_val *provider);

static void cell(struct libscols_line *l, size_t column, struct str text)
{
    table_cell(l, column, text.len ? text : str_of("-"));
}

static void count_cell(struct libscols_line *l, size_t column, const struct json_val *n)
{
    char text[24];
    int64_t value = 0;
    (void)!json_i64(n, &value);
    (void)snprintf(text, sizeof text, "%lld", (long long)value);
    table_cell(l, column, str_of(text));
}

// --- list ---

static const char *const list_titles[] = {"PROVIDER", "DIALECT", "VENDOR", "KEYS",
                                          "MODELS",   "URL",     NULL};

static void list_row(struct libscols_table *t, const struct json_val *p)
{
    struct libscols_line *l = table_line(t);
    const struct json_val *models = json_get(p, "models");
    bool open = str_is(json_str(json_get(p, "list")), "open");
    char count[24];
    (void)snprintf(count, sizeof count, "%zu", json_count(models));
    cell(l, 0, json_str(json_get(p, "name")));
    cell(l, 1, json_str(json_get(p, "dialect")));
    cell(l, 2, json_str(json_get(p, "vendor")));
    count_cell(l, 3, json_get(p, "keys"));
    cell(l, 4, open ? str_of("any") : str_of(count));
    struct str url = json_str(json_get(p, "url"));
    cell(l, 5, url.len ? url : str_of("built in"));
}

// --- status ---

static const char *const status_titles[] = {"PROVIDER", "MODEL", "BREAKER",  "ANSWERED", "FAILED",
                                            "OPENED",   "TTFT",  "DURATION", "NOW",      NULL};

static void time_cell(struct libscols_line *l, size_t column, struct str ms)
{
    struct str whole = str_from(ms.ptr, str_find(ms, '.'));
    char text[40];
    (void)snprintf(text, sizeof text, "%.*s ms", STR_ARG(whole));
    table_cell(l, column, ms.len ? str_of(text) : str_of("-"));
}

// "asked", or why not and for how long.
static void now_cell(struct libscols_line *l, size_t column, const struct json_val *m)
{
    struct str bar = json_str(json_get(m, "bar"));
    int64_t ms = 0;
    char text[160];
    (void)!json_i64(json_get(m, "wait_ms"), &ms);
    (void)snprintf(text, sizeof text, "passed over for %lld.%lld s: %.*s", (long long)(ms / 1000),
                   (long long)(ms % 1000 / 100), STR_ARG(bar));
    table_cell(l, column, bar.len ? str_of(text) : str_of("asked"));
}

static void status_row(struct libscols_table *t, const struct json_val *p)
{
    struct json_iter it = {0};
    const struct json_val *m;
    while (json_each(&it, json_get(p, "models"), NULL, &m)) {
        struct libscols_line *l = table_line(t);
        cell(l, 0, json_str(json_get(p, "name")));
        cell(l, 1, json_str(json_get(m, "model")));
        cell(l, 2, json_str(json_get(m, "breaker")));
        count_cell(l, 3, json_get(m, "answered"));
        count_cell(l, 4, json_get(m, "failed"));
        count_cell(l, 5, json_get(m, "opened"));
        time_cell(l, 6, json_str(json_get(m, "ttft_ms")));
        time_cell(l, 7, json_str(json_get(m, "duration_ms")));
        now_cell(l, 8, m);
    }
}

// --- the words ---

static void print(const struct json *j, const char *const *titles, row_f *row)
{
    struct json_iter it = {0};
    const struct json_val *p;
    struct libscols_table *t = table_new();
    for (size_t i = 0; titles[i]; i++)
        table_column(t, titles[i], titles == status_titles ? i >= 3 && i <= 7 : i == 3);
    while (json_each(&it, json_get(json_root(j), "providers"), NULL, &p))
        row(t, p);
    table_print(t);
}

static int run(struct cli *cli, int argc, char **argv)
{
    int code = command_options(&cmd_provider, &argc, argv, NULL);
    if (code != EXIT_OK)
        return code;
    const char *verb = argc > 1 ? argv[1] : "";
    bool status = strcmp(verb, "status") == 0;
    if (!status && strcmp(verb, "list") != 0)
        return command_usage(&cmd_provider, "list or status?");
    if (argc > 2)
        return command_usage(&cmd_provider, "`%s` is one too many", argv[2]);
    struct buf args, answer;
    struct json *j = NULL;
    buf_init(&args, &alloc_heap, 0);
    buf_init(&answer, &alloc_heap, 0);
    code = remote_ask(cli, status ? "providers/status" : "providers/list", &args, &answer, &j);
    if (code == EXIT_OK && cli->json)
        puts(buf_cstr(&answer));
    else if (code == EXIT_OK)
        print(j, status ? status_titles : list_titles, status ? status_row : list_row);
    json_close(j);
    buf_fini(&answer);
    buf_fini(&args);
    return code;
}

const struct command cmd_provider = {
    .name = "provider",
    .summary = "who serves models, and how they fare",
    .help = help,
    .run = run,
    .examples = "costlens provider list\n"
                "costlens provider status --json\n",
};
