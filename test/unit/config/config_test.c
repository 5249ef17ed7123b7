// SPDX-License-Identifier: Apache-2.0

#include <fcntl.h>
#include <sys/wait.h>

#include "../certificate.h"
#include "base/limits.h"
#include "config/table.h"
#include "config/value.h"
#include "config/yaml.h"
#include "rig.h"

static const char sample[] =
    "listen: [127.0.0.1:7575]        # default\n"
    "admin: [127.0.0.1:7576]\n"
    "store: sqlite:/tmp/costlens/costlens.db\n"
    "state: /tmp/costlens        # journal\n"
    "workers: 2\n"
    "limits: { body: 32MiB }\n"
    "providers:\n"
    "  openai: { dialect: openai, url: https://api.openai.com/v1, key: env:OPENAI_API_KEY }\n"
    "  claude: { dialect: anthropic, vendor: anthropic, url: http://10.0.0.7:8080, "
    "key: \"${ANTHROPIC_API_KEY}\" }   # vendor\n"
    "  gemini: { dialect: gemini, url: https://generativelanguage.googleapis.com, "
    "key: env:GEMINI_API_KEY }\n"
    "  bench:  { dialect: openai, url: http://127.0.0.1:9100/v1, key: file:bench.key, "
    "models: [bench-model, own-model] }\n"
    "aliases:\n"
    "  fast: [openai/gpt-5.4-mini, bench/bench-model, gemini/x]     # in this order\n"
    "keys:\n"
    "  - { name: ci, token: env:CI_COSTLENS_KEY }\n"
    "prices:\n"
    "  - { model: bench/bench-model, input_per_mtok: 0.15, output_per_mtok: 0.60, "
    "cache_read_per_mtok: 0.075 }\n"
    "  - { model: bench/own-model, free: true }\n";

// The price as the book has it, in 10^-18 USD a unit; -1 when it has none.
static void check_prices(const struct config *c)
{
    struct why why = {0};
    struct catalog *book = NULL;
    struct price want;
    assert_int_equal(catalog_open(&alloc_heap, &c->prices, 1, &book, &why), STATUS_OK);
    const struct sheet *s = catalog_find(book, str_of("bench"), str_of("bench-model"));
    assert_non_null(s);
    assert_int_equal(price_read(str_of("0.15"), 1000000, &want), STATUS_OK);
    assert_int_equal(price_of(s, BUCKET_INPUT), want.atto);
    assert_int_equal(price_read(str_of("0.6"), 1000000, &want), STATUS_OK);
    assert_int_equal(price_of(s, BUCKET_OUTPUT), want.atto);
    assert_int_equal(price_read(str_of("0.075"), 1000000, &want), STATUS_OK);
    assert_int_equal(price_of(s, BUCKET_CACHE_READ), want.atto);
    s = catalog_find(book, str_of("bench"), str_of("own-model"));
    assert_non_null(s);
    assert_true(s->free);
    catalog_close(book);
}

static void check_sample(struct config *c)
{
    for (unsigned i = 0; i < c->fault_count; i++)
        print_message("%d: %s\n", c->faults[i].line, c->faults[i].text.ptr);
    assert_int_equal(c->fault_count, 0);
    assert_int_equal(c->workers, 2);
    assert_int_equal(c->body_bytes, 32 << 20);
    assert_int_equal(c->listen_count, 1);
    assert_true(str_is(c->store, "/tmp/costlens/costlens.db"));
    assert_true(str_is(c->state, "/tmp/costlens"));
    assert_int_equal(c->provider_count, 3); // gemini's secret is missing
    assert_int_equal(c->warning_count, 2);
    assert_true(c->warnings[0].missing_secret);
    assert_int_equal(c->warnings[0].line, 10);
    assert_non_null(strstr(c->warnings[0].text.ptr, "GEMINI_API_KEY is not set"));
    assert_false(c->warnings[1].missing_secret); // the alias
    assert_true(str_is(secret_expose(c->providers[0].key), "sk-openai-1234567890"));
    assert_true(str_is(c->providers[0].vendor, "openai"));
    assert_true(str_is(c->providers[1].name, "claude"));
    assert_true(str_is(c->providers[1].vendor, "anthropic"));
    assert_int_equal(c->providers[1].dialect, DIALECT_ANTHROPIC);
    assert_int_equal(c->providers[1].url.port, 8080);
    assert_true(str_is(secret_expose(c->providers[1].key), "sk-ant"));
    assert_true(str_is(secret_expose(c->providers[2].key), "from-a-file"));
    assert_int_equal(c->providers[2].model_count, 2);
    assert_int_equal(c->providers[2].vendor.len, 0);
    assert_int_equal(c->providers[2].timeouts.connect_ms, 5000);
    assert_int_equal(c->providers[2].timeouts.total_ms, 3600000);
    assert_int_equal(c->alias_count, 1);
    assert_int_equal(c->aliases[0].model_count, 2);
    assert_true(str_is(c->aliases[0].models[1], "bench/bench-model"));
    assert_int_equal(c->key_count, 1);
    assert_true(str_is(secret_expose(c->keys[0].token), "0123456789abcdef"));
    assert_int_equal(c->keep_days, 400);
    assert_int_equal(c->drain_ms, 30000);
    assert_int_equal(c->fsync_ms, 100);
    assert_int_equal(c->buffer_bytes, 1 << 30);
    assert_false(c->on_store_failure_allow);
    assert_true(c->log_requests);
    check_prices(c);
}

