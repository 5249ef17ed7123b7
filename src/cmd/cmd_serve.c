// SPDX-License-Identifier: Apache-2.0
//
// serve - the gateway in the foreground.

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/shell.h"
#include "cmd/command.h"
#include "cmd/hello.h"
#include "cmd/serving.h"
#include "gate/resolve.h"
#include "gate/slips.h"

static const char help[] =
    "usage: costlens serve [--mock] [--mock-if-empty]\n"
    "\n"
    "Runs the gateway in the foreground. Providers come from the configuration file, else from\n"
    "the keys in the environment (OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, ...).\n"
    "\n"
    "SIGTERM and SIGINT end it once the running calls have ended (drain: 30s by default; a second\n"
    "one ends it at once). SIGHUP reads the configuration anew; a faulty one changes nothing.\n";

struct wish {
    bool mock;
    bool mock_if_empty;
};

static const struct option_row options[] = {
    {"mock", NULL, "adds the built-in mock provider: models named mock/..., which cost nothing",
     offsetof(struct wish, mock)},
    {"mock-if-empty", NULL, "the same, but only when no provider is found",
     offsetof(struct wish, mock_if_empty)},
    {0}};

#define LISTS_MS 300 // for what an Ollama has, before what was found is said

struct serving {
    struct config *config;
    const char *program;
    bool auto_mocked;
};

static bool still_tells(struct local *l)
{
    char ignored[MODEL_BYTES_MAX + 1];
    enum local_there there = local_there(l);
    return there == LOCAL_UNASKED || (there == LOCAL_UP && local_undescribed(l, ignored));
}

// The Ollamas are being asked what they have and what that can do; on this machine they answer
// within a moment, or nobody is there.
static void wait_for_lists(const struct snapshot *s)
{
    struct timespec brief = {.tv_nsec = 5 * 1000 * 1000};
    for (unsigned i = 0; i < s->config->provider_count; i++) {
        struct local *l = snapshot_local(s, &s->config->providers[i]);
        for (int k = 0; l && k < LISTS_MS / 5 && still_tells(l); k++)
            nanosleep(&brief, NULL);
    }
}

static void say_providers(const struct snapshot *s)
{
    bool first = true;
    printf("  providers    ");
    for (unsigned i = 0; i < s->config->provider_count; i++) {
        const struct config_provider *p = &s->config->providers[i];
        if (!provider_there(s, p))
            continue;
        printf("%s%.*s", first ? "" : ", ", STR_ARG(p->name));
        first = false;
    }
    printf("%s\n", first
                       ? "none: set OPENAI_API_KEY or another provider's key, and start again; or "
                         "start an Ollama"
                       : "");
}

static const char *scheme(const struct config *c)
{
    return c->tls_cert.len ? "https" : "http";
}

// As another shell finds it, which may stand in another folder.
static void add_path(struct buf *out, const char *path)
{
    char whole[PATH_MAX];
    shell_word(out, str_of(realpath(path, whole) ? whole : path));
}

// Each line can be pasted into a shell as it stands.
static void say_try(const struct serving *s, const struct snapshot *now, struct str address)
{
    struct buf lines;
    buf_init(&lines, &alloc_heap, 64 * KIB);
    buf_add_cstr(&lines, "\n  try it, in another shell:\n\n");
    hello_write(now, address, &lines);
    buf_add_cstr(&lines, "\n    ");
    if (strchr(s->program, '/'))
        add_path(&lines, s->program);
    else
        shell_word(&lines, str_of(s->program)); // found in $PATH
    buf_add_cstr(&lines, " report");
    if (now->config->file.len) {
        buf_add_cstr(&lines, " --config ");
        add_path(&lines, now->config->file.ptr);
    }
    printf("%.*s\n", STR_ARG(buf_str(&lines)));
    buf_fini(&lines);
}

// What a person at the terminal wants to know now.
static void on_ready(struct gate *g, void *context)
{
    const struct serving *s = context;
    struct snapshot *now = gate_snapshot(g);
    const struct config *c = now->config;
    struct str address = c->listen_count ? c->listen[0].address : STR_NONE;
    printf("CostLens %s is running.\n\n", COSTLENS_VERSION);
    printf("  data plane   %s://%.*s/v1   (clients' base URL)\n", scheme(c), STR_ARG(address));
    if (c->admin_count)
        printf("  admin plane  %s://%.*s   (/metrics, /livez, /readyz, /api/v1)\n", scheme(c),
               STR_ARG(c->admin[0].address));
    wait_for_lists(now);
    say_providers(now);
    if (s->auto_mocked)
        printf("               (no provider's key was found, so the built-in mock answers)\n");
    command_print(stdout, "  state        %.*s   (ledger, keys; to remove everything, delete it)\n",
                  STR_ARG(c->state));
    if (c->file.len)
        command_print(stdout, "  file         %.*s\n", STR_ARG(c->file));
    if (c->provider_count)
        say_try(s, now, address);
    printf("\n");
    fflush(stdout);
    snapshot_free(now);
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct wish wish = {0};
    int code = command_options(&cmd_serve, &argc, argv, &wish);
    if (code != EXIT_OK)
        return code;
    if (argc > 1)
        return command_usage(&cmd_serve, "%s is one word too many", argv[1]);
    prctl(PR_SET_DUMPABLE, 0); // before any secret is here: no core, no other process looks inside
    struct why why = {0};
    struct gate_setup setup = {.source = {.file = cli->config_file, .mock = wish.mock}};
    struct serving s = {.program = cli->program};
    enum status status = config_read(&setup.source, &s.config, &why);
    if (status == STATUS_OK && wish.mock_if_empty && !serving_has_provider(s.config)) {
        config_free(s.config);
        setup.source.mock = true;
        s.auto_mocked = true;
        status = config_read(&setup.source, &s.config, &why);
    }
    if (status == STATUS_OK) {
        log_open(s.config->log_format, s.config->log_level);
        slips_config_log(s.config, NULL);
        setup.config = s.config;
        setup.on_ready = on_ready;
        setup.context = &s;
        status = serving_run(&setup, true, &why);
    }
    if (status == STATUS_OK)
        return EXIT_OK;
    return command_failed("%s", why.text[0] ? why.text : status_text(status));
}

const struct command cmd_serve = {.name = "serve",
                                  .summary = "run the gateway in the foreground",
                                  .help = help,
                                  .run = run,
                                  .options = options,
                                  .takes_hangup = true,
                                  .examples = "OPENAI_API_KEY=sk-... costlens serve\n"
                                              "costlens serve --mock\n"
                                              "costlens --config costlens.yaml serve\n"};
