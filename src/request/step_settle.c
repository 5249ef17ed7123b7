// SPDX-License-Identifier: Apache-2.0
//
// settle - usage becomes an exact cost, and the FINAL record is written: before the last byte goes
// to the client, so that a report asked for after the answer shows it.
//
//   usage reported                       -> REPORTED
//   ... of which not all can be true     -> ESTIMATED, where more may be billed than is taken of it
//   complete, or a stream that broke off -> ESTIMATED from what came
//   sent, and what came tells no output  -> CAPTURED: the provider may bill it
//   sent, and lost by somebody between   -> the same (502, 504, 520 to 524)
//   never sent, or refused with an error -> nothing was used

#include "base/clock.h"
#include "core/split.h"
#include "gate/charged.h"
#include "request/availability.h"
#include "request/decided.h"
#include "request/expected.h"
#include "request/fit.h"
#include "request/heads.h"
#include "request/keeper.h"
#include "request/paying.h"
#include "request/relay.h"
#include "request/sticky.h"
#include "request/translation.h"

#define US_PER_MS   1000
#define WINDOWS_MAX 16 // how often a prompt, or a choice, may be told to fill the model's window

// By the model that answered, where the book knows it; else by the one sent.
static const struct sheet *sheet_of(struct req *r)
{
    struct entry *e = &r->attempt.entry;
    const struct sheet *sheet = NULL;
    if (e->model_answered.len) {
        bool same = str_eq(e->model_answered, e->model);
        sheet = same ? r->attempt.sheet : route_sheet(r, e->model_answered);
        if (sheet && sheet_silent(sheet))
            sheet = NULL;
    }
    e->priced_as_answered = sheet != NULL;
    return sheet ? sheet : r->attempt.sheet;
}

static struct str name_of(struct req *r, const struct sheet *sheet)
{
    const struct str parts[] = {sheet->vendor, STR("/"), sheet->model};
    return arena_join(&r->arena, parts, 3);
}

// A model that the book does not know keeps its name, and leaves the call without a price.
static bool add_share(struct req *r, struct split *s, const struct meter_share *share,
                      const struct sheet *main)
{
    struct usage u = share->usage;
    struct str model = share->declined ? r->attempt.entry.model : relay_name(r, share->model);
    bool mains = model.len == 0 || str_eq(model, r->attempt.entry.model_answered);
    const struct sheet *sheet = mains ? main : route_sheet(r, model);
    const struct str unknown[] = {main->vendor, STR("/"), model};
    u.service = r->attempt.entry.usage.service;
    u.us_region = r->attempt.entry.usage.us_region;
    u.reasoning = r->attempt.entry.usage.reasoning;
    return split_add(s, sheet ? name_of(r, sheet) : arena_join(&r->arena, unknown, 3), sheet, &u,
                     r->attempt.entry.start_us);
}

// An answer behind which were several requests: each at the prices of its model.
static bool split_shares(struct req *r, const struct sheet *main, struct split *s)
{
    const struct entry *e = &r->attempt.entry;
    const struct meter_share *share;
    struct usage rest = e->usage;
    bool fits = true;
    for (unsigned i = 0; (share = meter_share_at(&r->attempt.meter, i)); i++) {
        for (unsigned b = 0; b < BUCKET_COUNT; b++)
            rest.count[b] -= share->usage.count[b];
    }
    rest.prompt = usage_input(&rest);
    split_begin(s, name_of(r, main), main, &rest, e->start_us);
    for (unsigned i = 0; fits && (share = meter_share_at(&r->attempt.meter, i)); i++)
        fits = add_share(r, s, share, main);
    return fits;
}

