// SPDX-License-Identifier: Apache-2.0

#include "insight/decision_json.h"

#include "core/decision.h"
#include "core/tenant.h"
#include "insight/asked.h"
#include "insight/figures.h"
#include "store/sql.h"

#define PD_PLACES 12

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
    if (c->passed.len)
        json_out_text(o, "passed_over", c->passed);
    json_out_end(o, '}');
}

// Its answer was to be looked at, and the process ended before that was written.
static bool is_lost(const struct decision *d, const struct entry *e)
{
    return d->cascade && decision_side(d) == SIDE_SMALL && e->outcome == OUTCOME_UNKNOWN;
}

// NULL: none has looked at it.
static const char *verdict_word(const struct decision *d, const struct entry *e)
{
    const struct decision_verdict *v = &d->verdict;
    if (decision_by_unseen(v->by))
        return "unseen";
    if (v->there)
        return v->good ? "good" : "refused";
    return is_lost(d, e) ? "unknown" : NULL;
}

// "hold", "size", "left" and "stop" tell why not all have looked at it; what an earlier version has
// written tells no name. Where one outside was silent its `on_error` has made the verdict.
static void write_verdict(struct json_out *o, const struct decision *d, const struct entry *e)
{
    const struct decision_verdict *v = &d->verdict;
    const bool silent = v->by == DECISION_BY_SILENT;
    const struct str by = str_of(decision_by_name(silent ? DECISION_BY_HTTP : v->by));
    const char *word = verdict_word(d, e);
    if (word)
        json_out_text(o, "verified", str_of(word));
    if (decision_by_unseen(v->by))
        json_out_text(o, "unseen_by", by);
    else if (by.len && !v->good)
        json_out_text(o, "refused_by", by);
    if (silent)
        json_out_text(o, "on_error", str_of(v->good ? "accept" : "refuse"));
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

// What each mode would have gone by.
static void write_judged(struct json_out *o, const struct choice_judged *j)
{
    static const char *const modes[CHOICE_MODES] = {"rules", "measured", "certified"};
    figure_share(o, "shipped", j->shipped);
    if (j->has_own)
        figure_share(o, "own", j->own);
    else
        json_out_null(o, "own");
    json_out_begin(o, "modes", '{');
    for (unsigned i = 0; i < CHOICE_MODES; i++) {
        const struct choice_counsel *c = &j->counsel[i];
        json_out_begin(o, modes[i], '{');
        json_out_text(o, "score", str_of(c->own ? "own" : "shipped"));
        figure_share(o, "threshold", c->threshold);
        json_out_text(o, "reason", str_of(choice_why_text(c->why)));
        json_out_end(o, '}');
    }
    json_out_end(o, '}');
}

static void write_known(struct json_out *o, const struct decision *d)
{
    static const char *const cascades[] = {"unknown", "pays", "costs"};
    const struct choice_call *c = &d->call;
    json_out_begin(o, "known", '{');
    if (c->judged.there)
        write_judged(o, &c->judged);
    figure_share(o, "pressure", c->pressure_ppm);
    json_out_text(o, "session", str_of(side_name(c->session)));
    json_out_text(o, "cascade", str_of(cascades[c->cascade]));
    json_out_flag(o, "confined", d->confined);
    json_out_number(o, "input", d->input);
    json_out_number(o, "output", d->output);
    json_out_end(o, '}');
}

// The file of the route's own model as it is now, and the checksum that it had then: whoever reads
// the file sees whether it is still the one that judged the call.
static void write_model(struct json_out *o, sqlite3 *db, const struct decision *d)
{
    sqlite3_stmt *s = sql_prepare(db, "SELECT model FROM promise WHERE tenant = '" TENANT
                                      "' AND route = ?1 AND task = 0");
    if (!s)
        return;
    sql_bind_str(s, 1, d->route);
    if (sqlite3_step(s) == SQLITE_ROW && sql_str(s, 0).len) {
        json_out_text(o, "model", sql_str(s, 0));
        json_out_number(o, "model_check", d->call.judged.own_check);
    }
    sqlite3_finalize(s);
}

static void write(struct json_out *o, sqlite3 *db, const struct entry *e, const struct decision *d)
{
    json_out_begin(o, "decision", '{');
    json_out_text(o, "route", d->route);
    json_out_text(o, "mode", d->mode);
    json_out_text(o, "match", d->match);
    json_out_text(o, "side", str_of(side_name(d->side)));
    json_out_text(o, "reason", d->reason);
    json_out_flag(o, "cascade", d->cascade);
    if (d->scored) {
        figure_share(o, "score", d->score_ppm);
        figure_share(o, "threshold", d->threshold_ppm);
    }
    figure_share(o, "propensity", d->propensity_ppm);
    json_out_begin(o, "candidates", '[');
    for (unsigned i = 0; i < d->count; i++)
        write_candidate(o, d, i);
    json_out_end(o, ']');
    write_money(o, "large_usd", d->compared, d->large);
    write_verdict(o, d, e);
    write_traits(o, d->traits);
    if (d->known)
        write_known(o, d);
    if (d->known && d->call.judged.has_own)
        write_model(o, db, d);
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
        write(o, sqlite3_db_handle(finder), e, &d);
    sqlite3_reset(finder);
    return code == SQLITE_ROW || code == SQLITE_DONE;
}
