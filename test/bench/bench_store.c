// SPDX-License-Identifier: Apache-2.0
//
// bench_store - what the ledger costs: calls a second into SQLite with tags and rollups, CPU of a
// call's two journal records, its row and its sums, a start after a death that left all of them to
// the journal, and a report over ten million calls.
//
//   bench-store [CALLS [calls | start]]     default 300000; prints name, figure, unit; the word: no
//                                           more than that

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "insight/report.h"
#include "store/journal.h"
#include "store/ledger.h"
#include "store/sql.h"
#include "store/store.h"

#define CALLS        300000
#define TURN         16 // calls that begin, and end, in one turn of a worker's loop
#define FSYNC_MS     1000
#define BIG_REQUESTS 10000000
#define BIG_HOURS    (30 * 24)
#define BIG_MODELS   20
#define BIG_KEYS     10

static int64_t cpu_us(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * SECOND_US + use.ru_utime.tv_usec +
           use.ru_stime.tv_usec;
}

static void tell(const char *name, int64_t tenths, const char *unit)
{
    printf("%-34s %10lld.%lld %s\n", name, (long long)(tenths / 10), (long long)(tenths % 10),
           unit);
}

static struct entry an_entry(int i)
{
    static char key[16][8];
    int64_t now_us = clock_wall_us();
    snprintf(key[i % 16], sizeof key[0], "key-%d", i % 16);
    struct entry e = {.id = uuid_new(now_us),
                      .start_us = now_us,
                      .tenant = STR("default"),
                      .team = STR("blue"),
                      .project = STR("site"),
                      .key = {key[i % 16], strlen(key[i % 16])},
                      .user = STR("somebody"),
                      .provider = STR("openai"),
                      .model_asked = STR("gpt-4o-mini"),
                      .model = STR("gpt-4o-mini"),
                      .model_answered = STR("gpt-4o-mini-2024-07-18"),
                      .endpoint = STR("chat"),
                      .route = STR("asked"),
                      .upstream_id = STR("req_0123456789abcdef0123456789abcdef"),
                      .price_version = STR("0123456789ab"),
                      .price_name = STR("openai/gpt-4o-mini"),
                      .http_status = 200,
                      .stream = true,
                      .ttft_us = 200000 + i % 1000 * 100,
                      .duration_us = 1000000 + i % 1000 * 1000,
                      .price_state = PRICE_PRICED,
                      .cost = {.pd = 123456789 + i}};
    e.usage.count[BUCKET_INPUT] = 1000;
    e.usage.count[BUCKET_CACHE_READ] = 500;
    e.usage.count[BUCKET_OUTPUT] = 250;
    e.usage.prompt = 1500;
    if (tags_set(&e.tags, (struct str)STR("feature"), (struct str)STR("chat")) != STATUS_OK ||
        tags_set(&e.tags, (struct str)STR("customer"), (struct str)STR("acme")) != STATUS_OK)
        abort();
    return e;
}

static struct store *open_at(const char *path)
{
    struct why why = {0};
    struct store *s = NULL;
    struct store_setup setup = {
        .path = str_of(path), .create = true, .writer = true, .fsync_ms = FSYNC_MS};
    if (store_open(&setup, &s, &why) != STATUS_OK) {
        fprintf(stderr, "bench_store: %s\n", why.text);
        exit(1);
    }
    return s;
}

static void lost(void *context, const struct uuid *id, uint8_t attempt)
{
    (void)context;
    (void)id;
    (void)attempt;
    exit(1);
}