static const struct variable sample_keys[] = {{"OPENAI_API_KEY", "sk-openai-1234567890"},
                                              {"ANTHROPIC_API_KEY", "\tsk-ant\n"},
                                              {"CI_COSTLENS_KEY", " 0123456789abcdef\r\n"},
                                              {NULL, NULL}};

// The same file with LF and with CRLF, each without and with a BOM.
static void reads_the_sample(void **state)
{
    (void)state;
    environment = sample_keys;
    write_file("bench.key", "\xef\xbb\xbf from-a-file \r\n", 18);
    for (int way = 0; way < 4; way++) {
        char text[2 * sizeof sample];
        size_t n = way & 1 ? 3 : 0;
        memcpy(text, "\xef\xbb\xbf", 3);
        for (size_t i = 0; sample[i]; i++) {
            if (sample[i] == '\n' && way & 2)
                text[n++] = '\r';
            text[n++] = sample[i];
        }
        struct config *c = check_bytes(text, n, false);
        check_sample(c);
        config_free(c);
    }
}

static void shows_no_secret(void **state)
{
    (void)state;
    struct buf b;
    environment = sample_keys;
    struct config *c = check(sample);
    buf_init(&b, &alloc_heap, 0);
    config_write(c, &b);
    const char *text = buf_cstr(&b);
    assert_non_null(strstr(text, "\"url\":\"http://10.0.0.7:8080\""));
    assert_non_null(strstr(text, "\"fast\":[\"openai/gpt-5.4-mini\",\"bench/bench-model\"]"));
    assert_null(strstr(text, "sk-openai"));
    assert_null(strstr(text, "0123456789abcdef"));
    buf_fini(&b);
    config_free(c);
}

static struct config *from_environment(const struct variable *variables, bool mock)
{
    struct why why = {0};
    struct config *c = NULL;
    environment = variables;
    struct config_source source = {.mock = mock, .env = env};
    assert_int_equal(config_check(&source, &c, &why), STATUS_OK);
    return c;
}

// Where nothing may be made it is said before the start, and nothing is.
static void says_where_nothing_may_be_made(void **state)
{
    (void)state;
    static const struct variable closed[] = {{"XDG_STATE_HOME", "/etc/none"}, {NULL, NULL}};
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(2);
        const struct config *c = from_environment(closed, false);
        _exit(c->fault_count || c->warning_count != 1 ||
              !strstr(c->warnings[0].text.ptr, "store: who runs this may not write in /etc"));
    }
    int how = -1;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(how, 0);
    assert_int_equal(access("/etc/none", F_OK), -1);
}

static void finds_providers(void **state)
{
    (void)state;
    static const struct variable set[] = {{"ANTHROPIC_API_KEY", "sk-ant-1"},
                                          {"OPENAI_API_KEY", "sk-1"},
                                          {"GOOGLE_API_KEY", "g-1"},
                                          {"GROQ_API_KEY", "   "},
                                          {"ANTHROPIC_BASE_URL", "http://127.0.0.1:9/v1/"},
                                          {"HTTPS_PROXY", "proxy.example:3128"},
                                          {"NO_PROXY", "generativelanguage.googleapis.com"},
                                          {NULL, NULL}};
    struct config *c = from_environment(set, true);
    assert_int_equal(c->fault_count, 0);
    assert_int_equal(c->provider_count, 5);
    assert_true(str_is(c->providers[0].name, "openai")); // in the vendors' order
    assert_true(c->providers[0].from_environment);
    assert_true(c->providers[0].proxied);
    assert_int_equal(c->providers[0].proxy.port, 3128);
    assert_true(str_is(c->providers[1].name, "anthropic"));
    assert_true(str_is(c->providers[1].url.host, "127.0.0.1"));
    assert_int_equal(c->providers[1].url.path.len, 0);
    assert_false(c->providers[1].proxied); // loopback
    assert_int_equal(c->providers[2].dialect, DIALECT_GEMINI);
    assert_false(c->providers[2].proxied); // NO_PROXY
    assert_true(c->providers[3].sought);   // an Ollama, if one answers
    assert_true(c->providers[4].mock);
    assert_true(config_has_providers(c));
    assert_int_equal(c->listen_count, 2);
    assert_true(str_is(c->listen[1].address, "[::1]:7575"));
    assert_int_equal(c->admin_count, 1);
    config_free(c);
}

