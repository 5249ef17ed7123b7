// SPDX-License-Identifier: Apache-2.0
//
// Which provider gets a name: the rules of doc/configuration.md, one row a case.

#include <stdlib.h>

#include "../unit.h"
#include "gate/resolve.h"

#define P(n, d, v)                                               \
    {                                                            \
        .name = STR(n), .dialect = DIALECT_##d, .vendor = STR(v) \
    }

static struct str bench_models[] = {STR("bench-model"), STR("org/own-model")};
static struct str fast_targets[] = {STR("missing/x"), STR("openai/gpt-4o-mini"),
                                    STR("bench/bench-model")};

static struct config_provider providers[] = {
    P("openai", OPENAI, "openai"),
    P("claude", ANTHROPIC, "anthropic"),
    P("gemini", GEMINI, "google"),
    P("openrouter", OPENAI, "openrouter"),
    {.name = STR("bench"), .dialect = DIALECT_OPENAI, .models = bench_models, .model_count = 2},
    {.name = STR("mock"), .dialect = DIALECT_OPENAI, .mock = true, .free = true},
    P("cerebras", OPENAI, "cerebras"),
};
static struct config_alias alias = {.name = STR("fast"), .models = fast_targets, .model_count = 3};
static struct config config = {
    .providers = providers, .provider_count = 7, .aliases = &alias, .alias_count = 1};
static struct snapshot snapshot = {.config = &config};

static const struct key anyone = {.name = STR("k")};
static struct buf detail; // what the last `ask` told

static struct snapshot with(struct config *c)
{
    struct snapshot s = snapshot;
    s.config = c;
    return s;
}

static enum refusal ask(const struct snapshot *s, const struct wanted *wanted, struct target *t)
{
    buf_clear(&detail);
    return resolve(s, wanted, t, &detail);
}

static int setup(void **state)
{
    (void)state;
    buf_init(&detail, &alloc_heap, 4096);
    map_init(&snapshot.keys, &alloc_heap);
    map_init(&snapshot.aliases, &alloc_heap);
    struct why why = {0};
    if (catalog_open(&alloc_heap, NULL, 0, &snapshot.catalog, &why) != STATUS_OK)
        return 1;
    return map_set(&snapshot.aliases, alias.name, &alias) ? 0 : 1;
}

static int teardown(void **state)
{
    (void)state;
    buf_fini(&detail);
    catalog_close(snapshot.catalog);
    map_fini(&snapshot.aliases);
    map_fini(&snapshot.keys);
    return 0;
}

static const struct {
    const char *asked;
    enum dialect dialect;
    const char *key_models;
    enum refusal refusal;
    const char *provider;
    const char *model;
} cases[] = {
    {"gpt-4o", DIALECT_OPENAI, "", REFUSAL_NONE, "openai", "gpt-4o"},
    {"claude-sonnet-4-5", DIALECT_ANTHROPIC, "", REFUSAL_NONE, "claude", "claude-sonnet-4-5"},
    {"gemini-2.5-flash", DIALECT_GEMINI, "", REFUSAL_NONE, "gemini", "gemini-2.5-flash"},
    // Listed only where another dialect is spoken.
    {"claude-sonnet-4-5", DIALECT_OPENAI, "", REFUSAL_DIALECT, NULL, NULL},
    {"claude-sonnet-4-5", DIALECT_GEMINI, "", REFUSAL_DIALECT, NULL,
     NULL}, // Vertex has it, not Gemini
    {"gpt-oss-120b", DIALECT_OPENAI, "", REFUSAL_NONE, "cerebras",
     "gpt-oss-120b"}, // OpenAI made it, others serve it
    // A prefix with an open list forwards anything; the longest prefix wins over the book.
    {"openai/gpt-99", DIALECT_OPENAI, "", REFUSAL_NONE, "openai", "gpt-99"},
    {"openrouter/openai/gpt-4o", DIALECT_OPENAI, "", REFUSAL_NONE, "openrouter", "openai/gpt-4o"},
    // A closed list is closed, with and without the prefix.
    {"bench/bench-model", DIALECT_OPENAI, "", REFUSAL_NONE, "bench", "bench-model"},
    {"bench/org/own-model", DIALECT_OPENAI, "", REFUSAL_NONE, "bench", "org/own-model"},
    {"bench-model", DIALECT_OPENAI, "", REFUSAL_NONE, "bench", "bench-model"},
    {"bench/other", DIALECT_OPENAI, "", REFUSAL_MODEL_UNKNOWN, NULL, NULL},
    // A bare name on nobody's list; several providers.
    {"no-such-model", DIALECT_OPENAI, "", REFUSAL_MODEL_UNKNOWN, NULL, NULL},
    // Aliases go in order, over targets that do not exist.
    {"fast", DIALECT_OPENAI, "", REFUSAL_NONE, "openai", "gpt-4o-mini"},
    {"fast", DIALECT_OPENAI, "bench/*", REFUSAL_NONE, "bench", "bench-model"},
    {"fast", DIALECT_ANTHROPIC, "", REFUSAL_DIALECT, NULL, NULL},
    // The mock serves only what is named mock/..., in every dialect.
    {"mock/fast", DIALECT_ANTHROPIC, "", REFUSAL_NONE, "mock", "fast"},
    {"mock/fast", DIALECT_OPENAI, "", REFUSAL_NONE, "mock", "fast"},
    // Allow-lists.
    {"gpt-4o", DIALECT_OPENAI, "gpt-4o*", REFUSAL_NONE, "openai", "gpt-4o"},
    {"gpt-4o", DIALECT_OPENAI, "claude-*", REFUSAL_MODEL_DENIED, NULL, NULL},
    {"openai/gpt-4o", DIALECT_OPENAI, "openai/*", REFUSAL_NONE, "openai", "gpt-4o"},
};

