// SPDX-License-Identifier: Apache-2.0
//
// A transaction holds all leases that wait. It is committed like any other and its log is synced
// before anybody is told, which is what SQLite's `synchronous = FULL` does, for this commit alone.
//
// A watermark is set, not added to: a lease that is asked for again after a failure half way gives
// the same.

#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/log.h"
#include "core/usage.h"
#include "store/inside.h"
#include "store/lease.h"
#include "store/moved.h"
#include "store/sql.h"

#define BOOT_FILE  "/proc/sys/kernel/random/boot_id"
#define UNREADABLE "the accounts of budgets cannot be read"

_Static_assert(HOLD_ACCOUNTS_MAX == CHARGE_ACCOUNTS_MAX, "what is held is charged");

// --- asking ---

void store_lease(struct store *s, struct lease *l)
{
    must(s->running && l->upto.n >= 0 && l->limit.n >= 0);
    l->next = NULL;
    pthread_mutex_lock(&s->lock);
    if (s->lease_last)
        s->lease_last->next = l;
    else
        s->lease_first = l;
    s->lease_last = l;
    pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->lock);
}

static struct lease *take(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    struct lease *first = s->lease_first;
    s->lease_first = s->lease_last = NULL;
    pthread_mutex_unlock(&s->lock);
    return first;
}

// Before those that have come meanwhile.
static void put_back(struct store *s, struct lease *first)
{
    struct lease *last = first;
    while (last->next)
        last = last->next;
    pthread_mutex_lock(&s->lock);
    last->next = s->lease_first;
    s->lease_first = first;
    s->lease_last = last->next ? s->lease_last : last;
    pthread_mutex_unlock(&s->lock);
}

static void answer(struct lease *first, enum status status)
{
    for (struct lease *next; first; first = next) {
        next = first->next;
        first->status = status;
        first->done(first);
    }
}

// --- granting ---

// An account's amounts in the table.
struct amounts {
    int64_t ceiling, settled, overdraft, leased;
};

bool leases_open(struct store *s)
{
    s->account_find = sql_prepare(
        s->db, "SELECT id, ceiling, settled, overdraft, leased, max(told, ?5) FROM account "
               "WHERE budget = ?1 AND value = ?2 AND window = ?3 AND start_us = ?4");
    s->account_make = sql_prepare(
        s->db, "INSERT INTO account (budget, value, window, start_us, end_us, limit_nd, ceiling, "
               "settled, overdraft, leased, aged, told, boot, epoch) "
               "VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, 0, 0, 0, 0, 0, '', 0) RETURNING id");
    s->account_lease = sql_prepare(
        s->db,
        "UPDATE account SET end_us = ?2, limit_nd = ?3, ceiling = ?4, leased = ?5, "
        "told = ?6, boot = ?7, epoch = ?8, settled = min(settled, 9223372036854775807 - ?9) + ?9 "
        "WHERE id = ?1");
    s->account_adjust = sql_prepare(s->db, "INSERT INTO adjustment (account, at_us, amount, why) "
                                           "VALUES (?1, ?2, ?3, '" MOVED_WHY "')");
    sqlite3_stmt *epoch =
        sql_prepare(s->db, "SELECT coalesce(max(value), 0) FROM fact WHERE name = 'epoch'");
    bool fine = epoch && sql_one_i64(epoch, 0, &s->epoch_before);
    sqlite3_finalize(epoch);
    return fine && s->account_find && s->account_make && s->account_lease && s->account_adjust;
}

void leases_close(struct store *s)
{
    sqlite3_finalize(s->account_find);
    sqlite3_finalize(s->account_make);
    sqlite3_finalize(s->account_lease);
    sqlite3_finalize(s->account_adjust);
}

// Where it leaves the watermark. No sum leaves 64 bits: the account's CHECK says that
// settled - overdraft + leased is at most its ceiling.
static void move(struct lease *l, struct amounts *a)
{
    int64_t most = l->limit.n > a->settled ? l->limit.n - a->settled : 0;
    int64_t to_come = l->first ? a->leased : 0;
    int64_t upto = count_add(l->upto.n, l->again ? l->moved.n - l->knew.n : 0);
    int64_t want = upto > a->settled ? upto - a->settled : 0;
    if (l->first)
        want = count_add(a->leased, l->upto.n);
    if (l->observe || most < a->leased)
        most = a->leased;
    a->leased = want < most ? want : most;
    int64_t used = a->settled - a->overdraft + a->leased;
    int64_t ceiling = count_larger(l->limit.n, l->ceiling.n);
    a->ceiling = l->observe ? INT64_MAX : count_larger(used, ceiling);
    l->kept.settled.n = count_add(a->settled, to_come);
    l->kept.overdraft.n = a->overdraft;
    l->kept.leased.n = count_add(a->settled, a->leased);
    if (l->observe && l->kept.leased.n < l->upto.n)
        l->kept.leased.n = l->upto.n;
}

