// SPDX-License-Identifier: Apache-2.0
//
// Was each call charged to its budgets what it cost or held, and did they settle that?

#include <stdio.h>

#include "budget/nano.h"
#include "insight/verify.h"
#include "store/charges.h"

static void check_charge(struct verify *v, sqlite3_stmt *s, struct charges *sums)
{
    struct charge c;
    char text[160];
    v->checked++;
    if (!charge_unpack(sql_str(s, 2), &c) || c.count == 0) {
        verify_call(v, sql_str(s, 0), sqlite3_column_int64(s, 1), "its charge cannot be read");
        return;
    }
    int64_t cost = nano_from_money((struct money){sqlite3_column_int64(s, 4)}).n;
    int64_t most = cost < c.held ? c.held : cost;
    enum sure sure = (enum sure)sqlite3_column_int(s, 3);
    bool unpriced = sqlite3_column_type(s, 4) == SQLITE_NULL;
    bool may_cost = !unpriced && sure != SURE_CAPTURED;
    bool may_most = unpriced || sure != SURE_REPORTED;
    bool as_held = c.charged == most || c.charged == c.held; // an estimate may be beyond that
    if (!(may_cost && c.charged == cost) && !(may_most && as_held)) {
        snprintf(text, sizeof text, "its budgets were charged %lld nanodollars; %s is %lld",
                 (long long)c.charged, may_most ? "what it held" : "its cost, rounded up,",
                 (long long)(may_most ? most : cost));
        verify_call(v, sql_str(s, 0), sqlite3_column_int64(s, 1), text);
    }
    if (!charges_add(sums, &c))
        v->status = why_set(v->why, STATUS_NO_MEMORY, "out of memory");
}

static void add_adjustments(struct verify *v, struct charges *sums)
{
    sqlite3_stmt *s = sql_prepare(v->db, "SELECT account, amount FROM adjustment");
    while (verify_step(v, s)) {
        const struct charge c = {.charged = sqlite3_column_int64(s, 1),
                                 .count = 1,
                                 .accounts = {(uint64_t)sqlite3_column_int64(s, 0)}};
        if (!charges_add(sums, &c))
            v->status = why_set(v->why, STATUS_NO_MEMORY, "out of memory");
    }
    sqlite3_finalize(s);
}

static void name_account(struct verify *v, uint64_t account, const char *what)
{
    char text[240];
    snprintf(text, sizeof text, "account %llu: %s", (unsigned long long)account, what);
    verify_differ(v, str_of(text));
}

static void check_account(struct verify *v, sqlite3_stmt *s, const struct charges *sums)
{
    uint64_t account = (uint64_t)sqlite3_column_int64(s, 0);
    int64_t settled = sqlite3_column_int64(s, 1);
    int128 want = (int128)charges_of(sums, account) + sqlite3_column_int64(s, 2);
    v->checked++;
    if (want > INT64_MAX)
        want = INT64_MAX; // where the column ends
    if (want == settled)
        return;
    char text[160];
    snprintf(text, sizeof text,
             "its budget counts %lld nanodollars as spent; its calls and adjustments give %lld",
             (long long)settled, (long long)want);
    name_account(v, account, text);
}

struct figure {
    const char *what;
    int64_t n;
};

static void name_figures(struct verify *v, uint64_t account, struct figure a, struct figure b)
{
    char text[160];
    snprintf(text, sizeof text, "%s is %lld nanodollars; %s %lld", a.what, (long long)a.n, b.what,
             (long long)b.n);
    name_account(v, account, text);
}

// An overdraft is what passed the limit: all that is spent and set aside and has no place below the
// ceiling.
static void check_overdraft(struct verify *v, sqlite3_stmt *s)
{
    uint64_t account = (uint64_t)sqlite3_column_int64(s, 0);
    int128 passed = (int128)sqlite3_column_int64(s, 1) + sqlite3_column_int64(s, 4) -
                    sqlite3_column_int64(s, 5);
    const struct figure overdraft = {"its overdraft", sqlite3_column_int64(s, 3)};
    const struct figure least = {"what is spent and set aside passes its limit by",
                                 passed > INT64_MAX ? INT64_MAX : (int64_t)passed};
    if (passed > overdraft.n)
        name_figures(v, account, overdraft, least);
}

// What is set aside is for the process that runs.
static void check_leased(struct verify *v, sqlite3_stmt *s)
{
    const struct figure leased = {"what is set aside", sqlite3_column_int64(s, 4)};
    const struct figure owner = {"that is for a process that does not run, number",
                                 sqlite3_column_int64(s, 7)};
    if (leased.n > 0 && sqlite3_column_int(s, 6))
        name_figures(v, (uint64_t)sqlite3_column_int64(s, 0), leased, owner);
}

// What was charged to accounts that are not there.
static void check_missing(struct verify *v, const struct charges *sums)
{
    sqlite3_stmt *s = sql_prepare(v->db, "SELECT 1 FROM account WHERE id = ?1");
    size_t at = 0;
    for (const struct account_charge *c; (c = charges_each(sums, &at));) {
        if (s)
            sqlite3_bind_int64(s, 1, (int64_t)c->account);
        if (!verify_step(v, s) && v->status == STATUS_OK)
            name_account(v, c->account, "calls or adjustments charge it, and it is not there");
        sqlite3_reset(s);
    }
    sqlite3_finalize(s);
}

// A budget's number stays when the budget is removed. An account without one (charges.h) has none.
static void check_owners(struct verify *v)
{
    sqlite3_stmt *s = sql_prepare(v->db, "SELECT id, budget FROM account WHERE budget != 0 AND "
                                         "budget NOT IN (SELECT id FROM budget)");
    while (verify_step(v, s)) {
        char text[80];
        snprintf(text, sizeof text, "its budget, number %lld, is not there",
                 (long long)sqlite3_column_int64(s, 1));
        name_account(v, (uint64_t)sqlite3_column_int64(s, 0), text);
    }
    sqlite3_finalize(s);
}

bool verify_budgets(struct verify *v)
{
    struct charges sums = {.count = 0};
    sqlite3_stmt *rows =
        sql_prepare(v->db, "SELECT call.id, attempt, charge, sure, cost_pd FROM call "
                           "CROSS JOIN kind ON kind.id = call.kind WHERE charge NOT NULL");
    while (verify_step(v, rows))
        check_charge(v, rows, &sums);
    sqlite3_finalize(rows);
    add_adjustments(v, &sums);
    sqlite3_stmt *accounts = sql_prepare(
        v->db, "SELECT id, settled, aged, overdraft, leased, ceiling, epoch != (SELECT "
               "coalesce(max(value), 0) FROM fact WHERE name = 'epoch'), epoch FROM account");
    while (verify_step(v, accounts)) {
        check_account(v, accounts, &sums);
        check_overdraft(v, accounts);
        check_leased(v, accounts);
    }
    sqlite3_finalize(accounts);
    check_owners(v);
    check_missing(v, &sums);
    charges_close(&sums);
    return verify_end(v, "budgets");
}
