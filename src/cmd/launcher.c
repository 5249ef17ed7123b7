// SPDX-License-Identifier: Apache-2.0

#include "cmd/launcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "net/url.h"
#include "wire/dialect.h"

#define SETTINGS_MAX ((size_t)1 * MIB)
#define PATH_SIZE    4096

// In a value: %b the base URL, %k the key.
struct variable {
    const char *name;
    const char *value;   // NULL: taken out of the environment
    const char *dialect; // only where the gateway accepts it; NULL: always
};

// A file of settings that may override the variables.
struct settings {
    const char *path;           // ~ is the home, $NAME/ a variable (no file where it is not set)
    const char *const *members; // of a JSON document, as paths: "env.ANTHROPIC_BASE_URL"
    const char *const *lines;   // or how a line of a text begins
    const char *fine;           // a member of this value is no matter
    const char *effect;
};

struct launcher {
    const char *name;
    const struct variable *variables; // other than every program's; NULL: none
    const char *const *arguments;     // as values; NULL: none
    const struct settings *settings;
    const char *option;          // one that names settings of the kind of settings[0], or is them
    const char *const *words;    // arguments, or with = how they begin, that lead them elsewhere
    const char *const *bypasses; // variables that, when set, do
    const char *unseen;
};

// --- every program ---

// Older clients of OpenAI's, and LiteLLM, read OPENAI_API_BASE; LiteLLM ANTHROPIC_API_BASE before
// ANTHROPIC_BASE_URL. Anthropic's clients complain where a key and a token are set: the key, which
// all of them read. Google's take GOOGLE_API_KEY before GEMINI_API_KEY, and complain where both are
// set: all of them read the second. Ollama's send OLLAMA_API_KEY as a Bearer token; LiteLLM reads
// OLLAMA_API_BASE instead of OLLAMA_HOST. What OPENCODE_CONFIG_CONTENT says opencode takes after
// all its files but an administrator's.
static const struct variable variables[] = {
    {"OPENAI_BASE_URL", "%b/v1", NULL},
    {"OPENAI_API_BASE", "%b/v1", NULL},
    {"OPENAI_API_KEY", "%k", NULL},
    {"ANTHROPIC_BASE_URL", "%b", NULL},
    {"ANTHROPIC_API_BASE", "%b", NULL},
    {"ANTHROPIC_API_KEY", "%k", NULL},
    {"ANTHROPIC_AUTH_TOKEN", NULL, NULL},
    {"GOOGLE_GEMINI_BASE_URL", "%b", NULL},
    {"GEMINI_API_KEY", "%k", NULL},
    {"GOOGLE_API_KEY", NULL, NULL},
    {"OLLAMA_HOST", "%b", "ollama"},
    {"OLLAMA_API_BASE", "%b", "ollama"},
    {"OLLAMA_API_KEY", "%k", "ollama"},
    {"OPENCODE_CONFIG_CONTENT",
     "{\"provider\":{"
     "\"openai\":{\"options\":{\"baseURL\":\"%b/v1\",\"apiKey\":\"%k\"}},"
     "\"anthropic\":{\"options\":{\"baseURL\":\"%b/v1\",\"apiKey\":\"%k\"}},"
     "\"google\":{\"options\":{\"baseURL\":\"%b/v1beta\",\"apiKey\":\"%k\"}}}}",
     NULL},
    {0}};

static const struct launcher any = {
    .name = "",
    .unseen = "It may take its base URL from its own settings or arguments, have it written in its "
              "code, or ask no model at all. `costlens env` prints what it was given."};

// --- Claude Code ---

// It sends both headers where both are set, and asks before it takes a key it does not know; a
// token it takes at once, before a saved login.
static const struct variable claude_variables[] = {
    {"ANTHROPIC_AUTH_TOKEN", "%k", NULL}, {"ANTHROPIC_API_KEY", NULL, NULL}, {0}};
static const char *const claude_members[] = {"env.ANTHROPIC_BASE_URL",
                                             "env.ANTHROPIC_AUTH_TOKEN",
                                             "env.ANTHROPIC_API_KEY",
                                             "env.CLAUDE_CODE_USE_BEDROCK",
                                             "env.CLAUDE_CODE_USE_VERTEX",
                                             "env.CLAUDE_CODE_USE_FOUNDRY",
                                             "apiKeyHelper",
                                             NULL};
#define CLAUDE_FILE(where)                                                         \
    {                                                                              \
        .path = (where), .members = claude_members,                                \
        .effect = "Claude Code takes it before the environment: take it out there" \
    }
