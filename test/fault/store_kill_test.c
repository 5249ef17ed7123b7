// SPDX-License-Identifier: Apache-2.0
//
// Death at any point. A child writes calls through the journal from two threads, one record at a
// time and gathered by the turn, and keeps a log of its own: B before a call is dispatched, D after
// its record is written, F after its last record is. It is killed at a random moment (or kills
// itself in the middle of a write), again and again, on the same store. In the end every D has
// exactly one row, every F exactly one that is not captured, and no row is without its B.
//
// Each call holds money in two accounts, one that both threads share and one of its thread's own,
// within what was set aside for it. In the end each account has settled what its rows were charged,
// to the nanodollar: the cost of those that ended, the hold of those that did not.
//
// COSTLENS_PATIENCE lets each child live so many times longer (a sanitizer's needs it),
// COSTLENS_KILLS says how often one is killed.

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "../unit/store/lent.h"
#include "base/arena.h"
#include "base/limits.h"
#include "base/map.h"

#define ROUNDS      50
#define ROUNDS_LONG 1000
#define ROUNDS_MOST 20 // times as many, where a slow machine ends few calls in each
#define ENDED_LEAST 1000
#define TURN        16
#define LIFE_MS_MAX 60
#define LIMIT       1000000000000 // nanodollars
#define CHUNK       20000
#define ACCOUNTS    3

// Written whole by one write(2): it stands or it does not. No line lies on two pages of the file: a
// write that is killed may end between them.
struct line {
    struct uuid id;
    char kind;
    char rest[15];
};
_Static_assert(4096 % sizeof(struct line) == 0, "a page holds whole lines");

static int log_fd = -1;
static long torn_at = -1; // the n-th write of the journal is torn, and the process dies

// Stands before the C library's: the journal's writes come here.
ssize_t pwrite(int fd, const void *bytes, size_t n, off_t offset)
{
    static _Atomic long count;
    if (torn_at >= 0 && ++count > torn_at) {
        ssize_t done = syscall(SYS_pwrite64, fd, bytes, n * (size_t)(torn_at % 7) / 7, offset);
        kill(getpid(), SIGKILL);
        return done;
    }
    return syscall(SYS_pwrite64, fd, bytes, n, offset);
}

static void note(char kind, const struct entry *e)
{
    struct line l;
    memset(&l, 0, sizeof l);
    l.id = e->id;
    l.kind = kind;
    if (write(log_fd, &l, sizeof l) != sizeof l)
        _exit(1);
}

// What this process knows of an account: it never holds more than was set aside.
struct purse {
    pthread_mutex_t lock;
    struct lease lease;
    int64_t used, watermark;
};

static struct store *store;
static struct purse shared = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void lease_more(struct purse *p, int64_t upto)
{
    p->lease.upto.n = upto;
    if (lease_now(store, &p->lease) != STATUS_OK || p->lease.kept.leased.n < upto)
        _exit(1);
    p->watermark = p->lease.kept.leased.n;
}

static void open_purse(struct purse *p, const char *value)
{
    p->lease = a_lease(7, LIMIT, 0);
    p->lease.key.value = str_of(value);
    lease_more(p, 0);
    p->used = p->watermark; // spent by earlier ones: all of theirs has ended
}

static void hold(struct purse *p, struct entry *e)
{
    pthread_mutex_lock(&p->lock);
    p->used += e->charge.held;
    if (p->used > p->watermark)
        lease_more(p, p->used + CHUNK);
    e->charge.accounts[e->charge.count++] = p->lease.account;
    pthread_mutex_unlock(&p->lock);
}

static void settle(struct purse *p, const struct entry *e)
{
    pthread_mutex_lock(&p->lock);
    p->used -= e->charge.held - e->charge.charged;
    pthread_mutex_unlock(&p->lock);
}

// A call that holds more than it will cost.
static struct entry a_call(struct purse *own, unsigned i)
{
    struct entry e = an_entry(clock_wall_us());
    e.cost.pd = 1000 + i * 7919 % 1000000;
    e.charge.charged = (e.cost.pd + 999) / 1000;
    e.charge.held = e.charge.charged + i % 3 * 500;
    hold(own, &e);
    hold(&shared, &e);
    return e;
}

static struct entry begun(const struct entry *e)
{
    struct entry sent = *e;
    sent.usage.sure = SURE_CAPTURED;
    sent.charge.charged = sent.charge.held;
    return sent;
}

