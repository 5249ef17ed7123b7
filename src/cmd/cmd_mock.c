// SPDX-License-Identifier: Apache-2.0

#include <signal.h>
#include <stdio.h>

#include "base/str.h"
#include "cmd/command.h"
#include "config/value.h"
#include "mock/mock.h"
#include "mock/trouble.h"

static const char help[] =
    "usage: costlens mock [options]\n"
    "\n"
    "A provider that costs nothing: answers in OpenAI's, Anthropic's, Gemini's and Ollama's "
    "formats,\n"
    "the same for the same seed and request, counts tokens as a real one would, and breaks on\n"
    "demand.\n"
    "\n"
    "A fault is asked for in the model's name (mock/hang, gpt-4o+reset=mid+once), in the header\n"
    "x-mock-fault (the same words), or in front of the path of the base URL, for a whole "
    "provider:\n"
    "http://127.0.0.1:7590/+no-done/v1\n";

struct wishes {
    const char *listen;
    const char *seed;
    const char *ttft;
    const char *rate;
    const char *log;
    const char *models;
    const char *key;
    const char *idle;
    bool faults;
};

static const struct option_row options[] = {
    {"listen", "ADDRESS", "default 127.0.0.1:7590", offsetof(struct wishes, listen)},
    {"seed", "N", "same seed, same answers (default 1)", offsetof(struct wishes, seed)},
    {"ttft", "TIME", "before the first token: 300ms, 2s (default 200ms)",
     offsetof(struct wishes, ttft)},
    {"rate", "N", "tokens a second; 0 = all at once (default 100)", offsetof(struct wishes, rate)},
    {"log", "FILE", "what it billed, one JSON line a request", offsetof(struct wishes, log)},
    {"models", "A,B", "serve only these (default: any name)", offsetof(struct wishes, models)},
    {"key", "KEY", "refuse callers that do not bring it", offsetof(struct wishes, key)},
    {"idle", "TIME", "close a connection that was idle that long (default 75s)",
     offsetof(struct wishes, idle)},
    {"faults", NULL, "list the faults and end", offsetof(struct wishes, faults)},
    {0}};

// As in the configuration, a day at most. NULL leaves *ms as it is.
static bool read_time(const char *text, int64_t *ms)
{
    return !text || (value_time(str_of(text), ms) && *ms <= 86400000);
}

static bool read_number(const char *text, int64_t *n)
{
    return !text || (str_i64(str_of(text), n) && *n >= 0);
}

static int list_faults(void)
{
    for (unsigned i = 0; trouble_name(i); i++)
        printf("%-12s %s\n", trouble_name(i), trouble_words(i));
    printf("%-12s the peculiarities of a vendor that speaks OpenAI's format:\n", "as=VENDOR");
    for (unsigned i = 0; trouble_vendor(i); i++)
        printf("%s%s", i ? ", " : "             ", trouble_vendor(i));
    printf("\n");
    return EXIT_OK;
}

// Serves until a signal asks for the end.
static int serve(const struct mock_setup *setup)
{
    struct why why = {0};
    struct mock *mock = NULL;
    sigset_t ends;
    int number = 0;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    // Before the mock's thread starts, so that it inherits the mask and only sigwait sees them.
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    if (mock_start(setup, &mock, &why) != STATUS_OK)
        return command_failed("%s", why.text);
    fprintf(stderr, "costlens mock: listening on port %u; Ctrl-C ends it\n",
            (unsigned)mock_port(mock));
    sigwait(&ends, &number);
    mock_stop(mock);
    return EXIT_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct wishes w = {.listen = "127.0.0.1:7590"};
    int64_t seed = 1;
    (void)cli;
    if (command_options(&cmd_mock, &argc, argv, &w) != EXIT_OK)
        return EXIT_USAGE;
    if (argc > 1)
        return command_usage(&cmd_mock, "what is %s?", argv[1]);
    if (w.faults)
        return list_faults();
    struct mock_setup setup = {.listen = w.listen,
                               .ttft_ms = 200,
                               .tokens_per_second = 100,
                               .log = w.log,
                               .models = w.models,
                               .key = w.key};
    const char *wrong = !read_time(w.ttft, &setup.ttft_ms)   ? "ttft: write 300ms or 2s"
                        : !read_time(w.idle, &setup.idle_ms) ? "idle: write 300ms or 2s"
                        : !read_number(w.rate, &setup.tokens_per_second)
                            ? "rate: write a whole number, 0 or more"
                        : !read_number(w.seed, &seed) ? "seed: write a whole number, 0 or more"
                                                      : NULL;
    if (wrong)
        return command_usage(&cmd_mock, "--%s", wrong);
    setup.seed = (uint64_t)seed;
    return serve(&setup);
}

const struct command cmd_mock = {
    .name = "mock",
    .summary = "a provider that costs nothing, for demos, tests and load",
    .help = help,
    .run = run,
    .options = options,
    .examples = "costlens mock --ttft 0 --rate 0 --log bill.jsonl\n"
                "costlens mock --listen 127.0.0.1:9100 --rate 20 --seed 7"};
