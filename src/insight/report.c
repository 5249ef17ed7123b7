// SPDX-License-Identifier: Apache-2.0

#include "insight/report.h"

#include "base/clock.h"
#include "core/rate.h"
#include "insight/routed.h"
#include "insight/row.h"
#include "insight/sums.h"
#include "store/budgets.h"
#include "store/ledger.h"
#include "store/sql.h"

#define HOUR_S         3600
#define ACCOUNTS_KNOWN 256

#define BUDGET_NAMED \
    "SELECT b.id, " BUDGET_SHOWN "FROM account a JOIN budget b ON b.id = a.budget WHERE a.id = ?1"

#define ROUTE_OF                                                                   \
    "(SELECT route FROM decision d WHERE d.tenant = call.tenant AND d.start_us = " \
    "call.start_us AND d.id = call.id AND d.attempt = call.attempt)"
#define ROWS(route)                                                                      \
    "SELECT start_us, provider, model, key, team, project, user, outcome, price_state, " \
    "sure, flags, ttft_us, duration_us, overhead_us, cost_pd, tags, " LEDGER_BUCKETS     \
    ", reasoning, prompt, attempt, load_us, queue_us, charge, " route                    \
    " FROM call CROSS JOIN kind ON kind.id = call.kind "                                 \
    "WHERE tenant = ?1 AND start_us >= ?2 AND start_us < ?3"

struct work {
    sqlite3 *db;
    const struct report_query *q;
    int64_t tenant;
    int64_t rows_from_us; // older rows were deleted; their rollups are not
    int64_t lacks_us;     // the same, where older rows were asked for; 0 = they were not
    int64_t begins_us;    // the first hour there is
    sqlite3_stmt *name;
    sqlite3_stmt *budget; // the number and the name of an account's
    struct named_account {
        uint64_t account;
        int64_t budget;
        struct str name;
    } known[ACCOUNTS_KNOWN]; // by the account's last bits
    struct sums sums;
    struct routed routed; // BY_ROUTE
    struct why *why;
    enum status status; // of the first thing that failed
};

// What a call, or an hour of calls, is grouped by.
struct place {
    int64_t provider, model, key, team, project, user; // numbers of names
    int64_t budget;                                    // its own
    int64_t us;
    struct str tag; // value; by budget or route, its name
};

// What SQLite says now: finalizing another statement, or COMMIT, makes it forget.
static bool cannot_read(struct work *w)
{
    if (w->status == STATUS_OK)
        w->status = sql_why(w->why, w->db, "the ledger cannot be read");
    return false;
}

const char *report_by_name(enum report_by by)
{
    static const char *const names[] = {
#define X(id, name) name,
        REPORT_BY_MAP(X)
#undef X
    };
    return names[by];
}

bool report_by_read(struct str text, enum report_by *by, struct str *tag)
{
    if (str_starts(text, (struct str)STR("tag:"))) {
        *tag = str_skip(text, 4);
        *by = BY_TAG;
        return tag->len > 0;
    }
    for (int i = 0; i < BY_TAG; i++) {
        if (str_is(text, report_by_name((enum report_by)i))) {
            *by = (enum report_by)i;
            *tag = STR_NONE;
            return true;
        }
    }
    return false;
}

// --- labels ---

static struct str name_of(struct work *w, int64_t id)
{
    struct str text = STR_NONE;
    sqlite3_bind_int64(w->name, 1, id);
    int code = sqlite3_step(w->name);
    if (code == SQLITE_ROW)
        text = sums_keep(&w->sums, sql_str(w->name, 0));
    else if (code != SQLITE_DONE)
        cannot_read(w);
    sqlite3_reset(w->name);
    return text;
}

static struct str or_none(struct str text)
{
    return text.len ? text : (struct str)STR("(none)");
}

static int64_t floor_to(int64_t n, int64_t unit)
{
    int64_t rest = n % unit;
    return n - (rest < 0 ? rest + unit : rest);
}

static struct str moment_label(struct work *w, int64_t us)
{
    struct buf text;
    buf_init(&text, &alloc_heap, 64);
    int32_t offset = zone_offset(w->q->zone, us);
    civil_write(&text, floor_to(us + offset * SECOND_US, HOUR_US), 0);
    text.len = text.len ? text.len - 1 : 0; // the Z
    if (w->q->by == BY_DAY)
        text.len = text.len > 10 ? 10 : text.len;
    else if (offset == 0)
        buf_add_char(&text, 'Z');
    else
        buf_printf(&text, "%c%02d:%02d", offset < 0 ? '-' : '+',
                   (offset < 0 ? -offset : offset) / HOUR_S,
                   (offset < 0 ? -offset : offset) % HOUR_S / 60);
    struct str kept = sums_keep(&w->sums, buf_str(&text));
    buf_fini(&text);
    return kept;
}

