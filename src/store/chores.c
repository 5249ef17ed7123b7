// SPDX-License-Identifier: Apache-2.0
//
// The writer's thread and what it does between batches: the journal's files to the disk, a fresh
// reserve for a used one, old rows out of the ledger.

#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/events.h"
#include "store/inside.h"
#include "store/sql.h"

bool writer_sync_due(const struct store *s)
{
    return clock_mono_us() - s->synced_us >= s->setup.fsync_ms * 1000;
}

bool writer_sync_now(struct store *s)
{
    int64_t start = clock_mono_us();
    bool fine = writer_snapshot(s);
    for (size_t i = 0; i < s->taken_count; i++)
        fine &= segment_sync(s->taken[i]);
    if (s->folder_changed)
        fine &= fsync(s->folder) == 0;
    s->folder_changed = false;
    s->synced_us = clock_mono_us();
    atomic_store_explicit(&s->fsync_us, s->synced_us - start, memory_order_relaxed);
    return fine;
}

void writer_sync(struct store *s)
{
    if (writer_sync_due(s))
        (void)!writer_sync_now(s);
}

static bool reserve_used(struct store *s)
{
    pthread_mutex_lock(&s->reserve_lock);
    const struct segment *r = s->reserve;
    bool used = !r || atomic_load_explicit(&r->end, memory_order_relaxed) > SEGMENT_HEAD;
    pthread_mutex_unlock(&s->reserve_lock);
    return used;
}

// A used reserve becomes a segment like any other as soon as there is space for a new one.
static void renew_reserve(struct store *s)
{
    struct segment *fresh;
    if (!reserve_used(s))
        return;
    pthread_mutex_lock(&s->lock);
    uint64_t seq = s->next_seq++;
    pthread_mutex_unlock(&s->lock);
    if (segment_create(s->folder, seq, SEGMENT_RESERVE, &fresh, NULL) != STATUS_OK)
        return;
    pthread_mutex_lock(&s->reserve_lock);
    struct segment *old = s->reserve;
    s->reserve = fresh;
    pthread_mutex_unlock(&s->reserve_lock);
    pthread_mutex_lock(&s->lock);
    list_push(&s->segments, &fresh->link);
    pthread_mutex_unlock(&s->lock);
    if (old)
        segment_close(old);
    s->folder_changed = true;
}

// --- rows that are too old ---

#define MINUTE_US (60 * SECOND_US)

struct prune {
    sqlite3_stmt *tenant, *limit, *charged, *age, *rows, *note, *oldest, *kinds, *names, *events;
    sqlite3_stmt *pairs, *feedback, *decisions;
    uint64_t some;    // rows that the transaction under way deletes
    uint64_t deleted; // by those before
};

// What accounts were charged by rows that go stays told, in one sum.
static bool prune_charges(struct prune *p, int64_t tenant, int64_t last_us)
{
    struct charges gone = {.count = 0};
    struct charge c;
    size_t at = 0;
    bool fine = true;
    int code;
    sqlite3_bind_int64(p->charged, 1, tenant);
    sqlite3_bind_int64(p->charged, 2, last_us);
    while ((code = sqlite3_step(p->charged)) == SQLITE_ROW && fine)
        fine = !charge_unpack(sql_str(p->charged, 0), &c) || charges_add(&gone, &c);
    sqlite3_reset(p->charged);
    fine = fine && code == SQLITE_DONE;
    for (const struct account_charge *each; fine && (each = charges_each(&gone, &at));) {
        sqlite3_bind_int64(p->age, 1, (int64_t)each->account);
        sqlite3_bind_int64(p->age, 2, each->amount);
        fine = sql_done(p->age);
    }
    charges_close(&gone);
    return fine;
}

static bool prune_tenant(struct prune *p, int64_t tenant, int64_t before_us)
{
    int64_t last_us;
    p->some = 0;
    sqlite3_bind_int64(p->limit, 1, tenant);
    sqlite3_bind_int64(p->limit, 2, before_us);
    sqlite3_bind_int(p->limit, 3, PRUNE_ROWS);
    if (!sql_one_i64(p->limit, 0, &last_us))
        return false;
    if (last_us <= 0)
        return true;
    if (!prune_charges(p, tenant, last_us))
        return false;
    sqlite3_bind_int64(p->rows, 1, tenant);
    sqlite3_bind_int64(p->rows, 2, last_us);
    sqlite3_bind_int64(p->decisions, 1, tenant);
    sqlite3_bind_int64(p->decisions, 2, last_us);
    sqlite3_bind_int64(p->note, 1, last_us + 1);
    if (!sql_done(p->decisions) || !sql_done(p->rows))
        return false;
    p->some = (uint64_t)sqlite3_changes(sqlite3_db_handle(p->rows));
    return sql_done(p->note);
}

// Kinds whose last call is older than every row: since some went, these may be theirs.
static bool prune_kinds(struct store *s, struct prune *p, int64_t oldest_us)
{
    sqlite3_bind_int64(p->kinds, 1, oldest_us / DAY_US);
    bool fine = sql_done(p->kinds);
    if (sqlite3_changes(s->db) > 0)
        kinds_forget(&s->ledger.kinds);
    return fine;
}

