// SPDX-License-Identifier: Apache-2.0
//
// Disks that fail. The system calls of the journal, and SQLite's, come through functions of this
// program, which refuse when told to: new calls must be refused, those under way must keep their
// end, and what was accepted must become a row.

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "../unit/store/lent.h"
#include "store/segment.h"

static atomic_bool no_space;         // nothing can be allocated
static atomic_long space = LONG_MAX; // bytes that can be
static atomic_bool bad_writes;       // segments of workers cannot be written; their reserve can
static atomic_bool short_writes;     // of segments of workers: all but their last bytes
static atomic_bool short_ends;       // the same of the reserve
static atomic_bool no_cut;           // and they cannot be made shorter
static atomic_bool full;             // the ledger's file and its log take nothing more
static atomic_bool full_of_ours;     // until a reserve is cut or goes
static atomic_bool no_sync;          // the ledger's log cannot be brought to the disk
static atomic_bool unsynced;         // it has been written to since it was

int posix_fallocate(int fd, off_t offset, off_t n)
{
    if (no_space || n > space)
        return ENOSPC;
    space -= n;
    return syscall(SYS_fallocate, fd, 0, offset, n) == 0 ? 0 : errno;
}

static bool is_named(int fd, const char *part, const char *end)
{
    char link[64];
    char path[256];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    path[n > 0 ? n : 0] = 0;
    const char *name = strrchr(path, '/');
    return name && strstr(name, part) != NULL && strstr(name, end) != NULL;
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t offset)
{
    if (bad_writes && is_named(fd, "-w", ".seg")) {
        errno = EIO;
        return -1;
    }
    if (short_writes && n > 8 && is_named(fd, "-w", ".seg"))
        n -= 8;
    if (short_ends && is_named(fd, "-reserve", ".seg"))
        n -= 8;
    return syscall(SYS_pwrite64, fd, bytes, n, offset);
}

__attribute__((visibility("default"))) int ftruncate64(int, off_t);
int ftruncate64(int fd, off_t size)
{
    if (no_cut && is_named(fd, "-w", ".seg")) {
        errno = EIO;
        return -1;
    }
    if (space < LONG_MAX && is_named(fd, "-reserve", ".seg"))
        space += RESERVE_BYTES - size;
    if (full_of_ours && is_named(fd, "-reserve", ".seg"))
        full = full_of_ours = false;
    return (int)syscall(SYS_ftruncate, fd, size);
}

int ftruncate(int fd, off_t size)
{
    return ftruncate64(fd, size);
}

__attribute__((visibility("default"))) ssize_t pwrite64(int, const void *, size_t, off_t);
ssize_t pwrite64(int fd, const void *bytes, size_t n, off_t offset)
{
    if (full && is_named(fd, "costlens.db", "")) {
        errno = ENOSPC;
        return -1;
    }
    if (is_named(fd, "costlens.db", "-wal"))
        unsynced = true;
    return syscall(SYS_pwrite64, fd, bytes, n, offset);
}