static const struct {
    const char *asked;
    enum dialect dialect;
    const char *key_models;
    unsigned place;
    const char *model; // NULL: there is none
} after[] = {
    {"fast", DIALECT_OPENAI, "", 1, "bench-model"},
    {"fast", DIALECT_OPENAI, "", 0, "gpt-4o-mini"},
    {"fast", DIALECT_OPENAI, "", 2, NULL},
    {"fast", DIALECT_OPENAI, "openai/*", 1, NULL}, // the key may not
    {"fast", DIALECT_ANTHROPIC, "", 0, NULL},
    {"bench-model", DIALECT_OPENAI, "", 0, NULL}, // no alias
};

static void an_alias_goes_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof after / sizeof after[0]; i++) {
        struct key key = {.name = STR("k"), .models = str_of(after[i].key_models)};
        struct wanted wanted = {&key, after[i].dialect, str_of(after[i].asked), 0, false, false};
        struct target t = {0};
        bool found = resolve_after(&snapshot, &wanted, after[i].place, &t);
        if (found != (after[i].model != NULL))
            fail_msg("case %zu: %d", i, found);
        if (!found)
            continue;
        assert_true(str_is(t.model, after[i].model));
        assert_true(t.place > after[i].place);
        assert_string_equal(t.reason, "fallback");
    }
}

static void names_reach_their_provider(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct key key = {.name = STR("k"), .models = str_of(cases[i].key_models)};
        struct target t = {0};
        struct wanted wanted = {&key, cases[i].dialect, str_of(cases[i].asked), 0, false, false};
        enum refusal r = ask(&snapshot, &wanted, &t);
        if (r != cases[i].refusal)
            fail_msg("case %zu (%s): %d, expected %d", i, cases[i].asked, r, cases[i].refusal);
        if (r == REFUSAL_NONE) {
            assert_true(str_is(providers[t.provider].name, cases[i].provider));
            assert_true(str_is(t.model, cases[i].model));
        }
        // It says where the model is.
        if (r == REFUSAL_DIALECT && str_starts(wanted.model, str_of("claude-")))
            assert_non_null(
                strstr(buf_cstr(&detail), "goes to claude, which is asked at /v1/messages"));
        if (r == REFUSAL_DIALECT && str_is(wanted.model, "fast"))
            assert_non_null(strstr(buf_cstr(&detail), "/v1/chat/completions"));
    }
}

static void an_unknown_name_gets_near_ones(void **state)
{
    (void)state;
    struct key key = {.name = STR("k")};
    struct target t;
    struct wanted wanted = {&key, DIALECT_OPENAI, str_of("bench-modle"), 0, false, false};
    assert_int_equal(ask(&snapshot, &wanted, &t), REFUSAL_MODEL_UNKNOWN);
    assert_true(str_search(buf_str(&detail), str_of("bench/bench-model")) < detail.len);
    wanted.model = str_of("fist");
    assert_int_equal(ask(&snapshot, &wanted, &t), REFUSAL_MODEL_UNKNOWN);
    assert_true(str_search(buf_str(&detail), str_of("mean fast?")) < detail.len);
    // Not those that its key may not use.
    key.models = str_of("claude-*");
    for (int i = 0; i < 2; i++) {
        wanted.model = str_of(i ? "bench-modle" : "fist");
        assert_int_equal(ask(&snapshot, &wanted, &t), REFUSAL_MODEL_UNKNOWN);
        assert_true(str_search(buf_str(&detail), str_of("mean")) == detail.len);
    }
}

