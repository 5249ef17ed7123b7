// SPDX-License-Identifier: Apache-2.0

#include "store/pairs.h"

#include <string.h>

#include "store/inside.h"
#include "store/sql.h"

const char *pair_judged_name(enum pair_judged j)
{
    switch (j) {
#define X(id, number, name) \
    case PAIR_JUDGED_##id: return name;
        PAIR_JUDGED_MAP(X)
#undef X
    }
    return "unknown"; // of a later version's
}

bool pair_ruled(enum pair_judged j)
{
    return j == PAIR_JUDGED_MODEL || j == PAIR_JUDGED_CONTRADICTED;
}

// --- writing ---

#define FAILED "a pair of answers cannot be kept"

static void bind_cost(sqlite3_stmt *q, int column, const struct pair_cost *c)
{
    if (c->known)
        sqlite3_bind_int64(q, column, c->is.pd);
}

static void bind(sqlite3_stmt *q, const struct pair *p)
{
    const int64_t numbers[] = {p->at_us,  (int64_t)p->task, p->served_strong, p->propensity_ppm,
                               p->judged, p->weak_ppm,      p->strong_ppm};
    const struct str texts[] = {p->tenant, p->route, p->weak, p->strong};
    const struct pair_cost *costs[] = {&p->weak_cost, &p->strong_cost, &p->judge_cost};
    int column = 1;
    sql_bind_blob(q, column, p->id.bytes, sizeof p->id.bytes);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sqlite3_bind_int64(q, ++column, numbers[i]);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        sql_bind_str(q, ++column, texts[i]);
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++)
        bind_cost(q, ++column, costs[i]);
    if (p->traits.len)
        sql_bind_blob(q, column + 1, p->traits.ptr, p->traits.len);
    if (p->scored)
        sqlite3_bind_int64(q, column + 2, (int64_t)p->scored);
    sqlite3_bind_int(q, column + 3, p->by_score);
    sqlite3_bind_int(q, column + 4, (int)p->promised);
    if (p->calls.len)
        sql_bind_str(q, column + 5, p->calls);
    if (p->doubts >= 0)
        sqlite3_bind_int64(q, column + 6, p->doubts);
    sqlite3_bind_int(q, column + 7, p->asked);
    if (p->talk.len)
        sql_bind_blob(q, column + 8, p->talk.ptr, p->talk.len);
}

static bool prepare(struct store *s)
{
    if (!s->pair_add)
        s->pair_add = sql_prepare(
            s->keys,
            "INSERT INTO pair (id, at_us, task, served_strong, propensity_ppm, judged, "
            "weak_ppm, strong_ppm, tenant, route, weak, strong, weak_pd, strong_pd, judge_pd, "
            "traits, scored, by_score, promised, calls, doubts, asked, talk) VALUES (?1, ?2, ?3, "
            "?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, "
            "?22, ?23) "
            "ON CONFLICT DO NOTHING");
    return s->pair_add;
}

static enum status insert(struct store *s, const struct pair *p, struct why *why)
{
    must(p->propensity_ppm > 0 && p->propensity_ppm <= PAIR_WHOLE_PPM);
    must(p->weak_ppm <= PAIR_WHOLE_PPM && p->strong_ppm <= PAIR_WHOLE_PPM);
    must(p->traits.len <= PAIR_TRAITS_MAX && p->talk.len <= PAIR_TALK_MAX);
    sqlite3_clear_bindings(s->pair_add);
    bind(s->pair_add, p);
    if (!sql_done(s->pair_add))
        return sql_why(why, s->keys, FAILED);
    return sqlite3_changes(s->keys) > 0
               ? STATUS_OK
               : why_set(why, STATUS_CONFLICT, "the call has a pair already");
}

