// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/remote.h"

#define PATH_SIZE 4096

// Where the gateway runs the current folder is another one: it is told the whole path.
static bool absolute(const char *file, struct buf *out)
{
    char here[PATH_SIZE];
    if (file[0] != '/') {
        if (!getcwd(here, sizeof here))
            return false;
        buf_printf(out, "%s/", here);
    }
    buf_add_cstr(out, file);
    return !buf_failed(out);
}

static void print(const struct json *answer, struct str path)
{
    const struct json_val *root = json_root(answer);
    int64_t bytes = 0, format = 0;
    (void)!json_i64(json_get(root, "bytes"), &bytes);
    command_print(stdout, "%.*s: %lld bytes\n", STR_ARG(path), (long long)bytes);
    if (json_i64(json_get(root, "older_format"), &format))
        command_print(stdout,
                      "The store is of an older version of costlens (its format is %lld), and was "
                      "copied as it is:\nwithout the calls that its journal may still hold. "
                      "`costlens serve` takes them in, and brings it up to date.\n",
                      (long long)format);
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct buf path, args, text;
    struct json *answer = NULL;
    int wrong = command_options(&cmd_backup, &argc, argv, NULL);
    if (wrong != EXIT_OK)
        return wrong;
    if (argc != 2)
        return command_usage(&cmd_backup, "needs one FILE");
    buf_init(&path, &alloc_heap, 0);
    buf_init(&args, &alloc_heap, 0);
    buf_init(&text, &alloc_heap, 0);
    if (!absolute(argv[1], &path))
        return command_failed("the current folder has no path");
    remote_arg(&args, "file", buf_str(&path));
    int code = remote_ask(cli, "backup", &args, &text, &answer);
    if (code == EXIT_OK && cli->json)
        puts(buf_cstr(&text));
    else if (code == EXIT_OK)
        print(answer, buf_str(&path));
    json_close(answer);
    buf_fini(&text);
    buf_fini(&args);
    buf_fini(&path);
    return code;
}

const struct command cmd_backup = {
    .name = "backup",
    .summary = "a consistent copy of the ledger, also while it is in use",
    .help =
        "usage: costlens backup FILE\n"
        "\n"
        "Copies the store (ledger, rollups, keys) into FILE, which must not exist; the journal is\n"
        "taken in first. A store of an older version of costlens is copied as it is, and stays "
        "so.\n"
        "To restore: stop the gateway, put FILE where the store was, remove the\n"
        "old store's -wal and -shm files and its journal folder, start the gateway. Keep a copy "
        "of\n"
        "the state folder's file `pepper` too: it is not in FILE, and no key works without it.\n",
    .run = run,
    .examples = "costlens backup /var/backups/costlens-$(date +%F).db\n",
};
