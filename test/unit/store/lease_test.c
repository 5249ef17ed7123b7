// SPDX-License-Identifier: Apache-2.0
//
// What is set aside, what rows take of it, and what becomes of the rest. Amounts are nanodollars.

#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

#include "lent.h"
#include "store/segment.h"

static int64_t of_account(const struct place *p, uint64_t id, const char *what)
{
    char question[120];
    snprintf(question, sizeof question, "SELECT %s FROM account WHERE id = %llu", what,
             (unsigned long long)id);
    return ask(p, question);
}

static void has(const struct place *p, uint64_t id, int64_t settled, int64_t overdraft,
                int64_t leased)
{
    assert_int_equal(of_account(p, id, "settled"), settled);
    assert_int_equal(of_account(p, id, "overdraft"), overdraft);
    assert_int_equal(of_account(p, id, "leased"), leased);
}

// --- while it runs ---

static void a_lease_makes_its_account(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct lease a = a_lease(1, 1000, 300);
    struct lease b = a_lease(1, 1000, 0);
    b.key.value = str_of("ada\n\"");
    assert_int_equal(lease_now(s, &a), STATUS_OK);
    assert_int_equal(lease_now(s, &b), STATUS_OK);
    assert_int_equal(a.kept.leased.n, 300);
    assert_int_equal(b.kept.leased.n, 0);
    assert_true(a.account > 0 && b.account > 0 && a.account != b.account);
    has(&p, a.account, 0, 0, 300);
    uint64_t account = a.account;
    a.upto.n = 500;
    assert_int_equal(lease_now(s, &a), STATUS_OK);
    assert_int_equal(a.account, account);
    assert_int_equal(a.kept.leased.n, 500);
    assert_int_equal(ask(&p, "SELECT count(*) FROM account"), 2);
    b.key.window = (struct window){INT64_MIN, 3600, WINDOW_DAY}; // another kind, another account
    uint64_t other = b.account;
    assert_int_equal(lease_now(s, &b), STATUS_OK);
    assert_true(b.account != other);
    assert_int_equal(ask(&p, "SELECT value FROM fact WHERE name = 'epoch'"), 1);
    lent_end(&p, s, NULL);
}

static void no_lease_passes_the_limit(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct lease l = a_lease(1, 1000, INT64_MAX);
    assert_int_equal(lease_now(s, &l), STATUS_OK);
    assert_int_equal(l.kept.leased.n, 1000);
    l.limit.n = 400; // lowered: what was granted stays
    assert_int_equal(lease_now(s, &l), STATUS_OK);
    assert_int_equal(l.kept.leased.n, 1000);
    l.upto.n = 600; // until it is given back
    assert_int_equal(lease_now(s, &l), STATUS_OK);
    assert_int_equal(l.kept.leased.n, 600);
    assert_int_equal(of_account(&p, l.account, "ceiling"), 600);
    l.limit.n = 650;
    l.upto.n = 700;
    assert_int_equal(lease_now(s, &l), STATUS_OK);
    assert_int_equal(l.kept.leased.n, 650);
    has(&p, l.account, 0, 0, 650);
    struct lease whole = a_lease(2, INT64_MAX, INT64_MAX);
    assert_int_equal(lease_now(s, &whole), STATUS_OK);
    assert_int_equal(whole.kept.leased.n, INT64_MAX);
    lent_end(&p, s, NULL);
}

