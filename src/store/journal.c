// SPDX-License-Identifier: Apache-2.0

// Records are packed behind one another in `frames`. Ungathered, that buffer is written after each;
// gathered, by journal_flush or when the segment is full. What a failed write leaves is sorted: the
// ends of calls go to the reserve, the beginnings are told.

#include "store/journal.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/inside.h"

struct journal {
    struct store *store;
    unsigned worker;
    struct segment *current; // NULL after a failure; then nothing is gathered
    struct buf frames;       // gathered, sealed, not yet written; they fit into `current`
    struct buf lost;         // frames whose write failed, until journal_flush tells it
    bool gathering;
    bool end_lost; // of a call, since the last flush: no file has it
    bool failed;
    int64_t probed_us;
};

static enum status next_segment(struct journal *j, struct why *why)
{
    struct store *s = j->store;
    struct segment *fresh;
    if (j->current)
        segment_close(j->current);
    j->current = NULL;
    pthread_mutex_lock(&s->lock);
    uint64_t seq = s->next_seq++;
    pthread_mutex_unlock(&s->lock);
    enum status status = segment_create(s->folder, seq, j->worker, &fresh, why);
    if (status != STATUS_OK)
        return status;
    pthread_mutex_lock(&s->lock);
    list_push(&s->segments, &fresh->link);
    pthread_mutex_unlock(&s->lock);
    j->current = fresh;
    return STATUS_OK;
}

// A start in the space of a process that was killed: the reserve's, where what the ledger took is
// missing. The writer makes a fresh one as soon as there is space.
static bool give_reserve(struct store *s)
{
    pthread_mutex_lock(&s->reserve_lock);
    bool given = s->trimmed && s->reserve && segment_cut(s->reserve);
    if (given)
        s->reserve = NULL;
    pthread_mutex_unlock(&s->reserve_lock);
    if (given)
        store_bare(s);
    return given;
}

enum status journal_open(struct store *s, unsigned worker, struct journal **out, struct why *why)
{
    must(s->running); // without the writer nothing would read it
    struct journal *j = alloc_zero(&alloc_heap, sizeof *j);
    if (!j)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    j->store = s;
    j->worker = worker;
    buf_init(&j->frames, &alloc_heap, SEGMENT_BYTES + FRAME_HEAD + RECORD_BYTES_MAX);
    buf_init(&j->lost, &alloc_heap, SEGMENT_BYTES + FRAME_HEAD + RECORD_BYTES_MAX);
    enum status status = next_segment(j, why);
    if (status == STATUS_FULL && give_reserve(s))
        status = next_segment(j, why);
    if (status != STATUS_OK) {
        heap_free(j);
        return status == STATUS_FULL ? store_full(s, s->state, "state", why) : status;
    }
    pthread_mutex_lock(&s->lock);
    s->journals++;
    pthread_mutex_unlock(&s->lock);
    *out = j;
    return STATUS_OK;
}

static void fail(struct journal *j, enum status status)
{
    if (!j->failed) {
        log_say(LOG_ERROR,
                "the journal in %s cannot be written: %s; calls are refused until it can",
                j->store->state, status_text(status));
        atomic_fetch_add_explicit(&j->store->failing, 1, memory_order_relaxed);
    }
    j->failed = true;
    j->probed_us = clock_mono_us();
}

static void recover(struct journal *j)
{
    if (!j->failed)
        return;
    log_say(LOG_INFO, "the journal can be written again");
    atomic_fetch_sub_explicit(&j->store->failing, 1, memory_order_relaxed);
    j->failed = false;
}

static bool probe_due(const struct journal *j)
{
    return clock_mono_us() - j->probed_us >= PROBE_US;
}

static bool write_reserve(struct store *s, struct str frame)
{
    pthread_mutex_lock(&s->reserve_lock);
    enum status status = s->reserve ? segment_write(s->reserve, frame) : STATUS_FULL;
    if (s->reserve && status != STATUS_OK) {
        // What it left is a torn tail, but behind a shorter record it would be damage.
        segment_close(s->reserve);
        s->reserve = NULL; // the writer makes a fresh one
    }
    pthread_mutex_unlock(&s->reserve_lock);
    if (status != STATUS_OK)
        log_say(LOG_ERROR, "a call's last record is lost: the journal's reserve too: %s",
                status_text(status));
    return status == STATUS_OK;
}

// The first n bytes of `frames` with one write(2); they stay there.
static enum status write_frames(struct journal *j, size_t n)
{
    enum status status = segment_write(j->current, str_from(j->frames.ptr, n));
    if (status == STATUS_OK) {
        recover(j);
        return STATUS_OK;
    }
    // Whole records may stand behind the published end; their calls are about to be refused.
    if (!segment_cut(j->current))
        log_say(LOG_ERROR, "the journal's last write cannot be taken back: should this process die "
                           "at once, calls that it refused will be booked as captured");
    j->current = NULL;
    fail(j, status);
    return status;
}