static void price_shares(struct req *r, const struct sheet *main)
{
    struct entry *e = &r->attempt.entry;
    struct split split;
    struct bill bill = {.state = PRICE_UNPRICED};
    struct buf parts;
    buf_init(&parts, &alloc_heap, ENTRY_PARTS_MAX);
    bool fits = split_shares(r, main, &split);
    split_write(&split, &parts);
    fits = fits && !buf_failed(&parts);
    e->price_name = STR_NONE;
    if (fits) {
        split_rate(&split, e->start_us, &bill);
        e->usage.prompt = split.part[0].usage.prompt;
        e->price_name = split.part[0].name;
        e->price_parts = arena_dup(&r->arena, buf_str(&parts));
    }
    e->price_state = bill.state;
    e->cost = bill.total;
    r->attempt.named = NULL;
    buf_fini(&parts);
}

static bool has_shares(const struct req *r)
{
    return r->attempt.metering && r->attempt.meter.has_usage && !endpoint_free(r->found.endpoint) &&
           meter_share_at(&r->attempt.meter, 0);
}

// A bucket of media that costs more than the text as which it may be counted.
static bool dearer(const struct sheet *sheet, enum bucket media, enum bucket text)
{
    struct price own, as_text;
    return rates_find(&sheet->rates, media, &own) &&
           (!rates_find(&sheet->rates, text, &as_text) || own.atto > as_text.atto);
}

static bool input_hides_media(const struct req *r, const struct sheet *sheet)
{
    const struct demand *d = &r->ask.demand;
    const int64_t *n = r->attempt.entry.usage.count;
    if (usage_input(&r->attempt.entry.usage) == 0)
        return false;
    return (d->audio > 0 && n[BUCKET_AUDIO_INPUT] == 0 && n[BUCKET_AUDIO_CACHE_READ] == 0 &&
            dearer(sheet, BUCKET_AUDIO_INPUT, BUCKET_INPUT)) ||
           (d->images > 0 && n[BUCKET_IMAGE_INPUT] == 0 &&
            dearer(sheet, BUCKET_IMAGE_INPUT, BUCKET_INPUT));
}

static bool output_hides_media(const struct req *r, const struct sheet *sheet)
{
    const int64_t *n = r->attempt.entry.usage.count;
    return r->attempt.metering && r->attempt.meter.media &&
           usage_output(&r->attempt.entry.usage) > 0 && n[BUCKET_AUDIO_OUTPUT] == 0 &&
           n[BUCKET_IMAGE_OUTPUT] == 0 &&
           (dearer(sheet, BUCKET_AUDIO_OUTPUT, BUCKET_OUTPUT) ||
            dearer(sheet, BUCKET_IMAGE_OUTPUT, BUCKET_OUTPUT));
}

// A provider's count may be that of several prompts, and a book's window an old one; but not so.
static bool beyond_window(const struct req *r, const struct sheet *sheet)
{
    const struct usage *u = &r->attempt.entry.usage;
    int64_t most = count_larger(u->prompt, usage_output(u) / demand_choices(&r->ask.demand));
    return u->sure == SURE_REPORTED && sheet->context_tokens > 0 &&
           most / WINDOWS_MAX > sheet->context_tokens;
}

// How long it was at its provider: no machine works longer.
static int64_t passed_us(const struct req *r)
{
    const struct attempt *a = &r->attempt;
    int64_t us = attempt_passed_us(a, r->start_mono_us + a->entry.duration_us);
    int64_t most_us = a->provider->timeouts.total_ms * US_PER_MS; // its timer is a moment late
    return us < most_us ? us : most_us;
}

static bool prices_tokens(const struct sheet *sheet)
{
    return sheet_names(sheet, BUCKET_INPUT) || sheet_names(sheet, BUCKET_OUTPUT);
}