// Providers of an environment with two keys, under --mock.
static struct config_provider found[] = {
    {.name = STR("openai"), .vendor = STR("openai"), .from_environment = true},
    {.name = STR("anthropic"),
     .dialect = DIALECT_ANTHROPIC,
     .vendor = STR("anthropic"),
     .from_environment = true},
    {.name = STR("mock"), .mock = true, .free = true},
};
static struct config no_mock = {
    .providers = found, .provider_count = 2, .aliases = &alias, .alias_count = 1};
static struct config from_keys = {.providers = found, .provider_count = 3};

static struct config_provider two_hosts[] = {P("openrouter", OPENAI, "openrouter"),
                                             P("groq", OPENAI, "groq")};
static struct config hosts = {.providers = two_hosts, .provider_count = 2};
static struct config_provider hosts_and_mock[] = {
    P("openai", OPENAI, "openai"), P("groq", OPENAI, "groq"), {.name = STR("mock"), .mock = true}};
static struct config with_mock = {.providers = hosts_and_mock, .provider_count = 3};

static const struct {
    struct config *config;
    const char *asked;
    const char *key_models;
    const char *says;
    const char *never;
} hints[] = {
    // A provider that there is not: where the model is, or who was meant.
    {&config, "nosuch/gpt-4o", "", "no provider is named \"nosuch\". Did you mean openai/gpt-4o",
     0},
    {&config, "nosuch/fast", "", "Did you mean fast", 0},
    {&config, "claud/claude-haiku-4-5", "", "Did you mean claude/claude-haiku-4-5",
     "mean openrouter"},
    {&config, "opnai/my-own-tuned-model", "", "Did you mean openai/my-own-tuned-model?", 0},
    {&config, "opnai/my-own-tuned-model", "bench/*", "GET /v1/models", "openai"},
    {&config, "nosuch/gpt-4o", "bench/*", "GET /v1/models", "openai"},
    {&config, "nosuch/zzzzzzzz", "openai/*", "GET /v1/models", "mean"},
    // A short list is told.
    {&config, "bench/foo", "", "bench has bench/bench-model, bench/org/own-model.", 0},
    {&config, "bench/foo", "bench/org/*", "bench has bench/org/own-model.", "bench-model"},
    {&config, "bench/foo", "openai/*", "GET /v1/models", "bench-model"},
    {&config, "bench/bench-modle", "", "Did you mean bench/bench-model?", "bench has"},
    // Capitals and swapped letters are small slips; a name is told once.
    {&config, "GPT-4O", "", "Did you mean openai/gpt-4o,", "openai/gpt-4o, openai/gpt-4o"},
    {&config, "fsat", "", "Did you mean fast?", "ada"},
    {&config, "gpt-oss-120", "", "cerebras/gpt-oss-120b", "gpt-oss-120b, cerebras"},
    // A name of which the asked one is a whole beginning comes before misspelt ones.
    {&hosts, "llama-3.3-70b", "", "Did you mean groq/llama-3.3-70b-", "mean openrouter"},
    {&config, "gpt-oss", "", "Did you mean cerebras/gpt-oss-", 0},
    {&config, "gpt-os", "", "Did you mean", "gpt-oss-"},
    // The mock takes any name, behind its own.
    {&with_mock, "fast", "", "Did you mean mock/fast?", "ada"},
    {&with_mock, "zzzzzzzz", "", "Did you mean mock/zzzzzzzz?", 0},
    {&with_mock, "fast", "openai/*", "GET /v1/models", "mock"},
    {&no_mock, "mock/fast", "", "The mock is there under `costlens serve --mock` only.", "mean"},
    // Several may have a name that is newer than the book.
    {&with_mock, "gpt-6.2-sol", "", "gpt-6-sol? openai/gpt-6.2-sol goes to openai unpriced.",
     "GET"},
    {&hosts, "brand-new", "",
     "list. openrouter/brand-new goes to openrouter unpriced. GET /v1/models lists", 0},
    {&hosts, "brand-new", "groq/*", "list. groq/brand-new goes to groq unpriced.", "openrouter"},
    {&hosts, "brand-new", "x/*", "list. GET /v1/models", "goes"},
    {&hosts, "nosuch/brand-new", "", "GET /v1/models", "goes"},
    // A vendor whose key is missing.
    {&from_keys, "gemini-2.5-flash", "", "For models of google set GEMINI_API_KEY", "mean"},
    {&hosts, "gemini-2.5-flash", "", "For models of google add `google", "goes"},
    {&from_keys, "gemini/gemini-2.5-flash", "", "For models of google set GEMINI_API_KEY", 0},
    {&from_keys, "groq/whatever", "", "For models of groq set GROQ_API_KEY", 0},
    {&from_keys, "gemini-2.5-flash", "openai/*", "GET /v1/models", "google"},
    {&config, "deepseek-chat", "",
     "For models of deepseek add `deepseek: { key: env:DEEPSEEK_API_KEY", 0},
};

