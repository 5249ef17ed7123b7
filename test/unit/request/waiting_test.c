// SPDX-License-Identifier: Apache-2.0
//
// What a call lacks changes while it waits.

#include "../unit.h"
#include "request/waiting.h"

#define SECOND INT64_C(1000000)
#define NOW    (100 * SECOND)

static int64_t until;

static enum waiting_is look(struct waiting *w, bool for_store, int64_t at)
{
    return waiting_look(w, for_store, NOW + at, &until);
}

static void for_what_others_hold(void **state)
{
    struct waiting w = {.patience_us = NOW + 3 * SECOND};
    (void)state;
    assert_int_equal(look(&w, false, 0), WAITING_ON);
    assert_true(w.queued);
    assert_int_equal(until, NOW + 3 * SECOND);
    assert_int_equal(look(&w, false, 3 * SECOND - 1), WAITING_ON);
    assert_int_equal(look(&w, false, 3 * SECOND), WAITING_ENOUGH);
    assert_int_equal(w.patience_us, 0);
}

static void for_the_store(void **state)
{
    struct waiting w = {0};
    (void)state;
    assert_int_equal(look(&w, true, 0), WAITING_ON);
    assert_int_equal(until, NOW + WAITING_STORE_US);
    assert_int_equal(look(&w, true, 5 * SECOND), WAITING_ON);
    assert_int_equal(until, NOW + WAITING_STORE_US);
    assert_int_equal(look(&w, true, WAITING_STORE_US), WAITING_FAILED);
    w.queued = false; // asked for anew
    assert_int_equal(look(&w, true, WAITING_STORE_US), WAITING_ON);
    // Who has no patience (any more) waits for no others.
    assert_int_equal(look(&w, false, WAITING_STORE_US + 1), WAITING_ENOUGH);
}

// Its time begins when it is asked, however long others were waited for.
static void the_store_has_its_whole_time(void **state)
{
    struct waiting w = {.patience_us = NOW + 30 * SECOND};
    (void)state;
    assert_int_equal(look(&w, false, 0), WAITING_ON);
    assert_int_equal(look(&w, true, 25 * SECOND), WAITING_ON);
    assert_int_equal(until, NOW + 30 * SECOND);
    assert_int_equal(look(&w, true, 26 * SECOND), WAITING_ON);
    assert_int_equal(look(&w, true, 30 * SECOND), WAITING_ENOUGH); // asked for anew
    w.queued = false;
    assert_int_equal(look(&w, true, 30 * SECOND), WAITING_ON);
    assert_int_equal(until, NOW + 30 * SECOND + WAITING_STORE_US);

    w = (struct waiting){.patience_us = NOW + 60 * SECOND};
    assert_int_equal(look(&w, true, 0), WAITING_ON);
    assert_int_equal(look(&w, false, 5 * SECOND), WAITING_ON);
    assert_int_equal(look(&w, true, 20 * SECOND), WAITING_ON); // once more
    assert_int_equal(until, NOW + 20 * SECOND + WAITING_STORE_US);
    assert_int_equal(look(&w, true, 30 * SECOND), WAITING_FAILED);
}

// Nobody tells it that it lacks room by now.
static void patience_ends_in_time(void **state)
{
    struct waiting w = {.patience_us = NOW + SECOND};
    (void)state;
    assert_int_equal(look(&w, true, 0), WAITING_ON);
    assert_int_equal(until, NOW + SECOND);
    assert_int_equal(look(&w, false, SECOND), WAITING_ENOUGH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(for_what_others_hold),
        cmocka_unit_test(for_the_store),
        cmocka_unit_test(the_store_has_its_whole_time),
        cmocka_unit_test(patience_ends_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
