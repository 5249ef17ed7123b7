// SPDX-License-Identifier: Apache-2.0
//
// What an earlier process left. Its segments are read like living ones, from their positions on;
// what stands before a position is read too, but only for the calls that were pending when it
// ended. Those still pending at the end of all segments can have no answer any more: they are
// captured.
//
// Rows take a tenth of a second for some ten thousand, and a ledger that was locked or full leaves
// millions. Then all is read, which is fast, but only for what must be known before the first call:
// who is pending, and what the rows to come will charge the accounts of budgets. So much stays set
// aside, and counts as spent (lease.h); the rows take it as ever when the writer makes them.

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/inside.h"
#include "store/sql.h"

#define SUFFIX  ".seg"
#define AT_ONCE (4 * MIB) // of records: some ten thousand calls

// What the rows that are to come say.
struct ahead {
    struct charges charges;
    uint64_t ends;
};

static void put_aside(const struct store *s, const char *name, const struct why *why)
{
    char aside[SEGMENT_NAME_SIZE + 256];
    snprintf(aside, sizeof aside, "%s.damaged", name);
    log_say(LOG_ERROR, "%s; it is kept as %s", why->text, aside);
    if (!leases_doubt(s))
        return; // it is met again
    renameat(s->folder, name, s->folder, aside);
}

static enum status load_one(struct store *s, const char *name, struct why *why)
{
    struct segment *g;
    enum status status = segment_load(s->folder, name, &g, why);
    if (status == STATUS_CLOSED)
        unlinkat(s->folder, name, 0);
    else if (status == STATUS_DAMAGED)
        put_aside(s, name, why);
    else if (status != STATUS_OK)
        return status;
    else
        list_push(&s->segments, &g->link);
    return STATUS_OK;
}

static int by_seq(const void *a, const void *b)
{
    const struct segment *const *x = a;
    const struct segment *const *y = b;
    return ((*x)->seq > (*y)->seq) - ((*x)->seq < (*y)->seq);
}

static bool sort_segments(struct store *s)
{
    if (!writer_snapshot(s))
        return false;
    if (s->taken_count)
        qsort(s->taken, s->taken_count, sizeof *s->taken, by_seq);
    for (size_t i = 0; i < s->taken_count; i++) {
        list_pull(&s->taken[i]->link);
        list_push(&s->segments, &s->taken[i]->link);
        if (s->taken[i]->seq >= s->next_seq)
            s->next_seq = s->taken[i]->seq + 1;
    }
    return true;
}

// What is left of it.
static uint64_t trim_one(const struct store *s, const char *name)
{
    struct segment *g;
    enum status status = segment_load(s->folder, name, &g, NULL);
    if (status == STATUS_CLOSED)
        unlinkat(s->folder, name, 0);
    if (status != STATUS_OK)
        return 0;
    segment_trim(g);
    uint64_t size = g->size;
    segment_free(g);
    return size;
}

