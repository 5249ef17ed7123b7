// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "base/random.h"

static void ids_never_go_back(void **state)
{
    (void)state;
    int64_t now = INT64_C(1795514400000000);
    struct uuid last = uuid_new(now);
    for (int i = 0; i < 20000; i++) {
        // The wall clock may stand still or jump back; an id may not.
        int64_t step = i % 1000 == 999 ? -5000000 : i % 7 == 0;
        now += step;
        struct uuid u = uuid_new(now);
        assert_true(memcmp(&u, &last, sizeof u) > 0);
        assert_int_equal(u.bytes[6] >> 4, 7);
        assert_int_equal(u.bytes[8] >> 6, 2);
        last = u;
    }
    now += 600 * INT64_C(1000000); // past all the jumps
    struct uuid u = uuid_new(now);
    assert_int_equal(uuid_wall_ms(&u), now / 1000);
}

// Ids made within one instant differ in more than their counter.
static void ids_are_random(void **state)
{
    (void)state;
    struct uuid a = uuid_new(1);
    struct uuid b = uuid_new(1);
    assert_memory_not_equal(a.bytes + 8, b.bytes + 8, 8);
}

static void ids_come_back_from_text(void **state)
{
    (void)state;
    char text[UUID_TEXT];
    struct uuid u;
    struct uuid back;
    struct str known = str_of("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"); // RFC 9562, A.6
    assert_true(uuid_read(known, &u));
    assert_int_equal(uuid_wall_ms(&u), INT64_C(0x017F22E279B0));
    uuid_write(&u, text);
    assert_true(str_eq_nocase(str_from(text, sizeof text), known));
    assert_memory_equal(text, "017f22e2-79b0-7cc3", 18);
    assert_true(uuid_read(str_from(text, sizeof text), &back));
    assert_memory_equal(&u, &back, sizeof u);
    static const char *const wrong[] = {"",
                                        "017F22E2-79B0-7CC3-98C4-DC0C0C07398",
                                        "017F22E2-79B0-7CC3-98C4-DC0C0C07398F0",
                                        "017F22E2079B0-7CC3-98C4-DC0C0C07398F",
                                        "017F22E2-79B0-7CC3-98C4-DC0C0C07398G",
                                        "{17F22E2-79B0-7CC3-98C4-DC0C0C07398}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(uuid_read(str_of(wrong[i]), &back));
    assert_memory_equal(&u, &back, sizeof u);
}

// The published generators: splitmix64 from 0 seeds xoshiro256**.
static void dice_are_the_same_everywhere(void **state)
{
    (void)state;
    struct dice d;
    dice_init(&d, 0);
    assert_true(d.state[0] == UINT64_C(0xe220a8397b1dcdaf));
    assert_true(d.state[1] == UINT64_C(0x6e789e6aa1b965f4));
    assert_true(dice_next(&d) == UINT64_C(0x99ec5f36cb75f2b4));
    assert_true(dice_next(&d) == UINT64_C(0xbf6e1f784956452a));
    assert_true(dice_next(&d) == UINT64_C(0x1a5f849d4933e6e0));
}

static void dice_are_fair(void **state)
{
    (void)state;
    struct dice d;
    dice_init(&d, 1);
    unsigned hits[6] = {0};
    for (int i = 0; i < 60000; i++)
        hits[dice_below(&d, 6)]++;
    for (int i = 0; i < 6; i++)
        assert_in_range(hits[i], 9500, 10500);
    assert_int_equal(dice_below(&d, 1), 0);
    for (int i = 0; i < 100; i++)
        assert_true(dice_below(&d, UINT64_MAX) < UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_never_go_back),       cmocka_unit_test(ids_are_random),
        cmocka_unit_test(ids_come_back_from_text), cmocka_unit_test(dice_are_the_same_everywhere),
        cmocka_unit_test(dice_are_fair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