static const struct settings claude_settings[] = {
    CLAUDE_FILE("$CLAUDE_CONFIG_DIR/settings.json"),
    CLAUDE_FILE("~/.claude/settings.json"),
    CLAUDE_FILE(".claude/settings.json"),
    CLAUDE_FILE(".claude/settings.local.json"),
    CLAUDE_FILE("/etc/claude-code/managed-settings.json"),
    {0}};
static const char *const claude_bypasses[] = {"CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX",
                                              "CLAUDE_CODE_USE_FOUNDRY", NULL};

// --- Codex ---

// It reads its base URL from its configuration alone; -c goes before that. Its provider `openai`
// would talk over a WebSocket. A later -c goes before ours, and so does a profile.
#define CODEX_PROVIDER                                                             \
    ("model_providers.costlens={name=\"CostLens\", base_url=\"%b/v1\", env_key=\"" \
     "OPENAI_API_KEY\", wire_api=\"responses\", supports_websockets=false}")
static const char *const codex_arguments[] = {"-c", "model_provider=\"costlens\"", "-c",
                                              CODEX_PROVIDER, NULL};
static const char *const codex_words[] = {"model_provider=",
                                          "--config=model_provider=",
                                          "-cmodel_provider=",
                                          "profile=",
                                          "-p",
                                          "--profile",
                                          "--profile=",
                                          "--oss",
                                          NULL};

// --- Gemini CLI ---

static const char *const gemini_members[] = {"security.auth.selectedType", "selectedAuthType",
                                             NULL};
#define GEMINI_FILE(where)                                                                  \
    {                                                                                       \
        .path = (where), .members = gemini_members, .fine = "gemini-api-key",               \
        .effect = "a login of its own goes past the gateway: choose the API key with /auth" \
    }
static const struct settings gemini_settings[] = {
    GEMINI_FILE("~/.gemini/settings.json"), GEMINI_FILE(".gemini/settings.json"), {0}};
static const char *const gemini_bypasses[] = {"GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_GCA",
                                              NULL};

// --- aider ---

// What .env says goes before the environment.
static const char *const aider_lines[] = {
    "OPENAI_API_BASE",    "OPENAI_BASE_URL",   "OPENAI_API_KEY",     "ANTHROPIC_API_BASE",
    "ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY", "AIDER_OPENAI_API_",  "AIDER_ANTHROPIC_API_",
    "openai-api-base:",   "openai-api-key:",   "anthropic-api-key:", NULL};
#define AIDER_FILE(where)                                                    \
    {                                                                        \
        .path = (where), .lines = aider_lines,                               \
        .effect = "aider takes it before the environment: take it out there" \
    }
static const struct settings aider_settings[] = {AIDER_FILE("~/.env"),
                                                 AIDER_FILE(".env"),
                                                 AIDER_FILE("~/.aider.conf.yml"),
                                                 AIDER_FILE(".aider.conf.yml"),
                                                 {0}};

static const struct launcher launchers[] = {
    {.name = "claude",
     .variables = claude_variables,
     .settings = claude_settings,
     .option = "--settings",
     .bypasses = claude_bypasses,
     .unseen = "Look at /status in Claude Code: its base URL must be the gateway's, its token "
               "ANTHROPIC_AUTH_TOKEN. Settings files (`env`, `apiKeyHelper`) go before the "
               "environment."},
    {.name = "codex",
     .arguments = codex_arguments,
     .words = codex_words,
     .unseen = "A profile or a -c of yours may name another model_provider; a cloud task runs "
               "elsewhere."},
    {.name = "gemini",
     .settings = gemini_settings,
     .bypasses = gemini_bypasses,
     .unseen = "A login with Google goes to Google's own servers: choose the API key with /auth. "
               "Some versions read no GOOGLE_GEMINI_BASE_URL."},
    {.name = "opencode",
     .unseen = "Only its providers openai, anthropic and google are led here: choose a model of "
               "one of those."},
    {.name = "aider",
     .settings = aider_settings,
     .unseen = "Only models of openai/ and anthropic/ are led here; .env and .aider.conf.yml go "
               "before the environment."},
    {.name = "cursor-agent",
     .unseen = "It sends its calls to Cursor's own servers, whatever the environment says: they "
               "cannot be seen from here."},
};

// --- which ---

static bool is_program(struct str word, const char *name)
{
    while (str_find(word, '/') < word.len)
        word = str_skip(word, str_find(word, '/') + 1);
    return str_is(word, name);
}

static const struct launcher *find(struct str program)
{
    for (size_t i = 0; i < sizeof launchers / sizeof launchers[0]; i++)
        if (is_program(program, launchers[i].name))
            return &launchers[i];
    return &any;
}

