// SPDX-License-Identifier: Apache-2.0
//
// Virtual keys at rest: their MAC, never a token. A name belongs to one key that is not revoked; a
// rotated one gives its name away and lives on under it until its end.

#include "store/inside.h"
#include "store/sql.h"

static enum status failed(struct store *s, const char *what, struct why *why)
{
    return sql_why(why, s->keys, what);
}

enum status store_key_unknown(struct str name, struct why *why)
{
    return why_set(why, STATUS_UNKNOWN,
                   "no key that works is named %.*s (`costlens key list` shows all)",
                   STR_ARG(name));
}

static bool insert(struct store *s, const struct key *k)
{
    sqlite3_stmt *add =
        sql_prepare(s->keys, "INSERT INTO key (id, mac, tenant, name, team, project, user, last4, "
                             "models, created_us, expires_us, revoked_us, tags) "
                             "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
    if (!add)
        return false;
    sql_bind_blob(add, 1, k->id.bytes, sizeof k->id.bytes);
    sql_bind_blob(add, 2, k->mac, sizeof k->mac);
    const struct str texts[] = {k->tenant, k->name,  k->team,  k->project,
                                k->user,   k->last4, k->models};
    int column = 2;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        sql_bind_str(add, ++column, texts[i]);
    sqlite3_bind_int64(add, ++column, k->created_us);
    sqlite3_bind_int64(add, ++column, k->expires_us);
    sqlite3_bind_int64(add, ++column, k->revoked_us);
    if (k->tags.len)
        sql_bind_blob(add, ++column, k->tags.ptr, k->tags.len);
    bool fine = sql_done(add);
    sqlite3_finalize(add);
    return fine;
}

enum status store_key_add(struct store *s, const struct key *k, struct why *why)
{
    must(k->name.len > 0 && k->tenant.len > 0);
    enum status status = STATUS_OK;
    pthread_mutex_lock(&s->keys_lock);
    if (!insert(s, k)) {
        status = sql_status(sqlite3_errcode(s->keys));
        status = status == STATUS_CONFLICT
                     ? why_set(why, status, "there is a key named %.*s already", STR_ARG(k->name))
                     : failed(s, "the key cannot be kept", why);
    }
    pthread_mutex_unlock(&s->keys_lock);
    return status;
}

// Runs an UPDATE of a name (?1) at a moment (?2). True when it worked; *changed is set when there
// was such a key.
static bool update_by(struct store *s, sqlite3_stmt *end, struct str name, int64_t at_us,
                      bool *changed)
{
    if (!end)
        return false;
    sql_bind_str(end, 1, name);
    sqlite3_bind_int64(end, 2, at_us > 0 ? at_us : 1);
    bool fine = sql_done(end);
    *changed |= fine && sqlite3_changes(s->keys) > 0;
    sqlite3_finalize(end);
    return fine;
}

static bool end_key(struct store *s, struct str name, int64_t at_us, bool *changed)
{
    sqlite3_stmt *end =
        sql_prepare(s->keys, "UPDATE key SET revoked_us = ?2 WHERE name = ?1 AND revoked_us = 0");
    return update_by(s, end, name, at_us, changed);
}

// A rotated token that lives on under the name must die with it.
static bool end_rotated(struct store *s, struct str name, int64_t at_us, bool *changed)
{
    sqlite3_stmt *end =
        sql_prepare(s->keys, "UPDATE key SET revoked_us = ?2 WHERE name = ?1 AND revoked_us > ?2");
    return update_by(s, end, name, at_us, changed);
}

enum status store_key_revoke(struct store *s, struct str name, int64_t at_us, struct why *why)
{
    bool changed = false;
    enum status status = STATUS_OK;
    pthread_mutex_lock(&s->keys_lock);
    bool fine = sql_run(s->keys, "BEGIN IMMEDIATE") == SQLITE_OK;
    fine = fine && end_key(s, name, at_us, &changed) && end_rotated(s, name, at_us, &changed);
    fine = fine && sql_run(s->keys, "COMMIT") == SQLITE_OK;
    if (!fine) {
        status = failed(s, "the key cannot be revoked", why);
        sql_run(s->keys, "ROLLBACK");
    } else if (!changed) {
        status = store_key_unknown(name, why);
    }
    pthread_mutex_unlock(&s->keys_lock);
    return status;
}

enum status store_key_forget(struct store *s, struct str tenant, struct str name, struct why *why)
{
    enum status status = STATUS_OK;
    if (!str_starts(name, str_of(KEY_OF_RUN)))
        return why_set(why, STATUS_DENIED,
                       "only the key of a `costlens run` is forgotten (" KEY_OF_RUN
                       "...): costlens key revoke %.*s",
                       STR_ARG(name));
    pthread_mutex_lock(&s->keys_lock);
    sqlite3_stmt *forget = sql_prepare(s->keys, "DELETE FROM key WHERE tenant = ?1 AND name = ?2");
    if (forget) {
        sql_bind_str(forget, 1, tenant);
        sql_bind_str(forget, 2, name);
    }
    if (!forget || !sql_done(forget))
        status = failed(s, "the key cannot be forgotten", why);
    else if (sqlite3_changes(s->keys) == 0)
        status = store_key_unknown(name, why);
    sqlite3_finalize(forget);
    pthread_mutex_unlock(&s->keys_lock);
    return status;
}

enum status store_key_rotate(struct store *s, struct str name, const struct key *fresh,
                             int64_t old_until_us, struct why *why)
{
    bool changed = false;
    enum status status = STATUS_OK;
    pthread_mutex_lock(&s->keys_lock);
    bool fine = sql_run(s->keys, "BEGIN IMMEDIATE") == SQLITE_OK &&
                end_key(s, name, old_until_us, &changed);
    if (fine && changed)
        fine = insert(s, fresh) && sql_run(s->keys, "COMMIT") == SQLITE_OK;
    if (!fine)
        status = failed(s, "the key cannot be rotated", why);
    else if (!changed)
        status = store_key_unknown(name, why);
    if (!sqlite3_get_autocommit(s->keys))
        sql_run(s->keys, "ROLLBACK");
    pthread_mutex_unlock(&s->keys_lock);
    return status;
}

static bool move_key(struct store *s, struct str name, struct str team, int64_t at_us,
                     bool *changed)
{
    sqlite3_stmt *move = sql_prepare(s->keys, "UPDATE key SET team = ?3 WHERE name = ?1 AND "
                                              "(revoked_us = 0 OR revoked_us > ?2)");
    if (move)
        sql_bind_str(move, 3, team);
    return update_by(s, move, name, at_us, changed);
}

// Six parameters, each of which the caller has at hand. NOLINTNEXTLINE(readability-function-size)
enum status store_key_team(struct store *s, const struct str *names, size_t count, struct str team,
                           int64_t at_us, struct why *why)
{
    enum status status = STATUS_OK;
    pthread_mutex_lock(&s->keys_lock);
    bool fine = sql_run(s->keys, "BEGIN IMMEDIATE") == SQLITE_OK;
    for (size_t i = 0; i < count && fine && status == STATUS_OK; i++) {
        bool changed = false;
        fine = move_key(s, names[i], team, at_us, &changed);
        if (fine && !changed)
            status = store_key_unknown(names[i], why);
    }
    if (fine && status == STATUS_OK)
        fine = sql_run(s->keys, "COMMIT") == SQLITE_OK;
    if (!fine)
        status = failed(s, "the keys cannot be moved", why);
    if (!sqlite3_get_autocommit(s->keys))
        sql_run(s->keys, "ROLLBACK");
    pthread_mutex_unlock(&s->keys_lock);
    return status;
}

static bool read_row(sqlite3_stmt *row, struct key *k)
{
    struct str id = sql_str(row, 0);
    struct str mac = sql_str(row, 1);
    if (id.len != sizeof k->id.bytes || mac.len != sizeof k->mac)
        return false;
    memcpy(k->id.bytes, id.ptr, id.len);
    memcpy(k->mac, mac.ptr, mac.len);
    struct str *const texts[] = {&k->tenant, &k->name,  &k->team,  &k->project,
                                 &k->user,   &k->last4, &k->models};
    int column = 2;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i] = sql_str(row, column++);
    k->created_us = sqlite3_column_int64(row, column++);
    k->expires_us = sqlite3_column_int64(row, column++);
    k->revoked_us = sqlite3_column_int64(row, column++);
    k->tags = sql_str(row, column);
    return true;
}