// The same of names.
static bool prune_names(struct store *s, struct prune *p, int64_t oldest_us)
{
    sqlite3_bind_int64(p->names, 1, oldest_us / DAY_US);
    sqlite3_bind_int(p->names, 2, PRUNE_ROWS);
    bool fine = sql_done(p->names);
    if (sqlite3_changes(s->db) > 0) {
        names_forget(&s->ledger.names);
        kinds_forget(&s->ledger.kinds);
    }
    return fine;
}

static bool prune_some(sqlite3_stmt *q, int64_t before_us)
{
    sqlite3_bind_int64(q, 1, before_us);
    sqlite3_bind_int(q, 2, PRUNE_ROWS);
    return sql_done(q);
}

// What goes with the calls of its time; a threshold not before its window is over, so that it is
// told once.
static bool prune_others(const struct prune *p, int64_t before_us)
{
    return prune_some(p->events, before_us) && prune_some(p->pairs, before_us) &&
           prune_some(p->feedback, before_us);
}

static bool prune_all(struct store *s, struct prune *p, int64_t before_us)
{
    int64_t oldest_us = before_us;
    int64_t tenant = -1;
    for (;;) {
        sqlite3_bind_int64(p->tenant, 1, tenant);
        if (!sql_one_i64(p->tenant, -1, &tenant))
            return false;
        if (tenant < 0)
            return (p->deleted == 0 || prune_kinds(s, p, oldest_us)) &&
                   prune_names(s, p, oldest_us) && prune_others(p, before_us);
        if (!sql_done(s->begin))
            return false;
        if (!prune_tenant(p, tenant, before_us) || !sql_done(s->commit)) {
            if (!sqlite3_get_autocommit(s->db))
                sql_done(s->rollback);
            return false;
        }
        p->deleted += p->some;
        int64_t first_us;
        sqlite3_bind_int64(p->oldest, 1, tenant);
        if (!sql_one_i64(p->oldest, before_us, &first_us))
            return false;
        oldest_us = first_us < oldest_us ? first_us : oldest_us;
    }
}

static void keep_believed(struct store *s)
{
    s->believed_kept_us = clock_mono_us();
    if (!believed_keep(&s->believed, s->db))
        log_say(LOG_DEBUG, "the believed time cannot be kept: %s", sqlite3_errmsg(s->db));
}

// So far ahead the clock may be wrong: its owner has an hour to see it.
static void say_doubt(const struct store *s)
{
    char day[CIVIL_DATE];
    const struct believed *b = &s->believed;
    int64_t keep = s->setup.keep_days;
    if (keep <= 0 || b->ahead_us / DAY_US <= (keep < DOUBT_DAYS ? keep : DOUBT_DAYS))
        return;
    log_say(
        LOG_WARN,
        "the clock is %lld days ahead of when this ledger was last in use (%s): if it is wrong, "
        "stop and set it. Rows past `keep` (%lld days) are deleted after %lld minutes of "
        "running, not before",
        (long long)(b->ahead_us / DAY_US), civil_date(b->us, day), (long long)keep,
        (long long)((HOUR_US - b->doubted_us) / MINUTE_US));
}

void prune_begin(struct store *s)
{
    int64_t wall_us = clock_wall_us();
    int64_t mono_us = clock_mono_us();
    if (!s->setup.writer)
        return;
    believed_load(&s->believed, s->db, wall_us, mono_us);
    believed_step(&s->believed, wall_us, mono_us);
    say_doubt(s);
    keep_believed(s);
}

static void believe(struct store *s)
{
    int64_t now = clock_mono_us();
    if (believed_step(&s->believed, clock_wall_us(), now))
        say_doubt(s);
    if (now - s->believed_kept_us >= MINUTE_US)
        keep_believed(s);
}

// At once, then at most once an hour: in a busy ledger some rows go every second.
static void say_deleted(struct store *s)
{
    char day[CIVIL_DATE];
    int64_t now = clock_mono_us();
    if (s->deleted == 0 || (s->deleted_said_us && now - s->deleted_said_us < HOUR_US))
        return;
    log_say(LOG_WARN,
            "%llu %s older than %s %s deleted from the ledger (keep: %lldd); the sums by the hour "
            "stay",
            (unsigned long long)s->deleted, s->deleted == 1 ? "row" : "rows",
            civil_date(s->deleted_before_us, day), s->deleted == 1 ? "was" : "were",
            (long long)s->setup.keep_days);
    s->deleted = 0;
    s->deleted_said_us = now;
}