void replay_trim(struct store *s)
{
    uint64_t bytes = 0;
    int fd = openat(s->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    for (const struct dirent *file; dir && (file = readdir(dir));) {
        if (str_ends(str_of(file->d_name), (struct str)STR(SUFFIX)))
            bytes += trim_one(s, file->d_name);
    }
    if (dir)
        closedir(dir);
    s->trimmed = bytes > 0;
    atomic_store_explicit(&s->journal_bytes, bytes, memory_order_relaxed);
}

enum status replay_load(struct store *s, struct why *why)
{
    struct why local = {0};
    why = why ? why : &local;
    int fd = openat(s->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir)
        return why_set(why, STATUS_IO, "the folder %s/journal cannot be read", s->state);
    enum status status = STATUS_OK;
    for (const struct dirent *file; status == STATUS_OK && (file = readdir(dir));) {
        if (str_ends(str_of(file->d_name), (struct str)STR(SUFFIX)))
            status = load_one(s, file->d_name, why);
    }
    closedir(dir);
    if (status == STATUS_OK && !sort_segments(s))
        status = why_set(why, STATUS_NO_MEMORY, "out of memory");
    return status;
}

// --- what was covered already ---

static struct segment *segment_of(struct store *s, uint64_t seq)
{
    for (size_t i = 0; i < s->taken_count; i++) {
        if (s->taken[i]->seq == seq)
            return s->taken[i];
    }
    return NULL;
}

// Of a file that is gone though the ledger has not let it go: said once.
static bool miss_segment(const struct store *s, uint64_t seq)
{
    sqlite3_bind_int64(s->position_set, 1, (int64_t)seq);
    sqlite3_bind_int64(s->position_set, 2, 0);
    return leases_doubt(s) && sql_done(s->position_set);
}

static bool load_positions(struct store *s)
{
    bool fine = true;
    sqlite3_stmt *ask = sql_prepare(s->db, "SELECT segment, offset FROM position");
    int code = SQLITE_ERROR;
    while (ask && (code = sqlite3_step(ask)) == SQLITE_ROW) {
        uint64_t seq = (uint64_t)sqlite3_column_int64(ask, 0);
        int64_t offset = sqlite3_column_int64(ask, 1);
        struct segment *g = segment_of(s, seq);
        if (seq >= s->next_seq)
            s->next_seq = seq + 1; // never a number that means another file here
        if (!g && offset > 0)
            fine &= miss_segment(s, seq);
        if (g && offset >= SEGMENT_HEAD && offset <= g->size)
            g->read = g->reading = (uint32_t)offset;
    }
    sqlite3_finalize(ask);
    return code == SQLITE_DONE && fine;
}

static bool load_carried(struct store *s)
{
    sqlite3_stmt *ask = sql_prepare(s->db, "SELECT id, attempt FROM pending");
    int code = SQLITE_ERROR;
    while (ask && (code = sqlite3_step(ask)) == SQLITE_ROW) {
        struct str id = sql_str(ask, 0);
        struct pending call = {.carried = true, .attempt = (uint8_t)sqlite3_column_int(ask, 1)};
        if (id.len != sizeof call.id.bytes)
            continue;
        memcpy(call.id.bytes, id.ptr, id.len);
        if (!pendings_add(&s->pendings, &call))
            break;
    }
    sqlite3_finalize(ask);
    return code == SQLITE_DONE;
}

// What the records say, in memory: who is pending, and what rows will charge (NULL: they did).
// False when memory is out, or when a row cannot be made as it stands.
static bool recall(struct store *s, const struct segment *g, uint32_t offset, const struct frame *f,
                   struct ahead *ahead)
{
    struct entry e;
    if (!entry_unpack(f->payload, &e))
        return !ahead; // said when it was read first
    if (f->type == RECORD_FINAL) {
        pendings_remove(&s->pendings, &e.id, e.attempt);
        if (ahead)
            ahead->ends++;
        return !ahead || charges_add(&ahead->charges, &e.charge);
    }
    const struct pending call = {.id = e.id,
                                 .attempt = e.attempt,
                                 .seq = g->seq,
                                 .offset = offset + FRAME_HEAD,
                                 .length = (uint32_t)f->payload.len};
    return pendings_add(&s->pendings, &call);
}

// What is read of a segment.
struct part {
    uint32_t at, until; // `at` moves on; before `until` it stops where no whole frame stands,
    uint32_t torn;      // and so many bytes there may be one that was cut off
};

static bool scan(struct store *s, const struct segment *g, struct part *p, struct ahead *ahead)
{
    uint32_t before = 0;
    while (p->at < p->until && p->at != before) {
        uint32_t left = p->until - p->at;
        int64_t n = segment_read(g, p->at, s->bytes, left < READ_BYTES ? left : READ_BYTES);
        struct str bytes = str_from(s->bytes, n > 0 ? (size_t)n : 0);
        struct frame f = {.size = 0};
        for (before = p->at; frame_read(bytes, &f) == FRAME_OK; f.size = 0) {
            if (!recall(s, g, p->at, &f, ahead))
                return false;
            p->at += f.size;
            bytes = str_skip(bytes, f.size);
        }
        p->torn = f.size;
    }
    return true;
}

// The records before the position: which calls were pending there.
static bool scan_covered(struct store *s, const struct segment *g)
{
    struct part p = {.at = SEGMENT_HEAD, .until = g->read};
    if (!scan(s, g, &p, NULL))
        return false;
    if (p.at >= p.until)
        return true;
    log_say(LOG_ERROR, "journal/%s is damaged at byte %u, which the ledger has passed", g->name,
            (unsigned)p.at);
    return leases_doubt(s);
}

// Who was pending where the ledger stands.
static bool load_pending(struct store *s)
{
    pendings_fini(&s->pendings);
    bool fine = load_carried(s);
    for (size_t i = 0; fine && i < s->taken_count; i++)
        fine = scan_covered(s, s->taken[i]);
    return fine;
}

static enum status unreadable(const struct store *s, struct why *why)
{
    return sql_why(why, s->db, "the journal's positions cannot be read");
}

// --- what is to come ---

// The records behind the positions. False where each must be met alone: something is damaged, or
// stands in a reserve, which may say again what a segment says.
static bool look_ahead(struct store *s, struct ahead *ahead)
{
    for (size_t i = 0; i < s->taken_count; i++) {
        const struct segment *g = s->taken[i];
        struct part p = {.at = g->read, .until = g->size};
        if (!scan(s, g, &p, ahead) || (g->reserve && p.at > g->read) ||
            (p.at < g->size && !segment_zero_from(g, p.at + p.torn)))
            return false;
    }
    return true;
}

static bool is_much(const struct store *s)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < s->taken_count; i++)
        bytes += s->taken[i]->size - s->taken[i]->read;
    return bytes > AT_ONCE;
}

