// SPDX-License-Identifier: Apache-2.0
//
// command - the command line: one file a subcommand, one table.
//
// To add a subcommand: write cmd/cmd_<name>.c with a `const struct command cmd_<name>`, and put
// its line into COMMAND_MAP below a heading. Declare its options in a table of `struct
// option_row`, ended by {0}, and read them with command_options: `--help` and the man page are
// made from the same rows.

#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/buf.h"

// Exit codes, the same everywhere.
enum exit_code {
    EXIT_OK = 0,
    EXIT_FAILED = 1, // it was tried and did not work (message on stderr)
    EXIT_USAGE = 2,  // the command line is wrong (message and a hint on stderr)
};

struct cli {
    const char *program;     // as it was called
    const char *config_file; // --config; NULL if not given
    bool json;               // --json
};

struct option_row {
    const char *name;    // without the dashes: "since"
    const char *metavar; // what stands for its value in the help: "TIME"; NULL = a switch. Ends in
                         // "..." where the option may be there several times: a struct option_list
    const char *help;    // may have several lines
    size_t offset;       // in the struct given to command_options: const char * (or bool, a switch)
};

#define OPTION_LIST_MAX 32
struct option_list {
    const char *at[OPTION_LIST_MAX];
    unsigned count;
};

struct command {
    const char *name;
    const char *summary; // one line of `costlens --help`
    const char *help;    // usage and what it does; without rows below: the whole help
    // argv[0] is the command's name; --config, --json and --help were taken out before.
    int (*run)(struct cli *cli, int argc, char **argv);
    const struct option_row *options; // NULL: `help` tells them and `run` reads argv itself
    const char *examples;             // one a line
    bool takes_hangup;                // SIGHUP is held back for it until it takes it
};

// H(heading) and below it X(name), in the order of `costlens --help`.
// clang-format off
#define COMMAND_MAP(H, X)                                                                          \
    H("run the gateway")                                                                           \
    X(serve)                                                                                       \
    X(run)                                                                                         \
    X(env)                                                                                         \
    H("see what was spent")                                                                        \
    X(top)                                                                                         \
    X(report)                                                                                      \
    X(export)                                                                                      \
    X(ledger)                                                                                      \
    X(backup)                                                                                      \
    H("limit what may be spent")                                                                   \
    X(budget)                                                                                      \
    H("prices")                                                                                    \
    X(price)                                                                                       \
    X(cost)                                                                                        \
    H("the cheapest model that is good enough")                                                    \
    X(route)                                                                                       \
    H("keys and configuration")                                                                    \
    X(config)                                                                                      \
    X(provider)                                                                                    \
    X(key)                                                                                         \
    X(team)                                                                                        \
    H("try without cost")                                                                          \
    X(mock)                                                                                        \
    H("about")                                                                                     \
    X(version)
// clang-format on

#define H(heading)
#define X(name) extern const struct command cmd_##name;
COMMAND_MAP(H, X)
#undef X
#undef H

// Runs the subcommand that argv names. The exit code of the program.
int command_main(int argc, char **argv);
const struct command *command_find(const char *name); // NULL if there is none
// Each command in turn, with the heading it stands under; NULL after the last.
const struct command *command_at(size_t i, const char **heading);

// Reads the options of `rows` into the struct at `out` (zeroed or with defaults before); operands
// stay in argv[1] .. argv[*argc - 1]. EXIT_OK; or EXIT_USAGE, said on stderr with the nearest name.
int command_options(const struct command *c, int *argc, char **argv, void *out);
// "costlens NAME: ..." and where help is, on stderr. Returns EXIT_USAGE.
int command_usage(const struct command *c, const char *format, ...) PRINTF(2, 3);
// "costlens: ..." on stderr, shown as by command_print. Returns EXIT_FAILED.
int command_failed(const char *format, ...) PRINTF(1, 2);
// printf for what has foreign text in it: that cannot steer the terminal (str_tame).
void command_print(FILE *to, const char *format, ...) PRINTF(2, 3);
// The whole help of a command, as `--help` prints it.
void command_help(const struct command *c, struct buf *out);

#endif
