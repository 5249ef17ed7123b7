// SPDX-License-Identifier: Apache-2.0

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/remote.h"

struct options {
    const char *format, *since, *until, *tz, *output;
};

// One piece; *next gets where the next one begins, empty at the end.
static int print_piece(struct cli *cli, const struct options *o, struct buf *next, FILE *to)
{
    struct buf args;
    struct json *answer = NULL;
    buf_init(&args, &alloc_heap, 0);
    remote_arg(&args, "format", str_of(o->format));
    remote_arg(&args, "since", str_of(o->since));
    remote_arg(&args, "until", str_of(o->until));
    remote_arg(&args, "tz", str_of(o->tz));
    remote_arg(&args, "after", buf_str(next));
    int code = remote_ask(cli, "export", &args, NULL, &answer);
    if (code == EXIT_OK && next->len == 0) // said once
        remote_say_since(answer, stderr);
    buf_clear(next);
    if (code == EXIT_OK) {
        struct str text = json_str(json_get(json_root(answer), "text"));
        buf_add(next, json_str(json_get(json_root(answer), "next")));
        if (fwrite(text.ptr, 1, text.len, to) != text.len)
            code = command_failed("the output could not be written");
    }
    json_close(answer);
    buf_fini(&args);
    return code;
}

static int print_all(struct cli *cli, const struct options *o, FILE *to)
{
    struct buf next;
    buf_init(&next, &alloc_heap, 0);
    bool aloud = o->output && isatty(STDERR_FILENO);
    int code;
    do {
        code = print_piece(cli, o, &next, to);
        if (aloud)
            fprintf(stderr, "\r%ld KB written", ftell(to) / 1024);
    } while (code == EXIT_OK && next.len > 0);
    if (aloud)
        fputc('\n', stderr);
    buf_fini(&next);
    return code;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct options o = {.format = cli->json ? "json" : "csv"};
    int code = command_options(&cmd_export, &argc, argv, &o);
    if (code != EXIT_OK)
        return code;
    if (argc > 1)
        return command_usage(&cmd_export, "takes options only, not `%s`", argv[1]);
    if (strcmp(o.format, "csv") != 0 && strcmp(o.format, "json") != 0)
        return command_usage(&cmd_export, "a format is csv or json, not `%s`", o.format);
    FILE *file = o.output ? fopen(o.output, "wx") : NULL;
    if (o.output && !file)
        return command_failed("%s: %s", o.output,
                              errno == EEXIST ? "it is there already: take another name"
                                              : strerror(errno));
    code = print_all(cli, &o, file ? file : stdout);
    if (file && fclose(file) != 0 && code == EXIT_OK)
        code = command_failed("%s could not be written", o.output);
    if (file && code != EXIT_OK)
        remove(o.output); // half an export is none
    return code;
}

static const struct option_row options[] = {
    {"format", "FORMAT", "csv (default) or json: one object a line",
     offsetof(struct options, format)},
    {"since", "TIME", "from then on: 7d, 24h, 90s, 2026-11-24, 2026-11-24T10:00:00Z",
     offsetof(struct options, since)},
    {"until", "TIME", "before then", offsetof(struct options, until)},
    {"tz", "ZONE", "whose midnight a date means; default UTC", offsetof(struct options, tz)},
    {"output", "FILE", "into a new file; default: the standard output",
     offsetof(struct options, output)},
    {0},
};

const struct command cmd_export = {
    .name = "export",
    .summary = "every call, as CSV or JSON lines",
    .help = "usage: costlens export [--format csv|json] [--since TIME] [--until TIME] [options]\n"
            "\n"
            "One line a call: who, what, how it ended, tokens by kind, exact cost. A text in a CSV "
            "cell\n"
            "that a spreadsheet would take for a formula gets an apostrophe before it.\n",
    .run = run,
    .options = options,
    .examples = "costlens export --since 2026-11-01 --until 2026-12-01 --output november.csv\n"
                "costlens export --format json | jq .cost_usd\n",
};