int fdatasync(int fd)
{
    if (is_named(fd, "costlens.db", "-wal")) {
        if (no_sync) {
            errno = EIO;
            return -1;
        }
        unsynced = false;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

// Fills what is left of the segment with calls, until one is refused.
static int call_until_refused(struct journal *j)
{
    int calls = 0;
    for (;; calls++) {
        struct entry e = an_entry(clock_wall_us());
        if (journal_dispatched(j, &e) != STATUS_OK)
            return calls;
        assert_true(journal_final(j, &e));
    }
}

static void a_full_disk_refuses_calls_and_keeps_their_ends(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    struct entry open = an_entry(clock_wall_us());
    assert_int_equal(journal_dispatched(j, &open), STATUS_OK);
    no_space = true;
    int calls = call_until_refused(j);
    assert_true(calls > 1000); // the segment was there already
    assert_false(journal_healthy(j));
    assert_false(store_journals(s));
    assert_true(journal_final(j, &open)); // into the reserve
    assert_int_equal(store_catch_up(s, 10000), STATUS_OK);
    assert_int_equal(ask(&p, "SELECT count(*) FROM call"), calls + 1);
    no_space = false;
    usleep(1100000); // a probe a second
    assert_true(journal_healthy(j));
    assert_true(store_journals(s));
    struct entry after = an_entry(clock_wall_us());
    call(j, &after);
    journal_close(j);
    store_close(s);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE sure = 'reported'"), calls + 2);
    assert_int_equal(journal_files(&p, ".seg"), 0);
    place_remove(&p);
}

static void a_failing_write_refuses_the_call_and_keeps_ends(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    struct entry open = an_entry(clock_wall_us());
    assert_int_equal(journal_dispatched(j, &open), STATUS_OK);
    bad_writes = true;
    struct entry refused = an_entry(clock_wall_us());
    assert_int_equal(journal_dispatched(j, &refused), STATUS_IO);
    assert_true(journal_final(j, &open));
    bad_writes = false;
    usleep(1100000);
    assert_true(journal_healthy(j));
    struct entry after = an_entry(clock_wall_us());
    call(j, &after);
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    journal_close(j);
    store_close(s);
    assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 2); // the refused one is none
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE sure = 'reported'"), 2);
    place_remove(&p);
}

static struct uuid lost_ids[4];
static int lost_count;

static void keep_lost(void *context, const struct uuid *id, uint8_t attempt)
{
    assert_ptr_equal(context, &lost_count);
    assert_int_equal(attempt, 0);
    assert_true(lost_count < 4);
    lost_ids[lost_count++] = *id;
}

// What one turn gathered: its beginnings are told, its ends are in the reserve.
static void a_failing_write_of_a_turn_tells_whose_calls_it_was(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    struct entry ends[2] = {an_entry(clock_wall_us()), an_entry(clock_wall_us())};
    struct entry begins[3] = {an_entry(clock_wall_us()), an_entry(clock_wall_us()),
                              an_entry(clock_wall_us())};
    journal_gather(j);
    lost_count = 0;
    for (int i = 0; i < 2; i++)
        assert_int_equal(journal_dispatched(j, &ends[i]), STATUS_OK);
    journal_flush(j, keep_lost, &lost_count);
    assert_int_equal(lost_count, 0);
    bad_writes = true;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(journal_dispatched(j, &begins[i]), STATUS_OK); // it will be tried
        assert_true(journal_final(j, &ends[i]));
    }
    journal_flush(j, keep_lost, &lost_count);
    assert_int_equal(lost_count, 2);
    for (int i = 0; i < 2; i++)
        assert_memory_equal(lost_ids[i].bytes, begins[i].id.bytes, sizeof begins[i].id.bytes);
    assert_int_not_equal(journal_dispatched(j, &begins[2]), STATUS_OK); // at most a probe
    journal_flush(j, keep_lost, &lost_count);
    assert_int_equal(lost_count, 2); // told once
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE sure = 'reported'"), 2);
    bad_writes = false;
    usleep(1100000);
    assert_true(journal_healthy(j));
    assert_int_equal(journal_dispatched(j, &begins[2]), STATUS_OK);
    assert_true(journal_final(j, &begins[2]));
    journal_close(j); // writes what is gathered
    store_close(s);
    assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 3); // the lost ones are none
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE sure = 'reported'"), 3);
    place_remove(&p);
}

// The child's part: a call that runs, and three whose beginnings are written but for a few bytes.
static void write_short_and_die(const struct place *p)
{
    struct journal *j = journal_of(store_at(p, true), 0);
    struct entry runs = an_open_entry(clock_wall_us());
    journal_gather(j);
    lost_count = 0;
    if (journal_dispatched(j, &runs) != STATUS_OK)
        _exit(1);
    journal_flush(j, keep_lost, &lost_count);
    short_writes = true;
    for (int i = 0; i < 3; i++) {
        struct entry refused = an_open_entry(clock_wall_us());
        if (journal_dispatched(j, &refused) != STATUS_OK)
            _exit(2);
    }
    journal_flush(j, keep_lost, &lost_count);
    if (lost_count == 3)
        kill(getpid(), SIGKILL); // before the writer has read the segment and let it go
    _exit(3);
}

// A short write leaves whole records behind what was published. Their calls were refused: they must
// not become rows, whenever the process dies.
static void a_short_write_books_nothing(void **state)
{
    (void)state;
    for (int stubborn = 0; stubborn < 2; stubborn++) {
        struct place p;
        place_make(&p);
        no_cut = stubborn;
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            write_short_and_die(&p);
        int how = 0;
        assert_int_equal(waitpid(child, &how, 0), child);
        assert_true(WIFSIGNALED(how));
        no_cut = false;
        store_close(store_at(&p, false));
        assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 1); // the one that runs
        assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE sure = 'captured'"), 1);
        assert_int_equal(journal_files(&p, ".seg"), 0);
        assert_int_equal(journal_files(&p, ".damaged"), stubborn);
        place_remove(&p);
    }
}

