// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <string.h>

#include "cmd/purse.h"
#include "cmd/remote.h"
#include "cmd/table.h"

static const char help[] =
    "usage: costlens team list\n"
    "       costlens team add TEAM KEY...\n"
    "       costlens team rm TEAM KEY...\n"
    "\n"
    "Whose keys belong together: a team's calls are reported and limited together (`costlens "
    "report\n"
    "--by team`, `costlens budget set NAME --scope team=TEAM`). A key is in one team at most: "
    "`add`\n"
    "moves it there, `rm` takes it out. A team is there while a key is in it. Calls that were "
    "booked\n"
    "stay where they are. A key of the configuration file has its team there, too: the error names "
    "the\n"
    "line to change.\n";

static void add_keys(struct buf *args, int count, char **keys)
{
    buf_add_cstr(args, ",\"keys\":");
    for (int i = 0; i < count; i++) {
        buf_add_char(args, i ? ',' : '[');
        remote_text(args, str_of(keys[i]));
    }
    buf_add_char(args, ']');
}

// --- the list ---

enum column { TEAM, KEYS, BUDGET, LIMIT, SPENT, HELD, USED, COLUMN_COUNT };

static void add_budget(struct libscols_line *line, const struct json_val *budget)
{
    static const char *const names[COLUMN_COUNT] = {[BUDGET] = "name",
                                                    [LIMIT] = "limit",
                                                    [SPENT] = "spent",
                                                    [HELD] = "held",
                                                    [USED] = "used_percent"};
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    for (size_t i = BUDGET; i < COLUMN_COUNT; i++) {
        struct str text = json_str(json_get(budget, names[i]));
        buf_clear(&out);
        buf_add(&out, text.len ? text : str_of("-"));
        buf_add_cstr(&out, i == USED && text.len ? "%" : "");
        table_cell(line, i, buf_str(&out));
    }
    buf_fini(&out);
}

static void add_team(struct libscols_table *table, const struct json_val *team)
{
    struct json_iter it = {0};
    const struct json_val *v;
    struct libscols_line *line = table_line(table);
    struct buf keys;
    buf_init(&keys, &alloc_heap, 0);
    while (json_each(&it, json_get(team, "keys"), NULL, &v))
        buf_printf(&keys, "%s%.*s", keys.len ? " " : "", STR_ARG(json_str(json_get(v, "name"))));
    table_cell(line, TEAM, json_str(json_get(team, "name")));
    table_cell(line, KEYS, keys.len ? buf_str(&keys) : str_of("-"));
    it = (struct json_iter){0};
    for (bool first = true; json_each(&it, json_get(team, "budgets"), NULL, &v); first = false)
        add_budget(first ? line : table_line(table), v);
    buf_fini(&keys);
}

static void print_list(const struct json *j)
{
    static const char *const titles[COLUMN_COUNT] = {"TEAM",  "KEYS", "BUDGET", "LIMIT",
                                                     "SPENT", "HELD", "USED"};
    struct json_iter it = {0};
    const struct json_val *teams = json_get(json_root(j), "teams");
    const struct json_val *team;
    if (json_count(teams) == 0) {
        fputs("No key is in a team yet: costlens team add TEAM KEY\n", stderr);
        return;
    }
    struct libscols_table *table = table_new();
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        table_column(table, titles[i], i >= LIMIT);
    while (json_each(&it, teams, NULL, &team))
        add_team(table, team);
    table_print(table);
}

// --- the words ---

static void say_moved(const struct json *j, bool out)
{
    struct json_iter it = {0};
    const struct json_val *v;
    const struct json_val *root = json_root(j);
    while (json_each(&it, json_get(root, "keys"), NULL, &v))
        command_print(stderr, "Key %.*s is %s team %.*s%s.\n", STR_ARG(json_str(v)),
                      out ? "no more in" : "in", STR_ARG(json_str(json_get(root, "team"))),
                      out ? "" : " now");
    purse_notes(root, stderr);
}

static int ask(struct cli *cli, const char *verb, int argc, char **argv)
{
    bool list = argc == 2, out = strcmp(verb, "teams/rm") == 0;
    struct buf args, answer;
    struct json *j = NULL;
    buf_init(&args, &alloc_heap, 0);
    buf_init(&answer, &alloc_heap, 0);
    if (!list) {
        remote_arg(&args, "team", str_of(argv[2]));
        add_keys(&args, argc - 3, argv + 3);
    }
    int code = remote_ask(cli, verb, &args, &answer, &j);
    if (code == EXIT_OK && cli->json)
        puts(buf_cstr(&answer));
    else if (code == EXIT_OK && list)
        print_list(j);
    else if (code == EXIT_OK)
        say_moved(j, out);
    json_close(j);
    buf_fini(&answer);
    buf_fini(&args);
    return code;
}

static int run(struct cli *cli, int argc, char **argv)
{
    int code = command_options(&cmd_team, &argc, argv, NULL);
    if (code != EXIT_OK)
        return code;
    const char *verb = argc > 1 ? argv[1] : "";
    bool add = strcmp(verb, "add") == 0, rm = strcmp(verb, "rm") == 0;
    if ((add || rm) && argc > 2 && !argv[2][0])
        return command_usage(&cmd_team, "which team? costlens team %s TEAM KEY...", verb);
    if ((add || rm) && argc < 4)
        return command_usage(&cmd_team, "which keys? costlens team %s TEAM KEY...", verb);
    if (add || rm)
        return ask(cli, add ? "teams/add" : "teams/rm", argc, argv);
    if (strcmp(verb, "list") != 0)
        return command_usage(&cmd_team, "list, add or rm?");
    if (argc > 2)
        return command_usage(&cmd_team, "`%s` is one too many", argv[2]);
    return ask(cli, "teams/list", argc, argv);
}

const struct command cmd_team = {
    .name = "team",
    .summary = "teams: their keys and their budgets",
    .help = help,
    .run = run,
    .examples = "costlens team add search ci web\n"
                "costlens budget set search-month --scope team=search --limit 200 --window month\n",
};