static void an_unknown_name_gets_its_cure(void **state)
{
    (void)state;
    struct snapshot s = snapshot;
    map_init(&s.aliases, &alloc_heap);
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
        struct key key = {.name = STR("k"), .models = str_of(hints[i].key_models)};
        struct wanted wanted = {&key, DIALECT_OPENAI, str_of(hints[i].asked), 0, false, false};
        struct target t;
        s.config = hints[i].config;
        enum refusal r = ask(&s, &wanted, &t);
        const char *said = buf_cstr(&detail);
        if (r != REFUSAL_MODEL_UNKNOWN || !strstr(said, hints[i].says) ||
            (hints[i].never && strstr(said, hints[i].never)))
            fail_msg("%s (%s): %d %s", hints[i].asked, hints[i].key_models, r, said);
    }
    map_fini(&s.aliases);
}

static void a_sole_open_provider_takes_any_name(void **state)
{
    (void)state;
    struct config one = {.providers = providers, .provider_count = 1};
    struct snapshot s = with(&one);
    struct target t;
    struct wanted wanted = {&anyone, DIALECT_OPENAI, str_of("brand-new"), 0, false, false};
    assert_int_equal(ask(&s, &wanted, &t), REFUSAL_NONE);
    struct config_provider mocked[] = {providers[5], providers[0]}; // the built-in mock is none
    one.providers = mocked;
    one.provider_count = 2;
    assert_int_equal(ask(&s, &wanted, &t), REFUSAL_NONE);
    assert_int_equal(t.provider, 1);
    one.provider_count = 1;
    assert_int_equal(ask(&s, &wanted, &t), REFUSAL_MODEL_UNKNOWN);
    one.providers = &providers[4]; // a closed list does not
    assert_int_equal(ask(&s, &wanted, &t), REFUSAL_MODEL_UNKNOWN);
    one.provider_count = 0;
    wanted.model = str_of("gpt-4o");
    assert_int_equal(ask(&s, &wanted, &t), REFUSAL_NO_PROVIDER);
}