// Programs that start the one that is meant.
static const struct wrapper {
    const char *name;
    const char *with_value[11]; // options whose value is the next word; ends with NULL
    size_t words;               // of its own that stand before the program
} wrappers[] = {
    {"env", {"-u", "--unset", "-C", "--chdir"}, 0},
    {"nice", {"-n", "--adjustment"}, 0},
    {"timeout", {"-k", "--kill-after", "-s", "--signal"}, 1},
    {"nohup", {NULL}, 0},
    {"setsid", {NULL}, 0},
    {"time", {"-f", "--format", "-o", "--output"}, 0},
    {"xvfb-run",
     {"-e", "--error-file", "-f", "--auth-file", "-n", "--server-num", "-p", "--xauth-protocol",
      "-s", "--server-args"},
     0},
};

static const struct wrapper *find_wrapper(struct str word)
{
    for (size_t i = 0; i < sizeof wrappers / sizeof wrappers[0]; i++)
        if (is_program(word, wrappers[i].name))
            return &wrappers[i];
    return NULL;
}

// The word that a wrapper starts; 0 when that is none.
static size_t past_wrapper(const struct wrapper *w, char *const *argv)
{
    size_t at = 1;
    while (argv[at] && (argv[at][0] == '-' || strchr(argv[at], '='))) {
        bool value = false;
        for (const char *const *o = w->with_value; *o; o++)
            value |= strcmp(argv[at], *o) == 0;
        at += value && argv[at + 1] ? 2 : 1;
    }
    for (size_t i = 0; i < w->words && argv[at]; i++)
        at++;
    return argv[at] ? at : 0;
}

// The word that all of them start; 0 when that is none.
static size_t past_wrappers(char *const *argv)
{
    const struct wrapper *w;
    size_t at = 0;
    while ((w = find_wrapper(str_of(argv[at]))) != NULL) {
        size_t more = past_wrapper(w, argv + at);
        if (more == 0)
            return 0;
        at += more;
    }
    return at;
}

// The text of `sh -c TEXT`; empty where there is none.
static struct str shell_text(char *const *argv)
{
    static const char *const shells[] = {"sh", "bash", "dash", "ksh", "zsh", "fish"};
    bool shell = false;
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
        shell |= is_program(str_of(argv[0]), shells[i]);
    bool text = shell && argv[1] && argv[1][0] == '-' && str_ends(str_of(argv[1]), str_of("c"));
    return text && argv[2] ? str_of(argv[2]) : STR_NONE;
}

// What stands behind the `cd DIR` that a text begins with.
static struct str past_cd(struct str text)
{
    size_t end = str_find(text, ';'), and = str_find(text, '&');
    size_t at = end < and? end : and;
    while (at < text.len && strchr(";&", text.ptr[at]))
        at++;
    return str_skip(text, at);
}

// Past `cd DIR &&`, assignments, `exec`, and wrappers without options.
static struct str first_program(struct str text)
{
    struct str word = STR_NONE;
    for (;;) {
        text = str_trim(text);
        struct str all = text;
        if (!str_cut(&text, ' ', &word))
            return STR_NONE;
        if (str_is(word, "cd"))
            text = past_cd(all);
        else if (str_find(word, '=') == word.len && !str_is(word, "exec") && !find_wrapper(word))
            return word;
    }
}

struct launch launch_of(char *const *argv)
{
    struct launch l = {.launcher = &any, .argv = argv};
    if (!argv[0])
        return l;
    l.at = past_wrappers(argv);
    struct str text = shell_text(argv + l.at);
    l.in_text = text.len > 0;
    l.launcher = find(l.in_text ? first_program(text) : str_of(argv[l.at]));
    return l;
}

void launch_names(struct buf *out)
{
    for (size_t i = 0; i < sizeof launchers / sizeof launchers[0]; i++)
        buf_printf(out, "%s%s", i ? ", " : "", launchers[i].name);
}

const char *launch_name(const struct launch *l)
{
    return l->launcher->name;
}

const char *launch_unseen(const struct launch *l)
{
    return l->launcher->unseen;
}

// --- what it is given ---

static void fill(const char *pattern, const struct launch_target *t, struct buf *out)
{
    buf_clear(out);
    for (; *pattern; pattern++) {
        if (*pattern != '%') {
            buf_add_char(out, *pattern);
            continue;
        }
        pattern++;
        must(*pattern == 'b' || *pattern == 'k');
        buf_add(out, *pattern == 'b' ? t->base : t->key);
    }
}

// "http://[::1]:80" -> "::1".
static struct str host_of(struct str base)
{
    struct url url;
    return url_read(base, &url, NULL) == STATUS_OK ? url.host : STR_NONE;
}

