// SPDX-License-Identifier: Apache-2.0

#include "insight/decision_json.h"

#include "core/decision.h"
#include "store/sql.h"

#define PPM_PLACES 6
#define PD_PLACES  12

sqlite3_stmt *decision_finder(sqlite3 *db)
{
    return sql_prepare(db, "SELECT packed FROM decision WHERE tenant = (SELECT id FROM name WHERE "
                           "text = ?1) AND start_us = ?2 AND id = ?3 AND attempt = ?4");
}

static void write_money(struct json_out *o, const char *name, bool known, struct money m)
{
    if (known)
        json_out_decimal(o, name, m.pd, PD_PLACES, PD_PLACES);
    else
        json_out_null(o, name);
}

static void write_candidate(struct json_out *o, const struct decision *d, unsigned i)
{
    const struct decision_candidate *c = &d->list[i];
    json_out_begin(o, NULL, '{');
    json_out_text(o, "model", c->model);
    json_out_text(o, "side", str_of(side_name(c->side)));
    json_out_flag(o, "chosen", i == d->chosen);
    write_money(o, "expected_usd", c->state != PRICE_UNPRICED, c->expected);
    json_out_text(o, "price_state", str_of(price_state_name(c->state)));
    if (c->out.len)
        json_out_text(o, "out", c->out);
    json_out_end(o, '}');
}

static void write_traits(struct json_out *o, struct str traits)
{
    static const char digits[] = "0123456789abcdef";
    char hex[2 * DECISION_TRAITS_MAX];
    for (size_t i = 0; i < traits.len; i++) {
        unsigned char c = (unsigned char)traits.ptr[i];
        hex[2 * i] = digits[c >> 4];
        hex[2 * i + 1] = digits[c & 15];
    }
    if (traits.len)
        json_out_text(o, "traits", str_from(hex, 2 * traits.len));
}

static void write(struct json_out *o, const struct decision *d)
{
    json_out_begin(o, "decision", '{');
    json_out_text(o, "route", d->route);
    json_out_text(o, "mode", d->mode);
    json_out_text(o, "match", d->match);
    json_out_text(o, "side", str_of(side_name(d->side)));
    json_out_text(o, "reason", d->reason);
    json_out_flag(o, "cascade", d->cascade);
    if (d->scored) {
        json_out_decimal(o, "score", d->score_ppm, PPM_PLACES, 0);
        json_out_decimal(o, "threshold", d->threshold_ppm, PPM_PLACES, 0);
    }
    json_out_decimal(o, "propensity", d->propensity_ppm, PPM_PLACES, 0);
    json_out_begin(o, "candidates", '[');
    for (unsigned i = 0; i < d->count; i++)
        write_candidate(o, d, i);
    json_out_end(o, ']');
    write_money(o, "large_usd", d->compared, d->large);
    if (d->verdict.there)
        json_out_text(o, "verified", str_of(d->verdict.good ? "good" : "refused"));
    write_traits(o, d->traits);
    json_out_end(o, '}');
}

bool decision_write(sqlite3_stmt *finder, const struct entry *e, struct json_out *o)
{
    struct decision d;
    sql_bind_str(finder, 1, e->tenant);
    sqlite3_bind_int64(finder, 2, e->start_us);
    sql_bind_blob(finder, 3, e->id.bytes, sizeof e->id.bytes);
    sqlite3_bind_int(finder, 4, e->attempt);
    int code = sqlite3_step(finder);
    if (code == SQLITE_ROW && decision_unpack(sql_str(finder, 0), &d))
        write(o, &d);
    sqlite3_reset(finder);
    return code == SQLITE_ROW || code == SQLITE_DONE;
}
