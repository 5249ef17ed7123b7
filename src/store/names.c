// SPDX-License-Identifier: Apache-2.0

#include "store/names.h"

#include <string.h>

#include "base/alloc.h"
#include "base/golden.h"
#include "base/limits.h"
#include "store/sql.h"

bool names_open(struct names *n, sqlite3 *db)
{
    n->find = sql_prepare(db, "SELECT id FROM name WHERE text = ?1 AND used_day >= ?2");
    n->add = sql_prepare(db, "INSERT INTO name (text, used_day) VALUES (?1, ?2) ON CONFLICT (text) "
                             "DO UPDATE SET used_day = ?2 RETURNING id");
    n->slots = alloc_zero(&alloc_heap, NAMES_CACHED * sizeof *n->slots);
    return n->find && n->add && n->slots;
}

void names_close(struct names *n)
{
    sqlite3_finalize(n->find);
    sqlite3_finalize(n->add);
    heap_free(n->slots);
    *n = (struct names){0};
}

void names_forget(struct names *n)
{
    memset(n->slots, 0, NAMES_CACHED * sizeof *n->slots);
}

// Names of one kind differ at their ends ("gpt-4o", "user-17"): both ends and the length count.
static struct name_slot *slot_of(const struct names *n, struct str text)
{
    uint64_t first = 0;
    uint64_t last = 0;
    size_t some = text.len < sizeof first ? text.len : sizeof first;
    memcpy(&first, text.ptr, some);
    memcpy(&last, text.ptr + text.len - some, some);
    uint64_t hash = golden(first ^ (last << 7 | last >> 57) ^ text.len);
    return &n->slots[hash >> 54 & (NAMES_CACHED - 1)];
}

// `which` of the statements, whose row is the number.
static bool ask(sqlite3_stmt *which, struct str text, int64_t day, int64_t *id)
{
    sql_bind_str(which, 1, text);
    sqlite3_bind_int64(which, 2, day);
    return sql_one_i64(which, -1, id);
}

static bool look_up(struct names *n, struct str text, int64_t day, bool add, int64_t *id)
{
    if (text.len > TAG_VALUE_MAX)
        text.len = TAG_VALUE_MAX;
    struct name_slot *slot = slot_of(n, text);
    if (slot->len == text.len && memcmp(slot->text, text.ptr, text.len) == 0 && slot->day >= day) {
        *id = slot->id;
        return true;
    }
    if (!ask(n->find, text, day, id) ||
        (*id < 0 && add && (!ask(n->add, text, day, id) || *id < 0)))
        return false;
    if (*id >= 0 && text.len <= sizeof slot->text) {
        slot->len = (uint8_t)text.len;
        memcpy(slot->text, text.ptr, text.len);
        slot->id = *id;
        slot->day = day;
    }
    return true;
}

bool names_find(struct names *n, struct str text, int64_t *id)
{
    *id = 0;
    return text.len == 0 || look_up(n, text, INT64_MIN, false, id);
}

bool names_id(struct names *n, struct str text, int64_t day, int64_t *id)
{
    *id = 0;
    return text.len == 0 || look_up(n, text, day, true, id);
}
