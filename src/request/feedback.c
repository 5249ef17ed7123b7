// SPDX-License-Identifier: Apache-2.0

#include "request/feedback.h"

#include "base/clock.h"
#include "gate/gate_state.h"
#include "shadow/rating.h"
#include "store/feedback.h"

#define US_PER_MS   1000
#define WAITING_MAX 64 // for the ledger, at a worker

// It outlives a call whose client leaves.
struct feedback_call {
    struct chore chore;
    struct post post;
    struct store *store;
    struct worker *worker;
    struct req *call; // NULL: it is gone
    struct rating rating;
    struct buf texts; // tenant and key, which are of the call's view
    struct feedback feedback;
    int64_t until_us; // it waits for the ledger, and for others that do, no longer
    bool done;
    enum status status;
    struct why why;
};

static void end(struct feedback_call *f)
{
    json_close(f->rating.source);
    buf_fini(&f->texts);
    heap_free(f);
}

static void on_kept(void *argument)
{
    struct feedback_call *f = argument;
    f->worker->feedback_waits--;
    f->done = true;
    if (f->call)
        req_run(f->call);
    else
        end(f);
}

static void keep(struct chore *c)
{
    struct feedback_call *f = list_of(c, struct feedback_call, chore);
    const int64_t left_ms = (f->until_us - clock_mono_us()) / US_PER_MS;
    f->status = store_feedback_add(f->store, &f->feedback, count_larger(left_ms, 0), &f->why);
    loop_post_lent(f->worker->loop, &f->post, on_kept, f);
}

void feedback_free(struct req *r)
{
    struct feedback_call *f = r->rating;
    if (!f)
        return;
    f->call = NULL;
    if (f->done)
        end(f);
}

static bool own_texts(struct feedback_call *f, const struct key *k)
{
    buf_init(&f->texts, &alloc_heap, 0);
    buf_add(&f->texts, k->tenant);
    buf_add(&f->texts, k->name);
    f->feedback.tenant = str_from(f->texts.ptr, k->tenant.len);
    f->feedback.key = str_skip(buf_str(&f->texts), k->tenant.len);
    return !buf_failed(&f->texts);
}

static enum flow begin(struct req *r)
{
    struct str body = r->decoded.len ? buf_str(&r->decoded) : exchange_body(r->x);
    struct rating rating;
    struct why why = {0};
    if (r->worker->feedback_waits >= WAITING_MAX)
        return req_refuse(r, REFUSAL_OVERLOAD, "Too much feedback waits for the ledger.");
    enum status s = rating_read(body, &rating, &why);
    if (s != STATUS_OK)
        return req_refuse(r, s == STATUS_NO_MEMORY ? REFUSAL_OVERLOAD : REFUSAL_BAD_REQUEST, "%s.",
                          why.text);
    struct feedback_call *f = alloc_zero(&alloc_heap, sizeof *f);
    if (!f || !own_texts(f, r->key)) {
        json_close(rating.source);
        if (f)
            end(f);
        return req_refuse(r, REFUSAL_OVERLOAD, NULL);
    }
    f->chore.run = keep;
    f->store = gate_store(r->worker->gate);
    f->worker = r->worker;
    f->call = r;
    f->until_us = clock_mono_us() + FEEDBACK_PATIENCE_MS * US_PER_MS;
    f->rating = rating;
    f->feedback.id = rating.id;
    f->feedback.at_us = r->start_us;
    f->feedback.score_ppm = rating.score_ppm;
    f->feedback.comment = rating.comment;
    r->rating = f;
    f->worker->feedback_waits++;
    chores_add(gate_chores(r->worker->gate, CHORE_FEEDBACK), &f->chore);
    return WAIT;
}

static void write_kept(struct req *r)
{
    char id[UUID_TEXT];
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    uuid_write(&r->rating->feedback.id, id);
    buf_printf(&b, "{\"request_id\":\"%.*s\",\"score\":", UUID_TEXT, id);
    decimal_write(&b, r->rating->feedback.score_ppm, 6, 0);
    buf_add_cstr(&b, "}\n");
    exchange_begin(r->x, 200);
    exchange_field(r->x, str_of("content-type"), str_of("application/json"));
    req_fields_ours(r);
    exchange_head(r->x, (int64_t)b.len);
    exchange_write(r->x, buf_str(&b));
    exchange_end(r->x);
    req_hand_over(r);
    buf_fini(&b);
}

enum flow feedback_answer(struct req *r)
{
    if (r->found.endpoint != ENDPOINT_FEEDBACK)
        return NEXT;
    const struct feedback_call *f = r->rating;
    if (!f)
        return begin(r);
    if (!f->done)
        return WAIT;
    if (f->status == STATUS_UNKNOWN)
        return req_refuse(r, REFUSAL_CALL_UNKNOWN, "%s.", f->why.text);
    if (f->status != STATUS_OK)
        return req_refuse(r, REFUSAL_STORE, "%s.", f->why.text);
    write_kept(r);
    return END;
}
