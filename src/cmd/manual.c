// SPDX-License-Identifier: Apache-2.0

#include "cmd/manual.h"

#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "config/config.h"

static const char introduction[] =
    "# Configuration\n"
    "\n"
    "CostLens runs without a configuration file: providers come from the keys in the environment\n"
    "(`OPENAI_API_KEY`, `ANTHROPIC_API_KEY`, `GEMINI_API_KEY` and others; `OPENAI_BASE_URL` and\n"
    "`ANTHROPIC_BASE_URL` are honoured), everything else has a default. A file is looked for in "
    "this\n"
    "order; the first is taken:\n"
    "\n"
    "1. `--config FILE`, which every command takes\n"
    "2. `$COSTLENS_CONFIG`\n"
    "3. `costlens.yaml` or `config.yaml` in `$XDG_CONFIG_HOME/costlens` (else "
    "`~/.config/costlens`)\n"
    "4. the same in `/etc/costlens`\n"
    "\n"
    "`costlens config check [FILE]` says everything that is wrong with a file, with its line and "
    "the\n"
    "cure, and what holds in the end. A running gateway reads the file anew on SIGHUP; a faulty "
    "one\n"
    "changes nothing. What needs a restart is named in the log, and stays as it is until then; "
    "what "
    "is\n"
    "new of its warnings (a provider whose key is not there, ...) is logged, too.\n"
    "\n"
    "```yaml\n"
    "listen: [127.0.0.1:7575, \"[::1]:7575\"]\n"
    "admin: [127.0.0.1:7576]\n"
    "store: sqlite:/var/lib/costlens/costlens.db\n"
    "limits: { body: 32MiB }\n"
    "providers:\n"
    "  openai: { key: env:OPENAI_API_KEY }\n"
    "  claude: { dialect: anthropic, vendor: anthropic, url: http://10.0.0.7:8080, "
    "key: env:ANTHROPIC_API_KEY }\n"
    "  bench:\n"
    "    url: http://127.0.0.1:9100/v1\n"
    "    key: file:/etc/costlens/bench.key\n"
    "    models: [bench-model]\n"
    "    timeouts: { first_byte: 60s }\n"
    "aliases:\n"
    "  fast: [openai/gpt-5.4-mini, bench/bench-model]\n"
    "keys:\n"
    "  - { name: ci, token: env:CI_COSTLENS_KEY, team: web, models: [fast, \"gpt-5*\"] }\n"
    "prices:\n"
    "  - { model: bench/bench-model, input_per_mtok: 0.15, output_per_mtok: 0.60 }\n"
    "```\n"
    "\n"
    "**Secrets** are `env:NAME`, `file:PATH` (relative to the configuration file) or "
    "`\"${NAME}\"`;\n"
    "white space around them does not count. A provider or key whose secret is missing is left "
    "out\n"
    "with a warning; `config check` fails for it.\n"
    "\n"
    "**YAML** without its surprises: anchors, tags, several documents and the same name twice are\n"
    "refused. An IPv6 address and `${NAME}` need quotes inside `[ ]` and `{ }`. `true` may be\n"
    "written `yes` or `on`, `false` `no` or `off`.\n"
    "\n"
    "**Which model is meant.** An alias; else the longest `PROVIDER/` in front of the name; else "
    "the\n"
    "first provider, in the file's order, that can serve the call and whose list has it: its "
    "`models`,\n"
    "or the price book's rows of its vendor; of an Ollama what it has, of another server on this "
    "machine\n"
    "what `prices` name (not by a `*`). A provider with `models` has these and no other. A name "
    "that no\n"
    "list has, as of a model newer than the book, goes on, unpriced, to the only provider; of "
    "several to\n"
    "the only one without `models` that speaks the caller's dialect. Else it gets 404, and wants "
    "its\n"
    "`PROVIDER/`. Before that Ollamas are asked whether they have it by now; where one is named "
    "here, a\n"
    "name like theirs (`name:tag`) goes to no other provider.\n"
    "\n"
    "**The admin API** takes its arguments as JSON in the body of a POST, and refuses those "
    "behind a\n"
    "`?`. They are named as the options of the command that does the same:\n"
    "\n"
    "```sh\n"
    "curl -H \"Authorization: Bearer $(cat STATE/admin.token)\" \\\n"
    "    http://127.0.0.1:7576/api/v1/report -d '{\"by\":\"provider\",\"since\":\"7d\"}'\n"
    "```\n";

