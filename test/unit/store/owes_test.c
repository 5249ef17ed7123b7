// SPDX-License-Identifier: Apache-2.0
//
// A start beside so many calls of a dead process that their rows come later: what the accounts of
// budgets say meanwhile, and that each row is made once, whenever it is killed. Amounts are
// nanodollars.

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "store/segment.h"
#include "synced.h"

#define CALLS   30000 // some 15 MB
#define OPEN    3     // of them never end
#define HELD    300
#define CHARGED 100
#define SPENT   ((CALLS - OPEN) * CHARGED + OPEN * HELD)
#define ASIDE   (CALLS * HELD) // at the most

struct left {
    int64_t limit;    // of the budget
    int64_t charged;  // by each call
    uint64_t account; // that its calls charge; 0: the one of the lease
    bool carried;     // one is first, whose segment is gone when it ends, and all end
    int64_t day_us;   // the lease is of the day that begins there; 0: it is for ever
};

static struct window day_of(const struct left *left)
{
    return (struct window){left->day_us, left->day_us + DAY_US, WINDOW_DAY};
}

// A call that began in a segment that has gone, as it ends.
static struct entry carry(const struct place *p, struct store *s, struct journal *j,
                          uint64_t account)
{
    struct entry e = an_open_entry(clock_wall_us());
    charge(&e, HELD, HELD, account);
    if (journal_dispatched(j, &e) != STATUS_OK)
        _exit(4);
    while (ask(p, "SELECT count(*) FROM pending") == 0) {
        for (int i = 0; i < 1000; i++) {
            struct entry other = an_entry(e.start_us);
            call(j, &other);
        }
        (void)!store_catch_up(s, 5000);
    }
    e.usage.sure = SURE_REPORTED;
    e.charge.charged = CHARGED;
    return e;
}

// Another program has the ledger's lock, so all stands in the journal when the process is killed.
static void journal_all(const struct place *p, const struct left *left)
{
    sqlite3 *other = NULL;
    struct store *s = store_at(p, true);
    struct journal *j = journal_of(s, 0);
    struct lease a = a_lease(1, left->limit, ASIDE);
    struct lease watched = a_lease(2, 1000, 0);
    watched.observe = true;
    if (left->day_us)
        a.key.window = day_of(left);
    if (lease_now(s, &a) != STATUS_OK || lease_now(s, &watched) != STATUS_OK)
        _exit(1);
    struct entry first = {.start_us = 0};
    if (left->carried)
        first = carry(p, s, j, a.account);
    if (sqlite3_open(p->path, &other) != SQLITE_OK ||
        sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK ||
        (left->carried && !journal_final(j, &first)))
        _exit(1);
    journal_gather(j);
    for (int i = 0; i < CALLS; i++) {
        bool open = i < OPEN && !left->carried;
        struct entry e = open ? an_open_entry(clock_wall_us()) : an_entry(clock_wall_us());
        charge(&e, HELD, open ? HELD : left->charged, left->account ? left->account : a.account);
        charge(&e, HELD, e.charge.charged, watched.account);
        if (journal_dispatched(j, &e) != STATUS_OK || (!open && !journal_final(j, &e)) ||
            (i % 16 == 15 && !journal_flush(j, NULL, NULL)))
            _exit(2);
    }
    if (journal_flush(j, NULL, NULL))
        kill(getpid(), SIGKILL);
    _exit(3);
}

static void leave(const struct place *p, const struct left *left)
{
    pid_t child = fork();
    int how = 0;
    assert_true(child >= 0);
    if (child == 0)
        journal_all(p, left);
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSIGNALED(how));
}

static const struct left usual = {.limit = 2 * ASIDE, .charged = CHARGED};

static int64_t rows(const struct place *p)
{
    return ask(p, "SELECT count(*) FROM call");
}

// Nothing is lost, nothing is there twice, nothing is left over.
static void all_adds_up(const struct place *p)
{
    assert_int_equal(ask(p, "SELECT sum(requests) FROM rollup"), rows(p));
    assert_int_equal(ask(p, "SELECT settled FROM account WHERE id = 1"),
                     ask(p, "SELECT 100 * sum(sure = 'reported') + 300 * sum(sure = 'captured') "
                            "FROM calls"));
    assert_int_equal(ask(p, "SELECT settled FROM account WHERE id = 2"),
                     ask(p, "SELECT settled FROM account WHERE id = 1"));
    assert_int_equal(ask(p, "SELECT sum(leased) + sum(overdraft) FROM account"), 0);
    assert_int_equal(ask(p, "SELECT count(*) FROM pending"), 0);
    assert_int_equal(ask(p, "SELECT count(*) FROM adjustment"), 0);
    assert_int_equal(journal_files(p, ".seg"), 0);
}

