// SPDX-License-Identifier: Apache-2.0

#include "store/journal.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/inside.h"

struct journal {
    struct store *store;
    unsigned worker;
    struct segment *current; // NULL after a failure
    struct buf frame;
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

enum status journal_open(struct store *s, unsigned worker, struct journal **out, struct why *why)
{
    must(s->running); // without the writer nothing would read it
    struct journal *j = alloc_zero(&alloc_heap, sizeof *j);
    if (!j)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    j->store = s;
    j->worker = worker;
    buf_init(&j->frame, &alloc_heap, FRAME_HEAD + RECORD_BYTES_MAX);
    enum status status = next_segment(j, why);
    if (status != STATUS_OK) {
        heap_free(j);
        return status;
    }
    pthread_mutex_lock(&s->lock);
    s->journals++;
    pthread_mutex_unlock(&s->lock);
    *out = j;
    return STATUS_OK;
}

void journal_close(struct journal *j)
{
    if (!j)
        return;
    if (j->current)
        segment_close(j->current);
    pthread_mutex_lock(&j->store->lock);
    j->store->journals--;
    pthread_mutex_unlock(&j->store->lock);
    buf_fini(&j->frame);
    heap_free(j);
}

static void fail(struct journal *j, enum status status)
{
    if (!j->failed)
        log_say(LOG_ERROR, "the journal cannot be written: %s", status_text(status));
    j->failed = true;
    j->probed_us = clock_mono_us();
}

static bool probe_due(const struct journal *j)
{
    return clock_mono_us() - j->probed_us >= PROBE_US;
}

// A segment with room for the frame.
static enum status make_room(struct journal *j)
{
    if (j->current && segment_room(j->current) >= j->frame.len)
        return STATUS_OK;
    if (!j->current && !probe_due(j))
        return STATUS_FULL;
    enum status status = next_segment(j, NULL);
    if (status != STATUS_OK)
        fail(j, status);
    return status;
}

static enum status append(struct journal *j, enum record type)
{
    enum status status = make_room(j);
    if (status != STATUS_OK)
        return status;
    status = segment_append(j->current, type, &j->frame);
    if (status == STATUS_OK) {
        if (j->failed)
            log_say(LOG_INFO, "the journal can be written again");
        j->failed = false;
        return STATUS_OK;
    }
    // What stands behind the published end may be torn: nothing more comes into this segment.
    segment_close(j->current);
    j->current = NULL;
    fail(j, status);
    return status;
}

static bool pack(struct journal *j, const struct entry *e)
{
    must(e->tenant.len > 0);
    segment_begin(&j->frame);
    entry_pack(e, &j->frame);
    return !buf_failed(&j->frame);
}

enum status journal_dispatched(struct journal *j, const struct entry *e)
{
    if (!pack(j, e))
        return STATUS_LIMIT;
    return append(j, RECORD_DISPATCHED);
}

static bool append_reserve(struct journal *j)
{
    struct store *s = j->store;
    pthread_mutex_lock(&s->reserve_lock);
    enum status status =
        s->reserve ? segment_append(s->reserve, RECORD_FINAL, &j->frame) : STATUS_FULL;
    pthread_mutex_unlock(&s->reserve_lock);
    if (status != STATUS_OK)
        log_say(LOG_ERROR, "a call's last record is lost: the journal's reserve too: %s",
                status_text(status));
    return status == STATUS_OK;
}

bool journal_final(struct journal *j, const struct entry *e)
{
    if (!pack(j, e)) {
        log_say(LOG_ERROR, "a call's last record is lost: it is too long, or memory is out");
        return false;
    }
    return append(j, RECORD_FINAL) == STATUS_OK || append_reserve(j);
}

bool journal_healthy(struct journal *j)
{
    if (!j->failed)
        return true;
    if (!probe_due(j))
        return false;
    j->frame.len = FRAME_HEAD;
    if (make_room(j) != STATUS_OK)
        return false;
    j->failed = false;
    log_say(LOG_INFO, "the journal can be written again");
    return true;
}
