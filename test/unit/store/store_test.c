// SPDX-License-Identifier: Apache-2.0

#include "core/decision.h"
#include "store/decisions.h"
#include "store/segment.h"
#include "stored.h"

#define NOON_US (civil_days(2026, 11, 24) * DAY_US + 12 * 3600 * SECOND_US)

static void a_call_becomes_a_row(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    struct entry e = an_entry(NOON_US);
    tag(&e, "feature", "chat");
    tag(&e, "customer", "acme");
    call(j, &e);
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 1);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE model = 'gpt-4o' AND key = 'ci' AND "
                             "sure = 'reported' AND cost_pd = 123456789 AND stream = 1 AND "
                             "start = '2026-11-24T12:00:00.000000Z' AND outcome = 'ok' AND "
                             "price_name = 'openai/gpt-4o' AND upstream_id = 'req_1234'"),
                     1);
    assert_int_equal(ask(&p, "SELECT count(*) FROM tag"), 2);
    assert_int_equal(ask(&p, "SELECT count(*) FROM pending"), 0);
    struct store_stats stats;
    store_stats(s, &stats);
    assert_int_equal(stats.rows, 1);
    assert_true(store_healthy(s));
    journal_close(j);
    store_close(s);
    assert_int_equal(journal_files(&p, ".seg"), 0); // all is in the ledger
    place_remove(&p);
}

// Each beside its row, and once.
static void why_calls_went_there_is_kept(void **state)
{
    (void)state;
    enum { CALLS = 2 * DECISIONS_ROWS + 1 };
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    for (int i = 0; i < CALLS; i++) {
        struct entry e = an_entry(NOON_US + i);
        char bytes[DECISION_BYTES_MAX + 1];
        e.decision = a_decision(i, bytes);
        call(j, &e);
    }
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    assert_int_equal(ask(&p, "SELECT count(*) FROM decision JOIN call USING (tenant, start_us, id, "
                             "attempt)"),
                     CALLS);
    assert_int_equal(ask(&p, "SELECT count(*) FROM decision WHERE route = 'desk' AND side = 1"),
                     DECISIONS_ROWS);
    assert_int_equal(ask(&p, "SELECT sum(large_pd) FROM decision"), 3 * 21 * 22 / 2);
    assert_int_equal(ask(&p, "SELECT count(large_pd) FROM decision"), 22);
    journal_close(j);
    store_close(s);
    place_remove(&p);
}

// The view steps through the packed bytes: lengths of one byte and two, nothing, and what JSON
// escapes.
static void tags_are_shown_as_rows(void **state)
{
    (void)state;
    struct place p;
    char name[65] = "", value[257] = "", letters[12][2] = {{0}};
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    struct entry e = an_entry(NOON_US);
    struct entry none = an_entry(NOON_US + 1);
    tag(&e, "empty", "");
    tag(&e, "quoted", "a \"b\" \\u001e c");
    tag(&e,
        "gr\xc3\xb6\xc3\x9f"
        "e",
        "\xe2\x82\xac 5");
    tag(&e, memset(name, 'n', 64), memset(value, 'v', 256));
    for (int i = 0; i < 12; i++) {
        letters[i][0] = (char)('a' + i);
        tag(&e, letters[i], "1");
    }
    call(j, &none);
    call(j, &e);
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    assert_int_equal(ask(&p, "SELECT count(*) FROM tag"), 16);
    assert_int_equal(ask(&p, "SELECT count(*) FROM tag JOIN call USING (tenant, start_us, id, "
                             "attempt) WHERE (name = 'empty' AND value = '') OR "
                             "(name = 'quoted' AND value = 'a \"b\" \\u001e c') OR "
                             "(name = 'gr\xc3\xb6\xc3\x9f"
                             "e' AND value = '\xe2\x82\xac 5') OR "
                             "(length(name) = 64 AND length(value) = 256)"),
                     4);
    assert_int_equal(ask(&p, "SELECT count(*) FROM tag WHERE length(name) = 1 AND value = '1'"),
                     12);
    journal_close(j);
    store_close(s);
    place_remove(&p);
}

