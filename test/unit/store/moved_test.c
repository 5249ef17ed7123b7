// SPDX-License-Identifier: Apache-2.0
//
// What a budget has spent before its window was changed, in the window of now. Amounts are
// nanodollars.

#include "synced.h"

// So long a window, which begins there.
static struct window of_days(int64_t start_us, int64_t days)
{
    return (struct window){start_us, start_us + days * DAY_US,
                           days == 1 ? WINDOW_DAY : WINDOW_WEEK};
}

static uint64_t account_in(struct store *s, struct window w, int64_t spent)
{
    struct lease l = a_lease(1, 1000, 0);
    l.key.window = w;
    l.first = true;
    assert_int_equal(lease_now(s, &l), STATUS_OK);
    assert_int_equal(l.kept.settled.n, spent);
    return l.account;
}

// Of its other windows, what was charged in this one: by calls that have ended, also those that no
// row says yet, and by those that wait to be tried again. What is under way is held by whoever has
// the account.
static void what_was_spent_in_another_window_counts(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct journal *j = journal_of(s, 0);
    const int64_t day = 20000 * DAY_US;
    ask(&p, "INSERT INTO budget VALUES (1, 'default', 'b', 0, '{}', '', 1, 0, 0, '[]', 0, 0, '', "
            "0, 0, 0, 0, 0, 0)");
    uint64_t week = account_in(s, of_days(day - 3 * DAY_US, 7), 0);
    const int64_t at[] = {day - 1, day, day + 5};
    for (size_t i = 0; i < 3; i++) {
        struct entry e = an_entry(at[i]);
        charge(&e, 300, 100, week);
        call(j, &e);
    }
    struct entry open = an_open_entry(day + 7);
    charge(&open, 300, 300, week);
    assert_int_equal(journal_dispatched(j, &open), STATUS_OK);
    uint64_t today = account_in(s, of_days(day, 1), 200);
    open.followed = true;
    assert_int_equal(journal_dispatched(j, &open), STATUS_OK);
    assert_int_equal(account_in(s, of_days(day, 1), 500), today);
    assert_int_equal(account_in(s, of_days(day, 1), 500), today);
    assert_int_equal(ask(&p, "SELECT sum(amount) FROM adjustment"), 500);
    // There and back: the week gets what is the day's own.
    struct entry e = an_entry(day + 9);
    charge(&e, 50, 40, today);
    call(j, &e);
    open.charge.charged = 10;
    open.usage.sure = SURE_REPORTED;
    assert_true(journal_final(j, &open));
    assert_int_equal(account_in(s, of_days(day - 3 * DAY_US, 7), 350), week);
    assert_int_equal(account_in(s, of_days(day, 1), 540), today);
    // Another value, or another budget, has nothing of it.
    struct lease other = a_lease(1, 1000, 0);
    other.first = true;
    other.key.value = str_of("x");
    assert_int_equal(lease_now(s, &other), STATUS_OK);
    assert_int_equal(other.kept.settled.n, 0);
    // For ever: the two of it, whole.
    struct lease ever = a_lease(1, 100, 0);
    ever.first = true;
    assert_int_equal(lease_now(s, &ever), STATUS_OK);
    assert_int_equal(ever.kept.settled.n, 350);
    assert_int_equal(ever.kept.overdraft.n, 0);
    lent_end(&p, s, j);
}

// Should its process end first it is the last one of its call, and its record says so: nobody holds
// what it was charged.
static void what_waits_for_its_next_try_counts(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct journal *j = journal_of(s, 0);
    const int64_t day = 20000 * DAY_US;
    uint64_t today = account_in(s, of_days(day, 1), 0);
    struct entry open = an_open_entry(day + 1), waits = an_open_entry(day + 2);
    charge(&open, 70, 70, today);
    charge(&waits, 300, 300, today);
    assert_int_equal(journal_dispatched(j, &open), STATUS_OK);
    assert_int_equal(journal_dispatched(j, &waits), STATUS_OK);
    waits.outcome = OUTCOME_ERROR;
    waits.charge.charged = 200;
    assert_int_equal(journal_dispatched(j, &waits), STATUS_OK);
    uint64_t week = account_in(s, of_days(day - 3 * DAY_US, 7), 200);
    waits.followed = true;
    waits.usage.sure = SURE_REPORTED;
    assert_true(journal_final(j, &waits));
    assert_int_equal(account_in(s, of_days(day - 3 * DAY_US, 7), 200), week);
    assert_int_equal(ask(&p, "SELECT sum(amount) FROM adjustment"), 200);
    lent_end(&p, s, j);
}

