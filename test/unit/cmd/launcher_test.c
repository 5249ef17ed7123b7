// SPDX-License-Identifier: Apache-2.0

#include <string.h>

#include "../folder.h"
#include "../unit.h"
#include "cmd/launcher.h"

static struct launch_target target = {STR("http://127.0.0.1:1"), STR("sk-cl-x")};

struct seen {
    char text[8192];
};

static void add(struct seen *s, const char *name, const char *value)
{
    size_t n = strlen(s->text);
    snprintf(s->text + n, sizeof s->text - n, "%s%s%s\n", name, value ? "=" : " unset",
             value ? value : "");
}

static void see_variable(void *context, const char *name, const char *value)
{
    add(context, name, value);
}

static void see_text(void *context, struct str text)
{
    char line[2048];
    assert_true(str_copy(text, line, sizeof line));
    add(context, line, "");
}

// Of the words of a command line; what is behind `argv` and not set is NULL.
#define LAUNCH(...) ((struct launch[1]){launch_of((char *[8]){__VA_ARGS__})})

static struct seen variables_of(char *program)
{
    struct seen s = {""};
    const struct launch *l = LAUNCH(program);
    launch_variables(l, &target, see_variable, &s);
    return s;
}

static struct seen warned(const struct launch *l)
{
    struct seen s = {""};
    launch_warnings(l, &target, see_text, &s);
    return s;
}

static struct seen warnings_of(char *program)
{
    return warned(LAUNCH(program));
}

static bool has(struct seen s, const char *line)
{
    return strstr(s.text, line) != NULL;
}

static void gives_everything_to_the_unknown(void **state)
{
    (void)state;
    struct seen s = variables_of("python3");
    assert_true(has(s, "OPENAI_BASE_URL=http://127.0.0.1:1/v1\n"));
    assert_true(has(s, "OPENAI_API_KEY=sk-cl-x\n"));
    assert_true(has(s, "ANTHROPIC_BASE_URL=http://127.0.0.1:1\n"));
    assert_true(has(s, "ANTHROPIC_API_KEY=sk-cl-x\n"));
    assert_true(has(s, "GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:1\n"));
    assert_true(has(s, "GEMINI_API_KEY=sk-cl-x\n"));
    assert_true(has(s, "GOOGLE_API_KEY unset\n")); // or Google's client complains
    assert_true(has(s, "OLLAMA_HOST=http://127.0.0.1:1\n"));
    assert_true(has(s, "OLLAMA_API_BASE=http://127.0.0.1:1\n")); // LiteLLM's
    assert_true(has(s, "OLLAMA_API_KEY=sk-cl-x\n"));
    assert_true(has(s, "ANTHROPIC_API_BASE=http://127.0.0.1:1\n")); // LiteLLM's
    assert_true(has(s, "ANTHROPIC_AUTH_TOKEN unset\n"));            // or its client complains
    assert_true(has(s, "\"baseURL\":\"http://127.0.0.1:1/v1\""));   // opencode's
    assert_string_equal(launch_name(LAUNCH("claudette")), "");
    assert_true(warnings_of("python3").text[0] == 0);
}

// What they start in their turn may speak any dialect: an agent that runs the tests.
static void gives_everything_to_each(void **state)
{
    (void)state;
    static char *const programs[] = {"claude", "codex", "gemini", "opencode", "aider"};
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        struct seen s = variables_of(programs[i]);
        assert_true(has(s, "OPENAI_BASE_URL=http://127.0.0.1:1/v1\n"));
        assert_true(has(s, "OPENAI_API_KEY=sk-cl-x\n"));
        assert_true(has(s, "ANTHROPIC_BASE_URL=http://127.0.0.1:1\n"));
        assert_true(has(s, "ANTHROPIC_API_BASE=http://127.0.0.1:1\n"));
        assert_true(has(s, "GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:1\n"));
        assert_true(has(s, "GEMINI_API_KEY=sk-cl-x\n"));
        assert_true(has(s, "OLLAMA_HOST=http://127.0.0.1:1\n"));
        bool claude = i == 0;
        assert_int_equal(has(s, "ANTHROPIC_AUTH_TOKEN=sk-cl-x\n"), claude);
        assert_int_equal(has(s, "ANTHROPIC_API_KEY=sk-cl-x\n"), !claude);
        assert_int_equal(has(s, "ANTHROPIC_API_KEY unset\n"), claude);
    }
}

static void knows_programs_by_name_and_path(void **state)
{
    (void)state;
    assert_string_equal(launch_name(LAUNCH("/usr/local/bin/claude")), "claude");
    assert_non_null(strstr(launch_unseen(LAUNCH("cursor-agent")), "Cursor's own servers"));
}

