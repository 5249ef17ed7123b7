// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/limits.h"
#include "base/log.h"
#include "cmd/run.h"

#define TAGS_ARENA_MAX ((size_t)64 * KIB)
#define OUTER_BYTES    44 // five runs around it

static const char help[] =
    "usage: costlens run [--budget USD] [--tag NAME=VALUE]... [--name NAME] [--mock] -- CMD "
    "ARGS...\n"
    "\n"
    "Runs CMD with its model calls led through the gateway, and prints on standard error what "
    "they\n"
    "cost: this run's calls alone, whatever else goes through the gateway at the same time.\n"
    "\n"
    "The gateway is the one that runs on the state folder; where none does, one is begun, which\n"
    "ends with the last program that uses it (its output: run.log in the state folder). CMD gets\n"
    "the variables that `costlens env CMD` prints, with a key made for this run, which ends with\n"
    "it: what CMD leaves running in the background can make no more calls then.\n"
    "\n"
    "With --budget, each call holds the most that it can cost before it is sent, and what would "
    "pass\n"
    "the limit waits up to 30 s for calls under way, or is refused with 402. `costlens budget "
    "raise\n"
    "NAME USD` lets CMD go on; the run says its NAME. Calls of runs inside it count, too.\n"
    "\n"
    "Input, output, signals and the terminal are CMD's. The exit status is CMD's: 128+N of a "
    "signal,\n"
    "127 when it is not found, 126 when it cannot be run; 125 when there is no gateway, or the "
    "file\n"
    "of --bill cannot be opened: CMD is not started then.\n";

static const struct option_row options[] = {
    {"budget", "USD", "what the calls of CMD may cost together: 5.00",
     offsetof(struct run_wish, budget)},
    {"tag", "NAME=VALUE...",
     "stands on every call of CMD, whatever the call says, and of\nthe runs inside it that name no "
     "other",
     offsetof(struct run_wish, tags)},
    {"name", "NAME", "what the run is called in reports, as the tag `run` (default: CMD)",
     offsetof(struct run_wish, name)},
    {"bill", "FILE", "writes the bill as JSON there, too", offsetof(struct run_wish, bill)},
    {"quiet", NULL, "prints no bill; what went wrong is said", offsetof(struct run_wish, quiet)},
    {"mock", NULL, "a gateway that is begun has the mock: models named mock/..., without cost",
     offsetof(struct run_wish, mock)},
    {0}};

static enum status begin_cap(struct run *r, struct why *why)
{
    struct json_iter it = {0};
    const struct json_val *warning;
    r->cap.name = buf_str(&r->key);
    enum status s = cap_begin(&r->cap, why);
    while (s == STATUS_OK && json_each(&it, cap_warnings(&r->cap), NULL, &warning))
        run_note(r, "warning: %.*s", STR_ARG(json_str(warning)));
    if (s == STATUS_OK && !r->cli->json && !r->wish.quiet)
        cap_announce(&r->cap, stderr);
    return s;
}

static int not_begun(const struct why *why, enum status s, int code)
{
    command_failed("%s", why->text[0] ? why->text : status_text(s));
    return code;
}

// Only of another run's: what `costlens serve` has is somebody's decision.
static void warn_lacking(struct run *r)
{
    const struct lease *l = &r->lease;
    if (l->own_end && !l->begun_here && l->lacking.len)
        run_note(r,
                 "the gateway of an earlier run, which is used, has no provider %.*s: it has that "
                 "run's environment",
                 STR_ARG(str_skip(buf_str(&l->lacking), 2)));
}

// A program checks the certificate, and few are made for an address of this machine.
static void warn_tls(struct run *r)
{
    struct str base = buf_str(&r->lease.base), scheme = STR("https://");
    if (str_starts(base, scheme))
        run_note(r,
                 "the gateway that runs speaks TLS: calls to %.*s fail unless the program trusts "
                 "its certificate, and that names this address",
                 STR_ARG(str_skip(base, scheme.len)));
}

static int run_all(struct run *r)
{
    struct why why = {0};
    enum status s = lease_begin(r->cli, r->wish.mock, &r->lease, &why);
    if (s != STATUS_OK)
        return not_begun(&why, s, EXIT_NOT_BEGUN);
    if (r->wish.mock && !r->lease.mocked)
        run_note(r, "the gateway that runs already has no mock: --mock changes nothing");
    warn_lacking(r);
    warn_tls(r);
    s = run_key_make(r, &why);
    if (s == STATUS_OK && (s = begin_cap(r, &why)) != STATUS_OK)
        run_key_end(r);
    if (s == STATUS_OK) {
        run_program(r);
        run_key_end(r);
        if (!r->end.error)
            run_settle(r);
    }
    r->over = lease_end(&r->lease);
    if (s == STATUS_OK && !r->end.error)
        run_bill_show(r);
    if (s == STATUS_OK)
        cap_end(&r->cap);
    lease_fini(&r->lease);
    if (s == STATUS_OK)
        return r->end.exit_code;
    bool usage = s == STATUS_SYNTAX || s == STATUS_LIMIT; // of a tag, of the name
    return not_begun(&why, s, usage ? EXIT_USAGE : EXIT_NOT_BEGUN);
}

