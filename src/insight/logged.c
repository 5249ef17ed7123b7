// SPDX-License-Identifier: Apache-2.0

#include "insight/logged.h"

#include "base/map.h"
#include "core/ability.h"
#include "core/tenant.h"
#include "insight/row.h"
#include "route/traits.h"
#include "store/sql.h"

#define TENANT_ID "(SELECT id FROM name WHERE text = '" TENANT "')"

bool logged_open(struct logged_reader *r, sqlite3 *db, struct str route, const struct span *span)
{
    *r = (struct logged_reader){
        sql_prepare(db, "SELECT start_us, id, packed FROM decision WHERE tenant = " TENANT_ID
                        " AND start_us >= ?1 AND start_us < ?2 AND attempt = 0 AND route = ?3 "
                        "ORDER BY start_us, id"),
        sql_prepare(db, ROW_SELECT "WHERE c.tenant = " TENANT_ID
                                   " AND c.start_us = ?1 AND c.id = ?2 ORDER BY c.attempt"),
        sql_prepare(db, "SELECT packed FROM decision WHERE tenant = " TENANT_ID
                        " AND start_us = ?1 AND id = ?2 AND attempt = ?3"),
        sql_prepare(db, "SELECT score_ppm FROM feedback WHERE id = ?1"),
        sql_prepare(db, "SELECT traits FROM pair WHERE id = ?1")};
    if (!r->calls || !r->rows || !r->later || !r->rating || !r->pair)
        return false;
    sqlite3_bind_int64(r->calls, 1, span->since_us);
    sqlite3_bind_int64(r->calls, 2, span->until_us);
    sql_bind_str(r->calls, 3, route);
    return true;
}

void logged_close(struct logged_reader *r)
{
    sqlite3_finalize(r->calls);
    sqlite3_finalize(r->rows);
    sqlite3_finalize(r->later);
    sqlite3_finalize(r->rating);
    sqlite3_finalize(r->pair);
}

static void set_model(const struct decision *d, struct logged_attempt *out)
{
    out->side = decision_side(d);
    if (d->chosen < d->count)
        out->model = map_hash(d->list[d->chosen].model);
}

// Of a later attempt its own record tells; where there is none, nothing.
static void find_model(struct logged_reader *r, const struct entry *e, struct logged_attempt *out)
{
    struct decision d UNSET;
    sqlite3_bind_int64(r->later, 1, e->start_us);
    sql_bind_blob(r->later, 2, e->id.bytes, sizeof e->id.bytes);
    sqlite3_bind_int(r->later, 3, e->attempt);
    if (sqlite3_step(r->later) == SQLITE_ROW && decision_unpack(sql_str(r->later, 0), &d))
        set_model(&d, out);
    sqlite3_reset(r->later);
}

static void set_endpoint(struct str name, struct logged *out)
{
    for (unsigned i = 0; i < ENDPOINT_COUNT && !out->said; i++) {
        out->said = str_is(name, endpoint_name((enum endpoint)i));
        out->endpoint = (enum endpoint)i;
    }
}

// No other one has followed it: where the large side has given nothing, that of the small one.
static void note_given(const struct entry *e, bool *found, struct logged *out)
{
    if (*found && e->followed)
        return;
    *found = *found || !e->followed;
    out->answered = outcome_answered(e->outcome, e->ttft_us, e->http_status);
    out->given = out->attempt_count;
}

static void add_row(struct logged_reader *r, const struct entry *e, bool *found, struct logged *out)
{
    const bool second = str_ends(e->route, str_of(": second"));
    out->asked_second = out->asked_second || second;
    out->escalated = out->escalated || str_ends(e->route, str_of(": escalated"));
    out->ended = true;
    if (!out->said)
        set_endpoint(e->endpoint, out);
    out->priced = out->priced && e->price_state != PRICE_UNPRICED &&
                  money_add(out->cost, e->cost, &out->cost);
    note_given(e, found, out);
    if (out->attempt_count == ATTEMPTS_MAX)
        return;
    struct logged_attempt *a = &out->attempts[out->attempt_count++];
    *a = (struct logged_attempt){.second = second,
                                 .escalated = out->escalated,
                                 .failed = e->outcome == OUTCOME_ERROR,
                                 .cost = e->cost};
    if (e->attempt == 0)
        set_model(&out->decision, a);
    else
        find_model(r, e, a);
}

