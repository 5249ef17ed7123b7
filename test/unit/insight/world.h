// SPDX-License-Identifier: Apache-2.0
//
// world - a store in a folder of its own, with its journal and the price book, and what a verb
// answered.

#ifndef WORLD_H
#define WORLD_H

#include "../store/stored.h"
#include "base/json.h"
#include "core/catalog.h"
#include "insight/verbs.h"
#include "store/inside.h"
#include "store/sql.h"

#define NOON_US (civil_days(2026, 11, 24) * DAY_US + 12 * 3600 * SECOND_US)

struct world {
    struct place place;
    struct store *store;
    struct journal *journal;
    struct catalog *catalog;
    struct buf answer;
    struct json *json;
};

static inline void begin(struct world *w)
{
    memset(w, 0, sizeof *w);
    place_make(&w->place);
    w->store = store_at(&w->place, true);
    assert_int_equal(sql_run(w->store->keys, "PRAGMA synchronous = OFF"), 0); // it never crashes
    w->journal = journal_of(w->store, 0);
    buf_init(&w->answer, &alloc_heap, 0);
    assert_int_equal(catalog_open(&alloc_heap, NULL, 0, &w->catalog, NULL), STATUS_OK);
}

static inline void end(struct world *w)
{
    json_close(w->json);
    buf_fini(&w->answer);
    catalog_close(w->catalog);
    journal_close(w->journal);
    store_close(w->store);
    place_remove(&w->place);
}

#endif