// A machine has its price an hour and did not tell how long it worked: from the call's first byte
// to its end, also where what ran the model died. An Ollama that sent nothing may have let it wait
// behind others: that is no work.
static void measure_time(struct req *r, const struct sheet *sheet)
{
    struct entry *e = &r->attempt.entry;
    struct usage *u = &e->usage;
    int status = r->attempt.metering ? r->attempt.upstream_status : 0;
    bool answered = status > 0 && status < 300;
    bool died = status >= 300 && r->attempt.failure.kind == FAILURE_RUNNER;
    if (e->duration_us == 0 || u->count[BUCKET_BUSY] > 0 || !(answered || died || usage_any(u)) ||
        endpoint_free(r->found.endpoint) || !sheet_names(sheet_at(sheet, e->start_us), BUCKET_BUSY))
        return;
    int64_t us = passed_us(r);
    if (!answered && r->attempt.context > 0 && us > r->attempt.first_us)
        us = r->attempt.first_us;
    u->count[BUCKET_BUSY] = us > 0 ? us : 1;
    r->attempt.counted = u->sure == SURE_REPORTED;
    r->attempt.time_tells = r->attempt.counted || !prices_tokens(sheet_at(sheet, e->start_us));
    if (u->sure == SURE_REPORTED)
        u->sure = SURE_ESTIMATED;
}

// What holds where the model ran, as the list or the answer of its provider says.
static const struct sheet *sheet_there(const struct req *r, const struct sheet *sheet)
{
    const struct attempt *a = &r->attempt;
    bool elsewhere = (a->metering && a->meter.remote) ||
                     charged_elsewhere(r->view->snapshot, a->provider, a->target.model);
    return charged_by(a->provider, a->entry.model, elsewhere, sheet);
}

const struct sheet *settle_sheet(const struct req *r)
{
    return sheet_there(r, r->attempt.sheet);
}

void settle_price(struct req *r)
{
    struct entry *e = &r->attempt.entry;
    const struct sheet *sheet = sheet_of(r);
    e->price_parts = STR_NONE;
    sheet = sheet_there(r, sheet);
    if (sheet && beyond_window(r, sheet))
        e->usage.inconsistent = true;
    if (sheet)
        measure_time(r, sheet);
    if (has_shares(r) && sheet && !sheet->free) {
        price_shares(r, sheet);
        return;
    }
    if (sheet && (input_hides_media(r, sheet) || output_hides_media(r, sheet)))
        e->usage.uncounted = true;
    struct cost cost UNSET;
    rate(endpoint_free(r->found.endpoint) ? &charged_nothing : sheet, &e->usage, e->start_us,
         &cost);
    e->cost = cost.total;
    e->price_state = cost.state;
    if (sheet == r->attempt.named)
        return; // most often: it was named when the call was admitted
    r->attempt.named = sheet;
    e->price_name = sheet && sheet != &charged_nothing ? name_of(r, sheet) : STR_NONE;
}

bool settle_so_far(const struct req *r, struct usage *u, struct cost *cost)
{
    const struct attempt *a = &r->attempt;
    if (!a->metering)
        return false;
    struct meter m = a->meter; // borrows all; nothing of it is ended
    meter_estimate(&m, r->input_bytes);
    const struct sheet *sheet = settle_sheet(r);
    *u = m.usage;
    rate(endpoint_free(r->found.endpoint) ? &charged_nothing : sheet, u, a->entry.start_us, cost);
    return true;
}

static enum outcome outcome_of(const struct req *r)
{
    bool told = r->head_sent && r->attempt.meter.stream_error; // of an error: then one goes
    if (r->client_gone && !told)
        return OUTCOME_LEFT;
    if (r->attempt.refusal != REFUSAL_NONE)
        return r->head_sent ? OUTCOME_INCOMPLETE : OUTCOME_ERROR;
    if (r->attempt.upstream_status >= 400 || r->attempt.meter.stream_error)
        return OUTCOME_ERROR;
    return meter_complete(&r->attempt.meter) ? OUTCOME_OK : OUTCOME_INCOMPLETE;
}

