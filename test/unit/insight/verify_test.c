// SPDX-License-Identifier: Apache-2.0
//
// What `verify` says of overdrafts and of what is set aside. Amounts are nanodollars.

#include "../store/lent.h"
#include "base/json.h"
#include "core/catalog.h"
#include "insight/verbs.h"

#define NOON_US (civil_days(2026, 11, 24) * DAY_US + 12 * 3600 * SECOND_US)

struct world {
    struct place place;
    struct store *store;
    struct journal *journal;
    struct catalog *catalog;
    struct buf answer;
};

static void begin(struct world *w)
{
    place_make(&w->place);
    w->store = store_at(&w->place, true);
    w->journal = journal_of(w->store, 0);
    buf_init(&w->answer, &alloc_heap, 0);
    assert_int_equal(catalog_open(&alloc_heap, NULL, 0, &w->catalog, NULL), STATUS_OK);
}

static void end(struct world *w)
{
    buf_fini(&w->answer);
    catalog_close(w->catalog);
    journal_close(w->journal);
    store_close(w->store);
    place_remove(&w->place);
}

static void balanced(struct world *w, bool want)
{
    struct why why = {0};
    struct str is = want ? str_of("{\"balanced\":true") : str_of("{\"balanced\":false");
    buf_clear(&w->answer);
    if (verify_verb(w->store, w->catalog, STR_NONE, &w->answer, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    if (!str_starts(buf_str(&w->answer), is))
        fail_msg("%s", buf_cstr(&w->answer));
}

static void change(const struct place *p, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void lend(struct world *w, int64_t upto)
{
    struct lease l = a_lease(5, 1000, upto);
    assert_int_equal(lease_now(w->store, &l), STATUS_OK);
    assert_int_equal(l.account, 1);
}

// An account of a budget: a call that passed its hold and the limit, and what is set aside.
static void overdraw_some(struct world *w)
{
    lend(w, 900);
    struct entry e = an_entry(NOON_US);
    e.price_state = PRICE_FREE;
    e.cost.pd = 1100 * 1000;
    charge(&e, 900, 1100, 1);
    call(w->journal, &e);
    assert_int_equal(store_catch_up(w->store, 5000), STATUS_OK);
    struct lease l = a_lease(5, 2000, 1500);
    assert_int_equal(lease_now(w->store, &l), STATUS_OK);
    assert_int_equal(ask(&w->place, "SELECT overdraft * 10000 + leased FROM account"), 1000400);
}

static void verify_adds_overdraft_and_leases_up(void **state)
{
    (void)state;
    static const struct {
        const char *fault, *says;
    } faults[] = {
        {"PRAGMA ignore_check_constraints = 1; UPDATE account SET overdraft = 99, ceiling = 1400",
         "its overdraft is 99 nanodollars; what is spent and set aside passes its limit by 100"},
        {"PRAGMA ignore_check_constraints = 1; UPDATE account SET ceiling = 1399",
         "passes its limit by 101"},
        {"UPDATE account SET epoch = 7",
         "what is set aside is 400 nanodollars; that is for a process that does not run, number 7"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct world w;
        begin(&w);
        overdraw_some(&w);
        balanced(&w, true);
        change(&w.place, faults[i].fault);
        balanced(&w, false);
        if (!strstr(buf_cstr(&w.answer), faults[i].says))
            fail_msg("%s", buf_cstr(&w.answer));
        end(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verify_adds_overdraft_and_leases_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
