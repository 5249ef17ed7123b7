// SPDX-License-Identifier: Apache-2.0
//
// An old store is brought up to date when it is opened: what it held is there afterwards, a copy of
// it as it was is kept, and a death at any of SQLite's writes costs nothing.

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "../unit/store/lent.h"
#include "store/schema.h"

#define OLD_CALLS 60

static long dies_at = -1; // SQLite's n-th write is torn, and the process dies
static long full_at = -1; // SQLite's n-th write and all later ones find no space

__attribute__((visibility("default"))) ssize_t pwrite64(int, const void *, size_t, off_t);
ssize_t pwrite64(int fd, const void *bytes, size_t n, off_t offset)
{
    static long count;
    if (full_at >= 0 && full_at-- == 0) {
        full_at = 0;
        errno = ENOSPC;
        return -1;
    }
    if (dies_at >= 0 && ++count > dies_at) {
        ssize_t done = syscall(SYS_pwrite64, fd, bytes, n / 2, offset);
        kill(getpid(), SIGKILL);
        return done;
    }
    return syscall(SYS_pwrite64, fd, bytes, n, offset);
}

static void run(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

// A store of format 1: calls of two models and three ends, with tags and without.
static void make_old(const struct place *p)
{
    sqlite3 *db = NULL;
    struct why why = {0};
    assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
    run(db, "PRAGMA journal_mode = WAL");
    if (schema_migrate_to(db, p->path, 1, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    run(db, "INSERT INTO name VALUES (1, 'default'), (2, 'ci'), (3, 'openai'), (4, 'gpt-4o'), "
            "(5, 'gpt-4o-mini'), (6, 'chat'), (7, 'feature'), (8, 'blue'), (9, 'rate_limited')");
    run(db, "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 59) "
            "INSERT INTO call SELECT 1, 1795521600000000 + i, randomblob(16), 0, 8, 0, 2, 0, 3, "
            "4 + i % 2, 4 + i % 2, 0, 6, 0, CASE i % 3 WHEN 1 THEN 9 ELSE 0 END, 0, 0, i % 3, 1, "
            "0, 0, 1, 200, 1000 + i, 2000 + i, 10, CASE WHEN i % 7 THEN 1000000 + i END, NULL, "
            "100 + i, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 3, 100 + i, 'req_' || i, "
            // feature = chat, and x = a value of 200 bytes
            "CASE WHEN i % 2 THEN CAST(x'02' || x'07' || 'feature' || x'0400' || 'chat' || x'01' "
            "|| 'x' || x'c800' || replace(hex(zeroblob(100)), '0', 'y') AS BLOB) END FROM n");
    run(db, "INSERT INTO tag SELECT tenant, 7, start_us, id, attempt, 'chat' FROM call "
            "WHERE tags NOT NULL");
    run(db, "INSERT INTO rollup SELECT 1, 498756, 3, 4, 2, 8, 0, 60, 20, 0, 0, 0, 0, 51000000, "
            "7770, 0, 0, 0, 0, 0, 0, 420, 0, 0, 0, 0, 0, 0, 0, 0, 180, 0, 0, x'', x''");
    sqlite3_close(db);
}

static void is_whole(const struct place *p)
{
    assert_int_equal(ask(p, "PRAGMA user_version"), schema_version());
    assert_int_equal(ask(p, "SELECT sum(busy) + sum(load_us) + sum(queue_us) FROM calls"), 0);
    assert_int_equal(ask(p, "SELECT sum(busy) + sum(load_us) + sum(queue_us) FROM rollup"), 0);
    assert_int_equal(ask(p, "SELECT count(*) FROM calls WHERE key = 'ci' AND provider = 'openai' "
                            "AND endpoint = 'chat' AND team = 'blue' AND duration_us = ttft_us + "
                            "1000 AND input = prompt AND output = 7 AND reasoning = 3"),
                     OLD_CALLS);
    assert_int_equal(ask(p, "SELECT count(*) FROM calls WHERE model = 'gpt-4o-mini' AND "
                            "upstream_id = 'req_' || (input - 100) AND input % 2 = 1"),
                     OLD_CALLS / 2);
    assert_int_equal(ask(p, "SELECT count(*) FROM calls WHERE outcome = 'error' AND "
                            "error = 'rate_limited'"),
                     OLD_CALLS / 3);
    assert_int_equal(ask(p, "SELECT count(*) FROM calls WHERE cost_pd IS NULL"), 9);
    assert_int_equal(ask(p, "SELECT sum(cost_pd - 1000000) FROM call"), 1770 - 252);
    assert_int_equal(ask(p, "SELECT count(*) FROM call WHERE price_parts IS NULL"), OLD_CALLS);
    assert_int_equal(ask(p, "SELECT count(*) FROM call WHERE charge IS NULL"), OLD_CALLS);
    assert_int_equal(ask(p, "SELECT count(*) FROM event"), 0);
    assert_int_equal(ask(p, "SELECT count(*) FROM kind"), 6); // model x outcome
    assert_int_equal(ask(p, "SELECT count(*) FROM tag WHERE name = 'feature' AND value = 'chat'"),
                     OLD_CALLS / 2);
    assert_int_equal(ask(p, "SELECT count(*) FROM tag WHERE name = 'x' AND length(value) = 200"),
                     OLD_CALLS / 2);
    assert_int_equal(ask(p, "SELECT requests FROM rollup"), OLD_CALLS);
    assert_int_equal(ask(p, "SELECT count(*) FROM rollup r JOIN name n ON n.id IN (r.tenant, "
                            "r.provider, r.model, r.key, r.team, r.project) WHERE "
                            "n.used_day < 9223372036854775807"),
                     0);
    assert_int_equal(ask(p, "SELECT count(*) FROM name WHERE text = 'rate_limited' AND "
                            "used_day BETWEEN 1 AND 99999"),
                     1);
}

static void is_kept(const struct place *p)
{
    struct place copy = *p;
    snprintf(copy.path, sizeof copy.path, "%s/costlens.db.before-2", p->folder);
    assert_int_equal(ask(&copy, "PRAGMA user_version"), 1);
    assert_int_equal(ask(&copy, "SELECT count(*) FROM calls WHERE provider = 'openai'"), OLD_CALLS);
    assert_int_equal(ask(&copy, "SELECT count(*) FROM tag"), OLD_CALLS / 2);
    assert_int_equal(ask(&copy, "SELECT count(*) FROM pragma_integrity_check WHERE "
                                "integrity_check = 'ok'"),
                     1);
}

static void an_old_store_is_brought_up_to_date(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    make_old(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    struct entry e = an_entry(clock_wall_us());
    struct lease l = a_lease(1, 1000, 100);
    assert_int_equal(lease_now(s, &l), STATUS_OK);
    charge(&e, 100, 60, l.account);
    call(j, &e); // and goes on
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    assert_int_equal(ask(&p, "SELECT settled FROM account WHERE leased = 40"), 60);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE upstream_id = 'req_1234'"), 1);
    ask(&p, "DELETE FROM call WHERE upstream_id = 'req_1234'");
    ask(&p, "DELETE FROM kind WHERE id NOT IN (SELECT kind FROM call)");
    ask(&p, "DELETE FROM rollup WHERE hour != 498756");
    is_whole(&p);
    is_kept(&p);
    journal_close(j);
    store_close(s);
    place_remove(&p);
}

// True when the migration came to its end before that write.
static bool migrate_and_die(const struct place *p, long at)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dies_at = at;
        store_close(store_at(p, false));
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true((WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
                (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
    return WIFEXITED(status);
}

static void a_death_at_any_write_costs_nothing(void **state)
{
    (void)state;
    long at = 0;
    for (bool done = false; !done; at++) {
        struct place p;
        place_make(&p);
        make_old(&p);
        done = migrate_and_die(&p, at);
        store_close(store_at(&p, false));
        is_whole(&p);
        is_kept(&p);
        place_remove(&p);
    }
    print_message("died at %ld writes\n", at - 1);
    assert_true(at > 20);
}

// It is told how much space a migration needs, wherever it ends, and the store is as it was.
static void a_full_disk_changes_nothing(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    make_old(&p);
    sqlite3 *other = NULL; // so that the log's index has its space already
    assert_int_equal(sqlite3_open(p.path, &other), SQLITE_OK);
    run(other, "SELECT * FROM call");
    int refused = 0;
    for (long n = 0;; n++, refused++) {
        struct store_setup setup = {.path = str_of(p.path)};
        struct store *s = NULL;
        struct why why = {0};
        full_at = n;
        enum status status = store_open(&setup, &s, &why);
        full_at = -1;
        if (status == STATUS_OK) {
            store_close(s);
            break;
        }
        assert_int_equal(status, STATUS_FULL);
        assert_non_null(strstr(why.text, p.path));
        assert_non_null(strstr(why.text, "Free some 1 MiB there"));
    }
    assert_true(refused > 10);
    sqlite3_close(other);
    is_whole(&p);
    place_remove(&p);
}

// Nor is a copy made: there is nothing to go back from.
static void who_only_asks_changes_nothing(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    make_old(&p);
    const struct store_setup setup = {.path = str_of(p.path), .asks = true};
    struct store *s = NULL;
    struct why why = {0};
    assert_int_equal(store_open(&setup, &s, &why), STATUS_OLDER);
    assert_non_null(strstr(why.text, "its format is 1, this program's"));
    assert_non_null(strstr(why.text, "`costlens serve` brings it up to date"));
    assert_int_equal(ask(&p, "PRAGMA user_version"), 1);
    assert_int_equal(ask(&p, "SELECT count(*) FROM tag"), OLD_CALLS / 2);
    char copy[sizeof p.path + 16];
    snprintf(copy, sizeof copy, "%s.before-2", p.path);
    assert_int_equal(access(copy, F_OK), -1);
    store_close(store_at(&p, false));
    is_whole(&p);
    assert_int_equal(store_open(&setup, &s, &why), STATUS_OK);
    store_close(s);
    ask(&p, "PRAGMA user_version = 1000");
    assert_int_equal(store_open(&setup, &s, &why), STATUS_NEWER);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_only_asks_changes_nothing),
        cmocka_unit_test(an_old_store_is_brought_up_to_date),
        cmocka_unit_test(a_death_at_any_write_costs_nothing),
        cmocka_unit_test(a_full_disk_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