// Its rows may come late, so the watermark is what was spent.
static void one_that_comes_back_has_spent_its_watermark(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct journal *j = journal_of(s, 0);
    struct lease l = a_lease(1, 1000, 500);
    l.first = true;
    assert_int_equal(lease_now(s, &l), STATUS_OK);
    assert_int_equal(l.kept.settled.n, 0);
    assert_int_equal(l.kept.leased.n, 500);
    l.first = false;
    l.upto.n = 200; // it was forgotten with so much spent
    assert_int_equal(lease_now(s, &l), STATUS_OK);
    l.first = true;
    l.upto.n = 100;
    assert_int_equal(lease_now(s, &l), STATUS_OK);
    assert_int_equal(l.kept.settled.n, 200);
    assert_int_equal(l.kept.leased.n, 300);
    struct entry e = an_entry(clock_wall_us());
    charge(&e, 300, 200, l.account);
    call(j, &e);
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    has(&p, l.account, 200, 0, 100);
    l.upto.n = INT64_MAX;
    assert_int_equal(lease_now(s, &l), STATUS_OK);
    assert_int_equal(l.kept.settled.n, 300);
    assert_int_equal(l.kept.leased.n, 1000);
    lent_end(&p, s, j);
}

// SQLite itself refuses what no program of ours asks for.
static void the_table_holds_the_law(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct lease l = a_lease(1, 1000, 1000);
    assert_int_equal(lease_now(s, &l), STATUS_OK);
    static const char *const bad[] = {
        "UPDATE account SET leased = leased + 1", "UPDATE account SET settled = 1",
        "UPDATE account SET leased = -1",         "UPDATE account SET overdraft = 1",
        "UPDATE account SET ceiling = 999",       "UPDATE account SET settled = 0.5"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sqlite3 *db = NULL;
        assert_int_equal(sqlite3_open(p.path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, bad[i], NULL, NULL, NULL), SQLITE_CONSTRAINT);
        sqlite3_close(db);
    }
    lent_end(&p, s, NULL);
}

static void rows_move_it_to_what_is_spent(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct journal *j = journal_of(s, 0);
    struct lease a = a_lease(1, 1000, 500);
    struct lease b = a_lease(2, 2000, 600);
    assert_int_equal(lease_now(s, &a), STATUS_OK);
    assert_int_equal(lease_now(s, &b), STATUS_OK);
    for (int i = 0; i < 40; i++) {
        struct entry e = an_entry(clock_wall_us());
        charge(&e, 100, 10, a.account);
        charge(&e, 100, 10, b.account);
        call(j, &e);
        if (i % 10 == 0)
            assert_true(journal_final(j, &e)); // once more, as a reserve may hold it
    }
    struct entry free = an_entry(clock_wall_us());
    call(j, &free); // none of any budget
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    has(&p, a.account, 400, 0, 100);
    has(&p, b.account, 400, 0, 200);
    assert_int_equal(ask(&p, "SELECT count(*) FROM call WHERE charge NOT NULL"), 40);
    a.upto.n = 700;
    assert_int_equal(lease_now(s, &a), STATUS_OK);
    assert_int_equal(a.kept.settled.n, 400);
    assert_int_equal(a.kept.leased.n, 700);
    has(&p, a.account, 400, 0, 300);
    journal_close(j);
    store_close(s); // and what is left returns
    has(&p, a.account, 400, 0, 0);
    has(&p, b.account, 400, 0, 0);
    assert_int_equal(ask(&p, "SELECT count(*) FROM adjustment"), 0);
    place_remove(&p);
}

static void what_passes_the_limit_is_overdraft(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct journal *j = journal_of(s, 0);
    struct lease a = a_lease(1, 1000, 1000);
    assert_int_equal(lease_now(s, &a), STATUS_OK);
    struct entry e = an_entry(clock_wall_us());
    charge(&e, 900, 1300, a.account);
    call(j, &e);
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    has(&p, a.account, 1300, 300, 0);
    a.upto.n = 1500; // an overdraft is no credit
    assert_int_equal(lease_now(s, &a), STATUS_OK);
    assert_int_equal(a.kept.overdraft.n, 300);
    assert_int_equal(a.kept.leased.n, 1300);
    a.limit.n = 2000;
    assert_int_equal(lease_now(s, &a), STATUS_OK);
    assert_int_equal(a.kept.leased.n, 1500);
    has(&p, a.account, 1300, 300, 200);
    struct entry huge = an_entry(clock_wall_us()); // sums end where their column does
    charge(&huge, INT64_MAX, INT64_MAX, a.account);
    call(j, &huge);
    huge.id = uuid_new(clock_wall_us());
    call(j, &huge);
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    has(&p, a.account, INT64_MAX, INT64_MAX - 2000, 0);
    assert_int_equal(lease_now(s, &a), STATUS_OK);
    assert_int_equal(a.kept.leased.n, INT64_MAX);
    journal_close(j);
    store_close(s);
    assert_int_equal(journal_files(&p, ".refused"), 0);
    place_remove(&p);
}