// A proxy must not be asked for what is on this machine. Most programs look at one spelling alone:
// both say what either did.
static void no_proxy(const struct launch_target *t, launch_variable_f *f, void *context)
{
    static const char *const proxies[] = {"http_proxy",  "HTTP_PROXY", "https_proxy",
                                          "HTTPS_PROXY", "all_proxy",  "ALL_PROXY"};
    static const char *const names[] = {"no_proxy", "NO_PROXY"};
    struct str host = host_of(t->base);
    bool proxied = false;
    for (size_t i = 0; i < sizeof proxies / sizeof proxies[0]; i++)
        proxied |= getenv(proxies[i]) != NULL;
    for (size_t i = 0; proxied && i < sizeof names / sizeof names[0]; i++) {
        struct buf value;
        const char *before = getenv(names[i]);
        if (!before)
            before = getenv(names[1 - i]);
        buf_init(&value, &alloc_heap, 0);
        buf_printf(&value, "%s%s127.0.0.1,localhost", before ? before : "",
                   before && *before ? "," : "");
        if (host.len && !str_is(host, "127.0.0.1") && !str_is(host, "localhost"))
            buf_printf(&value, ",%.*s", STR_ARG(host));
        f(context, names[i], buf_cstr(&value));
        buf_fini(&value);
    }
}

static bool is_among(const struct variable *list, const char *name)
{
    for (; list && list->name; list++)
        if (strcmp(list->name, name) == 0)
            return true;
    return false;
}

// Each of the list that `but` does not have.
static void each_variable(const struct variable *list, const struct variable *but,
                          const struct launch_target *t, launch_variable_f *f, void *context)
{
    struct buf value;
    enum dialect d;
    buf_init(&value, &alloc_heap, 0);
    for (const struct variable *v = list; v && v->name; v++) {
        if ((v->dialect && !dialect_read(str_of(v->dialect), &d)) || is_among(but, v->name))
            continue;
        if (v->value)
            fill(v->value, t, &value);
        f(context, v->name, v->value ? buf_cstr(&value) : NULL);
    }
    buf_fini(&value);
}

void launch_variables(const struct launch *l, const struct launch_target *t, launch_variable_f *f,
                      void *context)
{
    each_variable(variables, l->launcher->variables, t, f, context);
    each_variable(l->launcher->variables, NULL, t, f, context);
    no_proxy(t, f, context);
}

void launch_arguments(const struct launch *l, const struct launch_target *t, launch_text_f *f,
                      void *context)
{
    struct buf value;
    buf_init(&value, &alloc_heap, 0);
    for (const char *const *a = l->launcher->arguments; a && *a && !l->in_text; a++) {
        fill(*a, t, &value);
        f(context, buf_str(&value));
    }
    buf_fini(&value);
}

// --- what overrides it ---

// False when there is no such place.
static bool place(const char *path, char out[PATH_SIZE])
{
    char name[64];
    const char *folder = "";
    const char *rest = path;
    if (*path == '~') {
        folder = getenv("HOME");
        rest = path + 1;
    } else if (*path == '$') {
        rest = strchr(path, '/');
        if (!str_copy(str_from(path + 1, (size_t)(rest - path) - 1), name, sizeof name))
            return false;
        folder = getenv(name);
    }
    int n = folder ? snprintf(out, PATH_SIZE, "%s%s", folder, rest) : -1;
    return n > 0 && n < PATH_SIZE;
}

struct finding {
    launch_text_f *f;
    void *context;
    const struct settings *settings;
    const char *path;
};

static void found(const struct finding *g, struct str what)
{
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    buf_printf(&text, "%s sets %.*s: %s", g->path, STR_ARG(what), g->settings->effect);
    g->f(g->context, buf_str(&text));
    buf_fini(&text);
}

static void look_members(const struct finding *g, const struct launch_target *t, struct str text)
{
    struct json *j = NULL;
    if (str_starts(text, str_of("\xEF\xBB\xBF")))
        text = str_skip(text, 3);
    if (json_open(text, &alloc_heap, &j, NULL) != STATUS_OK)
        return; // the program itself will say so
    for (const char *const *m = g->settings->members; *m; m++) {
        const struct json_val *v = json_path(json_root(j), *m);
        bool fine = json_type(v) != JSON_STRING || json_str(v).len == 0 ||
                    (g->settings->fine && str_is(json_str(v), g->settings->fine)) ||
                    str_eq(json_str(v), t->base) || str_eq(json_str(v), t->key);
        if (!fine)
            found(g, str_of(*m));
    }
    json_close(j);
}