// The captured row stands, with whatever was told or seen beyond it.
static void usage_capture(struct usage *u, const struct meter *m)
{
    const struct usage bound = *u;
    *u = m->usage;
    u->sure = SURE_CAPTURED;
    u->has_reported = false; // of what had come so far
    u->us_region = u->us_region || bound.us_region;
    if (u->service == SERVICE_STANDARD)
        u->service = bound.service;
    bool guessed = m->total == 0 || u->prompt < bound.prompt;
    if ((!m->partial || m->input_untold) && guessed) {
        memcpy(u->count, bound.count, BUCKET_OUTPUT * sizeof u->count[0]); // what goes in
        u->prompt = bound.prompt;
    }
    int64_t lacks = bound.count[BUCKET_OUTPUT] - usage_output(u);
    u->count[BUCKET_OUTPUT] += lacks > 0 ? lacks : 0;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

// What a local server tells of its time, as far as so much passed. What is left of its total is
// waiting where another call was before this one, else work that it does not tell of, such as the
// sampling by a schema. Loading and waiting are no part of the first token's.
static void times_settle(struct req *r)
{
    struct entry *e = &r->attempt.entry;
    struct meter_spent spent = meter_spent(&r->attempt.meter);
    int64_t most_us = passed_us(r);
    int64_t waited_us = r->attempt.turn_us ? r->attempt.waited_us : most_us;
    int64_t queue_us = smaller(spent.queue_us, waited_us);
    int64_t busy_us = smaller(count_add(spent.busy_us, spent.queue_us - queue_us), most_us);
    e->usage.count[BUCKET_BUSY] = busy_us;
    e->load_us = smaller(spent.load_us, busy_us);
    e->queue_us = smaller(queue_us, most_us - busy_us);
    int64_t apart = e->load_us + e->queue_us;
    if (e->ttft_us > 0 && apart > 0)
        e->ttft_us = e->ttft_us > apart ? e->ttft_us - apart : 1;
}

// What is told of a stream before its end is a part of what is billed, whatever the rest is taken
// for.
static void keep_reported(struct req *r)
{
    struct cost cost;
    if (!r->attempt.reservation.bounded || r->attempt.meter.usage.sure != SURE_REPORTED)
        return; // nobody told it, or it cannot all be true
    const struct sheet *sheet = sheet_there(r, sheet_of(r));
    rate(sheet, &r->attempt.meter.usage, r->attempt.entry.start_us, &cost);
    r->attempt.reservation.reported = nano_from_money(cost.total);
}

static void usage_settle(struct req *r)
{
    struct usage *u = &r->attempt.entry.usage;
    bool answered = r->attempt.metering && r->attempt.upstream_status > 0;
    bool refused = answered && r->attempt.upstream_status >= 300 && !r->attempt.meter.has_usage;
    if (endpoint_free(r->found.endpoint) || r->attempt.never_sent ||
        (refused && !r->attempt.between)) {
        *u = (struct usage){.sure = SURE_REPORTED};
        return;
    }
    if (!answered || refused)
        return; // the captured row stands
    if (!r->attempt.meter.has_usage) {
        keep_reported(r);
        meter_estimate(&r->attempt.meter, r->input_bytes);
    }
    if (meter_tells(&r->attempt.meter))
        *u = r->attempt.meter.usage;
    else
        usage_capture(u, &r->attempt.meter);
    times_settle(r);
}

// An Ollama that was allowed to cuts what is too long, and then counts its context or more, which
// is never larger than what the model was trained for. Of a list to embed it counts all together:
// the longest input has the part of it that it has of the bytes.
static bool prompt_cut(const struct req *r)
{
    const struct attempt *a = &r->attempt;
    const struct demand *d = &r->ask.demand;
    bool several = d->longest_bytes > 0 && d->longest_bytes < d->text_bytes;
    int128 parts = several ? d->text_bytes : 1;
    int128 longest = several ? d->longest_bytes : 1;
    int64_t context = a->context ? a->context : d->context;
    struct local *l = snapshot_local(r->view->snapshot, a->provider);
    struct local_model m;
    if (l && local_find(l, a->target.model, &m) && m.context_trained > 0 &&
        m.context_trained < context)
        context = m.context_trained;
    return context > 0 && a->metering && a->meter.has_usage &&
           a->meter.usage.prompt * longest >= context * parts;
}

// What the client got; of what did not go to it, what came: of an error behind a success the status
// that it means.
static int status_of(const struct req *r)
{
    const struct attempt *a = &r->attempt;
    if (r->head_sent || a->entry.followed)
        return a->upstream_status;
    if (r->client_gone)
        return 0;
    if (a->refusal != REFUSAL_NONE)
        return refusal_http(a->refusal);
    return heads_status(r);
}

// What a later call may go on from, where the row does not name it otherwise.
static struct str answer_id(struct req *r)
{
    const struct attempt *a = &r->attempt;
    bool kept = r->found.endpoint == ENDPOINT_RESPONSES && a->upstream_status < 400 &&
                !a->translation && !str_is(a->entry.upstream_id, a->meter.id);
    return kept ? relay_name(r, a->meter.id) : STR_NONE;
}

static void entry_end(struct req *r)
{
    struct entry *e = &r->attempt.entry;
    e->outcome = outcome_of(r);
    if (r->attempt.metering) {
        e->model_answered = relay_name(r, r->attempt.meter.model);
        e->error = relay_name(r, r->attempt.meter.error_code);
        if (e->upstream_id.len == 0)
            e->upstream_id = relay_name(r, r->attempt.meter.id);
        e->answer_id = answer_id(r);
    }
    if (r->attempt.refusal != REFUSAL_NONE)
        e->error = str_of(refusal_code(r->attempt.refusal));
    e->http_status = status_of(r);
    if (e->http_status >= 400 && e->error.len == 0)
        e->error = arena_printf(&r->arena, "http_%d", e->http_status);
    if (e->error.len == 0 && r->attempt.refused_by && e->followed)
        e->error = arena_printf(&r->arena, "verify_%s", r->attempt.refused_by);
    if (e->error.len == 0 && prompt_cut(r))
        e->error = str_of("prompt_cut"); // an answer to a part of what was asked
    if (!e->followed)
        e->duration_us = clock_mono_us() - r->start_mono_us;
    usage_settle(r);
    settle_price(r);
    reservation_charge(r);
}

static void end_meter(struct req *r)
{
    // The client left, or what came was no use: what there is of the answer was made, and counts.
    if (r->attempt.metering && !r->attempt.upstream_ended && !r->attempt.meter.terminal)
        meter_end(&r->attempt.meter, false);
}

// It is made into the caller's dialect, which may give it another status.
static void end_error(struct req *r)
{
    const struct attempt *a = &r->attempt;
    bool goes_on = !a->entry.followed && a->refusal == REFUSAL_NONE && !r->client_gone;
    if (goes_on && a->translation && a->upstream_status >= 400)
        (void)!relay_release(r); // step_answer sees that, too
}

bool req_books(const struct req *r)
{
    return !endpoint_is_question(r->found.endpoint);
}

void settle_attempt(struct req *r)
{
    must(r->attempt.dispatched && !r->attempt.settled);
    end_meter(r);
    availability_strayed(r);
    end_error(r);
    fit_ended(r);
    entry_end(r);
    expected_learn(r);
    sticky_keep(r);
    keeper_note(r);
    decided_end(r);
    paying_settled(r);
    r->attempt.settled = true;
    // A failure is logged by the journal; the row then lives in the DISPATCHED record.
    if (req_books(r))
        journal_final(r->worker->journal, &r->attempt.entry);
    reservation_end(r);
}

void settle_waiting(struct req *r, bool followed)
{
    struct attempt *a = &r->attempt;
    const struct entry booked = a->entry;
    const struct sheet *named = a->named;
    if (!req_books(r))
        return;
    a->entry.followed = true; // its answer goes to nobody
    entry_end(r);
    decided_waits(r);
    a->entry.followed = followed;
    a->rewritten = true;
    if (journal_dispatched(r->worker->journal, &a->entry) == STATUS_OK) // else the first stands
        reservation_end(r);
    const struct charge charge = a->entry.charge;
    a->entry = booked;
    a->named = named;
    if (a->reservation.booking)
        booking_charge(a->reservation.booking, &a->entry.charge);
    else
        a->entry.charge = charge; // of the accounts that it was charged in
}

enum flow step_settle(struct req *r)
{
    again_settle(r);
    settle_attempt(r);
    return NEXT;
}
