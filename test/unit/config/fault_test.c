// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with a file is told with its line and the cure.

#include "rig.h"

static const struct bad bad[] = {
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
    {"providers:\n  a:\n    url: http://x/v1\n    api_key: env:X\n", 4, "did you mean `key`"},
    {"providers:\n  a:\n    base_url: http://x/v1\n", 3, "did you mean `url`"},
    {"port: 7575\n", 1, "did you mean `listen`"},
    {"keys:\n  - {nam: x, token: 0123456789abcdef}\n", 2, "did you mean `name`"},
    {PRICE("input_per_mtoken: 1"), 4, "did you mean `input_per_mtok`"},
    {PRICE("Input_per_mtok: 1"), 4, "did you mean `input_per_mtok`"},
    {"workers: 1\nworkers: 2\n", 2, "twice (also on line 1)"},
    {"providers:\n  a: {url: 'http://x/v1'}\n  a: {url: 'http://y/v1'}\n", 3, "twice"},
    {"limits: {body: 1MiB, \"body\": 2MiB}\n", 1, "twice"},
    {"\"work\\u0065rs\": 1\nworkers: 2\n", 2, "twice"},
    // nothing
    {"", 1, "says nothing"},
    {"\n\n", 1, "says nothing"},
    {"# workers: 1\n#", 1, "says nothing"},
    {"---\n", 1, "says nothing"},
    {"~\n", 1, "Write {} for the defaults"},
    {"null\n", 1, "says nothing"},
    {"\xef\xbb\xbf", 1, "says nothing"},
    // YAML
    {"listen: [127.0.0.1:7575, [::1]:7575]\n", 1, "quotes"},
    {"listen: [[::1]:7575]\n", 1, "quotes"},
    {"listen: [[::1]]\n", 1, "quotes"},
    {"listen:\n  - [::1]:7575\n", 2, "quotes"},
    {"providers:\n  a: {key: ${KEY}, url: 'http://x/v1'}\n", 2, "quotes: \"${NAME}\""},
    {"providers:\n  a: {url: 'http://x/v1',\n    key: ${KEY}}\n", 3, "quotes: \"${NAME}\""},
    {"keys: [{name: a, token: ${T}}]\n", 1, "quotes: \"${NAME}\""},
    {"providers:\n\ta: 1\n", 2, "tabs"},
    {"a: [1, 2\n", 1, "the [ of this line"},
    {"a: \"open\n", 1, "the quote that begins on this line"},
    {"providers:\n  a: {url: 'http://x/v1', key: abc #def}\naliases: {}\n", 2,
     "the { of this line"},
    {"providers:\n  a: {url: 'http://x/v1', key: env:X\naliases:\n  f: [a/m]\n", 2,
     "the { of this line"},
    {"cors: [a, b\nworkers: 2\n", 1, "the [ of this line"},
    {"cors: [${X}]\n", 1, "quotes: \"${NAME}\""},
    {"listen: [::1]\n", 1, "quotes"},
    {"providers:\n  a: {url: 'http://x/v1', key: @KEY}\n", 2, "unless it stands in quotes"},
    {"providers:\n  a: {url: 'http://x/v1', key: %KEY%}\n", 2, "unless it stands in quotes"},
    {"providers:\n  a: {url: 'http://x/v1', key: `pass x`}\n", 2, "unless it stands in quotes"},
    {"keys:\n  - {name: ci, models: *}\n", 2, "unless it stands in quotes"},
    {"cors: [*]\n", 1, "unless it stands in quotes"},
    {"keys:\n  - {name: ci, token: !secret x}\n", 2, "in quotes if it is a text"},
    {"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n", 1, "anchors"},
    {"# caf\xe9\n", 1, "UTF-8"},
    {"workers:2\n", 1, "a section of `name: value` is expected"},
    {"[limits]\nbody = '32MiB'\n", 2, "Check the"},
    {"store: |\n  sqlite:/x\n  more\n", 1, "one line is expected"},
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
    {"listen: [127.0.0.1:1]\nadmin: [localhost:1]\n", 2, "twice, as 127.0.0.1:1"},
    {"listen: ['[::1]:1', '[0:0:0:0:0:0:0:1]:1']\n", 1, "twice"},
    {"behind_tls_proxy: true\nlisten: [0.0.0.0:1]\nadmin: [127.0.0.1:1]\n", 3, "twice"},
    {"behind_tls_proxy: true\nlisten: ['[::1]:1']\nadmin: ['[::]:1']\n", 3, "twice"},
    {"admin: [127.0.0.1:7575]\n", 1, "twice"},
    {"listen: [127.0.0.1:0]\n", 1, "nobody could call port 0"},
    {"listen: ['127.0.0.1:-1']\n", 1, "no address with a port"},
    {"listen: ['[::ffff:127.0.0.1]:1']\n", 1, "Write it as IPv4"},
    {"listen: [127.0.0.1:1, 127.0.0.1:2, 127.0.0.1:3, 127.0.0.1:4, 127.0.0.1:5, 127.0.0.1:6,\n"
     "127.0.0.1:7, 127.0.0.1:8, 127.0.0.1:9, 127.0.0.1:10, 127.0.0.1:11, 127.0.0.1:12,\n"
     "127.0.0.1:13, 127.0.0.1:14, 127.0.0.1:15, 127.0.0.1:16, 127.0.0.1:17]\n",
     1, "at most 16"},
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
    {"workers: ${CORES}\n", 1, "only secrets"},
    {"state: $HOME/costlens\n", 1, "only secrets"},
    {"\"\\e[31mred\": 1\n", 1, "unknown key `?[31mred`"},
    {"\"\\u009b31mred\": 1\n", 1, "unknown key `?31mred`"},
    {"workers: 1e309\n", 1, "whole number"},
    {"workers: 0x10\n", 1, "whole number"},
    {"workers: 1_0\n", 1, "whole number"},
    {"drain: 5 s\n", 1, "time with its unit"},
    {"drain: '-1s'\n", 1, "time with its unit"},
    {"limits:\n  <<: {body: 1MiB}\n", 2, "unknown key `<<`"},
    {"limits: {body: 1,000KiB}\n", 1, "does not fit"},
    {"limits: {body: 1e9MiB}\n", 1, "does not fit"},
    {"limits: {body: 1.5MiB}\n", 1, "does not fit"},
    {"workers: [2]\n", 1, "a text is expected here, not a list"},
    {"limits: {body: 32}\n", 1, "size with its unit"},
    {"limits: {body: 32Mi}\n", 1, "`32Mi` does not fit"},
    {"limits: {body: -1MiB}\n", 1, "does not fit"},
    {"limits: {body: 99999999999999999999GiB}\n", 1, "does not fit"},
    {"limits: {buffers: 1KiB}\n", 1, "from 16MiB"},
    {"limits: 32MiB\n", 1, "a section of"},
    {"limits:\n  buffers: 16MiB\n", 2, "body (32MiB) is more than buffers (16MiB)"},
    {"limits:\n  buffers: 16MiB\n  body: 17MiB\n", 3, "body (17MiB) is more than buffers (16MiB)"},
    {"limits: {body: 2GiB}\n", 1, "body (2GiB) is more than buffers (1GiB)"},
    {"timeouts: {total: 5s, first_byte: 6s}\n", 1, "first_byte (6s) is more than total (5s)"},
    {"timeouts:\n  idle: 2h\n", 2, "idle (2h) is more than total (1h)"},
    {"providers:\n  a: {url: 'http://x/v1', timeouts: {connect: 2s, total: 1s}}\n", 2,
     "connect (2s) is more than total (1s)"},
    {"drain: 30\n", 1, "time with its unit"},
    {"drain: 30sec\n", 1, "time with its unit"},
    {"timeouts: {connect: 0}\n", 1, "from 1ms"},
    {"timeouts: {total: 30d}\n", 1, "does not fit"},
    {"keep: 12h\n", 1, "whole days"},
    {"fsync: -5ms\n", 1, "does not fit"},
    {"on_store_failure: ignore\n", 1, "block|allow"},
    {"half_close: maybe\n", 1, "close|answer"},
    {"behind_tls_proxy: maybe\n", 1, "true|false"},
    {"log: {level: loud}\n", 1, "debug|info|warn|error"},
    {"store: /var/lib/x.db\n", 1, "sqlite:PATH"},
    {"store: 'sqlite:'\n", 1, "sqlite:PATH"},
    {"store: postgres://x/y\n", 1, "not there yet"},
    {"store: sqlite:/var/lib/\n", 1, "not a folder"},
    {"store: sqlite:/tmp\n", 1, "sqlite:/tmp/costlens.db"},
    {"store: sqlite:costlens.yaml/a/x.db\n", 1, "is a file"},
    {"keep: 1d\nstate: costlens.yaml/a/b\n", 2, "/costlens.yaml` is a file"},
    // providers
    {"providers: [openai]\n", 1, "sections with a name"},
    {"providers:\n  a: env:X\n", 2, "a section of"},
    {"providers:\n  a: {dialect: openai}\n", 2, "`url` is missing"},
    {"providers:\n  a: {url: 'ftp://x'}\n", 2, "url"},
    {"providers:\n  a: {url: '${URL}'}\n", 2, "only secrets"},
    {"providers:\n  a: {url: 'http://user:pw@x/v1'}\n", 2, "Use `key`"},
    {"providers:\n  a: {url: 'http://x/v1?y=1'}\n", 2, "url"},
    {"providers:\n  a: {url: 'http://x/v1/chat/completions'}\n", 2, "leave /chat/completions out"},
    {"providers:\n  a: {url: 'http://x/v1/messages', dialect: anthropic}\n", 2, "leave /messages"},
    {"providers:\n  a: {url: 'http://127.0.0.1:7575/v1'}\n", 2, "circles"},
    {"providers:\n  a: {url: 'http://0.0.0.0:7575/v1'}\n", 2, "circles"},
    {"providers:\n  a: {url: 'http://[::]:7575/v1'}\n", 2, "circles"},
    {"providers:\n  a: {url: 'http://localhost:7576'}\n", 2, "circles"},
    {"listen: ['[2001:db8::1]:80']\nbehind_tls_proxy: true\n"
     "providers:\n  a: {url: 'http://[2001:db8:0::1]'}\n",
     4, "circles"},
    {"listen: [127.0.0.1:80]\nproviders:\n  a: {url: 'http://127.0.0.1'}\n", 3, "circles"},
    {"providers:\n  a: {url: 'http://x/v1', dialect: cohere}\n", 2,
     "openai, anthropic, gemini or ollama"},
    {"providers:\n  a: {url: 'http://x/v1', vendor: opnai}\n", 2, "did you mean `openai`"},
    {"providers:\n  a: {url: 'http://x/v1', vendor: nobody-knows}\n", 2, "not known"},
    {"providers:\n  \"a b/\": {url: 'http://x/v1'}\n", 2, "is no name"},
    {"providers:\n  \"a\\x9bb\": {url: 'http://x/v1'}\n", 2, "is no name"},
    {"providers:\n  a: {url: 'http://x/v1', models: []}\n", 2, "serves nothing"},
    {"providers:\n  a: {url: 'http://x/v1', models: [a, '']}\n", 2, "empty entry"},
    {"providers:\n  a: {url: 'http://x/v1', models: [a, b: c]}\n", 2, "a text is expected"},
    {"cors: ['https://a.example', [b]]\n", 1, "a text is expected"},
    {"providers:\n  a: {url: 'http://x/v1', proxy: 'socks5://p:1'}\n", 2, "http://HOST:PORT"},
    {"providers:\n  a: {url: 'http://x/v1', proxy: 'http://'}\n", 2, "http://HOST:PORT"},
    {"providers:\n  a: {url: 'http://x/v1', ca: /nowhere.pem}\n", 2, "cannot be read"},
    {"providers:\n  a: {url: 'http://x/v1', ca: costlens.yaml}\n", 2, "no certificate"},
    {"providers:\n  a: {url: 'http://x/v1', ca: .}\n", 2, "is no file"},
    {"tls: {cert: costlens.yaml, key: costlens.yaml}\n", 1, "no certificate"},
    {"providers:\n  a: {url: 'http://x/v1', key: $KEY}\n", 2, "env:NAME"},
    {"providers:\n  a: {url: 'http://x/v1', key: ENV:KEY}\n", 2, "in small letters"},
    {"providers:\n  a: {url: 'http://x/v1', key: env: KEY}\n", 2, "without white space"},
    {"providers:\n  a:\n    url: http://x/v1\n    key: file: a.key\n", 4, "without white space"},
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
    {P "aliases: {f: [f]}\n", 3, "has no provider"},
    {P "aliases:\n  f: [g]\n  g: [f]\n", 4, "has no provider"},
    {P "aliases: {f: ['a/n-*']}\n", 3, "is a pattern. Name one model"},
    {P "aliases: {'gpt-*': [a/m]}\n", 3, "asked for as it stands"},
    {"providers:\n  bench: {url: 'http://x/v1'}\naliases: {f: [bensh/m]}\n", 3,
     "did you mean `bench`"},
    // keys
    {"keys: {name: a}\n", 1, "a list is expected"},
    {"keys: [ci]\n", 1, "a section of"},
    {"keys:\n  - {token: 0123456789abcdef}\n", 2, "`name` is missing"},
    {"keys:\n  - {name: a}\n", 2, "`token` is missing"},
    {"keys:\n  - {name: a, token: env:SHORT}\n", 2, "shorter than 16"},
    {KEY("expires: ''"), 2, "never ends"},
    {KEY("expires: "), 2, "never ends"},
    {KEY("expires: 90d"), 2, "2027-01-31"},
    {KEY("expires: 2027-13-01"), 2, "is no day"},
    {KEY("models: []"), 2, "allows nothing"},
    {KEY("team: 'a,b'"), 2, "is no name"},
    {KEY("team: [a]"), 2, "a text is expected"},
    {"keys:\n  - {name: dev, token: 0123456789abcdef}\n", 2, "another name"},
    {KEY("") "  - {name: k, token: 0123456789abcdeg}\n", 3, "here twice"},
    {"keys:\n  - {name: k, token: env:NONE_1}\n  - {name: k, token: env:NONE_2}\n", 3,
     "here twice"},
    {KEY("") "  - {name: l, token: 0123456789abcdef}\n", 3, "same token"},
};

