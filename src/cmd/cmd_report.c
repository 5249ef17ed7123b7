// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <string.h>

#include "cmd/bill.h"
#include "cmd/price_used.h"
#include "cmd/pricing.h"
#include "cmd/remote.h"
#include "cmd/table.h"
#include "core/refusal.h"
#include "insight/csv.h"

struct options {
    const char *by, *since, *until, *tz, *as, *format, *request;
};

// The columns of the table: a member of the answer's rows, and its title.
static const struct column {
    const char *member;
    const char *title;
    // ALWAYS, unless it is 0 in the total, unless no row has it
    enum { ALWAYS, IF_ANY, IF_KNOWN } shown;
} columns[] = {
    {"requests", "CALLS", ALWAYS},           {"errors", "ERRORS", IF_ANY},
    {"retries", "RETRIES", IF_ANY},          {"input_tokens", "INPUT", ALWAYS},
    {"cache_read_tokens", "CACHED", IF_ANY}, {"cache_write_tokens", "CACHE WRITE", IF_ANY},
    {"output_tokens", "OUTPUT", ALWAYS},     {"cost_usd", "COST USD", ALWAYS},
    {"unpriced", "UNPRICED", IF_ANY},        {"latency_p50_ms", "P50 MS", ALWAYS},
    {"latency_p95_ms", "P95 MS", ALWAYS},    {"ttft_p50_ms", "TTFT P50", ALWAYS},
    {"ttft_p95_ms", "TTFT P95", ALWAYS},     {"tokens_per_second", "TOKENS/S", ALWAYS},
    {"budget", "BUDGET", IF_KNOWN},          {"budget_value", "VALUE", IF_KNOWN},
    {"budget_limit_usd", "LIMIT", IF_KNOWN}, {"budget_spent_usd", "SPENT", IF_KNOWN},
    {"budget_held_usd", "HELD", IF_KNOWN},   {"budget_used_percent", "USED %", IF_KNOWN},
    {"small_share", "TO SMALL", IF_KNOWN},   {"saved_usd", "SAVED", IF_KNOWN},
    {"shadow_usd", "SHADOWS", IF_KNOWN},     {"saved_net_usd", "SAVED NET", IF_KNOWN},
};
#define COLUMN_COUNT (sizeof columns / sizeof columns[0])

static struct str text_of(const struct json *j, const struct json_val *v)
{
    if (json_type(v) == JSON_STRING)
        return json_str(v);
    if (json_type(v) == JSON_NUMBER)
        return json_number(j, v);
    return (struct str)STR("-");
}

// Some row has it, and not as its label.
static bool is_known(const struct json *j, const char *member)
{
    struct json_iter it = {0};
    const struct json_val *row;
    struct str by = json_str(json_get(json_root(j), "by"));
    while (json_each(&it, json_get(json_root(j), "rows"), NULL, &row))
        if (json_type(json_get(row, member)) == JSON_STRING)
            return !str_is(by, member);
    return false;
}

static bool shown(const struct json *j, const struct column *c)
{
    int64_t n;
    if (c->shown == IF_KNOWN)
        return is_known(j, c->member);
    const struct json_val *v = json_path(json_get(json_root(j), "total"), c->member);
    return c->shown == ALWAYS || (json_i64(v, &n) && n > 0);
}

static void add_line(struct libscols_table *t, const struct json *j, const struct json_val *row,
                     struct str label, const bool show[COLUMN_COUNT])
{
    struct buf grouped;
    size_t column = 0;
    struct libscols_line *l = table_line(t);
    buf_init(&grouped, &alloc_heap, 0);
    table_cell(l, column++, label);
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (!show[i])
            continue;
        struct str text = text_of(j, json_get(row, columns[i].member));
        table_cell(l, column++, table_grouped(text, &grouped));
    }
    buf_fini(&grouped);
}

static void note_retries(const struct json *j)
{
    int64_t n;
    const struct json_val *total = json_get(json_root(j), "total");
    if (json_i64(json_get(total, "retries"), &n) && n > 0)
        printf("%lld %s: they cost %.*s USD of it\n", (long long)n,
               n == 1 ? "attempt failed and was followed by another"
                      : "attempts failed and were followed by others",
               STR_ARG(text_of(j, json_get(total, "retry_cost_usd"))));
}

