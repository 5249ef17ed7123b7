// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <string.h>

#include "cmd/purse.h"
#include "cmd/remote.h"
#include "cmd/table.h"

static const char help[] =
    "usage: costlens budget set NAME [--limit USD] [--scope WHAT=VALUE]... [options]\n"
    "       costlens budget list\n"
    "       costlens budget show NAME\n"
    "       costlens budget raise NAME USD | raise NAME --by USD\n"
    "       costlens budget pause NAME\n"
    "       costlens budget resume NAME\n"
    "       costlens budget rm NAME\n"
    "       costlens budget events [NAME]\n"
    "\n"
    "What may be spent, by whom, in which time. `set` makes a budget, or changes of one what is\n"
    "said and keeps the rest; `raise` takes a higher limit only; `pause` refuses every call that "
    "the\n"
    "budget concerns until `resume`; `rm` ends it, and what was spent stays in the ledger. "
    "`events`\n"
    "lists the thresholds that were reached and the calls that cost more than their worst case. "
    "Budgets\n"
    "of the configuration file are shown, and changed there. All of it works with and without a\n"
    "running gateway, and takes effect at once.\n";

struct options {
    struct option_list scope, alert_at, reset;
    const char *limit, *window, *week, *timezone, *per, *enforce, *hold, *clamp, *on_exceed, *wait;
    const char *by;
};

#define FIELD(name) offsetof(struct options, name)
static const struct option_row rows[] = {
    {"limit", "USD", "what may be spent: 500.00", FIELD(limit)},
    {"scope", "WHAT=VALUE...",
     "whose calls: key=ci, team=search, model=gpt-*, tag:feature=chat, ...; all must hold\n"
     "(default: every call)",
     FIELD(scope)},
    {"window", "KIND", "when it begins anew: day, week, month, or lifetime (default)",
     FIELD(window)},
    {"timezone", "ZONE", "whose midnight it is: Europe/Berlin (default: UTC)", FIELD(timezone)},
    {"week", "DAY", "the day on which a week begins (default: monday)", FIELD(week)},
    {"per", "WHAT",
     "one budget for each value: key, tag:session, ...; or request: what one call may cost at most",
     FIELD(per)},
    {"enforce", "HOW", "block (default), or observe: counts and refuses nothing", FIELD(enforce)},
    {"hold", "HOW", "what a running call holds: full (its worst case, default) or grow",
     FIELD(hold)},
    {"clamp", "true|false", "lower a call's output maximum to what is left (default: false)",
     FIELD(clamp)},
    {"on-exceed", "HOW", "block (default), or downgrade: the next model of the call's alias",
     FIELD(on_exceed)},
    {"wait", "TIME", "how long a call may wait for running ones: 30s (default: 0)", FIELD(wait)},
    {"alert-at", "PERCENT...", "told when so much is spent, once a window: 80%", FIELD(alert_at)},
    {"reset", "WHAT...", "set: back to its default: scope, per, window, timezone, ...",
     FIELD(reset)},
    {"by", "USD", "raise: what is added to the limit", FIELD(by)},
    {0},
};

// --- what is asked ---

static void begin_member(struct buf *args, const char *name)
{
    buf_add_char(args, args->len ? ',' : '{');
    buf_add_json(args, str_of(name));
    buf_add_char(args, ':');
}

static void add_list(struct buf *args, const char *name, const struct option_list *list)
{
    if (list->count == 0)
        return;
    begin_member(args, name);
    for (unsigned i = 0; i < list->count; i++) {
        buf_add_char(args, i ? ',' : '[');
        remote_text(args, str_of(list->at[i]));
    }
    buf_add_char(args, ']');
}

static const char *const definition[] = {"limit",   "window", "timezone", "week",      "per",
                                         "enforce", "hold",   "clamp",    "on_exceed", "wait"};
#define DEFINITION_COUNT (sizeof definition / sizeof *definition)

// What has a dash as an option has none in the file: either is taken.
static const char *member_of(const char *name)
{
    if (strcmp(name, "alert-at") == 0)
        return "alert_at";
    return strcmp(name, "on-exceed") == 0 ? "on_exceed" : name;
}

// Of `definition`, in its order.
static const char *value_at(const struct options *o, size_t i)
{
    const char *const values[DEFINITION_COUNT] = {o->limit,     o->window,  o->timezone, o->week,
                                                  o->per,       o->enforce, o->hold,     o->clamp,
                                                  o->on_exceed, o->wait};
    return values[i];
}

static void add_options(struct buf *args, const struct options *o)
{
    for (size_t i = 0; i < DEFINITION_COUNT; i++)
        remote_arg(args, definition[i], str_of(value_at(o, i)));
    remote_arg(args, "by", str_of(o->by));
    add_list(args, "scope", &o->scope);
    add_list(args, "alert_at", &o->alert_at);
    for (unsigned i = 0; i < o->reset.count; i++) {
        begin_member(args, member_of(o->reset.at[i]));
        buf_add_cstr(args, "null");
    }
}

// --- what is said ---

static void say_changed(const char *verb, const struct json_val *root)
{
    const struct json_val *b = json_get(root, "budget");
    struct str name = json_str(json_get(b, "name"));
    struct buf line;
    buf_init(&line, &alloc_heap, 0);
    purse_line(&line, b);
    if (strcmp(verb, "resume") == 0)
        command_print(stderr, "Budget %.*s goes on: %.*s.\n", STR_ARG(name),
                      STR_ARG(buf_str(&line)));
    else
        command_print(stderr, "Budget %.*s: %.*s.\n", STR_ARG(name), STR_ARG(buf_str(&line)));
    purse_notes(root, stderr);
    buf_fini(&line);
}