static void tells_what_is_wrong(void **state)
{
    (void)state;
    environment = keys;
    expect_faults(bad, sizeof bad / sizeof bad[0]);
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

// What is wrong is told without what nobody may read over a shoulder or in a log.
static void tells_no_password(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "http://user:hunter22@x y/v1", "htp://user:hunter22@x",    "user:hunter22@x",
        "http://user:hunter22@x/v1",   "http://x/v1?key=hunter22", "http://x/v1#hunter22"};
    environment = keys;
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        for (int proxy = 0; proxy < 2; proxy++) {
            char text[200];
            int n = proxy
                        ? snprintf(text, sizeof text,
                                   "providers:\n  a: {url: 'http://y/v1', proxy: '%s'}\n", urls[i])
                        : snprintf(text, sizeof text, "providers:\n  a: {url: '%s'}\n", urls[i]);
            struct config *c = check_bytes(text, (size_t)n, false);
            for (unsigned k = 0; k < c->fault_count; k++)
                assert_int_equal(str_search(c->faults[k].text, str_of("hunter22")),
                                 c->faults[k].text.len);
            assert_true(proxy || c->fault_count > 0);
            config_free(c);
        }
    }
}

// Its file is no line's fault, nor each provider's.
static void blames_the_variable(void **state)
{
    (void)state;
    static const struct variable set[] = {{"SSL_CERT_FILE", "/nowhere.pem"}, {NULL, NULL}};
    environment = set;
    struct config *c =
        check("providers:\n  a: {url: 'https://x/v1'}\n  b: {url: 'https://y/v1'}\n");
    assert_int_equal(c->fault_count, 1);
    assert_int_equal(c->faults[0].line, 0);
    assert_non_null(strstr(c->faults[0].text.ptr, "SSL_CERT_FILE: /nowhere.pem cannot be read"));
    config_free(c);
    c = check("providers:\n  a: {url: 'http://x/v1'}\n"); // nobody asks for it
    assert_int_equal(c->fault_count, 0);
    config_free(c);
}

