// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../unit.h"
#include "cmd/command.h"

struct options {
    const char *since, *name;
    bool all;
};

static const struct option_row rows[] = {
    {"since", "TIME", "from when\non", offsetof(struct options, since)},
    {"name", "NAME", "whose", offsetof(struct options, name)},
    {"all", NULL, "every one", offsetof(struct options, all)},
    {0},
};

static const struct command sample = {.name = "sample",
                                      .summary = "s",
                                      .help = "usage: costlens sample\n",
                                      .options = rows,
                                      .examples = "costlens sample --all\n"};

// What was said on stderr since.
static char said[2000];
static int kept_stderr;
static FILE *catcher;

static void catch (void)
{
    fflush(stderr);
    catcher = tmpfile();
    kept_stderr = dup(2);
    dup2(fileno(catcher), 2);
}

static const char *release(void)
{
    fflush(stderr);
    dup2(kept_stderr, 2);
    close(kept_stderr);
    rewind(catcher);
    size_t n = fread(said, 1, sizeof said - 1, catcher);
    said[n] = 0;
    fclose(catcher);
    return said;
}

static void reads_options(void **state)
{
    (void)state;
    char *argv[] = {"sample", "--since=7d", "one",   "--all", "--name", "--since",
                    "-",      "--",         "--all", "-x",    NULL};
    int argc = 10;
    struct options o = {0};
    assert_int_equal(command_options(&sample, &argc, argv, &o), EXIT_OK);
    assert_string_equal(o.since, "7d");
    assert_string_equal(o.name, "--since"); // a value may look like an option
    assert_true(o.all);
    assert_int_equal(argc, 5);
    assert_string_equal(argv[1], "one");
    assert_string_equal(argv[2], "-");
    assert_string_equal(argv[3], "--all");
    assert_string_equal(argv[4], "-x");
}

static void refuses(char *first, char *second, const char *phrase)
{
    char *argv[] = {"sample", first, second, NULL};
    int argc = second ? 3 : 2;
    struct options o = {0};
    catch ();
    int code = command_options(&sample, &argc, argv, &o);
    const char *text = release();
    assert_int_equal(code, EXIT_USAGE);
    if (!strstr(text, phrase) || !strstr(text, "costlens sample --help"))
        fail_msg("%s", text);
}

static void refuses_others(void **state)
{
    (void)state;
    refuses("--sinc", "x", "did you mean --since?");
    refuses("--nonsense", NULL, "no option --nonsense");
    refuses("--name", NULL, "--name needs a value: --name NAME");
    refuses("--name=", NULL, "--name is empty: leave it out, or --name NAME");
    refuses("--since", " ", "--since is empty");
    refuses("--all=yes", NULL, "--all takes no value");
    refuses("-a", NULL, "no option -a");
}

static void helps(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    command_help(&sample, &b);
    assert_string_equal(buf_cstr(&b), "usage: costlens sample\n"
                                      "\noptions:\n"
                                      "  --since TIME           from when\n"
                                      "                         on\n"
                                      "  --name NAME            whose\n"
                                      "  --all                  every one\n"
                                      "\nexamples:\n"
                                      "  costlens sample --all\n");
    buf_fini(&b);
}

static int program(char *first, char *second, const char *phrase)
{
    char *argv[] = {"costlens", first, second, NULL};
    catch ();
    int code = command_main(second ? 3 : first ? 2 : 1, argv);
    const char *text = release();
    if (phrase && !strstr(text, phrase))
        fail_msg("%s", text);
    return code;
}

static void finds_commands(void **state)
{
    (void)state;
    assert_int_equal(program("version", "extra", "takes no argument"), EXIT_USAGE);
    assert_int_equal(program("verson", NULL, "did you mean `version`?"), EXIT_USAGE);
    assert_int_equal(program("zzzzzzzz", NULL, "no command `zzzzzzzz`\n"), EXIT_USAGE);
    assert_int_equal(program("help", "confg", "did you mean `config`?"), EXIT_USAGE);
    assert_int_equal(program("--config", NULL, "--config FILE"), EXIT_USAGE);
    assert_int_equal(program("report", "--config", "--config FILE"), EXIT_USAGE);
    assert_int_equal(program("report", "--config=", "--config FILE"), EXIT_USAGE);
    assert_int_equal(program(NULL, NULL, "usage: costlens COMMAND"), EXIT_USAGE);
    assert_int_equal(program("config", "chek", "`chek` is not understood"), EXIT_USAGE);
    assert_int_equal(program("key", "rotate", "rotate which?"), EXIT_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_options),
        cmocka_unit_test(refuses_others),
        cmocka_unit_test(helps),
        cmocka_unit_test(finds_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