// The child's part: two calls end in the reserve, the longer end but for a few bytes.
static void end_short_and_die(const struct place *p)
{
    struct journal *j = journal_of(store_at(p, true), 0);
    struct entry ends[2] = {an_entry(clock_wall_us()), an_entry(clock_wall_us())};
    for (int i = 0; i < 2; i++) {
        struct entry sent = ends[i];
        sent.usage.sure = SURE_CAPTURED;
        if (journal_dispatched(j, &sent) != STATUS_OK)
            _exit(1);
    }
    tag(&ends[0], "feature", "a text that makes it longer than the other one's record");
    bad_writes = short_ends = true;
    if (journal_final(j, &ends[0]))
        _exit(2);
    short_ends = false;
    usleep(1500000); // a fresh reserve
    if (journal_final(j, &ends[1]))
        kill(getpid(), SIGKILL);
    _exit(3);
}

// What a short write leaves in the reserve is no damage, nor does it hide the ends behind it.
static void a_short_end_spoils_no_other(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        end_short_and_die(&p);
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSIGNALED(how));
    store_close(store_at(&p, false));
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE sure = 'reported'"), 1);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE sure = 'captured'"), 1);
    assert_int_equal(journal_files(&p, ".damaged"), 0);
    place_remove(&p);
}

static void lock_it(sqlite3 *other, const struct store *s)
{
    assert_true(store_healthy(s));
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
}

static void free_it(sqlite3 *other, struct store *s)
{
    assert_false(store_healthy(s));
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    assert_true(store_healthy(s));
}

static void a_locked_ledger_is_told_and_waited_for(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    sqlite3 *other = NULL;
    assert_int_equal(sqlite3_open(p.path, &other), SQLITE_OK);
    lock_it(other, s);
    struct entry e = an_entry(clock_wall_us());
    call(j, &e);
    assert_int_equal(store_catch_up(s, 800), STATUS_TIMEOUT);
    assert_true(store_healthy(s)); // a moment is no trouble
    assert_int_equal(store_catch_up(s, 2000), STATUS_TIMEOUT);
    struct store_stats stats;
    store_stats(s, &stats);
    assert_true(stats.failures > 0);
    assert_true(stats.lag_us > 100000);
    free_it(other, s);
    assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 1);
    lock_it(other, s);
    journal_close(j); // its segment goes, and no row comes that shows that the lock is free
    assert_int_equal(store_catch_up(s, 2800), STATUS_TIMEOUT);
    free_it(other, s);
    sqlite3_close(other);
    store_close(s);
    place_remove(&p);
}

static void is_full_and_keeps(const struct place *p, struct store *s, struct journal *j, int rows)
{
    struct store_stats stats;
    full = true;
    for (int i = 0; i < 100; i++) {
        struct entry e = an_entry(clock_wall_us());
        tag(&e, "feature", "chat");
        call(j, &e); // the journal has its own space
    }
    assert_int_equal(store_catch_up(s, 800), STATUS_TIMEOUT);
    assert_false(store_healthy(s)); // new ones are refused, unless on_store_failure says otherwise
    store_stats(s, &stats);
    assert_true(stats.failures > 0);
    assert_int_equal(stats.rows, rows);
    assert_int_equal(ask(p, "SELECT count(*) FROM call"), rows);
    assert_int_equal(ask(p, "SELECT coalesce(sum(requests), 0) FROM rollup"), rows);
}

static void a_full_ledger_loses_nothing(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    struct entry before = an_entry(clock_wall_us());
    call(j, &before);
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    is_full_and_keeps(&p, s, j, 1);
    full = false;
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    assert_true(store_healthy(s));
    assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 101);
    is_full_and_keeps(&p, s, j, 101);
    journal_close(j);
    store_close(s); // and the program ends before there is space
    struct store_setup setup = {.path = str_of(p.path)};
    struct why why = {0};
    assert_int_equal(store_open(&setup, &s, &why), STATUS_FULL);
    assert_non_null(strstr(why.text, ". Free some "));
    assert_non_null(strstr(why.text, p.path));
    full = false;
    store_close(store_at(&p, false));
    assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 201);
    assert_int_equal(ask(&p, "SELECT count(DISTINCT id) FROM call"), 201);
    assert_int_equal(ask(&p, "SELECT sum(requests) FROM rollup"), 201);
    assert_int_equal(ask(&p, "SELECT count(*) FROM tag"), 200);
    assert_int_equal(journal_files(&p, ".seg"), 0);
    place_remove(&p);
}

