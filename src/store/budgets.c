// SPDX-License-Identifier: Apache-2.0
//
// What is a list or has a name of its own (scope, per, alert_at) is kept as a person writes it, and
// read with the same functions as what a person wrote.

#include "store/budgets.h"

#include "base/clock.h"
#include "base/json.h"
#include "core/key.h"
#include "store/inside.h"
#include "store/sql.h"

static enum status failed(struct store *s, const char *what, struct why *why)
{
    return sql_why(why, s->keys, what);
}

static enum status unknown(struct str name, struct why *why)
{
    return why_set(why, STATUS_UNKNOWN,
                   "no budget named %.*s was made by `costlens budget set` (`costlens budget list` "
                   "shows all)",
                   STR_ARG(name));
}

// --- writing ---

struct texts {
    struct buf scope, per, alerts;
};

static void texts_init(struct texts *t)
{
    buf_init(&t->scope, &alloc_heap, 0);
    buf_init(&t->per, &alloc_heap, 0);
    buf_init(&t->alerts, &alloc_heap, 0);
}

static void texts_fini(struct texts *t)
{
    buf_fini(&t->scope);
    buf_fini(&t->per);
    buf_fini(&t->alerts);
}

static void write_scope(struct buf *out, const struct budget *b)
{
    struct buf name;
    buf_init(&name, &alloc_heap, 0);
    buf_add_char(out, '{');
    for (unsigned i = 0; i < b->condition_count; i++) {
        buf_clear(&name);
        budget_dimension_write(&name, &b->conditions[i]);
        buf_add_cstr(out, i ? "," : "");
        buf_add_json(out, buf_str(&name));
        buf_add_char(out, ':');
        buf_add_json(out, b->conditions[i].value);
    }
    buf_add_char(out, '}');
    out->failed |= name.failed;
    buf_fini(&name);
}

static bool write_texts(struct texts *t, const struct budget *b)
{
    write_scope(&t->scope, b);
    if (b->per == BUDGET_PER_REQUEST)
        buf_add_cstr(&t->per, "request");
    else if (b->per == BUDGET_PER_VALUE)
        budget_dimension_write(&t->per, &b->per_what);
    buf_add_char(&t->alerts, '[');
    for (unsigned i = 0; i < b->terms.alert_count; i++)
        buf_printf(&t->alerts, "%s%u", i ? "," : "", (unsigned)b->terms.alert_at[i]);
    buf_add_char(&t->alerts, ']');
    return !buf_failed(&t->scope) && !buf_failed(&t->per) && !buf_failed(&t->alerts);
}

// Texts first, as all statements here have them: tenant, name, scope, per, alert_at, zone.
static void bind(sqlite3_stmt *q, const struct store_budget *sb, const struct texts *t)
{
    const struct budget *b = &sb->budget;
    const struct str texts[] = {sb->tenant,          b->name,
                                buf_str(&t->scope),  buf_str(&t->per),
                                buf_str(&t->alerts), b->zone_name};
    const int64_t numbers[] = {b->terms.limit.n, b->terms.observe,    b->terms.paused,
                               b->window.kind,   b->window.first_day, b->grow,
                               b->clamp,         b->downgrade,        b->wait_us};
    int column = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        sql_bind_str(q, ++column, texts[i]);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sqlite3_bind_int64(q, ++column, numbers[i]);
}

static enum status add(struct store *s, const struct store_budget *b, bool configured, uint64_t *id)
{
    struct texts t;
    int64_t number = 0;
    texts_init(&t);
    enum status status = write_texts(&t, &b->budget) ? STATUS_OK : STATUS_NO_MEMORY;
    sqlite3_stmt *q = sql_prepare(
        s->keys, "INSERT INTO budget (tenant, name, scope, per, alert_at, zone, limit_nd, observe, "
                 "paused, window, first_day, grow, clamp, downgrade, wait_us, configured, "
                 "created_us, archived_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
                 "?12, ?13, ?14, ?15, ?16, ?17, 0) RETURNING id");
    if (q && status == STATUS_OK) {
        bind(q, b, &t);
        sqlite3_bind_int(q, 16, configured);
        sqlite3_bind_int64(q, 17, b->created_us);
        if (!sql_one_i64(q, 0, &number))
            status = sql_status(sqlite3_errcode(s->keys));
    } else if (!q) {
        status = STATUS_IO;
    }
    sqlite3_finalize(q);
    texts_fini(&t);
    if (status == STATUS_OK)
        *id = (uint64_t)number;
    return status;
}

enum status store_budget_add(struct store *s, const struct store_budget *b, uint64_t *id,
                             struct why *why)
{
    must(b->tenant.len > 0 && budget_check(&b->budget, NULL) == STATUS_OK);
    pthread_mutex_lock(&s->keys_lock);
    enum status status = add(s, b, false, id);
    if (status == STATUS_CONFLICT)
        status =
            why_set(why, status, "there is a budget named %.*s already", STR_ARG(b->budget.name));
    else if (status != STATUS_OK)
        status = failed(s, "the budget cannot be kept", why);
    pthread_mutex_unlock(&s->keys_lock);
    return status;
}