enum status store_key_each(struct store *s, store_key_f *f, void *context, struct why *why)
{
    int code = SQLITE_ERROR;
    pthread_mutex_lock(&s->keys_lock);
    sqlite3_stmt *each = sql_prepare(
        s->keys, "SELECT id, mac, tenant, name, team, project, user, last4, models, "
                 "created_us, expires_us, revoked_us, tags FROM key ORDER BY created_us, id");
    while (each && (code = sqlite3_step(each)) == SQLITE_ROW) {
        struct key k = {.from_config = false};
        if (read_row(each, &k))
            f(context, &k);
    }
    enum status status =
        code == SQLITE_DONE ? STATUS_OK : failed(s, "the keys cannot be read", why);
    sqlite3_finalize(each);
    pthread_mutex_unlock(&s->keys_lock);
    return status;
}

enum status store_pepper_mark(struct store *s, int64_t *out, struct why *why)
{
    enum status status = STATUS_OK;
    pthread_mutex_lock(&s->keys_lock);
    sqlite3_stmt *ask = sql_prepare(s->keys, "SELECT value FROM fact WHERE name = 'pepper'");
    if (!ask || !sql_one_i64(ask, 0, out))
        status = failed(s, "the keys cannot be read", why);
    sqlite3_finalize(ask);
    pthread_mutex_unlock(&s->keys_lock);
    return status;
}

enum status store_pepper_mark_set(struct store *s, int64_t mark, struct why *why)
{
    must(mark != 0);
    enum status status = STATUS_OK;
    pthread_mutex_lock(&s->keys_lock);
    sqlite3_stmt *set = sql_prepare(s->keys, "INSERT INTO fact (name, value) VALUES ('pepper', ?1) "
                                             "ON CONFLICT DO UPDATE SET value = excluded.value");
    bool fine = set && sqlite3_bind_int64(set, 1, mark) == SQLITE_OK && sql_done(set);
    if (!fine)
        status = failed(s, "the pepper's mark cannot be kept", why);
    sqlite3_finalize(set);
    pthread_mutex_unlock(&s->keys_lock);
    return status;
}
