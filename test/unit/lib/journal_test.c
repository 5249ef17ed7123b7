// SPDX-License-Identifier: Apache-2.0

#include "tape.h"

static struct tape other;

// Of the same file twice the same is read, and a save is as good as what it was made from.
static void begins_anew(void **state)
{
    struct costlens_call ann = {.user = "ann"};
    struct costlens_hold *h;
    (void)state;
    write_some();
    struct costlens_budgets *b = open_table();
    assert_int_equal(load(b, NULL), COSTLENS_OK);
    assert_int_equal(costlens_reserve(b, &ann, USD / 2, NOW, &h, NULL), COSTLENS_OK);
    tape.len = tape.count = 0;
    assert_int_equal(costlens_budgets_save(b, NOW, tape_write, &tape), COSTLENS_OK);
    assert_int_equal(tape.count, 4);
    assert_int_equal(costlens_settle(h, USD / 4), COSTLENS_OK);
    tape.len = tape.count = 0;
    assert_int_equal(costlens_budgets_save(b, NOW, tape_write, &tape), COSTLENS_OK);
    assert_int_equal(tape.count, 3); // without the hold, which has ended
    struct sums before = sums_of(b);
    costlens_budgets_close(b);
    b = open_table();
    assert_int_equal(load(b, NULL), COSTLENS_OK);
    struct sums after = sums_of(b);
    assert_int_equal(before.held, 0);
    assert_memory_equal(&before, &after, sizeof before);
    // A day after its window is over an account goes, whoever has held there; the lifetime's stay.
    assert_int_equal(costlens_reserve(b, &ann, 0, NOW, &h, NULL), COSTLENS_OK);
    assert_int_equal(costlens_release(h), COSTLENS_OK);
    tape.len = tape.count = 0;
    assert_int_equal(costlens_budgets_save(b, NOW + 2 * DAY_US - 1, tape_write, &tape),
                     COSTLENS_OK);
    assert_int_equal(sums_of(b).count, 3);
    tape.len = tape.count = 0;
    assert_int_equal(costlens_budgets_save(b, NOW + 2 * DAY_US, tape_write, &tape), COSTLENS_OK);
    assert_int_equal(sums_of(b).count, 2);
    assert_int_equal(tape.count, 2);
    assert_int_equal(define(b, "cap", "limit=1", NULL), COSTLENS_OK);
    costlens_budgets_close(b);
}

// Whoever defines later finds what was spent.
static void keeps_what_is_not_defined(void **state)
{
    struct costlens_budgets *b = NULL;
    struct costlens_call ann = {.user = "ann"};
    struct costlens_refusal r;
    struct costlens_hold *h;
    (void)state;
    write_some();
    assert_int_equal(costlens_budgets_open(NULL, NULL, NULL, &b), COSTLENS_OK);
    assert_int_equal(load(b, NULL), COSTLENS_OK);
    assert_int_equal(sums_of(b).spent, 12 * USD);
    assert_int_equal(costlens_reserve(b, &ann, 99 * USD, NOW, &h, &r), COSTLENS_OK); // nobody's
    assert_int_equal(define(b, "each", "limit=5", "per=user"), COSTLENS_OK);
    assert_int_equal(costlens_reserve(b, &ann, USD + 1, NOW, &h, &r), COSTLENS_REFUSED);
    assert_int_equal(r.spent, 4 * USD);
    assert_int_equal(define(b, "cap", "limit=10", "alert_at=1%"), COSTLENS_OK); // nobody listens
    tape.len = tape.count = 0;
    assert_int_equal(costlens_budgets_save(b, NOW, tape_write, &tape), COSTLENS_OK);
    assert_int_equal(tape.count, 3); // of the hold without an account nothing is kept
    costlens_budgets_close(b);
}