static void *produce(void *context)
{
    struct journal *j = context;
    static struct purse own = {.lock = PTHREAD_MUTEX_INITIALIZER};
    open_purse(&own, "one by one");
    for (unsigned i = 0;; i++) {
        struct entry e = a_call(&own, i);
        if (i % 3 == 0 && tags_set(&e.tags, str_of("feature"), str_of("chat")) != STATUS_OK)
            _exit(1);
        note('B', &e);
        struct entry sent = begun(&e);
        if (journal_dispatched(j, &sent) != STATUS_OK)
            _exit(1);
        note('D', &e);
        if (i % 50 == 49)
            continue; // never ends
        if (i % 64 == 0)
            usleep(500);
        if (!journal_final(j, &e))
            _exit(1);
        note('F', &e);
        settle(&own, &e);
        settle(&shared, &e);
    }
    return NULL;
}

static void nothing_is_lost(void *context, const struct uuid *id, uint8_t attempt)
{
    (void)context;
    (void)id;
    (void)attempt;
    _exit(1);
}

static void note_all(char kind, const struct entry *calls, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        note(kind, &calls[i]);
}

// As a worker's loop does: the records of several calls with one write.
static void *produce_in_turns(void *context)
{
    struct journal *j = context;
    static struct entry calls[TURN];
    static struct purse own = {.lock = PTHREAD_MUTEX_INITIALIZER};
    open_purse(&own, "by the turn");
    journal_gather(j);
    for (unsigned turn = 0;; turn++) {
        unsigned count = 1 + turn % TURN;
        unsigned ended = turn % 8 == 7 ? count / 2 : count; // the others never end
        for (unsigned i = 0; i < count; i++)
            calls[i] = a_call(&own, turn * TURN + i);
        note_all('B', calls, count);
        for (unsigned i = 0; i < count; i++) {
            struct entry sent = begun(&calls[i]);
            if (journal_dispatched(j, &sent) != STATUS_OK)
                _exit(1);
        }
        journal_flush(j, nothing_is_lost, NULL);
        note_all('D', calls, count);
        for (unsigned i = 0; i < ended; i++) {
            if (!journal_final(j, &calls[i]))
                _exit(1);
        }
        journal_flush(j, nothing_is_lost, NULL);
        note_all('F', calls, ended);
        for (unsigned i = 0; i < ended; i++) {
            settle(&own, &calls[i]);
            settle(&shared, &calls[i]);
        }
    }
    return NULL;
}

static void child(const struct place *p, int ready)
{
    store = store_at(p, true);
    if (write(ready, "", 1) != 1)
        _exit(1);
    pthread_t thread;
    open_purse(&shared, "");
    pthread_create(&thread, NULL, produce_in_turns, journal_of(store, 1));
    produce(journal_of(store, 0));
}

struct fate {
    bool begun, dispatched, ended;
    int rows, captured;
};

static struct arena memory; // of the fates

static struct fate *fate_of(struct map *fates, const uint8_t id[16])
{
    struct fate *f = map_get(fates, str_from((const char *)id, 16));
    if (f)
        return f;
    f = arena_new(&memory, struct fate);
    assert_non_null(f);
    assert_true(map_set(fates, arena_dup(&memory, str_from((const char *)id, 16)), f));
    return f;
}

static void read_log(struct map *fates, const char *file)
{
    struct line l;
    FILE *log = fopen(file, "r");
    assert_non_null(log);
    while (fread(&l, sizeof l, 1, log) == 1) {
        struct fate *f = fate_of(fates, l.id.bytes);
        f->begun |= l.kind == 'B';
        f->dispatched |= l.kind == 'D';
        f->ended |= l.kind == 'F';
    }
    fclose(log);
}

// By what was noted so far.
static int calls_ended(const char *file)
{
    struct line l;
    int ended = 0;
    FILE *log = fopen(file, "r");
    assert_non_null(log);
    while (fread(&l, sizeof l, 1, log) == 1)
        ended += l.kind == 'F';
    fclose(log);
    return ended;
}

// Of all rows, by account.
static int64_t charged[ACCOUNTS + 1];

static void add_charge(sqlite3_stmt *s)
{
    struct charge c;
    const void *bytes = sqlite3_column_blob(s, 2);
    assert_non_null(bytes);
    assert_true(charge_unpack(str_from(bytes, (size_t)sqlite3_column_bytes(s, 2)), &c));
    assert_int_equal(c.count, 2);
    int64_t cost = (sqlite3_column_int64(s, 3) + 999) / 1000;
    assert_int_equal(c.charged, sqlite3_column_int(s, 1) == SURE_CAPTURED ? c.held : cost);
    for (unsigned i = 0; i < c.count; i++) {
        assert_in_range(c.accounts[i], 1, ACCOUNTS);
        charged[c.accounts[i]] += c.charged;
    }
}

