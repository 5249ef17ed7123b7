// SPDX-License-Identifier: Apache-2.0
//
// Wards and standings are put in front of lists that only grow, when they are whole: a reader walks
// them without a lock. What is counted is atomic; a breaker, which is more than a word, has a lock,
// and its turn's end beside it, which is all that a reader needs.

#include "gate/standing.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fnv.h"
#include "base/limits.h"
#include "core/balance.h"
#include "core/cooling.h"
#include "gate/incidents.h"

#define SHELVES    64 // of a ward's models, by their names
#define MEAN_PARTS 8  // the newest one's part of a decayed mean
#define US_PER_MS  1000
#define FRESH_US   INT64_C(60000000) // so long a measured time holds

// As struct allowance; a reader may see half of a change, which the next answer mends.
struct rate {
    _Atomic int64_t limit, left, read_us, full_us;
};

struct lane {
    struct rate rates[ALLOWANCE_COUNT];
    _Atomic int64_t cool_until_us;
    _Atomic unsigned kind;  // of its last failures,
    _Atomic unsigned times; // and how many were so in a row
};

struct standing {
    struct standing *next;
    struct str model;     // behind the lanes
    pthread_mutex_t lock; // guards the breaker
    struct breaker breaker;
    _Atomic int64_t until_us; // the breaker's; 0 = closed
    _Atomic bool calm;        // nothing failed lately
    _Atomic bool logprobs_refused;
    _Atomic int64_t ttft_us, duration_us;
    _Atomic int64_t ttft_at_us; // when it was measured last
    _Atomic uint64_t calls;     // whose turn it is
    _Atomic uint64_t good, bad, opened, passed_over;
    unsigned lane_count;
    struct lane lanes[];
};

struct ward {
    struct ward *next;
    struct str identity, provider; // behind the struct
    unsigned keys;
    _Atomic uint64_t calls; // to models without a standing
    uint64_t asked;         // the turn in which it was asked for last
    pthread_mutex_t lock;   // of who makes a standing
    unsigned count;
    _Atomic(struct standing *) shelves[SHELVES];
};

struct standings {
    struct incidents *incidents;
    pthread_mutex_t lock; // of who makes a ward
    uint64_t asked;
    struct ward *first; // the newest
};

const char *bar_text(enum bar b)
{
    static const char *const texts[] = {[BAR_NONE] = "nothing bars it",
                                        [BAR_BREAKER] = "its breaker is open",
                                        [BAR_COOLING] = "it was told to come later",
                                        [BAR_ABSENT] = "its provider has no such model",
                                        [BAR_RATE] = "its rate limit is used up",
                                        [BAR_SIZE] = "the call is larger than its rate limit"};
    return texts[b];
}

// --- making and finding ---

struct standings *standings_new(void)
{
    struct standings *all = alloc_zero(&alloc_heap, sizeof *all);
    if (all)
        all->incidents = incidents_new();
    if (!all || !all->incidents) {
        heap_free(all);
        return NULL;
    }
    pthread_mutex_init(&all->lock, NULL);
    return all;
}

struct incidents *standings_incidents(struct standings *all)
{
    return all->incidents;
}

static void ward_free(struct ward *w)
{
    for (unsigned i = 0; i < SHELVES; i++) {
        for (struct standing *s = atomic_load(&w->shelves[i]), *next; s; s = next) {
            next = s->next;
            pthread_mutex_destroy(&s->lock);
            heap_free(s);
        }
    }
    pthread_mutex_destroy(&w->lock);
    heap_free(w);
}

void standings_free(struct standings *all)
{
    if (!all)
        return;
    for (struct ward *w = all->first, *next; w; w = next) {
        next = w->next;
        ward_free(w);
    }
    incidents_free(all->incidents);
    pthread_mutex_destroy(&all->lock);
    heap_free(all);
}

static void rate_forget(struct rate *r)
{
    atomic_store_explicit(&r->full_us, 0, memory_order_relaxed);
    atomic_store_explicit(&r->read_us, 0, memory_order_relaxed);
}

static void lane_thaw(struct lane *l)
{
    atomic_store(&l->cool_until_us, 0);
    for (unsigned k = 0; k < ALLOWANCE_COUNT; k++)
        rate_forget(&l->rates[k]);
}

static struct str copy_to(char *at, struct str text)
{
    if (text.len)
        memcpy(at, text.ptr, text.len);
    return str_from(at, text.len);
}

