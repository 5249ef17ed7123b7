// SPDX-License-Identifier: Apache-2.0

#include "insight/routed.h"

#include "base/limits.h"
#include "core/decision.h"
#include "core/entry.h"
#include "core/tenant.h"
#include "insight/figures.h"
#include "store/sql.h"

#define ARENA_STEP   1024
#define SHARE_PLACES 4
#define SHARE_UNIT   10000

struct routed_sums {
    int64_t calls, escalated;
    int64_t answered, small; // by either side, by the small one
    int64_t unknown;         // of them nobody knows what they saved
    int128 saved_pd, shadow_pd;
    bool unpriced; // of a shadow nobody knows what it cost
};

// One row a call: `max` takes the other bare columns from the row of the attempt that was given,
// which no other one followed.
#define CALLS                                                                                    \
    "SELECT d.route, max(d.attempt - (k.flags & 32) * 32), d.side, d.large_pd, sum(c.cost_pd "   \
    "IS NULL) > 0, sum(c.cost_pd), sum(k.route IN (SELECT id FROM name WHERE text LIKE 'route "  \
    "%: escalated')) > 0, k.outcome, c.ttft_us, c.cost_pd, k.http_status FROM decision d CROSS " \
    "JOIN call c ON "                                                                            \
    "c.tenant = d.tenant AND "                                                                   \
    "c.start_us = d.start_us AND c.id = d.id AND c.attempt = d.attempt CROSS JOIN kind k ON "    \
    "k.id = c.kind WHERE d.tenant = ?1 AND d.start_us >= ?2 AND d.start_us < ?3 GROUP BY "       \
    "d.start_us, d.id"

// Both names are of our own making; a key alone may be called so.
#define SHADOWS                                                                              \
    "SELECT substr(n.text, 8), c.cost_pd FROM call c CROSS JOIN kind k ON k.id = c.kind "    \
    "CROSS JOIN name n ON n.id = k.key WHERE c.tenant = ?1 AND c.start_us >= ?2 AND "        \
    "c.start_us < ?3 AND n.text >= 'shadow:' AND n.text < 'shadow;' AND k.route IN (SELECT " \
    "id FROM name WHERE text LIKE 'shadow %: %')"

// NULL when memory ends, or there are too many.
static struct routed_sums *sums_of(struct routed *r, struct str route)
{
    struct routed_sums *sums = map_get(&r->routes, route);
    if (sums || r->routes.count >= ROUTED_MAX)
        return sums;
    sums = arena_new(&r->arena, struct routed_sums);
    struct str name = arena_dup(&r->arena, route);
    if (!sums || arena_failed(&r->arena) || !map_set(&r->routes, name, sums))
        return NULL;
    return sums;
}

// What the call would have cost at the large side: of one that came to no end there as much as it
// has, of one of the small side that came to none, nothing. False: nobody knows.
static bool find_worth(sqlite3_stmt *s, int64_t *out)
{
    const bool large = sqlite3_column_int(s, 2) == SIDE_LARGE;
    const bool compared = sqlite3_column_type(s, 3) != SQLITE_NULL;
    *out = compared ? sqlite3_column_int64(s, 3) : large ? sqlite3_column_int64(s, 9) : 0;
    return compared || sqlite3_column_int(s, 7) != OUTCOME_OK;
}

static void add_call(struct routed_sums *sums, sqlite3_stmt *s)
{
    const enum outcome outcome = (enum outcome)sqlite3_column_int(s, 7);
    const bool answered =
        outcome_answered(outcome, sqlite3_column_int64(s, 8), sqlite3_column_int(s, 10));
    int64_t worth = 0;
    sums->calls++;
    sums->answered += answered;
    sums->small += answered && sqlite3_column_int(s, 2) == SIDE_SMALL;
    sums->escalated += sqlite3_column_int(s, 6);
    if (sqlite3_column_int(s, 4) || !find_worth(s, &worth))
        sums->unknown++;
    else
        sums->saved_pd += (int128)worth - sqlite3_column_int64(s, 5);
}