static void print_table(const struct json *j)
{
    char title[32] = "";
    bool show[COLUMN_COUNT];
    struct str by = json_str(json_get(json_root(j), "by"));
    const struct json_val *rows = json_get(json_root(j), "rows");
    for (size_t i = 0; i < by.len && i < sizeof title - 1; i++)
        title[i] = (char)(by.ptr[i] >= 'a' && by.ptr[i] <= 'z' ? by.ptr[i] - 32 : by.ptr[i]);
    struct libscols_table *t = table_new();
    table_column(t, title, false);
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        show[i] = shown(j, &columns[i]);
        if (show[i])
            table_column(t, columns[i].title, true);
    }
    struct json_iter it = {0};
    struct str key;
    const struct json_val *row;
    char name[32];
    snprintf(name, sizeof name, "%.*s", STR_ARG(by));
    while (json_each(&it, rows, &key, &row))
        add_line(t, j, row, json_str(json_get(row, name)), show);
    add_line(t, j, json_get(json_root(j), "total"), (struct str)STR("total"), show);
    table_print(t);
    remote_say_since(j, stdout);
    bill_doubts(json_get(json_root(j), "total"), stdout);
    note_retries(j);
}

static void print_csv(const struct json *j)
{
    struct buf out;
    struct json_iter it = {0};
    struct str key;
    const struct json_val *row;
    bool first = true;
    buf_init(&out, &alloc_heap, 0);
    while (json_each(&it, json_get(json_root(j), "rows"), &key, &row)) {
        struct buf head, line;
        struct json_iter fields = {0};
        const struct json_val *value;
        buf_init(&head, &alloc_heap, 0);
        buf_init(&line, &alloc_heap, 0);
        while (json_each(&fields, row, &key, &value)) {
            buf_add_cstr(&head, head.len ? "," : "");
            buf_add_cstr(&line, head.len ? "," : "");
            buf_add(&head, key);
            if (json_type(value) == JSON_STRING)
                csv_text(json_str(value), &line);
            else
                buf_add(&line, json_number(j, value));
        }
        if (first)
            buf_printf(&out, "%.*s\n", STR_ARG(buf_str(&head)));
        buf_printf(&out, "%.*s\n", STR_ARG(buf_str(&line)));
        first = false;
        buf_fini(&head);
        buf_fini(&line);
    }
    fputs(buf_cstr(&out), stdout);
    buf_fini(&out);
    remote_say_since(j, stderr);
}

// --- one request ---

static void fact(const struct json_val *attempt, const char *member, const char *title)
{
    struct str text = json_str(json_get(attempt, member));
    if (text.len)
        command_print(stdout, "%-14s %.*s\n", title, STR_ARG(text));
}

// A local server's part of it, where it told one.
static void print_part(const struct json_val *attempt, const char *member, const char *what)
{
    int64_t us = 0;
    if (json_i64(json_get(attempt, member), &us) && us > 0)
        printf(", %s %lld.%03lld ms", what, (long long)(us / 1000), (long long)(us % 1000));
}

static void print_times(const struct json_val *attempt)
{
    int64_t duration_us = 0, status = 0;
    if (!json_i64(json_get(attempt, "duration_us"), &duration_us) ||
        !json_i64(json_get(attempt, "http_status"), &status))
        return;
    printf("%-14s %lld\n", "status", (long long)status);
    printf("%-14s %lld.%03lld ms", "duration", (long long)(duration_us / 1000),
           (long long)(duration_us % 1000));
    print_part(attempt, "ttft_us", "first byte after");
    print_part(attempt, "load_us", "loading");
    print_part(attempt, "queue_us", "waiting at the server");
    putchar('\n');
}

static void print_tags(const struct json_val *tags)
{
    struct json_iter it = {0};
    struct str key;
    const struct json_val *value;
    while (json_each(&it, tags, &key, &value))
        command_print(stdout, "%-14s %.*s=%.*s\n", "tag", STR_ARG(key), STR_ARG(json_str(value)));
}

static void print_arithmetic(const struct json_val *attempt)
{
    struct json_iter it = {0};
    struct str key;
    const struct json_val *line;
    bool current = json_bool(json_get(attempt, "book_is_current"), true);
    bool agrees = json_bool(json_get(attempt, "arithmetic_agrees"), true);
    printf("\n");
    if (!current && !agrees)
        printf("  at the prices of today, which have changed since:\n");
    while (json_each(&it, json_get(attempt, "arithmetic"), &key, &line))
        command_print(stdout, "  %.*s\n", STR_ARG(json_str(line)));
    struct str cost = json_str(json_get(attempt, "cost_usd"));
    struct str state = json_str(json_get(attempt, "price_state"));
    if (cost.len)
        printf("\n%-14s %.*s USD (%.*s)\n", "cost", STR_ARG(cost), STR_ARG(state));
    else
        printf("\n%-14s not known: %.*s\n", "cost", STR_ARG(state));
    if (!current && !agrees)
        printf("%-14s at the prices of then; it stays as it was\n", "");
    else if (!agrees)
        printf("%-14s THE LINES ABOVE GIVE ANOTHER COST: see costlens ledger verify\n", "");
}

