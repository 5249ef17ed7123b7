// SPDX-License-Identifier: Apache-2.0

#include "core/decision.h"
#include "store/decisions.h"
#include "stored.h"

#define NOON_US (civil_days(2026, 11, 24) * DAY_US + 12 * 3600 * SECOND_US)

static void add(struct decisions *d, int i)
{
    struct entry e = an_entry(NOON_US + i);
    char bytes[DECISION_BYTES_MAX + 1];
    e.decision = a_decision(i, bytes);
    e.id.bytes[15] = (uint8_t)i; // the same again where it is added again
    memset(e.id.bytes, 0, 15);
    assert_true(decisions_add(d, 1, &e));
}

// As many as one statement takes are written at once, what is over each by itself, and none twice.
static void some_are_written_by_one_statement(void **state)
{
    (void)state;
    struct place p;
    struct decisions d;
    sqlite3 *db = NULL;
    place_make(&p);
    store_close(store_at(&p, true)); // its tables
    assert_int_equal(sqlite3_open(p.path, &db), SQLITE_OK);
    assert_true(decisions_open(&d, db));
    for (int i = 0; i < DECISIONS_ROWS; i++) {
        assert_int_equal(ask(&p, "SELECT count(*) FROM decision"), 0);
        add(&d, i);
    }
    assert_int_equal(ask(&p, "SELECT count(*) FROM decision"), DECISIONS_ROWS);
    assert_int_equal(ask(&p, "SELECT count(*) FROM decision WHERE route = 'desk' AND side = 1 AND "
                             "start_us % 2 = 1"),
                     DECISIONS_ROWS / 2);
    assert_int_equal(ask(&p, "SELECT sum(large_pd) FROM decision"), 3 * 10 * 11 / 2);
    assert_int_equal(ask(&p, "SELECT count(large_pd) FROM decision"), 11);

    add(&d, 7);
    add(&d, DECISIONS_ROWS);
    assert_int_equal(ask(&p, "SELECT count(*) FROM decision"), DECISIONS_ROWS);
    assert_true(decisions_flush(&d));
    assert_int_equal(ask(&p, "SELECT count(*) FROM decision"), DECISIONS_ROWS + 1);
    add(&d, DECISIONS_ROWS + 1);
    decisions_forget(&d);
    assert_true(decisions_flush(&d));
    assert_int_equal(ask(&p, "SELECT count(*) FROM decision"), DECISIONS_ROWS + 1);
    for (int i = 0; i < DECISIONS_ROWS; i++)
        add(&d, i);
    assert_int_equal(ask(&p, "SELECT count(*) FROM decision"), DECISIONS_ROWS + 1);
    decisions_close(&d);
    sqlite3_close(db);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(some_are_written_by_one_statement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
