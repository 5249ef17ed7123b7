// SPDX-License-Identifier: Apache-2.0
//
// One batch is one transaction: records behind the position of each segment become rows, the sums
// of the batch go into the rollups, the positions move. Segments that are read to their end hand
// their pending calls to the table `pending` and go. Nothing in memory changes before the COMMIT;
// if that fails, everything is read again later. So the journal is read at least once, and a row is
// made once.

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/inside.h"
#include "store/sql.h"

enum status writer_open(struct store *s, struct why *why)
{
    s->begin = sql_prepare(s->db, "BEGIN IMMEDIATE");
    s->commit = sql_prepare(s->db, "COMMIT");
    s->rollback = sql_prepare(s->db, "ROLLBACK");
    s->position_set = sql_prepare(s->db, "INSERT INTO position (segment, offset) VALUES (?1, ?2) "
                                         "ON CONFLICT DO UPDATE SET offset = ?2");
    s->position_drop = sql_prepare(s->db, "DELETE FROM position WHERE segment = ?1");
    s->pending_add = sql_prepare(s->db, "INSERT INTO pending (id, attempt, packed) "
                                        "VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING");
    s->pending_drop = sql_prepare(s->db, "DELETE FROM pending WHERE id = ?1 AND attempt = ?2");
    s->pending_get =
        sql_prepare(s->db, "SELECT packed FROM pending WHERE id = ?1 AND attempt = ?2");
    bool ledger = ledger_open(&s->ledger, s->db);
    bool leases = leases_open(s);
    s->bytes = alloc_get(&alloc_heap, READ_BYTES);
    s->records_most = BATCH_RECORDS_MAX;
    bool fine = s->begin && s->commit && s->rollback && s->position_set && s->position_drop &&
                s->pending_add && s->pending_drop && s->pending_get && ledger && leases && s->bytes;
    if (!fine)
        return sql_why(why, s->db, "the store cannot be used");
    prune_begin(s);
    return STATUS_OK;
}

void writer_close(struct store *s)
{
    sqlite3_stmt *const all[] = {s->begin,         s->commit,      s->rollback,     s->position_set,
                                 s->position_drop, s->pending_add, s->pending_drop, s->pending_get};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        sqlite3_finalize(all[i]);
    leases_close(s);
    ledger_close(&s->ledger);
    pendings_fini(&s->pendings);
    heap_free(s->changes);
    heap_free(s->bytes);
    heap_free(s->taken);
}

bool writer_snapshot(struct store *s)
{
    bool fine = true;
    uint64_t bytes = 0;
    s->taken_count = 0;
    pthread_mutex_lock(&s->lock);
    list_for (it, &s->segments) {
        struct segment **taken =
            alloc_grow(&alloc_heap, s->taken, sizeof *taken, s->taken_count, &s->taken_size);
        if (!taken) {
            fine = false;
            break;
        }
        s->taken = taken;
        taken[s->taken_count++] = list_of(it, struct segment, link);
        bytes += s->taken[s->taken_count - 1]->size;
    }
    pthread_mutex_unlock(&s->lock);
    atomic_store_explicit(&s->journal_bytes, bytes, memory_order_relaxed);
    return fine;
}

static bool unread(const struct segment *g)
{
    return !g->bad && g->reading < atomic_load_explicit(&g->end, memory_order_acquire);
}

// Closed first, then the end: an appender publishes before it closes.
static bool read_whole(const struct segment *g)
{
    return atomic_load_explicit(&g->closed, memory_order_acquire) && !unread(g);
}

static bool note(struct store *s, enum record type, const struct pending *call)
{
    struct change *changes =
        alloc_grow(&alloc_heap, s->changes, sizeof *changes, s->change_count, &s->change_size);
    if (!changes)
        return false;
    s->changes = changes;
    changes[s->change_count++] = (struct change){.type = type, .call = *call};
    return true;
}

static bool drop_pending(struct store *s, const struct uuid *id, uint8_t attempt)
{
    sql_bind_blob(s->pending_drop, 1, id->bytes, sizeof id->bytes);
    sqlite3_bind_int(s->pending_drop, 2, attempt);
    return sql_done(s->pending_drop);
}

static bool drop_carried(struct store *s, const struct pending *call)
{
    const struct pending *known = pendings_find(&s->pendings, &call->id, call->attempt);
    return !known || !known->carried || drop_pending(s, &call->id, call->attempt);
}

