// SPDX-License-Identifier: Apache-2.0

#include "cmd/launcher.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/limits.h"
#include "net/url.h"
#include "wire/dialect.h"

#define SETTINGS_MAX ((size_t)1 * MIB)
#define PATH_SIZE    4096

// In a value: %b the base URL, %h its host and port, %k the key.
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
    const struct variable *variables;
    const char *const *arguments; // as values; NULL: none
    const struct settings *settings;
    const char *const *bypasses; // variables that, when set, lead its calls elsewhere
    const char *unseen;
};

// --- everything else ---

// Google's clients take GOOGLE_API_KEY before GEMINI_API_KEY; older ones of OpenAI's, and LiteLLM,
// read OPENAI_API_BASE. Ollama's clients send OLLAMA_API_KEY as a Bearer token.
#define OPENAI_VARIABLES                                                    \
    {"OPENAI_BASE_URL", "%b/v1", NULL}, {"OPENAI_API_BASE", "%b/v1", NULL}, \
    {                                                                       \
        "OPENAI_API_KEY", "%k", NULL                                        \
    }
#define GOOGLE_VARIABLES                                                    \
    {"GOOGLE_GEMINI_BASE_URL", "%b", NULL}, {"GEMINI_API_KEY", "%k", NULL}, \
    {                                                                       \
        "GOOGLE_API_KEY", "%k", NULL                                        \
    }

static const struct variable any_variables[] = {OPENAI_VARIABLES,
                                                {"ANTHROPIC_BASE_URL", "%b", NULL},
                                                {"ANTHROPIC_AUTH_TOKEN", "%k", NULL},
                                                {"ANTHROPIC_API_KEY", "%k", NULL},
                                                GOOGLE_VARIABLES,
                                                {"OLLAMA_HOST", "%b", "ollama"},
                                                {"OLLAMA_API_KEY", "%k", "ollama"},
                                                {0}};

static const struct launcher any = {
    .name = "",
    .variables = any_variables,
    .unseen = "It may take its base URL from its own settings or arguments, have it written in its "
              "code, or ask no model at all. `costlens env` prints what it was given."};

// --- Claude Code ---

// It sends both headers where both are set, and asks before it takes a key it does not know; a
// token it takes at once, before a saved login.
static const struct variable claude_variables[] = {{"ANTHROPIC_BASE_URL", "%b", NULL},
                                                   {"ANTHROPIC_AUTH_TOKEN", "%k", NULL},
                                                   {"ANTHROPIC_API_KEY", NULL, NULL},
                                                   {0}};
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
// would talk over a WebSocket.
static const struct variable codex_variables[] = {OPENAI_VARIABLES, {0}};
#define CODEX_PROVIDER                                                             \
    ("model_providers.costlens={name=\"CostLens\", base_url=\"%b/v1\", env_key=\"" \
     "OPENAI_API_KEY\", wire_api=\"responses\", supports_websockets=false}")
static const char *const codex_arguments[] = {"-c", "model_provider=\"costlens\"", "-c",
                                              CODEX_PROVIDER, NULL};

// --- Gemini CLI ---

static const struct variable gemini_variables[] = {GOOGLE_VARIABLES, {0}};
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

// --- opencode ---

// What this variable says it takes after all its files but an administrator's.
static const struct variable opencode_variables[] = {
    OPENAI_VARIABLES,
    {"ANTHROPIC_API_KEY", "%k", NULL},
    {"GEMINI_API_KEY", "%k", NULL},
    {"OPENCODE_CONFIG_CONTENT",
     "{\"provider\":{"
     "\"openai\":{\"options\":{\"baseURL\":\"%b/v1\",\"apiKey\":\"{env:OPENAI_API_KEY}\"}},"
     "\"anthropic\":{\"options\":{\"baseURL\":\"%b/v1\",\"apiKey\":\"{env:ANTHROPIC_API_KEY}\"}},"
     "\"google\":{\"options\":{\"baseURL\":\"%b/v1beta\",\"apiKey\":\"{env:GEMINI_API_KEY}\"}}}}",
     NULL},
    {0}};

// --- aider ---