// However it is written, a provider that is this gateway is no provider.
static void knows_its_own_address(void **state)
{
    (void)state;
    char name[256] = "";
    assert_int_equal(gethostname(name, sizeof name - 1), 0);
    const char *const hosts[] = {"127.0.0.1", "127.1.2.3", "localhost",
                                 "LocalHost", "[::1]",     "0.0.0.0",
                                 "[::]",      "[0:0::1]",  host_is_name(str_of(name)) ? name : NULL,
                                 NULL};
    static const char *const listen[] = {"127.0.0.1:7001", "0.0.0.0:7001", "'[::]:7001'"};
    environment = NULL;
    for (int i = 0; hosts[i]; i++) {
        for (size_t k = 0; k < sizeof listen / sizeof *listen; k++) {
            char text[600];
            snprintf(
                text, sizeof text,
                "listen: [%s]\nbehind_tls_proxy: true\nproviders:\n  a: {url: 'http://%s:7001'}\n"
                "  b: {url: 'http://%s:7002'}\n",
                listen[k], hosts[i], hosts[i]);
            struct config *c = check(text);
            if (c->fault_count != 1 || !strstr(c->faults[0].text.ptr, "circles"))
                fail_msg("%s by %s: %u faults", listen[k], hosts[i], c->fault_count);
            config_free(c);
        }
    }
}