static void looks_past_env(void **state)
{
    (void)state;
    const struct launch *l = LAUNCH("env", "-u", "X", "A=b", "codex", "exec");
    assert_string_equal(launch_name(l), "codex");
    assert_int_equal(l->at, 4);
    l = LAUNCH("/usr/bin/env", "--", "claude");
    assert_string_equal(launch_name(l), "claude");
    assert_int_equal(l->at, 2);
    assert_string_equal(launch_name(LAUNCH("env", "A=b")), "");
    assert_string_equal(launch_name(LAUNCH("echo", "codex")), "");
    assert_true(has(warned(LAUNCH("env", "ANTHROPIC_BASE_URL=https://other", "claude")),
                    "ANTHROPIC_BASE_URL=https://other stands before claude"));
}

static void looks_past_wrappers(void **state)
{
    (void)state;
    const struct launch *l = LAUNCH("timeout", "-k", "9", "5", "nice", "codex", "exec");
    assert_string_equal(launch_name(l), "codex");
    assert_int_equal(l->at, 5);
    assert_string_equal(launch_name(LAUNCH("nice", "-n", "5", "claude")), "claude");
    assert_string_equal(launch_name(LAUNCH("nice", "-5", "claude")), "claude");
    assert_string_equal(launch_name(LAUNCH("/usr/bin/time", "-v", "claude")), "claude");
    assert_string_equal(launch_name(LAUNCH("nohup", "setsid", "-w", "claude")), "claude");
    assert_string_equal(launch_name(LAUNCH("xvfb-run", "-a", "-s", "-screen 0", "gemini")),
                        "gemini");
    assert_string_equal(launch_name(LAUNCH("nice", "sh", "-c", "claude -p x")), "claude");
    l = LAUNCH("timeout", "claude");
    assert_string_equal(launch_name(l), "");
    assert_int_equal(l->at, 0);
}

static void looks_into_a_shell(void **state)
{
    (void)state;
    const struct launch *l = LAUNCH("sh", "-c", "A=b exec claude -p x");
    struct seen s = {""};
    assert_string_equal(launch_name(l), "claude");
    launch_variables(l, &target, see_variable, &s);
    assert_true(has(s, "ANTHROPIC_AUTH_TOKEN=sk-cl-x\n"));
    l = LAUNCH("bash", "-lc", "codex exec x");
    assert_string_equal(launch_name(l), "codex");
    s.text[0] = 0;
    launch_arguments(l, &target, see_text, &s);
    assert_string_equal(s.text, ""); // which cannot be put into its text
    assert_true(has(warned(l), "costlens run -- codex"));
    assert_string_equal(launch_name(LAUNCH("sh", "-c", "cd x && claude -p y")), "claude");
    assert_string_equal(launch_name(LAUNCH("sh", "-c", "cd x; A=b nice claude")), "claude");
    assert_string_equal(launch_name(LAUNCH("sh", "-c", "cd claude")), "");
    assert_string_equal(launch_name(LAUNCH("sh", "-c")), "");
    assert_string_equal(launch_name(LAUNCH("sh", "codex")), "");
    assert_string_equal(launch_name(LAUNCH("sh", "-c", "")), "");
}

static void leads_codex_by_arguments(void **state)
{
    (void)state;
    struct seen s = {""};
    launch_arguments(LAUNCH("codex"), &target, see_text, &s);
    assert_true(has(s, "-c=\nmodel_provider=\"costlens\"=\n-c=\n"));
    assert_true(has(s, "base_url=\"http://127.0.0.1:1/v1\""));
    assert_true(has(s, "supports_websockets=false"));
    s.text[0] = 0;
    launch_arguments(LAUNCH("claude"), &target, see_text, &s);
    assert_int_equal(s.text[0], 0);
}

static void warns_of_arguments(void **state)
{
    (void)state;
    assert_int_equal(warned(LAUNCH("codex", "exec", "-c", "model=\"x\"")).text[0], 0);
    assert_true(has(warned(LAUNCH("codex", "-c", "model_provider=\"own\"", "exec")),
                    "model_provider=\"own\""));
    assert_true(has(warned(LAUNCH("codex", "--config=model_provider=own")), "model_provider=own"));
    assert_true(has(warned(LAUNCH("codex", "--oss")), "--oss"));
    assert_true(has(warned(LAUNCH("env", "A=b", "codex", "--profile", "own")), "--profile"));
    const char *own = "{\"env\":{\"ANTHROPIC_BASE_URL\":\"https://other\"}}";
    FILE *f = fopen(in_folder("own.json"), "w");
    assert_non_null(f);
    fputs(own, f);
    fclose(f);
    const char *const says = "sets env.ANTHROPIC_BASE_URL";
    char option[512];
    assert_true(has(warned(LAUNCH("claude", "--settings", in_folder("own.json"))), says));
    snprintf(option, sizeof option, "--settings=%s", in_folder("own.json"));
    assert_true(has(warned(LAUNCH("claude", "-p", option)), says));
    assert_true(has(warned(LAUNCH("claude", "--settings", (char *)own)), says));
    assert_int_equal(warned(LAUNCH("claude", "--settings")).text[0], 0);
}

