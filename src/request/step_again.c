// SPDX-License-Identifier: Apache-2.0
//
// again - an attempt has failed, and nothing of an answer went to the client: is the call tried
// again, at the same target after a wait, or at the next one of its alias? core/retry.c decides.
//
// Until the next attempt is booked the failed one is kept whole, unsettled: should the client
// leave, the process end or the journal fail before that, it was the last one, and its answer is
// the call's.

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/random.h"
#include "request/availability.h"
#include "request/fit.h"
#include "request/judge.h"
#include "request/keeper.h"
#include "request/plan.h"
#include "request/relay.h"
#include "request/translation.h"
#include "request/unfit.h"
#include "request/verifying.h"
#include "wire/failure.h"

#define US_PER_MS 1000

struct again {
    struct timer timer;
    bool waits; // for the timer, or
    bool due;   // has waited
    bool stopped;
    bool lost;             // the record of `req.attempt` is in no journal
    uint8_t last;          // the attempt that `first` was taken instead of; 0 = it was not
    bool kept;             // `before` is an attempt that is not settled
    struct target target;  // of the next
    bool repeats;          // which is no retry
    bool second;           // which is to agree
    bool unasked;          // without the log-probabilities that only we asked for
    int64_t context_least; // and the context that it needs
    struct attempt before; // the one that failed
    bool has_first;        // the attempt is to agree with, or to do better than
    struct attempt first;  // this one, which is not settled either
};

// What follows a failed attempt.
struct choice {
    enum retry_verdict verdict;
    int64_t delay_ms;
    int64_t context;     // larger than the one that was too small; 0 = as it was
    struct target other; // RETRY_OTHER
    bool other_key;      // ... which is the same, with another of its provider's keys
    bool second;         // ... which is asked whether it agrees
    bool unasked;        // RETRY_REPEAT: without the log-probabilities that only we asked for
};

static void on_time(void *argument)
{
    struct req *r = argument;
    r->again->waits = false;
    req_run(r);
}

static bool again_begin(struct req *r)
{
    if (!r->again) {
        r->again = arena_new(&r->arena, struct again);
        if (r->again)
            timer_init(&r->again->timer, r->worker->loop, on_time, r);
    }
    return r->again;
}

void again_free(struct req *r)
{
    if (!r->again)
        return;
    timer_fini(&r->again->timer);
    if (r->again->kept)
        attempt_fini(&r->again->before);
    if (r->again->has_first)
        attempt_fini(&r->again->first);
}

void again_lost(struct req *r)
{
    must(r->again && r->again->kept);
    r->again->lost = true;
}

bool again_waits(const struct req *r)
{
    return r->again && r->again->waits;
}

unsigned again_count(const struct req *r)
{
    const uint8_t newest = r->again ? r->again->last : 0, own = r->attempt.entry.attempt;
    return 1U + (newest > own ? newest : own);
}

bool again_write(struct req *r)
{
    if (!r->again || !r->again->kept)
        return true; // at the turn's end
    r->again->lost = false;
    worker_write_journal(r->worker);
    return !r->again->lost;
}

void again_stop(struct req *r)
{
    if (r->again)
        r->again->stopped = true;
}

// The client's bytes are needed until no other attempt can come. Then it gets what there is.
static enum flow last(struct req *r)
{
    if (r->attempt.verifies) {
        verifying_end(r);
        judge(r);
    }
    if (r->again)
        timer_clear(&r->again->timer);
    relay_give_back(r);
    return NEXT;
}

static bool broke(const struct req *r)
{
    return r->attempt.refusal != REFUSAL_NONE || r->attempt.upstream_status >= 400;
}

static bool failed(const struct req *r)
{
    return broke(r) || r->attempt.escalates;
}

// In the middle of a stream, too late for another attempt: its model has failed all the same.
static bool told_of_error(const struct req *r)
{
    return r->attempt.metering && r->attempt.meter.stream_error;
}

