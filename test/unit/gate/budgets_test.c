// SPDX-License-Identifier: Apache-2.0
//
// Budgets over a real store, with real loops, and threads against each other. What comes in an
// order of its own is in budgets_case_test.c.

#include <pthread.h>
#include <stdatomic.h>

#include "../store/lent.h"
#include "base/random.h"
#include "booked.h"

static struct place place;
static struct store *store;
static struct loop *loop;
static struct caller caller;
static struct budgets *all;

static int begin(void **state)
{
    (void)state;
    memset(&heard, 0, sizeof heard);
    place_make(&place);
    store = store_at(&place, true);
    loop = loop_new();
    caller = (struct caller){.loop = loop};
    all = budgets_new(store, hear, NULL);
    return all && loop ? 0 : 1;
}

static int finish(void **state)
{
    (void)state;
    loop_run_posts(loop);
    budgets_free(all);
    store_close(store);
    loop_free(loop);
    place_remove(&place);
    return 0;
}

static void until_woken(int times)
{
    for (int i = 0; i < 100000 && caller.woken < times; i++) {
        loop_run_posts(loop);
        usleep(100);
    }
    assert_int_equal(caller.woken, times);
}

static enum booking_state settled(struct booking *k, int64_t amount)
{
    enum booking_state is;
    while ((is = reserve_at(k, amount, true, clock_wall_us())) == BOOKING_WAITS)
        until_woken(caller.woken + 1);
    return is;
}

static struct booking *opened(const struct budget *b, int64_t amount)
{
    struct booking *k = book_for(all, &caller, b, STR_NONE);
    assert_int_equal(settled(k, amount), BOOKING_OPEN);
    return k;
}

static void the_lease_grows_with_what_is_held(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000000);
    struct booking *k[100];
    struct charge charge;
    for (int i = 0; i < 100; i++)
        k[i] = opened(&b, 1000);
    has(all, 1, 0, 100000);
    booking_charge(k[0], &charge);
    assert_int_equal(charge.accounts[0], ask(&place, "SELECT id FROM account"));
    assert_true(ask(&place, "SELECT leased FROM account") >= 100000);
    for (int i = 0; i < 100; i++)
        end_now(all, k[i], 10, true);
    has(all, 1, 1000, 0);
    budgets_tidy(all, clock_wall_us() + 3 * 3600 * SECOND_US, 0);
    struct booking *last = opened(&b, 1000);
    has(all, 1, 1000, 1000); // no row came, but it knows
    booking_drop(last);
    assert_int_equal(ask(&place, "SELECT count(*) FROM account"), 1);
}