static void sums_are_kept_by_the_hour(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    for (int i = 0; i < 10; i++) {
        struct entry e = an_entry(NOON_US + i * 600 * SECOND_US); // six in the first hour
        e.cost.pd = INT64_C(9000000000000000000);                 // two of them leave int64
        call(j, &e);
        if (i == 3)
            assert_int_equal(store_catch_up(s, 5000), STATUS_OK); // in several batches
    }
    struct entry unpriced = an_entry(NOON_US);
    unpriced.price_state = PRICE_UNPRICED;
    unpriced.outcome = OUTCOME_ERROR;
    call(j, &unpriced);
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    assert_int_equal(ask(&p, "SELECT count(*) FROM rollup"), 2);
    assert_int_equal(ask(&p, "SELECT requests FROM rollup ORDER BY hour"), 7);
    assert_int_equal(ask(&p, "SELECT errors FROM rollup ORDER BY hour"), 1);
    assert_int_equal(ask(&p, "SELECT unpriced FROM rollup ORDER BY hour"), 1);
    assert_int_equal(ask(&p, "SELECT output FROM rollup ORDER BY hour"), 350);
    assert_int_equal(ask(&p, "SELECT cost_mu FROM rollup ORDER BY hour"), INT64_C(54000000000));
    assert_int_equal(ask(&p, "SELECT cost_pd FROM rollup ORDER BY hour"), 0);
    assert_int_equal(ask(&p, "SELECT count(*) FROM call WHERE cost_pd IS NULL"), 1);
    journal_close(j);
    store_close(s);
    place_remove(&p);
}

static void imbalance_is(struct store *s, int64_t pd)
{
    struct store_stats stats;
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    store_stats(s, &stats);
    assert_int_equal(stats.imbalance_pd, pd);
}

// Rows and sums that a trigger leaves out stand for whatever makes them differ.
static void what_does_not_balance_is_seen(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    struct entry e;
    for (int i = 0; i < 100; i++) { // some at a time, and one by one
        e = an_entry(clock_wall_us() - i);
        call(j, &e);
    }
    imbalance_is(s, 0);
    ask(&p, "CREATE TRIGGER lost BEFORE INSERT ON rollup BEGIN SELECT RAISE(IGNORE); END");
    e = an_entry(clock_wall_us() - 2 * DAY_US);
    call(j, &e);
    imbalance_is(s, 123456789);
    ask(&p, "DROP TRIGGER lost");
    e = an_entry(clock_wall_us() - 2 * DAY_US);
    call(j, &e);
    imbalance_is(s, 123456789); // it stays, and does not grow
    ask(&p, "CREATE TRIGGER lost BEFORE INSERT ON call BEGIN SELECT RAISE(IGNORE); END");
    e = an_entry(clock_wall_us());
    call(j, &e);
    e = an_entry(clock_wall_us());
    call(j, &e);
    imbalance_is(s, -123456789);
    journal_close(j);
    store_close(s);
    place_remove(&p);
}

static void a_call_without_an_end_is_captured(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    struct entry e = an_open_entry(NOON_US);
    assert_int_equal(journal_dispatched(j, &e), STATUS_OK);
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 0); // it may still end
    journal_close(j);
    store_close(s);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE sure = 'captured' AND "
                             "outcome = 'unknown' AND cost_pd = 123456789"),
                     1);
    assert_int_equal(ask(&p, "SELECT captured FROM rollup"), 1);
    place_remove(&p);
}

static void a_second_owner_is_refused(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct store *second = NULL;
    struct why why = {0};
    struct store_setup setup = {.path = str_of(p.path), .create = true};
    assert_int_equal(store_open(&setup, &second, &why), STATUS_BUSY);
    char pid[32];
    snprintf(pid, sizeof pid, "process %ld", (long)getpid());
    assert_non_null(strstr(why.text, pid));
    // Nor by a link to the file, from a folder of its own.
    struct place other;
    place_make(&other);
    assert_int_equal(symlink(p.path, other.path), 0);
    const struct store_setup linked = {.path = str_of(other.path)};
    assert_int_equal(store_open(&linked, &second, &why), STATUS_BUSY);
    assert_non_null(strstr(why.text, pid));
    place_remove(&other);
    store_close(s);
    assert_int_equal(store_open(&setup, &second, &why), STATUS_OK);
    store_close(second);
    place_remove(&p);
}