static size_t records_max(const struct store *s)
{
    return s->careful ? 1 : s->records_most;
}

// One record into the transaction. A payload that is no entry is said and passed over: its frame
// was whole, so a program wrote it so.
static bool take_record(struct store *s, struct segment *g, const struct frame *f)
{
    struct entry e;
    struct pending call = {
        .seq = g->seq, .offset = g->reading + FRAME_HEAD, .length = (uint32_t)f->payload.len};
    bool whole = f->type == RECORD_FINAL || !g->own;
    if (!entry_unpack_id(f->payload, &call.id, &call.attempt) ||
        (whole && !entry_unpack(f->payload, &e))) {
        log_say(LOG_ERROR, "journal/%s: the record at byte %u is no entry; it is left out", g->name,
                (unsigned)g->reading);
        return leases_doubt(s);
    }
    if (f->type == RECORD_DISPATCHED && s->owes && !g->own)
        return true; // its end is in the journal, or it was captured
    if (!note(s, f->type, &call))
        return false;
    if (!drop_carried(s, &call))
        return false;
    if (f->type == RECORD_DISPATCHED)
        return true;
    s->suspect = (struct suspect){.segment = g, .call = call};
    return (s->careful ? ledger_add_alone(&s->ledger, &e) : ledger_add(&s->ledger, &e));
}

// Nothing more is read of this segment. `torn`: bytes that a write which was cut off may have left.
// False when the database failed.
static bool stop_reading(const struct store *s, struct segment *g, uint32_t torn)
{
    g->bad = true;
    g->damaged = !segment_zero_from(g, g->reading + torn);
    if (!g->damaged)
        return true;
    log_say(LOG_ERROR,
            "journal/%s is damaged at byte %u: what stands behind it is not read; the file is "
            "kept as %s.damaged",
            g->name, (unsigned)g->reading, g->name);
    return leases_doubt(s);
}

// The whole frames of `bytes`, which stand at g->reading. False when the database failed.
static bool take_frames(struct store *s, struct segment *g, struct str bytes)
{
    for (bool first = true; s->records < records_max(s); first = false) {
        struct frame f = {.size = 0};
        enum frame_state state = g->own ? frame_read_own(bytes, &f) : frame_read(bytes, &f);
        if (state == FRAME_MORE && !first)
            return true; // the next read begins with it
        if (state != FRAME_OK)
            return stop_reading(s, g, f.size);
        if (!take_record(s, g, &f))
            return false;
        bytes = str_skip(bytes, f.size);
        g->reading += f.size;
        s->records++;
    }
    return true;
}

static bool take_segment(struct store *s, struct segment *g)
{
    while (unread(g) && s->records < records_max(s)) {
        uint32_t left = atomic_load_explicit(&g->end, memory_order_acquire) - g->reading;
        int64_t n = segment_read(g, g->reading, s->bytes, left < READ_BYTES ? left : READ_BYTES);
        if (n <= 0) {
            log_say(LOG_ERROR, "journal/%s cannot be read", g->name);
            return false;
        }
        if (!take_frames(s, g, str_from(s->bytes, (size_t)n)))
            return false;
    }
    return true;
}

// --- the end of a segment ---

bool writer_payload(struct store *s, const struct pending *call, struct buf *out)
{
    buf_clear(out);
    if (call->carried) {
        sql_bind_blob(s->pending_get, 1, call->id.bytes, sizeof call->id.bytes);
        sqlite3_bind_int(s->pending_get, 2, call->attempt);
        if (sqlite3_step(s->pending_get) == SQLITE_ROW)
            buf_add(out, sql_str(s->pending_get, 0));
        sqlite3_reset(s->pending_get);
        return !buf_failed(out) && out->len > 0;
    }
    for (size_t i = 0; i < s->taken_count; i++) {
        const struct segment *g = s->taken[i];
        if (g->seq != call->seq || !buf_room(out, call->length))
            continue;
        out->len = call->length;
        return segment_read(g, call->offset, out->ptr, call->length) == call->length;
    }
    return false;
}

static bool carry_one(struct store *s, const struct pending *call, struct buf *payload)
{
    if (!writer_payload(s, call, payload))
        return false;
    sql_bind_blob(s->pending_add, 1, call->id.bytes, sizeof call->id.bytes);
    sqlite3_bind_int(s->pending_add, 2, call->attempt);
    sql_bind_blob(s->pending_add, 3, payload->ptr, payload->len);
    return sql_done(s->pending_add);
}

