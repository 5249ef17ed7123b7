// SPDX-License-Identifier: Apache-2.0
//
// command - the command line: one file a subcommand, one table.
//
// To add a subcommand: write cmd/cmd_<name>.c with a `const struct command cmd_<name>`, and put its
// line into COMMAND_MAP. Its help text is the manual: usage, what it does, options, an example.

#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <stdbool.h>

// Exit codes, the same everywhere.
enum exit_code {
    EXIT_OK = 0,
    EXIT_FAILED = 1, // it was tried and did not work (message on stderr)
    EXIT_USAGE = 2,  // the command line is wrong (message and a hint on stderr)
};

struct cli {
    const char *config_file; // --config; NULL if not given
    bool json;               // --json
};

struct command {
    const char *name;
    const char *summary; // one line of `costlens --help`
    const char *help;    // whole text of `costlens NAME --help`
    // argv[0] is the command's name; --config, --json and --help were taken out before.
    int (*run)(struct cli *cli, int argc, char **argv);
};

#define COMMAND_MAP(X)                                                                             \
    X(version)

#define X(name) extern const struct command cmd_##name;
COMMAND_MAP(X)
#undef X

#endif