// Of several providers the only open one of the caller's dialect takes a name that nobody lists.
static void the_only_open_one_of_a_dialect_takes_new_names(void **state)
{
    (void)state;
    struct config_provider several[] = {
        providers[4], found[2], found[1], found[0], {.name = STR("local"), .sought = true}};
    struct config_provider twice[] = {found[0], found[1], found[0]};
    struct config_provider home[] = {found[0], P("home", OLLAMA, "ollama")};
    struct config with_ollama = {.providers = home, .provider_count = 2};
    struct config all = {.providers = several, .provider_count = 5};
    struct config no_openai = {.providers = several, .provider_count = 3};
    struct config two = {.providers = twice, .provider_count = 3};
    const struct {
        struct config *config;
        const char *asked;
        enum dialect dialect;
        const char *key_models;
        enum refusal refusal;
        const char *provider;
    } news[] = {
        {&all, "gpt-6.2-sol", DIALECT_OPENAI, "", REFUSAL_NONE, "openai"},
        {&all, "claude-new", DIALECT_ANTHROPIC, "", REFUSAL_NONE, "anthropic"},
        {&all, "gemini-new", DIALECT_GEMINI, "", REFUSAL_MODEL_UNKNOWN, NULL},
        {&all, "gpt-6.2-sol", DIALECT_OPENAI, "gpt-6*", REFUSAL_NONE, "openai"},
        {&all, "gpt-6.2-sol", DIALECT_OPENAI, "gpt-5*", REFUSAL_MODEL_DENIED, NULL},
        {&all, "nosuch/new", DIALECT_OPENAI, "", REFUSAL_MODEL_UNKNOWN, NULL},
        {&all, "bench-model", DIALECT_OPENAI, "", REFUSAL_NONE, "bench"},
        {&all, "gpt-6.2-sol", DIALECT_OLLAMA, "", REFUSAL_MODEL_UNKNOWN, NULL},
        // An Ollama's names may be anything.
        {&with_ollama, "hf.co/org/own", DIALECT_OLLAMA, "", REFUSAL_NONE, "home"},
        {&with_ollama, "gemini-2.5-flash", DIALECT_OLLAMA, "", REFUSAL_NONE, "home"},
        // What an Ollama would have once it is pulled is nobody else's.
        {&with_ollama, "phi3", DIALECT_OPENAI, "", REFUSAL_MODEL_UNKNOWN, NULL},
        {&with_ollama, "own:7b", DIALECT_OPENAI, "", REFUSAL_MODEL_UNKNOWN, NULL},
        {&with_ollama, "gpt-6.2-sol", DIALECT_OPENAI, "", REFUSAL_NONE, "openai"},
        {&with_ollama, "ft:gpt-6:acme::B1", DIALECT_OPENAI, "", REFUSAL_NONE, "openai"},
        {&all, "own:7b", DIALECT_OPENAI, "", REFUSAL_NONE, "openai"},
        {&no_openai, "gpt-6.2-sol", DIALECT_OPENAI, "", REFUSAL_MODEL_UNKNOWN, NULL},
        {&two, "gpt-6.2-sol", DIALECT_OPENAI, "", REFUSAL_MODEL_UNKNOWN, NULL},
        {&two, "claude-new", DIALECT_ANTHROPIC, "", REFUSAL_NONE, "anthropic"},
    };
    struct snapshot s = snapshot;
    for (size_t i = 0; i < sizeof news / sizeof news[0]; i++) {
        struct key key = {.name = STR("k"), .models = str_of(news[i].key_models)};
        struct wanted wanted = {&key, news[i].dialect, str_of(news[i].asked), 0, false, false};
        struct target t = {0};
        s.config = news[i].config;
        enum refusal r = ask(&s, &wanted, &t);
        if (r != news[i].refusal)
            fail_msg("case %zu (%s): %d, expected %d", i, news[i].asked, r, news[i].refusal);
        if (r == REFUSAL_NONE)
            assert_true(str_is(s.config->providers[t.provider].name, news[i].provider) &&
                        str_is(t.model, news[i].asked) &&
                        t.guess == !str_is(t.model, "bench-model"));
    }
}

static void an_ollama_is_free_but_for_its_cloud(void **state)
{
    (void)state;
    const struct config_provider local = {.name = STR("ollama"), .free = true};
    assert_true(provider_free(&local, str_of("llama3.2:3b"), NULL));
    assert_true(provider_free(&local, str_of("cloud"), NULL));
    assert_false(provider_free(&local, str_of("gpt-oss:120b-cloud"), NULL));
    assert_false(provider_free(&local, str_of("kimi-k2:cloud"), NULL));
    struct locals *all = locals_new();
    struct local_model m;
    assert_true(local_take_tags(locals_at(all, str_of("x")),
                                str_of("{\"models\":[{\"name\":\"kimi-k2:cloud\"}]}")));
    assert_true(local_find(locals_at(all, str_of("x")), str_of("kimi-k2:cloud"), &m));
    assert_true(m.remote);
    locals_free(all);
}