static void a_start_does_not_wait_for_rows(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    leave(&p, &usual);
    int segments = journal_files(&p, ".seg");
    synced_here = 0;
    struct store *s = store_at(&p, true);
    // Who was pending is forgotten from here on: what says so must outlive the machine.
    assert_true(synced_here >= segments);
    assert_true(rows(&p) <
                CALLS); // those that never ended are there, and what the writer made since
    assert_true(rows(&p) >= OPEN);
    struct lease a = a_lease(1, usual.limit, 500);
    a.first = true;
    assert_int_equal(lease_now(s, &a), STATUS_OK);
    assert_int_equal(a.kept.settled.n, SPENT);
    assert_int_equal(a.kept.leased.n, SPENT + 500);
    struct journal *j = journal_of(s, 0);
    struct entry e = an_entry(clock_wall_us());
    charge(&e, HELD, CHARGED, a.account);
    charge(&e, HELD, CHARGED, 2);
    call(j, &e);
    assert_int_equal(store_catch_up(s, 60000), STATUS_OK);
    assert_int_equal(rows(&p), CALLS + 1);
    assert_int_equal(ask(&p, "SELECT count(*) FROM pending"), 0); // what was captured is not open
    assert_int_equal(ask(&p, "SELECT settled FROM account WHERE id = 1"), SPENT + CHARGED);
    assert_int_equal(ask(&p, "SELECT leased FROM account WHERE id = 1"), 400);
    journal_close(j);
    store_close(s);
    all_adds_up(&p);
    place_remove(&p);
}

// The machine stopped: what is beyond the rows to come may have been spent too.
static void the_rest_of_another_boot_is_captured_at_once(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    leave(&p, &usual);
    ask(&p, "UPDATE account SET boot = 'another'");
    struct store *s = store_at(&p, true);
    assert_int_equal(ask(&p, "SELECT sum(amount) FROM adjustment"), ASIDE - SPENT);
    assert_int_equal(ask(&p, "SELECT settled + leased FROM account WHERE id = 1"), ASIDE);
    store_close(s);
    assert_int_equal(rows(&p), CALLS);
    assert_int_equal(ask(&p, "SELECT settled FROM account WHERE id = 1"), ASIDE);
    assert_int_equal(ask(&p, "SELECT leased FROM account WHERE id = 1"), 0);
    place_remove(&p);
}

// What is to come has no place below the limit, or its account is not there: rows first.
static void what_cannot_be_set_aside_is_waited_for(void **state)
{
    (void)state;
    static const struct left odd[] = {{.limit = ASIDE, .charged = HELD + 100},
                                      {.limit = ASIDE, .charged = CHARGED, .account = 77}};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct place p;
        place_make(&p);
        leave(&p, &odd[i]);
        struct store *s = store_at(&p, true);
        uint64_t account = odd[i].account ? odd[i].account : 1;
        char question[80];
        snprintf(question, sizeof question, "SELECT settled FROM account WHERE id = %d",
                 (int)account);
        assert_int_equal(rows(&p), CALLS);
        assert_int_equal(ask(&p, question), (CALLS - OPEN) * odd[i].charged + OPEN * HELD);
        assert_int_equal(ask(&p, "SELECT sum(leased) FROM account"), 0);
        store_close(s);
        place_remove(&p);
    }
}

static void damage(const struct place *p)
{
    static const char bad[] = "garbage";
    int found = 0;
    DIR *dir = opendir(p->journal);
    for (const struct dirent *f; dir && (f = readdir(dir));) {
        if (!strstr(f->d_name, "-w0.seg"))
            continue;
        int fd = openat(dirfd(dir), f->d_name, O_WRONLY);
        found += pwrite(fd, bad, sizeof bad, SEGMENT_BYTES - sizeof bad) == (ssize_t)sizeof bad;
        close(fd);
    }
    if (dir)
        closedir(dir);
    assert_true(found > 0);
}

