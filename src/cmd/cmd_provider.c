// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cmd/remote.h"
#include "cmd/table.h"

static const char help[] =
    "usage: costlens provider list\n"
    "       costlens provider status\n"
    "       costlens provider events\n"
    "\n"
    "Who serves models. `list`: those of the configuration, in its order. `status`: how their "
    "models\n"
    "fare in the running gateway, all that were asked since it began. A model is passed over while "
    "its\n"
    "alias or its tier has another one, where it keeps failing (its breaker is open: one call a "
    "turn is\n"
    "sent there to see) or where its provider said when to come again. TTFT and DURATION are means "
    "in\n"
    "which what is older counts less: to a stream's first byte, and to the answer's end. "
    "`events`:\n"
    "when breakers opened and closed, the latest 256 of the running gateway.\n";

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

// "; refused with key 2, 3".
static void refused_write(const struct json_val *m, struct buf *out)
{
    struct json_iter it = {0};
    const struct json_val *key;
    unsigned count = 0;
    while (json_each(&it, json_get(m, "keys"), NULL, &key)) {
        int64_t number = 0;
        if (!json_bool(json_get(key, "refused"), false))
            continue;
        (void)!json_i64(json_get(key, "key"), &number);
        buf_printf(out, "%s%lld", count++ ? ", " : "; refused with key ", (long long)number);
    }
}

// "asked", or why not and for how long; and with which keys it is refused.
static void now_cell(struct libscols_line *l, size_t column, const struct json_val *m)
{
    struct str bar = json_str(json_get(m, "bar"));
    int64_t ms = 0;
    struct buf text;
    buf_init(&text, &alloc_heap, KIB);
    (void)!json_i64(json_get(m, "wait_ms"), &ms);
    if (bar.len)
        buf_printf(&text, "passed over for %lld.%lld s: %.*s", (long long)(ms / 1000),
                   (long long)(ms % 1000 / 100), STR_ARG(bar));
    else
        buf_add_cstr(&text, "asked");
    refused_write(m, &text);
    table_cell(l, column, buf_str(&text));
    buf_fini(&text);
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

// --- events ---

static const char *const event_titles[] = {"TIME",   "PROVIDER", "MODEL", "BREAKER",
                                           "STATUS", "REQUEST",  NULL};

static void event_row(struct libscols_table *t, const struct json_val *e)
{
    struct libscols_line *l = table_line(t);
    cell(l, 0, json_str(json_get(e, "time")));
    cell(l, 1, json_str(json_get(e, "provider")));
    cell(l, 2, json_str(json_get(e, "model")));
    cell(l, 3, json_str(json_get(e, "event")));
    if (json_type(json_get(e, "status")) == JSON_NUMBER)
        count_cell(l, 4, json_get(e, "status"));
    else
        cell(l, 4, STR_NONE);
    cell(l, 5, json_str(json_get(e, "request")));
}

// --- the words ---

static const struct word {
    const char *name, *verb, *list; // of the answer
    const char *const *titles;
    row_f *row;
    unsigned numbers, numbers_to; // columns that are set right
} words[] = {
    {"list", "providers/list", "providers", list_titles, list_row, 3, 3},
    {"status", "providers/status", "providers", status_titles, status_row, 3, 7},
    {"events", "providers/events", "events", event_titles, event_row, 4, 4},
};

static const struct word *word_of(const char *name)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(name, words[i].name) == 0)
            return &words[i];
    return NULL;
}

static void print(const struct json *j, const struct word *w)
{
    struct json_iter it = {0};
    const struct json_val *v;
    struct libscols_table *t = table_new();
    for (size_t i = 0; w->titles[i]; i++)
        table_column(t, w->titles[i], i >= w->numbers && i <= w->numbers_to);
    while (json_each(&it, json_get(json_root(j), w->list), NULL, &v))
        w->row(t, v);
    table_print(t);
}

static int run(struct cli *cli, int argc, char **argv)
{
    int code = command_options(&cmd_provider, &argc, argv, NULL);
    if (code != EXIT_OK)
        return code;
    const struct word *w = word_of(argc > 1 ? argv[1] : "");
    if (!w)
        return command_usage(&cmd_provider, "list, status or events?");
    if (argc > 2)
        return command_usage(&cmd_provider, "`%s` is one too many", argv[2]);
    struct buf args, answer;
    struct json *j = NULL;
    buf_init(&args, &alloc_heap, 0);
    buf_init(&answer, &alloc_heap, 0);
    code = remote_ask(cli, w->verb, &args, &answer, &j);
    if (code == EXIT_OK && cli->json)
        puts(buf_cstr(&answer));
    else if (code == EXIT_OK)
        print(j, w);
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
                "costlens provider status --json\n"
                "costlens provider events\n",
};
