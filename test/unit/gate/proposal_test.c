// SPDX-License-Identifier: Apache-2.0
//
// Which models are proposed for which tier.

#include <stdio.h>

#include "../unit.h"
#include "base/map.h"
#include "core/ability.h"
#include "gate/proposal.h"
#include "gate/snapshot.h"
#include "gate/versions.h"

static const char book[] =
    "vendor acme\nsource test 2026-01-01\n"
    "model acme-2-mini\nprice input 0.1 output 0.4\ncontext 200000\n"
    "model acme-3-mini\nprice input 0.2 output 0.8\ncontext 200000\n"
    "model acme-3.1-mini\nprice input 0.3 output 1\ncontext 200000\n"
    "model acme-3\nprice input 1 output 5\ncontext 200000\n"
    "model acme-pro\nprice input 3 output 15\ncontext 200000\n"
    "model acme-max\nprice input 90 output 90\ncontext 200000\n"
    "model acme-embed\nprice input 0.1 output 0.1\ncontext 200000\n"
    "model acme-3-2026-01-01\nprice input 1 output 5\ncontext 200000\n"
    "model acme-old\nprice input 0.1 output 0.1\n"
    "model acme-brief\nprice input 0.1 output 0.1\ncontext 64000\n"
    "model acme-unknown\ncontext 6400000\n"
    "vendor days\nsource test 2026-01-01\n"
    "model lite-2.5-preview-06-17\nprice input 0.1 output 0.1\ncontext 200000\n"
    "model v3-1\nprice input 0.1 output 0.1\ncontext 200000\n"
    "model V3.1\nprice input 0.1 output 0.1\ncontext 200000\n"
    "model lite:batch\nprice input 0.1 output 0.1\ncontext 200000\n"
    "model poem-5\nprice input 0.1 output 0.1\ncontext 200000\n"
    "model poem-5-5\nprice input 0.1 output 0.1\ncontext 200000\n"
    "model 3-song\nprice input 0.1 output 0.1\ncontext 200000\n"
    "model 3-5-song\nprice input 0.1 output 0.1\ncontext 200000\n"
    "model qwen3-8b\nprice input 3 output 15\ncontext 200000\n"
    "model qwen3-32b\nprice input 3 output 15\ncontext 200000\n"
    "model qwen2.5-32b\nprice input 3 output 15\ncontext 200000\n";
static struct str open_models[] = {STR("llama-3.1-8b"),   STR("mix-8x7b"),    STR("qwen-32B"),
                                   STR("llama-70b-chat"), STR("who-knows"),   STR("tiny-270m"),
                                   STR("gemma3n:e2b"),    STR("gemma3n:E4B"), STR("qwen3-30b-a3b"),
                                   STR("mix-8x22b"),      STR("code-e2"),     STR("code-e3")};
static struct config_provider providers[] = {
    {.name = STR("acme"), .vendor = STR("acme")},
    {.name = STR("own"), .models = open_models, .model_count = 12, .free = true},
    {.name = STR("mock"), .mock = true, .free = true},
    {.name = STR("days"), .vendor = STR("days")},
};
static struct config_tier own_large = {.name = STR("large"), .line = 3};
static struct config config = {.providers = providers};
static struct snapshot snapshot = {.config = &config};
static struct arena arena;

static int setup(void **state)
{
    (void)state;
    struct str text = str_of(book);
    struct why why = {0};
    arena_init(&arena, &alloc_heap, 4096, 1 << 20);
    return catalog_open_texts(&alloc_heap, &text, 1, &snapshot.catalog, &why) != STATUS_OK;
}

static int teardown(void **state)
{
    (void)state;
    catalog_close(snapshot.catalog);
    arena_fini(&arena);
    return 0;
}

static const struct config_route *proposed(unsigned from, unsigned count)
{
    config.providers = providers + from;
    config.provider_count = count;
    proposal_free(snapshot.proposal);
    snapshot.proposal = proposal_new(&snapshot);
    assert_non_null(snapshot.proposal);
    return proposal_auto(&snapshot, &arena);
}

static void expect(const struct config_tier *t, const char *models)
{
    struct buf b;
    uint64_t set = 0;
    buf_init(&b, &alloc_heap, 0);
    for (unsigned i = 0; t && i < t->model_count; i++) {
        buf_printf(&b, "%s%.*s", i ? " " : "", STR_ARG(t->models[i]));
        set += map_hash(t->models[i]);
    }
    assert_string_equal(buf_cstr(&b), models);
    assert_true(!t || t->set == set); // however it was put together
    buf_fini(&b);
}

static void by_price(void **state)
{
    (void)state;
    const struct config_route *route = proposed(0, 1);
    expect(route->small, "acme/acme-3.1-mini"); // the newest
    expect(route->large, "acme/acme-pro");
}

// Nor what is named after a day; of versions the newest, whatever joins their parts, and a size is
// no version.
static void by_name(void **state)
{
    (void)state;
    const struct config_route *route = proposed(3, 1);
    expect(route->small, "days/3-5-song days/V3.1 days/poem-5-5");
    expect(route->large, "days/qwen3-32b days/qwen3-8b");
}

static void by_parameters(void **state)
{
    (void)state;
    const struct config_route *route = proposed(1, 1);
    expect(route->small, "own/llama-3.1-8b own/tiny-270m own/gemma3n:e2b own/gemma3n:E4B");
    expect(route->large, "own/mix-8x7b own/llama-70b-chat own/mix-8x22b");
    route = proposed(2, 1);
    expect(route->small, "mock/small");
    expect(route->large, "mock/large");
}