static void change(const char *what)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(place.path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    assert_int_equal(sqlite3_exec(db, what, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void a_store_that_refuses_is_asked_again(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000000);
    struct booking *k = book_for(all, &caller, &b, STR_NONE);
    change("CREATE TRIGGER no BEFORE INSERT ON account BEGIN SELECT RAISE(ABORT, 'no'); END");
    assert_int_equal(settled(k, 1000), BOOKING_FAILED);
    change("DROP TRIGGER no");
    assert_int_equal(settled(k, 1000), BOOKING_OPEN);
    change("CREATE TRIGGER no BEFORE UPDATE ON account BEGIN SELECT RAISE(ABORT, 'no'); END");
    struct booking *more = book_for(all, &caller, &b, STR_NONE);
    assert_int_equal(settled(more, 500000), BOOKING_FAILED);
    change("DROP TRIGGER no");
    assert_int_equal(settled(more, 500000), BOOKING_OPEN);
    booking_drop(k);
    booking_drop(more);
}

static void a_store_that_closes_lets_nobody_wait(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000000);
    struct booking *k[20];
    char value[20];
    for (int i = 0; i < 20; i++) {
        snprintf(value, sizeof value, "%d", i);
        k[i] = book_for(all, &caller, &b, str_of(value));
        assert_int_equal(reserve_at(k[i], 100, true, 0), BOOKING_WAITS);
    }
    store_close(store);
    store = NULL;
    until_woken(20);
    for (int i = 0; i < 20; i++)
        booking_drop(k[i]);
}

static int64_t charged_window(struct booking *k)
{
    char question[80];
    struct charge charge;
    booking_charge(k, &charge);
    snprintf(question, sizeof question, "SELECT window FROM account WHERE id = %llu",
             (unsigned long long)charge.accounts[0]);
    return ask(&place, question);
}

// Who has not begun to spend does so in the window of now, whatever it knew.
static void who_waits_moves_to_the_changed_window(void **state)
{
    (void)state;
    const struct budget before = a_budget(1, 1000);
    struct budget now = before;
    now.window.kind = WINDOW_DAY;
    budgets_terms(all, &before, 1, clock_wall_us());
    struct booking *first = opened(&before, 600);
    struct booking *waits = book_for(all, &caller, &before, STR_NONE);
    struct booking *knows = book_for(all, &caller, &before, STR_NONE);
    assert_int_equal(charged_window(first), WINDOW_LIFETIME);
    assert_int_equal(reserve_at(waits, 500, true, clock_wall_us()), BOOKING_WAITS);
    budgets_terms(all, &now, 1, clock_wall_us());
    assert_int_equal(settled(knows, 200), BOOKING_OPEN);
    assert_int_equal(charged_window(knows), WINDOW_DAY);
    int woken = caller.woken;
    end_now(all, first, 0, true);
    until_woken(woken + 1);
    assert_int_equal(settled(waits, 500), BOOKING_OPEN);
    assert_int_equal(charged_window(waits), WINDOW_DAY);
    struct booking *more = book_for(all, &caller, &before, STR_NONE);
    assert_int_equal(reserve_at(more, 301, false, clock_wall_us()), BOOKING_REFUSED);
    booking_drop(more);
    booking_drop(waits);
    booking_drop(knows);
}

// --- threads ---

#define THREADS 3
#define ACTORS  6
#define ROUNDS  150
#define BUDGETS 3

static struct budget budgets[BUDGETS];
static atomic_long charged[BUDGETS];
static atomic_int made, waited;

struct thread {
    pthread_t thread;
    struct loop *loop;
    int busy; // actors that have not ended
};

struct actor {
    struct thread *thread;
    struct timer timer;
    struct dice dice;
    int rounds;
    unsigned first, count;
    int64_t amount;
    struct booking *booking;
    bool open;
};

static void act(void *call);

static void on_timer(void *actor)
{
    act(actor);
}

static unsigned below(struct actor *a, unsigned n)
{
    return (unsigned)dice_below(&a->dice, n);
}

static void begin_one(struct actor *a)
{
    struct booking_wish wishes[BUDGETS];
    a->first = below(a, BUDGETS);
    a->count = 1 + below(a, 2);
    a->amount = 1 + below(a, 600);
    for (unsigned i = 0; i < a->count; i++) {
        const struct budget *b = &budgets[(a->first + i) % BUDGETS];
        wishes[i] = (struct booking_wish){b, STR_NONE};
    }
    const struct booking_owner owner = {.loop = a->thread->loop, .wake = act, .call = a};
    a->booking = booking_new(all, &owner, wishes, a->count);
    must(a->booking);
}

static void end_one(struct actor *a)
{
    struct list ended;
    struct booking_left left;
    int64_t cost = below(a, 4) ? below(a, 5) : 0;
    bool written = below(a, 50) > 0;
    list_init(&ended);
    if (booking_extend(a->booking, (struct nano){3}) == ADMISSION_MADE)
        a->amount += 3;
    (void)booking_left(a->booking, &left);
    if (cost == 0) {
        booking_drop(a->booking);
    } else {
        if (cost > a->amount)
            cost = a->amount;
        booking_end(a->booking, (struct nano){cost}, most_of(a->booking), false, &ended);
        budgets_end(all, &ended, written);
        for (unsigned i = 0; i < a->count; i++)
            charged[(a->first + i) % BUDGETS] += written ? cost : a->amount;
    }
    a->booking = NULL;
    a->open = false;
    made++;
}

static bool stays(struct actor *a)
{
    waited++;
    if (below(a, 8) > 0 || !booking_leave(a->booking))
        return true;
    booking_drop(a->booking);
    a->booking = NULL;
    return false;
}

// Goes on as far as it can.
static void act(void *call)
{
    struct actor *a = call;
    if (a->open && timer_running(&a->timer))
        return; // woken late: it has looked before
    if (a->open)
        end_one(a);
    while (a->booking || a->rounds-- > 0) {
        if (!a->booking)
            begin_one(a);
        switch (reserve_at(a->booking, a->amount, true, clock_wall_us())) {
        case BOOKING_OPEN:
            a->open = true;
            timer_set(&a->timer, below(a, 2));
            return;
        case BOOKING_WAITS:
            if (stays(a))
                return;
            break;
        case BOOKING_REFUSED:
        case BOOKING_FAILED:
            booking_drop(a->booking);
            a->booking = NULL;
            break;
        }
    }
    if (--a->thread->busy == 0)
        loop_stop(a->thread->loop);
}

static void *live(void *argument)
{
    struct thread *t = argument;
    static atomic_uint seed;
    struct actor actors[ACTORS] = {{0}};
    t->loop = loop_new();
    must(t->loop);
    t->busy = ACTORS;
    for (int i = 0; i < ACTORS; i++) {
        struct actor *a = &actors[i];
        a->thread = t;
        a->rounds = ROUNDS;
        dice_init(&a->dice, ++seed);
        timer_init(&a->timer, t->loop, on_timer, a);
        timer_set(&a->timer, 0);
    }
    loop_run(t->loop);
    loop_run_posts(t->loop);
    for (int i = 0; i < ACTORS; i++)
        timer_fini(&actors[i].timer);
    loop_free(t->loop);
    return NULL;
}

static void count(void *context, const struct budgets_account *a)
{
    must(a->key.budget == 1 || a->spent.n + a->held.n <= a->limit.n);
    ++*(int *)context;
}

static void threads_come_to_an_end(void **state)
{
    (void)state;
    struct thread threads[THREADS];
    int seen = 0;
    made = waited = 0;
    for (unsigned i = 0; i < BUDGETS; i++) {
        budgets[i] = a_budget(i + 1, 2000000);
        charged[i] = 0;
    }
    alarm(100); // nobody waits for ever
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i].thread, NULL, live, &threads[i]), 0);
    for (int i = 0; i < 40; i++) {
        struct budget changed[BUDGETS];
        memcpy(changed, budgets, sizeof changed);
        changed[0].terms.limit.n = charged[0] + 900; // hardly anything fits
        changed[1].terms.paused = i % 10 == 5;
        budgets_terms(all, changed, BUDGETS, clock_wall_us());
        budgets_tidy(all, clock_wall_us() + (i % 2 ? 0 : 9000 * SECOND_US), 0);
        budgets_each(all, count, &seen);
        usleep(2000);
    }
    budgets_terms(all, budgets, BUDGETS, clock_wall_us());
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i].thread, NULL), 0);
    alarm(0);
    budgets_each(all, count, &seen); // they may have begun after all that
    for (unsigned i = 0; i < BUDGETS; i++) {
        struct budgets_account a;
        if (account_of(all, i + 1, STR_NONE, &a) == 0)
            continue; // it was forgotten last
        assert_int_equal(a.held.n, 0);
        assert_int_equal(a.spent.n, charged[i]);
    }
    print_message("%d made, %d waits\n", made, waited);
    assert_true(made > 500 && waited > 0 && seen > 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_lease_grows_with_what_is_held),
        CASE(a_store_that_refuses_is_asked_again),
        CASE(a_store_that_closes_lets_nobody_wait),
        CASE(who_waits_moves_to_the_changed_window),
        CASE(threads_come_to_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