static void set_label(struct work *w, struct group *g, const struct place *p)
{
    switch (w->q->by) {
    case BY_MODEL: {
        struct str provider = name_of(w, p->provider);
        struct str model = name_of(w, p->model);
        g->label = arena_printf(&w->sums.arena, "%.*s/%.*s", STR_ARG(provider), STR_ARG(model));
        break;
    }
    case BY_PROVIDER: g->label = or_none(name_of(w, p->provider)); break;
    case BY_KEY: g->label = or_none(name_of(w, p->key)); break;
    case BY_TEAM: g->label = or_none(name_of(w, p->team)); break;
    case BY_PROJECT: g->label = or_none(name_of(w, p->project)); break;
    case BY_USER: g->label = or_none(name_of(w, p->user)); break;
    case BY_DAY:
    case BY_HOUR:
        g->label = moment_label(w, p->us);
        g->order = p->us;
        break;
    case BY_BUDGET:
    case BY_ROUTE:
    case BY_TAG: g->label = or_none(sums_keep(&w->sums, p->tag)); break;
    case BY_COUNT: break;
    }
}

// The local day's or hour's number; a clock that is set back makes the same hour twice, told apart
// by its offset.
static int64_t local_key(const struct work *w, int64_t us)
{
    int64_t offset_us = zone_offset(w->q->zone, us) * SECOND_US;
    if (w->q->by == BY_DAY)
        return floor_to(us + offset_us, DAY_US);
    return floor_to(us + offset_us, HOUR_US) - offset_us;
}

static struct group *group_of(struct work *w, const struct place *p)
{
    int64_t key[2] = {0};
    bool fresh;
    switch (w->q->by) {
    case BY_MODEL:
        key[0] = p->provider;
        key[1] = p->model;
        break;
    case BY_PROVIDER: key[0] = p->provider; break;
    case BY_KEY: key[0] = p->key; break;
    case BY_TEAM: key[0] = p->team; break;
    case BY_PROJECT: key[0] = p->project; break;
    case BY_USER: key[0] = p->user; break;
    case BY_DAY:
    case BY_HOUR: key[0] = local_key(w, p->us); break;
    case BY_BUDGET: key[0] = p->budget; break;
    case BY_ROUTE:
    case BY_TAG:
    case BY_COUNT: break;
    }
    struct str bytes = str_from((const char *)key, sizeof key);
    bool text = w->q->by == BY_TAG || w->q->by == BY_ROUTE;
    struct group *g = sums_group(&w->sums, text ? p->tag : bytes, &fresh);
    if (g && fresh)
        set_label(w, g, p);
    return g;
}

// --- adding up ---

typedef bool add_f(struct work *w, sqlite3_stmt *s);

static bool add_all(struct work *w, sqlite3_stmt *s, add_f *add)
{
    int code;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        if (!add(w, s))
            return false;
    }
    return code == SQLITE_DONE || cannot_read(w);
}

// --- from rollups ---

static struct money_sum cost_at(sqlite3_stmt *s, int column)
{
    return (struct money_sum){(int128)sqlite3_column_int64(s, column) * MILLI_PD +
                              sqlite3_column_int64(s, column + 1)};
}

