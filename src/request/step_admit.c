// SPDX-License-Identifier: Apache-2.0
//
// admit - may the call be made now? The ledger must be writable, or nothing is sent: a call that
// cannot be booked is not made. Nor is one that would be cut at once.

#include "gate/gate_state.h"
#include "request/req.h"

#define CHARS_PER_TOKEN     4
#define TOKENS_PER_MESSAGE  4    // role and separators of a chat's message
#define TOKENS_PER_ANSWER   3    // the answer's opening
#define OUTPUT_MOST_UNKNOWN 4096 // tokens, where neither the caller nor the book says
#define OUTPUT_TOKENS_MAX   (INT64_C(10) * 1000 * 1000) // of an answer, where the book is silent

// Writing it to a cache costs more than the input itself. Some price a write below that.
static bool is_dearer(const struct sheet *sheet, enum bucket write)
{
    struct price input, written;
    return sheet && rates_find(&sheet->rates, BUCKET_INPUT, &input) &&
           rates_find(&sheet->rates, write, &written) && written.atto > input.atto;
}

// Nobody knows how much of the input goes into a cache: at most all of it.
static enum bucket input_if_captured(const struct req *r, unsigned flags)
{
    const struct demand *d = &r->ask.demand;
    if (d->cache_hour && is_dearer(r->attempt.sheet, BUCKET_CACHE_WRITE_1H))
        return BUCKET_CACHE_WRITE_1H;
    bool writes = d->cache_write || (flags & VENDOR_WRITES_CACHE);
    return writes && is_dearer(r->attempt.sheet, BUCKET_CACHE_WRITE_5M) ? BUCKET_CACHE_WRITE_5M
                                                                        : BUCKET_INPUT;
}

// The row that stands if the process dies now: the input estimated, the most output there can be.
static void usage_if_captured(struct req *r, struct usage *u)
{
    unsigned flags = attempt_flags(&r->attempt);
    const struct demand *d = &r->ask.demand;
    *u = (struct usage){.sure = SURE_CAPTURED,
                        .service = d->service, // if it has no price, nor has the row
                        .us_region = d->us_region || (flags & VENDOR_REGIONAL)};
    if (endpoint_free(r->found.endpoint))
        return;
    u->uncounted = demand_media(d);
    u->prompt = (d->text_bytes + CHARS_PER_TOKEN - 1) / CHARS_PER_TOKEN +
                d->messages * TOKENS_PER_MESSAGE + TOKENS_PER_ANSWER;
    u->count[input_if_captured(r, flags)] = u->prompt;
    if (!endpoint_makes_output(r->found.endpoint))
        return;
    int64_t can = r->attempt.sheet ? r->attempt.sheet->output_tokens_max : 0; // 0 = not known
    int64_t most = attempt_output_max(&r->attempt, d);
    if (most <= 0)
        most = can > 0 ? can : OUTPUT_MOST_UNKNOWN;
    // What is asked beyond that, no model makes; a row must not be spoilt by a caller's number.
    int64_t ceiling = can > 0 ? can : OUTPUT_TOKENS_MAX;
    u->count[BUCKET_OUTPUT] = (most < ceiling ? most : ceiling) * demand_choices(d);
}

void admit_capture(struct req *r)
{
    usage_if_captured(r, &r->attempt.entry.usage);
    settle_price(r);
}

void admit_entry(struct req *r)
{
    struct entry *e = &r->attempt.entry;
    const struct key *k = r->key;
    e->id = r->id;
    e->start_us = r->start_us;
    e->tenant = k->tenant;
    e->team = k->team;
    e->project = k->project;
    e->key = k->name;
    e->user =
        k->user.len ? k->user : arena_dup(&r->arena, tags_get(&r->attempt.entry.tags, "user"));
    if (e->team.len == 0)
        e->team = tags_get(&r->attempt.entry.tags, "team");
    if (e->project.len == 0)
        e->project = tags_get(&r->attempt.entry.tags, "project");
    e->provider = r->attempt.provider->name;
    e->model = arena_dup(&r->arena, r->attempt.target.model);
    r->attempt.target.model = e->model;
    e->endpoint = str_of(endpoint_name(r->found.endpoint));
    e->route = str_of(r->attempt.target.reason);
    e->stream = r->ask.demand.stream;
    e->outcome = OUTCOME_UNKNOWN;
    e->price_version = catalog_version(r->view->snapshot->catalog);
    admit_capture(r);
}

enum refusal admit_refuses(struct req *r, const char **detail)
{
    const struct config *c = r->view->snapshot->config;
    if (r->worker->cut) {
        *detail = "Its body came later than `drain` leaves time for.";
        return REFUSAL_STOPPING;
    }
    if (!c->on_store_failure_allow && !store_healthy(gate_store(r->worker->gate))) {
        *detail = "on_store_failure is \"block\": nothing is sent that could not be booked.";
        return REFUSAL_STORE;
    }
    if (gate_buffers_exceeded(r->worker->gate)) {
        *detail = "limits.buffers is reached.";
        return REFUSAL_OVERLOAD;
    }
    return REFUSAL_NONE;
}

enum flow step_admit(struct req *r)
{
    const char *detail = NULL;
    enum refusal refusal = admit_refuses(r, &detail);
    if (refusal != REFUSAL_NONE)
        return req_refuse(r, refusal, "%s", detail);
    r->input_bytes = r->ask.demand.text_bytes;
    r->attempt.tried = 1;
    admit_entry(r);
    return NEXT;
}