// The space that the journal keeps for a full disk serves the start that needs it.
static void a_start_on_a_full_disk_uses_the_reserve(void **state)
{
    (void)state;
    for (int writer = 0; writer < 2; writer++) {
        struct place p;
        place_make(&p);
        struct store *s = store_at(&p, true);
        struct journal *j = journal_of(s, 0);
        is_full_and_keeps(&p, s, j, 0);
        journal_close(j);
        store_close(s);
        assert_int_equal(journal_files(&p, "-reserve.seg"), 1);
        full_of_ours = no_space = true; // what is given back is less than a fresh reserve needs
        s = store_at(&p, writer);
        assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 100);
        assert_int_equal(journal_files(&p, ".seg"), 0);
        no_space = false;
        for (int i = 0; writer && i < 50 && journal_files(&p, "-reserve.seg") == 0; i++)
            usleep(100000);
        assert_int_equal(journal_files(&p, "-reserve.seg"), writer);
        store_close(s);
        place_remove(&p);
    }
}

static void wait_for_reserves(const struct place *p, int n)
{
    for (int i = 0; i < 50 && journal_files(p, "-reserve.seg") != n; i++)
        usleep(100000);
    assert_int_equal(journal_files(p, "-reserve.seg"), n);
}

// Where the reserve and the segments do not fit beside the ledger's growth, the segments come
// first: the reserve is made when there is space.
static void a_start_after_a_kill_gives_its_reserve_for_segments(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct entry e = an_entry(clock_wall_us());
        struct store *s = store_at(&p, true);
        call(journal_of(s, 0), &e);
        kill(getpid(), store_catch_up(s, 5000) == STATUS_OK ? SIGKILL : SIGTERM);
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(WTERMSIG(how), SIGKILL);
    space = SEGMENT_BYTES + MIB; // and what the last reserve gives back
    struct store *s = store_at(&p, true);
    struct journal *j[2] = {journal_of(s, 0), journal_of(s, 1)};
    wait_for_reserves(&p, 0);
    space = LONG_MAX;
    wait_for_reserves(&p, 1);
    for (int i = 0; i < 2; i++) {
        struct entry e = an_entry(clock_wall_us());
        call(j[i], &e);
        journal_close(j[i]);
    }
    store_close(s);
    assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 3);
    assert_int_equal(journal_files(&p, ".seg"), 0);
    place_remove(&p);
}

// Who reads it learns how much to free, and where, or which word of the configuration moves it.
static void tells_what_to_free(const struct place *p, const struct why *why)
{
    char disk[200];
    snprintf(disk, sizeof disk, "Free some 96 MiB on the disk of %s, or ", p->folder);
    assert_int_equal(why->status, STATUS_FULL);
    assert_non_null(strstr(why->text, disk));
    assert_non_null(strstr(why->text, "`state`"));
}

static void a_disk_too_small_is_told_with_the_cure(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = NULL;
    struct journal *j = NULL;
    struct why why = {0};
    struct store_setup setup = {.path = str_of(p.path), .create = true, .writer = true};
    no_space = true;
    assert_int_equal(store_open(&setup, &s, &why), STATUS_FULL);
    tells_what_to_free(&p, &why);
    no_space = false;
    s = store_at(&p, true);
    no_space = true; // what is left is less than a segment
    why = (struct why){0};
    assert_int_equal(journal_open(s, 0, &j, &why), STATUS_FULL);
    tells_what_to_free(&p, &why);
    assert_int_equal(journal_open(s, 0, &j, NULL), STATUS_FULL);
    no_space = false;
    store_close(s);
    place_remove(&p);
}

struct told {
    bool synced;
    atomic_bool came;
};

static void lease_is_told(struct lease *l)
{
    struct told *t = l->context;
    t->synced = !unsynced;
    t->came = true;
}

// What is told to be set aside is on the disk, whatever becomes of the machine; and what the disk
// does not take is not set aside.
static void a_lease_is_on_the_disk_before_it_is_told(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    struct lease l = a_lease(1, 100000, 0);
    for (int i = 1; i <= 20; i++) {
        struct entry e = an_entry(clock_wall_us());
        call(j, &e); // the log grows beside it
        struct told told = {.synced = false};
        l.upto.n = 1000 * i;
        l.done = lease_is_told;
        l.context = &told;
        store_lease(s, &l);
        while (!told.came)
            usleep(100);
        assert_int_equal(l.status, STATUS_OK);
        assert_true(told.synced);
    }
    l.upto.n = 30000;
    no_sync = true;
    assert_int_equal(lease_now(s, &l), STATUS_IO);
    no_sync = false;
    full = true;
    assert_int_equal(lease_now(s, &l), STATUS_FULL);
    full = false;
    assert_int_equal(lease_now(s, &l), STATUS_OK);
    assert_int_equal(l.kept.leased.n, 30000);
    journal_close(j);
    store_close(s);
    place_remove(&p);
}

