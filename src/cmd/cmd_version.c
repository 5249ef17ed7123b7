// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>

#include "cmd/command.h"

static int run(struct cli *cli, int argc, char **argv)
{
    if (argc > 1)
        return command_usage(&cmd_version, "takes no argument, not `%s`", argv[1]);
    printf(cli->json ? "{\"version\":\"%s\"}\n" : "costlens %s\n", COSTLENS_VERSION);
    return EXIT_OK;
}

const struct command cmd_version = {
    .name = "version",
    .summary = "print the version",
    .help = "usage: costlens version [--json]\n\nPrints the version of this program.\n",
    .run = run,
};
