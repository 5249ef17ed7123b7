// SPDX-License-Identifier: Apache-2.0
//
// stored - a store in a folder of its own, entries to fill it with, and questions to its file.

#ifndef STORED_H
#define STORED_H

#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit.h"
#include "base/clock.h"
#include "core/decision.h"
#include "core/entry.h"
#include "store/journal.h"
#include "store/store.h"

struct place {
    char folder[128];
    char path[160];
    char journal[160];
};

static inline void place_make(struct place *p)
{
    snprintf(p->folder, sizeof p->folder, "/tmp/costlens-store-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->path, sizeof p->path, "%s/costlens.db", p->folder);
    snprintf(p->journal, sizeof p->journal, "%s/journal", p->folder);
}

static inline void empty_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    for (const struct dirent *f; dir && (f = readdir(dir));) {
        if (f->d_name[0] != '.')
            unlinkat(dirfd(dir), f->d_name, 0);
    }
    if (dir)
        closedir(dir);
}

static inline void place_remove(const struct place *p)
{
    empty_folder(p->journal);
    rmdir(p->journal);
    empty_folder(p->folder);
    rmdir(p->folder);
}

// How many files of the journal end so.
static inline int journal_files(const struct place *p, const char *end)
{
    int n = 0;
    DIR *dir = opendir(p->journal);
    for (const struct dirent *f; dir && (f = readdir(dir));)
        n += str_ends(str_of(f->d_name), str_of(end));
    if (dir)
        closedir(dir);
    return n;
}

static inline struct store *store_at(const struct place *p, bool writer)
{
    struct store_setup setup = {
        .path = str_of(p->path), .create = true, .writer = writer, .fsync_ms = 50};
    struct store *s = NULL;
    struct why why = {0};
    if (store_open(&setup, &s, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return s;
}

// The answer to one question with one number, from a connection of its own. It waits for the
// store's writer: what is to be changed is changed when it comes back.
static inline int64_t ask(const struct place *p, const char *question)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;
    int64_t answer = -1;
    if (sqlite3_open_v2(p->path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db, question, -1, &s, NULL) != SQLITE_OK)
        fail_msg("%s: %s", question, sqlite3_errmsg(db));
    sqlite3_busy_timeout(db, 10000);
    int rc = sqlite3_step(s);
    if (rc == SQLITE_ROW)
        answer = sqlite3_column_int64(s, 0);
    else if (rc != SQLITE_DONE)
        fail_msg("%s: %s", question, sqlite3_errmsg(db));
    sqlite3_finalize(s);
    sqlite3_close(db);
    return answer;
}

static inline struct entry an_entry(int64_t start_us)
{
    struct entry e = {.id = uuid_new(start_us),
                      .start_us = start_us,
                      .tenant = STR("default"),
                      .team = STR("blue"),
                      .project = STR("site"),
                      .key = STR("ci"),
                      .provider = STR("openai"),
                      .model_asked = STR("gpt-4o"),
                      .model = STR("gpt-4o"),
                      .model_answered = STR("gpt-4o-2024-08-06"),
                      .endpoint = STR("chat"),
                      .route = STR("asked"),
                      .upstream_id = STR("req_1234"),
                      .price_version = STR("0123456789ab"),
                      .price_name = STR("openai/gpt-4o"),
                      .stream = true,
                      .http_status = 200,
                      .ttft_us = 250000,
                      .duration_us = 1250000,
                      .price_state = PRICE_PRICED,
                      .cost = {.pd = 123456789},
                      .priced_as_answered = true};
    e.usage.count[BUCKET_INPUT] = 1000;
    e.usage.count[BUCKET_CACHE_READ] = 200;
    e.usage.count[BUCKET_OUTPUT] = 50;
    e.usage.prompt = 1200;
    return e;
}

// What is booked before it is sent.
static inline struct entry an_open_entry(int64_t start_us)
{
    struct entry e = an_entry(start_us);
    e.outcome = OUTCOME_UNKNOWN;
    e.usage.sure = SURE_CAPTURED;
    return e;
}

// Why the i-th call went where it did, packed into `bytes`.
static inline struct str a_decision(int i, char bytes[DECISION_BYTES_MAX + 1])
{
    const struct decision made = {.route = i % 2 ? (struct str)STR("desk") : (struct str)STR("a"),
                                  .side = i % 2 ? SIDE_SMALL : SIDE_LARGE,
                                  .propensity_ppm = DECISION_SURE,
                                  .compared = i % 3 == 0,
                                  .large = {i}};
    struct buf packed;
    buf_fixed(&packed, bytes, DECISION_BYTES_MAX);
    decision_pack(&made, &packed);
    return buf_str(&packed);
}

// What a call of one budget, or of several, holds and is charged.
static inline void charge(struct entry *e, int64_t held, int64_t charged, uint64_t account)
{
    e->charge.held = held;
    e->charge.charged = charged;
    e->charge.accounts[e->charge.count++] = account;
}

static inline void tag(struct entry *e, const char *name, const char *value)
{
    assert_int_equal(tags_set(&e->tags, str_of(name), str_of(value)), STATUS_OK);
}

static inline struct journal *journal_of(struct store *s, unsigned worker)
{
    struct journal *j = NULL;
    struct why why = {0};
    if (journal_open(s, worker, &j, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return j;
}

// One call, begun and ended.
static inline void call(struct journal *j, struct entry *e)
{
    struct entry sent = *e;
    sent.usage.sure = SURE_CAPTURED;
    sent.charge.charged = sent.charge.held;
    assert_int_equal(journal_dispatched(j, &sent), STATUS_OK);
    assert_true(journal_final(j, e));
}

#endif