// True when the rows can be made later. If not, nothing has happened to the ledger that the other
// way would not do too: a row that is there already changes nothing.
//
// From here on only the ends of the calls that were pending say that they were, so those must
// outlive the machine.
static bool put_off(struct store *s)
{
    struct ahead ahead = {.ends = 0};
    s->folder_changed = true;
    bool fine = look_ahead(s, &ahead) && writer_sync_now(s) && replay_capture(s) &&
                sql_run(s->db, "DELETE FROM pending") == SQLITE_OK &&
                leases_settle(s, &ahead.charges);
    charges_close(&ahead.charges);
    if (fine)
        log_say(LOG_INFO,
                "%llu calls of an earlier process are still in the journal: they come into the "
                "ledger while this one serves",
                (unsigned long long)ahead.ends);
    return fine;
}

static void take_much(struct store *s)
{
    s->records_most = BATCH_RECORDS_LATE;
    (void)sql_run(s->db, MANY_PAGES);
}

static void take_little(struct store *s)
{
    s->records_most = BATCH_RECORDS_MAX;
    (void)sql_run(s->db, FEW_PAGES);
}

void replay_done(struct store *s)
{
    if (!s->owes)
        return;
    s->owes = false;
    take_little(s);
    log_say(LOG_INFO, "the ledger has all calls of earlier processes");
}

static enum status take_all(struct store *s, struct why *why)
{
    enum batch result;
    do {
        result = writer_batch(s);
    } while (result == BATCH_MORE);
    if (result == BATCH_FAILED && s->trouble != STATUS_OK)
        return why_set(why, (enum status)s->trouble,
                       "the journal cannot be taken into the ledger: %s",
                       status_text((enum status)s->trouble));
    if (result == BATCH_FAILED || !replay_capture(s))
        return sql_why(why, s->db, "the journal cannot be taken into the ledger");
    if (!leases_settle(s, NULL))
        return sql_why(why, s->db, "the accounts of budgets cannot be brought up to date");
    return STATUS_OK;
}

// What looking ahead found in memory is no news to who then meets each record.
static enum status take_many(struct store *s, struct why *why)
{
    take_much(s);
    s->owes = s->setup.writer && put_off(s);
    if (s->owes)
        return STATUS_OK;
    enum status status = load_pending(s) ? take_all(s, why) : unreadable(s, why);
    take_little(s);
    return status;
}

