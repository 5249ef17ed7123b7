// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <string.h>

#include "cmd/remote.h"

static void print_checks(const struct json *j)
{
    struct json_iter it = {0};
    struct str key;
    const struct json_val *v;
    while (json_each(&it, json_get(json_root(j), "checks"), &key, &v)) {
        int64_t checked = 0, differences = 0, others = 0;
        if (!json_i64(json_get(v, "checked"), &checked) ||
            !json_i64(json_get(v, "differences"), &differences))
            continue;
        printf("%-12.*s %lld checked, ", STR_ARG(json_str(json_get(v, "name"))),
               (long long)checked);
        if (differences)
            printf("%lld DIFFER", (long long)differences);
        else
            printf("all agree");
        if (json_i64(json_get(v, "other_prices"), &others) && others)
            printf("; %lld not checked: their prices have changed since", (long long)others);
        putchar('\n');
    }
    it = (struct json_iter){0};
    while (json_each(&it, json_get(json_root(j), "differences"), &key, &v))
        command_print(stdout, "  %.*s\n", STR_ARG(json_str(v)));
}

static int verify(struct cli *cli)
{
    struct buf args, text;
    struct json *answer = NULL;
    buf_init(&args, &alloc_heap, 0);
    buf_init(&text, &alloc_heap, 0);
    int code = remote_ask(cli, "verify", &args, &text, &answer);
    if (code == EXIT_OK) {
        bool balanced = json_bool(json_get(json_root(answer), "balanced"), false);
        if (cli->json) {
            puts(buf_cstr(&text));
        } else {
            print_checks(answer);
            puts(balanced ? "The books balance." : "The books do NOT balance.");
        }
        code = balanced ? EXIT_OK : EXIT_FAILED;
    }
    json_close(answer);
    buf_fini(&text);
    buf_fini(&args);
    return code;
}

static int run(struct cli *cli, int argc, char **argv)
{
    int code = command_options(&cmd_ledger, &argc, argv, NULL);
    if (code != EXIT_OK)
        return code;
    if (argc > 2)
        return command_usage(&cmd_ledger, "`%s` is one too many", argv[2]);
    if (argc != 2 || strcmp(argv[1], "verify") != 0)
        return command_usage(&cmd_ledger, "what? `costlens ledger verify`");
    return verify(cli);
}

const struct command cmd_ledger = {
    .name = "ledger",
    .summary = "prove that the books balance",
    .help =
        "usage: costlens ledger verify [--json]\n"
        "\n"
        "Adds every hour's rows up anew and holds them against the rollups; looks for attempts "
        "that\n"
        "are there twice, for tags that cannot be read, and for calls that lost one by which a\n"
        "budget counted them; multiplies each call's tokens with the prices it was given, where "
        "they\n"
        "are still the same; adds up what the budgets of each call were charged, what of it "
        "passed\n"
        "their limits, and what is set aside for running calls; looks for every end of a call "
        "that\n"
        "the journal knows. Names each difference. It does not see a budget's window that begins "
        "at\n"
        "a wrong moment, nor an overdraft that is too high.\n"
        "Ends with 0 when the books balance.\n",
    .run = run,
};