static void add_shadow(struct routed_sums *sums, sqlite3_stmt *s)
{
    sums->shadow_pd += sqlite3_column_int64(s, 1);
    sums->unpriced |= sqlite3_column_type(s, 1) == SQLITE_NULL;
}

typedef void add_f(struct routed_sums *sums, sqlite3_stmt *s);

static bool add_all(struct routed *r, sqlite3_stmt *s, add_f *add)
{
    int code = SQLITE_ERROR;
    while (s && (code = sqlite3_step(s)) == SQLITE_ROW) {
        struct routed_sums *sums = sums_of(r, sql_str(s, 0));
        if (sums)
            add(sums, s);
    }
    sqlite3_finalize(s);
    return code == SQLITE_DONE && !arena_failed(&r->arena);
}

static sqlite3_stmt *of_span(sqlite3_stmt *s, int64_t tenant, const struct span *span)
{
    if (!s)
        return NULL;
    sqlite3_bind_int64(s, 1, tenant);
    sqlite3_bind_int64(s, 2, span->since_us);
    sqlite3_bind_int64(s, 3, span->until_us);
    return s;
}

bool routed_read(struct routed *r, sqlite3 *db, int64_t tenant, const struct span *span)
{
    return add_all(r, of_span(sql_prepare(db, CALLS), tenant, span), add_call) &&
           add_all(r, of_span(sql_prepare(db, SHADOWS), tenant, span), add_shadow);
}

static void write_none(struct json_out *o)
{
    static const char *const names[] = {"small_share",   "escalated",  "saved_usd",
                                        "saved_unknown", "shadow_usd", "saved_net_usd"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        json_out_null(o, names[i]);
}

static void write_sums(struct json_out *o, const struct routed_sums *s)
{
    bool any = s->unknown < s->calls;
    if (s->answered > 0)
        json_out_decimal(o, "small_share", s->small * SHARE_UNIT / s->answered, SHARE_PLACES, 2);
    else
        json_out_null(o, "small_share");
    json_out_number(o, "escalated", s->escalated);
    figure_usd(o, "saved_usd", any, s->saved_pd);
    json_out_number(o, "saved_unknown", s->unknown);
    figure_usd(o, "shadow_usd", !s->unpriced, s->shadow_pd);
    figure_usd(o, "saved_net_usd", any && !s->unpriced, s->saved_pd - s->shadow_pd);
}

static void write(const struct sums_more *m, struct str label, struct json_out *o)
{
    const struct routed *r = (const struct routed *)(const void *)m;
    const struct routed_sums *s = map_get(&r->routes, label);
    if (s && s->calls > 0)
        write_sums(o, s);
    else
        write_none(o);
}

void routed_write(const struct routed *r, struct str route, struct json_out *o)
{
    const struct routed_sums *s = map_get(&r->routes, route);
    json_out_number(o, "calls", s ? s->calls : 0);
    r->more.write(&r->more, route, o);
}

enum status routed_open(struct routed *r, struct store *s, const struct span *span, struct why *why)
{
    struct sqlite3 *db = NULL;
    int64_t tenant = -1;
    enum status status = asked_reader(s, &db, why);
    if (status != STATUS_OK)
        return status;
    sqlite3_stmt *find = sql_prepare(db, "SELECT id FROM name WHERE text = ?1");
    bool fine = find != NULL;
    if (fine)
        sql_bind_str(find, 1, str_of(TENANT));
    fine = fine && sql_one_i64(find, -1, &tenant);
    sqlite3_finalize(find);
    if (!fine || (tenant >= 0 && !routed_read(r, db, tenant, span)))
        status = sql_why(why, db, "the ledger cannot be read");
    store_reader_close(db);
    return status;
}

void routed_init(struct routed *r)
{
    *r = (struct routed){.more = {.write = write}};
    arena_init(&r->arena, &alloc_heap, ARENA_STEP, 4 * MIB);
    map_init(&r->routes, &alloc_heap);
}

void routed_fini(struct routed *r)
{
    map_fini(&r->routes);
    arena_fini(&r->arena);
}