static void print_budgets(const struct json_val *attempt)
{
    struct json_iter it = {0};
    const struct json_val *budget;
    struct str held = json_str(json_get(attempt, "held_usd"));
    if (held.len == 0)
        return;
    command_print(stdout, "%-14s %.*s USD, charged %.*s USD\n", "held", STR_ARG(held),
                  STR_ARG(json_str(json_get(attempt, "charged_usd"))));
    while (json_each(&it, json_get(attempt, "budgets"), NULL, &budget)) {
        struct str value = json_str(json_get(budget, "value"));
        command_print(stdout, "%-14s %.*s%s%.*s\n", "budget",
                      STR_ARG(json_str(json_get(budget, "budget"))), value.len ? " of " : "",
                      STR_ARG(value));
    }
}

// Of a call that was tried once there is nothing to say.
static void print_place(const struct json_val *attempt)
{
    int64_t n = 0;
    bool followed = json_bool(json_get(attempt, "followed"), false);
    if (!json_i64(json_get(attempt, "attempt"), &n) || (n == 0 && !followed))
        return;
    printf("%-14s %lld%s\n", "attempt", (long long)n + 1,
           followed ? ": it failed, and the next one followed it" : "");
}

static void print_tokens(const struct json_val *attempt)
{
    struct usage u = {0};
    for (unsigned b = 0; b < BUCKET_COUNT; b++) {
        char member[48];
        (void)snprintf(member, sizeof member, "%s_tokens", bucket_name((enum bucket)b));
        (void)!json_i64(json_get(attempt, member), &u.count[b]); // the others are no tokens
    }
    printf("%-14s %lld in, %lld out\n", "tokens", (long long)usage_input(&u),
           (long long)usage_output(&u));
}

// Where its budgets refused it at first there is no row.
static void print_cut(const struct json_val *attempt)
{
    if (str_is(json_str(json_get(attempt, "error")), refusal_code(REFUSAL_BUDGET)))
        printf("%-14s a budget that holds less than all it may cost (`hold: grow`) was used up\n",
               "cut");
}

static void print_request(const struct json *j)
{
    struct json_iter it = {0};
    struct str key;
    const struct json_val *attempt;
    while (json_each(&it, json_get(json_root(j), "attempts"), &key, &attempt)) {
        fact(attempt, "request", "request");
        fact(attempt, "start", "start");
        print_place(attempt);
        fact(attempt, "outcome", "outcome");
        fact(attempt, "error", "error");
        print_cut(attempt);
        print_times(attempt);
        fact(attempt, "provider", "provider");
        fact(attempt, "model_asked", "asked for");
        fact(attempt, "model", "sent to");
        fact(attempt, "model_answered", "answered by");
        fact(attempt, "route", "route");
        fact(attempt, "upstream_id", "provider's id");
        fact(attempt, "key", "key");
        fact(attempt, "team", "team");
        fact(attempt, "project", "project");
        fact(attempt, "user", "user");
        print_tags(json_get(attempt, "tags"));
        print_tokens(attempt);
        fact(attempt, "sure", "usage");
        if (json_bool(json_get(attempt, "usage_contradicts"), false))
            puts("               the provider's counts cannot all be true: they are read as dear "
                 "as they can be");
        fact(attempt, "service", "service");
        fact(attempt, "price_name", "prices of");
        fact(attempt, "price_parts", "and of");
        fact(attempt, "price_version", "price book");
        print_arithmetic(attempt);
        print_budgets(attempt);
    }
}

static int run_request(struct cli *cli, const struct options *o)
{
    struct buf args;
    buf_init(&args, &alloc_heap, 0);
    remote_arg(&args, "id", str_of(o->request));
    int code = remote_show(cli, "request", &args, print_request);
    buf_fini(&args);
    return code;
}

// VENDOR/MODEL of a name as people write it, by the rule of `cost` and `price show`.
static bool add_as(struct buf *args, const struct cli *cli, const char *name)
{
    struct pricing p;
    struct buf full;
    if (!name)
        return true;
    if (!pricing_open(&p, cli))
        return false;
    buf_init(&full, &alloc_heap, 0);
    const struct sheet *s = pricing_find(&p, name);
    if (s) {
        buf_printf(&full, "%.*s/%.*s", STR_ARG(s->vendor), STR_ARG(s->model));
        remote_arg(args, "as", buf_str(&full));
    }
    buf_fini(&full);
    pricing_close(&p);
    return s != NULL;
}

