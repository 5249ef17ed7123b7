// SPDX-License-Identifier: Apache-2.0
//
// The policy that a replay is asked with: read as it was written, and refused by the name of what
// is not as it should be.

#include "../unit.h"
#include "core/ability.h"
#include "insight/policy.h"

#define REST                                                                                       \
    "\"max_cost_nd\":0,\"max_loss_ppm\":20000,\"confidence_ppm\":950000,\"small\":null,\"large\":" \
    "null"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, &alloc_heap, 1024, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static void is_read_as_it_is(void **state)
{
    (void)state;
    struct policy p;
    struct why why;
    static const char text[] =
        "{\"routes\":[{\"name\":\"support\",\"mode\":\"certified\",\"verifies\":true,"
        "\"verifies_confined\":false,\"agrees\":true,\"sways\":true,\"checks\":\"3000 "
        "1\",\"match\":\"00f1e2d3c4b5a697\",\"judge\":\"x/"
        "j\",\"require\":[\"tools\",\"schema\"],\"context\":9,\"max_ttft_ms\":700,\"sticky\":\"2 "
        "user "
        "5\",\"max_cost_nd\":1500,\"max_loss_"
        "ppm\":20000,"
        "\"confidence_ppm\":950000,\"small\":[{\"model\":\"local/small\"}],"
        "\"large\":[{\"model\":\"x/large\",\"out\":\"not local\"},{\"model\":\"x/y\"}],"
        "\"second\":[{\"model\":\"x/z\"}]},"
        "{\"name\":\"auto\",\"mode\":\"rules\"," REST "}]}";
    assert_int_equal(policy_read(str_of(text), &arena, &p, &why), STATUS_OK);
    assert_int_equal(p.count, 2);
    assert_int_equal(p.prices, -1);
    assert_int_equal(p.limits, -1);
    const struct policy_route *r = &p.routes[0];
    assert_true(str_is(r->name, "support") && r->mode == CHOICE_CERTIFIED);
    assert_true(r->verifies && !r->verifies_confined && r->agrees && r->sways && !r->other_terms);
    assert_true(str_is(r->checks, "3000 1") && str_is(r->judge, "x/j"));
    assert_true(r->matched && r->match == UINT64_C(0x00f1e2d3c4b5a697) && !p.routes[1].matched);
    assert_true(!p.routes[1].agrees && !p.routes[1].sways && p.routes[1].checks.len == 0);
    assert_int_equal(r->max_cost.n, 1500);
    assert_true(r->max_ttft_ms == 700 && str_is(r->sticky, "2 user 5"));
    assert_true(p.routes[1].max_ttft_ms == 0 && p.routes[1].sticky.len == 0);
    assert_int_equal(r->require, ABILITY_TOOLS | ABILITY_SCHEMA);
    assert_int_equal(r->context, 9);
    assert_true(p.routes[1].require == 0 && p.routes[1].context == 0);
    assert_int_equal(r->max_loss_ppm, 20000);
    assert_int_equal(r->confidence_ppm, 950000);
    assert_true(!r->small.proposed && r->small.count == 1 && r->large.count == 2);
    assert_true(str_is(r->large.models[0].able.out, "not local") &&
                r->large.models[1].able.out.len == 0);
    assert_true(str_is(r->large.models[1].name, "x/y") && !r->large.models[1].sheet);
    assert_true(p.routes[1].small.proposed && p.routes[1].large.proposed);
    assert_int_equal(p.routes[1].small.count, 0);
    assert_true(r->second.count == 1 && str_is(r->second.models[0].name, "x/z"));
    assert_int_equal(p.routes[1].second.count, 0);
}

static void knows_of_prices(void **state)
{
    (void)state;
    struct policy p;
    struct why why;
    assert_int_equal(
        policy_read(str_of("{\"prices\":4294967295,\"limits\":7,\"routes\":[]}"), &arena, &p, &why),
        STATUS_OK);
    assert_int_equal(p.prices, UINT32_MAX);
    assert_int_equal(p.limits, 7);
}

static void tiers_are_named(void **state)
{
    (void)state;
    struct policy p;
    struct why why;
    static const char text[] =
        "{\"routes\":[{\"name\":\"r\",\"mode\":\"rules\",\"local\":true,\"max_cost_nd\":0,"
        "\"max_loss_ppm\":0,\"confidence_ppm\":0,\"small\":{\"tier\":\"medium\"},\"large\":[]},"
        "{\"name\":\"auto\",\"mode\":\"rules\",\"medium\":[{\"model\":\"a/b\"}]," REST "}]}";
    assert_int_equal(policy_read(str_of(text), &arena, &p, &why), STATUS_OK);
    const struct policy_route *r = p.routes;
    assert_true(r->local && r->small.proposed && str_is(r->small.tier, "medium"));
    assert_true(!r->built_in && !r->large.proposed && r->large.count == 0);
    assert_true(r[1].built_in && r[1].medium.count == 1 && r[1].small.tier.len == 0);
}

