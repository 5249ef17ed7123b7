// SPDX-License-Identifier: Apache-2.0

#include "request/heads.h"

#include "base/limits.h"
#include "request/coding.h"
#include "request/decided.h"
#include "request/translation.h"
#include "wire/failure.h"
#include "wire/header.h"

#define FIELDS_ROOM 500 // bytes of field lines that most answers have

// --- what its provider said ---

// True when it quotes the credential that we sent: then it goes nowhere as it is.
static bool quotes_secret(const struct req *r, struct str text)
{
    return attempt_key(&r->attempt) && secret_within(attempt_key(&r->attempt), text);
}

static void keep_masked(struct req *r, const struct field *f)
{
    struct buf value;
    buf_init(&value, &alloc_heap, 2 * HEAD_BYTES_MAX);
    secret_mask(attempt_key(&r->attempt), f->value, &value);
    if (!buf_failed(&value))
        field_write(&r->attempt.fields, f->name, buf_str(&value));
    buf_fini(&value);
}

static void keep_field(struct req *r, const struct field *f)
{
    // A success may turn out to be an error.
    failure_field(&r->attempt.failure, f->name, f->value, loop_wall_us(r->worker->loop));
    if (str_eq_nocase(f->name, str_of("x-should-retry")))
        return; // when all of them are read: retry_field
    // Our server dates the answer itself. What is not safe is left out.
    if (!header_passes_down(f->name) || str_eq_nocase(f->name, str_of("date")))
        return;
    if (quotes_secret(r, f->value))
        keep_masked(r, f);
    else
        field_write(&r->attempt.fields, f->name, f->value);
}

static bool is_request_id(struct str name)
{
    return str_eq_nocase(name, str_of("x-request-id")) || str_eq_nocase(name, str_of("request-id"));
}

static struct str content_type(const struct req *r)
{
    bool error = r->attempt.upstream_status >= 400;
    return str_of(error ? "application/json" : translation_type(r->attempt.translation));
}

bool heads_coded_error(const struct head *h)
{
    return h->status >= 400 && !coding_none(head_get(h, "content-encoding", NULL));
}

void heads_keep(struct req *r, const struct head *h)
{
    if (!buf_room(&r->attempt.fields, FIELDS_ROOM))
        return;
    bool hops = head_names_hops(h);
    bool coded = heads_coded_error(h);
    for (unsigned i = 0; i < h->field_count; i++) {
        const struct field *f = &h->fields[i];
        if (is_request_id(f->name)) {
            if (r->attempt.entry.upstream_id.len == 0 && f->value.len && f->value.len <= 200 &&
                field_value_safe(f->value) && !quotes_secret(r, f->value))
                r->attempt.entry.upstream_id = arena_dup(&r->arena, f->value);
            continue;
        }
        if (hops && head_hop_only(h, f->name))
            continue;
        if ((coded || r->attempt.translation) && str_starts_nocase(f->name, str_of("content-")))
            continue; // they tell of the body, which is replaced
        keep_field(r, f);
    }
    if (r->attempt.translation && !coded)
        field_write(&r->attempt.fields, str_of("content-type"), content_type(r));
}

// --- what the client gets ---

static void send_cost(struct req *r)
{
    const struct entry *e = &r->attempt.entry;
    if (e->price_state != PRICE_UNPRICED) {
        char text[DECIMAL_TEXT];
        exchange_field(r->x, str_of("x-costlens-cost"), money_text(e->cost, text));
    }
    exchange_field(r->x, str_of("x-costlens-price-state"),
                   str_of(price_state_name(e->price_state)));
    exchange_field(r->x, str_of("x-costlens-usage"), str_of(sure_name(e->usage.sure)));
}

// Ours once we gave up, else as its provider said it.
static void retry_field(struct req *r)
{
    enum advice advice = r->attempt.failure.advice;
    bool stop = advice == ADVICE_STOP || req_gave_up(r, r->attempt.upstream_status);
    if (stop || advice == ADVICE_RETRY)
        exchange_field(r->x, str_of("x-should-retry"), str_of(stop ? "false" : "true"));
}

// What its model cannot do or hold, and an option of a wrong type, an Ollama tells with a 500: that
// is the caller's mistake.
static bool is_callers(const struct req *r)
{
    static const char *const codes[] = {"unsupported", "context_length_exceeded", "invalid_option",
                                        "invalid_format"};
    const struct attempt *a = &r->attempt;
    if (r->dialect != DIALECT_OLLAMA || a->upstream_status != 500 || !a->metering)
        return false;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (strcmp(a->meter.error_code, codes[i]) == 0)
            return true;
    return false;
}

int heads_status(const struct req *r)
{
    const struct translation *t = r->attempt.translation;
    if (t && t->status)
        return t->status;
    return is_callers(r) ? 400 : r->attempt.upstream_status;
}

void heads_send(struct req *r, int64_t length, bool with_cost)
{
    must(!r->head_sent);
    r->head_sent = true;
    if (!r->x)
        return;
    exchange_begin(r->x, heads_status(r));
    exchange_fields(r->x, buf_str(&r->attempt.fields));
    buf_fini(&r->attempt.fields);
    if (r->attempt.entry.upstream_id.len) {
        exchange_field(r->x, str_of("x-request-id"), r->attempt.entry.upstream_id);
        exchange_field(r->x, str_of("request-id"), r->attempt.entry.upstream_id);
    }
    req_fields_ours(r);
    retry_field(r);
    const struct str parts[] = {r->attempt.provider->name, STR("/"), r->attempt.target.model};
    if (parts[2].len) // an Ollama's list is of none
        exchange_field(r->x, str_of("x-costlens-model"), arena_join(&r->arena, parts, 3));
    exchange_field(r->x, str_of("x-costlens-provider"), r->attempt.provider->name);
    if (with_cost && req_books(r))
        send_cost(r);
    decided_fields(r, with_cost);
    exchange_head(r->x, length);
}