static struct ward *ward_new(struct str identity, struct str provider, unsigned keys)
{
    struct ward *w = alloc_zero(&alloc_heap, sizeof *w + identity.len + provider.len);
    if (!w)
        return NULL;
    w->identity = copy_to((char *)(w + 1), identity);
    w->provider = copy_to((char *)(w + 1) + identity.len, provider);
    w->keys = keys ? keys : 1;
    pthread_mutex_init(&w->lock, NULL);
    return w;
}

// A key that was mended, paid for, or is another one by now is asked at once.
static void thaw(struct ward *w)
{
    for (unsigned i = 0; i < SHELVES; i++) {
        for (struct standing *s = atomic_load(&w->shelves[i]); s; s = s->next) {
            for (unsigned k = 0; k < s->lane_count; k++)
                lane_thaw(&s->lanes[k]);
        }
    }
}

struct ward *standings_ward(struct standings *all, struct str identity, struct str provider,
                            unsigned keys)
{
    pthread_mutex_lock(&all->lock);
    struct ward *w = all->first;
    while (w && !str_eq(w->identity, identity))
        w = w->next;
    if (w) {
        thaw(w);
    } else if ((w = ward_new(identity, provider, keys)) != NULL) {
        w->next = all->first;
        all->first = w;
    }
    if (w)
        w->asked = ++all->asked;
    pthread_mutex_unlock(&all->lock);
    return w;
}

static unsigned shelf_of(struct str model)
{
    const uint32_t h = fnv32_text(FNV32, model);
    return (h ^ h >> 16) % SHELVES;
}

struct standing *ward_find(const struct ward *w, struct str model)
{
    struct standing *s = atomic_load_explicit(&w->shelves[shelf_of(model)], memory_order_acquire);
    while (s && !str_eq(s->model, model))
        s = s->next;
    return s;
}