// What tells accounts apart.
static void bind_key(sqlite3_stmt *q, const struct account_key *key)
{
    sqlite3_bind_int64(q, 1, (int64_t)key->budget);
    sql_bind_str(q, 2, key->value);
    sqlite3_bind_int(q, 3, (int)key->window.kind);
    sqlite3_bind_int64(q, 4, key->window.start_us);
}

// Nothing when there is none.
static bool find(const struct store *s, struct lease *l, struct amounts *a)
{
    sqlite3_stmt *q = s->account_find;
    bind_key(q, &l->key);
    sqlite3_bind_int(q, 5, l->told);
    int code = sqlite3_step(q);
    l->account = 0;
    if (code == SQLITE_ROW) {
        l->account = (uint64_t)sqlite3_column_int64(q, 0);
        *a = (struct amounts){sqlite3_column_int64(q, 1), sqlite3_column_int64(q, 2),
                              sqlite3_column_int64(q, 3), sqlite3_column_int64(q, 4)};
        l->kept.told = (uint8_t)sqlite3_column_int(q, 5);
    }
    sqlite3_reset(q);
    return code == SQLITE_ROW || code == SQLITE_DONE;
}

static bool make(const struct store *s, struct lease *l, struct amounts *a)
{
    int64_t id = 0;
    bind_key(s->account_make, &l->key);
    sqlite3_bind_int64(s->account_make, 5, l->key.window.end_us);
    bool fine = sql_one_i64(s->account_make, 0, &id) && id > 0;
    l->account = (uint64_t)id;
    l->kept.told = l->told;
    *a = (struct amounts){.ceiling = 0};
    return fine;
}

// --- what was spent in another window ---

// Whoever has the account knows what it has spent, unless he says otherwise.
static bool any_moved(const struct store *s, const struct lease *l)
{
    return (l->first || l->again) && moved_any(s->db, &l->key);
}

// Those that need rows which may be to come wait for a batch that has them all. What is left.
static struct lease *set_late_aside(struct store *s, struct lease *all)
{
    struct lease *now = NULL, **now_end = &now, **late_end = &s->lease_late;
    while (*late_end)
        late_end = &(*late_end)->next;
    for (struct lease *l = all, *next; l; l = next) {
        struct lease ***end = any_moved(s, l) ? &late_end : &now_end;
        next = l->next;
        l->next = NULL;
        **end = l;
        *end = &l->next;
    }
    return now;
}

// What calls were charged whose rows are to come: that is known of an attempt that has failed and
// waits to be followed, perhaps by none. Those under way are not meant: the accounts of now hold
// them.
static bool is_charged(const struct lease *l, const struct entry *e)
{
    const struct window *w = &l->key.window;
    bool ended = e->followed || e->outcome != OUTCOME_UNKNOWN;
    return (l->lost || ended) && e->start_us >= w->start_us && e->start_us < w->end_us;
}

static bool add_open(struct store *s, const struct lease *l, struct charges *open)
{
    struct buf packed;
    struct entry e;
    size_t at = 0;
    bool fine = true;
    buf_init(&packed, &alloc_heap, RECORD_BYTES_MAX);
    for (const struct pending *call; fine && (call = pendings_each(&s->pendings, &at));) {
        fine = writer_payload(s, call, &packed);
        if (fine && entry_unpack(buf_str(&packed), &e) && is_charged(l, &e))
            fine = charges_add(open, &e.charge);
    }
    buf_fini(&packed);
    return fine;
}

// Adds it, and says so.
static bool give(const struct store *s, const struct lease *l, int64_t amount)
{
    char usd[DECIMAL_TEXT];
    sqlite3_bind_int64(s->account_adjust, 1, (int64_t)l->account);
    sqlite3_bind_int64(s->account_adjust, 2, clock_wall_us());
    sqlite3_bind_int64(s->account_adjust, 3, amount);
    log_say(LOG_INFO,
            "%.*s USD that a budget had spent before its window was changed count in the window of "
            "now (account %llu)",
            STR_ARG(decimal_text(amount, NANO_PLACES, 2, usd)), (unsigned long long)l->account);
    return sql_done(s->account_adjust);
}

