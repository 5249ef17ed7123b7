// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "base/json.h"
#include "wire/models.h"

static const struct price prices[] = {{2500000000000}, {10000000000000}}; // 10^-18 USD a token
static const struct sheet priced = {
    .context_tokens = 128000,
    .rates = {.has = 1u << BUCKET_INPUT | 1u << BUCKET_OUTPUT, .prices = prices}};

static struct json *list(enum dialect shape, size_t count)
{
    const struct model_item items[] = {
        {.id = STR("openai/gpt-4o"), .owner = STR("openai"), .sheet = &priced},
        {.id = STR("bench/\"x\""), .owner = STR("bench")},
        {.id = STR("fast"), .owner = STR("costlens"), .target = STR("a/\"m\""), .sheet = &priced},
        {.id = STR("local/m"), .owner = STR("local"), .free = true},
    };
    struct buf b;
    struct json *j = NULL;
    buf_init(&b, &alloc_heap, 0);
    models_list(shape, items, count, &b);
    assert_int_equal(json_open(buf_str(&b), &alloc_heap, &j, NULL), STATUS_OK);
    buf_fini(&b);
    return j;
}

static const struct json_val *item(const struct json *j, const char *name, int n)
{
    struct json_iter it = {0};
    const struct json_val *v = NULL;
    for (int i = 0; i <= n; i++)
        assert_true(json_each(&it, json_get(json_root(j), name), NULL, &v));
    return v;
}

// Unknown is not free: an unpriced model says null.
static void prices_are_stated(void **state)
{
    (void)state;
    struct json *j = list(DIALECT_OPENAI, 4);
    const struct json_val *first = item(j, "data", 0);
    assert_true(str_is(json_str(json_path(first, "pricing.input_per_mtok")), "2.5"));
    assert_true(str_is(json_str(json_path(first, "pricing.output_per_mtok")), "10"));
    assert_int_equal(json_type(json_path(first, "pricing.cache_read_per_mtok")), JSON_ABSENT);
    assert_int_equal(json_type(json_get(item(j, "data", 1), "pricing")), JSON_NULL);
    assert_true(json_bool(json_path(item(j, "data", 3), "pricing.free"), false));
    assert_int_equal(json_type(json_get(first, "first_target")), JSON_ABSENT);
    assert_true(str_is(json_str(json_get(item(j, "data", 2), "first_target")), "a/\"m\""));
    json_close(j);
}

static void each_client_gets_its_shape(void **state)
{
    (void)state;
    struct json *j = list(DIALECT_OPENAI, 4);
    assert_true(str_is(json_str(json_get(json_root(j), "object")), "list"));
    assert_true(str_is(json_str(json_get(item(j, "data", 1), "id")), "bench/\"x\""));
    json_close(j);
    j = list(DIALECT_ANTHROPIC, 4);
    assert_true(str_is(json_str(json_get(json_root(j), "last_id")), "local/m"));
    assert_false(json_bool(json_get(json_root(j), "has_more"), true));
    assert_true(str_is(json_str(json_get(item(j, "data", 0), "type")), "model"));
    json_close(j);
    j = list(DIALECT_GEMINI, 4);
    assert_true(str_is(json_str(json_get(item(j, "models", 0), "name")), "models/openai/gpt-4o"));
    json_close(j);
    for (int d = 0; d < DIALECT_COUNT; d++)
        json_close(list((enum dialect)d, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_are_stated),
        cmocka_unit_test(each_client_gets_its_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