static int check_tag(struct tags *tags, const char *what, struct str name, struct str value)
{
    enum status s = tags_set(tags, name, value);
    if (s == STATUS_OK)
        return EXIT_OK;
    if (s == STATUS_SYNTAX)
        return command_usage(&cmd_run, "a tag is UTF-8 without control characters, not `%s`", what);
    if (tags->count == TAGS_MAX)
        return command_usage(&cmd_run, "a run has at most %d tags besides its name", TAGS_MAX - 1);
    return command_usage(&cmd_run, "a tag has a name of at most %d bytes and a value of %d: %s",
                         TAG_NAME_MAX, TAG_VALUE_MAX, what);
}

static int check_own(struct run *r)
{
    for (unsigned i = 0; i < r->wish.tags.count; i++) {
        const char *tag = r->wish.tags.at[i];
        const char *equals = strchr(tag, '=');
        if (!equals || equals == tag)
            return command_usage(&cmd_run, "a tag is NAME=VALUE, not `%s`", tag);
        if (strncmp(tag, "run=", 4) == 0)
            return command_usage(&cmd_run, "the tag `run` is the run's name: --name %s", tag + 4);
        int code =
            check_tag(&r->tags, tag, str_from(tag, (size_t)(equals - tag)), str_of(equals + 1));
        if (code != EXIT_OK)
            return code;
    }
    return EXIT_OK;
}

static int check_budget(struct run *r)
{
    struct why why = {0};
    r->cap.limit = r->wish.budget;
    if (r->cap.limit && cap_check(r->cap.limit, &why) != STATUS_OK)
        return command_usage(&cmd_run, "--budget: %s", why.text);
    return EXIT_OK;
}

// Deeper ones would have no place in a name, and be on nobody's bill.
static int check_depth(void)
{
    if (run_outer().len <= OUTER_BYTES)
        return EXIT_OK;
    command_failed("this is a `costlens run` inside six others, whose bills and budgets could not "
                   "have its calls: leave one of them out");
    return EXIT_NOT_BEGUN;
}

static int check(struct run *r)
{
    int code = check_depth();
    if (code == EXIT_OK)
        code = check_budget(r);
    if (code != EXIT_OK)
        return code;
    code = check_tag(&r->tags, buf_cstr(&r->name), str_of("run"), buf_str(&r->name));
    if (code == EXIT_OK)
        code = check_own(r);
    return code == EXIT_OK ? run_inherit(r) : code;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct run r = {.cli = cli, .bill_fd = -1};
    int own = 1;
    log_open(LOG_AUTO, LOG_ERROR); // what happens to the store is no news here
    while (own < argc && strcmp(argv[own], "--") != 0)
        own++;
    int before = own;
    int code = command_options(&cmd_run, &before, argv, &r.wish);
    if (code != EXIT_OK)
        return code;
    if (before > 1)
        return command_usage(&cmd_run, "write -- before the program: costlens run -- %s ...",
                             argv[1]);
    if (own + 1 >= argc)
        return command_usage(&cmd_run, "which program? costlens run -- CMD ARGS...");
    r.argv = argv + own + 1;
    r.launch = launch_of(r.argv);
    struct buf *const texts[] = {
        &r.name,          &r.key,           &r.token,           &r.since,         &r.notes,
        &r.refused.model, &r.refused.error, &r.refused.message, &r.refused.budget};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        buf_init(texts[i], &alloc_heap, 0);
    const char *slash = strrchr(r.argv[0], '/');
    arena_init(&r.arena, &alloc_heap, KIB, TAGS_ARENA_MAX);
    cap_init(&r.cap, cli);
    buf_add_cstr(&r.name, r.wish.name ? r.wish.name : slash ? slash + 1 : r.argv[0]);
    code = check(&r);
    if (code == EXIT_OK)
        code = run_bill_open(&r);
    if (code == EXIT_OK)
        code = run_all(&r);
    if (r.token.ptr)
        digest_wipe(r.token.ptr, r.token.len);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        buf_fini(texts[i]);
    arena_fini(&r.arena);
    cap_fini(&r.cap);
    return code;
}

const struct command cmd_run = {
    .name = "run",
    .summary = "run any program through the gateway, and print its bill",
    .help = help,
    .run = run,
    .options = options,
    .examples = "costlens run -- python3 app.py\n"
                "costlens run --budget 5 -- claude -p 'tidy the tests'\n"
                "costlens run --tag feature=search -- claude -p 'explain main.c'\n"
                "costlens run --mock -- sh -c 'curl -s $OPENAI_BASE_URL/chat/completions \\\n"
                "  -H \"Authorization: Bearer $OPENAI_API_KEY\" \\\n"
                "  -d \"{\\\"model\\\": \\\"mock/fast\\\", \\\"messages\\\": [{\\\"role\\\": "
                "\\\"user\\\", \\\"content\\\": \\\"hi\\\"}]}\"'\n"};