static bool may_follow(const struct req *r)
{
    return r->x && !r->head_sent && !r->client_gone && r->asked &&
           r->attempt.refusal != REFUSAL_STOPPING &&
           (!r->until_us || loop_now_us(r->worker->loop) < r->until_us) &&
           !(r->again && r->again->stopped) && r->attempt.entry.attempt + 1 < ATTEMPTS_MAX &&
           !arena_failed(&r->arena);
}

static void read_error(struct req *r)
{
    struct attempt *a = &r->attempt;
    if (a->upstream_status < 400)
        return;
    meter_release(&a->meter, relay_pass, r); // its end
    failure_read(&a->failure, a->upstream_status, buf_str(&a->whole), a->target.model);
}

// The alias's next one.
static bool find_after(const struct req *r, unsigned place, struct target *out)
{
    const struct wanted w = {.key = r->key,
                             .dialect = r->dialect,
                             .model = r->attempt.entry.model_asked,
                             .others = translation_dialects(r->found.endpoint),
                             .confined = r->confined};
    return resolve_after(r->view->snapshot, &w, place, out);
}

// It cannot know what the call goes on from, since the attempt is at who does.
static bool knows_not(const struct req *r, const struct target *t)
{
    return keeper_binds(r) && !keeper_may(r, t->provider);
}

// The next one that may be asked now.
static bool find_other(const struct req *r, enum again_for why, struct target *out)
{
    if (why == AGAIN_AWAY && keeper_binds(r)) // nor has it any more
        return false;
    if (r->plan)
        return plan_next(r, why, out);
    unsigned place = r->attempt.target.place;
    while (find_after(r, place, out)) {
        if (!knows_not(r, out) && availability_bar(r, out) == BAR_NONE && !unfit_call(r, out))
            return true;
        place = out->place;
    }
    return false;
}

bool again_alone(const struct req *r)
{
    const struct attempt *a = &r->attempt;
    struct target ignored;
    return a->entry.attempt == 0 && a->target.place == 0 &&
           !(r->plan ? r->plan->count > 1 : find_after(r, 0, &ignored));
}

// It refuses stream_options, which its caller never sent: from here on it gets none of ours.
static bool unasks_usage(struct req *r)
{
    const struct attempt *a = &r->attempt;
    bool refused = a->usage_added && (a->upstream_status == 400 || a->upstream_status == 422) &&
                   str_has_nocase(buf_str(&a->whole), str_of("stream_options"));
    if (refused)
        view_refuse_usage(r->view, a->target.provider);
    return refused;
}

// So it may be with log-probabilities. What else of the call may have them in its error is the
// caller's own: only where it is answered without them the model is known to refuse them
// (availability_note).
static bool unasks_logprobs(const struct req *r)
{
    const struct attempt *a = &r->attempt;
    return a->logprobs_added && (a->upstream_status == 400 || a->upstream_status == 422) &&
           str_has_nocase(buf_str(&a->whole), str_of("logprobs"));
}

#define OTHER_KEY "other key" // of the same target: no retry, since it is another's rate

static struct choice decide(struct req *r)
{
    const struct attempt *a = &r->attempt;
    if (availability_other_key(r))
        return (struct choice){.verdict = RETRY_OTHER, .other = a->target, .other_key = true};
    struct choice c = {.verdict = RETRY_REPEAT,
                       .context = a->failure.kind == FAILURE_LONG ? fit_larger(r) : 0};
    if (a->escalates) {
        c.second = verifying_second(r, &c.other);
        bool other = c.second || find_other(r, AGAIN_ESCALATE, &c.other);
        c.verdict = other ? RETRY_OTHER : RETRY_END;
        return c;
    }
    c.unasked = unasks_logprobs(r);
    if (c.context > 0 || unasks_usage(r) || c.unasked) // it is asked otherwise
        return c;
    const enum again_for why = a->failure.kind == FAILURE_AWAY ? AGAIN_AWAY : AGAIN_FAILED;
    int64_t now_us = loop_now_us(r->worker->loop);
    struct retry_state state = {.tried = a->tried,
                                .retries = a->provider->retries,
                                .fresh = a->fresh,
                                .other = find_other(r, why, &c.other),
                                .small = plan_small(r),
                                .budget = true,
                                .left_ms =
                                    r->until_us ? (r->until_us - now_us) / US_PER_MS : INT64_MAX};
    uint64_t random;
    random_bytes(&random, sizeof random);
    c.verdict = retry_decide(&a->failure, &state, random, &c.delay_ms);
    if (c.verdict == RETRY_SAME && state.other &&
        availability_bar(r, &a->target) == BAR_BREAKER) // by this one it has opened
        c.verdict = RETRY_OTHER;
    if (c.verdict != RETRY_SAME || thrift_take(view_thrift(r->view, a->target.provider), now_us))
        return c;
    state.budget = false;
    c.verdict = retry_decide(&a->failure, &state, random, &c.delay_ms);
    return c;
}