// No charge is lost or doubled, and nothing is set aside for the dead.
static void judge_accounts(const struct place *p)
{
    char question[80];
    for (int i = 1; i <= ACCOUNTS; i++) {
        snprintf(question, sizeof question, "SELECT settled FROM account WHERE id = %d", i);
        assert_true(charged[i] > 0);
        assert_int_equal(ask(p, question), charged[i]);
    }
    assert_int_equal(ask(p, "SELECT count(*) FROM account"), ACCOUNTS);
    assert_int_equal(ask(p, "SELECT sum(leased) + sum(overdraft) FROM account"), 0);
    assert_int_equal(ask(p, "SELECT count(*) FROM adjustment"), 0);
}

static void read_rows(struct map *fates, const struct place *p)
{
    memset(charged, 0, sizeof charged);
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;
    assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(
            db, "SELECT call.id, sure, charge, cost_pd FROM call JOIN kind ON kind.id = kind", -1,
            &s, NULL),
        SQLITE_OK);
    while (sqlite3_step(s) == SQLITE_ROW) {
        struct fate *f = fate_of(fates, sqlite3_column_blob(s, 0));
        f->rows++;
        add_charge(s);
        f->captured += sqlite3_column_int(s, 1) == SURE_CAPTURED;
    }
    sqlite3_finalize(s);
    sqlite3_close(db);
}

static void judge(const struct place *p, const char *log)
{
    struct map fates;
    map_init(&fates, &alloc_heap);
    arena_init(&memory, &alloc_heap, 64 * KIB, (size_t)1024 * MIB);
    read_log(&fates, log);
    read_rows(&fates, p);
    size_t at = 0;
    struct str key;
    void *value;
    int ended = 0, captured = 0;
    while (map_each(&fates, &at, &key, &value)) {
        const struct fate *f = value;
        assert_true(f->begun);                       // no row from nowhere
        assert_true(f->rows <= 1);                   // none doubled
        assert_true(!f->dispatched || f->rows == 1); // none lost
        assert_true(!f->ended || f->captured == 0);  // and with its own end
        ended += f->ended;
        captured += f->captured;
    }
    assert_true(ended >= ENDED_LEAST);
    assert_true(captured > 10);
    print_message("%d calls ended, %d captured\n", ended, captured);
    map_fini(&fates);
    arena_fini(&memory);
    judge_accounts(p);
    assert_int_equal(ask(p, "SELECT sum(requests) FROM rollup"),
                     ask(p, "SELECT count(*) FROM call"));
    assert_int_equal(ask(p, "SELECT sum(cost_mu) * 1000000000 + sum(cost_pd) FROM rollup"),
                     ask(p, "SELECT sum(cost_pd) FROM call"));
    assert_int_equal(ask(p, "SELECT count(*) FROM tag"),
                     ask(p, "SELECT count(*) FROM call WHERE tags IS NOT NULL"));
    assert_int_equal(ask(p, "SELECT count(*) FROM pending"), 0);
    assert_int_equal(journal_files(p, ".seg"), 0);
    assert_int_equal(journal_files(p, ".damaged"), 0);
}

// A count from the environment.
static long number_of(const char *name, long usual)
{
    const char *text = getenv(name);
    long n = text ? strtol(text, NULL, 10) : 0;
    return n > 0 ? n : usual;
}

static void kill_again_and_again(bool torn)
{
    struct place p;
    char log[200];
    struct dice dice;
    place_make(&p);
    snprintf(log, sizeof log, "%s/log", p.folder);
    log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dice_init(&dice, torn ? 7 : 11);
    int rounds = (int)number_of("COSTLENS_KILLS", getenv("COSTLENS_LONG") ? ROUNDS_LONG : ROUNDS);
    uint64_t life_ms_max = LIFE_MS_MAX * (uint64_t)number_of("COSTLENS_PATIENCE", 1);
    for (int i = 0; i < rounds * ROUNDS_MOST && (i < rounds || calls_ended(log) < ENDED_LEAST);
         i++) {
        int ready[2];
        char byte;
        assert_int_equal(pipe(ready), 0);
        long cut = torn ? (long)dice_below(&dice, 2000) : -1;
        uint64_t life_ms = dice_below(&dice, life_ms_max);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            torn_at = cut;
            child(&p, ready[1]);
            _exit(0);
        }
        close(ready[1]);
        if (!torn) {
            if (i % 5) // else in the middle of opening and replaying, mostly
                assert_int_equal(read(ready[0], &byte, 1), 1);
            usleep((useconds_t)life_ms * 1000);
            kill(pid, SIGKILL);
        }
        close(ready[0]);
        int status = 0;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }
    store_close(store_at(&p, false));
    judge(&p, log);
    close(log_fd);
    place_remove(&p);
}

static void no_row_is_lost_or_doubled_by_kills(void **state)
{
    (void)state;
    kill_again_and_again(false);
}

static void no_row_is_lost_or_doubled_by_torn_writes(void **state)
{
    (void)state;
    kill_again_and_again(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_row_is_lost_or_doubled_by_kills),
        cmocka_unit_test(no_row_is_lost_or_doubled_by_torn_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
