// SPDX-License-Identifier: Apache-2.0

#include "cmd/launcher_row.h"

// --- every program ---

// Older clients of OpenAI's, and LiteLLM, read OPENAI_API_BASE; LiteLLM ANTHROPIC_API_BASE before
// ANTHROPIC_BASE_URL. Anthropic's clients complain where a key and a token are set: the key, which
// all of them read. Google's take GOOGLE_API_KEY before GEMINI_API_KEY, and complain where both are
// set: all of them read the second. Ollama's send OLLAMA_API_KEY as a Bearer token; LiteLLM reads
// OLLAMA_API_BASE instead of OLLAMA_HOST. What OPENCODE_CONFIG_CONTENT says opencode takes after
// all its files but an administrator's.
const struct launcher_variable launcher_variables[] = {
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

const struct launcher launcher_any = {
    .name = "",
    .unseen = "It may take its base URL from its own settings or arguments, have it written in its "
              "code, or ask no model at all. `costlens env` prints what it was given."};

// --- Claude Code ---

// It sends both headers where both are set, and asks before it takes a key it does not know; a
// token it takes at once, before a saved login.
static const struct launcher_variable claude_variables[] = {
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
static const struct launcher_settings claude_settings[] = {
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
static const struct launcher_settings gemini_settings[] = {
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
static const struct launcher_settings aider_settings[] = {AIDER_FILE("~/.env"),
                                                          AIDER_FILE(".env"),
                                                          AIDER_FILE("~/.aider.conf.yml"),
                                                          AIDER_FILE(".aider.conf.yml"),
                                                          {0}};

const struct launcher launchers[] = {
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
const size_t launcher_count = sizeof launchers / sizeof launchers[0];
