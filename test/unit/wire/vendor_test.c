// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "wire/vendor.h"

static const char *of_host(const char *host)
{
    const struct vendor *v = vendor_of_host(str_of(host));
    return v ? v->name : "";
}

static void finds_vendors_by_host(void **state)
{
    (void)state;
    assert_string_equal(of_host("api.openai.com"), "openai");
    assert_string_equal(of_host("API.OpenAI.com."), "openai");
    assert_string_equal(of_host("eu.api.openai.com"), "openai");
    assert_string_equal(of_host("my-shop.openai.azure.com"), "azure");
    assert_string_equal(of_host("europe-west1-aiplatform.googleapis.com"), "vertex");
    assert_string_equal(of_host("generativelanguage.googleapis.com"), "google");
    assert_string_equal(of_host("openrouter.ai"), "openrouter");
    assert_string_equal(of_host("127.0.0.1"), "");
    assert_string_equal(of_host(""), "");
}

// A host that only looks like a vendor's must not get its prices.
static void is_not_deceived_by_likeness(void **state)
{
    (void)state;
    assert_string_equal(of_host("evilapi.openai.com"), "");
    assert_string_equal(of_host("api.openai.com.evil.example"), "");
    assert_string_equal(of_host(".openai.azure.com"), "");
    assert_string_equal(of_host("openai.azure.com"), "");
}

static unsigned flags_at(const char *vendor, const char *host)
{
    return vendor_flags(vendor_find(str_of(vendor)), str_of(host));
}

static void knows_regional_hosts(void **state)
{
    (void)state;
    unsigned own = vendor_find(str_of("openai"))->flags;
    assert_int_equal(flags_at("openai", "api.openai.com"), own);
    assert_int_equal(flags_at("openai", "us.api.openai.com"), own | VENDOR_REGIONAL);
    assert_int_equal(flags_at("openai", "EU.api.openai.com."), own | VENDOR_REGIONAL);
    assert_int_equal(flags_at("openai", "127.0.0.1"), own & ~(unsigned)VENDOR_NONE_AT_ZERO);
    assert_int_equal(flags_at("nobody", "us.api.openai.com"), 0);
    assert_int_equal(flags_at("groq", "us.api.openai.com"), vendor_find(str_of("groq"))->flags);
    assert_int_equal(flags_at("xai", "us-east-1.api.x.ai"), vendor_find(str_of("xai"))->flags);
}

// A proxy that is named after a vendor may take 0 for no limit.
static void a_maximum_of_0_is_known_at_its_host(void **state)
{
    (void)state;
    assert_true(flags_at("openai", "api.openai.com") & VENDOR_NONE_AT_ZERO);
    assert_true(flags_at("azure", "shop.openai.azure.com") & VENDOR_NONE_AT_ZERO);
    assert_true(flags_at("anthropic", "API.anthropic.com.") & VENDOR_NONE_AT_ZERO);
    assert_false(flags_at("anthropic", "127.0.0.1") & VENDOR_NONE_AT_ZERO);
    assert_false(flags_at("anthropic", "") & VENDOR_NONE_AT_ZERO);
}

static void every_row_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < vendor_count(); i++) {
        const struct vendor *v = vendor_at(i);
        assert_ptr_equal(vendor_find(str_of(v->name)), v);
        assert_true(v->dialect < DIALECT_COUNT);
        for (size_t k = 0; k < 2; k++)
            assert_true(!v->env[k] || (v->url && strncmp(v->url, "https://", 8) == 0));
        // A vendor that is never asked for usage must send it by itself.
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(vendor_at(k)->name, v->name);
    }
    assert_null(vendor_find(str_of("nobody")));
    assert_string_equal(vendor_find(str_of("google"))->env[1], "GOOGLE_API_KEY");
}

static void a_bare_model_is_its_makers(void **state)
{
    (void)state;
    static const struct str text = STR(
        "vendor aaa\nsource test 2026-01-01\nmodel m\nprice input 1\nmodel other\nprice input 1\n"
        "vendor openai\nsource test 2026-01-01\nmodel m\nprice input 2\n");
    struct catalog *c;
    struct why why = {0};
    if (catalog_open_texts(&alloc_heap, &text, 1, &c, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    assert_true(str_is(vendor_sheet(c, str_of("m"))->vendor, "openai"));
    assert_true(str_is(vendor_sheet(c, str_of("other"))->vendor, "aaa"));
    assert_null(vendor_sheet(c, str_of("none")));
    catalog_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_vendors_by_host),
        cmocka_unit_test(is_not_deceived_by_likeness),
        cmocka_unit_test(knows_regional_hosts),
        cmocka_unit_test(a_maximum_of_0_is_known_at_its_host),
        cmocka_unit_test(every_row_is_whole),
        cmocka_unit_test(a_bare_model_is_its_makers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
