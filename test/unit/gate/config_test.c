// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit.h"
#include "base/json.h"
#include "core/catalog.h"
#include "gate/config.h"
#include "gate/config_value.h"

static char folder[] = "/tmp/costlens-config-XXXXXX";

struct variable {
    const char *name;
    const char *value;
};
static const struct variable *environment;

static const char *env(const char *name)
{
    if (strcmp(name, "HOME") == 0)
        return folder;
    for (const struct variable *v = environment; v && v->name; v++) {
        if (strcmp(v->name, name) == 0)
            return v->value;
    }
    return NULL;
}

static const char *in_folder(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text, size_t len)
{
    FILE *f = fopen(in_folder(name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    fclose(f);
}

static struct config *check_bytes(const char *text, size_t len, bool mock)
{
    struct why why = {0};
    struct config *c = NULL;
    write_file("costlens.yaml", text, len);
    struct config_source source = {.file = in_folder("costlens.yaml"), .mock = mock, .env = env};
    assert_int_equal(config_check(&source, &c, &why), STATUS_OK);
    return c;
}

static struct config *check(const char *text)
{
    return check_bytes(text, strlen(text), false);
}

static const struct variable keys[] = {{"OPENAI_API_KEY", "sk-openai-1234567890"},
                                       {"CI_COSTLENS_KEY", " 0123456789abcdef\r\n"},
                                       {"EMPTY", "  "},
                                       {"SPLIT", "sk-a b"},
                                       {"SHORT", "abc"},
                                       {"OURS", "sk-cl-0123456789"},
                                       {NULL, NULL}};

// Two lines, with the models m and n-*.
#define P           "providers:\n  a: {url: 'http://127.0.0.1:9/v1', models: [m, n-*]}\n"
#define PRICE(text) P "prices:\n  - {model: a/m, " text "}\n"
#define KEY(text)   "keys:\n  - {name: k, token: 0123456789abcdef, " text "}\n"

static const struct bad {
    const char *text;
    int line;
    const char *phrase;
} bad[] = {
    // names
    {"lisen: [127.0.0.1:1]\n", 1, "did you mean `listen`"},
    {"\n\nprovider: {}\n", 3, "did you mean `providers`"},
    {"workers: 1\nnonsense_here: 1\n", 2, "unknown key `nonsense_here`"},
    {"limits: {bodi: 1MiB}\n", 1, "did you mean `body`"},
    {"timeouts:\n  first-byte: 1s\n", 2, "did you mean `first_byte`"},
    {"timeouts: {connect: 1s, overall: 2s}\n", 1, "unknown key `overall` in timeouts"},
    {"tls: {certificate: x, key: y}\n", 1, "unknown key `certificate`"},
    {"log: {requets: true}\n", 1, "did you mean `requests`"},
    {"providers:\n  a: {url: 'http://x/v1', modles: [m]}\n", 2, "did you mean `models`"},
    {"providers:\n  a:\n    url: http://x/v1\n    api_key: env:X\n", 4, "unknown key `api_key`"},
    {"keys:\n  - {nam: x, token: 0123456789abcdef}\n", 2, "did you mean `name`"},
    {PRICE("input_per_mtoken: 1"), 4, "did you mean `input_per_mtok`"},
    {PRICE("Input_per_mtok: 1"), 4, "did you mean `input_per_mtok`"},
    {"workers: 1\nworkers: 2\n", 2, "twice (also on line 1)"},
    {"providers:\n  a: {url: 'http://x/v1'}\n  a: {url: 'http://y/v1'}\n", 3, "twice"},
    {"limits: {body: 1MiB, \"body\": 2MiB}\n", 1, "twice"},
    {"\"work\\u0065rs\": 1\nworkers: 2\n", 2, "twice"},
    // YAML
    {"listen: [127.0.0.1:7575, [::1]:7575]\n", 1, "quotes"},
    {"listen: [[::1]:7575]\n", 1, "quotes"},
    {"listen: [[::1]]\n", 1, "quotes"},
    {"listen:\n  - [::1]:7575\n", 2, "quotes"},
    {"providers:\n  a: {key: ${KEY}, url: 'http://x/v1'}\n", 2, "quotes: \"${NAME}\""},
    {"providers:\n  a: {url: 'http://x/v1',\n    key: ${KEY}}\n", 3, "quotes: \"${NAME}\""},
    {"keys: [{name: a, token: ${T}}]\n", 1, "quotes: \"${NAME}\""},
    {"providers:\n\ta: 1\n", 2, "tabs"},
    {"a: [1, 2\n", 2, "brackets"},
    {"a: \"open\n", 2, "quotes"},
    {"workers: 1\n bad: 2\n", 2, "indentation"},
    {"workers: &w 1\n", 1, "anchors"},
    {"workers: *w\n", 1, "anchors"},
    {"workers: !!int 1\n", 1, "anchors"},
    {"workers: 1\n---\nworkers: 2\n", 2, "second document"},
    {"[a, b]: 1\n", 1, "a name must be plain text"},
    {"- listen\n", 1, "a section of `name: value` is expected"},
    {"listen\n", 1, "a section of `name: value` is expected"},
    {"a: [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]\n", 1, "deep"},
    {"workers: \"1\x01\"\n", 1, "UTF-8"},
    {"workers: \xff\n", 1, "UTF-8"},
    // listeners
    {"listen: [7575]\n", 1, "127.0.0.1:7575"},
    {"listen: [127.0.0.1]\n", 1, "no address with a port"},
    {"listen: [127.0.0.1:99999]\n", 1, "no address with a port"},
    {"listen: [example.com:80]\n", 1, "no IP address"},
    {"listen: []\n", 1, "no address"},
    {"listen: {a: 1}\n", 1, "a text is expected"},
    {"listen: [127.0.0.1:1, 127.0.0.1:1]\n", 1, "twice"},
    {"listen: [127.0.0.1:1]\nadmin: [127.0.0.1:1]\n", 2, "twice"},
    {"workers: 1\nlisten: [0.0.0.0:7575]\n", 2, "behind_tls_proxy"},
    {"listen: ['[::]:7575']\n", 1, "behind_tls_proxy"},
    {"listen: [10.1.2.3:7575]\n", 1, "in the clear"},
    {"admin: [0.0.0.0:7576]\n", 1, "behind_tls_proxy"},
    {"listen: ['unix:']\n", 1, "1 to 107 bytes"},
    {"tls: {cert: /nowhere.pem}\n", 1, "both cert and key"},
    {"tls: {cert: /nowhere.pem, key: /nowhere.key}\n", 1, "cannot be read"},
    {"tls: yes\n", 1, "a section of"},
    {"cors: ['*']\n", 1, "Name the origins"},
    {"cors: [app.example.com]\n", 1, "no origin"},
    {"cors: ['https://a.example/']\n", 1, "no origin"},
    // values
    {"workers: 0\n", 1, "from 1 to 256"},
    {"workers: many\n", 1, "whole number"},
    {"workers: [2]\n", 1, "a text is expected here, not a list"},
    {"limits: {body: 32}\n", 1, "size with its unit"},
    {"limits: {body: 32Mi}\n", 1, "`32Mi` does not fit"},
    {"limits: {body: -1MiB}\n", 1, "does not fit"},
    {"limits: {body: 99999999999999999999GiB}\n", 1, "does not fit"},
    {"limits: {buffers: 1KiB}\n", 1, "from 16MiB"},
    {"limits: 32MiB\n", 1, "a section of"},
    {"drain: 30\n", 1, "time with its unit"},
    {"drain: 30sec\n", 1, "time with its unit"},
    {"timeouts: {connect: 0}\n", 1, "from 1ms"},
    {"timeouts: {total: 30d}\n", 1, "does not fit"},
    {"keep: 12h\n", 1, "whole days"},
    {"fsync: -5ms\n", 1, "does not fit"},
    {"on_store_failure: ignore\n", 1, "block|allow"},
    {"half_close: maybe\n", 1, "close|answer"},
    {"behind_tls_proxy: yes\n", 1, "true|false"},
    {"log: {level: loud}\n", 1, "debug|info|warn|error"},
    {"store: /var/lib/x.db\n", 1, "sqlite:PATH"},
    {"store: 'sqlite:'\n", 1, "sqlite:PATH"},
    {"store: postgres://x/y\n", 1, "not there yet"},
    {"store: sqlite:/var/lib/\n", 1, "not a folder"},
    // providers
    {"providers: [openai]\n", 1, "sections with a name"},
    {"providers:\n  a: env:X\n", 2, "a section of"},
    {"providers:\n  a: {dialect: openai}\n", 2, "`url` is missing"},
    {"providers:\n  a: {url: 'ftp://x'}\n", 2, "url"},
    {"providers:\n  a: {url: 'http://user:pw@x/v1'}\n", 2, "Use `key`"},
    {"providers:\n  a: {url: 'http://x/v1?y=1'}\n", 2, "url"},
    {"providers:\n  a: {url: 'http://127.0.0.1:7575/v1'}\n", 2, "circles"},
    {"providers:\n  a: {url: 'http://localhost:7576'}\n", 2, "circles"},
    {"listen: [127.0.0.1:80]\nproviders:\n  a: {url: 'http://127.0.0.1'}\n", 3, "circles"},
    {"providers:\n  a: {url: 'http://x/v1', dialect: cohere}\n", 2, "openai, anthropic or gemini"},
    {"providers:\n  a: {url: 'http://x/v1', vendor: opnai}\n", 2, "did you mean `openai`"},
    {"providers:\n  a: {url: 'http://x/v1', vendor: nobody-knows}\n", 2, "not known"},
    {"providers:\n  \"a b/\": {url: 'http://x/v1'}\n", 2, "is no name"},
    {"providers:\n  a: {url: 'http://x/v1', models: []}\n", 2, "serves nothing"},
    {"providers:\n  a: {url: 'http://x/v1', models: [a, '']}\n", 2, "empty entry"},
    {"providers:\n  a: {url: 'http://x/v1', models: [a, b: c]}\n", 2, "a text is expected"},
    {"cors: ['https://a.example', [b]]\n", 1, "a text is expected"},
    {"providers:\n  a: {url: 'http://x/v1', proxy: 'socks5://p:1'}\n", 2, "http://HOST:PORT"},
    {"providers:\n  a: {url: 'http://x/v1', proxy: 'http://'}\n", 2, "http://HOST:PORT"},
    {"providers:\n  a: {url: 'http://x/v1', ca: /nowhere.pem}\n", 2, "cannot be read"},
    {"providers:\n  a: {url: 'http://x/v1', key: $KEY}\n", 2, "env:NAME"},
    {"providers:\n  a: {url: 'http://x/v1', key: 'env:'}\n", 2, "names no variable"},
    {"providers:\n  a: {url: 'http://x/v1', key: 'env:A B'}\n", 2, "names no variable"},
    {"providers:\n  a: {url: 'http://x/v1', key: ''}\n", 2, "empty"},
    {"providers:\n  a: {url: 'http://x/v1', key: [x]}\n", 2, "a text is expected"},
    {"providers:\n  a: {url: 'http://x/v1', timeouts: {idle: never}}\n", 2, "does not fit"},
    {"providers:\n  a: {url: 'http://x/v1', key: 'a b'}\n", 2, "white space"},
    // aliases
    {P "aliases: [fast]\n", 3, "PROVIDER/MODEL"},
    {P "aliases:\n  fast: [b/m]\n", 4, "names no provider"},
    {P "aliases:\n  fast: [m]\n", 4, "no provider"},
    {P "aliases:\n  fast: [a/]\n", 4, "no provider"},
    {P "aliases:\n  fast:\n    - a/m\n    - a/x\n", 6, "not among the models of a"},
    {P "aliases:\n  fast: []\n", 4, "stands for nothing"},
    {"providers:\n  bench: {url: 'http://x/v1'}\naliases: {f: [bensh/m]}\n", 3,
     "did you mean `bench`"},
    // keys
    {"keys: {name: a}\n", 1, "a list is expected"},
    {"keys: [ci]\n", 1, "a section of"},
    {"keys:\n  - {token: 0123456789abcdef}\n", 2, "`name` is missing"},
    {"keys:\n  - {name: a}\n", 2, "`token` is missing"},
    {"keys:\n  - {name: a, token: env:SHORT}\n", 2, "shorter than 16"},
    {KEY("expires: 90d"), 2, "2027-01-31"},
    {KEY("expires: 2027-13-01"), 2, "is no day"},
    {KEY("models: []"), 2, "allows nothing"},
    {KEY("team: 'a,b'"), 2, "is no name"},
    {KEY("team: [a]"), 2, "a text is expected"},
    {"keys:\n  - {name: dev, token: 0123456789abcdef}\n", 2, "another name"},
    {KEY("") "  - {name: k, token: 0123456789abcdeg}\n", 3, "here twice"},
    {KEY("") "  - {name: l, token: 0123456789abcdef}\n", 3, "same token"},
    // prices
    {"prices: {a: 1}\n", 1, "a list is expected"},
    {P "prices:\n  - {input_per_mtok: 1}\n", 4, "`model` is missing"},
    {P "prices:\n  - {model: m, input_per_mtok: 1}\n", 4, "no provider"},
    {P "prices:\n  - {model: b/m, input_per_mtok: 1}\n", 4, "names no provider"},
    {P "prices:\n  - {model: a/m}\n", 4, "has no price"},
    {PRICE("input_per_mtok: 0.00000015"), 4, "a price per token"},
    {PRICE("output_per_mtok: 0.00009999"), 4, "a price per token"},
    {PRICE("input_per_mtok: -1"), 4, "not negative"},
    {PRICE("input_per_mtok: .nan"), 4, "no amount of USD"},
    {PRICE("input_per_mtok: .inf"), 4, "no amount of USD"},
    {PRICE("input_per_mtok: free"), 4, "no amount of USD"},
    {PRICE("input_per_mtok: 1,5"), 4, "unknown key"},
    {PRICE("input_per_mtok: $1"), 4, "no amount of USD"},
    {PRICE("input_per_mtok: 0x10"), 4, "no amount of USD"},
    {PRICE("input_per_mtok: 1e300"), 4, "no amount of USD"},
    {PRICE("input_per_mtok: 9999999"), 4, "beyond belief"},
    {PRICE("per_image: 10"), 4, "beyond belief"},
    {PRICE("input_per_mtok: 0.0000000000000000001"), 4, "18 places"},
    {PRICE("input_per_mtok: 1.0000000000001"), 4, "12 places"},
    {PRICE("input_per_mtok: 0, output_per_mtok: 0"), 4, "free: true"},
    {PRICE("free: true, input_per_mtok: 1"), 4, "Remove one"},
    {PRICE("free: maybe"), 4, "true or false"},
    {PRICE("free: true") "  - {model: a/m, free: true}\n", 5, "twice (also on line 4)"},
    {P "prices:\n  - {model: a/n*x, free: true}\n", 4, "no model's name"},
    {PRICE("input_per_mtok: [1]"), 4, "a text is expected"},
};

static void show(const struct config *c)
{
    struct buf b;
    struct json *j = NULL;
    struct why why = {0};
    buf_init(&b, &alloc_heap, 0);
    config_write(c, &b);
    if (json_open(buf_str(&b), &alloc_heap, &j, &why) != STATUS_OK)
        fail_msg("%s: %s", why.text, buf_cstr(&b));
    json_close(j);
    buf_fini(&b);
}

static void tells_what_is_wrong(void **state)
{
    (void)state;
    unsigned missed = 0;
    environment = keys;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct config *c = check(bad[i].text);
        bool found = false;
        for (unsigned k = 0; k < c->fault_count; k++)
            found |= c->faults[k].line == bad[i].line &&
                     strstr(c->faults[k].text.ptr, bad[i].phrase) != NULL;
        if (!found) {
            print_message("case %zu: no fault on line %d with `%s` in:\n%s", i, bad[i].line,
                          bad[i].phrase, bad[i].text);
            for (unsigned k = 0; k < c->fault_count; k++)
                print_message("  %d: %s\n", c->faults[k].line, c->faults[k].text.ptr);
            missed++;
        }
        show(c); // what could be read of it
        config_free(c);
    }
    assert_int_equal(missed, 0);
}

static void first_fault_is_the_reason(void **state)
{
    (void)state;
    struct why why = {0};
    struct config *c = NULL;
    environment = NULL;
    write_file("costlens.yaml", "keep: 1h\n\nworkers: x\n", 21);
    struct config_source source = {.file = in_folder("costlens.yaml"), .env = env};
    assert_int_equal(config_read(&source, &c, &why), STATUS_SYNTAX);
    assert_non_null(strstr(why.text, "costlens.yaml:1: keep: `1h` does not fit"));
    assert_non_null(strstr(why.text, "1 more"));
    assert_null(c);
    source.file = in_folder("nowhere.yaml");
    assert_int_equal(config_read(&source, &c, &why), STATUS_IO);
    assert_non_null(strstr(why.text, "nowhere.yaml"));
    source.file = folder;
    assert_int_equal(config_read(&source, &c, &why), STATUS_IO);
}

static const char sample[] =
    "listen: [127.0.0.1:7575]        # default\n"
    "admin: [127.0.0.1:7576]\n"
    "store: sqlite:/var/lib/costlens/costlens.db\n"
    "state: /var/lib/costlens        # journal\n"
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
static int64_t price_of(const struct sheet *s, enum bucket b)
{
    struct price p;
    return rates_find(&s->rates, b, &p) ? p.atto : -1;
}

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
    assert_true(str_is(c->store, "/var/lib/costlens/costlens.db"));
    assert_true(str_is(c->state, "/var/lib/costlens"));
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

// The same file with LF, with CRLF and with a BOM.
static void reads_the_sample(void **state)
{
    (void)state;
    environment = sample_keys;
    write_file("bench.key", "\xef\xbb\xbf from-a-file \r\n", 18);
    struct config *c = check(sample);
    check_sample(c);
    config_free(c);
    char other[2 * sizeof sample];
    size_t n = 0;
    memcpy(other, "\xef\xbb\xbf", 3);
    n += 3;
    for (size_t i = 0; sample[i]; i++) {
        if (sample[i] == '\n')
            other[n++] = '\r';
        other[n++] = sample[i];
    }
    c = check_bytes(other, n, false);
    check_sample(c);
    config_free(c);
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
    assert_int_equal(c->provider_count, 4);
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
    assert_true(c->providers[3].mock);
    assert_int_equal(c->listen_count, 2);
    assert_true(str_is(c->listen[1].address, "[::1]:7575"));
    assert_int_equal(c->admin_count, 1);
    config_free(c);
}

static void takes_no_key_of_its_own(void **state)
{
    (void)state;
    static const struct variable ours[] = {{"OPENAI_API_KEY", "sk-cl-0123456789"}, {NULL, NULL}};
    static const struct variable circle[] = {
        {"OPENAI_API_KEY", "sk-1"}, {"OPENAI_BASE_URL", "http://localhost:7575/v1"}, {NULL, NULL}};
    struct config *c = from_environment(ours, false);
    assert_int_equal(c->provider_count, 0);
    assert_int_equal(c->warning_count, 1);
    assert_non_null(strstr(c->warnings[0].text.ptr, "OPENAI_API_KEY holds a key of CostLens"));
    config_free(c);
    c = from_environment(circle, false);
    assert_int_equal(c->fault_count, 0);
    assert_int_equal(c->provider_count, 0);
    assert_int_equal(c->warning_count, 1);
    assert_non_null(strstr(c->warnings[0].text.ptr, "OPENAI_BASE_URL"));
    config_free(c);
}

static void keeps_state_where_it_belongs(void **state)
{
    (void)state;
    static const struct variable xdg[] = {{"XDG_STATE_HOME", "/x/state"}, {NULL, NULL}};
    static const struct variable service[] = {
        {"STATE_DIRECTORY", "/var/lib/costlens"}, {"XDG_STATE_HOME", "/x/state"}, {NULL, NULL}};
    char want[256];
    struct config *c = from_environment(xdg, false);
    assert_true(str_is(c->store, "/x/state/costlens/costlens.db"));
    assert_true(str_is(c->state, "/x/state/costlens"));
    config_free(c);
    c = from_environment(service, false);
    assert_true(str_is(c->state, "/var/lib/costlens"));
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
    char path[256];
    snprintf(path, sizeof path, "%s/named.yaml", folder);
    const struct variable named[] = {{"COSTLENS_CONFIG", path}, {NULL, NULL}};
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
        "",
        "# nothing\n",
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
        "cors: https://app.example.com\n",
        "providers:\n  openai: {key: env:OPENAI_API_KEY}\n",
        "providers:\n  a/b: {url: 'http://x/v1'}\n  a: {url: 'http://y/v1', proxy: none}\n"
        "aliases: {f: a/b/m}\n",
        P "aliases:\n  fast: a/n-anything\n",
        P "aliases: {f: [mock/fast]}\n",
        KEY("models: 'gpt-4o*', expires: 2099-01-01, team: Forschung é, project: p.1, user: a@b.c"),
        PRICE("input_per_mtok: 0.0001, output_per_mtok: 0"),
        PRICE("input_per_mtok: 1e-1, per_call: 0.01, per_image: 0.04"),
        PRICE("free: true"),
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

// Each price key of the file reaches the bucket that it names.
static void takes_every_price(void **state)
{
    (void)state;
    struct why why = {0};
    struct catalog *book = NULL;
    environment = NULL;
    struct config *c = check(
        P "prices:\n  - {model: a/m, input_per_mtok: 1, output_per_mtok: 2, cache_read_per_mtok: 3,"
          " cache_write_per_mtok: 4, cache_write_1h_per_mtok: 5, audio_input_per_mtok: 6,"
          " audio_cache_read_per_mtok: 7, audio_output_per_mtok: 8, image_input_per_mtok: 9,"
          " image_output_per_mtok: 10, per_call: 0.11, per_web_search: 0.12, per_file_search: 0.13,"
          " per_search_unit: 0.14, per_image: 0.15, per_second: 0.16}\n");
    static const enum bucket order[] = {BUCKET_INPUT,
                                        BUCKET_OUTPUT,
                                        BUCKET_CACHE_READ,
                                        BUCKET_CACHE_WRITE_5M,
                                        BUCKET_CACHE_WRITE_1H,
                                        BUCKET_AUDIO_INPUT,
                                        BUCKET_AUDIO_CACHE_READ,
                                        BUCKET_AUDIO_OUTPUT,
                                        BUCKET_IMAGE_INPUT,
                                        BUCKET_IMAGE_OUTPUT,
                                        BUCKET_CALLS,
                                        BUCKET_WEB_SEARCHES,
                                        BUCKET_FILE_SEARCHES,
                                        BUCKET_SEARCH_UNITS,
                                        BUCKET_IMAGES_OUT,
                                        BUCKET_SECONDS};
    assert_int_equal(c->fault_count, 0);
    assert_int_equal(catalog_open(&alloc_heap, &c->prices, 1, &book, &why), STATUS_OK);
    const struct sheet *s = catalog_find(book, str_of("a"), str_of("m"));
    assert_non_null(s);
    assert_int_equal(sizeof order / sizeof order[0], BUCKET_COUNT);
    for (size_t i = 0; i < BUCKET_COUNT; i++)
        assert_int_equal(price_of(s, order[i]),
                         (int64_t)(i + 1) * (i < 10 ? 1000000000000 : 10000000000000000));
    catalog_close(book);
    config_free(c);
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
        cmocka_unit_test(tells_what_is_wrong),
        cmocka_unit_test(first_fault_is_the_reason),
        cmocka_unit_test(reads_the_sample),
        cmocka_unit_test(shows_no_secret),
        cmocka_unit_test(finds_providers),
        cmocka_unit_test(takes_no_key_of_its_own),
        cmocka_unit_test(keeps_state_where_it_belongs),
        cmocka_unit_test(finds_its_file),
        cmocka_unit_test(takes_good_files),
        cmocka_unit_test(leaves_out_what_has_no_secret),
        cmocka_unit_test(minds_who_reads_the_file),
        cmocka_unit_test(a_proxy_may_want_a_password),
        cmocka_unit_test(takes_every_price),
        cmocka_unit_test(reads_values),
    };
    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(in_folder("costlens.yaml"));
    unlink(in_folder("bench.key"));
    rmdir(in_folder(".config/costlens"));
    rmdir(in_folder(".config"));
    rmdir(folder);
    return failed;
}