// What still comes of it is not awaited.
static void end_here(struct req *r)
{
    struct attempt *a = &r->attempt;
    if (a->call)
        call_cancel(a->call);
    a->call = NULL;
    relay_done(r);
    a->entry.duration_us = clock_mono_us() - r->start_mono_us;
}

static void prepare(struct req *r, const struct choice *c)
{
    struct attempt *a = &r->attempt;
    bool same = c->verdict != RETRY_OTHER;
    end_here(r);
    r->again->repeats = c->verdict == RETRY_REPEAT;
    r->again->context_least = c->context;
    r->again->target = same ? a->target : c->other;
    if (same)
        r->again->target.reason = "retry";
    if (c->other_key)
        r->again->target.reason = OTHER_KEY;
    r->again->second = c->second || (same && a->second);
    r->again->unasked = c->unasked;
}

// The body is read once more for its facts: keeping its document for every call would cost more.
static bool reopen(struct req *r)
{
    struct str body = r->decoded.len ? buf_str(&r->decoded) : exchange_body(r->x);
    ask_close(&r->ask); // of an attempt that ended before it was sent
    return ask_open(&r->ask, &r->found, body, &alloc_heap, NULL) == REFUSAL_NONE;
}

// A clean attempt in the place of the one that stands there, which is not ended.
static void renew(struct req *r, const struct target *target)
{
    const struct attempt before = r->attempt;
    r->attempt = (struct attempt){.target = *target,
                                  .tried = 1,
                                  .begin_mono_us = before.begin_mono_us,
                                  .escalated = before.escalated,
                                  .entry = {.attempt = before.entry.attempt,
                                            .model_asked = before.entry.model_asked,
                                            .tags = before.entry.tags}};
    attempt_init(&r->attempt);
    r->attempt.provider = &r->view->snapshot->config->providers[target->provider];
    r->attempt.sheet = route_sheet(r, target->model);
}

// Without a second model there is an answer. But where a certificate sent the call there, nobody
// has agreed with that: the large side is asked for another one, while it can be.
static bool pass_second(struct req *r, struct target *other)
{
    if (!find_other(r, AGAIN_ESCALATE, other) || !verifying_unproved(r))
        return false;
    must(r->again && r->again->kept);
    r->again->before.refused_by = r->attempt.refused_by;
    return true;
}

bool again_elsewhere(struct req *r, enum again_for why)
{
    struct target other;
    struct attempt before = r->attempt;
    must(!before.dispatched);
    if (before.second ? !pass_second(r, &other) : !find_other(r, why, &other))
        return false;
    if (!before.second) // whose place is the first one's
        plan_pass(r, why);
    renew(r, &other);
    r->attempt.escalated |= before.second;
    attempt_fini(&before);
    admit_entry(r);
    return true; // without memory it is refused
}

// --- an answer that is kept ---

// The attempt before the current one, which follows it: both stand as if the process ended now.
static void keep_first(struct req *r)
{
    settle_waiting(r, true);
    r->again->first = r->attempt;
    r->again->has_first = true;
}

static void settle_followed(struct req *r)
{
    r->attempt.entry.followed = true;
    settle_attempt(r);
    record_attempt(r);
    attempt_fini(&r->attempt);
}

void again_settle(struct req *r)
{
    if (!r->again || !r->again->has_first)
        return;
    struct attempt current = r->attempt;
    r->attempt = r->again->first;
    r->again->has_first = false;
    settle_followed(r);
    r->attempt = current;
}

