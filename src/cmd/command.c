// SPDX-License-Identifier: Apache-2.0

#include "cmd/command.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cmd/manual.h"

struct entry {
    const char *heading; // NULL for a command
    const struct command *command;
};

static const struct entry entries[] = {
#define H(text) {.heading = (text)},
#define X(name) {.command = &cmd_##name},
    COMMAND_MAP(H, X)
#undef X
#undef H
};
#define ENTRY_COUNT (sizeof entries / sizeof entries[0])
#define NEAR_MAX    2 // letters that may differ in "did you mean"

const struct command *command_at(size_t i, const char **heading)
{
    const char *above = "";
    for (size_t k = 0; k < ENTRY_COUNT; k++) {
        if (entries[k].heading) {
            above = entries[k].heading;
        } else if (i-- == 0) {
            *heading = above;
            return entries[k].command;
        }
    }
    return NULL;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        if (entries[i].command && strcmp(entries[i].command->name, name) == 0)
            return entries[i].command;
    }
    return NULL;
}

PRINTF(2, 0)
static void print(FILE *to, const char *format, va_list args)
{
    struct buf text;
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    buf_init(&text, &alloc_heap, 0);
    char *room = n > 0 ? buf_room(&text, (size_t)n) : NULL;
    if (room) {
        vsnprintf(room, (size_t)n + 1, format, again);
        fwrite(room, 1, str_tame(room, (size_t)n, true), to);
    }
    va_end(again);
    buf_fini(&text);
}

void command_print(FILE *to, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print(to, format, args);
    va_end(args);
}

int command_usage(const struct command *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "costlens %s: ", c->name);
    print(stderr, format, args);
    fprintf(stderr, "\nTry: costlens %s --help\n", c->name);
    va_end(args);
    return EXIT_USAGE;
}

int command_failed(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("costlens: ", stderr);
    print(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return EXIT_FAILED;
}

// --- help ---

static void add_row(struct buf *out, const struct option_row *row)
{
    char left[64];
    snprintf(left, sizeof left, "--%s%s%s", row->name, row->metavar ? " " : "",
             row->metavar ? row->metavar : "");
    const char *line = row->help;
    for (const char *first = left; *line; first = "") {
        size_t len = strcspn(line, "\n");
        buf_printf(out, "  %-22s%s %.*s\n", first,
                   strlen(first) > 22 ? "\n                        " : "", (int)len, line);
        line += len + (line[len] == '\n');
    }
}

static void add_examples(struct buf *out, const char *examples)
{
    buf_add_cstr(out, "\nexamples:\n");
    while (*examples) {
        size_t len = strcspn(examples, "\n");
        buf_printf(out, "  %.*s\n", (int)len, examples);
        examples += len + (examples[len] == '\n');
    }
}

void command_help(const struct command *c, struct buf *out)
{
    buf_add_cstr(out, c->help);
    if (c->options && c->options->name)
        buf_add_cstr(out, "\noptions:\n");
    for (const struct option_row *row = c->options; row && row->name; row++)
        add_row(out, row);
    if (c->examples)
        add_examples(out, c->examples);
}

static int print_help(const struct command *c)
{
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    command_help(c, &text);
    fputs(buf_cstr(&text), stdout);
    buf_fini(&text);
    return EXIT_OK;
}

static int print_commands(FILE *to)
{
    bool colour = isatty(fileno(to)) && !getenv("NO_COLOR");
    const char *bold = colour ? "\033[1m" : "";
    const char *plain = colour ? "\033[0m" : "";
    fprintf(to,
            "CostLens %s - what your language models cost, call by call\n\n"
            "usage: costlens COMMAND [--config FILE] [--json] [options]\n",
            COSTLENS_VERSION);
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        if (entries[i].command)
            fprintf(to, "  %s%-10s%s %s\n", bold, entries[i].command->name, plain,
                    entries[i].command->summary);
        else if (i + 1 < ENTRY_COUNT && entries[i + 1].command)
            fprintf(to, "\n%s:\n", entries[i].heading);
    }
    fputs("\n`costlens COMMAND --help` tells more; `man costlens` tells all.\n", to);
    return EXIT_OK;
}