static void a_name_alone_is_not_free(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        bool free;
    } cases[] = {
        {"ollama: { url: http://10.0.0.7:11434/v1 }", true},
        {"vllm: { url: 'http://127.0.0.1:8000/v1' }", true},
        {"lmstudio: { url: 'http://127.0.0.1:1234/v1' }", true},
        {"lmstudio: {}", true},
        {"ollama: { url: https://ollama.example.com/v1 }", false},
        {"mock: { url: 'http://127.0.0.1:9301/v1' }", false},
        {"mine: { url: 'http://127.0.0.1:9301/v1' }", false},
        {"mine: { vendor: ollama, url: 'http://127.0.0.1:9301/v1' }", true},
        {"mine: { dialect: ollama, url: 'http://10.0.0.7:11434' }", true},
        {"mine: { dialect: ollama, url: 'https://ollama.example.com' }", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[200];
        snprintf(text, sizeof text, "providers:\n  %s\n", cases[i].line);
        struct config *c = check(text);
        assert_int_equal(c->fault_count, 0);
        assert_int_equal(c->providers[0].free, cases[i].free);
        config_free(c);
    }
}

// Its base stands before /api, however it was pasted; without one it is on this machine.
static void an_ollama_is_known_by_its_dialect(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "a: { dialect: ollama }",
        "a: { dialect: ollama, url: 'http://127.0.0.1:11434/v1' }",
        "a: { dialect: ollama, url: 'http://127.0.0.1:11434/api' }",
        "ollama: { dialect: ollama, url: 'http://127.0.0.1:11434/' }",
        "ollama: { url: 'http://127.0.0.1:11434' }",
        "a: { vendor: ollama, url: 'http://127.0.0.1:11434/api' }",
        "ollama: {}",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char text[200];
        snprintf(text, sizeof text, "providers:\n  %s\n", lines[i]);
        struct config *c = check(text);
        const struct config_provider *p = &c->providers[0];
        assert_int_equal(c->fault_count, 0);
        assert_int_equal(p->dialect, DIALECT_OLLAMA);
        assert_true(str_is(p->vendor, "ollama"));
        assert_true(str_is(p->url.host, "127.0.0.1"));
        assert_int_equal(p->url.port, 11434);
        assert_int_equal(p->url.path.len, 0);
        config_free(c);
    }
}

// Where /v1 is asked for, the dialect is that of /v1.
static void an_ollama_may_be_asked_as_another(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "ollama: { url: 'http://127.0.0.1:11434/v1' }",
        "ollama: { dialect: openai }",
        "a: { vendor: ollama, url: 'http://127.0.0.1:11434/v1/' }",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char text[200];
        snprintf(text, sizeof text, "providers:\n  %s\n", lines[i]);
        struct config *c = check(text);
        assert_int_equal(c->fault_count, 0);
        assert_int_equal(c->providers[0].dialect, DIALECT_OPENAI);
        assert_true(str_is(c->providers[0].url.path, "/v1"));
        config_free(c);
    }
}