// It gave no answer, or another one and nobody is left to ask: that of the first, which was good or
// is better than none, is the call's.
static enum flow take_first(struct req *r)
{
    struct attempt *a = &r->attempt;
    read_error(r);
    availability_note(r, true);
    (void)unasks_usage(r); // the next call asks otherwise
    end_here(r);
    settle_followed(r);
    r->plan->given_after_all = a->escalated;
    r->again->last = a->entry.attempt;
    *a = r->again->first;
    r->again->has_first = false;
    r->again->stopped = true;
    return last(r);
}

static bool has_first(const struct req *r)
{
    return r->again && r->again->has_first && r->x && !r->head_sent && !r->client_gone;
}

static bool lacks_second(const struct req *r)
{
    return has_first(r) && r->attempt.second && !r->attempt.escalates;
}

// Nobody is left to ask.
static enum flow end_failed(struct req *r)
{
    return has_first(r) ? take_first(r) : last(r);
}

// What its target has refused it is not asked for again.
static void carry_unasked(struct req *r, const struct attempt *before)
{
    struct attempt *a = &r->attempt;
    a->unasked = before->unasked || r->again->unasked;
    a->unasked_ours = before->unasked_ours || (r->again->unasked && !ask_counts_logprobs(&r->ask));
}

// Should the process end before the next one is booked: what verifiers have said is known, and so
// is what the attempt has cost, the rest of which its budgets have for the next.
static void keep_known(struct req *r)
{
    const bool booked = r->attempt.reservation.booking;
    if (booked || r->attempt.escalates)
        settle_waiting(r, false);
    if (booked)
        worker_write_journal(r->worker);
}

// The next attempt stands in the place of the one that failed.
static enum flow next_attempt(struct req *r)
{
    struct again *again = r->again;
    const struct attempt *before = &again->before;
    const char *ignored;
    if (admit_refuses(r, &ignored) != REFUSAL_NONE || !reopen(r))
        return end_failed(r);
    keep_known(r);
    bool same = str_is(str_of(again->target.reason), "retry");
    again->before = r->attempt;
    again->kept = true;
    renew(r, &again->target);
    r->attempt.second = again->second;
    r->attempt.escalated = before->escalated || (before->escalates && !again->second);
    if (str_is(str_of(again->target.reason), OTHER_KEY))
        r->attempt.lanes_tried = before->lanes_tried | UINT64_C(1) << before->lane;
    if (same || str_is(str_of(again->target.reason), OTHER_KEY))
        carry_unasked(r, before);
    if (same) {
        r->attempt.lanes_tried = again->repeats ? before->lanes_tried : 0;
        r->attempt.repeats = again->repeats;
        r->attempt.context_least = count_larger(before->context_least, again->context_least);
        r->attempt.tried = before->tried + !again->repeats;
    }
    r->attempt.fresh = before->failure.kind == FAILURE_STALE;
    r->attempt.begin_mono_us = loop_now_us(r->worker->loop);
    r->attempt.entry.attempt = (uint8_t)(before->entry.attempt + 1);
    admit_entry(r);
    if (!arena_failed(&r->arena))
        return AGAIN;
    (void)again_unbooked(r);
    return end_failed(r);
}

static void log_wait(const struct req *r, int64_t delay_ms)
{
    struct log_line l;
    log_begin(&l, LOG_DEBUG, "an attempt failed, and another is made after a wait");
    log_str(&l, "request_id", str_from(r->id_text, UUID_TEXT));
    log_str(&l, "provider", r->attempt.entry.provider);
    log_i64(&l, "status", r->attempt.upstream_status);
    log_i64(&l, "wait_ms", delay_ms);
    log_end(&l);
}