static bool add_moved(struct store *s, struct lease *l, int64_t *amount)
{
    struct charges open = {.count = 0};
    struct moved moved = {.more = 0};
    *amount = 0;
    l->moved = l->knew;
    if (!any_moved(s, l))
        return true;
    bool fine = add_open(s, l, &open);
    if (fine && l->lost) // another may have been charged what it is to be
        moved.more = charges_of(&open, l->account);
    fine = fine && moved_read(s->db, &l->key, &open, &s->ledger.stretch, &moved);
    charges_close(&open);
    *amount = moved.more;
    l->moved.n = count_larger(l->knew.n, count_add(moved.before, moved.more));
    return fine && (*amount == 0 || give(s, l, *amount));
}

// --- granting, the whole ---

static bool grant(struct store *s, struct lease *l)
{
    int64_t moved = 0;
    struct amounts a = {.ceiling = 0};
    if (!find(s, l, &a) || (l->account == 0 && !make(s, l, &a)) || !add_moved(s, l, &moved))
        return false;
    a.settled = count_add(a.settled, moved);
    l->stood.n = a.leased;
    move(l, &a);
    sqlite3_stmt *u = s->account_lease;
    sqlite3_bind_int64(u, 1, (int64_t)l->account);
    sqlite3_bind_int64(u, 2, l->key.window.end_us);
    sqlite3_bind_int64(u, 3, l->limit.n);
    sqlite3_bind_int64(u, 4, a.ceiling);
    sqlite3_bind_int64(u, 5, a.leased);
    sqlite3_bind_int(u, 6, l->kept.told);
    sql_bind_str(u, 7, str_of(s->boot));
    sqlite3_bind_int64(u, 8, s->epoch);
    sqlite3_bind_int64(u, 9, moved);
    return sql_done(u);
}

// Which of the store's processes this is: the first lease of each counts one up.
static bool begin_epoch(struct store *s, int64_t *epoch)
{
    *epoch = s->epoch;
    if (s->epoch)
        return true;
    sqlite3_stmt *next = sql_prepare(s->db, "INSERT INTO fact (name, value) VALUES ('epoch', 1) ON "
                                            "CONFLICT DO UPDATE SET value = value + 1 "
                                            "RETURNING value");
    bool fine = next && sql_one_i64(next, 0, epoch);
    sqlite3_finalize(next);
    return fine;
}

static void complain(struct store *s, const char *why)
{
    if (store_complains(&s->denied_us))
        log_say(LOG_ERROR, "nothing can be set aside for budgets: %s", why);
}

static void recovered(struct store *s)
{
    if (s->denied_us)
        log_say(LOG_INFO, "sums can be set aside for budgets again");
    s->denied_us = 0;
}

// They were made, and nobody will hear of it. Others ask for the same again; a first one would find
// its own as of somebody who has spent it.
static void take_back(const struct store *s, const struct lease *first)
{
    sqlite3_stmt *set = sql_prepare(s->db, "UPDATE account SET leased = ?2 WHERE id = ?1");
    bool fine = set && sql_done(s->begin);
    for (const struct lease *l = first; fine && l; l = l->next) {
        sqlite3_bind_int64(set, 1, (int64_t)l->account);
        sqlite3_bind_int64(set, 2, l->stood.n);
        fine = !l->first || sql_done(set);
    }
    fine = fine && sql_done(s->commit);
    sqlite3_finalize(set);
    if (!fine && !sqlite3_get_autocommit(s->db))
        sql_done(s->rollback);
}

// OK when all of them are on the disk. TIMEOUT: somebody else has the lock, later.
static enum status serve(struct store *s, struct lease *first)
{
    int64_t before = s->epoch;
    bool fine = writer_lock(s) && begin_epoch(s, &s->epoch);
    for (struct lease *l = first; fine && l; l = l->next)
        fine = grant(s, l);
    if (fine && sql_done(s->commit)) {
        bool synced = writer_sync_ledger(s);
        if (synced) {
            recovered(s);
        } else {
            complain(s, "the ledger's log cannot be synced");
            take_back(s, first);
        }
        return synced ? STATUS_OK : STATUS_IO;
    }
    enum status status = sql_status(sqlite3_errcode(s->db));
    bool patient = writer_patient(s);
    if (!patient)
        complain(s, sqlite3_errmsg(s->db));
    s->epoch = before;
    if (!sqlite3_get_autocommit(s->db))
        sql_done(s->rollback);
    return patient ? STATUS_TIMEOUT : status == STATUS_OK ? STATUS_IO : status;
}