#define ALIKE  4096 // names that only their last letters tell apart
#define LISTED 12   // providers that list them all
#define LONG   "a-model-of-a-rather-long-name-which-all-its-letters-are-read-of-"

static unsigned compared; // names with each other

int __real_versions_order(struct str a, struct str b, int *version);
int __wrap_versions_order(struct str a, struct str b, int *version);

int __wrap_versions_order(struct str a, struct str b, int *version)
{
    compared++;
    return __real_versions_order(a, b, version);
}

// However many they are, they are sorted: not each is held against each other.
static void of_long_lists(void **state)
{
    (void)state;
    static char text[ALIKE][sizeof LONG + 8];
    static struct str names[ALIKE];
    static struct config_provider many[LISTED];
    for (unsigned i = 0; i < ALIKE; i++) {
        (void)snprintf(text[i], sizeof text[i], LONG "%c%c%c-8b", 'a' + i / 256, 'a' + i / 16 % 16,
                       'a' + i % 16);
        names[i] = str_of(text[i]);
    }
    for (unsigned i = 0; i < LISTED; i++)
        many[i] = (struct config_provider){
            .name = STR("many"), .models = names, .model_count = ALIKE, .free = true};
    config.providers = many;
    config.provider_count = LISTED;
    compared = 0;
    proposal_free(snapshot.proposal);
    snapshot.proposal = proposal_new(&snapshot);
    assert_in_range(compared, LISTED * ALIKE, LISTED * ALIKE * 3 * 12); // of 2^12 names
    const struct config_tier *small = proposal_tier(&snapshot, CONFIG_SMALL, 0, &arena);
    assert_non_null(small);
    assert_true(small->model_count >= 4 && str_is(small->models[0], "many/" LONG "aaa-8b"));
    assert_true(str_is(small->models[3], "many/" LONG "aad-8b"));
}

// The file's own tier stays as it is; one of another name is no other's.
static void but_for_those_of_the_file(void **state)
{
    (void)state;
    static struct str models[] = {STR("acme/acme-max")};
    struct config_tier *tiers[] = {&own_large};
    own_large.models = models;
    own_large.model_count = 1;
    config.tiers = tiers;
    config.tier_count = 1;
    const struct config_route *route = proposed(0, 1);
    assert_ptr_equal(route->large, &own_large);
    assert_int_equal(config_tier_proposed(&own_large), -1);
    const struct config_route written = {.small = config_tier_named(&config, str_of("medium")),
                                         .large = config_tier_named(&config, str_of("large"))};
    const struct config_route *filled = proposal_fill(&snapshot, &written, &arena);
    expect(filled->small, "acme/acme-3");
    assert_ptr_equal(filled->large, &own_large);
    const struct config_route whole = {.large = &own_large};
    assert_ptr_equal(proposal_fill(&snapshot, &whole, &arena), &whole);
    assert_null(config_tier_named(&config, str_of("tiny")));
    config.tier_count = 0;
}

// A route is proposed models that have what it requires: not the four cheapest of all, nor nothing
// where the newest of a kind lacks it.
static void of_what_a_route_requires(void **state)
{
    (void)state;
    static struct str names[] = {STR("a-1b"), STR("b-1b"), STR("c-1b"),   STR("d-1b"),
                                 STR("e-1b"), STR("f-1b"), STR("g-2-1b"), STR("g-3-1b")};
    static struct config_lack lacks[] = {{STR("*-1b"), ABILITY_VISION},
                                         {STR("a-1b"), ABILITY_TOOLS | ABILITY_SCHEMA},
                                         {STR("b-1b"), ABILITY_TOOLS | ABILITY_SCHEMA},
                                         {STR("c-1b"), ABILITY_SCHEMA},
                                         {STR("d-1b"), ABILITY_SCHEMA},
                                         {STR("g-3-*"), ABILITY_SCHEMA}};
    static struct config_provider own[] = {{.name = STR("own"),
                                            .models = names,
                                            .model_count = 8,
                                            .lacks = lacks,
                                            .lack_count = 6,
                                            .free = true}};
    config.providers = own;
    config.provider_count = 1;
    proposal_free(snapshot.proposal);
    snapshot.proposal = proposal_new(&snapshot);
    struct config_route route = {.small = config_tier_named(&config, str_of("small"))};
    expect(proposal_fill(&snapshot, &route, &arena)->small, "own/a-1b own/b-1b own/c-1b own/d-1b");
    route.require = ABILITY_TOOLS;
    expect(proposal_fill(&snapshot, &route, &arena)->small, "own/c-1b own/d-1b own/e-1b own/f-1b");
    route.require = ABILITY_VISION; // all lack it: that is what is told of them
    expect(proposal_fill(&snapshot, &route, &arena)->small, "own/a-1b own/b-1b own/c-1b own/d-1b");
    route.require = ABILITY_SCHEMA;
    expect(proposal_fill(&snapshot, &route, &arena)->small, "own/e-1b own/f-1b own/g-2-1b");
}

static void none_where_nothing_is(void **state)
{
    (void)state;
    const struct config_route *route = proposed(0, 0);
    expect(route->small, "");
    assert_null(route->large ? route->large->models[0].ptr : NULL);
    proposal_free(snapshot.proposal);
    snapshot.proposal = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_price),
        cmocka_unit_test(by_name),
        cmocka_unit_test(by_parameters),
        cmocka_unit_test(of_long_lists),
        cmocka_unit_test(but_for_those_of_the_file),
        cmocka_unit_test(of_what_a_route_requires),
        cmocka_unit_test(none_where_nothing_is),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