// --- options ---

static const struct option_row *find_row(const struct option_row *rows, struct str name)
{
    for (; rows && rows->name; rows++) {
        if (str_is(name, rows->name))
            return rows;
    }
    return NULL;
}

static int unknown_option(const struct command *c, struct str name)
{
    struct str_near near = {name, NEAR_MAX + 1, STR_NONE};
    for (const struct option_row *row = c->options; row && row->name; row++)
        str_near(&near, str_of(row->name));
    if (near.name.len)
        return command_usage(c, "there is no option --%.*s; did you mean --%.*s?", STR_ARG(name),
                             STR_ARG(near.name));
    return command_usage(c, "there is no option --%.*s", STR_ARG(name));
}

static bool is_many(const struct option_row *row)
{
    size_t n = row->metavar ? strlen(row->metavar) : 0;
    return n > 3 && strcmp(row->metavar + n - 3, "...") == 0;
}

static int keep(const struct command *c, const struct option_row *row, const char *value,
                void *field)
{
    if (!is_many(row)) {
        memcpy(field, &value, sizeof value);
        return EXIT_OK;
    }
    struct option_list *list = field;
    if (list->count == OPTION_LIST_MAX)
        return command_usage(c, "--%s is there more than %d times", row->name, OPTION_LIST_MAX);
    list->at[list->count++] = value;
    return EXIT_OK;
}

struct taking {
    const struct command *command;
    void *out;
    uint64_t given; // a bit a row
};

// Takes the option at argv[*i] (and its value, moving *i).
static int take_option(struct taking *t, int *i, int argc, char **argv)
{
    const struct command *c = t->command;
    struct str name = str_skip(str_of(argv[*i]), 2);
    const char *value = strchr(argv[*i], '=');
    if (value)
        name.len = (size_t)(value++ - name.ptr);
    const struct option_row *row = find_row(c->options, name);
    if (!row)
        return unknown_option(c, name);
    uint64_t bit = UINT64_C(1) << (row - c->options);
    if (t->given & bit && !is_many(row))
        return command_usage(c, "--%s is there twice: leave one out", row->name);
    t->given |= bit;
    void *field = (char *)t->out + row->offset;
    if (!row->metavar) {
        if (value)
            return command_usage(c, "--%s takes no value", row->name);
        bool yes = true;
        memcpy(field, &yes, sizeof yes);
        return EXIT_OK;
    }
    if (!value && *i + 1 < argc)
        value = argv[++*i];
    if (!value)
        return command_usage(c, "--%s needs a value: --%s %s", row->name, row->name, row->metavar);
    if (str_trim(str_of(value)).len == 0) // an unset variable is not the default
        return command_usage(c, "--%s is empty: leave it out, or --%s %s", row->name, row->name,
                             row->metavar);
    return keep(c, row, value, field);
}

int command_options(const struct command *c, int *argc, char **argv, void *out)
{
    int kept = 1;
    bool ended = false; // by "--"
    struct taking t = {.command = c, .out = out};
    for (int i = 1; i < *argc; i++) {
        if (!ended && strcmp(argv[i], "--") == 0) {
            ended = true;
        } else if (!ended && strncmp(argv[i], "--", 2) == 0) {
            int code = take_option(&t, &i, *argc, argv);
            if (code != EXIT_OK)
                return code;
        } else if (!ended && argv[i][0] == '-' && argv[i][1]) {
            return command_usage(c, "there is no option %s", argv[i]);
        } else {
            argv[kept++] = argv[i];
        }
    }
    *argc = kept;
    return EXIT_OK;
}

// --- the program ---