static void serve_all(struct store *s, struct lease *first)
{
    if (!first)
        return;
    enum status status = serve(s, first);
    if (status == STATUS_TIMEOUT) {
        put_back(s, first);
        return;
    }
    if (status != STATUS_CONFLICT || !first->next) {
        answer(first, status);
        return;
    }
    // One that SQLite refuses for good must not stand in the way of the others.
    for (struct lease *next; first; first = next) {
        next = first->next;
        first->next = NULL;
        status = serve(s, first);
        if (status == STATUS_TIMEOUT) {
            first->next = next;
            put_back(s, first);
            return;
        }
        answer(first, status);
    }
}

void leases_serve(struct store *s)
{
    serve_all(s, set_late_aside(s, take(s)));
}

void leases_serve_late(struct store *s, enum batch batch)
{
    struct lease *first = s->lease_late;
    if (batch == BATCH_MORE || !first || (batch == BATCH_FAILED && writer_patient(s)))
        return;
    s->lease_late = NULL;
    if (batch == BATCH_FAILED)
        answer(first, STATUS_IO);
    else
        serve_all(s, first);
}

void leases_refuse(struct store *s)
{
    answer(take(s), STATUS_CLOSED);
    answer(s->lease_late, STATUS_CLOSED);
    s->lease_late = NULL;
}

// --- what is left of them ---

void leases_read_boot(struct store *s)
{
    int fd = open(BOOT_FILE, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, s->boot, sizeof s->boot - 1);
    if (fd >= 0)
        close(fd);
    s->boot[n > 0 ? n : 0] = 0;
    s->boot[strcspn(s->boot, "\n")] = 0;
}

bool leases_doubt(const struct store *s)
{
    return sql_run(s->db, "INSERT INTO fact (name, value) VALUES ('journal_lost', 1) "
                          "ON CONFLICT DO NOTHING") == SQLITE_OK;
}

// A lease of another boot, one of a boot that nobody could name, and all while something is lost.
#define IN_DOUBT                                                             \
    "leased > 0 AND (boot != ?1 OR boot = '' OR EXISTS (SELECT 1 FROM fact " \
    "WHERE name = 'journal_lost'))"

static bool run(const struct store *s, sqlite3_stmt *q)
{
    bool fine = q != NULL;
    if (fine)
        sql_bind_str(q, 1, str_of(s->boot));
    if (fine && sqlite3_bind_parameter_count(q) > 1)
        sqlite3_bind_int64(q, 2, clock_wall_us());
    fine = fine && sql_done(q);
    sqlite3_finalize(q);
    return fine;
}

static bool capture(const struct store *s, int *captured)
{
    bool fine = run(s, sql_prepare(s->db, "INSERT INTO adjustment (account, at_us, amount, why) "
                                          "SELECT id, ?2, leased, CASE WHEN boot = ?1 THEN "
                                          "'the journal was damaged' ELSE 'the machine stopped' "
                                          "END FROM account WHERE " IN_DOUBT));
    *captured = sqlite3_changes(s->db);
    return fine && run(s, sql_prepare(s->db, "UPDATE account SET settled = min(settled, "
                                             "9223372036854775807 - leased) + leased, leased = 0 "
                                             "WHERE " IN_DOUBT));
}

// For each account of `sums`, which may be NULL. False when one of them was not there, or refused.
static bool set_each(const struct store *s, const struct charges *sums, sqlite3_stmt *set)
{
    size_t at = 0;
    bool fine = set != NULL;
    for (const struct account_charge *c; fine && sums && (c = charges_each(sums, &at));) {
        sqlite3_bind_int64(set, 1, (int64_t)c->account);
        sqlite3_bind_int64(set, 2, c->amount);
        fine = sql_done(set) && sqlite3_changes(s->db) == 1;
    }
    sqlite3_finalize(set);
    return fine;
}