// OLLAMA_HOST is also what an Ollama is told to bind.
static void looks_for_an_ollama(void **state)
{
    (void)state;
    static const struct {
        const char *named, *host;
        uint16_t port;
        const char *path;
        bool tls, free;
    } cases[] = {
        {NULL, "127.0.0.1", 11434, "", false, true},
        {"0.0.0.0", "127.0.0.1", 11434, "", false, true},
        {"0.0.0.0:8080", "127.0.0.1", 8080, "", false, true},
        {":8080", "127.0.0.1", 8080, "", false, true},
        {"[::]:8080", "::1", 8080, "", false, true},
        {"::", "::1", 11434, "", false, true},
        {"2001:db8::1", "2001:db8::1", 11434, "", false, false},
        {"fd00:1:2:3::1", "fd00:1:2:3::1", 11434, "", false, true},
        {"[::1]", "::1", 11434, "", false, true},
        {" 10.0.0.7 ", "10.0.0.7", 11434, "", false, true},
        {"box:9", "box", 9, "", false, false},
        {"\"0.0.0.0:11434\"", "127.0.0.1", 11434, "", false, true},
        {" '10.0.0.7:80' ", "10.0.0.7", 80, "", false, true},
        {"\" 10.0.0.7\"", "10.0.0.7", 11434, "", false, true},
        {"127.0.0.1:port", "127.0.0.1", 11434, "", false, true},
        {"127.0.0.1:66000", "127.0.0.1", 11434, "", false, true},
        {"http://10.0.0.7:-1/x", "10.0.0.7", 80, "/x", false, true},
        {"http://0.0.0.0", "127.0.0.1", 80, "", false, true},
        {"http://10.0.0.7:11434/", "10.0.0.7", 11434, "", false, true},
        {"https://ollama.example.com/at/home", "ollama.example.com", 443, "/at/home", true, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct variable set[] = {{"OLLAMA_HOST", cases[i].named}, {NULL, NULL}};
        struct config *c = from_environment(cases[i].named ? set : set + 1, false);
        const struct config_provider *p = &c->providers[0];
        assert_int_equal(c->fault_count + c->warning_count, 0);
        assert_int_equal(c->provider_count, 1);
        assert_false(config_has_providers(c));
        assert_true(p->sought);
        assert_int_equal(p->dialect, DIALECT_OLLAMA);
        assert_true(str_is(p->url.host, cases[i].host));
        assert_int_equal(p->url.port, cases[i].port);
        assert_true(str_is(p->url.path, cases[i].path));
        assert_int_equal(p->url.tls, cases[i].tls);
        assert_int_equal(p->free, cases[i].free);
        config_free(c);
    }
    static const struct {
        const char *named, *said;
    } none[] = {{"127.0.0.1:7575", "OLLAMA_HOST is the address of CostLens itself"},
                {"0.0.0.0:7575", "OLLAMA_HOST is the address of CostLens itself"},
                {"a b", "OLLAMA_HOST: "}};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        const struct variable set[] = {{"OLLAMA_HOST", none[i].named}, {NULL, NULL}};
        struct config *c = from_environment(set, false);
        assert_int_equal(c->provider_count, 0);
        assert_int_equal(c->warning_count, 1);
        assert_non_null(strstr(c->warnings[0].text.ptr, none[i].said));
        config_free(c);
    }
}