static bool add_rollup(struct work *w, sqlite3_stmt *s)
{
    const int after = 13 + BUCKET_COUNT;
    const struct place p = {.us = sqlite3_column_int64(s, 0) * HOUR_US,
                            .provider = sqlite3_column_int64(s, 1),
                            .model = sqlite3_column_int64(s, 2),
                            .key = sqlite3_column_int64(s, 3),
                            .team = sqlite3_column_int64(s, 4),
                            .project = sqlite3_column_int64(s, 5)};
    struct tally t = {.requests = sqlite3_column_int64(s, 6),
                      .errors = sqlite3_column_int64(s, 7),
                      .unpriced = sqlite3_column_int64(s, 8),
                      .estimated = sqlite3_column_int64(s, 9),
                      .captured = sqlite3_column_int64(s, 10),
                      .reasoning = sqlite3_column_int64(s, after),
                      .made_tokens = sqlite3_column_int64(s, after + 1),
                      .made_us = sqlite3_column_int64(s, after + 2),
                      .retries = sqlite3_column_int64(s, after + 5),
                      .load_us = sqlite3_column_int64(s, after + 8),
                      .queue_us = sqlite3_column_int64(s, after + 9)};
    for (int i = 0; i < BUCKET_COUNT; i++)
        t.count[i] = sqlite3_column_int64(s, 13 + i);
    struct group *g = group_of(w, &p);
    if (!g)
        return false;
    sums_add_hour(&w->sums, g, &t, cost_at(s, 11), cost_at(s, after + 6));
    if (!sums_add_times(&w->sums, g, sql_str(s, after + 3), sql_str(s, after + 4)))
        w->status = why_set(w->why, STATUS_DAMAGED, "the ledger is damaged: an hour's durations");
    return w->status == STATUS_OK;
}

static bool read_rollups(struct work *w, int64_t from_hour, int64_t until_hour)
{
    sqlite3_stmt *s = sql_prepare(
        w->db, "SELECT hour, provider, model, key, team, project, requests, errors, unpriced, "
               "estimated, captured, cost_mu, cost_pd, " LEDGER_BUCKETS ", reasoning, made_tokens, "
               "made_us, latency, ttft, retries, retry_cost_mu, retry_cost_pd, load_us, queue_us "
               "FROM rollup WHERE "
               "tenant = ?1 AND hour >= ?2 AND hour < ?3");
    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, w->tenant);
    sqlite3_bind_int64(s, 2, from_hour);
    sqlite3_bind_int64(s, 3, until_hour);
    bool fine = add_all(w, s, add_rollup);
    sqlite3_finalize(s);
    return fine;
}

// --- from rows ---

static void read_usage(sqlite3_stmt *s, int column, struct usage *u)
{
    for (int i = 0; i < BUCKET_COUNT; i++)
        u->count[i] = sqlite3_column_int64(s, column + i);
    u->reasoning = sqlite3_column_int64(s, column + BUCKET_COUNT);
    u->prompt = sqlite3_column_int64(s, column + BUCKET_COUNT + 1);
}

static void rate_as(const struct sheet *as, struct entry *e)
{
    struct cost cost;
    e->usage.has_reported = false;
    e->usage.service = SERVICE_STANDARD; // tiers and regions of one vendor are not another's
    e->usage.us_region = false;
    rate(as, &e->usage, e->start_us, &cost);
    e->price_state = cost.state;
    e->cost = cost.total;
}

static struct str tag_of(struct work *w, struct str packed)
{
    struct tags tags;
    if (packed.len == 0 || !tags_unpack(packed, &tags))
        return STR_NONE;
    for (unsigned i = 0; i < tags.count; i++) {
        if (str_eq(tags.at[i].name, w->q->tag))
            return tags.at[i].value;
    }
    return STR_NONE;
}

// The budget of an account; number 0 when there is none.
static struct place budget_of(struct work *w, uint64_t account)
{
    struct named_account *a = &w->known[account % ACCOUNTS_KNOWN];
    if (a->account != account) {
        *a = (struct named_account){.account = account};
        sqlite3_bind_int64(w->budget, 1, (int64_t)account);
        int code = sqlite3_step(w->budget);
        if (code == SQLITE_ROW) {
            a->budget = sqlite3_column_int64(w->budget, 0);
            a->name = sums_keep(&w->sums, sql_str(w->budget, 1));
        } else if (code != SQLITE_DONE) {
            cannot_read(w);
        }
        sqlite3_reset(w->budget);
    }
    return (struct place){.budget = a->budget, .tag = a->name};
}

static bool add_shared(struct work *w, const struct place *p, const struct entry *e)
{
    struct group *g = group_of(w, p);
    if (g)
        sums_add_group(&w->sums, g, e);
    return g && w->status == STATUS_OK;
}

// To each budget that it was charged to.
static bool add_charged(struct work *w, struct str packed, const struct entry *e)
{
    struct charge c;
    bool fine = true;
    if (!charge_unpack(packed, &c))
        c.count = 0; // verify names it
    for (unsigned i = 0; fine && i < c.count; i++) {
        const struct place p = budget_of(w, c.accounts[i]);
        fine = add_shared(w, &p, e);
    }
    if (c.count == 0)
        fine = add_shared(w, &(struct place){.budget = 0}, e);
    sums_add_total(&w->sums, e);
    return fine;
}