static void spares_a_proxy(void **state)
{
    (void)state;
    assert_false(has(variables_of("x"), "NO_PROXY"));
    setenv("HTTPS_PROXY", "http://p:1", 1);
    assert_true(has(variables_of("x"), "\nNO_PROXY=127.0.0.1,localhost\n"));
    setenv("no_proxy", "corp", 1);
    struct seen s = variables_of("x");
    assert_true(has(s, "no_proxy=corp,127.0.0.1,localhost\n"));
    assert_true(has(s, "NO_PROXY=corp,127.0.0.1,localhost\n"));
    setenv("NO_PROXY", "own", 1);
    s = variables_of("x");
    assert_true(has(s, "no_proxy=corp,127.0.0.1,localhost\n"));
    assert_true(has(s, "NO_PROXY=own,127.0.0.1,localhost\n"));
    unsetenv("NO_PROXY");
    unsetenv("no_proxy");
    const struct launch_target before = target;
    target.base = str_of("https://gate.corp:8443");
    assert_true(has(variables_of("x"), "NO_PROXY=127.0.0.1,localhost,gate.corp\n"));
    target.base = str_of("http://[::1]:80");
    assert_true(has(variables_of("x"), "NO_PROXY=127.0.0.1,localhost,::1\n"));
    target = before;
    unsetenv("HTTPS_PROXY");
}

static void put(const char *name, const char *text)
{
    FILE *f = fopen(in_folder(name), "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void warns_of_settings(void **state)
{
    (void)state;
    char here[4096];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(folder), 0);
    setenv("HOME", folder, 1);
    mkdir(in_folder(".claude"), 0700);
    put(".claude/settings.json",
        "{\"env\":{\"ANTHROPIC_BASE_URL\":\"https://other\",\"A\":\"b\"}}");
    put(".claude/settings.local.json", "\xEF\xBB\xBF{\"apiKeyHelper\":\"/bin/x\"}");
    struct seen s = warnings_of("claude");
    assert_true(has(s, "settings.json sets env.ANTHROPIC_BASE_URL"));
    assert_true(has(s, "settings.local.json sets apiKeyHelper"));
    put(".claude/settings.json",
        "{\"env\":{\"ANTHROPIC_BASE_URL\":\"http://127.0.0.1:1\"}}"); // ours
    put(".claude/settings.local.json", "no JSON");
    assert_int_equal(warnings_of("claude").text[0], 0);
    setenv("CLAUDE_CODE_USE_BEDROCK", "1", 1);
    assert_true(has(warnings_of("claude"), "CLAUDE_CODE_USE_BEDROCK is set"));
    unsetenv("CLAUDE_CODE_USE_BEDROCK");
    put(".env", "# OPENAI_API_KEY\nexport OPENAI_API_KEY=x\n");
    assert_true(has(warnings_of("aider"), ".env sets OPENAI_API_KEY"));
    mkdir(in_folder(".gemini"), 0700);
    put(".gemini/settings.json", "{\"security\":{\"auth\":{\"selectedType\":\"oauth-personal\"}}}");
    assert_true(has(warnings_of("gemini"), "security.auth.selectedType"));
    put(".gemini/settings.json", "{\"security\":{\"auth\":{\"selectedType\":\"gemini-api-key\"}}}");
    assert_int_equal(warnings_of("gemini").text[0], 0);
    assert_int_equal(chdir(here), 0);
}

int main(void)
{
    unsetenv("HTTP_PROXY");
    unsetenv("http_proxy");
    unsetenv("HTTPS_PROXY");
    unsetenv("https_proxy");
    unsetenv("NO_PROXY");
    unsetenv("no_proxy");
    unsetenv("ALL_PROXY");
    unsetenv("all_proxy");
    unsetenv("CLAUDE_CONFIG_DIR");
    const struct CMUnitTest tests[] = {cmocka_unit_test(gives_everything_to_the_unknown),
                                       cmocka_unit_test(gives_everything_to_each),
                                       cmocka_unit_test(knows_programs_by_name_and_path),
                                       cmocka_unit_test(looks_past_env),
                                       cmocka_unit_test(looks_past_wrappers),
                                       cmocka_unit_test(looks_into_a_shell),
                                       cmocka_unit_test(leads_codex_by_arguments),
                                       cmocka_unit_test(warns_of_arguments),
                                       cmocka_unit_test(spares_a_proxy),
                                       cmocka_unit_test(warns_of_settings)};
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
