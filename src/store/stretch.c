// SPDX-License-Identifier: Apache-2.0

#include "store/stretch.h"

#include "store/sql.h"

void stretch_close(struct stretch *s)
{
    charges_close(&s->sums);
    *s = (struct stretch){.known = false};
}

static bool read_rows(struct stretch *s, sqlite3 *db)
{
    int code = SQLITE_ERROR;
    struct charge c;
    sqlite3_stmt *q =
        sql_prepare(db, "SELECT charge FROM call WHERE tenant = ?1 AND start_us >= ?2 AND "
                        "start_us < ?3 AND charge NOT NULL");
    bool fine = q != NULL;
    if (fine) {
        sqlite3_bind_int64(q, 1, s->tenant);
        sqlite3_bind_int64(q, 2, s->start_us);
        sqlite3_bind_int64(q, 3, s->end_us);
    }
    while (fine && (code = sqlite3_step(q)) == SQLITE_ROW)
        fine = !charge_unpack(sql_str(q, 0), &c) || charges_add(&s->sums, &c);
    sqlite3_finalize(q);
    return fine && code == SQLITE_DONE;
}

bool stretch_read(struct stretch *s, sqlite3 *db, int64_t tenant, int64_t start_us, int64_t end_us)
{
    if (s->known && s->tenant == tenant && s->start_us == start_us && s->end_us == end_us)
        return true;
    stretch_forget(s);
    s->tenant = tenant;
    s->start_us = start_us;
    s->end_us = end_us;
    s->known = read_rows(s, db);
    return s->known;
}

bool stretch_add(struct stretch *s, int64_t tenant, int64_t start_us, const struct charge *c)
{
    bool within =
        s->known && tenant == s->tenant && start_us >= s->start_us && start_us < s->end_us;
    return !within || charges_add(&s->sums, c);
}

void stretch_forget(struct stretch *s)
{
    s->known = false;
    charges_forget(&s->sums);
}