enum flow step_again(struct req *r)
{
    judge(r);
    if (failed(r) && lacks_second(r)) {
        read_error(r);
        if (!may_follow(r) || !(unasks_logprobs(r) || verifying_unproved(r)))
            return take_first(r);
    }
    if (!failed(r) || !may_follow(r)) {
        availability_note(r, (failed(r) && !r->attempt.escalates) || told_of_error(r));
        return failed(r) ? end_failed(r) : last(r);
    }
    if (again_waits(r))
        return WAIT;
    if (r->again && r->again->due) {
        r->again->due = false;
        return next_attempt(r);
    }
    read_error(r);
    availability_note(r, broke(r));
    const struct choice choice = decide(r);
    if (choice.verdict == RETRY_END || !again_begin(r))
        return end_failed(r);
    prepare(r, &choice);
    if (choice.delay_ms == 0)
        return next_attempt(r);
    settle_waiting(r, false);
    log_wait(r, choice.delay_ms);
    r->again->waits = r->again->due = true;
    timer_set(&r->again->timer, choice.delay_ms);
    return WAIT;
}

// --- the next one is booked, or cannot be ---

void again_booked(struct req *r)
{
    struct again *again = r->again;
    if (!again || !again->kept)
        return;
    struct attempt next = r->attempt;
    r->attempt = again->before;
    again->kept = false;
    if (r->attempt.escalates && !broke(r) && !again->has_first)
        keep_first(r);
    else
        settle_followed(r);
    r->attempt = next;
}

bool again_keeps(const struct req *r)
{
    return r->again && r->again->kept;
}

enum flow again_refuse(struct req *r, enum refusal why, const char *detail)
{
    if (again_unbooked(r))
        return req_refuse(r, why, "%s", detail);
    r->step = STEP_relay; // it has ended
    return NEXT;
}

static void log_denied(const struct req *r, enum refusal why, struct str target, const char *detail)
{
    struct log_line l;
    log_begin(&l, LOG_WARN, "a budget refused the attempt that was to follow a failed one");
    log_str(&l, "request_id", str_from(r->id_text, UUID_TEXT));
    log_str(&l, "target", target);
    log_str(&l, "error", str_of(refusal_code(why)));
    if (why == REFUSAL_BUDGET && r->purse.len)
        log_str(&l, "budget", r->purse);
    log_str(&l, "detail", str_of(detail));
    log_end(&l);
}

// As one sentence more of what its client is told of the attempt before.
static void say_denied(struct req *r, enum refusal why, struct str target)
{
    struct attempt *a = &r->attempt;
    struct buf text;
    if (a->refusal == REFUSAL_NONE) // the provider's own words stay as they are
        return;
    buf_init(&text, &alloc_heap, KIB);
    bool closed = !a->refusal_detail.len || str_ends(a->refusal_detail, str_of("."));
    buf_printf(&text, "%s Another attempt, at \"%.*s\", was refused (%s)", closed ? "" : ".",
               STR_ARG(target), refusal_code(why));
    if (why == REFUSAL_BUDGET && r->purse.len)
        buf_printf(&text, " by the budget \"%.*s\"", STR_ARG(r->purse));
    buf_add_char(&text, '.');
    const struct str told[] = {a->refusal_detail, buf_str(&text)};
    const struct str logged[] = {a->logged_detail, buf_str(&text)};
    a->refusal_detail = arena_join(&r->arena, told, 2);
    a->logged_detail = arena_join(&r->arena, logged, 2);
    buf_fini(&text);
}

enum flow again_deny(struct req *r, enum refusal why, const char *detail)
{
    const struct str parts[] = {r->attempt.provider->name, STR("/"), r->attempt.target.model};
    struct str target = arena_join(&r->arena, parts, 3);
    if (r->attempt.second && again_elsewhere(r, AGAIN_UNPAID))
        return AGAIN;
    if (again_keeps(r) && r->again->before.target.place != r->attempt.target.place)
        plan_pass(r, AGAIN_UNPAID);
    enum flow flow = again_refuse(r, why, detail);
    if (flow == END)
        return flow;
    log_denied(r, why, target, detail);
    req_count_refusal(r, why, str_of(detail));
    say_denied(r, why, target);
    return flow;
}

bool again_unbooked(struct req *r)
{
    struct again *again = r->again;
    if (!again || !again->kept)
        return true;
    attempt_fini(&r->attempt);
    r->attempt = again->before;
    again->kept = false;
    again->stopped = true;
    return false;
}