// Whoever has the account asks again for what was charged in its other windows since: he is told
// the whole, and his watermark stands so much higher.
static void what_is_spent_there_meanwhile_counts_when_asked(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct journal *j = journal_of(s, 0);
    const int64_t day = 20000 * DAY_US;
    uint64_t today = account_in(s, of_days(day, 1), 0);
    struct lease ever = a_lease(1, 1000, 50);
    ever.first = true;
    assert_int_equal(lease_now(s, &ever), STATUS_OK);
    struct entry e = an_entry(day + 1), open = an_open_entry(day + 2);
    charge(&e, 300, 100, today);
    charge(&open, 70, 70, today);
    call(j, &e);
    assert_int_equal(journal_dispatched(j, &open), STATUS_OK);
    ever.first = false;
    assert_int_equal(lease_now(s, &ever), STATUS_OK);
    assert_int_equal(ever.kept.leased.n, 50);
    ever.again = true;
    for (int i = 0; i < 2; i++) { // it did not hear the first answer
        assert_int_equal(lease_now(s, &ever), STATUS_OK);
        assert_int_equal(ever.moved.n, 100);
        assert_int_equal(ever.kept.leased.n, 150);
    }
    ever.lost = true;
    ever.knew.n = 100;
    ever.upto.n = 160;
    assert_int_equal(lease_now(s, &ever), STATUS_OK);
    assert_int_equal(ever.moved.n, 170);
    assert_int_equal(ever.kept.leased.n, 230);
    assert_int_equal(ask(&p, "SELECT sum(amount) FROM adjustment"), 170);
    lent_end(&p, s, j);
}

struct looked {
    struct account_key key;
    uint64_t id;
    int64_t settled, before, more;
};

static void look_at_row(void *context, const struct account_row *a)
{
    struct looked *l = context;
    if (a->key.window.kind != l->key.window.kind)
        return;
    l->id = a->id;
    l->settled = a->kept.settled.n;
}

static void look_at_moved(void *context, const struct account_moved *a)
{
    struct looked *l = context;
    l->before = a->before.n;
    l->more = a->more.n;
}

static struct looked look(const struct accounts_view *v, struct window w)
{
    struct looked l = {.key = {1, STR_NONE, w}};
    assert_int_equal(store_accounts_each(v, 0, look_at_row, &l, NULL), STATUS_OK);
    assert_int_equal(store_accounts_moved(v, &l.key, look_at_moved, &l, NULL), STATUS_OK);
    return l;
}

// A lease that is made while somebody reads is wholly in what he reads, or not at all: else what it
// was given would be neither in its account nor to come to it.
static void who_only_looks_sees_one_moment(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct journal *j = journal_of(s, 0);
    const int64_t day = 20000 * DAY_US;
    const struct window ever = {INT64_MIN, INT64_MAX, WINDOW_LIFETIME};
    uint64_t today = account_in(s, of_days(day, 1), 0);
    struct entry e = an_entry(day + 1);
    charge(&e, 300, 100, today);
    call(j, &e);
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    struct accounts_view before = view_of(s);
    assert_int_equal(before.newest, today);
    struct lease l = a_lease(1, 1000, 0);
    l.first = true;
    assert_int_equal(lease_now(s, &l), STATUS_OK); // in the midst of it
    assert_int_equal(l.kept.settled.n, 100);
    assert_true(l.account > before.newest);
    struct looked at = look(&before, ever);
    assert_int_equal(at.id, 0);
    assert_int_equal(at.before, 0);
    assert_int_equal(at.more, 100);
    store_accounts_close(&before);
    struct accounts_view after = view_of(s);
    at = look(&after, ever);
    assert_int_equal(after.newest, l.account);
    assert_int_equal(at.id, l.account);
    assert_int_equal(at.settled, 100);
    assert_int_equal(at.before, 100);
    assert_int_equal(at.more, 0);
    store_accounts_close(&after);
    lent_end(&p, s, j);
}

// One a key: the rows are read for the first of them, and who comes later has those since, too.
static void rows_are_read_once_for_all_values(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct journal *j = journal_of(s, 0);
    const int64_t day = 20000 * DAY_US;
    const struct window week = of_days(day - 3 * DAY_US, 7);
    static const char *const keys[] = {"ci", "web"};
    struct lease l[2];
    ask(&p, "INSERT INTO budget VALUES (1, 'default', 'b', 0, '{}', 'key', 1, 0, 0, '[]', 0, 0, "
            "'', 0, 0, 0, 0, 0, 0)");
    for (int i = 0; i < 2; i++) {
        l[i] = a_lease(1, 1000, 0);
        l[i].first = true;
        l[i].key.value = str_of(keys[i]);
        l[i].key.window = week;
        assert_int_equal(lease_now(s, &l[i]), STATUS_OK);
    }
    const uint64_t weeks[] = {l[0].account, l[1].account};
    for (int i = 0; i < 2; i++) { // each has 40 of the day and 3 of the day before
        struct entry e = an_entry(day + i);
        struct entry early = an_entry(day - 1);
        charge(&e, 100, 40, weeks[i]);
        charge(&early, 100, 3, weeks[i]);
        call(j, &e);
        call(j, &early);
    }
    l[0].key.window = of_days(day, 1);
    assert_int_equal(lease_now(s, &l[0]), STATUS_OK);
    assert_int_equal(l[0].kept.settled.n, 40);
    struct entry late = an_entry(day + 9);
    struct entry elsewhere = an_entry(day + DAY_US);
    charge(&late, 100, 7, weeks[1]);
    charge(&elsewhere, 100, 5, weeks[1]);
    call(j, &late);
    call(j, &elsewhere);
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    ask(&p, "DELETE FROM call"); // behind its back: nothing asks for them again
    l[1].key.window = of_days(day, 1);
    assert_int_equal(lease_now(s, &l[1]), STATUS_OK);
    assert_int_equal(l[1].kept.settled.n, 47);
    lent_end(&p, s, j);
}

