// SPDX-License-Identifier: Apache-2.0

#include "cmd/purse.h"

#include "cmd/command.h"
#include "cmd/table.h"

static struct str text(const struct json_val *v, const char *name)
{
    return json_str(json_get(v, name));
}

static int64_t number(const struct json_val *v, const char *name)
{
    int64_t n = 0;
    return json_i64(json_get(v, name), &n) ? n : 0;
}

static bool flag(const struct json_val *v, const char *name)
{
    return json_bool(json_get(v, name), false);
}

void purse_scope(struct buf *out, const struct json_val *budget)
{
    struct json_iter it = {0};
    struct str name, per = text(budget, "per");
    const struct json_val *v;
    const char *join = "";
    while (json_each(&it, json_get(budget, "scope"), &name, &v)) {
        buf_printf(out, "%s%.*s=%.*s", join, STR_ARG(name), STR_ARG(json_str(v)));
        join = " ";
    }
    if (per.len)
        buf_printf(out, "%seach %.*s", join, STR_ARG(per));
    else if (!join[0])
        buf_add_cstr(out, "every call");
}

static bool lasts(const struct json_val *budget)
{
    return text(budget, "window").len == 0 || str_is(text(budget, "window"), "lifetime");
}

void purse_line(struct buf *out, const struct json_val *budget)
{
    struct str value = text(budget, "value");
    buf_printf(out, "%.*s USD", STR_ARG(text(budget, "limit")));
    if (!lasts(budget))
        buf_printf(out, " a %.*s (%.*s)", STR_ARG(text(budget, "window")),
                   STR_ARG(text(budget, "timezone")));
    buf_add_cstr(out, " for ");
    purse_scope(out, budget);
    if (text(budget, "spent").len)
        buf_printf(out, "; %.*s spent", STR_ARG(text(budget, "spent")));
    if (value.len)
        buf_printf(out, " by %.*s, the most", STR_ARG(value));
    if (str_is(text(budget, "enforce"), "observe"))
        buf_add_cstr(out, "; it refuses nothing");
}

static void write_what(struct buf *out, const struct json_val *event)
{
    struct str kind = text(event, "kind"), call = text(event, "request");
    struct str beyond = text(event, "beyond");
    if (str_is(kind, "overdraft"))
        buf_printf(out, "call %.*s cost %.*s more than its worst case", STR_ARG(call),
                   STR_ARG(beyond));
    else if (str_is(kind, "overrun"))
        buf_printf(out,
                   "call %.*s passed the maximum of its answer, and is charged %.*s more than its "
                   "worst case, by an estimate",
                   STR_ARG(call), STR_ARG(beyond));
    else
        buf_printf(out, "%lld%% reached", (long long)number(event, "percent"));
}

void purse_events(const struct json_val *events)
{
    static const char *const names[] = {"time", "budget", "value", "limit", "spent", "held"};
    static const char *const titles[] = {"TIME", "BUDGET", "VALUE", "LIMIT", "SPENT", "HELD"};
    struct json_iter it = {0};
    const struct json_val *event;
    if (json_count(events) == 0) {
        fputs("No threshold was reached, and no call cost more than its worst case.\n", stderr);
        return;
    }
    struct libscols_table *table = table_new();
    for (size_t i = 0; i < 6; i++)
        table_column(table, titles[i], i > 2);
    table_column(table, "EVENT", false);
    while (json_each(&it, events, NULL, &event)) {
        struct libscols_line *line = table_line(table);
        struct buf what;
        buf_init(&what, &alloc_heap, 0);
        write_what(&what, event);
        for (size_t i = 0; i < 6; i++)
            table_cell(line, i, text(event, names[i]).len ? text(event, names[i]) : str_of("-"));
        table_cell(line, 6, buf_str(&what));
        buf_fini(&what);
    }
    table_print(table);
}

static void say_each(const struct json_val *list, const char *what, FILE *to)
{
    struct json_iter it = {0};
    const struct json_val *v;
    while (json_each(&it, list, NULL, &v))
        command_print(to, "%s: %.*s\n", what, STR_ARG(json_str(v)));
}

void purse_notes(const struct json_val *answer, FILE *to)
{
    say_each(json_get(answer, "warnings"), "warning", to);
    say_each(json_get(answer, "notes"), "note", to);
}

// --- the table ---

enum column { NAME, FOR, LIMIT, WINDOW, SPENT, HELD, USED, RESETS, STATE, COLUMN_COUNT };

static void write_state(struct buf *out, const struct json_val *budget)
{
    int64_t accounts = number(budget, "accounts");
    const char *join = "";
    if (flag(budget, "paused")) {
        buf_add_cstr(out, "paused");
        join = ", ";
    }
    if (str_is(text(budget, "enforce"), "observe")) {
        buf_printf(out, "%sobserves", join);
        join = ", ";
    }
    if (text(budget, "value").len) {
        buf_printf(out, "%s%.*s", join, STR_ARG(text(budget, "value")));
        if (accounts > 1)
            buf_printf(out, ", the fullest of %lld", (long long)accounts);
        join = ", ";
    }
    if (str_is(text(budget, "source"), "file"))
        buf_printf(out, "%sfrom file", join);
}

static void cell(struct libscols_line *line, enum column at, struct str value, const char *unit)
{
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    buf_add(&out, value.len ? value : str_of("-"));
    buf_add_cstr(&out, value.len ? unit : "");
    table_cell(line, at, buf_str(&out));
    buf_fini(&out);
}

