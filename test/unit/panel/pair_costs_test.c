// SPDX-License-Identifier: Apache-2.0
//
// What pairs have cost, and what is saved by that: none of it looks better than it is.

#include "../unit.h"
#include "panel/pair_costs.h"

#define NO_PRICE (-1)

static struct pair_cost cost(int64_t pd)
{
    return (struct pair_cost){pd != NO_PRICE, {pd == NO_PRICE ? 0 : pd}};
}

static void add(struct pair_costs *c, int64_t weak_pd, int64_t strong_pd)
{
    const struct pair p = {.served_strong = true,
                           .asked = true,
                           .weak_cost = cost(weak_pd),
                           .strong_cost = cost(strong_pd),
                           .judge_cost = cost(7)};
    pair_costs_add(c, &p);
}

static void says(const struct pair_costs *c, int64_t share_ppm, const char *wanted)
{
    struct buf b;
    struct json_out o = {&b, true};
    buf_init(&b, &alloc_heap, 0);
    json_out_begin(&o, NULL, '{');
    pair_costs_write(c, share_ppm, &o);
    json_out_end(&o, '}');
    assert_string_equal(buf_cstr(&b), wanted);
    buf_fini(&b);
}

static void what_is_saved_rounds_down(void **state)
{
    (void)state;
    struct pair_costs c = {.unpriced = false};
    for (int i = 0; i < 3; i++) // 10 1/3 and 20 2/3
        add(&c, 10 + (i == 0), 21 - (i == 0));
    says(&c, 999999,
         "{\"small_usd\":\"0.000000000011\",\"large_usd\":\"0.00000000002\","
         "\"saved_usd\":\"0.00000000001\",\"shadow_usd\":\"0.000000000031\","
         "\"judge_usd\":\"0.000000000021\"}");
}

static void what_is_lost_rounds_up(void **state)
{
    (void)state;
    struct pair_costs c = {.unpriced = false};
    for (int i = 0; i < 3; i++)
        add(&c, 21 - (i == 0), 10 + (i == 0));
    says(&c, 999999,
         "{\"small_usd\":\"0.000000000021\",\"large_usd\":\"0.00000000001\","
         "\"saved_usd\":\"-0.000000000011\",\"shadow_usd\":\"0.000000000062\","
         "\"judge_usd\":\"0.000000000021\"}");
}

static void what_is_not_known_is_null(void **state)
{
    (void)state;
    struct pair_costs c = {.unpriced = false};
    add(&c, NO_PRICE, 20);
    says(&c, 1000000,
         "{\"small_usd\":null,\"large_usd\":\"0.00000000002\",\"saved_usd\":null,"
         "\"shadow_usd\":null,\"judge_usd\":\"0.000000000007\"}");
    c = (struct pair_costs){.unpriced = false};
    add(&c, 10, 20);
    says(&c, -1,
         "{\"small_usd\":\"0.00000000001\",\"large_usd\":\"0.00000000002\",\"saved_usd\":null,"
         "\"shadow_usd\":\"0.00000000001\",\"judge_usd\":\"0.000000000007\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_saved_rounds_down),
        cmocka_unit_test(what_is_lost_rounds_up),
        cmocka_unit_test(what_is_not_known_is_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