static enum status insert_all(struct store *s, const struct pair *const *pairs, unsigned count,
                              struct why *why)
{
    enum status status = STATUS_OK;
    if (!prepare(s) || sql_run(s->keys, "BEGIN IMMEDIATE") != SQLITE_OK)
        return sql_why(why, s->keys, FAILED);
    for (unsigned i = 0; status == STATUS_OK && i < count; i++)
        status = insert(s, pairs[i], why);
    if (status == STATUS_OK && sql_run(s->keys, "COMMIT") != SQLITE_OK)
        status = sql_why(why, s->keys, FAILED);
    if (status != STATUS_OK)
        sql_run(s->keys, "ROLLBACK");
    return status;
}

enum status store_pairs_add(struct store *s, const struct pair *const *pairs, unsigned count,
                            struct why *why)
{
    if (atomic_load_explicit(&s->busy_us, memory_order_relaxed)) // calls go first
        return why_set(why, STATUS_BUSY, FAILED ": calls wait to be");
    pthread_mutex_lock(&s->keys_lock);
    sqlite3_busy_timeout(s->keys, 0); // nobody else waits for the lock behind a pair
    // Nor for the disk: one that goes with the machine's power was some evidence, no money.
    bool quick = sql_run(s->keys, "PRAGMA synchronous = NORMAL") == SQLITE_OK;
    const enum status status = insert_all(s, pairs, count, why);
    sqlite3_busy_timeout(s->keys, BUSY_MOST_MS);
    if (quick)
        (void)sql_run(s->keys, "PRAGMA synchronous = FULL");
    pthread_mutex_unlock(&s->keys_lock);
    return status;
}

// --- reading ---

static struct pair_cost read_cost(sqlite3_stmt *q, int column)
{
    return (struct pair_cost){sqlite3_column_type(q, column) != SQLITE_NULL,
                              {sqlite3_column_int64(q, column)}};
}

static void apply(struct pair *p, uint32_t score_ppm)
{
    bool judged = p->judged != PAIR_JUDGED_NOT;
    if (p->judged == PAIR_JUDGED_EXACT) { // the score of one answer is the other's
        p->weak_ppm = p->strong_ppm = score_ppm;
    } else if (p->served_strong) {
        if (!judged)
            return;
        if (p->weak_ppm <= p->strong_ppm && p->weak_ppm > score_ppm)
            p->weak_ppm = score_ppm;
        p->strong_ppm = score_ppm;
    } else {
        p->weak_ppm = score_ppm;
        if (!judged)
            p->strong_ppm = PAIR_WHOLE_PPM;
    }
    p->judged = PAIR_JUDGED_FEEDBACK;
}

static enum side side_of(int number)
{
    return number > 0 && number < SIDE_COUNT ? (enum side)number : SIDE_NONE;
}

static bool was_asked(sqlite3_stmt *q, const struct pair *p)
{
    if (sqlite3_column_type(q, 21) != SQLITE_NULL)
        return sqlite3_column_int(q, 21) != 0;
    return (p->weak_cost.known && p->strong_cost.known) || p->judge_cost.known;
}

static void read_row(sqlite3_stmt *q, const struct pair_query *query, struct pair *p)
{
    struct str id = sql_str(q, 1);
    *p = (struct pair){
        .number = sqlite3_column_int64(q, 0),
        .at_us = sqlite3_column_int64(q, 2),
        .tenant = query->tenant,
        .route = query->route,
        .task = (uint64_t)sqlite3_column_int64(q, 3),
        .served_strong = sqlite3_column_int(q, 4) != 0,
        .propensity_ppm = (uint32_t)sqlite3_column_int(q, 5),
        .judged = (enum pair_judged)sqlite3_column_int(q, 6),
        .weak_ppm = (uint32_t)sqlite3_column_int(q, 7),
        .strong_ppm = (uint32_t)sqlite3_column_int(q, 8),
        .weak = sql_str(q, 9),
        .strong = sql_str(q, 10),
        .weak_cost = read_cost(q, 11),
        .strong_cost = read_cost(q, 12),
        .judge_cost = read_cost(q, 13),
        .traits = sql_str(q, 14),
        .scored = (uint64_t)sqlite3_column_int64(q, 16),
        .by_score = sqlite3_column_int(q, 17) != 0,
        .promised = side_of(sqlite3_column_int(q, 18)),
        .calls = sql_str(q, 19),
        .talk = sql_str(q, 22),
        .doubts = sqlite3_column_type(q, 20) == SQLITE_NULL ? -1 : sqlite3_column_int64(q, 20)};
    p->asked = was_asked(q, p);
    if (id.len == sizeof p->id.bytes)
        memcpy(p->id.bytes, id.ptr, id.len);
    if (sqlite3_column_type(q, 15) != SQLITE_NULL)
        apply(p, (uint32_t)sqlite3_column_int(q, 15));
}

