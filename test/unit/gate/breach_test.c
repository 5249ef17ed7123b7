// SPDX-License-Identifier: Apache-2.0
//
// Prices that were passed: by one key, for that key; by two, for all; at one provider, there.

#include "../unit.h"
#include "gate/breach.h"

static struct breach of(const char *key, const char *provider, const char *price)
{
    return (struct breach){str_of(key), str_of(provider), str_of(price)};
}

static void what_one_key_passed_is_its_own(void **state)
{
    (void)state;
    struct breaches *all = breaches_new();
    const struct breach ci = of("ci", "bench", "bench/a"), web = of("web", "bench", "bench/a");
    const struct breach dear = of("ci", "bench", "bench/b"), other = of("ci", "proxy", "bench/a");
    const struct breach nobody = of("", "bench", "bench/a");
    assert_int_equal(breaches_find(all, &ci), BREACH_NONE);
    breaches_add(all, &ci);
    breaches_add(all, &ci); // again, by itself
    assert_int_equal(breaches_find(all, &ci), BREACH_KEY);
    assert_int_equal(breaches_find(all, &web), BREACH_NONE);
    assert_int_equal(breaches_find(all, &nobody), BREACH_NONE);
    assert_int_equal(breaches_find(all, &dear), BREACH_NONE);
    assert_int_equal(breaches_find(all, &other), BREACH_NONE);
    breaches_add(all, &dear);
    assert_int_equal(breaches_find(all, &dear), BREACH_KEY);
    assert_int_equal(breaches_find(all, &ci), BREACH_KEY);
    breaches_free(all);
}

static void what_two_keys_passed_nobody_relies_on(void **state)
{
    (void)state;
    struct breaches *all = breaches_new();
    const struct breach ci = of("ci", "bench", "bench/a"), web = of("web", "bench", "bench/a");
    const struct breach nobody = of("", "bench", "bench/a"), other = of("web", "proxy", "bench/a");
    breaches_add(all, &nobody);
    assert_int_equal(breaches_find(all, &nobody), BREACH_KEY);
    breaches_add(all, &ci);
    assert_int_equal(breaches_find(all, &nobody), BREACH_ALL);
    assert_int_equal(breaches_find(all, &ci), BREACH_ALL);
    assert_int_equal(breaches_find(all, &web), BREACH_ALL);
    assert_int_equal(breaches_find(all, &other), BREACH_NONE);
    breaches_free(all);
    breaches_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_one_key_passed_is_its_own),
        cmocka_unit_test(what_two_keys_passed_nobody_relies_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