static void bench_calls(struct store *s, int calls)
{
    struct why why;
    struct journal *j;
    int64_t journal_us = 0;
    int64_t start_us = clock_mono_us();
    int64_t start_cpu_us = cpu_us();
    if (journal_open(s, 0, &j, &why) != STATUS_OK)
        exit(1);
    journal_gather(j);
    for (int i = 0; i < calls; i += TURN) {
        static struct entry turn[TURN];
        for (int k = 0; k < TURN; k++)
            turn[k] = an_entry(i + k);
        int64_t before_us = clock_mono_us();
        for (int k = 0; k < TURN; k++) {
            if (journal_dispatched(j, &turn[k]) != STATUS_OK)
                exit(1);
        }
        journal_flush(j, lost, NULL);
        for (int k = 0; k < TURN; k++) {
            if (!journal_final(j, &turn[k]))
                exit(1);
        }
        journal_flush(j, lost, NULL);
        journal_us += clock_mono_us() - before_us;
    }
    if (store_catch_up(s, 60000) != STATUS_OK)
        exit(1);
    int64_t took_us = clock_mono_us() - start_us;
    int64_t took_cpu_us = cpu_us() - start_cpu_us;
    struct store_stats stats;
    store_stats(s, &stats);
    tell("rows a second, tags and rollups", (int64_t)calls * SECOND_US / took_us * 10, "rows/s");
    tell("CPU a call, journal to rollups", took_cpu_us * 10 / calls, "us");
    tell("of it, both journal records", journal_us * 10 / calls, "us");
    tell("batches", (int64_t)stats.batches * 10, "");
    journal_close(j);
}

// A process whose ledger is locked by another program, and which dies: all stands in its journal,
// and on the disk, as what was written over an hour does.
static void leave_journal(const char *path, int calls)
{
    struct why why;
    struct journal *j;
    sqlite3 *other = NULL;
    struct store *s = open_at(path);
    if (sqlite3_open(path, &other) != SQLITE_OK || sql_run(other, "BEGIN EXCLUSIVE") != SQLITE_OK ||
        journal_open(s, 0, &j, &why) != STATUS_OK)
        _exit(1);
    journal_gather(j);
    for (int i = 0; i < calls; i++) {
        struct entry e = an_entry(i);
        if (journal_dispatched(j, &e) != STATUS_OK || !journal_final(j, &e))
            _exit(1);
        if (i % TURN == TURN - 1)
            (void)journal_flush(j, lost, NULL);
    }
    (void)journal_flush(j, lost, NULL);
    sqlite3_sleep(2 * FSYNC_MS);
    _exit(0);
}

static void bench_start(const char *path, int calls)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        leave_journal(path, calls);
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
        exit(1);
    int64_t start_us = clock_mono_us();
    struct store *s = open_at(path);
    int64_t open_us = clock_mono_us();
    if (store_catch_up(s, 600000) != STATUS_OK)
        exit(1);
    int64_t done_us = clock_mono_us();
    struct store_stats stats;
    store_stats(s, &stats);
    if (stats.rows != (uint64_t)calls)
        exit(1);
    tell("calls that only the journal has", (int64_t)calls * 10, "");
    tell("a start until it serves", (open_us - start_us) / 100, "ms");
    tell("the same until all are rows", (done_us - start_us) / 100, "ms");
    store_close(s);
}

// Paced as a gateway is: 2,000 calls a second, so batches are small.
static void bench_paced(struct store *s)
{
    struct why why;
    struct journal *j;
    const int calls = 6000;
    if (journal_open(s, 1, &j, &why) != STATUS_OK)
        exit(1);
    int64_t start_cpu_us = cpu_us();
    for (int i = 0; i < calls; i++) {
        struct entry e = an_entry(i);
        if (journal_dispatched(j, &e) != STATUS_OK || !journal_final(j, &e))
            exit(1);
        if (i % 20 == 19)
            usleep(10000);
    }
    if (store_catch_up(s, 60000) != STATUS_OK)
        exit(1);
    tell("CPU a call at 2,000 calls/s", (cpu_us() - start_cpu_us) * 10 / calls, "us");
    journal_close(j);
}