// In a batch that has no records, so that `pendings` is up to date.
static bool carry_pending(struct store *s, const struct segment *g)
{
    struct buf payload;
    bool fine = true;
    buf_init(&payload, &alloc_heap, RECORD_BYTES_MAX);
    size_t at = 0;
    for (struct pending *call; fine && (call = pendings_each(&s->pendings, &at));) {
        if (call->seq == g->seq && !call->carried)
            fine = carry_one(s, call, &payload);
    }
    buf_fini(&payload);
    sqlite3_bind_int64(s->position_drop, 1, (int64_t)g->seq);
    return fine && sql_done(s->position_drop);
}

// Whatever the COMMIT wrote must be on the disk before the segment goes: the log's file is synced
// by a descriptor of our own (SQLite keeps no lock on that file that closing it could drop).
bool writer_sync_ledger(const struct store *s)
{
    char wal[STORE_PATH_SIZE + 8];
    snprintf(wal, sizeof wal, "%s-wal", s->path);
    int fd = open(wal, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT;
    bool fine = fdatasync(fd) == 0;
    close(fd);
    return fine;
}

static void let_go(struct store *s, struct segment *g)
{
    size_t at = 0;
    for (struct pending *call; (call = pendings_each(&s->pendings, &at));)
        call->carried |= call->seq == g->seq;
    pthread_mutex_lock(&s->lock);
    list_pull(&g->link);
    pthread_mutex_unlock(&s->lock);
    segment_delete(s->folder, g);
    s->folder_changed = true;
}

// --- the transaction ---

bool writer_lock(struct store *s)
{
    if (!sql_done(s->begin))
        return false;
    s->busy_us = 0;
    return true;
}

bool writer_patient(struct store *s)
{
    int64_t now = clock_mono_us();
    if (sql_status(sqlite3_errcode(s->db)) != STATUS_BUSY)
        return false;
    s->busy_us = s->busy_us ? s->busy_us : now;
    return now - s->busy_us < BUSY_PATIENCE_US;
}

static bool begin(struct store *s)
{
    s->records = s->change_count = 0;
    s->suspect.segment = NULL;
    ledger_begin(&s->ledger);
    return writer_lock(s);
}

static bool set_positions(struct store *s)
{
    for (size_t i = 0; i < s->taken_count; i++) {
        const struct segment *g = s->taken[i];
        if (g->reading == g->read)
            continue;
        sqlite3_bind_int64(s->position_set, 1, (int64_t)g->seq);
        sqlite3_bind_int64(s->position_set, 2, g->reading);
        if (!sql_done(s->position_set))
            return false;
    }
    return true;
}

static void complain(struct store *s)
{
    s->trouble = sql_status(sqlite3_errcode(s->db));
    atomic_fetch_add_explicit(&s->failures, 1, memory_order_relaxed);
    atomic_store_explicit(&s->healthy, false, memory_order_release);
    if (store_complains(&s->complained_us))
        log_say(LOG_ERROR, "the ledger cannot be written: %s; its rows wait in the journal",
                sqlite3_errmsg(s->db));
}

static void undo(struct store *s)
{
    if (!sqlite3_get_autocommit(s->db))
        sql_done(s->rollback);
    for (size_t i = 0; i < s->taken_count; i++) {
        s->taken[i]->reading = s->taken[i]->read;
        s->taken[i]->bad = s->taken[i]->ended;
    }
    ledger_forget(&s->ledger);
    s->change_count = 0;
}

static enum batch give_up(struct store *s)
{
    if (!writer_patient(s))
        complain(s);
    undo(s);
    return BATCH_FAILED;
}

static void recovered(struct store *s)
{
    if (s->complained_us)
        log_say(LOG_INFO, "the ledger can be written again");
    s->complained_us = 0;
    atomic_store_explicit(&s->healthy, true, memory_order_release);
}

static bool reserve_changes(struct store *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->change_count; i++)
        n += s->changes[i].type == RECORD_DISPATCHED;
    return pendings_reserve(&s->pendings, n);
}

static int64_t capped(int128 pd)
{
    return pd > INT64_MAX ? INT64_MAX : pd < INT64_MIN ? INT64_MIN : (int64_t)pd;
}