static void add_line(struct libscols_table *table, const struct json_val *budget)
{
    struct libscols_line *line = table_line(table);
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    cell(line, NAME, text(budget, "name"), "");
    purse_scope(&out, budget);
    table_cell(line, FOR, buf_str(&out));
    cell(line, LIMIT, text(budget, "limit"), "");
    cell(line, WINDOW, text(budget, "window"), "");
    cell(line, SPENT, text(budget, "spent"), "");
    cell(line, HELD, text(budget, "held"), "");
    cell(line, USED, text(budget, "used_percent"), "%");
    cell(line, RESETS, text(budget, "resets"), "");
    buf_clear(&out);
    write_state(&out, budget);
    table_cell(line, STATE, buf_str(&out));
    buf_fini(&out);
}

void purse_table(const struct json_val *budgets, bool teach)
{
    static const struct {
        const char *title;
        bool right;
    } columns[COLUMN_COUNT] = {
        [NAME] = {"BUDGET", false},   [FOR] = {"FOR", false},       [LIMIT] = {"LIMIT", true},
        [WINDOW] = {"WINDOW", false}, [SPENT] = {"SPENT", true},    [HELD] = {"HELD", true},
        [USED] = {"USED", true},      [RESETS] = {"RESETS", false}, [STATE] = {"STATE", false}};
    struct json_iter it = {0};
    const struct json_val *budget;
    if (json_count(budgets) == 0) {
        if (teach)
            fputs("There is no budget yet: costlens budget set NAME --limit USD\n", stderr);
        return;
    }
    struct libscols_table *table = table_new();
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        table_column(table, columns[i].title, columns[i].right);
    while (json_each(&it, budgets, NULL, &budget))
        add_line(table, budget);
    table_print(table);
}

// --- one of them ---

static void fact(const char *what, struct str value, const char *unit)
{
    if (value.len)
        command_print(stdout, "%-10s %.*s%s\n", what, STR_ARG(value), unit);
}

static void print_account(const struct json_val *account)
{
    fact("spent", text(account, "spent"), " USD");
    fact("held", text(account, "held"), " USD");
    fact("left", text(account, "left"), " USD");
    fact("used", text(account, "used_percent"), "%");
    fact("overdraft", text(account, "overdraft"), " USD: charged beyond what was held");
    int64_t refused = number(account, "would_refuse");
    if (refused > 0)
        printf("it would have refused %lld %s since the gateway began\n", (long long)refused,
               refused == 1 ? "call" : "calls");
}

static void print_each(const struct json_val *answer)
{
    static const char *const names[] = {"value", "spent", "held", "left", "used_percent"};
    static const char *const titles[] = {"VALUE", "SPENT", "HELD", "LEFT", "USED"};
    struct json_iter it = {0};
    const struct json_val *account;
    const struct json_val *each = json_get(answer, "each");
    if (json_count(each) == 0)
        return;
    struct libscols_table *table = table_new();
    for (size_t i = 0; i < 5; i++)
        table_column(table, titles[i], i > 0);
    while (json_each(&it, each, NULL, &account)) {
        struct libscols_line *line = table_line(table);
        for (size_t i = 0; i < 5; i++)
            cell(line, (enum column)i, text(account, names[i]), i == 4 ? "%" : "");
    }
    putchar('\n');
    table_print(table);
    if (number(answer, "more") > 0)
        printf("and %lld more, in which less is in use\n", (long long)number(answer, "more"));
}

static void print_switches(const struct json_val *budget)
{
    struct json_iter it = {0};
    const struct json_val *v;
    struct buf alerts;
    buf_init(&alerts, &alloc_heap, 0);
    while (json_each(&it, json_get(budget, "alert_at"), NULL, &v)) {
        int64_t percent = 0;
        if (json_i64(v, &percent))
            buf_printf(&alerts, "%s%lld%%", alerts.len ? " " : "", (long long)percent);
    }
    fact("enforce", text(budget, "enforce"), "");
    fact("hold", text(budget, "hold"), "");
    fact("clamp", str_of(flag(budget, "clamp") ? "true" : ""), "");
    fact("on exceed", text(budget, "on_exceed"), "");
    fact("wait", str_is(text(budget, "wait"), "0") ? STR_NONE : text(budget, "wait"), "");
    fact("alert at", buf_str(&alerts), "");
    fact("paused", str_of(flag(budget, "paused") ? "true" : ""), "");
    buf_fini(&alerts);
}

static void print_source(const struct json_val *budget)
{
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    if (str_is(text(budget, "source"), "file"))
        buf_printf(&out, "%.*s, line %lld", STR_ARG(text(budget, "file")),
                   (long long)number(budget, "line"));
    else
        buf_add_cstr(&out, "the store");
    fact("defined in", buf_str(&out), "");
    buf_fini(&out);
}

void purse_show(const struct json_val *answer)
{
    const struct json_val *budget = json_get(answer, "budget");
    bool many = json_count(json_get(answer, "each")) > 0;
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    purse_scope(&out, budget);
    fact("budget", text(budget, "name"), "");
    fact("for", buf_str(&out), "");
    fact("limit", text(budget, "limit"), " USD");
    fact("window", text(budget, "window"), "");
    fact("week", text(budget, "week"), "");
    fact("timezone", text(budget, "timezone"), "");
    fact("resets", text(budget, "resets"), "");
    print_switches(budget);
    print_source(budget);
    if (many)
        print_each(answer);
    else
        print_account(budget);
    purse_notes(answer, stdout);
    buf_fini(&out);
}