// It was held elsewhere, within the limit there: no provider broke a worst case.
static void what_comes_beyond_the_limit_is_no_overdraft(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct journal *j = journal_of(s, 0);
    struct lease l = a_lease(1, 1000, 1000);
    struct entry e = an_entry(20000 * DAY_US);
    l.ceiling.n = 1700;
    assert_int_equal(lease_now(s, &l), STATUS_OK);
    for (int i = 0; i < 2; i++) {
        charge(&e, 850, 850, l.account);
        call(j, &e);
        e = an_entry(20000 * DAY_US + 1);
    }
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    assert_int_equal(ask(&p, "SELECT settled FROM account"), 1700);
    assert_int_equal(ask(&p, "SELECT overdraft FROM account"), 0);
    charge(&e, 30, 30, l.account);
    call(j, &e);
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    assert_int_equal(ask(&p, "SELECT overdraft FROM account"), 30);
    lent_end(&p, s, j);
}

// Once the writer lets it.
static void rename_calls(const struct place *p, const char *sql, bool away)
{
    while (ask(p, "SELECT count(*) FROM sqlite_schema WHERE name = 'away'") != away)
        ask(p, sql);
}

// It is given once, so not before all of it is known.
static void nothing_is_given_while_rows_are_missing(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct journal *j = journal_of(s, 0);
    const int64_t day = 20000 * DAY_US;
    uint64_t week = account_in(s, of_days(day - 3 * DAY_US, 7), 0);
    rename_calls(&p, "ALTER TABLE call RENAME TO away", true);
    struct entry e = an_entry(day);
    charge(&e, 300, 100, week);
    call(j, &e);
    struct lease ever = a_lease(1, 1000, 0);
    ever.first = true;
    assert_int_not_equal(lease_now(s, &ever), STATUS_OK);
    rename_calls(&p, "ALTER TABLE away RENAME TO call", false);
    assert_int_equal(lease_now(s, &ever), STATUS_OK);
    assert_int_equal(ever.kept.settled.n, 100);
    lent_end(&p, s, j);
}

// Each row takes some 0.05 ms.
static void slow_down(const struct place *p)
{
    while (ask(p, "SELECT count(*) FROM sqlite_schema WHERE name = 'slow'") == 0)
        ask(p, "CREATE TRIGGER slow BEFORE INSERT ON call BEGIN SELECT count(*) FROM (WITH "
               "RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT "
               "i FROM n); END");
}

static void ask_for(struct store *s, struct lease *l, atomic_bool *came)
{
    l->first = true;
    l->done = lease_came;
    l->context = came;
    store_lease(s, l);
}

// While many are to come: who needs none of them does not wait, and calls go to the disk.
static void only_who_needs_rows_waits_for_them(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct journal *j = journal_of(s, 0);
    const int64_t day = 20000 * DAY_US;
    const int calls = 16000;
    uint64_t week = account_in(s, of_days(day - 3 * DAY_US, 7), 0);
    slow_down(&p);
    for (int i = 0; i < calls; i++) {
        struct entry e = an_entry(day);
        charge(&e, 1, 1, week);
        call(j, &e);
    }
    atomic_bool came = false;
    struct lease ever = a_lease(1, calls, 0);
    synced = 0;
    ask_for(s, &ever, &came);
    for (uint64_t budget = 2; budget < 4; budget++) {
        struct lease other = a_lease(budget, 1000, 100);
        other.first = true;
        assert_int_equal(lease_now(s, &other), STATUS_OK);
        assert_false(atomic_load(&came));
    }
    while (!atomic_load(&came)) {
        struct entry e = an_entry(day);
        call(j, &e);
        usleep(5000);
    }
    assert_true(synced >= 2);
    assert_int_equal(ever.status, STATUS_OK);
    assert_true(ever.kept.settled.n >= calls);
    lent_end(&p, s, j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_spent_in_another_window_counts),
        cmocka_unit_test(what_waits_for_its_next_try_counts),
        cmocka_unit_test(what_is_spent_there_meanwhile_counts_when_asked),
        cmocka_unit_test(who_only_looks_sees_one_moment),
        cmocka_unit_test(rows_are_read_once_for_all_values),
        cmocka_unit_test(what_comes_beyond_the_limit_is_no_overdraft),
        cmocka_unit_test(nothing_is_given_while_rows_are_missing),
        cmocka_unit_test(only_who_needs_rows_waits_for_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