// Ollama's lists name no model.
static void a_list_goes_to_the_first_of_its_dialect(void **state)
{
    (void)state;
    struct config_provider both[] = {providers[0], providers[0]};
    both[1].dialect = DIALECT_OLLAMA;
    struct config two = {.providers = both, .provider_count = 2};
    struct snapshot s = with(&two);
    struct key key = {.name = STR("k")};
    struct target t;
    struct wanted wanted = {&key, DIALECT_OLLAMA, STR_NONE, 0, false, false};
    assert_int_equal(ask(&s, &wanted, &t), REFUSAL_NONE);
    assert_int_equal(t.provider, 1);
    // One that names every model only where the key may use every model.
    struct config_provider third[] = {both[0], both[1], both[1]};
    third[2].name = str_of("other");
    static const struct {
        const char *key_models;
        int provider; // -1: none
    } lists[] = {{"openai/gpt*", -1},
                 {"openai/o*,*:3b", -1},
                 {"oth*", 2},
                 {"gpt-4o,other/*", 2},
                 {"*", 1},
                 {"openai/*", 1},
                 {"", 1}};
    two = (struct config){.providers = third, .provider_count = 3};
    wanted.all = true;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        key.models = str_of(lists[i].key_models);
        enum refusal r = ask(&s, &wanted, &t);
        if (r != (lists[i].provider < 0 ? REFUSAL_MODEL_DENIED : REFUSAL_NONE) ||
            (r == REFUSAL_NONE && (int)t.provider != lists[i].provider))
            fail_msg("%s: %d, %u", lists[i].key_models, r, t.provider);
        assert_true(r == REFUSAL_NONE || strstr(buf_cstr(&detail), "GET /v1/models"));
    }
    two = (struct config){.providers = both, .provider_count = 2};
    key.models = STR_NONE;
    wanted.all = false;
    // Nor has a book its models, so that they would be found by name.
    wanted.model = str_of("llama3.2:3b");
    assert_int_equal(ask(&s, &wanted, &t), REFUSAL_NONE);
    assert_int_equal(t.provider, 1);
    static struct str names[] = {STR("phi3"), STR("llama3.2:latest")};
    both[1].models = names;
    both[1].model_count = 2;
    assert_true(provider_lists(&s, &both[1], str_of("phi3:latest")));
    assert_true(provider_lists(&s, &both[1], str_of("llama3.2")));
    assert_false(provider_lists(&s, &both[1], str_of("llama3.2:3b")));
    assert_false(provider_lists(&s, &both[1], str_of("latest")));
    wanted.model = STR_NONE;
    two.provider_count = 1;
    assert_int_equal(ask(&s, &wanted, &t), REFUSAL_NO_PROVIDER);
    assert_non_null(strstr(buf_cstr(&detail), "{ollama: {dialect: ollama}}"));
}

// An Ollama is a provider of what it has; one that nobody named is there while it answers.
static void an_ollama_has_what_it_lists(void **state)
{
    (void)state;
    struct config_provider both[] = {providers[0], P("ollama", OLLAMA, "ollama")};
    both[1].sought = true;
    both[1].url = (struct url){.host = STR("127.0.0.1"), .port = 11434};
    struct config two = {.providers = both, .provider_count = 2};
    struct snapshot s = with(&two);
    s.locals = locals_new();
    struct local *l = snapshot_local(&s, &both[1]);
    assert_ptr_equal(l, locals_at(s.locals, str_of("127.0.0.1:11434")));
    assert_null(snapshot_local(&s, &both[0]));
    struct target t;
    struct wanted wanted = {&anyone, DIALECT_OPENAI, STR("gpt-99"), 0, false, false};
    // While it does not answer, the other one is the only one.
    assert_int_equal(ask(&s, &wanted, &t), REFUSAL_NONE);
    assert_int_equal(t.provider, 0);
    assert_true(local_take_tags(
        l, str_of("{\"models\":[{\"name\":\"llama3.2:3b\"},{\"name\":\"phi3:latest\"}]}")));
    // And so it is when an Ollama comes up that nobody named.
    assert_int_equal(ask(&s, &wanted, &t), REFUSAL_NONE);
    assert_int_equal(t.provider, 0);
    static const struct {
        const char *asked, *model, *said;
    } asks[] = {
        {"llama3.2:3b", "llama3.2:3b", NULL},
        {"phi3", "phi3", NULL},
        {"ollama/phi3:latest", "phi3", NULL},
        {"llama3.2", NULL, "Did you mean ollama/llama3.2:3b?"},
        {"llama3.2", NULL, "list"},
        {"gemma3:1b", NULL, "To have it: ollama pull gemma3:1b (about 815 MB)."},
        {"ollama/tinyllama", NULL, "To have it: ollama pull tinyllama (about 638 MB)."},
        {"ollama/all-minilm", NULL, "To have it: ollama pull all-minilm (about 46 MB)."},
        {"ollama/llama3.1", NULL, "To have it: ollama pull llama3.1 (about 4.9 GB)."},
        {"ollama/unheard:7b", NULL, "To have it: ollama pull unheard:7b."},
        {"unheard", NULL, "To have it: ollama pull unheard. GET /v1/models lists what there is."},
    };
    for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++) {
        wanted.dialect = DIALECT_OLLAMA;
        wanted.model = str_of(asks[i].asked);
        enum refusal r = ask(&s, &wanted, &t);
        assert_int_equal(r, asks[i].said ? REFUSAL_MODEL_UNKNOWN : REFUSAL_NONE);
        if (asks[i].model)
            assert_true(t.provider == 1 && str_is(t.model, asks[i].model));
        else if (!strstr(buf_cstr(&detail), asks[i].said))
            fail_msg("%s: %s", asks[i].asked, buf_cstr(&detail));
    }
    // Nobody else is there, and it has gone.
    local_unanswered(l);
    two.providers = &both[1];
    two.provider_count = 1;
    assert_int_equal(ask(&s, &wanted, &t), REFUSAL_NO_PROVIDER);
    wanted.model = STR_NONE;
    assert_int_equal(ask(&s, &wanted, &t), REFUSAL_NO_PROVIDER);
    locals_free(s.locals);
}