// LiteLLM inside: it takes ANTHROPIC_API_BASE before ANTHROPIC_BASE_URL. What .env says goes before
// the environment.
static const struct variable aider_variables[] = {OPENAI_VARIABLES,
                                                  {"ANTHROPIC_BASE_URL", "%b", NULL},
                                                  {"ANTHROPIC_API_BASE", "%b", NULL},
                                                  {"ANTHROPIC_API_KEY", "%k", NULL},
                                                  {0}};
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
     .bypasses = claude_bypasses,
     .unseen = "Look at /status in Claude Code: its base URL must be the gateway's, its token "
               "ANTHROPIC_AUTH_TOKEN. Settings files (`env`, `apiKeyHelper`) go before the "
               "environment."},
    {.name = "codex",
     .variables = codex_variables,
     .arguments = codex_arguments,
     .unseen = "A profile or a -c of yours may name another model_provider; a cloud task runs "
               "elsewhere."},
    {.name = "gemini",
     .variables = gemini_variables,
     .settings = gemini_settings,
     .bypasses = gemini_bypasses,
     .unseen = "A login with Google goes to Google's own servers: choose the API key with /auth. "
               "Some versions read no GOOGLE_GEMINI_BASE_URL."},
    {.name = "opencode",
     .variables = opencode_variables,
     .unseen = "Only its providers openai, anthropic and google are led here: choose a model of "
               "one of those."},
    {.name = "aider",
     .variables = aider_variables,
     .settings = aider_settings,
     .unseen = "Only models of openai/ and anthropic/ are led here; .env and .aider.conf.yml go "
               "before the environment."},
    {.name = "cursor-agent",
     .variables = any_variables,
     .unseen = "It sends its calls to Cursor's own servers, whatever the environment says: they "
               "cannot be seen from here."},
};

// --- which ---

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

const struct launcher *launcher_find(const char *program)
{
    for (size_t i = 0; i < sizeof launchers / sizeof launchers[0]; i++)
        if (strcmp(launchers[i].name, base_of(program)) == 0)
            return &launchers[i];
    return &any;
}

const char *launcher_name(const struct launcher *l)
{
    return l->name;
}

const char *launcher_unseen(const struct launcher *l)
{
    return l->unseen;
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
static void no_proxy(const struct launch_target *t, launcher_variable_f *f, void *context)
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

void launcher_variables(const struct launcher *l, const struct launch_target *t,
                        launcher_variable_f *f, void *context)
{
    struct buf value;
    enum dialect d;
    buf_init(&value, &alloc_heap, 0);
    for (const struct variable *v = l->variables; v->name; v++) {
        if (v->dialect && !dialect_read(str_of(v->dialect), &d))
            continue;
        if (v->value)
            fill(v->value, t, &value);
        f(context, v->name, v->value ? buf_cstr(&value) : NULL);
    }
    buf_fini(&value);
    no_proxy(t, f, context);
}

void launcher_arguments(const struct launcher *l, const struct launch_target *t, launcher_text_f *f,
                        void *context)
{
    struct buf value;
    buf_init(&value, &alloc_heap, 0);
    for (const char *const *a = l->arguments; a && *a; a++) {
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

static bool read_file(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = 1;
    if (fd < 0)
        return false;
    while (n > 0 && out->len < SETTINGS_MAX) {
        char *room = buf_room(out, 4096);
        n = room ? read(fd, room, 4096) : -1;
        out->len += n > 0 ? (size_t)n : 0;
    }
    close(fd);
    return n == 0;
}

struct finding {
    launcher_text_f *f;
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

void launcher_warnings(const struct launcher *l, const struct launch_target *t, launcher_text_f *f,
                       void *context)
{
    char path[PATH_SIZE];
    struct buf text;
    buf_init(&text, &alloc_heap, SETTINGS_MAX + 4096);
    for (const struct settings *s = l->settings; s && s->path; s++) {
        struct finding g = {f, context, s, path};
        buf_clear(&text);
        if (!place(s->path, path) || !read_file(path, &text))
            continue;
        if (s->members)
            look_members(&g, t, buf_str(&text));
        else
            look_lines(&g, buf_str(&text));
    }
    for (const char *const *b = l->bypasses; b && *b; b++) {
        if (!getenv(*b))
            continue;
        buf_clear(&text);
        buf_printf(&text, "%s is set: with it the calls go past the gateway. Unset it", *b);
        f(context, buf_str(&text));
    }
    buf_fini(&text);
}