// By which text it is grouped, if by one.
static struct str text_of(struct work *w, sqlite3_stmt *s)
{
    if (w->q->by == BY_ROUTE)
        return sql_str(s, 22 + BUCKET_COUNT);
    return w->q->by == BY_TAG ? tag_of(w, sql_str(s, 15)) : STR_NONE;
}

static bool add_row(struct work *w, sqlite3_stmt *s)
{
    int flags = sqlite3_column_int(s, 10);
    struct entry e = {.start_us = sqlite3_column_int64(s, 0),
                      .outcome = (enum outcome)sqlite3_column_int(s, 7),
                      .price_state = (enum price_state)sqlite3_column_int(s, 8),
                      .stream = (flags & LEDGER_STREAM) != 0,
                      .ttft_us = sqlite3_column_int64(s, 11),
                      .duration_us = sqlite3_column_int64(s, 12),
                      .overhead_us = sqlite3_column_int64(s, 13),
                      .cost = {sqlite3_column_int64(s, 14)}};
    const struct place p = {.us = e.start_us,
                            .provider = sqlite3_column_int64(s, 1),
                            .model = sqlite3_column_int64(s, 2),
                            .key = sqlite3_column_int64(s, 3),
                            .team = sqlite3_column_int64(s, 4),
                            .project = sqlite3_column_int64(s, 5),
                            .user = sqlite3_column_int64(s, 6),
                            .tag = text_of(w, s)};
    e.attempt = (uint8_t)sqlite3_column_int(s, 18 + BUCKET_COUNT);
    e.load_us = sqlite3_column_int64(s, 19 + BUCKET_COUNT);
    e.queue_us = sqlite3_column_int64(s, 20 + BUCKET_COUNT);
    e.usage.sure = (enum sure)sqlite3_column_int(s, 9);
    e.usage.uncounted = (flags & LEDGER_UNCOUNTED) != 0;
    e.followed = (flags & LEDGER_FOLLOWED) != 0;
    read_usage(s, 16, &e.usage);
    if (w->q->as)
        rate_as(w->q->as, &e);
    if (w->q->by == BY_BUDGET)
        return add_charged(w, sql_str(s, 21 + BUCKET_COUNT), &e);
    struct group *g = group_of(w, &p);
    if (g)
        sums_add_call(&w->sums, g, &e);
    return g && w->status == STATUS_OK;
}

static bool read_rows(struct work *w, int64_t from_us, int64_t until_us)
{
    int64_t since_us = 0;
    if (from_us >= until_us)
        return true;
    if (!row_since(w->db, w->q->tenant, from_us, until_us, &since_us))
        return cannot_read(w);
    w->lacks_us = since_us ? since_us : w->lacks_us;
    sqlite3_stmt *s = w->q->by == BY_ROUTE ? sql_prepare(w->db, ROWS(ROUTE_OF))
                                           : sql_prepare(w->db, ROWS("NULL"));
    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, w->tenant);
    sqlite3_bind_int64(s, 2, from_us);
    sqlite3_bind_int64(s, 3, until_us);
    bool fine = add_all(w, s, add_row);
    sqlite3_finalize(s);
    return fine;
}

// --- which from where ---

static bool rows_alone(const struct report_query *q)
{
    return q->as || q->by == BY_USER || q->by == BY_TAG || q->by == BY_BUDGET || q->by == BY_ROUTE;
}

// The rollups know it, hour by hour, and an hour there is not cut by a local day.
static bool from_rollups(const struct work *w)
{
    const struct report_query *q = w->q;
    if (rows_alone(q))
        return false;
    return (q->by != BY_DAY && q->by != BY_HOUR) ||
           zone_whole_hours(q->zone,
                            q->span.since_us > w->begins_us ? q->span.since_us : w->begins_us,
                            q->span.until_us);
}

// The hour before which rollups are read. Rows that are gone cannot be asked: what rollups know of
// that time must do, if the grouping allows.
static int64_t rollups_until(const struct work *w)
{
    int64_t last = floor_to(w->q->span.until_us, HOUR_US) / HOUR_US;
    int64_t kept = floor_to(w->rows_from_us + HOUR_US - 1, HOUR_US) / HOUR_US;
    if (from_rollups(w))
        return last;
    if (rows_alone(w->q))
        return 0;
    return kept < last ? kept : last;
}