static int run_report(struct cli *cli, const struct options *o, const char *format)
{
    struct buf args, text;
    struct json *answer = NULL;
    buf_init(&args, &alloc_heap, 0);
    buf_init(&text, &alloc_heap, 0);
    remote_arg(&args, "by", str_of(o->by));
    remote_arg(&args, "since", str_of(o->since));
    remote_arg(&args, "until", str_of(o->until));
    remote_arg(&args, "tz", str_of(o->tz));
    int code = EXIT_FAILED;
    if (add_as(&args, cli, o->as))
        code = remote_ask(cli, "report", &args, &text, &answer);
    if (code == EXIT_OK && strcmp(format, "json") == 0) {
        price_used_write(cli, answer, &text);
        puts(buf_cstr(&text));
    } else if (code == EXIT_OK && strcmp(format, "csv") == 0) {
        print_csv(answer);
    } else if (code == EXIT_OK) {
        print_table(answer);
        price_used_print(cli, answer);
    }
    json_close(answer);
    buf_fini(&text);
    buf_fini(&args);
    return code;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct options o = {0};
    int code = command_options(&cmd_report, &argc, argv, &o);
    if (code != EXIT_OK)
        return code;
    if (argc > 1)
        return command_usage(&cmd_report, "takes options only, not `%s`", argv[1]);
    const char *format = o.format ? o.format : cli->json ? "json" : "table";
    if (strcmp(format, "json") != 0 && strcmp(format, "csv") != 0 && strcmp(format, "table") != 0)
        return command_usage(&cmd_report, "a format is table, csv or json, not `%s`", format);
    if (cli->json && strcmp(format, "json") != 0)
        return command_usage(&cmd_report, "--json and --format %s exclude each other", format);
    cli->json = strcmp(format, "json") == 0;
    if (o.request && (o.by || o.since || o.until || o.tz || o.as || strcmp(format, "csv") == 0))
        return command_usage(&cmd_report, "--request is of one call: only --json goes with it");
    return o.request ? run_request(cli, &o) : run_report(cli, &o, format);
}

static const struct option_row options[] = {
    {"by", "WHAT",
     "model (default), provider, key, team, project, user, day, hour,\ntag:NAME, budget, or route",
     offsetof(struct options, by)},
    {"since", "TIME", "from then on: 7d, 24h, 90s, 2026-11-24, 2026-11-24T10:00:00Z",
     offsetof(struct options, since)},
    {"until", "TIME", "before then", offsetof(struct options, until)},
    {"tz", "ZONE", "whose days and hours: Europe/Berlin; default UTC",
     offsetof(struct options, tz)},
    {"as", "MODEL", "what the same tokens would have cost on another model, or an alias's",
     offsetof(struct options, as)},
    {"format", "FORMAT", "table (default), csv or json", offsetof(struct options, format)},
    {"request", "ID",
     "one call, with its arithmetic: the id of x-costlens-request-id\nor the "
     "provider's",
     offsetof(struct options, request)},
    {0},
};

const struct command cmd_report = {
    .name = "report",
    .summary = "what was spent, on what, and how fast it was",
    .help =
        "usage: costlens report [--by WHAT] [--since TIME] [--until TIME] [options]\n"
        "       costlens report --request ID\n"
        "\n"
        "Calls, errors, tokens by kind, cost and speed, grouped. Tokens are counted once: INPUT "
        "is\n"
        "what was neither read from a cache nor written to one. A call without a known price is\n"
        "counted as unpriced, never as zero. A call shows as soon as its answer has ended.\n"
        "\n"
        "Beyond 500 new combinations of model, team and project that a key brings in a day, new "
        "ones are\n"
        "shown as `(other)`: their teams, their projects, their models without a price. So are "
        "further\n"
        "names that a provider gives the models that answered. Costs stay exact.\n"
        "\n"
        "Rows that have a budget of their own (of that key, team, tag ...) show the fullest: its "
        "limit,\n"
        "and what is spent and held in its window of now. By budget a call stands in each that it "
        "was\n"
        "charged to.\n",
    .run = run,
    .options = options,
    .examples = "costlens report\n"
                "costlens report --by day --since 7d --tz Europe/Berlin\n"
                "costlens report --by tag:feature --format csv\n"
                "costlens report --as anthropic/claude-haiku-4-5\n",
};
