// SPDX-License-Identifier: Apache-2.0

#include "insight/shadowed.h"

#include "base/map.h"
#include "core/tenant.h"
#include "store/kinds.h"
#include "store/sql.h"

// A row has the word of who asked (request/comparing.c).
#define ROWS                                                                                   \
    "SELECT p.text || '/' || m.text, count(*), sum(c.cost_pd) FROM call c CROSS JOIN kind k "  \
    "ON k.id = c.kind CROSS JOIN name p ON p.id = k.provider CROSS JOIN name m ON m.id = "     \
    "k.model WHERE c.tenant = (SELECT id FROM name WHERE text = '" TENANT "') AND c.start_us " \
    ">= ?1 AND c.start_us < ?2 AND k.route = (SELECT id FROM name WHERE text = 'shadow ' || "  \
    "?3 || ': small') AND k.outcome = 0 AND k.flags & ?5 = 0 AND c.cost_pd IS NOT NULL GROUP " \
    "BY 1 ORDER BY 2 DESC LIMIT ?4"

#define PAIRS                                                                                    \
    "SELECT weak, count(*), sum(weak_pd) FROM pair WHERE tenant = '" TENANT "' AND at_us >= ?1 " \
    "AND at_us < ?2 AND route = ?3 AND served_strong <> 0 AND weak_pd IS NOT NULL GROUP BY 1 "   \
    "ORDER BY 2 DESC LIMIT ?4"

unsigned shadowed_find(const struct shadowed *s, uint64_t model)
{
    unsigned i = 0;
    while (i < s->count && s->list[i].model != model)
        i++;
    return i;
}

static void add_asked(struct shadowed *s, sqlite3_stmt *row)
{
    s->list[s->count++] = (struct shadowed_model){.model = map_hash(sql_str(row, 0)),
                                                  .asked = sqlite3_column_int64(row, 1),
                                                  .asked_pd = sqlite3_column_double(row, 2)};
}

static void add_kept(struct shadowed *s, sqlite3_stmt *row)
{
    const unsigned i = shadowed_find(s, map_hash(sql_str(row, 0)));
    if (i == s->count)
        return;
    s->list[i].kept = sqlite3_column_int64(row, 1);
    s->list[i].kept_pd = sqlite3_column_double(row, 2);
}

struct asking {
    struct str route;
    const struct span *span;
};

static bool each(struct shadowed *s, sqlite3_stmt *rows, const struct asking *of,
                 void (*add)(struct shadowed *s, sqlite3_stmt *row))
{
    int code = SQLITE_ERROR;
    if (!rows)
        return false;
    sqlite3_bind_int64(rows, 1, of->span->since_us);
    sqlite3_bind_int64(rows, 2, of->span->until_us);
    sql_bind_str(rows, 3, of->route);
    sqlite3_bind_int(rows, 4, SHADOWED_MOST);
    while ((code = sqlite3_step(rows)) == SQLITE_ROW)
        add(s, rows);
    sqlite3_finalize(rows);
    return code == SQLITE_DONE;
}

bool shadowed_read(struct shadowed *s, sqlite3 *db, struct str route, const struct span *span)
{
    const struct asking of = {route, span};
    sqlite3_stmt *rows = sql_prepare(db, ROWS);
    if (rows)
        sqlite3_bind_int(rows, 5, LEDGER_FOLLOWED);
    s->count = 0;
    return each(s, rows, &of, add_asked) && each(s, sql_prepare(db, PAIRS), &of, add_kept);
}