static void providers_are_read(void **state)
{
    (void)state;
    struct policy p;
    struct why why;
    static const char text[] =
        "{\"routes\":[],\"providers\":[{\"name\":\"local\",\"dialect\":\"ollama\","
        "\"vendor\":\"ollama\",\"host\":\"127.0.0.1\",\"port\":11434,\"path\":\"/x\","
        "\"proxied\":true,\"free\":true,\"implied\":true,\"num_ctx\":4096,\"models\":[]},"
        "{\"name\":\"big\",\"dialect\":\"openai\",\"port\":443,\"models\":[\"a\",\"b\"],"
        "\"lacks\":[{\"models\":\"a*\",\"abilities\":[\"vision\"]}]}]}";
    assert_int_equal(policy_read(str_of(text), &arena, &p, &why), STATUS_OK);
    assert_int_equal(p.provider_count, 2);
    const struct policy_provider *of = p.providers;
    assert_true(str_is(of->name, "local") && str_is(of->vendor, "ollama"));
    assert_true(of->dialect == DIALECT_OLLAMA && of->port == 11434 && of->model_count == 0);
    assert_true(str_is(of->host, "127.0.0.1") && str_is(of->path, "/x"));
    assert_true(of->proxied && of->free && of->implied);
    assert_true(of->num_ctx == 4096 && of[1].num_ctx == 0);
    assert_true(!of[1].proxied && !of[1].free && !of[1].implied && of[1].model_count == 2);
    assert_true(str_is(of[1].models[1], "b") && of[1].host.len == 0);
    assert_true(of[0].lack_count == 0 && of[1].lack_count == 1);
    assert_true(str_is(of[1].lacks[0].models, "a*") && of[1].lacks[0].bits == ABILITY_VISION);
    assert_int_equal(policy_read(str_of("{\"routes\":[]}"), &arena, &p, &why), STATUS_OK);
    assert_int_equal(p.provider_count, 0);
}

static void refuses(const char *text, const char *named)
{
    struct policy p;
    struct why why = {0};
    assert_int_not_equal(policy_read(str_of(text), &arena, &p, &why), STATUS_OK);
    if (!strstr(why.text, named))
        fail_msg("%s: %s", text, why.text);
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    refuses("", "");
    refuses("routes: []\n", "costlens route replay --policy FILE");
    refuses("{}", "routes");
    refuses("{\"routes\":{}}", "routes");
    refuses("{\"routes\":[],\"providers\":{}}", "providers");
    refuses("{\"routes\":[],\"providers\":[{\"name\":\"a\",\"port\":1}]}", "dialect");
    refuses("{\"routes\":[],\"providers\":[{\"dialect\":\"openai\",\"port\":1}]}", "name");
    refuses("{\"routes\":[],\"providers\":[{\"name\":\"a\",\"dialect\":\"openai\","
            "\"port\":70000}]}",
            "port");
    refuses("{\"routes\":[],\"providers\":[{\"name\":\"a\",\"dialect\":\"openai\","
            "\"port\":1,\"models\":[\"\"]}]}",
            "models");
    refuses("{\"routes\":[],\"providers\":[{\"name\":\"a\",\"dialect\":\"openai\","
            "\"port\":1,\"lacks\":[{\"abilities\":[]}]}]}",
            "lacks");
    refuses("{\"routes\":[],\"providers\":[{\"name\":\"a\",\"dialect\":\"openai\","
            "\"port\":1,\"lacks\":[{\"models\":\"*\",\"abilities\":[\"taste\"]}]}]}",
            "abilities");
    refuses("{\"routes\":[{\"name\":\"a\",\"mode\":\"rules\",\"require\":[1]," REST "}]}",
            "require");
    refuses("{\"routes\":[{\"mode\":\"rules\"," REST "}]}", "name");
    refuses("{\"routes\":[{\"name\":\"a\",\"mode\":\"rules\"," REST "},"
            "{\"name\":\"b\",\"mode\":\"rules\"," REST "},"
            "{\"name\":\"a\",\"mode\":\"rules\"," REST "}]}",
            "name");
    refuses("{\"routes\":[{\"name\":\"a\",\"mode\":\"best\"," REST "}]}", "mode");
    refuses("{\"routes\":[{\"name\":\"a\",\"mode\":\"rules\"}]}", "max_cost_nd");
    refuses("{\"routes\":[{\"name\":\"a\",\"mode\":\"rules\",\"match\":\"12\"," REST "}]}",
            "match");
    refuses("{\"routes\":[{\"name\":\"a\",\"mode\":\"rules\",\"match\":7," REST "}]}", "match");
    refuses("{\"routes\":[{\"name\":\"a\",\"mode\":\"rules\",\"max_cost_nd\":-1}]}", "max_cost_nd");
    refuses("{\"routes\":[{\"name\":\"a\",\"mode\":\"rules\",\"max_cost_nd\":0,"
            "\"max_loss_ppm\":2000000}]}",
            "max_loss_ppm");
    refuses("{\"routes\":[{\"name\":\"a\",\"mode\":\"rules\",\"max_cost_nd\":0,"
            "\"max_loss_ppm\":1,\"confidence_ppm\":1,\"small\":\"x\",\"large\":null}]}",
            "small");
    refuses("{\"routes\":[{\"name\":\"a\",\"mode\":\"rules\",\"max_cost_nd\":0,"
            "\"max_loss_ppm\":1,\"confidence_ppm\":1,\"small\":null,\"large\":[{}]}]}",
            "model");
}

// Each may be a pattern, held against all rows of the book: so many, and no more.
static void lists_are_not_without_end(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    for (int more = 0; more < 2; more++) {
        struct policy p;
        struct why why = {0};
        buf_clear(&text);
        buf_add_cstr(&text, "{\"routes\":[],\"providers\":[{\"name\":\"a\",\"dialect\":"
                            "\"openai\",\"port\":1,\"lacks\":[{\"models\":\"*\","
                            "\"abilities\":[]}],\"models\":[\"*\"");
        for (int i = 2; i < POLICY_LISTED_MAX + more; i++)
            buf_add_cstr(&text, ",\"*\"");
        buf_add_cstr(&text, "]}]}");
        assert_int_equal(policy_read(buf_str(&text), &arena, &p, &why),
                         more ? STATUS_LIMIT : STATUS_OK);
    }
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(is_read_as_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(knows_of_prices, setup, teardown),
        cmocka_unit_test_setup_teardown(tiers_are_named, setup, teardown),
        cmocka_unit_test_setup_teardown(providers_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(lists_are_not_without_end, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