static void fill(sqlite3 *db)
{
    sql_run(db, "DELETE FROM rollup");
    sql_run(db, "BEGIN");
    struct ledger l;
    struct rollups *r = &l.rollups;
    if (!ledger_open(&l, db))
        exit(1);
    int each = BIG_REQUESTS / (BIG_HOURS * BIG_MODELS * BIG_KEYS);
    int64_t names[64];
    for (int i = 0; i < 64; i++) {
        char text[16];
        snprintf(text, sizeof text, "name-%d", i);
        if (!names_id(&l.names, str_of(text), NAMES_KEPT, &names[i]))
            exit(1);
    }
    int64_t tenant;
    if (!names_id(&l.names, (struct str)STR("default"), NAMES_KEPT, &tenant))
        exit(1);
    struct entry e = an_entry(1);
    int64_t first = civil_days(2026, 10, 1) * 24;
    for (int h = 0; h < BIG_HOURS; h++) {
        for (int i = 0; i < BIG_MODELS * BIG_KEYS; i++) {
            struct rollup_key key = {.tenant = tenant,
                                     .hour = first + h,
                                     .provider = names[i % 4],
                                     .model = names[i % BIG_MODELS],
                                     .key = names[20 + i / BIG_MODELS],
                                     .team = names[40 + i / BIG_MODELS % 3]};
            for (int n = 0; n <= each; n++) {
                e.ttft_us = 100000 + (i * 7919 + n * 104729 + h) % 400000;
                e.duration_us = e.ttft_us + 500000 + n * 1000;
                if (!rollups_add(r, &key, &e))
                    exit(1);
            }
        }
        if (!rollups_flush(r))
            exit(1);
    }
    sql_run(db, "COMMIT");
    ledger_close(&l);
}

// While no store is open: the writer would wait for the lock.
static void make_big(const char *path)
{
    sqlite3 *db = NULL;
    if (sqlite3_open(path, &db) != SQLITE_OK)
        exit(1);
    fill(db);
    sqlite3_close(db);
}

static void bench_reports(struct store *s)
{
    sqlite3 *db = NULL;
    struct why why;
    if (store_reader_open(s, &db, &why) != STATUS_OK)
        exit(1);
    static const enum report_by all[] = {BY_MODEL, BY_PROVIDER, BY_KEY, BY_TEAM, BY_DAY, BY_HOUR};
    struct zone *berlin = NULL;
    if (zone_open((struct str)STR("Europe/Berlin"), &berlin, NULL) != STATUS_OK)
        berlin = NULL;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        char name[64];
        struct buf json;
        buf_init(&json, &alloc_heap, 0);
        struct report_query q = {
            .tenant = STR("default"), .by = all[i], .span = {0, INT64_MAX}, .zone = berlin};
        int64_t start_us = clock_mono_us();
        if (report_run(db, &q, &json, &why) != STATUS_OK)
            exit(1);
        snprintf(name, sizeof name, "10,000,000 calls by %s", report_by_name(all[i]));
        tell(name, (clock_mono_us() - start_us) / 100, "ms");
        buf_fini(&json);
    }
    zone_close(berlin);
    store_reader_close(db);
}

static void bench_ledger(const char *path, int calls, bool only_calls)
{
    struct store *s = open_at(path);
    bench_calls(s, calls);
    if (!only_calls) {
        bench_paced(s);
        store_close(s);
        make_big(path);
        s = open_at(path);
        bench_reports(s);
    }
    store_close(s);
}

int main(int argc, char **argv)
{
    uint64_t calls = CALLS;
    char folder[] = "/tmp/costlens-bench-XXXXXX";
    char path[64];
    char command[64];
    if (argc > 1 && !str_u64(str_of(argv[1]), &calls))
        return 2;
    if (!mkdtemp(folder))
        return 1;
    const char *only = argc > 2 ? argv[2] : "";
    snprintf(path, sizeof path, "%s/left.db", folder);
    if (strcmp(only, "calls") != 0)
        bench_start(path, (int)calls);
    snprintf(path, sizeof path, "%s/costlens.db", folder);
    if (strcmp(only, "start") != 0)
        bench_ledger(path, (int)calls, *only != 0);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) == 0 ? 0 : 1;
}