static enum status read_rows(struct logged_reader *r, struct logged *out, struct why *why)
{
    struct entry e;
    enum status status;
    bool found = false;
    out->priced = true;
    sqlite3_bind_int64(r->rows, 1, out->start_us);
    sql_bind_blob(r->rows, 2, out->id.bytes, sizeof out->id.bytes);
    while (row_next(r->rows, &e, &status, why))
        add_row(r, &e, &found, out);
    sqlite3_reset(r->rows);
    return status;
}

static enum status read_rating(struct logged_reader *r, struct logged *out, struct why *why)
{
    int64_t score = 0;
    sql_bind_blob(r->rating, 1, out->id.bytes, sizeof out->id.bytes);
    if (!sql_one_i64(r->rating, -1, &score))
        return sql_why(why, sqlite3_db_handle(r->rating), "the ledger cannot be read");
    out->rated = score >= 0;
    out->score_ppm = out->rated ? (uint32_t)score : 0;
    return STATUS_OK;
}

// The slice lives until the next one is asked for.
static enum status read_pair(struct logged_reader *r, struct logged *out, struct why *why)
{
    sqlite3_reset(r->pair);
    sql_bind_blob(r->pair, 1, out->id.bytes, sizeof out->id.bytes);
    const int code = sqlite3_step(r->pair);
    if (code == SQLITE_ROW)
        out->words = sql_str(r->pair, 0);
    else if (code != SQLITE_DONE)
        return sql_why(why, sqlite3_db_handle(r->pair), "the ledger cannot be read");
    return STATUS_OK;
}

// No more than traits_log was given, and hardly less.
static int64_t unlogged(uint16_t log)
{
    const unsigned power = log / TRAIT_ONE, part = log % TRAIT_ONE;
    if (power > 52) // no context has so many tokens
        return INT64_MAX;
    const uint64_t more = ((uint64_t)part << power) / TRAIT_ONE;
    return (int64_t)(((uint64_t)1 << power) + more - 1);
}

// Of a schema its record does not tell.
static void read_traits(struct logged *out)
{
    const struct decision *d = &out->decision;
    struct traits t UNSET;
    if (d->traits.len == 0 || !traits_unpack(d->traits, &t))
        return;
    out->asks = (t.value[TRAIT_TOOLS] ? ABILITY_TOOLS : 0U) |
                (t.value[TRAIT_MEDIA] && !d->files_only ? ABILITY_VISION : 0U);
    out->output_max = unlogged(t.value[TRAIT_OUTPUT_MAX]);
}

// False: its record says nothing to this program.
static bool read_call(struct logged_reader *r, struct logged *out)
{
    struct str id = sql_str(r->calls, 1);
    *out = (struct logged){.start_us = sqlite3_column_int64(r->calls, 0)};
    if (id.len != sizeof out->id.bytes)
        return false;
    memcpy(out->id.bytes, id.ptr, id.len);
    if (!decision_unpack(sql_str(r->calls, 2), &out->decision))
        return false;
    read_traits(out);
    return true;
}

const struct logged_attempt *logged_given(const struct logged *c)
{
    return c->given < c->attempt_count ? &c->attempts[c->given] : NULL;
}

enum status logged_more(struct logged_reader *r, struct logged *call, struct why *why)
{
    enum status status = read_rows(r, call, why);
    if (status == STATUS_OK)
        status = read_rating(r, call, why);
    return status == STATUS_OK ? read_pair(r, call, why) : status;
}

bool logged_next(struct logged_reader *r, struct logged *out, enum status *status, struct why *why)
{
    int code;
    *status = STATUS_OK;
    while ((code = sqlite3_step(r->calls)) == SQLITE_ROW) {
        if (read_call(r, out))
            return true;
    }
    if (code != SQLITE_DONE)
        *status = sql_why(why, sqlite3_db_handle(r->calls), "the ledger cannot be read");
    return false;
}
