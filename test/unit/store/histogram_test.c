// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "store/histogram.h"
#include "store/pending.h"

static void steps_are_in_order_and_narrow(void **state)
{
    (void)state;
    for (unsigned i = 0; i + 1 < HISTOGRAM_STEPS; i++) {
        int64_t from = histogram_from(i);
        int64_t next = histogram_from(i + 1);
        assert_true(next > from);
        assert_true(i < 16 || (next - from) * 8 <= from);
        assert_int_equal(histogram_step(from), i);
        assert_int_equal(histogram_step(next - 1), i);
    }
    assert_int_equal(histogram_step(-5), 0);
    assert_int_equal(histogram_step(INT64_MAX), HISTOGRAM_STEPS - 1);
}

static void quantiles_are_near(void **state)
{
    (void)state;
    struct histogram h = {{0}};
    assert_int_equal(histogram_quantile(&h, 500000), -1);
    for (int64_t us = 1; us <= 100000; us++)
        h.count[histogram_step(us * 10)]++;
    int64_t half = histogram_quantile(&h, 500000);
    int64_t most = histogram_quantile(&h, 950000);
    assert_in_range(half, 490000, 510000);
    assert_in_range(most, 930000, 970000);
    assert_in_range(histogram_quantile(&h, 1000000), 900000, 1100000);
}

static void packing_keeps_everything(void **state)
{
    (void)state;
    struct histogram h = {{0}}, twice = {{0}};
    struct buf packed;
    buf_init(&packed, &alloc_heap, 0);
    h.count[0] = 1;
    h.count[17] = 127;
    h.count[18] = 128;
    h.count[HISTOGRAM_STEPS - 1] = UINT64_C(1) << 40;
    histogram_pack(&h, &packed);
    assert_true(histogram_add_packed(&twice, buf_str(&packed)));
    assert_true(histogram_add_packed(&twice, buf_str(&packed)));
    for (unsigned i = 0; i < HISTOGRAM_STEPS; i++)
        assert_int_equal(twice.count[i], 2 * h.count[i]);
    assert_false(histogram_add_packed(&twice, str_from("\xff\x7f\x01", 3))); // beyond the end
    assert_false(histogram_add_packed(&twice, str_from("\x01", 1)));
    buf_fini(&packed);
}

#define IDS 3000

static void pending_calls_are_found_until_removed(void **state)
{
    (void)state;
    struct pendings p = {0};
    static struct uuid ids[IDS];
    for (uint32_t i = 0; i < IDS; i++) {
        ids[i] = uuid_new(1000000);
        struct pending call = {.id = ids[i], .attempt = (uint8_t)(i % 3), .offset = i};
        assert_true(pendings_add(&p, &call));
    }
    for (uint32_t i = 0; i < IDS; i += 2)
        assert_true(pendings_remove(&p, &ids[i], (uint8_t)(i % 3)));
    for (uint32_t i = 0; i < IDS; i++) {
        const struct pending *call = pendings_find(&p, &ids[i], (uint8_t)(i % 3));
        assert_true((call != NULL) == (i % 2 == 1));
        assert_true(!call || call->offset == i);
        assert_null(pendings_find(&p, &ids[i], 9));
    }
    size_t at = 0;
    int count = 0;
    while (pendings_each(&p, &at))
        count++;
    assert_int_equal(count, IDS / 2);
    pendings_fini(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_in_order_and_narrow),
        cmocka_unit_test(quantiles_are_near),
        cmocka_unit_test(packing_keeps_everything),
        cmocka_unit_test(pending_calls_are_found_until_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
