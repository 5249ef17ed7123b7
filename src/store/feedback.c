// SPDX-License-Identifier: Apache-2.0

#include "store/feedback.h"

#include "base/clock.h"
#include "store/inside.h"
#include "store/pairs.h"
#include "store/sql.h"

#define MOMENT_MS   20 // for whom has waited elsewhere
#define US_PER_MS   1000
#define ID_SLACK_US DAY_US // an id's time and its row's start may differ, should the clock be set

// *found: the ledger has such a call.
static bool find_call(struct store *s, const struct feedback *f, int64_t *found)
{
    sqlite3_stmt *q = sql_prepare(
        s->keys,
        "SELECT 1 FROM call c JOIN kind k ON k.id = c.kind JOIN name key ON key.id = k.key "
        "WHERE c.tenant = (SELECT id FROM name WHERE text = ?1) AND c.start_us >= ?2 AND "
        "c.start_us < ?3 AND c.id = ?4 AND (?5 = '' OR key.text = ?5) LIMIT 1");
    int64_t us = uuid_wall_ms(&f->id) * 1000;
    if (q) {
        sql_bind_str(q, 1, f->tenant);
        sqlite3_bind_int64(q, 2, us - ID_SLACK_US);
        sqlite3_bind_int64(q, 3, us + ID_SLACK_US);
        sql_bind_blob(q, 4, f->id.bytes, sizeof f->id.bytes);
        sql_bind_str(q, 5, f->key);
    }
    bool fine = q && sql_one_i64(q, 0, found);
    sqlite3_finalize(q);
    return fine;
}

static bool put(struct store *s, const struct feedback *f)
{
    sqlite3_stmt *q = sql_prepare(
        s->keys, "INSERT INTO feedback (id, at_us, tenant, score_ppm, comment) VALUES (?1, ?2, ?3, "
                 "?4, ?5) ON CONFLICT DO UPDATE SET at_us = ?2, score_ppm = ?4, comment = ?5");
    if (q) {
        sql_bind_blob(q, 1, f->id.bytes, sizeof f->id.bytes);
        sqlite3_bind_int64(q, 2, f->at_us);
        sql_bind_str(q, 3, f->tenant);
        sqlite3_bind_int64(q, 4, f->score_ppm);
        sql_bind_str(q, 5, f->comment);
    }
    bool fine = q && sql_done(q);
    sqlite3_finalize(q);
    return fine;
}

static int64_t left_ms(int64_t until_us)
{
    return count_larger((until_us - clock_mono_us()) / US_PER_MS, MOMENT_MS);
}

enum status store_feedback_add(struct store *s, const struct feedback *f, int64_t patience_ms,
                               struct why *why)
{
    const int64_t until_us = clock_mono_us() + patience_ms * US_PER_MS;
    must(f->score_ppm <= PAIR_WHOLE_PPM && f->comment.len <= FEEDBACK_COMMENT_MAX);
    if (store_catch_up(s, left_ms(until_us)) != STATUS_OK)
        return store_behind(s, why);
    enum status status = STATUS_OK;
    int64_t found = 0;
    pthread_mutex_lock(&s->keys_lock);
    sqlite3_busy_timeout(s->keys, (int)left_ms(until_us));
    if (!find_call(s, f, &found) || (found && !put(s, f)))
        status = sql_why(why, s->keys, "the feedback cannot be kept");
    sqlite3_busy_timeout(s->keys, BUSY_MOST_MS);
    pthread_mutex_unlock(&s->keys_lock);
    if (status != STATUS_OK || found)
        return status;
    char id[UUID_TEXT];
    uuid_write(&f->id, id);
    return why_set(why, STATUS_UNKNOWN,
                   "the ledger has no call %.*s. An answer tells its id in x-costlens-request-id",
                   UUID_TEXT, id);
}