// A write of n bytes failed: the ends among them go to the reserve, and all of them to `lost`, so
// that journal_flush finds the beginnings. (It is empty: no call is begun while one waits there.)
static void sort_lost(struct journal *j, size_t n)
{
    must(j->lost.len == 0);
    struct buf frames = j->frames;
    j->frames = j->lost;
    j->lost = frames;
    buf_clear(&j->frames);
    buf_add(&j->frames, str_skip(buf_str(&frames), n));
    j->lost.len = n;
    struct frame f;
    for (struct str at = buf_str(&j->lost); frame_read_own(at, &f) == FRAME_OK;
         at = str_skip(at, f.size)) {
        if (f.type == RECORD_FINAL && !write_reserve(j->store, str_from(at.ptr, f.size)))
            j->end_lost = true;
    }
}

// The first n gathered bytes: all, or all but the record that is being added.
static void write_out(struct journal *j, size_t n)
{
    if (n == 0)
        return;
    if (write_frames(j, n) == STATUS_OK)
        buf_drop(&j->frames, n);
    else
        sort_lost(j, n);
}

// A segment with room for all that is gathered; `before` are its bytes without the last record.
static enum status make_room(struct journal *j, size_t before)
{
    if (j->current && segment_room(j->current) >= j->frames.len)
        return STATUS_OK;
    write_out(j, before);
    // What was lost is told at the turn's end; until then nothing may be gathered behind it.
    if (!j->current && (j->lost.len || !probe_due(j)))
        return STATUS_FULL;
    enum status status = next_segment(j, NULL);
    if (status != STATUS_OK)
        fail(j, status);
    return status;
}

// The record behind those gathered: its size, or 0 when it is too long or memory is out.
static size_t pack(struct journal *j, const struct entry *e, enum record type)
{
    must(e->tenant.len > 0);
    size_t start = j->frames.len;
    if (buf_room(&j->frames, FRAME_HEAD))
        j->frames.len += FRAME_HEAD;
    entry_pack(e, &j->frames);
    if (segment_seal(&j->frames, start, type))
        return j->frames.len - start;
    j->frames.len = start;
    j->frames.failed = false; // what stands before it is whole
    return 0;
}

// Takes the record added last back. (When memory ended it is gone, and it was the only one.)
static void drop_last(struct journal *j, size_t size)
{
    if (buf_failed(&j->frames))
        buf_clear(&j->frames);
    else
        j->frames.len -= size;
}

enum status journal_dispatched(struct journal *j, const struct entry *e)
{
    if (j->lost.len)
        return STATUS_FULL;
    size_t size = pack(j, e, RECORD_DISPATCHED);
    if (size == 0)
        return STATUS_LIMIT;
    enum status status = make_room(j, j->frames.len - size);
    if (status == STATUS_OK && j->gathering)
        return STATUS_OK;
    if (status == STATUS_OK)
        status = write_frames(j, size);
    drop_last(j, size);
    return status;
}

bool journal_final(struct journal *j, const struct entry *e)
{
    size_t size = pack(j, e, RECORD_FINAL);
    bool room = size && make_room(j, j->frames.len - size) == STATUS_OK;
    if (size == 0 || buf_failed(&j->frames)) {
        log_say(LOG_ERROR, "a call's last record is lost: it is too long, or memory is out");
        drop_last(j, size);
        j->end_lost = true;
        return false;
    }
    if (room && j->gathering)
        return true;
    bool fine = (room && write_frames(j, size) == STATUS_OK) ||
                write_reserve(j->store, str_skip(buf_str(&j->frames), j->frames.len - size));
    drop_last(j, size);
    j->end_lost = j->end_lost || !fine;
    return fine;
}

void journal_gather(struct journal *j)
{
    j->gathering = true;
}

bool journal_flush(struct journal *j, journal_lost_f *lost, void *context)
{
    if (j->frames.len > 0 || j->lost.len > 0)
        write_out(j, j->frames.len);
    bool fine = !j->end_lost;
    j->end_lost = false;
    struct frame f;
    for (struct str at = buf_str(&j->lost); frame_read_own(at, &f) == FRAME_OK;
         at = str_skip(at, f.size)) {
        struct uuid id;
        uint8_t attempt;
        if (f.type == RECORD_DISPATCHED && entry_unpack_id(f.payload, &id, &attempt))
            lost(context, &id, attempt);
    }
    buf_clear(&j->lost);
    return fine;
}

bool journal_healthy(struct journal *j)
{
    if (!j->failed)
        return true;
    if (!probe_due(j) || make_room(j, j->frames.len) != STATUS_OK)
        return false;
    recover(j);
    return true;
}

static void nobody(void *context, const struct uuid *id, uint8_t attempt)
{
    (void)context;
    (void)id;
    (void)attempt;
}

void journal_close(struct journal *j)
{
    if (!j)
        return;
    (void)journal_flush(j, nobody, NULL);
    if (j->current)
        segment_close(j->current);
    if (j->failed)
        atomic_fetch_sub_explicit(&j->store->failing, 1, memory_order_relaxed);
    pthread_mutex_lock(&j->store->lock);
    j->store->journals--;
    pthread_mutex_unlock(&j->store->lock);
    buf_fini(&j->frames);
    buf_fini(&j->lost);
    heap_free(j);
}
