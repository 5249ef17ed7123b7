// SPDX-License-Identifier: Apache-2.0

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "gate/budgets_part.h"

#define IDLE_US    (3600 * SECOND_US) // so long without a call: forgotten
#define CROWDED    (BUDGETS_ACCOUNTS_MAX / 2)
#define CROWDED_US (60 * SECOND_US) // ... where there are so many
#define ONCE       512              // accounts that are looked at under one lock, about

// --- what is told ---

static void tell_alert(struct budgets *all, const struct account *a, unsigned percent, bool again)
{
    const struct budgets_news n = {.kind = BUDGETS_ALERT,
                                   .budget = a->key.budget,
                                   .value = a->key.value,
                                   .window = a->key.window,
                                   .percent = percent,
                                   .again = again,
                                   .limit = a->terms.limit,
                                   .spent = a->settled,
                                   .held = a->held};
    all->news(all->context, &n);
}

// That they were reached is kept beside that they were told, not with it.
void budgets_alert_again(struct budgets *all, const struct account *a)
{
    for (unsigned i = 0; i < a->terms.alert_count; i++) {
        if (a->terms.alert_at[i] <= a->told)
            tell_alert(all, a, a->terms.alert_at[i], true);
    }
}

// --- what each budget says now ---

static int by_number(const void *a, const void *b)
{
    const struct said *x = a, *y = b;
    return x->budget < y->budget ? -1 : x->budget > y->budget;
}

static struct said *said_new(const struct budget *budgets, size_t count, int64_t wall_us)
{
    struct said *all = alloc_get(&alloc_heap, (count + 1) * sizeof *all);
    if (!all)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        const struct window now = window_at(&budgets[i].window, wall_us);
        all[i] = (struct said){.budget = budgets[i].id,
                               .terms = budgets[i].terms,
                               .rule = budgets[i].window,
                               .window = now,
                               .latest = now};
    }
    qsort(all, count, sizeof *all, by_number);
    return all;
}

struct said *budgets_said_of(const struct budgets *all, uint64_t budget)
{
    const struct said key = {.budget = budget};
    return all->said ? bsearch(&key, all->said, all->said_count, sizeof key, by_number) : NULL;
}

static void on_alert(void *context, const struct account *a, unsigned percent)
{
    struct budgets *all = context;
    struct said *said = budgets_said_of(all, a->key.budget);
    if (said)
        said->alerts++;
    tell_alert(all, a, percent, false);
    budgets_tell(all, accounts_find(&all->table, &a->key));
}

uint64_t budgets_alerts(struct budgets *all, uint64_t budget)
{
    pthread_mutex_lock(&all->lock);
    const struct said *said = budgets_said_of(all, budget);
    uint64_t alerts = said ? said->alerts : 0;
    pthread_mutex_unlock(&all->lock);
    return alerts;
}

uint64_t budgets_overdrafts(struct budgets *all)
{
    pthread_mutex_lock(&all->lock);
    uint64_t overdrafts = all->overdrafts;
    pthread_mutex_unlock(&all->lock);
    return overdrafts;
}

uint64_t budgets_overruns(struct budgets *all)
{
    pthread_mutex_lock(&all->lock);
    uint64_t overruns = all->overruns;
    pthread_mutex_unlock(&all->lock);
    return overruns;
}

uint64_t budgets_waiting(struct budgets *all)
{
    pthread_mutex_lock(&all->lock);
    uint64_t waiting = all->table.waiting;
    pthread_mutex_unlock(&all->lock);
    return waiting;
}

static const struct account_terms *terms_said(const struct budgets *all, uint64_t budget)
{
    const struct said *said = budgets_said_of(all, budget);
    return said ? &said->terms : NULL;
}

struct window budgets_window(struct budgets *all, const struct budget *b, int64_t wall_us)
{
    struct said *said = budgets_said_of(all, b->id);
    if (!said)
        return window_at(&b->window, wall_us);
    if (wall_us < said->latest.start_us || wall_us >= said->latest.end_us)
        said->latest = window_at(&said->rule, wall_us);
    return said->latest;
}

// Of one budget: its definition was changed between them.
static bool windows_clash(const struct window *a, const struct window *b)
{
    return a->kind != b->kind ||
           (a->start_us != b->start_us && a->start_us < b->end_us && b->start_us < a->end_us);
}

bool budgets_leaves(const struct budgets *all, const struct account_key *key)
{
    const struct said *said = budgets_said_of(all, key->budget);
    return said && windows_clash(&key->window, &said->window);
}

const struct account_terms *budgets_said(const struct budgets *all, const struct budget *b)
{
    const struct account_terms *said = terms_said(all, b->id);
    return said ? said : &b->terms;
}

// --- all accounts ---

// Calls pass between any two parts of it: who waits for the lock has to be woken first, so whoever
// is awake must not take it again at once.
static void walk(struct budgets *all, accounts_walk_f *f, void *context)
{
    const struct timespec brief = {.tv_nsec = 1000};
    size_t at = 0;
    for (bool more = true; more;) {
        pthread_mutex_lock(&all->lock);
        more = accounts_walk(&all->table, &at, ONCE, f, context);
        budgets_pump(all);
        pthread_mutex_unlock(&all->lock);
        if (more)
            (void)nanosleep(&brief, NULL);
    }
}

static bool is_same(const struct account_terms *a, const struct account_terms *b)
{
    return a->limit.n == b->limit.n && a->observe == b->observe && a->paused == b->paused &&
           a->alert_count == b->alert_count &&
           memcmp(a->alert_at, b->alert_at, sizeof a->alert_at) == 0;
}