enum status replay_all(struct store *s, struct why *why)
{
    if (!writer_snapshot(s) || !load_positions(s) || !load_pending(s))
        return unreadable(s, why);
    enum status status = is_much(s) ? take_many(s, why) : take_all(s, why);
    if (status == STATUS_OK && s->ledger.added > 0)
        log_say(LOG_INFO, "%llu %s of an earlier process %s taken from the journal",
                (unsigned long long)s->ledger.added, s->ledger.added == 1 ? "call" : "calls",
                s->ledger.added == 1 ? "was" : "were");
    return status;
}

// --- calls without an end ---

static bool capture_one(struct store *s, const struct pending *call, struct buf *payload,
                        bool alone)
{
    struct entry e;
    if (!writer_payload(s, call, payload) || !entry_unpack(buf_str(payload), &e)) {
        log_say(LOG_ERROR, "the journal's record of a call that never ended cannot be read");
        return leases_doubt(s);
    }
    return alone ? ledger_add_alone(&s->ledger, &e) : ledger_add(&s->ledger, &e);
}

static void undo(struct store *s)
{
    if (!sqlite3_get_autocommit(s->db))
        sql_done(s->rollback);
    ledger_forget(&s->ledger);
}

static int by_record(const void *a, const void *b)
{
    const struct pending *const *x = a;
    const struct pending *const *y = b;
    if ((*x)->seq != (*y)->seq)
        return (*x)->seq > (*y)->seq ? 1 : -1;
    return ((*x)->offset > (*y)->offset) - ((*x)->offset < (*y)->offset);
}

// All that are pending, as they began: so their rows lie, too. NULL when memory is out.
static struct pending **in_order(const struct store *s)
{
    struct pending **all = alloc_get(&alloc_heap, s->pendings.count * sizeof(struct pending *));
    size_t at = 0;
    for (size_t i = 0; all && i < s->pendings.count; i++)
        all[i] = pendings_each(&s->pendings, &at);
    if (all)
        qsort(all, s->pendings.count, sizeof(struct pending *), by_record);
    return all;
}

static bool capture_all(struct store *s, struct buf *payload)
{
    ledger_begin(&s->ledger);
    struct pending **all = in_order(s);
    bool fine = all && sql_done(s->begin);
    for (size_t i = 0; fine && i < s->pendings.count; i++)
        fine = capture_one(s, all[i], payload, false);
    heap_free(all);
    return fine && ledger_flush(&s->ledger) && sql_run(s->db, "DELETE FROM pending") == SQLITE_OK &&
           sql_done(s->commit);
}

// One a transaction, after SQLite refused one of them for good. A row that is there already changes
// nothing, so this can begin anew.
static bool capture_each(struct store *s, struct buf *payload)
{
    size_t at = 0;
    for (struct pending *call; (call = pendings_each(&s->pendings, &at));) {
        ledger_begin(&s->ledger);
        if (!sql_done(s->begin))
            return false;
        if (capture_one(s, call, payload, true) && ledger_flush(&s->ledger) && sql_done(s->commit))
            continue;
        bool refused = refused_is(s);
        undo(s);
        if (!refused || !leases_doubt(s) || !refused_keep(s, "captured", buf_str(payload)))
            return false;
    }
    return sql_run(s->db, "DELETE FROM pending") == SQLITE_OK;
}

bool replay_capture(struct store *s)
{
    if (s->pendings.count == 0)
        return true;
    struct buf payload;
    uint64_t before = s->ledger.added;
    buf_init(&payload, &alloc_heap, RECORD_BYTES_MAX);
    bool fine = writer_snapshot(s) && capture_all(s, &payload);
    if (!fine && refused_is(s)) {
        undo(s);
        fine = capture_each(s, &payload);
    }
    buf_fini(&payload);
    if (!fine) {
        undo(s);
        return false;
    }
    atomic_fetch_add_explicit(&s->captured, s->ledger.added - before, memory_order_relaxed);
    pendings_fini(&s->pendings);
    return true;
}