static void look_lines(const struct finding *g, struct str text)
{
    struct str line;
    while (str_cut(&text, '\n', &line)) {
        line = str_trim(line);
        if (str_starts(line, str_of("export ")))
            line = str_trim(str_skip(line, 7));
        for (const char *const *m = g->settings->lines; *m; m++)
            if (str_starts(line, str_of(*m)))
                found(g, str_from(line.ptr, strcspn(*m, ":")));
    }
}

static void look_settings(const struct launch *l, const struct launch_target *t, launch_text_f *f,
                          void *context)
{
    char path[PATH_SIZE];
    struct buf text;
    buf_init(&text, &alloc_heap, SETTINGS_MAX);
    for (const struct settings *s = l->launcher->settings; s && s->path; s++) {
        struct finding g = {f, context, s, path};
        buf_clear(&text);
        if (!place(s->path, path) || file_read(path, FILE_AT_ONCE, &text, NULL) != STATUS_OK)
            continue;
        if (s->members)
            look_members(&g, t, buf_str(&text));
        else
            look_lines(&g, buf_str(&text));
    }
    buf_fini(&text);
}

PRINTF(3, 4)
static void say(launch_text_f *f, void *context, const char *format, ...)
{
    struct buf text;
    va_list args;
    buf_init(&text, &alloc_heap, 0);
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    f(context, buf_str(&text));
    buf_fini(&text);
}

// The value of an option, as `--settings X` or `--settings=X`; NULL: it is another argument.
static const char *value_of(const char *option, char *const *argument)
{
    size_t n = strlen(option);
    if (strncmp(argument[0], option, n) != 0)
        return NULL;
    return argument[0][n] == '=' ? argument[0] + n + 1 : argument[0][n] ? NULL : argument[1];
}

// A file, or the JSON itself.
static void look_option(const struct launch *l, const struct launch_target *t, const char *value,
                        launch_text_f *f, void *context)
{
    struct buf text;
    struct finding g = {f, context, l->launcher->settings, l->launcher->option};
    must(g.settings && g.settings->members);
    buf_init(&text, &alloc_heap, SETTINGS_MAX);
    if (*value == '{') {
        look_members(&g, t, str_of(value));
    } else if (file_read(value, FILE_AT_ONCE, &text, NULL) == STATUS_OK) {
        g.path = value;
        look_members(&g, t, buf_str(&text));
    }
    buf_fini(&text);
}

static bool leads_elsewhere(const char *const *words, const char *argument)
{
    for (; words && *words; words++) {
        bool begins = (*words)[strlen(*words) - 1] == '=';
        if (begins ? strncmp(argument, *words, strlen(*words)) == 0 : strcmp(argument, *words) == 0)
            return true;
    }
    return false;
}

static void look_arguments(const struct launch *l, const struct launch_target *t, launch_text_f *f,
                           void *context)
{
    const struct launcher *of = l->launcher;
    for (char *const *a = l->argv[0] ? l->argv + l->at + 1 : l->argv; *a; a++) {
        const char *value = of->option ? value_of(of->option, a) : NULL;
        if (value)
            look_option(l, t, value, f, context);
        if (leads_elsewhere(of->words, *a))
            say(f, context,
                "%s goes before what %s is given here, and may lead its calls past the "
                "gateway: leave it out",
                *a, of->name);
    }
    if (l->in_text && of->arguments)
        say(f, context,
            "%s is led by arguments, which cannot be put into a shell's text: its calls go past "
            "the gateway. Write costlens run -- %s ...",
            of->name, of->name);
}

struct assigning {
    const struct launch *launch;
    launch_text_f *f;
    void *context;
};

static void look_assignment(void *context, const char *name, const char *value)
{
    const struct assigning *a = context;
    const struct launch *l = a->launch;
    size_t n = strlen(name);
    (void)value;
    for (size_t i = 0; i < l->at; i++)
        if (strncmp(l->argv[i], name, n) == 0 && l->argv[i][n] == '=')
            say(a->f, a->context, "%s stands before %s, and goes before what it is given here",
                l->argv[i], l->argv[l->at]);
}

void launch_warnings(const struct launch *l, const struct launch_target *t, launch_text_f *f,
                     void *context)
{
    look_settings(l, t, f, context);
    look_arguments(l, t, f, context);
    launch_variables(l, t, look_assignment, &(struct assigning){l, f, context});
    for (const char *const *b = l->launcher->bypasses; b && *b; b++)
        if (getenv(*b))
            say(f, context, "%s is set: with it the calls go past the gateway. Unset it", *b);
}