// At most PRUNE_ROWS of each tenant a second: a batch never waits long for it.
static void prune(struct store *s)
{
    int64_t now = clock_mono_us();
    if (s->setup.keep_days <= 0 || now - s->pruned_us < SECOND_US)
        return;
    s->pruned_us = now;
    struct prune p = {
        sql_prepare(s->db, "SELECT coalesce(min(tenant), -1) FROM call WHERE tenant > ?1"),
        sql_prepare(s->db,
                    "SELECT coalesce(max(start_us), 0) FROM (SELECT start_us FROM call WHERE "
                    "tenant = ?1 AND start_us < ?2 ORDER BY start_us LIMIT ?3)"),
        sql_prepare(s->db, "SELECT charge FROM call WHERE tenant = ?1 AND start_us <= ?2 AND "
                           "charge NOT NULL"),
        sql_prepare(s->db, "UPDATE account SET aged = min(aged, 9223372036854775807 - ?2) + ?2 "
                           "WHERE id = ?1"),
        sql_prepare(s->db, "DELETE FROM call WHERE tenant = ?1 AND start_us <= ?2"),
        sql_prepare(s->db, "INSERT INTO fact (name, value) VALUES ('rows_from_us', ?1) ON CONFLICT "
                           "DO UPDATE SET value = max(value, ?1)"),
        sql_prepare(s->db, "SELECT start_us FROM call WHERE tenant = ?1 ORDER BY start_us LIMIT 1"),
        sql_prepare(s->db, "DELETE FROM kind WHERE used_day < ?1"),
        sql_prepare(s->db, "DELETE FROM name WHERE id IN (SELECT id FROM name WHERE used_day < ?1 "
                           "LIMIT ?2)"),
        sql_prepare(s->db, "DELETE FROM event WHERE id IN (SELECT id FROM event WHERE " EVENT_GOES
                           " < ?1 LIMIT ?2)"),
        sql_prepare(s->db, "DELETE FROM pair WHERE number IN (SELECT number FROM pair WHERE "
                           "at_us < ?1 LIMIT ?2)"),
        sql_prepare(s->db, "DELETE FROM feedback WHERE id IN (SELECT id FROM feedback WHERE "
                           "at_us < ?1 LIMIT ?2)"),
        sql_prepare(s->db, "DELETE FROM decision WHERE tenant = ?1 AND start_us <= ?2"),
        0,
        0};
    sqlite3_stmt *const all[] = {p.tenant, p.limit,    p.charged,  p.age,   p.rows,
                                 p.note,   p.oldest,   p.kinds,    p.names, p.events,
                                 p.pairs,  p.feedback, p.decisions};
    bool fine = true;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        fine &= all[i] != NULL;
    if (fine) {
        int64_t wall_us = clock_wall_us();
        int64_t us = s->believed.us < wall_us ? s->believed.us : wall_us;
        s->deleted_before_us = us - s->setup.keep_days * DAY_US;
        prune_all(s, &p, s->deleted_before_us);
        s->deleted += p.deleted;
        if (p.deleted > 0)
            stretch_forget(&s->ledger.stretch);
        say_deleted(s);
    }
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        sqlite3_finalize(all[i]);
}

// --- the thread ---

static struct timespec after_ms(int64_t ms)
{
    int64_t us = clock_mono_us() + ms * 1000;
    return (struct timespec){.tv_sec = us / SECOND_US, .tv_nsec = us % SECOND_US * 1000};
}

static enum batch run_batches(struct store *s)
{
    enum batch result;
    do {
        leases_serve(s);
        result = writer_batch(s);
        writer_sync(s);
        leases_serve_late(s, result);
    } while (result == BATCH_MORE);
    return result;
}

static void chores(struct store *s, enum batch result)
{
    int64_t now = clock_mono_us();
    if (now - s->probed_us >= PROBE_US) {
        s->probed_us = now;
        believe(s);
        renew_reserve(s);
    }
    if (result == BATCH_DONE)
        prune(s);
}

void *writer_run(void *store)
{
    struct store *s = store;
    enum batch result = BATCH_DONE;
    pthread_mutex_lock(&s->lock);
    while (!s->stop) {
        bool called = s->lease_first || (s->asked != s->answered && result != BATCH_FAILED);
        if (!called) {
            struct timespec until = after_ms(BATCH_MS);
            pthread_cond_timedwait(&s->wake, &s->lock, &until);
        }
        uint64_t ticket = s->asked;
        pthread_mutex_unlock(&s->lock);
        result = run_batches(s);
        chores(s, result);
        pthread_mutex_lock(&s->lock);
        if (result == BATCH_DONE) {
            s->answered = ticket;
            pthread_cond_broadcast(&s->done);
        }
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

#define FINISH_TRIES 20

void writer_finish(struct store *s)
{
    s->deleted_said_us = 0;
    say_deleted(s);
    believe(s);
    keep_believed(s);
    enum batch result = run_batches(s);
    for (int i = 0; result != BATCH_DONE && i < FINISH_TRIES; i++) {
        sqlite3_sleep(BATCH_MS);
        result = run_batches(s);
    }
    if (result != BATCH_DONE || s->journals > 0 || !replay_capture(s)) {
        log_say(LOG_WARN, "not all is in the ledger yet; the next start takes it from the journal");
        return;
    }
    if (!leases_settle(s, NULL))
        log_say(LOG_WARN, "what is set aside for budgets returns at the next start");
    if (s->reserve)
        segment_close(s->reserve);
    run_batches(s);
}