// As apply() does it.
#define JUDGED "(p.judged <> 0 OR (f.score_ppm IS NOT NULL AND p.served_strong = 0))"
#define OF_QUERY                                                                                \
    "FROM pair p LEFT JOIN feedback f ON f.id = p.id WHERE p.tenant = ?1 AND p.route = ?2 AND " \
    "p.number > ?3 AND p.at_us >= ?4 "                                                          \
    "AND (?6 = 0 OR p.number <= ?6) AND (?7 = 0 OR f.at_us > ?7) AND (?8 = 0 OR " JUDGED ") "
#define PAIRS(order)                                                                             \
    "SELECT * FROM (SELECT p.number, p.id, p.at_us, p.task, p.served_strong, p.propensity_ppm, " \
    "p.judged, p.weak_ppm, p.strong_ppm, p.weak, p.strong, p.weak_pd, p.strong_pd, p.judge_pd, " \
    "p.traits, f.score_ppm, p.scored, p.by_score, p.promised, p.calls, p.doubts, "               \
    "p.asked, p.talk " OF_QUERY "ORDER BY p.number " order " LIMIT ?5) ORDER BY number"
// The newest of a kind that is one too many.
#define BEYOND(is)                                                         \
    "SELECT * FROM (SELECT p.number " OF_QUERY "AND (p.judged <> 0) = " is \
    " ORDER BY p.number DESC LIMIT 1 OFFSET ?5)"
#define WINDOW                                                                                  \
    "SELECT max(number) FROM (SELECT ?3 AS number UNION ALL " BEYOND("1") " UNION ALL " BEYOND( \
        "0") ")"

static void bind_query(sqlite3_stmt *row, const struct pair_query *query)
{
    sql_bind_str(row, 1, query->tenant);
    sql_bind_str(row, 2, query->route);
    sqlite3_bind_int64(row, 3, query->after);
    sqlite3_bind_int64(row, 4, query->since_us);
    sqlite3_bind_int64(row, 5, query->most > 0 ? query->most : -1);
    sqlite3_bind_int64(row, 6, query->until);
    sqlite3_bind_int64(row, 7, query->rated_us);
    sqlite3_bind_int(row, 8, query->judged);
}

enum status store_pair_window(struct store *s, const struct pair_query *query, int64_t *after,
                              struct why *why)
{
    struct sql_rows r;
    int64_t from = query->after;
    must(query->most > 0);
    enum status status =
        sql_rows_open(&r, s, WINDOW, "the pairs of a route cannot be counted", why);
    if (status != STATUS_OK)
        return status;
    bind_query(r.row, query);
    while (sql_rows_next(&r))
        from = sqlite3_column_int64(r.row, 0);
    status = sql_rows_end(&r, why);
    if (status == STATUS_OK)
        *after = from;
    return status;
}

enum status store_pair_each(struct store *s, const struct pair_query *query, store_pair_f *f,
                            void *context, struct why *why)
{
    static const char what[] = "the pairs of a route cannot be read";
    struct sql_rows r;
    enum status status = query->next ? sql_rows_open(&r, s, PAIRS("ASC"), what, why)
                                     : sql_rows_open(&r, s, PAIRS("DESC"), what, why);
    if (status != STATUS_OK)
        return status;
    bind_query(r.row, query);
    while (sql_rows_next(&r)) {
        struct pair p;
        read_row(r.row, query, &p);
        f(context, &p);
    }
    return sql_rows_end(&r, why);
}
