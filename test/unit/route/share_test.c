// SPDX-License-Identifier: Apache-2.0
//
// Shares are told so that they look no better than they are.

#include "../unit.h"
#include "route/share.h"

static void to_a_side(void **state)
{
    (void)state;
    static const struct {
        double share;
        const char *up, *down;
    } cases[] = {
        {0, "0.0 %", "0.0 %"},         {0.05, "5.0 %", "5.0 %"},      {0.0504, "5.1 %", "5.0 %"},
        {0.0496, "5.0 %", "4.9 %"},    {0.050001, "5.1 %", "5.0 %"},  {1, "100.0 %", "100.0 %"},
        {0.9999, "100.0 %", "99.9 %"}, {1.0 / 3, "33.4 %", "33.3 %"}, {-0.0004, "0.0 %", "-0.1 %"},
        {-0.0504, "-5.0 %", "-5.1 %"}, {0.001, "0.1 %", "0.1 %"},     {0.000001, "0.1 %", "0.0 %"},
    };
    char text[SHARE_TEXT];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(share_percent(cases[i].share, 1, SHARE_UP, text), cases[i].up);
        assert_string_equal(share_percent(cases[i].share, 1, SHARE_DOWN, text), cases[i].down);
    }
    assert_string_equal(share_percent(0.12345, 2, SHARE_UP, text), "12.35 %");
    assert_string_equal(share_percent(0.12345, 2, SHARE_DOWN, text), "12.34 %");
}

// A whole number of steps is that number, whatever doubles make of it, and comes back.
static void what_is_whole_stays(void **state)
{
    (void)state;
    for (int64_t n = -SHARE_PPM; n <= SHARE_PPM; n++) {
        const double share = (double)n / SHARE_PPM;
        assert_int_equal(share_steps(share, SHARE_PPM, SHARE_UP), n);
        assert_int_equal(share_steps(share, SHARE_PPM, SHARE_DOWN), n);
        assert_int_equal(share_steps(1 - (1 - share), SHARE_PPM, SHARE_UP), n);
        assert_int_equal(share_steps(1 - (1 - share), SHARE_PPM, SHARE_DOWN), n);
    }
    assert_int_equal(share_steps(0.0500001, SHARE_PPM, SHARE_UP), 50001);
    assert_int_equal(share_steps(0.0499999, SHARE_PPM, SHARE_DOWN), 49999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(to_a_side),
        cmocka_unit_test(what_is_whole_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