static bool settle(const struct store *s, const struct charges *to_come, int *captured)
{
    return sql_done(s->begin) &&
           set_each(s, to_come,
                    sql_prepare(s->db, "UPDATE account SET leased = max(0, leased - ?2) WHERE "
                                       "id = ?1")) &&
           capture(s, captured) &&
           sql_run(s->db, "UPDATE account SET leased = 0 WHERE leased > 0") == SQLITE_OK &&
           set_each(s, to_come,
                    sql_prepare(s->db, "UPDATE account SET leased = ?2 WHERE id = ?1 AND ceiling "
                                       ">= ?2 AND settled - overdraft <= ceiling - ?2")) &&
           sql_run(s->db, "DELETE FROM fact WHERE name = 'journal_lost'") == SQLITE_OK &&
           sql_done(s->commit);
}

bool leases_settle(struct store *s, const struct charges *to_come)
{
    int64_t any = 0;
    int captured = 0;
    sqlite3_stmt *ask =
        sql_prepare(s->db, "SELECT EXISTS (SELECT 1 FROM account WHERE leased > 0) OR "
                           "EXISTS (SELECT 1 FROM fact WHERE name = 'journal_lost')");
    bool fine = ask && sql_one_i64(ask, 0, &any);
    sqlite3_finalize(ask);
    if (fine && (any || to_come))
        fine = settle(s, to_come, &captured);
    if (!fine && !sqlite3_get_autocommit(s->db))
        sql_done(s->rollback);
    if (fine && captured > 0)
        log_say(LOG_WARN,
                "what was set aside in %d %s counts as spent, since calls may be missing: the "
                "machine stopped, or the journal was damaged (table adjustment)",
                captured, captured == 1 ? "account" : "accounts");
    return fine;
}

// --- reading ---

enum status store_accounts_open(struct store *s, struct accounts_view *out, struct why *why)
{
    int64_t newest = 0;
    struct sqlite3 *db;
    enum status status = store_reader_open(s, &db, why);
    if (status != STATUS_OK)
        return status;
    bool fine = sql_run(db, "BEGIN") == SQLITE_OK; // the first read fixes the moment
    sqlite3_stmt *q = sql_prepare(db, "SELECT coalesce(max(id), 0) FROM account");
    fine = fine && q && sql_one_i64(q, 0, &newest);
    sqlite3_finalize(q);
    if (!fine) {
        status = sql_why(why, db, UNREADABLE);
        store_reader_close(db);
        return status;
    }
    *out = (struct accounts_view){db, s->epoch_before, (uint64_t)newest};
    return STATUS_OK;
}

void store_accounts_close(struct accounts_view *v)
{
    store_reader_close(v->db);
    v->db = NULL;
}

static void read_row(const struct accounts_view *v, sqlite3_stmt *q, struct account_row *a)
{
    int64_t settled = sqlite3_column_int64(q, 6);
    int64_t leased = sqlite3_column_int64(q, 8);
    bool ours = sqlite3_column_int64(q, 11) > v->epoch_before;
    enum window_kind kind = (enum window_kind)sqlite3_column_int(q, 10);
    *a = (struct account_row){
        .id = (uint64_t)sqlite3_column_int64(q, 0),
        .key = {(uint64_t)sqlite3_column_int64(q, 1),
                sql_str(q, 2),
                {sqlite3_column_int64(q, 3), sqlite3_column_int64(q, 4), kind}},
        .limit = {sqlite3_column_int64(q, 5)},
        .owed = {ours ? 0 : leased},
        .kept = {.settled = {settled},
                 .overdraft = {sqlite3_column_int64(q, 7)},
                 .leased = {settled <= INT64_MAX - leased ? settled + leased : INT64_MAX},
                 .told = (uint8_t)sqlite3_column_int(q, 9)}};
}

enum status store_accounts_each(const struct accounts_view *v, int64_t ends_after_us,
                                account_row_f *f, void *context, struct why *why)
{
    sqlite3_stmt *q = sql_prepare(
        v->db, "SELECT id, budget, value, start_us, end_us, limit_nd, settled, overdraft, "
               "leased, told, window, epoch FROM account WHERE end_us > ?1 ORDER BY id");
    if (q)
        sqlite3_bind_int64(q, 1, ends_after_us);
    int code = SQLITE_ERROR;
    while (q && (code = sqlite3_step(q)) == SQLITE_ROW) {
        struct account_row a;
        read_row(v, q, &a);
        f(context, &a);
    }
    sqlite3_finalize(q);
    return code == SQLITE_DONE ? STATUS_OK : sql_why(why, v->db, UNREADABLE);
}
