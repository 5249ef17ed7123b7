// SPDX-License-Identifier: Apache-2.0
//
// What `verify` says of overdrafts, of what is set aside, and of figures that no call can have.
// Amounts of budgets are nanodollars.

#include "../store/lent.h"
#include "store/budgets.h"
#include "store/kinds.h"
#include "world.h"

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

// An account of a budget: a call that passed its hold and the limit, and what is set aside.
static void overdraw_some(struct world *w)
{
    uint64_t budget = 0;
    assert_int_equal(store_budget_number(w->store, str_of("default"), str_of("all"), &budget, NULL),
                     STATUS_OK);
    struct lease first = a_lease(budget, 1000, 900);
    assert_int_equal(lease_now(w->store, &first), STATUS_OK);
    assert_int_equal(first.account, 1);
    struct entry e = an_entry(NOON_US);
    e.price_name = STR_NONE;
    e.cost.pd = 1100 * 1000;
    charge(&e, 900, 1100, 1);
    call(w->journal, &e);
    assert_int_equal(store_catch_up(w->store, 5000), STATUS_OK);
    struct lease l = a_lease(budget, 2000, 1500);
    assert_int_equal(lease_now(w->store, &l), STATUS_OK);
    assert_int_equal(ask(&w->place, "SELECT overdraft * 10000 + leased FROM account"), 1000400);
}

static void verify_names_each_difference(void **state)
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
        {"DELETE FROM budget", "account 1: its budget, number 1, is not there"},
        {"UPDATE kind SET price_state = 2", "it is free, and its cost is 1100000 picodollars"},
        {"UPDATE call SET reported_pd = -1", "its provider's charge is -1 picodollars"},
        {"UPDATE kind SET price_state = 2; UPDATE call SET cost_pd = 0, reported_pd = 5",
         "it is free, and its provider's charge is 5 picodollars"},
        {"UPDATE call SET cost_pd = NULL", "it has a price (priced), and no cost"},
        {"UPDATE kind SET price_state = 0", "it has no price, and its cost is 1100000 picodollars"},
        {"DELETE FROM name WHERE text = 'ci'", "which calls or their sums have, is not there"},
        {"UPDATE rollup SET made_tokens = made_tokens + 1", "made_tokens is 51, its rows give 50"},
        {"UPDATE rollup SET made_us = made_us - 1", "made_us is 999999, its rows give 1000000"},
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

static uint64_t account_of(struct world *w, uint64_t budget, const char *value)
{
    struct lease l = a_lease(budget, 1000000, 1000);
    l.key.value = str_of(value);
    assert_int_equal(lease_now(w->store, &l), STATUS_OK);
    return l.account;
}

// A call of key ci in each session, of a budget for each session, key, model and team, and of one
// for the organisation.
static void spend_by_tag(struct world *w, bool left_out)
{
    static const char *const sessions[] = {"s0", "s1"};
    uint64_t session = 0, other = 0, org = 0;
    assert_int_equal(
        store_budget_number(w->store, str_of("default"), str_of("sessions"), &session, NULL),
        STATUS_OK);
    assert_int_equal(
        store_budget_number(w->store, str_of("default"), str_of("others"), &other, NULL),
        STATUS_OK);
    assert_int_equal(store_budget_number(w->store, str_of("default"), str_of("org"), &org, NULL),
                     STATUS_OK);
    for (unsigned i = 0; i < 2; i++) {
        struct entry e = an_entry(NOON_US);
        e.price_name = STR_NONE;
        e.cost.pd = 100 * 1000;
        tag(&e, "session", sessions[i]);
        charge(&e, 100, 100, account_of(w, session, sessions[i]));
        charge(&e, 100, 100, account_of(w, other, "ci"));
        charge(&e, 100, 100, account_of(w, other, "openai/gpt-4o"));
        charge(&e, 100, 100, account_of(w, org, "acme"));
        if (left_out) {
            e.team = str_of(KINDS_OTHER);
            charge(&e, 100, 100, account_of(w, other, "a team of which no row tells"));
        }
        call(w->journal, &e);
    }
    assert_int_equal(store_catch_up(w->store, 5000), STATUS_OK);
}

static void verify_misses_the_tags_that_budgets_counted_by(void **state)
{
    (void)state;
    static const char lost[] = "charged it by a tag that it has not: \\\"s1\\\"";
    struct world w;
    begin(&w);
    spend_by_tag(&w, false);
    balanced(&w, true);
    change(&w.place, "UPDATE call SET tags = NULL WHERE instr(hex(tags), '7331')");
    balanced(&w, false);
    assert_non_null(strstr(buf_cstr(&w.answer), lost));
    end(&w);
    begin(&w);
    spend_by_tag(&w, true);
    balanced(&w, true);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verify_names_each_difference),
        cmocka_unit_test(verify_misses_the_tags_that_budgets_counted_by),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