// Who asks first, and does not hear that it was made, asks again: what nobody has is not spent.
static void a_first_lease_that_nobody_hears_of_is_taken_back(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct lease l = a_lease(1, 100000, 1000);
    l.first = true;
    for (int64_t spent = 0; spent < 3000; spent += 1000) { // who had it before is gone
        no_sync = true;
        for (int i = 0; i < 2; i++)
            assert_int_equal(lease_now(s, &l), STATUS_IO);
        no_sync = false;
        assert_int_equal(lease_now(s, &l), STATUS_OK);
        assert_int_equal(l.kept.settled.n, spent);
        assert_int_equal(l.kept.leased.n, spent + 1000);
    }
    store_close(s);
    place_remove(&p);
}

// Charges wait as rows do, and are made once.
static void a_full_ledger_loses_no_charge(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    struct lease l = a_lease(1, 1000000, 100000);
    assert_int_equal(lease_now(s, &l), STATUS_OK);
    for (int round = 0; round < 3; round++) {
        full = round != 1;
        for (int i = 0; i < 100; i++) {
            struct entry e = an_entry(clock_wall_us());
            charge(&e, 200, 123, l.account);
            call(j, &e);
        }
        assert_int_equal(store_catch_up(s, full ? 500 : 5000), full ? STATUS_TIMEOUT : STATUS_OK);
        assert_int_equal(ask(&p, "SELECT settled FROM account"), round ? 24600 : 0);
        assert_int_equal(ask(&p, "SELECT leased FROM account"), round ? 75400 : 100000);
    }
    journal_close(j);
    store_close(s); // before there is space
    full = false;
    assert_int_equal(ask(&p, "SELECT settled + leased FROM account"), 100000);
    store_close(store_at(&p, false));
    assert_int_equal(ask(&p, "SELECT settled FROM account"), 36900);
    assert_int_equal(ask(&p, "SELECT leased FROM account"), 0);
    assert_int_equal(ask(&p, "SELECT count(*) FROM adjustment"), 0);
    place_remove(&p);
}

static bool said_in(FILE *log, const char *words)
{
    char text[4096];
    ssize_t n = syscall(SYS_pread64, fileno(log), text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = 0;
    return strstr(text, words) != NULL;
}

// The log says of rows that they were deleted when they are.
static void rows_that_stay_are_not_said_to_be_deleted(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store_setup setup = {
        .path = str_of(p.path), .create = true, .writer = true, .keep_days = 400};
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    struct entry old = an_entry(clock_wall_us() - 500 * DAY_US);
    struct entry now = an_entry(clock_wall_us());
    call(j, &old);
    call(j, &now);
    journal_close(j);
    store_close(s);
    sqlite3 *other = NULL; // so that the log's index has its space already
    assert_int_equal(sqlite3_open(p.path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "SELECT * FROM call", NULL, NULL, NULL), SQLITE_OK);
    FILE *log = tmpfile();
    assert_non_null(log);
    int before = dup(STDERR_FILENO);
    dup2(fileno(log), STDERR_FILENO);
    full = true;
    enum status status = store_open(&setup, &s, NULL);
    usleep(2500000); // it tries each second
    bool early = said_in(log, "deleted");
    full = false;
    for (int i = 0; i < 50 && !said_in(log, "deleted"); i++)
        usleep(100000);
    dup2(before, STDERR_FILENO);
    close(before);
    assert_int_equal(status, STATUS_OK);
    assert_false(early);
    assert_true(said_in(log, "\"1 row older than"));
    assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 1);
    fclose(log);
    sqlite3_close(other);
    store_close(s);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_refuses_calls_and_keeps_their_ends),
        cmocka_unit_test(a_failing_write_refuses_the_call_and_keeps_ends),
        cmocka_unit_test(a_failing_write_of_a_turn_tells_whose_calls_it_was),
        cmocka_unit_test(a_short_write_books_nothing),
        cmocka_unit_test(a_short_end_spoils_no_other),
        cmocka_unit_test(a_full_ledger_loses_nothing),
        cmocka_unit_test(a_start_on_a_full_disk_uses_the_reserve),
        cmocka_unit_test(a_start_after_a_kill_gives_its_reserve_for_segments),
        cmocka_unit_test(a_lease_is_on_the_disk_before_it_is_told),
        cmocka_unit_test(a_first_lease_that_nobody_hears_of_is_taken_back),
        cmocka_unit_test(a_full_ledger_loses_no_charge),
        cmocka_unit_test(a_locked_ledger_is_told_and_waited_for),
        cmocka_unit_test(a_disk_too_small_is_told_with_the_cure),
        cmocka_unit_test(rows_that_stay_are_not_said_to_be_deleted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