static void lets_nothing_in_when_it_cannot_write(void **state)
{
    struct costlens_budgets *b = open_table();
    struct costlens_call ann = {.user = "ann"};
    struct costlens_hold *h = NULL, *more = NULL;
    struct costlens_refusal r;
    struct costlens_hold_facts f;
    (void)state;
    tape.len = tape.count = other.len = other.count = 0;
    assert_int_equal(costlens_budgets_save(b, NOW, tape_write, &tape), COSTLENS_OK);
    assert_int_equal(costlens_reserve(b, &ann, USD, NOW, &h, NULL), COSTLENS_OK);
    tape.fails = 1;
    assert_int_equal(costlens_extend(h, USD, NOW, &r), COSTLENS_IO);
    assert_non_null(strstr(r.text, "was not kept"));
    tape.fails = 0;
    assert_int_equal(costlens_extend(h, USD, NOW, &r), COSTLENS_IO);
    assert_int_equal(costlens_reserve(b, &ann, USD, NOW, &more, &r), COSTLENS_IO);
    assert_non_null(strstr(r.text, "begin another one"));
    assert_int_equal(costlens_settle(h, USD), COSTLENS_IO);
    costlens_hold_read(h, &f);
    assert_int_equal(f.state, COSTLENS_HOLD_SETTLED);
    other.fails = 1;
    assert_int_equal(costlens_budgets_save(b, NOW, tape_write, &other), COSTLENS_IO);
    other.fails = 0;
    assert_int_equal(costlens_budgets_save(b, NOW, tape_write, &other), COSTLENS_OK);
    assert_int_equal(costlens_reserve(b, &ann, USD, NOW, &more, &r), COSTLENS_OK);
    other.fails = 1;
    assert_int_equal(costlens_budgets_save(b, NOW, tape_write, &other), COSTLENS_IO);
    assert_int_equal(costlens_reserve(b, &ann, USD, NOW, &h, &r), COSTLENS_IO);
    struct sums s = sums_of(b);
    assert_int_equal(s.spent, 2 * USD);
    assert_int_equal(s.held, 2 * USD);
    assert_int_equal(load(b, NULL), COSTLENS_CONFLICT);
    costlens_budgets_close(b);
    b = open_table();
    tape.fails = 1;
    assert_int_equal(load(b, NULL), COSTLENS_IO);
    assert_non_null(strstr(why, "callback"));
    tape.fails = 0;
    costlens_budgets_close(b);
}

// Those that went over to another window are found there.
static void keeps_what_went_over(void **state)
{
    struct costlens_budgets *b = open_table();
    struct costlens_call ann = {.user = "ann"};
    struct costlens_hold *h[3];
    struct costlens_refusal r;
    struct costlens_loaded found;
    (void)state;
    tape.len = tape.count = 0;
    assert_int_equal(costlens_budgets_save(b, NOW, tape_write, &tape), COSTLENS_OK);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(costlens_reserve(b, &ann, USD, NOW, &h[i], NULL), COSTLENS_OK);
    assert_int_equal(costlens_settle(h[0], USD), COSTLENS_OK);
    assert_int_equal(define(b, "cap", "limit=3", NULL), COSTLENS_OK);
    assert_int_equal(costlens_release(h[1]), COSTLENS_OK);
    tape.fails = 1;
    assert_int_equal(define(b, "cap", "limit=2", "window=month"), COSTLENS_IO);
    assert_string_equal(why,
                        "it is defined, but the journal lacks what went over: begin another one");
    tape.fails = 0;
    assert_int_equal(costlens_reserve(b, &ann, 0, NOW, &h[0], &r), COSTLENS_IO);
    assert_int_equal(costlens_extend(h[2], 2 * USD, NOW, &r), COSTLENS_IO);
    tape.len = tape.count = 0;
    assert_int_equal(costlens_budgets_save(b, NOW, tape_write, &tape), COSTLENS_OK);
    assert_int_equal(costlens_extend(h[2], 2 * USD, NOW, &r), COSTLENS_REFUSED);
    assert_int_equal(r.limit, 2 * USD);
    assert_int_equal(r.held, USD);
    assert_int_equal(define(b, "cap", "limit=2", NULL), COSTLENS_OK);
    costlens_budgets_close(b);
    b = open_table();
    assert_int_equal(load(b, &found), COSTLENS_OK);
    assert_int_equal(found.holds, 1);
    assert_int_equal(define(b, "cap", "limit=2", NULL), COSTLENS_OK);
    assert_int_equal(costlens_reserve(b, &ann, 2 * USD, NOW, &h[0], &r), COSTLENS_REFUSED);
    assert_string_equal(r.budget, "cap");
    assert_int_equal(r.spent, USD);
    costlens_budgets_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_anew),
        cmocka_unit_test(keeps_what_is_not_defined),
        cmocka_unit_test(keeps_what_went_over),
        cmocka_unit_test(lets_nothing_in_when_it_cannot_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