static void who_observes_is_not_limited(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct journal *j = journal_of(s, 0);
    struct lease a = a_lease(1, 1000, 300);
    assert_int_equal(lease_now(s, &a), STATUS_OK);
    a.observe = true; // what was set aside stays
    a.upto.n = 5000;
    assert_int_equal(lease_now(s, &a), STATUS_OK);
    assert_int_equal(a.kept.leased.n, 5000);
    has(&p, a.account, 0, 0, 300);
    struct entry e = an_entry(clock_wall_us());
    charge(&e, 5000, 4000, a.account);
    call(j, &e);
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    has(&p, a.account, 4000, 0, 0);
    a.observe = false;
    assert_int_equal(lease_now(s, &a), STATUS_OK);
    assert_int_equal(a.kept.leased.n, 4000); // nothing new
    a.limit.n = 6000;
    assert_int_equal(lease_now(s, &a), STATUS_OK);
    assert_int_equal(a.kept.leased.n, 5000);
    has(&p, a.account, 4000, 0, 1000);
    lent_end(&p, s, j);
}

static void what_was_told_never_falls(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct lease a = a_lease(1, 1000, 0);
    a.told = 80;
    assert_int_equal(lease_now(s, &a), STATUS_OK);
    a.told = 50;
    assert_int_equal(lease_now(s, &a), STATUS_OK);
    assert_int_equal(a.kept.told, 80);
    store_close(s);
    assert_int_equal(of_account(&p, a.account, "told"), 80);
    place_remove(&p);
}

static void note_row(void *context, const struct account_row *a)
{
    struct account_row *rows = context;
    while (rows->id)
        rows++;
    *rows = *a;
}

static void accounts_are_read_back(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct lease a = a_lease(1, 1000, 250);
    struct lease b = a_lease(2, 1000, 100);
    a.key.window = (struct window){0, 3600, WINDOW_DAY};
    b.told = 50;
    assert_int_equal(lease_now(s, &a), STATUS_OK);
    assert_int_equal(lease_now(s, &b), STATUS_OK);
    struct account_row rows[4] = {{.id = 0}};
    each_account(s, 3599, note_row, rows);
    assert_int_equal(rows[0].id, a.account);
    assert_int_equal(rows[0].key.window.end_us, 3600);
    assert_int_equal(rows[0].key.window.kind, WINDOW_DAY);
    assert_int_equal(rows[0].kept.leased.n, 250);
    assert_int_equal(rows[0].limit.n, 1000);
    assert_int_equal(rows[1].id, b.account);
    assert_int_equal(rows[1].key.budget, 2);
    assert_int_equal(rows[1].kept.told, 50);
    assert_int_equal(rows[2].id, 0);
    memset(rows, 0, sizeof rows);
    each_account(s, 3600, note_row, rows);
    assert_int_equal(rows[0].id, b.account);
    assert_int_equal(rows[1].id, 0);
    lent_end(&p, s, NULL);
}