static void an_ollama_has_its_own_keys(void **state)
{
    (void)state;
    static const struct {
        const char *line, *keep_alive, *fault;
    } cases[] = {
        {"dialect: ollama", "", NULL},
        {"dialect: ollama, keep_alive: 30m", "\"1800000ms\"", NULL},
        {"dialect: ollama, keep_alive: -1", "-1", NULL},
        {"dialect: ollama, keep_alive: 0", "0", NULL},
        {"dialect: ollama, keep_alive: soon", "", "keep_alive: `soon` is no time"},
        {"dialect: ollama, num_ctx: 100", "", "num_ctx"},
        {"dialect: ollama, num_predict: 0", "", "num_predict"},
        {"dialect: openai, url: 'http://127.0.0.1:1/v1', num_ctx: 4096", "",
         "num_ctx: it is for an Ollama only"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[200];
        snprintf(text, sizeof text, "providers:\n  a: { %s }\n", cases[i].line);
        struct config *c = check(text);
        assert_int_equal(c->fault_count, cases[i].fault != NULL);
        if (cases[i].fault)
            assert_non_null(strstr(c->faults[0].text.ptr, cases[i].fault));
        else
            assert_int_equal(c->providers[0].num_ctx, 32768);
        assert_true(cases[i].fault || str_is(c->providers[0].keep_alive, cases[i].keep_alive));
        config_free(c);
    }
}

static void takes_no_key_of_its_own(void **state)
{
    (void)state;
    static const struct variable ours[] = {{"OPENAI_API_KEY", "sk-cl-0123456789"}, {NULL, NULL}};
    static const struct variable circle[] = {
        {"OPENAI_API_KEY", "sk-1"}, {"OPENAI_BASE_URL", "http://localhost:7575/v1"}, {NULL, NULL}};
    struct config *c = from_environment(ours, false);
    assert_false(config_has_providers(c));
    assert_int_equal(c->warning_count, 1);
    assert_non_null(
        strstr(c->warnings[0].text.ptr, "environment: OPENAI_API_KEY holds a key of CostLens"));
    config_free(c);
    c = from_environment(circle, false);
    assert_int_equal(c->fault_count, 0);
    assert_false(config_has_providers(c));
    assert_int_equal(c->warning_count, 1);
    assert_non_null(strstr(c->warnings[0].text.ptr, "environment: OPENAI_BASE_URL"));
    config_free(c);
}

static void keeps_state_where_it_belongs(void **state)
{
    (void)state;
    static const struct variable xdg[] = {{"XDG_STATE_HOME", "/x/state"}, {NULL, NULL}};
    static const struct variable service[] = {
        {"STATE_DIRECTORY", "/tmp/costlens"}, {"XDG_STATE_HOME", "/x/state"}, {NULL, NULL}};
    char want[256];
    struct config *c = from_environment(xdg, false);
    assert_true(str_is(c->store, "/x/state/costlens/costlens.db"));
    assert_true(str_is(c->state, "/x/state/costlens"));
    config_free(c);
    c = from_environment(service, false);
    assert_true(str_is(c->state, "/tmp/costlens"));
    config_free(c);
    c = from_environment(NULL, false);
    snprintf(want, sizeof want, "%s/.local/state/costlens", folder);
    assert_true(str_is(c->state, want));
    config_free(c);
    c = check("state: data\n"); // relative to the file
    snprintf(want, sizeof want, "%s/data/costlens.db", folder);
    assert_true(str_is(c->store, want));
    config_free(c);
}

static void finds_its_file(void **state)
{
    (void)state;
    struct why why = {0};
    struct config *c = NULL;
    struct config_source source = {.env = env};
    environment = NULL;
    mkdir(in_folder(".config"), 0700);
    mkdir(in_folder(".config/costlens"), 0700);
    write_file(".config/costlens/costlens.yaml", "workers: 7\n", 11);
    assert_int_equal(config_read(&source, &c, &why), STATUS_OK);
    assert_int_equal(c->workers, 7);
    config_free(c);
    write_file("named.yaml", "workers: 5\n", 11);
    const struct variable named[] = {{"COSTLENS_CONFIG", in_folder("named.yaml")}, {NULL, NULL}};
    environment = named;
    assert_int_equal(config_read(&source, &c, &why), STATUS_OK);
    assert_int_equal(c->workers, 5);
    config_free(c);
    unlink(in_folder("named.yaml"));
    assert_int_equal(config_read(&source, &c, &why), STATUS_IO); // named, so it must be there
    unlink(in_folder(".config/costlens/costlens.yaml"));
}

static void takes_good_files(void **state)
{
    (void)state;
    static const char *const good[] = {
        "{}\n",
        "---\nworkers: 1\n...\n",
        "providers:\n",
        "providers: {}\naliases: {}\nkeys: []\nprices: []\ncors: []\nadmin: []\n",
        "listen: 127.0.0.1:8080\n",
        "listen: [\"[::1]:7575\", 'unix:run/x.sock']\n",
        "listen: [0.0.0.0:7575]\nbehind_tls_proxy: true\n",
        "timeouts: {connect: 500ms, first_byte: 1h30m, idle: 1m, total: 1d}\n",
        "keep: 0\nfsync: 0\ndrain: 0\n",
        "on_store_failure: allow\nhalf_close: answer\nlog: {requests: false, level: debug}\n",
        "limits: {body: 100 KB, buffers: 2GiB}\n",
        "limits: {body: \"16 MiB\", buffers: 16MiB}\ndrain: \"5s\"\n",
        "timeouts: {total: 1s}\nproviders:\n  a: {url: 'http://x/v1', timeouts: {idle: 1s}}\n",
        "cors: https://app.example.com\n",
        "providers:\n  openai: {key: env:OPENAI_API_KEY}\n",
        "providers:\n  a/b: {url: 'http://x/v1'}\n  a: {url: 'http://y/v1', proxy: none}\n"
        "aliases: {f: a/b/m}\n",
        P "aliases:\n  fast: a/n-anything\n",
        P "aliases: {f: [mock/fast]}\n",
        P "  b.c: {url: 'http://127.0.0.1:9/v1'}\n  ünï: {url: 'http://127.0.0.1:9/v1'}\n"
          "aliases: {m: [b.c/m, ünï/m], a/m: [a/m]}\n",
        KEY("models: 'gpt-4o*', expires: 2099-01-01, team: Forschung é, project: p.1, user: a@b.c"),
        PRICE("input_per_mtok: 0.0001, output_per_mtok: 0"),
        PRICE("input_per_mtok: 1e-1, per_call: 0.01, per_image: 0.04"),
        PRICE("free: true"),
        PRICE("free: yes"),
        "listen: [0.0.0.0:7575]\nbehind_tls_proxy: on\nlog: {requests: off}\n",
        "prices:\n  - {model: openai/gpt-x, input_per_mtok: 1}\n", // no key here today
    };
    environment = keys;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct config *c = check(good[i]);
        show(c);
        if (c->fault_count) {
            print_message("%s%d: %s\n", good[i], c->faults[0].line, c->faults[0].text.ptr);
            fail();
        }
        config_free(c);
    }
}