// What a server on the user's machine has, no book knows: any name goes there, and none is offered.
static void a_local_servers_list_is_not_the_books(void **state)
{
    (void)state;
    struct config_provider both[] = {P("local", OLLAMA, "ollama"), P("v1", OPENAI, "ollama"),
                                     P("ollama", OPENAI, "ollama")};
    for (size_t i = 0; i < 3; i++)
        both[i].vendor_row = vendor_find(str_of("ollama"));
    both[0].url = (struct url){.host = STR("127.0.0.1"), .port = 11434};
    struct config all = {.providers = both, .provider_count = 3};
    struct snapshot s = with(&all);
    s.locals = locals_new();
    assert_true(local_take_tags(snapshot_local(&s, &both[0]),
                                str_of("{\"models\":[{\"name\":\"tiny:latest\"}]}")));
    struct target t;
    static const char *const lacking[] = {"llama2:13b", "llama2:12b", "llama2"};
    for (size_t i = 0; i < sizeof lacking / sizeof lacking[0]; i++) {
        struct wanted wanted = {&anyone, DIALECT_OPENAI, str_of(lacking[i]), ~0U, false, false};
        assert_int_equal(ask(&s, &wanted, &t), REFUSAL_MODEL_UNKNOWN);
        assert_null(strstr(buf_cstr(&detail), "Did you mean"));
        assert_non_null(strstr(buf_cstr(&detail), "To have it: ollama pull llama2"));
    }
    struct wanted wanted = {&anyone, DIALECT_OPENAI, STR("v1/llama2:13b"), ~0U, false, false};
    assert_int_equal(ask(&s, &wanted, &t), REFUSAL_NONE);
    assert_int_equal(t.provider, 1);
    // A price of whatever it has names nothing; and of those that have it the first gets it, in
    // whatever dialect.
    static const struct str books[] = {STR("vendor v1\nsource it\nmodel *\nfree\n"),
                                       STR("vendor v1\nsource it\nmodel tiny\nfree\n")};
    wanted.model = str_of("tiny");
    for (size_t i = 0; i < 2; i++) {
        struct catalog *priced = NULL;
        assert_int_equal(catalog_open(&alloc_heap, &books[i], 1, &priced, NULL), STATUS_OK);
        s.catalog = priced;
        assert_int_equal(provider_lists(&s, &both[1], wanted.model), i == 1);
        assert_int_equal(ask(&s, &wanted, &t), REFUSAL_NONE);
        assert_int_equal(t.provider, 0);
        catalog_close(priced);
    }
    locals_free(s.locals);
}