enum status store_budget_change(struct store *s, const struct store_budget *b, struct why *why)
{
    struct texts t;
    enum status status = STATUS_OK;
    must(b->tenant.len > 0 && budget_check(&b->budget, NULL) == STATUS_OK);
    texts_init(&t);
    bool fine = write_texts(&t, &b->budget);
    pthread_mutex_lock(&s->keys_lock);
    sqlite3_stmt *q = sql_prepare(
        s->keys, "UPDATE budget SET scope = ?3, per = ?4, alert_at = ?5, zone = ?6, limit_nd = ?7, "
                 "observe = ?8, paused = ?9, window = ?10, first_day = ?11, grow = ?12, "
                 "clamp = ?13, downgrade = ?14, wait_us = ?15 WHERE tenant = ?1 AND name = ?2 AND "
                 "configured = 0 AND archived_us = 0");
    if (q && fine)
        bind(q, b, &t);
    if (!fine)
        status = why_set(why, STATUS_NO_MEMORY, "out of memory");
    else if (!q || !sql_done(q))
        status = failed(s, "the budget cannot be changed", why);
    else if (sqlite3_changes(s->keys) == 0)
        status = unknown(b->budget.name, why);
    sqlite3_finalize(q);
    pthread_mutex_unlock(&s->keys_lock);
    texts_fini(&t);
    return status;
}

enum status store_budget_archive(struct store *s, struct str tenant, struct str name, int64_t at_us,
                                 struct why *why)
{
    enum status status = STATUS_OK;
    pthread_mutex_lock(&s->keys_lock);
    sqlite3_stmt *q =
        sql_prepare(s->keys, "UPDATE budget SET archived_us = max(?3, 1) WHERE tenant = ?1 AND "
                             "name = ?2 AND configured = 0 AND archived_us = 0");
    if (q) {
        sql_bind_str(q, 1, tenant);
        sql_bind_str(q, 2, name);
        sqlite3_bind_int64(q, 3, at_us);
    }
    if (!q || !sql_done(q))
        status = failed(s, "the budget cannot be removed", why);
    else if (sqlite3_changes(s->keys) == 0)
        status = unknown(name, why);
    sqlite3_finalize(q);
    pthread_mutex_unlock(&s->keys_lock);
    return status;
}

// --- of runs that were killed ---

#define HEX       "[0-9a-f]"
#define RUNS_ID   HEX HEX HEX HEX HEX HEX HEX HEX // KEY_RUN_ID of them
#define RUN_US    ((int64_t)KEY_RUN_DAYS * 24 * 3600 * 1000000)
#define KEY_THERE "SELECT 1 FROM key WHERE key.tenant = budget.tenant AND key.name = budget.name"

enum status store_budget_tidy(struct store *s, struct str tenant, int64_t at_us, int64_t *count,
                              struct why *why)
{
    enum status status = STATUS_OK;
    pthread_mutex_lock(&s->keys_lock);
    sqlite3_stmt *q = sql_prepare(
        s->keys, "UPDATE budget SET archived_us = max(?2, 1) WHERE tenant = ?1 AND configured = 0 "
                 "AND archived_us = 0 AND name GLOB '" KEY_OF_RUN "*[-.]" RUNS_ID "' AND "
                 "NOT EXISTS (" KEY_THERE " AND (revoked_us = 0 OR revoked_us > ?2) AND "
                 "(expires_us = 0 OR expires_us > ?2)) AND "
                 "(created_us <= ?2 - ?3 OR EXISTS (" KEY_THERE "))");
    if (q) {
        sql_bind_str(q, 1, tenant);
        sqlite3_bind_int64(q, 2, at_us);
        sqlite3_bind_int64(q, 3, RUN_US);
    }
    if (!q || !sql_done(q))
        status = failed(s, "what runs left behind cannot be removed", why);
    else
        *count = sqlite3_changes(s->keys);
    sqlite3_finalize(q);
    pthread_mutex_unlock(&s->keys_lock);
    return status;
}

// --- numbers of a file's ---

static bool find(struct store *s, struct str tenant, struct str name, int64_t *id)
{
    sqlite3_stmt *q = sql_prepare(s->keys, "SELECT id FROM budget WHERE tenant = ?1 AND name = ?2 "
                                           "AND configured = 1 AND archived_us = 0");
    if (q) {
        sql_bind_str(q, 1, tenant);
        sql_bind_str(q, 2, name);
    }
    bool fine = q && sql_one_i64(q, 0, id);
    sqlite3_finalize(q);
    return fine;
}