// At a reload the listeners of the start stay, whatever the file says now.
static void knows_where_it_listens_until_a_restart(void **state)
{
    (void)state;
    static const char fresh[] = "listen: [127.0.0.1:7003]\nproviders:\n"
                                "  a: {url: 'http://127.0.0.1:7001'}\n"
                                "  b: {url: 'http://127.0.0.1:7002'}\n"
                                "  c: {url: 'http://127.0.0.1:7003'}\n"
                                "  d: {url: 'http://127.0.0.1:7004'}\n";
    struct config *c = NULL;
    struct why why = {0};
    environment = NULL;
    struct config *running = check("listen: [127.0.0.1:7001]\nadmin: [127.0.0.1:7002]\n");
    write_file("costlens.yaml", fresh, sizeof fresh - 1);
    struct config_source source = {
        .file = in_folder("costlens.yaml"), .env = env, .running = running};
    assert_int_equal(config_check(&source, &c, &why), STATUS_OK);
    assert_int_equal(c->fault_count, 3);
    for (unsigned i = 0; i < c->fault_count; i++) {
        assert_int_equal(c->faults[i].line, 3 + i);
        assert_non_null(strstr(c->faults[i].text.ptr, "circles"));
    }
    config_free(c);
    config_free(running);
}

// What does not fit did not replace the default, which the file is not blamed for.
static void compares_only_what_fits(void **state)
{
    (void)state;
    static const char *const files[] = {"timeouts: {connect: 5, total: 1s}\n",
                                        "limits: {body: 32, buffers: 16MiB}\n"};
    environment = keys;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct config *c = check(files[i]);
        assert_int_equal(c->fault_count, 1);
        assert_non_null(strstr(c->faults[0].text.ptr, "does not fit"));
        config_free(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_is_wrong),
        cmocka_unit_test(first_fault_is_the_reason),
        cmocka_unit_test(tells_no_password),
        cmocka_unit_test(knows_its_own_address),
        cmocka_unit_test(blames_the_variable),
        cmocka_unit_test(compares_only_what_fits),
        cmocka_unit_test(knows_where_it_listens_until_a_restart),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