static void add_shown(void *context, const struct account_moved *a)
{
    *(int64_t *)context += a->more.n;
}

// Of a window that the budget has now, which is for ever, as who only looks is told.
static int64_t shown(struct store *s)
{
    int64_t sum = 0;
    const struct lease ever = a_lease(1, usual.limit, 0);
    struct accounts_view v = view_of(s);
    assert_int_equal(store_accounts_moved(&v, &ever.key, add_shown, &sum, NULL), STATUS_OK);
    store_accounts_close(&v);
    return sum;
}

// Its window was changed while no process ran: what rows to come will charge in the former one
// shows at once, and what is set aside there for this process never does.
static void what_is_owed_in_another_window_shows(void **state)
{
    (void)state;
    const struct left left = {
        .limit = usual.limit, .charged = CHARGED, .day_us = clock_wall_us() / DAY_US * DAY_US};
    struct place p;
    place_make(&p);
    leave(&p, &left);
    struct store *s = store_at(&p, true);
    int64_t at_first = shown(s);
    assert_true(rows(&p) < CALLS);
    assert_int_equal(at_first, SPENT);
    assert_int_equal(store_catch_up(s, 60000), STATUS_OK);
    assert_int_equal(shown(s), SPENT);
    struct lease day = a_lease(1, left.limit, 500);
    day.key.window = day_of(&left);
    day.first = true;
    assert_int_equal(lease_now(s, &day), STATUS_OK);
    assert_int_equal(day.kept.leased.n, SPENT + 500);
    assert_int_equal(shown(s), SPENT);
    store_close(s);
    place_remove(&p);
}

// One look was in vain: what it found in memory is not what stands in the ledger.
static void a_call_that_was_carried_is_forgotten_with_its_end(void **state)
{
    (void)state;
    static const struct left left = {.limit = 2 * ASIDE, .charged = CHARGED, .carried = true};
    struct place p;
    place_make(&p);
    leave(&p, &left);
    damage(&p);
    store_close(store_at(&p, true));
    assert_int_equal(ask(&p, "SELECT count(*) FROM pending"), 0);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE sure = 'captured'"), 0);
    assert_int_equal(ask(&p, "SELECT sum(requests) FROM rollup"), rows(&p));
    place_remove(&p);
}

// A process that takes rows of the dead one and has calls of its own, until it is killed.
static void work(const struct place *p, _Atomic int *ended)
{
    struct store *s = store_at(p, true);
    struct journal *j = journal_of(s, 0);
    struct lease a = a_lease(1, usual.limit, 100 * HELD);
    a.first = true;
    if (lease_now(s, &a) != STATUS_OK || a.kept.settled.n < SPENT + *ended * CHARGED)
        _exit(1);
    for (int i = 0; i < 100; i++) {
        struct entry e = an_entry(clock_wall_us());
        charge(&e, HELD, CHARGED, 1);
        charge(&e, HELD, CHARGED, 2);
        call(j, &e);
        ++*ended;
        usleep(500);
    }
    pause();
}

static void killed_at_any_moment_each_row_is_made_once(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    leave(&p, &usual);
    _Atomic int *ended =
        mmap(NULL, sizeof *ended, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(ended != MAP_FAILED);
    const int rounds = 8;
    for (int i = 0; i < rounds; i++) {
        pid_t child = fork();
        int how = 0;
        assert_true(child >= 0);
        if (child == 0)
            work(&p, ended);
        usleep(30000 + 25000 * (unsigned)i);
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, &how, 0), child);
        assert_true(WIFSIGNALED(how));
    }
    store_close(store_at(&p, false));
    int64_t more = rows(&p) - CALLS - *ended;
    assert_true(more >= 0 && more <= rounds); // a call that was under way was not counted here
    all_adds_up(&p);
    munmap(ended, sizeof *ended);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_does_not_wait_for_rows),
        cmocka_unit_test(the_rest_of_another_boot_is_captured_at_once),
        cmocka_unit_test(what_cannot_be_set_aside_is_waited_for),
        cmocka_unit_test(what_is_owed_in_another_window_shows),
        cmocka_unit_test(a_call_that_was_carried_is_forgotten_with_its_end),
        cmocka_unit_test(killed_at_any_moment_each_row_is_made_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