static void a_newer_store_is_refused_with_the_cure(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    store_close(store_at(&p, false));
    ask(&p, "PRAGMA user_version = 99");
    char journal[256]; // in a form that this program does not know
    snprintf(journal, sizeof journal, "%s/000000000001-w0.seg", p.journal);
    int fd = open(journal, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_int_equal(write(fd, "CLSEG\0\0\2", 8), 8);
    assert_int_equal(ftruncate(fd, SEGMENT_BYTES), 0);
    close(fd);
    struct store *s = NULL;
    struct why why = {0};
    struct store_setup setup = {.path = str_of(p.path), .create = true};
    assert_int_equal(store_open(&setup, &s, &why), STATUS_NEWER);
    assert_non_null(strstr(why.text, "newer version"));
    assert_int_equal(journal_files(&p, ".seg"), 1); // it stays as it is
    place_remove(&p);
}

// What is no ledger stays as it is, and whoever named it learns what to do.
static void what_is_no_ledger_is_refused_with_the_cure(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = NULL;
    struct why why = {0};
    struct store_setup setup = {.path = str_of(p.path), .create = true, .writer = true};
    int fd = open(p.path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    for (int i = 0; i < 100; i++)
        assert_int_equal(write(fd, "Dear diary, today I found a file. ", 34), 34);
    assert_int_equal(store_open(&setup, &s, &why), STATUS_DAMAGED);
    assert_non_null(strstr(why.text, p.path));
    assert_non_null(strstr(why.text, "no ledger of CostLens"));
    assert_non_null(strstr(why.text, "Restore a backup"));
    assert_non_null(strstr(why.text, "move it away"));
    assert_int_equal(lseek(fd, 0, SEEK_END), 3400);
    close(fd);
    unlink(p.path);
    sqlite3 *other = NULL;
    assert_int_equal(sqlite3_open(p.path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "CREATE TABLE diary (day)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    assert_int_equal(store_open(&setup, &s, &why), STATUS_CONFLICT);
    assert_non_null(strstr(why.text, p.path));
    assert_non_null(strstr(why.text, "another program"));
    assert_int_equal(ask(&p, "SELECT count(*) FROM sqlite_master"), 1);
    assert_int_equal(ask(&p, "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"),
                     0);
    place_remove(&p);
}

static void a_missing_store_is_not_made_unasked(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = NULL;
    struct why why = {0};
    struct store_setup setup = {.path = str_of(p.path)};
    assert_int_equal(store_open(&setup, &s, &why), STATUS_UNKNOWN);
    assert_int_equal(access(p.path, F_OK), -1);
    place_remove(&p);
}

static void what_is_made_is_for_its_owner_only(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    char deeper[256];
    snprintf(deeper, sizeof deeper, "%s/a/b/costlens.db", p.folder);
    struct store *s = NULL;
    struct why why = {0};
    struct store_setup setup = {.path = str_of(deeper), .create = true};
    assert_int_equal(store_open(&setup, &s, &why), STATUS_OK);
    store_close(s);
    struct stat about;
    assert_int_equal(stat(deeper, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    char *slash = strrchr(deeper, '/');
    *slash = 0;
    assert_int_equal(stat(deeper, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0700);
    struct place inner = {0};
    assert_true(snprintf(inner.folder, sizeof inner.folder, "%s", deeper) <
                (int)sizeof inner.folder);
    assert_true(snprintf(inner.journal, sizeof inner.journal, "%s/journal", deeper) <
                (int)sizeof inner.journal);
    place_remove(&inner);
    *strrchr(deeper, '/') = 0;
    rmdir(deeper);
    place_remove(&p);
}

static struct entry invented(int64_t now_us, int i, const char *key, char name[32])
{
    struct entry e = an_entry(now_us);
    snprintf(name, 32, "invented-%d", i);
    e.key = str_of(key);
    e.team = e.project = e.model_asked = e.model = str_of(name);
    e.http_status = i % 2 ? 404 : 200;
    e.price_state = i % 2 ? PRICE_UNPRICED : PRICE_PRICED;
    e.cost.pd = i % 2 ? 0 : 1000;
    return e;
}

static void a_caller_makes_few_kinds(void **state)
{
    (void)state;
    struct place p;
    char name[32];
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    int64_t now_us = clock_wall_us() / DAY_US * DAY_US;
    for (int i = 0; i < 2000; i++) {
        struct entry e = invented(now_us, i, "ci", name);
        e.model = i % 2 ? e.model : str_of("gpt-4o"); // only that has a price
        call(j, &e);
    }
    struct entry known = invented(now_us, 7, "ci", name);
    call(j, &known); // as one of the first
    struct entry neighbour = invented(now_us, 3000, "cd", name);
    call(j, &neighbour);
    struct entry tomorrow = invented(now_us + DAY_US, 3000, "ci", name);
    call(j, &tomorrow);
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    assert_int_equal(ask(&p, "SELECT count(*) FROM kind"), 500 + 2 + 2);
    assert_int_equal(ask(&p, "SELECT count(*) FROM name WHERE text LIKE 'invented-%'"), 500 + 1);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls"), 2003);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE model_asked = 'invented-7'"), 2);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE model_asked = 'invented-3000'"), 2);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE model_asked = '(other)' AND "
                             "team = '(other)' AND project = '(other)'"),
                     1500);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE model = '(other)'"), 750);
    assert_int_equal(ask(&p, "SELECT sum(cost_pd) FROM call"), 1002 * 1000);
    assert_int_equal(ask(&p, "SELECT sum(cost_pd) FROM rollup"), 1002 * 1000);
    assert_int_equal(ask(&p, "SELECT sum(requests) FROM rollup r JOIN name n ON n.id = r.model "
                             "WHERE n.text = '(other)'"),
                     750);
    journal_close(j);
    store_close(s);
    place_remove(&p);
}

// Each answer names another model, and another status: that is not the caller's doing.
static void a_provider_makes_few_kinds(void **state)
{
    (void)state;
    struct place p;
    char name[32];
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    int64_t now_us = clock_wall_us() / DAY_US * DAY_US;
    for (int i = 0; i < 2000; i++) {
        struct entry e = an_entry(now_us);
        snprintf(name, sizeof name, "invented-%d", i);
        e.model_answered = i % 4 ? str_of(name) : e.model;
        e.http_status = 200 + i % 300;
        call(j, &e);
    }
    struct entry later = an_entry(now_us);
    later.project = str_of("later");
    call(j, &later);
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    assert_int_equal(ask(&p, "SELECT count(*) FROM name WHERE text LIKE 'invented-%'"), 500);
    assert_in_range(ask(&p, "SELECT count(*) FROM kind"), 500, 500 + 2 * 300 + 76);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE model_answered = '(other)'"), 1000);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE '(other)' IN "
                             "(team, project, model, model_asked, price_name)"),
                     0);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE project = 'later'"), 1);
    journal_close(j);
    store_close(s);
    place_remove(&p);
}

static void each_key_has_its_own_bound(void **state)
{
    (void)state;
    struct place p;
    char name[32], key[32];
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    int64_t now_us = clock_wall_us() / DAY_US * DAY_US;
    for (int i = 0; i < 600; i++) {
        struct entry e = invented(now_us, i, "ci", name);
        call(j, &e);
    }
    for (int i = 0; i < 1000; i++) {
        snprintf(key, sizeof key, "key-%d", i);
        struct entry e = invented(now_us, 5000, key, name);
        call(j, &e);
    }
    struct entry e = invented(now_us, 6000, "ci", name);
    e.tenant = str_of("another");
    call(j, &e);
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE team = '(other)'"), 100);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE team = 'invented-5000'"), 1000);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE team = 'invented-6000'"), 1);
    journal_close(j);
    store_close(s);
    place_remove(&p);
}