static int unknown_command(const char *name)
{
    command_print(stderr, "costlens: there is no command `%s`", name);
    const char *join = "; did you mean ";
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        const char *other = entries[i].command ? entries[i].command->name : NULL;
        if (!other || str_distance(str_of(name), str_of(other), NEAR_MAX) > NEAR_MAX)
            continue;
        fprintf(stderr, "%s`%s`", join, other);
        join = " or ";
    }
    fputs(strcmp(join, " or ") == 0 ? "?\n" : "\n", stderr);
    fputs("Try: costlens --help\n", stderr);
    return EXIT_USAGE;
}

struct globals {
    struct cli cli;
    bool help;
    bool twice; // --config
};

static bool is_any(const char *arg, const char *a, const char *b)
{
    return strcmp(arg, a) == 0 || strcmp(arg, b) == 0;
}

// True when the argument is one of those that every command takes; then *i is on its last word.
static bool take_global(struct globals *g, int *i, int argc, char **argv)
{
    const char *arg = argv[*i];
    const char *before = g->cli.config_file;
    if (strcmp(arg, "--json") == 0)
        g->cli.json = true;
    else if (is_any(arg, "--help", "-h"))
        g->help = true;
    else if (strcmp(arg, "--config") == 0)
        g->cli.config_file = *i + 1 < argc ? argv[++*i] : "";
    else if (strncmp(arg, "--config=", 9) == 0)
        g->cli.config_file = arg + 9;
    else
        return false;
    g->twice |= before && before != g->cli.config_file;
    return true;
}

static int take_globals(struct globals *g, int argc, char **argv)
{
    int kept = 1;
    bool ended = false;
    for (int i = 1; i < argc; i++) {
        ended |= strcmp(argv[i], "--") == 0;
        if (ended || !take_global(g, &i, argc, argv))
            argv[kept++] = argv[i];
    }
    if (kept < argc)
        argv[kept] = NULL;
    return kept;
}

// What is closed stays so for who reads or writes it, but no file is opened in its place.
static void fill_standard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            (void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

// A wish to have the configuration read anew may come as soon as there is a process, and must not
// end it.
static void hold_hangup(sigset_t *before)
{
    sigset_t hangup;
    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &hangup, before);
}

int command_main(int argc, char **argv)
{
    sigset_t before;
    hold_hangup(&before);
    fill_standard();
    struct globals globals = {.cli = {.program = argc > 0 ? argv[0] : "costlens"}};
    argc = take_globals(&globals, argc, argv);
    if (globals.cli.config_file && !globals.cli.config_file[0]) {
        fputs("costlens: --config needs a value: --config FILE\n", stderr);
        return EXIT_USAGE;
    }
    if (globals.twice) {
        fputs("costlens: --config is there twice: leave one out\n", stderr);
        return EXIT_USAGE;
    }
    if (argc > 1 && is_any(argv[1], "--version", "-V"))
        return cmd_version.run(&globals.cli, 1, argv);
    if (argc < 2 || strcmp(argv[1], "help") == 0) {
        const struct command *asked = argc > 2 ? command_find(argv[2]) : NULL;
        if (asked)
            return print_help(asked);
        if (argc > 2)
            return unknown_command(argv[2]);
        print_commands(argc > 1 || globals.help ? stdout : stderr);
        return argc > 1 || globals.help ? EXIT_OK : EXIT_USAGE;
    }
    if (strcmp(argv[1], "internal-docs") == 0)
        return manual_command(argc - 1, argv + 1);
    const struct command *c = command_find(argv[1]);
    if (!c)
        return unknown_command(argv[1]);
    if (globals.help)
        return print_help(c);
    if (!c->takes_hangup) // a program that it runs has the mask, too
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    int code = c->run(&globals.cli, argc - 1, argv + 1);
    if ((fflush(stdout) != 0 || ferror(stdout)) && code == EXIT_OK)
        return command_failed("the output could not be written");
    return code;
}