// Without memory for what is said: among all.
static const struct account_terms *said_among(const struct budget *budgets, size_t count,
                                              uint64_t budget)
{
    for (size_t i = 0; i < count; i++)
        if (budgets[i].id == budget)
            return &budgets[i].terms;
    return NULL;
}

// One of a budget that is no more (NULL) stays as it is: only calls that began before name it, and
// these are held by it to their end. Should the budget come back, it holds at once.
static void renew(struct budgets *all, struct account *a, const struct account_terms *said)
{
    if (!said || is_same(said, &a->terms))
        return;
    accounts_terms(&all->table, a, said);
    budgets_tell(all, a);
}

struct renewal {
    struct budgets *all;
    const struct budget *budgets;
    size_t count;
};

static void renew_one(void *context, struct account *a)
{
    const struct renewal *r = context;
    uint64_t number = a->key.budget;
    renew(r->all, a,
          r->all->said ? terms_said(r->all, number) : said_among(r->budgets, r->count, number));
    a->left |= budgets_leaves(r->all, &a->key);
}

void budgets_terms(struct budgets *all, const struct budget *budgets, size_t count, int64_t wall_us)
{
    struct renewal r = {all, budgets, count};
    struct said *said = said_new(budgets, count, wall_us);
    pthread_mutex_lock(&all->lock);
    struct said *before = all->said;
    for (size_t i = 0; said && i < count; i++) {
        const struct said *same = budgets_said_of(all, said[i].budget);
        said[i].alerts = same ? same->alerts : 0;
    }
    all->said = said;
    all->said_count = count;
    bookings_lead(all);
    budgets_pump(all);
    pthread_mutex_unlock(&all->lock);
    heap_free(before);
    walk(all, renew_one, &r);
}

// When it comes back the store says at least what was spent. What passed its watermark only rows
// say, and what was captured for want of a record has none while the process lives.
static bool is_kept(const struct account *a, int64_t wall_us, int64_t behind_us)
{
    if (a->terms.observe)
        return behind_us == 0;
    bool past = wall_us - DAY_US > a->key.window.end_us;
    return a->settled.n <= a->leased.n || (past && behind_us == 0);
}

static bool is_idle(const struct budgets *all, const struct account *a, int64_t wall_us,
                    int64_t behind_us)
{
    int64_t idle_us = all->table.count > CROWDED ? CROWDED_US : IDLE_US;
    bool over = a->key.window.end_us <= wall_us;
    return budgets_is_free(a) && (over || wall_us - a->used_us > idle_us) &&
           is_kept(a, wall_us, behind_us);
}

struct tidying {
    struct budgets *all;
    int64_t wall_us, behind_us;
};

static void tidy_one(void *context, struct account *a)
{
    const struct tidying *t = context;
    if (is_idle(t->all, a, t->wall_us, t->behind_us))
        budgets_forget(t->all, a);
    else
        budgets_ask_again(t->all, a);
}

void budgets_tidy(struct budgets *all, int64_t wall_us, int64_t behind_us)
{
    struct tidying t = {all, wall_us, behind_us};
    pthread_mutex_lock(&all->lock);
    if (all->lead)
        bookings_lead(all);
    budgets_pump(all);
    pthread_mutex_unlock(&all->lock);
    walk(all, tidy_one, &t);
}

struct telling {
    budgets_account_f *f;
    void *context;
};

static void tell_one(void *context, struct account *a)
{
    const struct telling *t = context;
    const struct budgets_account one = {.id = a->id,
                                        .key = a->key,
                                        .limit = a->terms.limit,
                                        .spent = a->settled,
                                        .held = a->held,
                                        .overdraft = a->overdraft,
                                        .observe = a->terms.observe,
                                        .paused = a->terms.paused,
                                        .left = a->left || a->late != LATE_NOT,
                                        .moved = a->moved,
                                        .would_refuse = a->would_refuse};
    if (a->id > 0)
        t->f(t->context, &one);
}

void budgets_each(struct budgets *all, budgets_account_f *f, void *context)
{
    struct telling t = {f, context};
    walk(all, tell_one, &t);
}

// --- life ---

struct budgets *budgets_new(struct store *s, budgets_news_f *news, void *context)
{
    struct budgets *all = alloc_zero(&alloc_heap, sizeof *all);
    if (!all || !(all->spent = memo_new(SPENT_PLACES))) {
        heap_free(all);
        return NULL;
    }
    const struct accounts_listener listener = {bookings_woken, on_alert, bookings_leased, all};
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&all->lock, NULL);
    pthread_cond_init(&all->asked, &attr);
    pthread_condattr_destroy(&attr);
    accounts_init(&all->table, &alloc_heap, true, &listener);
    list_init(&all->bookings);
    list_init(&all->newcomers);
    list_init(&all->growers);
    list_init(&all->asks);
    all->store = s;
    all->news = news;
    all->context = context;
    return all;
}

void budgets_free(struct budgets *all)
{
    if (!all)
        return;
    pthread_mutex_lock(&all->lock);
    while (!list_empty(&all->asks))
        pthread_cond_wait(&all->asked, &all->lock);
    heap_free(all->said);
    memo_free(all->spent);
    accounts_fini(&all->table);
    pthread_mutex_unlock(&all->lock);
    pthread_cond_destroy(&all->asked);
    pthread_mutex_destroy(&all->lock);
    heap_free(all);
}
