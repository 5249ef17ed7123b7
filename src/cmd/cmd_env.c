// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_out.h"
#include "base/shell.h"
#include "cmd/launcher.h"
#include "cmd/lease.h"
#include "cmd/remote.h"
#include "gate/state.h"

static const char help[] =
    "usage: costlens env [--shell sh|fish|powershell] [LAUNCHER]\n"
    "\n"
    "Prints the variables that point programs at the gateway: the base URL and key of every "
    "dialect\n"
    "that it accepts. With LAUNCHER (claude, codex, gemini, opencode, aider, cursor-agent): what "
    "that\n"
    "program needs besides, and what in its settings overrides it. The key is the one in dev.key "
    "of the state "
    "folder.\n";

struct wish {
    const char *shell;
};

static const struct option_row options[] = {
    {"shell", "SHELL", "sh, fish or powershell (default: fish where $SHELL is, else sh)",
     offsetof(struct wish, shell)},
    {0}};

// How a shell says it; of a quote inside a quoted word, what stands for it.
static const struct shell {
    const char *name;
    const char *set, *between, *after;
    const char *quote;
    const char *unset, *unset_after;
} shells[] = {
    {"sh", "export ", "=", "", "'\\''", "unset ", ""},
    {"fish", "set -gx ", " ", "", "\\'", "set -e ", ""},
    {"powershell", "$env:", " = ", "", "''", "Remove-Item Env:", " -ErrorAction SilentlyContinue"},
};

static const struct shell *find_shell(const char *name)
{
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
        if (strcmp(shells[i].name, name) == 0)
            return &shells[i];
    return NULL;
}

static const struct shell *own_shell(void)
{
    const char *path = getenv("SHELL");
    const char *slash = path ? strrchr(path, '/') : NULL;
    return find_shell(slash && strcmp(slash, "/fish") == 0 ? "fish" : "sh");
}

struct printing {
    const struct shell *shell;
    struct buf *out;
};

static void print_variable(void *context, const char *name, const char *value)
{
    const struct printing *p = context;
    const struct shell *s = p->shell;
    if (!value) {
        buf_printf(p->out, "%s%s%s\n", s->unset, name, s->unset_after);
        return;
    }
    buf_printf(p->out, "%s%s%s'", s->set, name, s->between);
    for (; *value; value++) {
        if (*value == '\'')
            buf_add_cstr(p->out, s->quote);
        else
            buf_add_char(p->out, *value);
    }
    buf_printf(p->out, "'%s\n", s->after);
}

static void print_argument(void *context, struct str text)
{
    const struct printing *p = context;
    buf_add_char(p->out, ' ');
    shell_word(p->out, text);
}

static void print_shell(const struct launch *l, const struct launch_target *t,
                        const struct shell *shell, struct buf *out)
{
    struct printing p = {shell, out};
    launch_variables(l, t, print_variable, &p);
    size_t before = out->len;
    buf_printf(out, "# arguments, too: %s", launch_name(l));
    size_t words = out->len;
    launch_arguments(l, t, print_argument, &p);
    if (out->len == words)
        out->len = before;
    else
        buf_add_char(out, '\n');
}

// --- JSON ---

static void add_set(void *context, const char *name, const char *value)
{
    if (value)
        json_out_text(context, name, str_of(value));
}

static void add_unset(void *context, const char *name, const char *value)
{
    if (!value)
        json_out_text(context, NULL, str_of(name));
}

static void add_text(void *context, struct str text)
{
    json_out_text(context, NULL, text);
}

static void print_json(const struct launch *l, const struct launch_target *t, struct buf *out)
{
    struct json_out o = {out, true};
    json_out_begin(&o, NULL, '{');
    json_out_begin(&o, "variables", '{');
    launch_variables(l, t, add_set, &o);
    json_out_end(&o, '}');
    json_out_begin(&o, "unset", '[');
    launch_variables(l, t, add_unset, &o);
    json_out_end(&o, ']');
    json_out_begin(&o, "arguments", '[');
    launch_arguments(l, t, add_text, &o);
    json_out_end(&o, ']');
    json_out_begin(&o, "warnings", '[');
    launch_warnings(l, t, add_text, &o);
    json_out_end(&o, ']');
    json_out_end(&o, '}');
    buf_add_char(out, '\n');
}

// --- the whole ---

static void warn(void *context, struct str text)
{
    (void)context;
    command_print(stderr, "costlens: %.*s\n", STR_ARG(text));
}

static void print(const struct cli *cli, const struct shell *shell, const struct launch *l,
                  const struct launch_target *t)
{
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    if (cli->json)
        print_json(l, t, &out);
    else
        print_shell(l, t, shell, &out);
    fwrite(out.ptr, 1, out.len, stdout);
    buf_fini(&out);
    if (cli->json)
        return;
    launch_warnings(l, t, warn, NULL);
    if (!l->argv[0])
        warn(NULL,
             str_of(
                 "codex takes no variables, and claude asks before it takes the key: costlens env "
                 "codex (or claude), or costlens run -- codex ..."));
}

static int unknown(const char *program)
{
    struct buf names;
    buf_init(&names, &alloc_heap, 0);
    launch_names(&names);
    int code = command_usage(&cmd_env,
                             "no launcher `%s`: there are %s; what any other program needs, "
                             "`costlens env` prints",
                             program, buf_cstr(&names));
    buf_fini(&names);
    return code;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct wish wish = {0};
    struct why why = {0};
    struct buf base;
    struct secret *key = NULL;
    int code = command_options(&cmd_env, &argc, argv, &wish);
    if (code != EXIT_OK)
        return code;
    if (argc > 2)
        return command_usage(&cmd_env, "%s is one word too many", argv[2]);
    const struct shell *shell = wish.shell ? find_shell(wish.shell) : own_shell();
    if (!shell)
        return command_usage(&cmd_env, "a shell is sh, fish or powershell, not `%s`", wish.shell);
    char *program[] = {argc > 1 ? argv[1] : NULL, NULL};
    const struct launch launch = launch_of(program);
    if (program[0] && !launch_name(&launch)[0])
        return unknown(program[0]);
    buf_init(&base, &alloc_heap, 0);
    enum status s = lease_look(cli, &base, &key, &why);
    if (s == STATUS_OK) {
        struct launch_target t = {buf_str(&base), secret_expose(key)};
        print(cli, shell, &launch, &t);
    } else {
        command_failed("%s", why.text[0] ? why.text : status_text(s));
    }
    secret_free(key);
    buf_fini(&base);
    return s == STATUS_OK ? EXIT_OK : EXIT_FAILED;
}

const struct command cmd_env = {.name = "env",
                                .summary = "print the variables that point programs at the gateway",
                                .help = help,
                                .run = run,
                                .options = options,
                                .examples = "eval \"$(costlens env)\"\n"
                                            "costlens env claude\n"
                                            "costlens env --shell fish | source\n"};