static bool read_both(struct work *w)
{
    int64_t since = w->q->span.since_us;
    int64_t until = w->q->span.until_us;
    int64_t first = since <= 0 ? 0 : floor_to(since - 1, HOUR_US) / HOUR_US + 1;
    int64_t last = rollups_until(w);
    if (first >= last)
        return read_rows(w, since, until);
    return read_rows(w, since, first * HOUR_US) && read_rollups(w, first, last) &&
           read_rows(w, last * HOUR_US, until);
}

static bool find_tenant(struct work *w)
{
    sqlite3_stmt *s = sql_prepare(w->db, "SELECT id FROM name WHERE text = ?1");
    if (!s)
        return false;
    sql_bind_str(s, 1, w->q->tenant);
    bool fine = sql_one_i64(s, -1, &w->tenant);
    sqlite3_finalize(s);
    s = sql_prepare(w->db, "SELECT value FROM fact WHERE name = 'rows_from_us'");
    fine = fine && s && sql_one_i64(s, 0, &w->rows_from_us);
    sqlite3_finalize(s);
    s = sql_prepare(w->db, "SELECT coalesce(min(hour), 0) FROM rollup WHERE tenant = ?1");
    if (s)
        sqlite3_bind_int64(s, 1, w->tenant);
    fine = fine && s && sql_one_i64(s, 0, &w->begins_us);
    w->begins_us *= HOUR_US;
    sqlite3_finalize(s);
    return fine;
}

static void write_bound(struct buf *json, const char *name, int64_t us, bool open)
{
    buf_printf(json, "\"%s\":", name);
    if (open) {
        buf_add_cstr(json, "null,");
        return;
    }
    buf_add_char(json, '"');
    civil_write(json, us, us % SECOND_US ? 6 : 0);
    buf_add_cstr(json, "\",");
}

static void write_answer(struct work *w, struct buf *json)
{
    const struct report_query *q = w->q;
    const char *label = report_by_name(q->by);
    buf_printf(json, "{\"by\":\"%s\",", label);
    if (q->by == BY_TAG) {
        buf_add_cstr(json, "\"tag_name\":");
        buf_add_json(json, q->tag);
        buf_add_char(json, ',');
    }
    if (q->as) {
        buf_add_cstr(json, "\"as\":");
        struct str as = arena_printf(&w->sums.arena, "%.*s/%.*s", STR_ARG(q->as->vendor),
                                     STR_ARG(q->as->model));
        buf_add_json(json, as);
        buf_add_char(json, ',');
    }
    write_bound(json, "since", q->span.since_us, q->span.since_us <= 0);
    write_bound(json, "until", q->span.until_us, q->span.until_us == INT64_MAX);
    if (w->lacks_us)
        write_bound(json, "rows_since", w->lacks_us, false);
    const struct sums_more *more = q->by == BY_ROUTE ? &w->routed.more : q->more;
    sums_write(&w->sums, label, q->by == BY_DAY || q->by == BY_HOUR, more, json);
    buf_add_char(json, '}');
}

// One read transaction, so that rollups and rows tell of the same moment.
static bool read_all(struct work *w)
{
    if (!w->name || !w->budget || sql_run(w->db, "BEGIN") != SQLITE_OK)
        return cannot_read(w);
    bool fine = find_tenant(w) && (w->tenant < 0 || read_both(w));
    if (fine && w->q->by == BY_ROUTE)
        fine = routed_read(&w->routed, w->db, w->tenant, &w->q->span);
    if (!fine && !w->sums.failed)
        cannot_read(w);
    sql_run(w->db, "COMMIT");
    return fine;
}

enum status report_run(sqlite3 *db, const struct report_query *q, struct buf *json, struct why *why)
{
    must(q->tenant.len > 0);
    struct work w = {.db = db, .q = q, .why = why};
    sums_init(&w.sums);
    routed_init(&w.routed);
    w.name = sql_prepare(db, "SELECT text FROM name WHERE id = ?1");
    w.budget = sql_prepare(db, BUDGET_NAMED);
    if (read_all(&w))
        write_answer(&w, json);
    if (w.sums.failed || arena_failed(&w.sums.arena) || buf_failed(json))
        w.status = why_set(why, STATUS_NO_MEMORY, "out of memory");
    sqlite3_finalize(w.name);
    sqlite3_finalize(w.budget);
    sums_fini(&w.sums);
    routed_fini(&w.routed);
    return w.status;
}