// Which sheets priced what of a call is the call's own: it makes no kinds and no names, and it is
// kept whole.
static void parts_of_a_price_make_no_kinds(void **state)
{
    (void)state;
    struct place p;
    char parts[2000];
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    struct entry e = an_entry(NOON_US);
    call(j, &e);
    for (int i = 0; i < 40; i++) {
        int n = snprintf(parts, sizeof parts, "anthropic/%0*d: prompt 9, input %d", 1500, 7, i + 1);
        e = an_entry(NOON_US + 1 + i);
        e.price_parts = str_from(parts, (size_t)n);
        call(j, &e);
    }
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    assert_int_equal(ask(&p, "SELECT count(*) FROM kind"), 1);
    assert_int_equal(ask(&p, "SELECT count(*) FROM call WHERE price_parts IS NULL"), 1);
    assert_int_equal(ask(&p, "SELECT count(DISTINCT price_parts) FROM call WHERE "
                             "length(price_parts) > 1500 AND typeof(price_parts) = 'text' AND "
                             "price_parts LIKE 'anthropic/%: prompt 9, input %'"),
                     40);
    journal_close(j);
    store_close(s);
    place_remove(&p);
}

static void count_refused(void *context, const struct store_aside *a)
{
    int64_t *count = context;
    assert_true(a->refused);
    count[0]++;
    count[1] += a->records;
}

static void aside_is(const struct store *s, int64_t files, int64_t records)
{
    int64_t count[2] = {0};
    store_aside_each(s, count_refused, count);
    assert_int_equal(count[0], files);
    assert_int_equal(count[1], records);
}