static void leaves_out_what_has_no_secret(void **state)
{
    (void)state;
    static const char *const files[] = {
        "providers:\n  a: {url: 'http://x/v1', key: env:NOT_SET}\naliases: {f: a/m}\n"
        "prices:\n  - {model: a/m, free: true}\n",
        "providers:\n  a: {url: 'http://x/v1', key: env:EMPTY}\n",
        "providers:\n  a: {url: 'http://x/v1', key: env:SPLIT}\n",
        "providers:\n  a: {url: 'http://x/v1', key: file:nowhere.key}\n",
        "providers:\n  a: {url: 'http://x/v1', key: '${NOT_SET}'}\n",
        "providers:\n  a: {vendor: openai, url: 'http://x/v1', key: env:OURS}\n",
        "keys:\n  - {name: a, token: env:NOT_SET}\n",
    };
    environment = keys;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct config *c = check(files[i]);
        assert_int_equal(c->fault_count, 0);
        assert_int_equal(c->key_count, 0);
        assert_true(c->warning_count >= 1);
        assert_true(c->warnings[0].missing_secret);
        assert_int_equal(c->warnings[0].line, 2);
        for (unsigned k = 0; k < c->provider_count; k++)
            assert_false(str_is(c->providers[k].name, "a"));
        config_free(c);
    }
}

#define OWN(map)    "providers:\n  a: {" map "}\n"
#define PRICED(map) OWN("url: 'http://127.0.0.1:9/v1'") "prices:\n  - {model: a/m, " map "}\n"

#define ALIASED(more, model)                                       \
    "aliases: {x: openai/" model "}\nproviders:\n  openai: {" more \
    " url: 'https://api.openai.com/v1', key: env:OPENAI_API_KEY}\n"

static const struct {
    const char *text;
    const char *note; // NULL: none
} notes[] = {
    {OWN("url: 'http://203.0.113.1/v1', key: env:OPENAI_API_KEY"), "in the clear"},
    // Where the vendor's own URL has a path, and this has none.
    {OWN("url: 'https://api.openai.com'"), "url: openai's own ends with /v1, and this has no path"},
    {OWN("url: 'https://us.api.openai.com/'"), "openai's own ends with /v1"},
    {OWN("url: 'https://api.groq.com', models: [m]"), "groq's own ends with /openai/v1"},
    {OWN("url: 'https://api.openai.com/v2'"), NULL},
    {OWN("url: 'https://api.anthropic.com'"), NULL},
    {OWN("url: 'https://api.perplexity.ai'"), NULL},
    {OWN("url: 'https://api.deepseek.com', dialect: anthropic"), NULL},
    {OWN("url: 'http://127.0.0.1:9', vendor: openai"), NULL},
    // A call that makes output needs its price too.
    {PRICED("input_per_mtok: 1"), "prices: m has no output_per_mtok"},
    {PRICED("output_per_mtok: 1"), "prices: m has no input_per_mtok"},
    {PRICED("input_per_mtok: 1, output_per_mtok: 0"), NULL},
    {PRICED("input_per_mtok: 1, audio_output_per_mtok: 2"), NULL},
    {PRICED("input_per_mtok: 1, when: [{above: 9, output_per_mtok: 2}]"), NULL},
    {PRICED("input_per_mtok: 1, when: [{above: 9, factor: 2}]"), "no output_per_mtok"},
    {PRICED("per_image: 1"), NULL},
    // A model that the book has not is a slip, where any is taken.
    {ALIASED("", "gpt-4p"),
     "alias x: the price book has no `gpt-4p` of openai, so calls of it have no price"},
    {ALIASED("", "gpt-4p"), "did you mean `gpt-4"},
    {ALIASED("", "gpt-4o"), NULL},
    {ALIASED("models: [gpt-4p],", "gpt-4p"), NULL},
    {ALIASED("", "gpt-4p") "prices:\n  - {model: openai/gpt-4p, per_image: 1}\n", NULL},
    {"aliases: {x: a/m}\n" OWN("url: 'http://127.0.0.1:9/v1'"), NULL},
    {OWN("vendor: ollama, url: 'http://127.0.0.1:9/v1'"), "provider a: at its /v1 an Ollama cuts"},
    {OWN("vendor: ollama, dialect: ollama, url: 'http://127.0.0.1:9/v1'"), NULL},
};