enum status store_budget_number(struct store *s, struct str tenant, struct str name, uint64_t *id,
                                struct why *why)
{
    struct store_budget b = {.tenant = tenant, .created_us = clock_wall_us()};
    int64_t known = 0;
    budget_init(&b.budget, name);
    pthread_mutex_lock(&s->keys_lock);
    enum status status = find(s, tenant, name, &known) ? STATUS_OK : STATUS_IO;
    if (status == STATUS_OK && known > 0)
        *id = (uint64_t)known;
    else if (status == STATUS_OK)
        status = add(s, &b, true, id);
    if (status != STATUS_OK)
        status = failed(s, "a budget's number cannot be kept", why);
    pthread_mutex_unlock(&s->keys_lock);
    return status;
}

// --- reading ---

static bool read_scope(struct budget *b, const struct json *json)
{
    struct json_iter it = {0};
    struct str name;
    const struct json_val *v;
    bool fine = json_type(json_root(json)) == JSON_OBJECT;
    while (fine && json_each(&it, json_root(json), &name, &v))
        fine = budget_scope(b, name, json_str(v), NULL) == STATUS_OK;
    return fine;
}

static bool read_alerts(struct budget *b, const struct json *json)
{
    struct json_iter it = {0};
    struct str alert_at = str_of("alert_at");
    const struct json_val *v;
    bool fine = json_type(json_root(json)) == JSON_ARRAY;
    while (fine && json_each(&it, json_root(json), NULL, &v))
        fine = budget_set(b, alert_at, json_number(json, v), NULL) == STATUS_OK;
    return fine;
}

static bool read_numbers(struct budget *b, sqlite3_stmt *q)
{
    int64_t limit = sqlite3_column_int64(q, 7);
    int64_t kind = sqlite3_column_int64(q, 10);
    int64_t first_day = sqlite3_column_int64(q, 11);
    b->limited = true;
    b->terms.limit.n = limit;
    b->terms.observe = sqlite3_column_int(q, 8);
    b->terms.paused = sqlite3_column_int(q, 9);
    b->window.kind = (enum window_kind)kind;
    b->window.first_day = (int)first_day;
    b->grow = sqlite3_column_int(q, 12);
    b->clamp = sqlite3_column_int(q, 13);
    b->downgrade = sqlite3_column_int(q, 14);
    b->wait_us = sqlite3_column_int64(q, 15);
    return limit >= 0 && first_day >= 0 && first_day < 7 &&
           (kind == WINDOW_LIFETIME || kind == WINDOW_DAY || kind == WINDOW_WEEK ||
            kind == WINDOW_MONTH);
}

static enum status read_one(sqlite3_stmt *q, store_budget_f *f, void *context, struct why *why)
{
    struct json *scope = NULL, *alerts = NULL;
    struct store_budget sb = {.tenant = sql_str(q, 1), .created_us = sqlite3_column_int64(q, 16)};
    struct budget *b = &sb.budget;
    struct str per = sql_str(q, 4);
    budget_init(b, sql_str(q, 2));
    b->id = (uint64_t)sqlite3_column_int64(q, 0);
    b->zone_name = sql_str(q, 6);
    bool fine = json_open(sql_str(q, 3), &alloc_heap, &scope, NULL) == STATUS_OK &&
                json_open(sql_str(q, 5), &alloc_heap, &alerts, NULL) == STATUS_OK &&
                read_scope(b, scope) && read_alerts(b, alerts) && read_numbers(b, q) &&
                (per.len == 0 || budget_set(b, str_of("per"), per, NULL) == STATUS_OK) &&
                budget_check(b, NULL) == STATUS_OK;
    enum status status = STATUS_OK;
    if (fine)
        f(context, &sb);
    else
        status = why_set(why, STATUS_DAMAGED,
                         "the budget %.*s in the store cannot be read: make it anew (`costlens "
                         "budget rm`, `costlens budget set`)",
                         STR_ARG(b->name));
    json_close(scope);
    json_close(alerts);
    return status;
}

enum status store_budget_each(struct store *s, store_budget_f *f, void *context, struct why *why)
{
    int code = SQLITE_ERROR;
    enum status status = STATUS_OK;
    pthread_mutex_lock(&s->keys_lock);
    sqlite3_stmt *q =
        sql_prepare(s->keys, "SELECT id, tenant, name, scope, per, alert_at, zone, limit_nd, "
                             "observe, paused, window, first_day, grow, clamp, downgrade, wait_us, "
                             "created_us FROM budget INDEXED BY budget_name WHERE configured = 0 "
                             "AND archived_us = 0 ORDER BY id");
    while (q && status == STATUS_OK && (code = sqlite3_step(q)) == SQLITE_ROW)
        status = read_one(q, f, context, why);
    if (status == STATUS_OK && code != SQLITE_DONE)
        status = failed(s, "the budgets cannot be read", why);
    sqlite3_finalize(q);
    pthread_mutex_unlock(&s->keys_lock);
    return status;
}