// Every third call cannot become a row, not even a captured one.
static void what_the_ledger_refuses_is_kept_aside(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, true);
    assert_int_equal(ask(&p, "CREATE TRIGGER no BEFORE INSERT ON call WHEN (SELECT "
                             "http_status FROM kind WHERE id = new.kind) = 418 "
                             "BEGIN SELECT raise(ABORT, 'a teapot'); END"),
                     -1);
    struct journal *j = journal_of(s, 0);
    for (int i = 0; i < 30; i++) {
        struct entry e = an_entry(clock_wall_us());
        e.http_status = i % 3 == 1 ? 418 : 200;
        call(j, &e);
    }
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    assert_true(store_healthy(s));
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE sure = 'reported'"), 20);
    assert_int_equal(ask(&p, "SELECT sum(requests) FROM rollup"), 20);
    aside_is(s, 1, 10);
    struct entry open[2] = {an_open_entry(clock_wall_us()), an_open_entry(clock_wall_us())};
    open[0].http_status = 418;
    assert_int_equal(journal_dispatched(j, &open[0]), STATUS_OK);
    assert_int_equal(journal_dispatched(j, &open[1]), STATUS_OK);
    journal_close(j);
    store_close(s);
    s = store_at(&p, false);
    aside_is(s, 2, 11);
    store_close(s);
    assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 21);
    assert_int_equal(ask(&p, "SELECT sum(requests) FROM rollup"), 21);
    assert_int_equal(ask(&p, "SELECT count(*) FROM pending"), 0);
    assert_int_equal(journal_files(&p, ".seg"), 0);
    place_remove(&p);
}

static void a_copy_is_whole(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    struct entry e = an_entry(NOON_US);
    call(j, &e);
    struct place copy = p;
    struct why why = {0};
    snprintf(copy.path, sizeof copy.path, "%s/copy.db", p.folder);
    assert_int_equal(store_backup(s, copy.path, &why), STATUS_OK);
    assert_int_equal(ask(&copy, "SELECT count(*) FROM call"), 1);
    assert_int_equal(store_backup(s, copy.path, &why), STATUS_CONFLICT); // never over a file
    journal_close(j);
    store_close(s);
    place_remove(&p);
}

static void never(void *context, const struct entry *e)
{
    (void)context;
    fail_msg("%.*s has no row", STR_ARG(e->upstream_id));
}

// Whoever checks the journal of a living process takes none of the space that it counts on.
static void a_check_leaves_a_living_journal_alone(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    struct entry e = an_entry(NOON_US);
    call(j, &e);
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    struct sqlite3 *db = NULL;
    int64_t checked = 0;
    assert_int_equal(store_reader_open(s, &db, NULL), STATUS_OK);
    assert_int_equal(store_check_journal(s, db, never, NULL, &checked), STATUS_OK);
    assert_int_equal(checked, 1);
    store_reader_close(db);
    DIR *dir = opendir(p.journal);
    for (const struct dirent *f; (f = readdir(dir));) {
        struct stat is;
        assert_int_equal(fstatat(dirfd(dir), f->d_name, &is, 0), 0);
        if (str_ends(str_of(f->d_name), str_of(".seg")))
            assert_int_equal(is.st_size,
                             strstr(f->d_name, "reserve") ? RESERVE_BYTES : SEGMENT_BYTES);
    }
    closedir(dir);
    journal_close(j);
    store_close(s);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_becomes_a_row),
        cmocka_unit_test(why_calls_went_there_is_kept),
        cmocka_unit_test(tags_are_shown_as_rows),
        cmocka_unit_test(sums_are_kept_by_the_hour),
        cmocka_unit_test(what_does_not_balance_is_seen),
        cmocka_unit_test(a_call_without_an_end_is_captured),
        cmocka_unit_test(a_second_owner_is_refused),
        cmocka_unit_test(a_newer_store_is_refused_with_the_cure),
        cmocka_unit_test(what_is_no_ledger_is_refused_with_the_cure),
        cmocka_unit_test(a_missing_store_is_not_made_unasked),
        cmocka_unit_test(what_is_made_is_for_its_owner_only),
        cmocka_unit_test(a_caller_makes_few_kinds),
        cmocka_unit_test(a_provider_makes_few_kinds),
        cmocka_unit_test(each_key_has_its_own_bound),
        cmocka_unit_test(parts_of_a_price_make_no_kinds),
        cmocka_unit_test(what_the_ledger_refuses_is_kept_aside),
        cmocka_unit_test(a_copy_is_whole),
        cmocka_unit_test(a_check_leaves_a_living_journal_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