static void say(const char *verb, const struct json *j)
{
    const struct json_val *root = json_root(j);
    if (strcmp(verb, "list") == 0)
        purse_table(json_get(root, "budgets"), true);
    else if (strcmp(verb, "show") == 0)
        purse_show(root);
    else if (strcmp(verb, "events") == 0)
        purse_events(json_get(root, "events"));
    else if (strcmp(verb, "rm") == 0)
        command_print(stderr,
                      "Budget %.*s is removed. What was spent stays in the ledger; another one of "
                      "this name\nbegins with nothing spent.\n",
                      STR_ARG(json_str(json_get(root, "name"))));
    else
        say_changed(verb, root);
}

static int ask(struct cli *cli, const char *verb, const char *name, const struct options *o)
{
    struct buf path, args, answer;
    struct json *j = NULL;
    buf_init(&path, &alloc_heap, 0);
    buf_init(&args, &alloc_heap, 0);
    buf_init(&answer, &alloc_heap, 0);
    buf_printf(&path, "budgets/%s", verb);
    remote_arg(&args, "name", str_of(name));
    add_options(&args, o);
    int code = remote_ask(cli, buf_cstr(&path), &args, &answer, &j);
    if (code == EXIT_OK && cli->json)
        puts(buf_cstr(&answer));
    else if (code == EXIT_OK)
        say(verb, j);
    json_close(j);
    buf_fini(&answer);
    buf_fini(&args);
    buf_fini(&path);
    return code;
}

// --- the words ---

static bool defines(const struct options *o)
{
    bool any = o->scope.count || o->alert_at.count || o->reset.count;
    for (size_t i = 1; i < DEFINITION_COUNT; i++)
        any |= value_at(o, i) != NULL;
    return any;
}

static const struct {
    const char *name;
    bool named; // of one budget
    bool may;   // ... or it may be
} verbs[] = {{"set", true, true},   {"list", false, false}, {"show", true, true},
             {"raise", true, true}, {"pause", true, true},  {"resume", true, true},
             {"rm", true, true},    {"events", false, true}};

static int check_raise(struct options *o, int *argc, char **argv)
{
    bool said = o->limit || o->by;
    if ((o->limit && o->by) || (*argc == 4 && said))
        return command_usage(&cmd_budget,
                             "raise %s by what? Say either the new limit (raise NAME "
                             "10) or what is added (raise NAME --by 5)",
                             argv[2]);
    if (*argc == 4) {
        o->limit = argv[3];
        *argc = 3;
    }
    if (!o->limit && !o->by)
        return command_usage(&cmd_budget,
                             "to which limit? costlens budget raise NAME 10, or raise NAME --by 5");
    return EXIT_OK;
}

static bool is_said(const struct options *o, const char *member)
{
    bool said = (strcmp(member, "scope") == 0 && o->scope.count) ||
                (strcmp(member, "alert_at") == 0 && o->alert_at.count);
    for (size_t i = 0; i < DEFINITION_COUNT; i++)
        said |= strcmp(member, definition[i]) == 0 && value_at(o, i);
    return said;
}

// What JSON would have twice.
static int check_reset(const struct options *o)
{
    for (unsigned i = 0; i < o->reset.count; i++) {
        const char *name = o->reset.at[i], *member = member_of(name);
        if (strcmp(member, "name") == 0)
            return command_usage(&cmd_budget, "a name has no default: make another budget");
        if (is_said(o, member))
            return command_usage(&cmd_budget, "`%s` is set and reset: leave one out", name);
        for (unsigned k = 0; k < i; k++)
            if (strcmp(member, member_of(o->reset.at[k])) == 0)
                return command_usage(&cmd_budget, "`--reset %s` is there twice", name);
    }
    return EXIT_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct options o = {.limit = NULL};
    int code = command_options(&cmd_budget, &argc, argv, &o);
    size_t at = 0, count = sizeof verbs / sizeof *verbs;
    if (code != EXIT_OK)
        return code;
    const char *verb = argc > 1 ? argv[1] : "";
    while (at < count && strcmp(verbs[at].name, verb) != 0)
        at++;
    if (at == count)
        return command_usage(&cmd_budget, "set, list, show, raise, pause, resume, rm or events?");
    bool set = strcmp(verb, "set") == 0, raise = strcmp(verb, "raise") == 0;
    if (verbs[at].named && argc < 3)
        return command_usage(&cmd_budget, "%s which? costlens budget %s NAME", verb, verb);
    if ((!set && defines(&o)) || (!raise && o.by) || (!set && !raise && o.limit))
        return command_usage(&cmd_budget, "%s does not take these options", verb);
    code = raise ? check_raise(&o, &argc, argv) : check_reset(&o);
    if (code != EXIT_OK)
        return code;
    int most = verbs[at].may ? 3 : 2;
    if (argc > most)
        return command_usage(&cmd_budget, "`%s` is one too many", argv[most]);
    return ask(cli, verb, argc > 2 ? argv[2] : NULL, &o);
}

const struct command cmd_budget = {
    .name = "budget",
    .summary = "what may be spent: set, list, show, raise, pause, resume, rm, events",
    .help = help,
    .run = run,
    .options = rows,
    .examples = "costlens budget set ci-day --scope key=ci --limit 0.50 --window day\n"
                "costlens budget set company --limit 500 --window month --timezone Europe/Berlin "
                "--alert-at 50% --alert-at 80%\n"
                "costlens budget set session --per tag:session --limit 2.00\n"
                "costlens budget raise ci-day --by 0.25\n",
};