// A lock of somebody else's, or a table that refuses: nobody waits for ever, nothing is granted.
static void a_lease_that_cannot_be_kept_is_none(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    sqlite3 *other = NULL;
    assert_int_equal(sqlite3_open(p.path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    struct lease a = a_lease(1, 1000, 300);
    assert_int_equal(lease_now(s, &a), STATUS_BUSY);
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(lease_now(s, &a), STATUS_OK);
    assert_int_equal(sqlite3_exec(other,
                                  "CREATE TRIGGER no BEFORE UPDATE ON account WHEN new.budget = 1 "
                                  "BEGIN SELECT raise(ABORT, 'no'); END",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(other);
    atomic_bool came = false;
    struct lease b = a_lease(2, 1000, 300);
    a.done = lease_came;
    a.context = &came;
    store_lease(s, &a); // most often in one transaction
    assert_int_equal(lease_now(s, &b), STATUS_OK);
    while (!came)
        usleep(100);
    assert_int_equal(a.status, STATUS_CONFLICT);
    ask(&p, "DROP TRIGGER no");
    lent_end(&p, s, NULL);
}

struct intruder {
    sqlite3 *db;
    atomic_bool came;
};

// As soon as the lease is answered the ledger's lock is somebody else's.
static void intrude(struct lease *l)
{
    struct intruder *i = l->context;
    assert_int_equal(sqlite3_exec(i->db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    atomic_store(&i->came, true);
}

// One is refused for good, and before the next one has its turn the lock is taken for a while.
static void who_comes_behind_a_refused_one_is_patient_too(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct intruder other = {.db = NULL};
    assert_int_equal(sqlite3_open(p.path, &other.db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other.db,
                                  "CREATE TRIGGER no BEFORE UPDATE ON account WHEN new.budget = 1 "
                                  "BEGIN SELECT raise(ABORT, 'no'); END; BEGIN IMMEDIATE",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    atomic_bool came[2] = {false, false};
    struct lease all[3];
    for (int i = 0; i < 3; i++) {
        all[i] = a_lease((uint64_t)i + 1, 1000, 300);
        all[i].done = i == 0 ? intrude : lease_came;
        all[i].context = i == 0 ? (void *)&other : (void *)&came[i - 1];
        store_lease(s, &all[i]);
    }
    assert_int_equal(sqlite3_exec(other.db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    while (!atomic_load(&other.came))
        usleep(100);
    usleep(300000);
    assert_false(came[0] || came[1]);
    assert_int_equal(sqlite3_exec(other.db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    while (!atomic_load(&came[0]) || !atomic_load(&came[1]))
        usleep(100);
    assert_int_equal(all[0].status, STATUS_CONFLICT);
    assert_int_equal(all[1].status, STATUS_OK);
    assert_int_equal(all[2].status, STATUS_OK);
    sqlite3_close(other.db);
    lent_end(&p, s, NULL);
}

struct asker {
    struct store *store;
    _Atomic int answers;
    enum status last;
};

static void ask_again(struct lease *l)
{
    struct asker *a = l->context;
    a->answers++;
    a->last = l->status;
    l->upto.n++;
    if (l->status == STATUS_OK)
        store_lease(a->store, l);
}

// Who asks without end holds up no row, and is told when it is over.
static void leases_and_rows_share_the_writer(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct journal *j = journal_of(s, 0);
    struct asker asker = {.store = s};
    struct lease l = a_lease(1, INT64_MAX, 1);
    l.done = ask_again;
    l.context = &asker;
    store_lease(s, &l);
    for (int i = 0; i < 20; i++) {
        struct entry e = an_entry(clock_wall_us());
        call(j, &e);
        assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    }
    journal_close(j);
    store_close(s);
    assert_true(asker.answers > 20);
    assert_int_equal(asker.last, STATUS_CLOSED);
    assert_int_equal(ask(&p, "SELECT leased FROM account"), 0);
    place_remove(&p);
}

// --- afterwards ---

// A child has 300 of 1000 set aside, and one of its calls holds 100 when it is killed.
static void leave_a_hold(const struct place *p)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct store *s = store_at(p, true);
        struct journal *j = journal_of(s, 0);
        struct lease a = a_lease(1, 1000, 300);
        struct entry ended = an_entry(clock_wall_us());
        struct entry open = an_open_entry(clock_wall_us());
        if (lease_now(s, &a) != STATUS_OK || a.account != 1)
            _exit(1);
        charge(&ended, 150, 20, a.account);
        call(j, &ended);
        charge(&open, 100, 100, a.account);
        if (journal_dispatched(j, &open) == STATUS_OK)
            kill(getpid(), SIGKILL);
        _exit(2);
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSIGNALED(how));
}

static void a_dead_process_leaves_its_holds_captured(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    leave_a_hold(&p);
    assert_int_equal(of_account(&p, 1, "settled + leased"), 300);
    store_close(store_at(&p, false));
    has(&p, 1, 120, 0, 0); // what ended, what was held; the rest has returned
    assert_int_equal(ask(&p, "SELECT count(*) FROM adjustment"), 0);
    store_close(store_at(&p, true)); // once
    has(&p, 1, 120, 0, 0);
    place_remove(&p);
}

// Whatever was under way may have been spent.
static void is_captured(const struct place *p)
{
    store_close(store_at(p, false));
    has(p, 1, 300, 0, 0);
    int64_t from_rows = ask(p, "SELECT 20 * (SELECT count(*) FROM calls WHERE sure = 'reported') "
                               "+ 100 * (SELECT count(*) FROM calls WHERE sure = 'captured')");
    assert_int_equal(ask(p, "SELECT sum(amount) FROM adjustment WHERE account = 1"),
                     300 - from_rows);
    assert_int_equal(ask(p, "SELECT count(*) FROM adjustment"), 1);
    assert_int_equal(ask(p, "SELECT count(*) FROM fact WHERE name = 'journal_lost'"), 0);
    store_close(store_at(p, false)); // once
    has(p, 1, 300, 0, 0);
    assert_int_equal(ask(p, "SELECT count(*) FROM adjustment"), 1);
}

static void a_stopped_machine_captures_the_rest(void **state)
{
    (void)state;
    static const char *const boots[] = {"UPDATE account SET boot = 'another'",
                                        "UPDATE account SET boot = ''"};
    for (size_t i = 0; i < 2; i++) {
        struct place p;
        place_make(&p);
        leave_a_hold(&p);
        ask(&p, boots[i]);
        is_captured(&p);
        assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 2);
        place_remove(&p);
    }
}

// Finds the segment of the dead worker.
static int open_segment(const struct place *p, char name[SEGMENT_NAME_SIZE])
{
    int fd = -1;
    DIR *dir = opendir(p->journal);
    assert_non_null(dir);
    for (const struct dirent *f; fd < 0 && (f = readdir(dir));) {
        if (!strstr(f->d_name, "-w0.seg"))
            continue;
        snprintf(name, SEGMENT_NAME_SIZE, "%.40s", f->d_name);
        fd = openat(dirfd(dir), name, O_RDWR);
    }
    closedir(dir);
    assert_true(fd >= 0);
    return fd;
}

static void a_damaged_journal_captures_the_rest(void **state)
{
    (void)state;
    for (int what = 0; what < 3; what++) {
        struct place p;
        char name[SEGMENT_NAME_SIZE];
        char path[240];
        place_make(&p);
        leave_a_hold(&p);
        int fd = open_segment(&p, name);
        snprintf(path, sizeof path, "%s/%s", p.journal, name);
        if (what == 0) // in a record
            assert_int_equal(pwrite(fd, "damage", 6, SEGMENT_HEAD + 40), 6);
        else if (what == 1) // in the head
            assert_int_equal(pwrite(fd, "damage", 6, 10), 6);
        else
            unlink(path);
        close(fd);
        // So that it is missed: the writer may have been killed before it came so far.
        ask(&p, "INSERT INTO position SELECT 9999, 77 WHERE NOT EXISTS (SELECT 1 FROM position)");
        is_captured(&p);
        place_remove(&p);
    }
}

// The rest is captured too when the ledger refused a row: the call may have cost anything.
static void a_refused_row_captures_the_rest(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct journal *j = journal_of(s, 0);
    struct lease a = a_lease(1, 1000, 300);
    assert_int_equal(lease_now(s, &a), STATUS_OK);
    ask(&p, "CREATE TRIGGER no BEFORE INSERT ON call WHEN new.upstream_id = 'bad' BEGIN SELECT "
            "raise(ABORT, 'no'); END");
    struct entry good = an_entry(clock_wall_us());
    struct entry bad = an_entry(clock_wall_us());
    bad.upstream_id = str_of("bad");
    charge(&good, 100, 20, a.account);
    charge(&bad, 100, 20, a.account);
    call(j, &good);
    call(j, &bad);
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    has(&p, a.account, 20, 0, 280);
    journal_close(j);
    store_close(s);
    ask(&p, "DROP TRIGGER no");
    has(&p, a.account, 300, 0, 0);
    assert_int_equal(ask(&p, "SELECT amount FROM adjustment"), 280);
    place_remove(&p);
}

static void a_charge_without_an_account_is_kept(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct journal *j = journal_of(s, 0);
    struct entry e = an_entry(clock_wall_us());
    charge(&e, 100, 20, 41);
    call(j, &e);
    e.id = uuid_new(clock_wall_us());
    call(j, &e);
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    has(&p, 41, 40, 40, 0);
    struct lease a = a_lease(1, 1000, 300);
    assert_int_equal(lease_now(s, &a), STATUS_OK);
    assert_int_equal(a.account, 42);
    lent_end(&p, s, j);
}

static void rows_that_are_deleted_leave_their_sum(void **state)
{
    (void)state;
    struct place p;
    struct store *s = lent_begin(&p);
    struct journal *j = journal_of(s, 0);
    struct lease a = a_lease(1, 100000, 10000);
    assert_int_equal(lease_now(s, &a), STATUS_OK);
    for (int i = 0; i < 5; i++) {
        struct entry e = an_entry(clock_wall_us() - (i < 3 ? 500 * DAY_US : 0));
        charge(&e, 100, 20 + i, a.account);
        call(j, &e);
    }
    journal_close(j);
    store_close(s);
    struct store_setup setup = {
        .path = str_of(p.path), .create = true, .writer = true, .keep_days = 400};
    assert_int_equal(store_open(&setup, &s, NULL), STATUS_OK);
    for (int i = 0; i < 100 && ask(&p, "SELECT count(*) FROM call") > 2; i++)
        usleep(100000);
    assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 2);
    store_close(s);
    assert_int_equal(of_account(&p, a.account, "aged"), 63);
    has(&p, a.account, 110, 0, 0);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lease_makes_its_account),
        cmocka_unit_test(no_lease_passes_the_limit),
        cmocka_unit_test(one_that_comes_back_has_spent_its_watermark),
        cmocka_unit_test(the_table_holds_the_law),
        cmocka_unit_test(rows_move_it_to_what_is_spent),
        cmocka_unit_test(what_passes_the_limit_is_overdraft),
        cmocka_unit_test(who_observes_is_not_limited),
        cmocka_unit_test(what_was_told_never_falls),
        cmocka_unit_test(accounts_are_read_back),
        cmocka_unit_test(a_lease_that_cannot_be_kept_is_none),
        cmocka_unit_test(who_comes_behind_a_refused_one_is_patient_too),
        cmocka_unit_test(leases_and_rows_share_the_writer),
        cmocka_unit_test(a_dead_process_leaves_its_holds_captured),
        cmocka_unit_test(a_stopped_machine_captures_the_rest),
        cmocka_unit_test(a_damaged_journal_captures_the_rest),
        cmocka_unit_test(a_refused_row_captures_the_rest),
        cmocka_unit_test(a_charge_without_an_account_is_kept),
        cmocka_unit_test(rows_that_are_deleted_leave_their_sum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