static void notes_what_may_be_meant_otherwise(void **state)
{
    (void)state;
    environment = keys;
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        struct config *c = check(notes[i].text);
        const char *said = c->fault_count     ? c->faults[0].text.ptr
                           : c->warning_count ? c->warnings[0].text.ptr
                                              : "";
        bool good = notes[i].note ? c->warning_count == 1 && strstr(said, notes[i].note)
                                  : c->warning_count == 0;
        if (c->fault_count || !good)
            fail_msg("%s%s", notes[i].text, said);
        config_free(c);
    }
    // Also where the environment says it.
    static const struct variable bare[] = {
        {"OPENAI_API_KEY", "sk-1"}, {"OPENAI_BASE_URL", "https://api.openai.com"}, {NULL, NULL}};
    struct config *c = from_environment(bare, false);
    assert_int_equal(c->provider_count, 2); // and perhaps an Ollama
    assert_int_equal(c->warning_count, 1);
    assert_non_null(strstr(c->warnings[0].text.ptr, "environment: OPENAI_BASE_URL: openai's own"));
    config_free(c);
    // A fault is enough.
    environment = keys;
    c = check(OWN("key: env:OPENAI_API_KEY"));
    assert_int_equal(c->fault_count, 1);
    assert_int_equal(c->warning_count, 0);
    config_free(c);
}

static void minds_who_reads_the_file(void **state)
{
    (void)state;
    static const char text[] = KEY("") "  - {name: l, token: fedcba9876543210}\n";
    environment = NULL;
    umask(022);
    unlink(in_folder("costlens.yaml"));
    struct config *c = check(text);
    assert_int_equal(c->key_count, 2);
    assert_int_equal(c->warning_count, 1); // once
    assert_int_equal(c->warnings[0].line, 2);
    assert_false(c->warnings[0].missing_secret);
    config_free(c);
    chmod(in_folder("costlens.yaml"), 0640);
    c = check(text);
    assert_int_equal(c->warning_count, 0);
    config_free(c);
}

#define LITERAL 40
#define TAIL    20 // malloc writes over the start of what was freed

// Made at run time, so that no other copy of it is in memory.
static void make_literal(char out[LITERAL])
{
    static volatile unsigned step = 7;
    for (unsigned i = 0; i < LITERAL; i++)
        out[i] = (char)('a' + (i * step + i / 26) % 26);
}

// How often the literal's tail is in the memory that can be written, but for the known literals.
static unsigned count_literal(const char *wanted, const char *const known[], size_t known_count)
{
    static char window[1 << 16];
    unsigned seen = 0;
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    int memory = open("/proc/self/mem", O_RDONLY);
    assert_true(maps && memory >= 0);
    while (fgets(line, sizeof line, maps)) {
        unsigned long start, end;
        char mode[8];
        if (sscanf(line, "%lx-%lx %7s", &start, &end, mode) != 3 || strncmp(mode, "rw", 2) != 0 ||
            end - start > 256 * MIB || strstr(line, "[stack]"))
            continue;
        for (unsigned long at = start; at < end; at += sizeof window - TAIL) {
            ssize_t n = pread(memory, window, sizeof window, (off_t)at);
            for (ssize_t i = 0; i + TAIL <= n && i < (ssize_t)sizeof window - TAIL; i++) {
                const char *place = (const char *)at + i; // NOLINT(performance-no-int-to-ptr)
                bool expected = place >= window && place < window + sizeof window;
                for (size_t k = 0; k < known_count; k++)
                    expected |= place == known[k] + LITERAL - TAIL;
                seen += !expected && memcmp(window + i, wanted + LITERAL - TAIL, TAIL) == 0;
            }
        }
    }
    fclose(maps);
    close(memory);
    return seen;
}

#if defined(__has_feature)
#    if __has_feature(thread_sanitizer)
#        define SHADOWED // it writes down what the program moves
#    endif
#endif

