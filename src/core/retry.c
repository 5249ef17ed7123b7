// SPDX-License-Identifier: Apache-2.0

#include "core/retry.h"

#define BACKOFF_FIRST_MS 500
#define BACKOFF_MOST_MS  8000
#define SPREAD_MS        250 // beyond what a provider said, so that not all come at once

static const struct {
    uint8_t same;
    uint8_t other;
} rows[] = {
#define X(id, same, other) [FAILURE_##id] = {same, other},
    FAILURE_MAP(X)
#undef X
};

static unsigned same_most(const struct failure *f, const struct retry_state *s)
{
    unsigned most = rows[f->kind].same;
    if (f->advice == ADVICE_STOP || f->after_ms > RETRY_AFTER_MAX_MS)
        return 0;
    if (f->advice == ADVICE_RETRY && f->kind != FAILURE_OURS && f->kind != FAILURE_BROKEN)
        most = rows[FAILURE_BUSY].same;
    return most >= 2 || most > s->retries ? s->retries : most;
}

static int64_t delay_of(const struct failure *f, unsigned tried, uint64_t random)
{
    if (f->after_ms >= 0)
        return f->after_ms + (int64_t)(random % SPREAD_MS);
    uint64_t most = BACKOFF_FIRST_MS;
    for (unsigned i = 1; i < tried && most < BACKOFF_MOST_MS; i++)
        most *= 2;
    return (int64_t)(random % (most + 1));
}

enum retry_verdict retry_decide(const struct failure *f, const struct retry_state *s,
                                uint64_t random, int64_t *delay_ms)
{
    unsigned may = rows[f->kind].other;
    bool other = s->other && may > 0 && (may < 3 || s->small);
    if (f->kind == FAILURE_STALE && !s->fresh)
        return RETRY_REPEAT;
    if (other && may == 2)
        return RETRY_OTHER;
    int64_t wait_ms = delay_of(f, s->tried, random);
    if (s->budget && s->tried <= same_most(f, s) && wait_ms < s->left_ms) {
        *delay_ms = wait_ms;
        return RETRY_SAME;
    }
    return other ? RETRY_OTHER : RETRY_END;
}

bool retry_tempts(const struct failure *f, int http_status)
{
    return f->advice == ADVICE_RETRY || http_status == 408 || http_status == 409 ||
           http_status == 429 || http_status >= 500;
}

bool retry_later(const struct failure *f)
{
    return f->after_ms > RETRY_AFTER_MAX_MS && f->advice != ADVICE_STOP && rows[f->kind].same > 0;
}

static void advance(struct retry_budget *b, int64_t now_us)
{
    int64_t slot = now_us / RETRY_SLOT_US;
    if (slot - b->slot > RETRY_SLOTS)
        b->slot = slot - RETRY_SLOTS;
    while (b->slot < slot) {
        b->slot++;
        b->calls[b->slot % RETRY_SLOTS] = 0;
        b->retries[b->slot % RETRY_SLOTS] = 0;
    }
}

void retry_budget_call(struct retry_budget *b, int64_t now_us)
{
    advance(b, now_us);
    b->calls[b->slot % RETRY_SLOTS]++;
}

static bool has_left(const struct retry_budget *b)
{
    uint64_t calls = 0;
    uint64_t retries = 0;
    for (unsigned i = 0; i < RETRY_SLOTS; i++) {
        calls += b->calls[i];
        retries += b->retries[i];
    }
    uint64_t part = calls / RETRY_PART;
    return retries < (part > RETRY_LEAST ? part : RETRY_LEAST);
}

bool retry_budget_take(struct retry_budget *b, int64_t now_us)
{
    advance(b, now_us);
    if (!has_left(b))
        return false;
    b->retries[b->slot % RETRY_SLOTS]++;
    return true;
}
