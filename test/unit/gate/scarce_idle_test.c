// SPDX-License-Identifier: Apache-2.0
//
// How scarce money is when nobody has asked for it for so long that its account was forgotten.

#include "budget/pressure.h"
#include "gate/scarce.h"
#include "staged.h"

#define HOUR INT64_C(3600000000)

static struct budget b;

static int64_t pressure(const char *value)
{
    const struct booking_wish wish = {&b, str_of(value)};
    return scarce_ppm(all, &wish, 1, WALL);
}

static unsigned known(void)
{
    struct budgets_account a;
    return account_of(all, 1, STR_NONE, &a);
}

static void what_is_forgotten_presses_on(void **state)
{
    (void)state;
    const int64_t pressed = PRESSURE_FULL / 10 * 8;
    b = a_budget(1, 1000);
    end_now(all, opened(&b, 900, WALL), 900, true);
    lent_charge(1, 900);
    work();
    assert_int_equal(pressure(""), pressed);
    booking_drop(opened(&b, 1, WALL)); // for which something is set aside
    budgets_tidy(all, WALL + 2 * HOUR, 0);
    assert_int_equal(known(), 1); // it gives back
    assert_int_equal(pressure(""), pressed);
    work();
    assert_int_equal(known(), 0);
    assert_int_equal(pressure(""), pressed);
    struct booking *k = book_for(all, &caller, &b, STR_NONE);
    assert_int_equal(reserve_at(k, 1, false, WALL), BOOKING_WAITS); // it is taken up
    assert_int_equal(pressure(""), pressed);
    booking_drop(k);
    work();
    assert_int_equal(pressure("v"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_forgotten_presses_on, begin, finish)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
