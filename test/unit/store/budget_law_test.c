// SPDX-License-Identifier: Apache-2.0
//
// Budgets as a gateway has them: the account table in memory, its leases, the journal and the store
// behind it, under random calls, changed limits, ends of the process and stops of the machine,
// beside a model that only adds up. What comes back is what was spent: never less, and more only
// where the machine stopped.

#include "lent.h"

#define BUDGETS    5
#define OBSERVING  4 // which of them
#define CALLS_MAX  12
#define STEPS      2000
#define SEEDS      2
#define SEEDS_LONG 30

struct call {
    struct hold hold;
    struct entry entry;
    struct call *next;
};

struct world {
    struct place place;
    struct store *store;
    struct journal *journal;
    struct accounts table;
    struct account *account[BUDGETS];
    int64_t spent[BUDGETS]; // the model
    bool passed[BUDGETS];   // a provider charged more than was held
    struct call calls[CALLS_MAX];
    struct dice dice;
    int made, refused, captured, asked;
};

static void woken(void *context, struct hold *h, const struct verdict *v)
{
    (void)context; // its state says it
    (void)h;
    (void)v;
}

static void alert(void *context, const struct account *a, unsigned percent)
{
    (void)context;
    (void)a;
    (void)percent;
}

static void leased(void *context, const struct account *a)
{
    (void)context; // no hold grows here
    (void)a;
}

static int64_t below(struct world *w, int64_t n)
{
    return (int64_t)dice_below(&w->dice, (uint64_t)n);
}

static void lease(struct world *w, struct account *a, int64_t upto)
{
    struct lease l = {
        .key = a->key, .limit = a->terms.limit, .observe = a->terms.observe, .upto = {upto}};
    assert_int_equal(lease_now(w->store, &l), STATUS_OK);
    assert_true(a->id == 0 || a->id == l.account);
    a->id = l.account;
    int64_t more = l.kept.leased.n - a->leased.n;
    if (a->asked)
        accounts_leased(&w->table, a, (struct nano){more > 0 ? more : 0});
}

static void serve(struct world *w)
{
    struct account *a;
    struct nano amount;
    while (accounts_ask(&w->table, &a, &amount)) {
        w->asked++;
        lease(w, a, a->leased.n + amount.n);
    }
}

static void begin_call(struct world *w, struct call *c)
{
    unsigned first = (unsigned)below(w, BUDGETS);
    memset(c, 0, sizeof *c);
    c->hold.amount.n = 1 + below(w, 3000);
    c->hold.count = 1 + (unsigned)below(w, 3);
    for (unsigned i = 0; i < c->hold.count; i++)
        c->hold.accounts[i] = w->account[(first + i) % BUDGETS];
    struct verdict v = accounts_wait(&w->table, &c->hold, false, clock_wall_us());
    if (v.is == ADMISSION_LEASE)
        serve(w); // and it is woken
    if (c->hold.state != HOLD_OPEN) {
        assert_int_equal(c->hold.state, HOLD_NONE);
        w->refused++;
        return;
    }
    w->made++;
    c->entry = an_open_entry(clock_wall_us());
    for (unsigned i = 0; i < c->hold.count; i++)
        charge(&c->entry, c->hold.amount.n, c->hold.amount.n, c->hold.accounts[i]->id);
    assert_int_equal(journal_dispatched(w->journal, &c->entry), STATUS_OK);
}

static unsigned budget_of(const struct world *w, const struct account *a)
{
    for (unsigned i = 0; i < BUDGETS; i++) {
        if (w->account[i] == a)
            return i;
    }
    fail();
    return 0;
}

static void book(struct world *w, const struct call *c, int64_t cost)
{
    for (unsigned i = 0; i < c->hold.count; i++) {
        unsigned b = budget_of(w, c->hold.accounts[i]);
        w->spent[b] += cost;
        w->passed[b] |= cost > c->hold.amount.n;
    }
}

static void end_call(struct world *w, struct call *c)
{
    int64_t cost = below(w, c->hold.amount.n + 1);
    if (below(w, 40) == 0)
        cost += 4000;
    book(w, c, cost);
    if (cost == 0)
        accounts_release(&w->table, &c->hold);
    else
        accounts_settle(&w->table, &c->hold, (struct nano){cost});
    c->entry.usage.sure = SURE_REPORTED;
    c->entry.cost.pd = cost * 1000 - (cost ? below(w, 1000) : 0);
    c->entry.charge.charged = cost;
    assert_true(journal_final(w->journal, &c->entry));
}

static void change_limit(struct world *w)
{
    struct account *a = w->account[below(w, BUDGETS)];
    struct account_terms terms = a->terms;
    terms.limit.n = below(w, 5) ? a->settled.n + below(w, 60000) : below(w, 30000);
    accounts_terms(&w->table, a, &terms);
    lease(w, a, a->leased.n);
}

