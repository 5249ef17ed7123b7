// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "base/clock.h"
#include "store/believed.h"

#define MINUTE_US (60 * SECOND_US)
#define HOUR_US   (60 * MINUTE_US)
#define NOW_US    (20000 * DAY_US)

struct clocks {
    struct believed b;
    int64_t wall_us, mono_us;
};

static struct clocks begin(void)
{
    return (struct clocks){.b = {.us = NOW_US, .mono_us = 5}, .wall_us = NOW_US, .mono_us = 5};
}

// Both clocks go on by a second at a time.
static void run(struct clocks *c, int64_t us)
{
    for (; us > 0; us -= SECOND_US) {
        c->wall_us += SECOND_US;
        c->mono_us += SECOND_US;
        believed_step(&c->b, c->wall_us, c->mono_us);
    }
}

static bool set(struct clocks *c, int64_t by_us)
{
    c->wall_us += by_us;
    return believed_step(&c->b, c->wall_us, c->mono_us);
}

static void a_clock_that_agrees_is_believed(void **state)
{
    (void)state;
    struct clocks c = begin();
    run(&c, 2 * HOUR_US);
    assert_int_equal(c.b.us, NOW_US + 2 * HOUR_US);
    assert_false(set(&c, 40 * MINUTE_US)); // a short pause
    assert_int_equal(c.b.us, c.wall_us);
    assert_false(set(&c, -40 * MINUTE_US));
    assert_int_equal(c.b.us, c.wall_us);
}

static void a_jump_is_believed_after_an_hour_of_running(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        struct clocks c = begin();
        assert_true(set(&c, sign * 500 * DAY_US));
        run(&c, 59 * MINUTE_US);
        assert_int_equal(c.b.us, NOW_US + 59 * MINUTE_US);
        c.b.mono_us = c.mono_us = 7; // a restart
        assert_false(set(&c, 0));
        run(&c, MINUTE_US);
        assert_int_equal(c.b.us, c.wall_us);
        assert_int_equal(c.b.ahead_us, 0);
    }
}

static void a_clock_that_is_set_right_ends_the_doubt(void **state)
{
    (void)state;
    struct clocks c = begin();
    assert_true(set(&c, 500 * DAY_US));
    run(&c, 59 * MINUTE_US);
    assert_false(set(&c, -500 * DAY_US));
    assert_true(set(&c, 500 * DAY_US)); // an hour of its own
    run(&c, 2 * MINUTE_US);
    assert_int_equal(c.b.us, NOW_US + 61 * MINUTE_US);
    assert_true(set(&c, -600 * DAY_US)); // now it is behind
    run(&c, 59 * MINUTE_US);
    assert_int_equal(c.b.us, NOW_US + 120 * MINUTE_US);
}

// Only what the clock said the whole hour is believed at its end.
static void a_jump_in_a_doubt_has_an_hour_of_its_own(void **state)
{
    (void)state;
    struct clocks c = begin();
    assert_true(set(&c, 8 * HOUR_US)); // a night
    run(&c, 59 * MINUTE_US);
    assert_false(set(&c, 500 * DAY_US));
    run(&c, MINUTE_US);
    assert_int_equal(c.b.us, NOW_US + 9 * HOUR_US);
    run(&c, 59 * MINUTE_US);
    assert_true(c.b.us < NOW_US + 10 * HOUR_US);
    run(&c, 2 * MINUTE_US);
    assert_int_equal(c.b.us, c.wall_us);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_that_agrees_is_believed),
        cmocka_unit_test(a_jump_is_believed_after_an_hour_of_running),
        cmocka_unit_test(a_clock_that_is_set_right_ends_the_doubt),
        cmocka_unit_test(a_jump_in_a_doubt_has_an_hour_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