// A secret that stands in the file itself is nowhere but in the pages of secrets afterwards.
static void keeps_no_copy_of_a_literal(void **state)
{
    (void)state;
#ifdef SHADOWED
    skip();
#endif
    char wanted[LITERAL];
    char text[512];
    environment = NULL;
    make_literal(wanted);
    int len = snprintf(text, sizeof text,
                       "providers:\n  a: {url: 'https://x/v1', key: %.*s, "
                       "proxy: 'http://u:%.*s@p:1'}\n"
                       "keys:\n  - {name: k, token: \"%.*s\"}\n",
                       LITERAL, wanted, LITERAL, wanted, LITERAL, wanted);
    int fd = open(in_folder("costlens.yaml"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0 && write(fd, text, (size_t)len) == len);
    close(fd);
    struct config_source source = {.file = in_folder("costlens.yaml"), .env = env};
    struct config *c = NULL;
    struct why why = {0};
    assert_int_equal(config_read(&source, &c, &why), STATUS_OK);
    const char *known[] = {secret_expose(c->providers[0].key).ptr,
                           secret_expose(c->keys[0].token).ptr};
    assert_memory_equal(known[0], wanted, LITERAL);
    assert_memory_equal(known[1], wanted, LITERAL);
    assert_non_null(c->providers[0].proxy_authorization);
    assert_int_equal(count_literal(wanted, known, 1), 1); // it does find the other
    assert_int_equal(count_literal(wanted, known, 2), 0);
    config_free(c);
    assert_int_equal(count_literal(wanted, NULL, 0), 0);
}

static void a_proxy_may_want_a_password(void **state)
{
    (void)state;
    environment = NULL;
    struct config *c = check("providers:\n  a: {url: 'https://x/v1', proxy: "
                             "'http://us%40er:pass@p.example:8080'}\n");
    assert_int_equal(c->fault_count, 0);
    assert_true(c->providers[0].proxied);
    assert_true(str_is(secret_expose(c->providers[0].proxy_authorization),
                       "Basic dXNAZXI6cGFzcw==")); // us@er:pass
    config_free(c);
}

static bool has_key(const struct node *root, const char *name)
{
    const struct node *n = root;
    while (n) {
        if (str_is(n->key, name))
            return true;
        if (n->first) {
            n = n->first;
            continue;
        }
        while (n && !n->next)
            n = n->parent;
        n = n ? n->next : NULL;
    }
    return false;
}

// Every key is shown at work: the example of its section has it, and is a good file.
static void examples_work(void **state)
{
    (void)state;
    need_zones();
    environment = keys;
    write_self_signed(in_folder("tls.crt"), in_folder("tls.key"));
    write_file("bench.key", "0123456789abcdef", 16);
    for (int s = 0; s < SECTION_COUNT; s++) {
        const struct config_section_table *table = config_table((enum config_section)s);
        struct arena arena;
        struct node *root = NULL;
        struct yaml_fault fault;
        struct config *c = check(table->example);
        bool all = geteuid() == 0; // others may not write in /var/lib, and are told
        if (c->fault_count || (c->warning_count && all))
            fail_msg("%s: %s", table->name,
                     c->fault_count ? c->faults[0].text.ptr : c->warnings[0].text.ptr);
        config_free(c);
        arena_init(&arena, &alloc_heap, KIB, MIB);
        assert_int_equal(yaml_read(str_of(table->example), &arena, &root, &fault), STATUS_OK);
        for (const struct config_row *row = table->rows; row->name; row++) {
            if (!has_key(root, row->name))
                fail_msg("%s: the example has no `%s`", table->name, row->name);
        }
        arena_fini(&arena);
    }
}

static void reads_values(void **state)
{
    (void)state;
    int64_t n = 0;
    assert_true(value_size(str_of("32MiB"), &n) && n == 32 << 20);
    assert_true(value_size(str_of("7"), &n) && n == 7);
    assert_false(value_size(str_of("MiB"), &n));
    assert_false(value_size(str_of("9223372036854775807KB"), &n));
    assert_true(value_time(str_of("1d2h3m4s5ms"), &n) && n == 93784005);
    assert_false(value_time(str_of("1m1h"), &n));
    assert_false(value_time(str_of("1s1s"), &n));
    assert_false(value_time(str_of("5"), &n));
    assert_false(value_time(str_of("106751991168d"), &n));
    assert_false(value_time(str_of(""), &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_sample),
        cmocka_unit_test(shows_no_secret),
        cmocka_unit_test(finds_providers),
        cmocka_unit_test(a_name_alone_is_not_free),
        cmocka_unit_test(an_ollama_is_known_by_its_dialect),
        cmocka_unit_test(an_ollama_may_be_asked_as_another),
        cmocka_unit_test(looks_for_an_ollama),
        cmocka_unit_test(an_ollama_has_its_own_keys),
        cmocka_unit_test(takes_no_key_of_its_own),
        cmocka_unit_test(keeps_state_where_it_belongs),
        cmocka_unit_test(finds_its_file),
        cmocka_unit_test(takes_good_files),
        cmocka_unit_test(leaves_out_what_has_no_secret),
        cmocka_unit_test(notes_what_may_be_meant_otherwise),
        cmocka_unit_test(minds_who_reads_the_file),
        cmocka_unit_test(keeps_no_copy_of_a_literal),
        cmocka_unit_test(a_proxy_may_want_a_password),
        cmocka_unit_test(examples_work),
        cmocka_unit_test(says_where_nothing_may_be_made),
        cmocka_unit_test(reads_values),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