static void apply(struct store *s)
{
    for (size_t i = 0; i < s->taken_count; i++) {
        s->taken[i]->read = s->taken[i]->reading;
        s->taken[i]->ended = s->taken[i]->bad;
    }
    for (size_t i = 0; i < s->change_count; i++) {
        const struct change *c = &s->changes[i];
        if (c->type == RECORD_FINAL)
            pendings_remove(&s->pendings, &c->call.id, c->call.attempt);
        else
            must(pendings_add(&s->pendings, &c->call));
    }
    s->change_count = 0;
    atomic_store_explicit(&s->rows, s->ledger.added, memory_order_relaxed);
    atomic_store_explicit(&s->imbalance_pd, capped(ledger_difference(&s->ledger)),
                          memory_order_relaxed);
    atomic_fetch_add_explicit(&s->batches, 1, memory_order_relaxed);
}

static size_t choose_leaving(struct store *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->taken_count; i++)
        n += s->taken[i]->leaving = read_whole(s->taken[i]);
    return n;
}

// Segments whose last record is in the ledger, with one COMMIT and one wait for the disk. They need
// not be synced themselves, so they go before the journal is.
static enum batch retire(struct store *s, bool busy)
{
    size_t n = choose_leaving(s);
    if (n == 0 || (busy && n < RETIRE_TOGETHER && !writer_sync_due(s)))
        return BATCH_DONE;
    bool fine = begin(s);
    for (size_t i = 0; fine && i < s->taken_count; i++)
        fine = !s->taken[i]->leaving || carry_pending(s, s->taken[i]);
    if (!fine || !sql_done(s->commit) || !writer_sync_ledger(s))
        return give_up(s);
    for (size_t i = s->taken_count; i-- > 0;) {
        if (!s->taken[i]->leaving)
            continue;
        let_go(s, s->taken[i]);
        s->taken[i] = s->taken[--s->taken_count];
    }
    recovered(s);
    return BATCH_DONE;
}

// The record that SQLite refused, alone in its transaction: aside, and on behind it. The database
// is healthy.
static enum batch pass_over(struct store *s)
{
    struct suspect it = s->suspect;
    uint32_t n = it.call.length;
    log_say(LOG_ERROR, "the ledger refuses a call for good: %s", sqlite3_errmsg(s->db));
    undo(s);
    if (segment_read(it.segment, it.call.offset, s->bytes, n) != n ||
        !refused_keep(s, it.segment->name, str_from(s->bytes, n)))
        return BATCH_FAILED;
    bool fine =
        begin(s) && note(s, RECORD_FINAL, &it.call) && drop_carried(s, &it.call) && leases_doubt(s);
    it.segment->reading = it.call.offset + n;
    if (!fine || !set_positions(s) || !sql_done(s->commit))
        return give_up(s);
    s->careful--;
    apply(s);
    recovered(s);
    return BATCH_MORE;
}

// A batch that holds a record which SQLite refuses for good is read again, one record a
// transaction.
static enum batch refused(struct store *s)
{
    if (s->careful && s->suspect.segment)
        return pass_over(s);
    s->careful = s->records + 1;
    undo(s);
    return BATCH_MORE;
}

static enum batch take_all(struct store *s)
{
    bool fine = begin(s);
    for (size_t i = 0; fine && i < s->taken_count; i++)
        fine = take_segment(s, s->taken[i]);
    if (!fine || !ledger_flush(&s->ledger) || !set_positions(s) || !reserve_changes(s) ||
        !sql_done(s->commit))
        return refused_is(s) && s->suspect.segment ? refused(s) : give_up(s);
    bool more = s->records >= records_max(s);
    s->careful -= s->careful ? 1 : 0;
    apply(s);
    recovered(s);
    return more ? BATCH_MORE : BATCH_DONE;
}

enum batch writer_batch(struct store *s)
{
    if (!writer_snapshot(s))
        return BATCH_FAILED;
    bool any = false;
    for (size_t i = 0; i < s->taken_count; i++)
        any |= unread(s->taken[i]);
    int64_t none = 0;
    if (any)
        atomic_compare_exchange_strong(&s->behind_us, &none, clock_mono_us());
    enum batch result = any ? take_all(s) : BATCH_DONE;
    if (result != BATCH_FAILED && retire(s, result == BATCH_MORE) == BATCH_FAILED)
        return BATCH_FAILED;
    if (result == BATCH_DONE) {
        atomic_store_explicit(&s->behind_us, 0, memory_order_relaxed);
        replay_done(s);
    }
    return result;
}