// What an alias stands for is told, to whom it is given, with what makes it be there.
static void an_alias_tells_what_is_missing(void **state)
{
    (void)state;
    static struct str small[] = {STR("local/llama3.2:3b")};
    static struct str cheap[] = {STR("openai/x"), STR("local/phi3")};
    static struct str shut[] = {STR("bench/other")};
    struct config_alias aliases[] = {{.name = STR("fast"), .models = small, .model_count = 1},
                                     {.name = STR("cheap"), .models = cheap, .model_count = 2},
                                     {.name = STR("shut"), .models = shut, .model_count = 1}};
    struct config_provider both[] = {P("local", OLLAMA, "ollama"), providers[4]};
    both[0].url = (struct url){.host = STR("127.0.0.1"), .port = 11434};
    struct config two = {
        .providers = both, .provider_count = 2, .aliases = aliases, .alias_count = 3};
    struct snapshot s = {.config = &two, .catalog = snapshot.catalog, .locals = locals_new()};
    map_init(&s.aliases, &alloc_heap);
    for (size_t i = 0; i < 3; i++)
        assert_true(map_set(&s.aliases, aliases[i].name, &aliases[i]));
    assert_true(local_take_tags(snapshot_local(&s, &both[0]),
                                str_of("{\"models\":[{\"name\":\"tinyllama:latest\"}]}")));
    static const struct {
        const char *asked, *key_models, *said;
    } asks[] = {
        {"fast", "",
         "\"fast\" stands for local/llama3.2:3b, which is on no provider's list. To have it: "
         "ollama "
         "pull llama3.2:3b (about 2.0 GB)."},
        {"fast", "fast", "To have it: ollama pull llama3.2:3b (about 2.0 GB)."},
        {"fast", "openai/*",
         "\"fast\" is on no provider's list. GET /v1/models lists what there is."},
        {"cheap", "", "stands for local/phi3, which is on no provider's list. To have it: ollama"},
        {"shut", "", "stands for bench/other, which is on no provider's list. bench has bench/"},
    };
    for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++) {
        struct key key = {.name = STR("k"), .models = str_of(asks[i].key_models)};
        struct wanted wanted = {&key,  DIALECT_OPENAI, str_of(asks[i].asked), 1U << DIALECT_OLLAMA,
                                false, false};
        struct target t;
        assert_int_equal(ask(&s, &wanted, &t), REFUSAL_MODEL_UNKNOWN);
        if (!strstr(buf_cstr(&detail), asks[i].said))
            fail_msg("%s (%s): %s", asks[i].asked, asks[i].key_models, buf_cstr(&detail));
    }
    map_fini(&s.aliases);
    locals_free(s.locals);
}

// A call that can be translated goes to the first that has it, of either dialect; by name, prefix
// and alias alike.
static void a_translated_call_goes_to_the_other_dialect(void **state)
{
    (void)state;
    static struct str names[] = {STR("phi3"), STR("gpt-4o")};
    static struct str targets[] = {STR("claude/x"), STR("local/phi3")};
    struct config_provider local = {
        .name = STR("local"), .dialect = DIALECT_OLLAMA, .models = names, .model_count = 2};
    struct config_provider all[] = {providers[1], local, providers[0]};
    struct config_alias small = {.name = STR("fast"), .models = targets, .model_count = 2};
    struct config three = {
        .providers = all, .provider_count = 3, .aliases = &small, .alias_count = 1};
    struct snapshot s = with(&three);
    struct target t;
    struct wanted wanted = {&anyone, DIALECT_OPENAI, STR("phi3"), 1U << DIALECT_OLLAMA,
                            false,   false};
    assert_int_equal(ask(&s, &wanted, &t), REFUSAL_NONE);
    assert_int_equal(t.provider, 1);
    wanted.model = str_of("local/phi3");
    assert_int_equal(ask(&s, &wanted, &t), REFUSAL_NONE);
    wanted.model = str_of("gpt-4o");
    assert_int_equal(ask(&s, &wanted, &t), REFUSAL_NONE);
    assert_int_equal(t.provider, 1);
    wanted.others = 0;
    assert_int_equal(ask(&s, &wanted, &t), REFUSAL_NONE);
    assert_int_equal(t.provider, 2);
    wanted.others = 1U << DIALECT_OLLAMA;
    assert_true(map_set(&snapshot.aliases, small.name, &small));
    s.aliases = snapshot.aliases;
    wanted.model = small.name;
    assert_int_equal(ask(&s, &wanted, &t), REFUSAL_NONE);
    assert_int_equal(t.provider, 1);
    assert_true(map_set(&snapshot.aliases, alias.name, &alias));
    wanted.others = 0;
    wanted.model = str_of("phi3");
    assert_int_equal(ask(&s, &wanted, &t), REFUSAL_DIALECT);
    wanted.model = str_of("local/phi3");
    assert_int_equal(ask(&s, &wanted, &t), REFUSAL_DIALECT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_reach_their_provider),
        cmocka_unit_test(an_alias_goes_on),
        cmocka_unit_test(an_unknown_name_gets_near_ones),
        cmocka_unit_test(an_unknown_name_gets_its_cure),
        cmocka_unit_test(a_sole_open_provider_takes_any_name),
        cmocka_unit_test(the_only_open_one_of_a_dialect_takes_new_names),
        cmocka_unit_test(an_ollama_is_free_but_for_its_cloud),
        cmocka_unit_test(a_list_goes_to_the_first_of_its_dialect),
        cmocka_unit_test(an_ollama_has_what_it_lists),
        cmocka_unit_test(a_local_servers_list_is_not_the_books),
        cmocka_unit_test(an_alias_tells_what_is_missing),
        cmocka_unit_test(a_translated_call_goes_to_the_other_dialect),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