static const char *const environment[][2] = {
    {"OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, ...",
     "Providers' keys, where the configuration names no provider, or a model of one that it "
     "lacks."},
    {"OPENAI_BASE_URL, ANTHROPIC_BASE_URL, GOOGLE_GEMINI_BASE_URL",
     "Where these providers are, if not at their usual address."},
    {"HTTPS_PROXY, HTTP_PROXY, NO_PROXY",
     "The proxy on the way to providers, but for addresses of this machine."},
    {"SSL_CERT_FILE", "Certificates to trust instead of the system's."},
    {"COSTLENS_CONFIG", "The configuration file, unless --config names one."},
    {"COSTLENS_RUN", "Set by `costlens run` for its program: a run inside it is on its bill, too."},
    {"COSTLENS_RUN_TAGS",
     "Set by `costlens run` for its program: the tags that a run inside it takes over."},
    {"XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_RUNTIME_DIR",
     "Where configuration, state and an overlong socket path go."},
    {"NO_COLOR", "No colours on a terminal."},
};

static const char *const exits[][2] = {
    {"0", "It was done."},
    {"1", "It was tried and did not work; the reason is on standard error."},
    {"2", "The command line is wrong."},
};

static const char *const files[][2] = {
    {"/etc/costlens/costlens.yaml, ~/.config/costlens/costlens.yaml", "The configuration."},
    {"/var/lib/costlens, ~/.local/state/costlens",
     "The ledger (costlens.db), the journal, and the secrets that CostLens makes for itself: "
     "pepper, "
     "dev.key, admin.token."},
};

// A dot or quote at a line's start is an order to roff, a backslash anywhere.
static void add_roff(struct buf *out, const char *text)
{
    bool start = true;
    for (; *text; text++) {
        if (start && (*text == '.' || *text == '\''))
            buf_add_cstr(out, "\\&");
        start = *text == '\n';
        if (*text == '\\')
            buf_add_cstr(out, "\\e");
        else if (*text == '-')
            buf_add_cstr(out, "\\-");
        else
            buf_add_char(out, *text);
    }
}

static void add_pairs(struct buf *out, const char *title, const char *const pairs[][2], size_t n)
{
    buf_printf(out, ".SH %s\n", title);
    for (size_t i = 0; i < n; i++) {
        buf_add_cstr(out, ".TP\n.B ");
        add_roff(out, pairs[i][0]);
        buf_add_char(out, '\n');
        add_roff(out, pairs[i][1]);
        buf_add_char(out, '\n');
    }
}

static void add_command(struct buf *out, const struct command *c)
{
    struct buf help;
    buf_init(&help, &alloc_heap, 0);
    command_help(c, &help);
    buf_printf(out, ".SS costlens %s\n.nf\n", c->name);
    add_roff(out, buf_cstr(&help));
    buf_add_cstr(out, ".fi\n");
    buf_fini(&help);
}

void manual_page(struct buf *out)
{
    const char *heading;
    const struct command *c;
    buf_add_cstr(out,
                 ".\\\" Made from the tables of the program: costlens internal-docs page\n"
                 ".TH COSTLENS 1 \"\" \"CostLens\" \"CostLens\"\n"
                 ".SH NAME\ncostlens \\- what your language models cost, call by call\n"
                 ".SH SYNOPSIS\n.B costlens\n.I COMMAND\n"
                 "[\\fB\\-\\-config\\fR \\fIFILE\\fR] [\\fB\\-\\-json\\fR] [options]\n"
                 ".SH DESCRIPTION\n"
                 "CostLens stands between programs and the language models they use. It passes "
                 "every call on unchanged, prices it to the last digit, and keeps the books. "
                 "Without a configuration file it finds providers by the keys in the "
                 "environment:\n.PP\n.nf\n    OPENAI_API_KEY=sk\\-... costlens serve\n.fi\n"
                 ".SH COMMANDS\nEvery command takes \\-\\-config FILE, \\-\\-json where it has "
                 "something to tell, and \\-\\-help.\n");
    for (size_t i = 0; (c = command_at(i, &heading)) != NULL; i++)
        add_command(out, c);
    buf_add_cstr(out, ".SH CONFIGURATION\n"
                      "A YAML file. `costlens config check` says what is wrong with one.\n");
    config_manual(out, true);
    add_pairs(out, "ENVIRONMENT", environment, sizeof environment / sizeof environment[0]);
    add_pairs(out, "FILES", files, sizeof files / sizeof files[0]);
    add_pairs(out, "EXIT STATUS", exits, sizeof exits / sizeof exits[0]);
}

void manual_configuration(struct buf *out)
{
    buf_add_cstr(out, introduction);
    config_manual(out, false);
}

int manual_command(int argc, char **argv)
{
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    if (argc == 2 && strcmp(argv[1], "page") == 0)
        manual_page(&text);
    else if (argc == 2 && strcmp(argv[1], "configuration") == 0)
        manual_configuration(&text);
    fputs(buf_cstr(&text), stdout);
    int code = text.len ? EXIT_OK : EXIT_USAGE;
    buf_fini(&text);
    return code;
}