static struct standing *standing_new(struct ward *w, struct str model)
{
    size_t lanes = w->keys * sizeof(struct lane);
    struct standing *s = alloc_zero(&alloc_heap, sizeof *s + lanes + model.len);
    if (!s)
        return NULL;
    s->lane_count = w->keys;
    s->model = copy_to((char *)(s + 1) + lanes, model);
    s->calm = true;
    s->calls = w->calls; // the turns go on
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

struct standing *ward_at(struct ward *w, struct str model, unsigned most)
{
    must(most <= STANDING_MODELS_MAX);
    struct standing *s = ward_find(w, model);
    if (s)
        return s;
    pthread_mutex_lock(&w->lock);
    s = ward_find(w, model);
    if (!s && w->count < most && (s = standing_new(w, model)) != NULL) {
        _Atomic(struct standing *) *shelf = &w->shelves[shelf_of(model)];
        s->next = atomic_load(shelf);
        atomic_store_explicit(shelf, s, memory_order_release);
        w->count++;
    }
    pthread_mutex_unlock(&w->lock);
    return s;
}

const struct ward *standings_current(struct standings *all, struct str provider)
{
    pthread_mutex_lock(&all->lock);
    const struct ward *last = NULL;
    for (const struct ward *w = all->first; w; w = w->next) {
        if (str_eq(w->provider, provider) && (!last || w->asked > last->asked))
            last = w;
    }
    pthread_mutex_unlock(&all->lock);
    return last;
}

void ward_each(const struct ward *w, standing_each_f *f, void *context)
{
    for (unsigned i = 0; i < SHELVES; i++) {
        for (const struct standing *s = atomic_load(&w->shelves[i]); s; s = s->next)
            f(context, s);
    }
}

// --- asking ---

static struct allowance rate_read(const struct rate *r)
{
    return (struct allowance){.limit = atomic_load_explicit(&r->limit, memory_order_relaxed),
                              .left = atomic_load_explicit(&r->left, memory_order_relaxed),
                              .read_us = atomic_load_explicit(&r->read_us, memory_order_relaxed),
                              .full_us = atomic_load_explicit(&r->full_us, memory_order_relaxed)};
}

// How much of each kind a call takes.
static int64_t needed(enum allowance_kind k, int64_t tokens)
{
    return k == ALLOWANCE_TOKENS || k == ALLOWANCE_INPUT || k == ALLOWANCE_DAY_TOKENS ? tokens : 1;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

// All of a call counts. Of input tokens those do not that the provider has in its cache, and how
// many they are nobody knows before.
static bool counts_all(enum allowance_kind k)
{
    return k == ALLOWANCE_TOKENS || k == ALLOWANCE_DAY_TOKENS;
}

// For how long a call of so many tokens is kept away because no limit is as large; most often 0.
static int64_t beyond_us(const struct lane *l, int64_t tokens, int64_t now_us)
{
    int64_t wait_us = 0;
    for (unsigned k = 0; k < ALLOWANCE_COUNT; k++) {
        if (!counts_all((enum allowance_kind)k))
            continue;
        const struct allowance a = rate_read(&l->rates[k]);
        wait_us = larger(wait_us, allowance_beyond_us(&a, tokens, now_us));
    }
    return wait_us;
}

// Until its rates let a call of so many tokens through.
static int64_t rates_wait_us(const struct lane *l, int64_t tokens, int64_t now_us)
{
    int64_t wait_us = beyond_us(l, tokens, now_us);
    for (unsigned k = 0; k < ALLOWANCE_COUNT; k++) {
        if (atomic_load_explicit(&l->rates[k].full_us, memory_order_relaxed) <= now_us)
            continue; // most often: nothing was read, or all of it is there
        const struct allowance a = rate_read(&l->rates[k]);
        wait_us =
            larger(wait_us, allowance_wait_us(&a, needed((enum allowance_kind)k, tokens), now_us));
    }
    return wait_us;
}

static int64_t cool_us(const struct lane *l, int64_t now_us)
{
    return larger(0, atomic_load_explicit(&l->cool_until_us, memory_order_relaxed) - now_us);
}

static bool may_use(const struct lane *l, int64_t tokens, int64_t now_us)
{
    return cool_us(l, now_us) == 0 && rates_wait_us(l, tokens, now_us) == 0;
}

static enum bar bar_of_cooling(const struct lane *l)
{
    return atomic_load_explicit(&l->kind, memory_order_relaxed) == FAILURE_ABSENT ? BAR_ABSENT
                                                                                  : BAR_COOLING;
}

static enum bar bar_of_rate(const struct lane *l, int64_t tokens, int64_t now_us)
{
    return beyond_us(l, tokens, now_us) > 0 ? BAR_SIZE : BAR_RATE;
}

// Of the lane that is free first: why not now, and how long.
static enum bar lanes_bar(const struct standing *s, int64_t tokens, int64_t now_us,
                          int64_t *wait_us)
{
    enum bar bar = BAR_NONE;
    *wait_us = INT64_MAX;
    for (unsigned i = 0; i < s->lane_count; i++) {
        int64_t cool_for = cool_us(&s->lanes[i], now_us);
        int64_t rate = rates_wait_us(&s->lanes[i], tokens, now_us);
        if (larger(cool_for, rate) >= *wait_us)
            continue;
        *wait_us = larger(cool_for, rate);
        bar = *wait_us == 0      ? BAR_NONE
              : cool_for >= rate ? bar_of_cooling(&s->lanes[i])
                                 : bar_of_rate(&s->lanes[i], tokens, now_us);
    }
    return bar;
}

enum bar standing_bar(const struct standing *s, int64_t tokens, int64_t now_us)
{
    int64_t wait_us;
    if (!s)
        return BAR_NONE;
    if (now_us < atomic_load_explicit(&s->until_us, memory_order_relaxed))
        return BAR_BREAKER;
    return lanes_bar(s, tokens, now_us, &wait_us);
}

bool standing_other_lane(const struct standing *s, uint64_t tried, int64_t tokens, int64_t now_us)
{
    for (unsigned i = 0; s && i < s->lane_count; i++) {
        if (!(tried >> i & 1) && may_use(&s->lanes[i], tokens, now_us))
            return true;
    }
    return false;
}

// Of those that the call was not refused with and that may be used, else of all with a weight.
static unsigned pick_lane(struct standing *s, const struct standing_start *start)
{
    uint32_t weights[PROVIDER_KEYS_MAX] = {0};
    uint64_t number = atomic_fetch_add_explicit(&s->calls, 1, memory_order_relaxed);
    for (unsigned i = 0; i < s->lane_count; i++) {
        bool tried = start->tried >> i & 1;
        if (!tried && may_use(&s->lanes[i], start->tokens, start->now_us))
            weights[i] = start->weights ? start->weights[i] : 1;
    }
    must(s->lane_count > 0);
    unsigned lane = balance_pick(weights, s->lane_count, number);
    if (lane == s->lane_count && start->weights)
        lane = balance_pick(start->weights, s->lane_count, number);
    return lane < s->lane_count ? lane : (unsigned)(number % s->lane_count);
}

// The next answer says what is left; until then this call is taken for as much as it may be.
static void take(struct lane *l, int64_t tokens)
{
    for (unsigned k = 0; k < ALLOWANCE_COUNT; k++) {
        struct rate *r = &l->rates[k];
        if (atomic_load_explicit(&r->read_us, memory_order_relaxed) != 0)
            atomic_fetch_sub_explicit(&r->left, needed((enum allowance_kind)k, tokens),
                                      memory_order_relaxed);
    }
}

unsigned ward_lane(struct ward *w, const uint32_t *weights)
{
    const uint32_t own[PROVIDER_KEYS_MAX] = {0};
    uint64_t number = atomic_fetch_add_explicit(&w->calls, 1, memory_order_relaxed);
    unsigned lane = balance_pick(weights ? weights : own, w->keys, number);
    return lane < w->keys ? lane : (unsigned)(number % w->keys);
}

static bool pass_breaker(struct standing *s, const struct standing_start *start)
{
    if (atomic_load_explicit(&s->until_us, memory_order_relaxed) == 0)
        return true;
    pthread_mutex_lock(&s->lock);
    bool may = breaker_state(&s->breaker, start->now_us) == BREAKER_CLOSED ||
               breaker_probe(&s->breaker, start->terms, start->now_us);
    atomic_store_explicit(&s->until_us, s->breaker.until_us, memory_order_relaxed);
    pthread_mutex_unlock(&s->lock);
    return may;
}

bool standing_enter(struct standing *s, const struct standing_start *start, unsigned *lane)
{
    *lane = s->lane_count > 1 ? pick_lane(s, start) : 0;
    struct lane *l = &s->lanes[*lane];
    bool may = may_use(l, start->tokens, start->now_us) && pass_breaker(s, start);
    if (may)
        take(l, start->tokens);
    return may;
}

void standing_heard(struct standing *s, unsigned lane, const struct ratelimit *said, int64_t now_us)
{
    must(lane < s->lane_count);
    for (unsigned k = 0; k < ALLOWANCE_COUNT; k++) {
        struct rate *r = &s->lanes[lane].rates[k];
        if (!(said->said >> k & 1))
            continue;
        const struct allowance a = ratelimit_allowance(said, (enum allowance_kind)k, now_us);
        atomic_store_explicit(&r->limit, a.limit, memory_order_relaxed);
        atomic_store_explicit(&r->left, a.left, memory_order_relaxed);
        atomic_store_explicit(&r->read_us, a.read_us, memory_order_relaxed);
        atomic_store_explicit(&r->full_us, a.full_us, memory_order_relaxed);
    }
}

void standing_unsaid(struct standing *s, unsigned lane, int64_t sent_us)
{
    must(lane < s->lane_count);
    for (unsigned k = 0; k < ALLOWANCE_COUNT; k++) {
        struct rate *r = &s->lanes[lane].rates[k];
        int64_t read_us = atomic_load_explicit(&r->read_us, memory_order_relaxed);
        if (read_us != 0 && read_us < sent_us &&
            atomic_load_explicit(&r->left, memory_order_relaxed) <= 0)
            rate_forget(r);
    }
}

// --- counting ---

static void mean_add(_Atomic int64_t *mean, int64_t us)
{
    int64_t before = atomic_load_explicit(mean, memory_order_relaxed);
    if (us <= 0)
        return;
    if (before > 0)
        us = before + (us - before) / MEAN_PARTS;
    atomic_store_explicit(mean, us, memory_order_relaxed); // of two at once one may be lost
}

static bool ttft_fresh(const struct standing *s, int64_t now_us)
{
    return now_us - atomic_load_explicit(&s->ttft_at_us, memory_order_relaxed) <= FRESH_US;
}

// A mean that is too old to say anything says nothing of the new one, either.
static void ttft_add(struct standing *s, int64_t us, int64_t now_us)
{
    if (us <= 0)
        return;
    if (ttft_fresh(s, now_us))
        mean_add(&s->ttft_us, us);
    else
        atomic_store_explicit(&s->ttft_us, us, memory_order_relaxed);
    atomic_store_explicit(&s->ttft_at_us, now_us, memory_order_relaxed);
}

static bool cool(struct lane *l, const struct failure *f, int64_t now_us)
{
    unsigned kind = (unsigned)f->kind;
    unsigned times = atomic_load(&l->kind) == kind ? atomic_load(&l->times) : 0;
    int64_t ms = cooling_ms(f, times);
    atomic_store(&l->kind, kind);
    atomic_store(&l->times, times + 1);
    if (ms == 0)
        return false;
    atomic_store_explicit(&l->cool_until_us, now_us + ms * US_PER_MS, memory_order_relaxed);
    return true;
}

static enum standing_news count(struct standing *s, const struct breaker_terms *t,
                                enum breaker_end how, int64_t sent_us, int64_t now_us)
{
    if (how != BREAKER_BAD && atomic_load_explicit(&s->calm, memory_order_relaxed))
        return STANDING_SAME;
    pthread_mutex_lock(&s->lock);
    bool changed = breaker_count(&s->breaker, t, how, sent_us, now_us);
    bool open = s->breaker.until_us != 0;
    atomic_store_explicit(&s->until_us, s->breaker.until_us, memory_order_relaxed);
    atomic_store_explicit(&s->calm, breaker_calm(&s->breaker), memory_order_relaxed);
    pthread_mutex_unlock(&s->lock);
    if (!changed)
        return STANDING_SAME;
    if (open)
        atomic_fetch_add(&s->opened, 1);
    return open ? STANDING_OPENED : STANDING_CLOSED;
}

enum standing_news standing_end(struct standing *s, const struct breaker_terms *t,
                                const struct standing_end *e, int64_t now_us)
{
    enum breaker_end how = e->failed ? breaker_end_of(e->failure.kind) : BREAKER_GOOD;
    must(e->lane < s->lane_count);
    struct lane *l = &s->lanes[e->lane];
    enum standing_news news = count(s, t, how, e->sent_us, now_us);
    bool refused = e->failed && e->failure.kind == FAILURE_KEY;
    if (how == BREAKER_GOOD && !refused)
        atomic_fetch_add_explicit(&s->good, 1, memory_order_relaxed);
    if (how == BREAKER_BAD || refused)
        atomic_fetch_add_explicit(&s->bad, 1, memory_order_relaxed);
    if (e->failed) {
        bool cooled = cool(l, &e->failure, now_us);
        bool first = refused && atomic_load(&l->times) == COOLING_KEY_ROW;
        return news == STANDING_SAME && cooled ? (first ? STANDING_REFUSED : STANDING_COOLS) : news;
    }
    if (atomic_load_explicit(&l->times, memory_order_relaxed) != 0)
        atomic_store(&l->times, 0);
    ttft_add(s, e->ttft_us, now_us);
    mean_add(&s->duration_us, e->duration_us);
    return news;
}

void standing_passed_over(struct standing *s)
{
    if (s)
        atomic_fetch_add_explicit(&s->passed_over, 1, memory_order_relaxed);
}

bool standing_logprobs_refused(const struct standing *s)
{
    return s && atomic_load_explicit(&s->logprobs_refused, memory_order_relaxed);
}

void standing_refuse_logprobs(struct standing *s)
{
    atomic_store_explicit(&s->logprobs_refused, true, memory_order_relaxed);
}

void standing_look(const struct standing *s, int64_t now_us, struct standing_view *out)
{
    int64_t until_us = atomic_load(&s->until_us), wait_us;
    *out = (struct standing_view){.standing = s,
                                  .model = s->model,
                                  .bar = standing_bar(s, 1, now_us),
                                  .ttft_us = atomic_load(&s->ttft_us),
                                  .duration_us = atomic_load(&s->duration_us),
                                  .good = atomic_load(&s->good),
                                  .bad = atomic_load(&s->bad),
                                  .opened = atomic_load(&s->opened),
                                  .passed_over = atomic_load(&s->passed_over)};
    out->breaker = breaker_state(&(struct breaker){.until_us = until_us}, now_us);
    (void)lanes_bar(s, 1, now_us, &wait_us);
    out->wait_us = larger(until_us - now_us, wait_us);
}

unsigned standing_lanes(const struct standing *s)
{
    return s->lane_count;
}

bool standing_lane_refused(const struct standing *s, unsigned lane)
{
    must(lane < s->lane_count);
    const struct lane *l = &s->lanes[lane];
    return atomic_load(&l->kind) == FAILURE_KEY && atomic_load(&l->times) >= COOLING_KEY_ROW;
}

int64_t standing_lane_wait_us(const struct standing *s, unsigned lane, int64_t now_us)
{
    must(lane < s->lane_count);
    const struct lane *l = &s->lanes[lane];
    return larger(cool_us(l, now_us), rates_wait_us(l, 1, now_us));
}

int64_t standing_lane_left(const struct standing *s, unsigned lane, enum allowance_kind k,
                           int64_t now_us)
{
    must(lane < s->lane_count);
    const struct allowance a = rate_read(&s->lanes[lane].rates[k]);
    return allowance_left(&a, now_us);
}

int64_t standing_ttft_us(const struct standing *s, int64_t now_us)
{
    if (!s || !ttft_fresh(s, now_us))
        return 0;
    return atomic_load_explicit(&s->ttft_us, memory_order_relaxed);
}