// --- ends and beginnings ---

static void restore(void *context, const struct account_row *r)
{
    struct world *w = context;
    unsigned b = (unsigned)r->key.budget - 1;
    struct account *a = w->account[b];
    assert_true(b < BUDGETS);
    assert_int_equal(r->kept.leased.n, r->kept.settled.n); // nothing is set aside for the dead
    a->id = r->id;
    accounts_restore(a, &r->kept);
}

static void open_all(struct world *w, const int64_t limits[BUDGETS])
{
    const struct accounts_listener listener = {woken, alert, leased, w};
    w->store = store_at(&w->place, true);
    w->journal = journal_of(w->store, 0);
    accounts_init(&w->table, &alloc_heap, true, &listener);
    for (unsigned i = 0; i < BUDGETS; i++) {
        const struct account_key key = {i + 1, STR_NONE, {INT64_MIN, INT64_MAX, WINDOW_LIFETIME}};
        const struct account_terms terms = {.limit = {limits[i]}, .observe = i == OBSERVING};
        assert_int_equal(accounts_add(&w->table, &key, &terms, &w->account[i]), STATUS_OK);
    }
    each_account(w->store, INT64_MIN, restore, w);
    for (unsigned i = 0; i < BUDGETS; i++)
        lease(w, w->account[i], w->account[i]->leased.n);
}

static void close_all(struct world *w)
{
    journal_close(w->journal);
    store_close(w->store);
    accounts_fini(&w->table);
}

// All that is under way is captured, in the model too.
static void capture_all(struct world *w)
{
    for (int i = 0; i < CALLS_MAX; i++) {
        struct call *c = &w->calls[i];
        if (c->hold.state != HOLD_OPEN)
            continue;
        w->captured++;
        book(w, c, c->hold.amount.n);
        accounts_capture(&w->table, &c->hold);
    }
}

static void restart(struct world *w, bool stopped)
{
    int64_t limits[BUDGETS], overdraft[BUDGETS], watermark[BUDGETS];
    capture_all(w);
    for (unsigned i = 0; i < BUDGETS; i++) {
        const struct account *a = w->account[i];
        assert_int_equal(a->settled.n, w->spent[i]);
        limits[i] = a->terms.limit.n;
        overdraft[i] = a->overdraft.n;
        watermark[i] = i == OBSERVING ? 0 : a->leased.n;
    }
    if (stopped) {
        assert_int_equal(store_catch_up(w->store, 5000), STATUS_OK);
        ask(&w->place, "UPDATE account SET boot = 'another'");
    }
    close_all(w);
    open_all(w, limits);
    for (unsigned i = 0; i < BUDGETS; i++) {
        const struct account *a = w->account[i];
        if (!stopped || watermark[i] <= w->spent[i])
            assert_int_equal(a->settled.n, w->spent[i]);
        else
            assert_int_equal(a->settled.n, watermark[i]);
        assert_true(w->passed[i] || a->overdraft.n == overdraft[i]);
        w->spent[i] = a->settled.n;
    }
}

static void step(struct world *w)
{
    struct call *c = &w->calls[below(w, CALLS_MAX)];
    if (c->hold.state == HOLD_OPEN)
        end_call(w, c);
    else
        begin_call(w, c);
    serve(w);
    if (below(w, 30) == 0)
        change_limit(w);
    if (below(w, 120) == 0)
        restart(w, below(w, 2));
}

static void live(uint64_t seed)
{
    static struct world w;
    static const int64_t limits[BUDGETS] = {20000, 50000, 100000, 7000, 10};
    memset(&w, 0, sizeof w);
    dice_init(&w.dice, seed);
    place_make(&w.place);
    open_all(&w, limits);
    for (int i = 0; i < STEPS; i++)
        step(&w);
    restart(&w, false);
    close_all(&w);
    print_message("%d made, %d refused, %d captured, %d leases\n", w.made, w.refused, w.captured,
                  w.asked);
    assert_true(w.made > 300 && w.refused > 50 && w.captured > 10 && w.asked > 50);
    assert_int_equal(ask(&w.place, "SELECT sum(leased) FROM account"), 0);
    assert_true(ask(&w.place, "SELECT count(*) FROM adjustment") > 3);
    place_remove(&w.place);
}

static void what_comes_back_is_what_was_spent(void **state)
{
    (void)state;
    int seeds = getenv("COSTLENS_LONG") ? SEEDS_LONG : SEEDS;
    for (int i = 0; i < seeds; i++)
        live(5 + (uint64_t)i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_comes_back_is_what_was_spent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
