// SPDX-License-Identifier: Apache-2.0

#include "gate/budgets.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#define IDLE_US    (3600 * SECOND_US) // so long without a call: forgotten
#define CROWDED    (BUDGETS_ACCOUNTS_MAX / 2)
#define CROWDED_US (60 * SECOND_US) // ... where there are so many
#define ONCE       512              // accounts that are looked at under one lock, about

struct budgets {
    pthread_mutex_t lock; // guards all
    pthread_cond_t asked; // an ask has ended
    struct accounts table;
    struct store *store;
    budgets_news_f *news;
    void *context;
    struct budgets_told told;
    struct list newcomers; // bookings that wait for an account's first lease
    struct list asks;      // of the store, under way
    struct said *said;     // by number; NULL before the first, and when memory ended
    size_t said_count;
    bool closed; // the store is: it is asked no more
};

// What a budget says now, whatever a call that began before knows of it.
struct said {
    uint64_t budget;
    struct account_terms terms;
};

// One lease under way.
struct ask {
    struct list link;
    struct lease lease;
    struct budgets *all;
    struct account *account; // NULL: it is forgotten, and gives back
    bool grows;              // accounts_ask wants it
    char value[];
};

struct booking {
    struct list link; // in newcomers, or of those that have ended
    struct hold hold;
    struct budgets *all;
    struct booking_owner owner;
    struct post post;
    bool posted;
    bool ended;  // its owner is woken no more; on its thread
    bool gone;   // its owner has left it; freed when its post has run
    bool failed; // its account could not be had
    bool judged; // it waited, and was refused
    struct account *awaits;
    struct verdict verdict;
    struct nano charged;
    struct nano most; // that it could be
    unsigned count;
    struct wanted {
        struct booking_wish wish;
        struct window window; // as it was asked for last
    } wanted[];
};

// --- bookings ---

struct booking *booking_new(struct budgets *all, const struct booking_owner *owner,
                            const struct booking_wish *wishes, unsigned count)
{
    must(count > 0 && count <= HOLD_ACCOUNTS_MAX);
    struct booking *b = alloc_zero(&alloc_heap, sizeof *b + count * sizeof b->wanted[0]);
    if (!b)
        return NULL;
    b->all = all;
    b->owner = *owner;
    b->count = count;
    for (unsigned i = 0; i < count; i++)
        b->wanted[i].wish = wishes[i];
    list_init(&b->link);
    return b;
}

struct verdict booking_verdict(const struct booking *b)
{
    pthread_mutex_lock(&b->all->lock);
    struct verdict v = b->verdict;
    pthread_mutex_unlock(&b->all->lock);
    return v;
}

const struct booking_wish *booking_wish(const struct booking *b, unsigned i)
{
    must(i < b->count);
    return &b->wanted[i].wish;
}

void booking_charge(const struct booking *b, struct charge *out)
{
    *out = (struct charge){.held = b->hold.amount.n, .charged = b->hold.amount.n};
    for (unsigned i = 0; i < b->count; i++)
        out->accounts[out->count++] = b->hold.accounts[i]->id;
}

// It is its owner's no more. Under the lock.
static void retire(struct booking *b)
{
    b->gone = true;
    if (!b->posted)
        heap_free(b);
}

static void on_post(void *argument)
{
    struct booking *b = argument;
    struct budgets *all = b->all;
    pthread_mutex_lock(&all->lock);
    b->posted = false;
    bool gone = b->gone;
    if (gone)
        heap_free(b);
    pthread_mutex_unlock(&all->lock);
    if (!gone && !b->ended)
        b->owner.wake(b->owner.call);
}

static void wake(struct booking *b)
{
    if (b->posted)
        return;
    b->posted = true;
    loop_post_lent(b->owner.loop, &b->post, on_post, b);
}

static void on_woken(void *context, struct hold *h, const struct verdict *v)
{
    (void)context;
    struct booking *b = list_of(h, struct booking, hold);
    b->verdict = *v;
    b->judged = h->state == HOLD_NONE;
    wake(b);
}

// --- what the store sets aside ---

static void on_leased(struct lease *l);

// Asks that its watermark stand there. NULL, and nothing is asked, when memory ends or the store is
// closed.
static struct ask *ask(struct budgets *all, struct account *a, struct nano upto)
{
    struct ask *k = NULL;
    if (!all->closed)
        k = alloc_zero(&alloc_heap, sizeof *k + a->key.value.len);
    if (!k)
        return NULL;
    if (a->key.value.len)
        memcpy(k->value, a->key.value.ptr, a->key.value.len);
    k->all = all;
    k->account = a;
    k->lease = (struct lease){.key = a->key,
                              .limit = a->terms.limit,
                              .observe = a->terms.observe,
                              .told = a->told,
                              .upto = upto,
                              .first = a->id == 0,
                              .done = on_leased,
                              .context = k};
    k->lease.key.value = str_from(k->value, a->key.value.len);
    a->leases++;
    list_push(&all->asks, &k->link);
    store_lease(all->store, &k->lease);
    return k;
}

// Tells the store what has changed but for its watermark. What is asked already looks again when
// that has come.
static void tell(struct budgets *all, struct account *a)
{
    if (a->id > 0 && a->leases == 0)
        (void)ask(all, a, a->leased);
}

static bool is_told(const struct account *a, const struct lease *l)
{
    return a->told <= l->told && a->terms.limit.n == l->limit.n && a->terms.observe == l->observe;
}

static struct nano sum(struct nano a, struct nano b)
{
    struct nano s = {INT64_MAX};
    (void)!nano_add(a, b, &s);
    return s;
}

static void pump(struct budgets *all)
{
    struct account *a;
    struct nano more;
    while (accounts_ask(&all->table, &a, &more)) {
        struct ask *k = ask(all, a, sum(a->leased, more));
        if (k)
            k->grows = true; // it is answered under the lock
        else
            accounts_leased(&all->table, a, (struct nano){0});
    }
}

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
static void tell_again(struct budgets *all, const struct account *a)
{
    for (unsigned i = 0; i < a->terms.alert_count; i++) {
        if (a->terms.alert_at[i] <= a->told)
            tell_alert(all, a, a->terms.alert_at[i], true);
    }
}

// The account's first: it has a number now, or cannot be had.
static void born(struct budgets *all, struct account *a, const struct lease *l)
{
    bool fine = l->status == STATUS_OK;
    if (fine) {
        struct account_kept kept = l->kept;
        if (l->observe)
            kept.leased = kept.settled; // nothing is set aside
        a->id = l->account;
        accounts_restore(a, &kept);
        tell_again(all, a);
        if (!is_told(a, l))
            tell(all, a);
    }
    list_for (it, &all->newcomers) {
        struct booking *b = list_of(it, struct booking, link);
        if (b->awaits != a)
            continue;
        list_pull(&b->link);
        b->awaits = NULL;
        b->failed = !fine;
        wake(b);
    }
    if (!fine)
        must(accounts_forget(&all->table, a)); // the next call asks again
}

// More of it is set aside, or its terms are told.
static void took(struct budgets *all, struct account *a, const struct ask *k)
{
    const struct lease *l = &k->lease;
    bool fine = l->status == STATUS_OK;
    if (a && k->grows) {
        bool more = fine && !l->observe && l->kept.leased.n > a->leased.n;
        struct nano by = {more ? l->kept.leased.n - a->leased.n : 0};
        accounts_leased(&all->table, a, by);
    }
    if (fine && !is_told(a, l))
        tell(all, a);
}

static void on_leased(struct lease *l)
{
    struct ask *k = l->context;
    struct budgets *all = k->all;
    pthread_mutex_lock(&all->lock);
    struct account *a = k->account; // whoever forgets it says so under the lock
    list_pull(&k->link);
    all->closed |= l->status == STATUS_CLOSED;
    if (a)
        a->leases--;
    if (a && a->id == 0)
        born(all, a, l);
    else if (a)
        took(all, a, k);
    pump(all);
    pthread_cond_signal(&all->asked);
    pthread_mutex_unlock(&all->lock);
    heap_free(k);
}

static void on_lease(void *context, const struct account *a)
{
    (void)context; // who grows tries again by itself
    (void)a;
}

static void on_alert(void *context, const struct account *a, unsigned percent)
{
    struct budgets *all = context;
    all->told.alerts++;
    tell_alert(all, a, percent, false);
    tell(all, accounts_find(&all->table, &a->key));
}

// --- what each budget says now ---

static int by_number(const void *a, const void *b)
{
    const struct said *x = a, *y = b;
    return x->budget < y->budget ? -1 : x->budget > y->budget;
}

static struct said *said_new(const struct budget *budgets, size_t count)
{
    struct said *all = alloc_get(&alloc_heap, (count + 1) * sizeof *all);
    if (!all)
        return NULL;
    for (size_t i = 0; i < count; i++)
        all[i] = (struct said){budgets[i].id, budgets[i].terms};
    qsort(all, count, sizeof *all, by_number);
    return all;
}

// NULL: there is no such budget any more.
static const struct account_terms *terms_said(const struct budgets *all, uint64_t budget)
{
    const struct said key = {.budget = budget}, *said = NULL;
    if (all->said)
        said = bsearch(&key, all->said, all->said_count, sizeof key, by_number);
    return said ? &said->terms : NULL;
}

static const struct account_terms *terms_of(const struct budgets *all, const struct budget *b)
{
    const struct account_terms *said = terms_said(all, b->id);
    return said ? said : &b->terms;
}

// --- holding ---

static struct account_key key_of(const struct wanted *w)
{
    return (struct account_key){
        .budget = w->wish.budget->id, .value = w->wish.value, .window = w->window};
}

// NULL when there is no room for one more.
static struct account *account_of(struct budgets *all, const struct wanted *w, struct nano amount)
{
    const struct account_key key = key_of(w);
    struct account *a = accounts_find(&all->table, &key);
    if (a)
        return a;
    if (all->table.count >= BUDGETS_ACCOUNTS_MAX ||
        accounts_add(&all->table, &key, terms_of(all, w->wish.budget), &a) != STATUS_OK)
        return NULL;
    if (ask(all, a, amount))
        return a;
    must(accounts_forget(&all->table, a));
    return NULL;
}

// Its accounts are those of its windows. False when one cannot be had; one that has no number yet
// is to be awaited.
static bool gather(struct budgets *all, struct booking *b)
{
    struct account *fresh = NULL;
    b->hold.count = b->count;
    for (unsigned i = 0; i < b->count; i++) {
        struct account *a = account_of(all, &b->wanted[i], b->hold.amount);
        if (!a)
            return false;
        b->hold.accounts[i] = a;
        if (a->id == 0)
            fresh = a;
    }
    b->awaits = fresh;
    return true;
}

static enum booking_state reserve(struct budgets *all, struct booking *b, bool patient,
                                  int64_t wall_us)
{
    if (!gather(all, b))
        return BOOKING_FAILED;
    if (b->awaits) {
        list_push(&all->newcomers, &b->link);
        return BOOKING_WAITS;
    }
    b->verdict = accounts_reserve(&all->table, &b->hold, wall_us);
    bool waits = b->verdict.is == ADMISSION_LEASE || (b->verdict.is == ADMISSION_HELD && patient);
    if (waits)
        b->verdict = accounts_wait(&all->table, &b->hold, patient, wall_us);
    if (b->hold.state == HOLD_OPEN)
        return BOOKING_OPEN;
    if (b->hold.state == HOLD_WAITING)
        return BOOKING_WAITS;
    return b->verdict.is == ADMISSION_LEASE ? BOOKING_FAILED : BOOKING_REFUSED;
}

// It has waited.
static enum booking_state woken(struct booking *b)
{
    if (b->hold.state == HOLD_OPEN)
        return BOOKING_OPEN;
    if (b->hold.state == HOLD_WAITING || b->awaits)
        return BOOKING_WAITS;
    bool failed = b->failed || b->verdict.is == ADMISSION_LEASE;
    b->failed = b->judged = false;
    return failed ? BOOKING_FAILED : BOOKING_REFUSED;
}

// Its windows of now: known before the lock is taken, and kept with the lock.
static void find_windows(const struct booking *b, int64_t wall_us, struct window *now)
{
    for (unsigned i = 0; i < b->count; i++)
        now[i] = window_at(&b->wanted[i].wish.budget->window, wall_us);
}

enum booking_state booking_reserve(struct booking *b, struct nano amount, bool patient,
                                   int64_t wall_us)
{
    struct budgets *all = b->all;
    struct window now[HOLD_ACCOUNTS_MAX];
    find_windows(b, wall_us, now);
    pthread_mutex_lock(&all->lock);
    enum booking_state is;
    if (b->hold.state != HOLD_NONE || b->awaits || b->failed || b->judged) {
        is = woken(b);
    } else {
        b->hold.amount = amount;
        for (unsigned i = 0; i < b->count; i++)
            b->wanted[i].window = now[i];
        is = reserve(all, b, patient, wall_us);
        pump(all);
    }
    pthread_mutex_unlock(&all->lock);
    return is;
}

struct booking_wait booking_waits(struct booking *b)
{
    struct budgets *all = b->all;
    pthread_mutex_lock(&all->lock);
    bool queued = b->hold.state == HOLD_WAITING;
    struct booking_wait wait = {.until_us = queued ? b->hold.until_us : INT64_MAX,
                                .for_store = !queued || b->hold.lacks == ADMISSION_LEASE};
    pthread_mutex_unlock(&all->lock);
    return wait;
}

static bool leave(struct budgets *all, struct booking *b)
{
    if (b->hold.state == HOLD_OPEN)
        return false;
    (void)accounts_leave(&all->table, &b->hold);
    list_pull(&b->link);
    b->awaits = NULL;
    b->failed = b->judged = false;
    return true;
}

bool booking_leave(struct booking *b)
{
    struct budgets *all = b->all;
    pthread_mutex_lock(&all->lock);
    bool left = leave(all, b);
    pump(all); // for who goes on instead
    pthread_mutex_unlock(&all->lock);
    return left;
}

enum admission booking_extend(struct booking *b, struct nano by)
{
    struct budgets *all = b->all;
    pthread_mutex_lock(&all->lock);
    struct verdict v = accounts_extend(&all->table, &b->hold, by, all->table.now_us);
    pump(all);
    pthread_mutex_unlock(&all->lock);
    return v.is;
}

// What it names while it is in use there stays; else that may be forgotten by now, and is NULL.
static const struct account *named(const struct booking *b, unsigned i)
{
    if (b->hold.state != HOLD_NONE)
        return b->hold.accounts[i];
    const struct account_key key = key_of(&b->wanted[i]);
    const struct account *a = accounts_find(&b->all->table, &key);
    return a && a->id > 0 ? a : NULL;
}

bool booking_left(const struct booking *b, struct booking_left *out)
{
    struct budgets *all = b->all;
    bool any = false;
    pthread_mutex_lock(&all->lock);
    bool open = b->hold.state == HOLD_OPEN;
    for (unsigned i = 0; i < b->count; i++) {
        const struct account *a = named(b, i);
        if (!a) {
            any = false;
            break;
        }
        int64_t others = a->held.n - (open ? b->hold.amount.n : 0);
        int64_t left = a->terms.limit.n - a->settled.n - others; // none is below 0
        if (a->terms.observe || (any && left >= out->left.n))
            continue;
        *out = (struct booking_left){{left}, {others}};
        any = true;
    }
    pthread_mutex_unlock(&all->lock);
    return any;
}

// --- ending ---

void booking_end(struct booking *b, struct nano charged, struct nano most, struct list *ended)
{
    must(b->hold.state == HOLD_OPEN);
    b->ended = true;
    b->charged = charged;
    b->most = most;
    list_push(ended, &b->link);
}

static void tell_overdraft(struct budgets *all, const struct booking *b)
{
    for (unsigned i = 0; i < b->count; i++) {
        const struct account *a = b->hold.accounts[i];
        const struct budgets_news n = {.kind = BUDGETS_OVERDRAFT,
                                       .budget = a->key.budget,
                                       .value = a->key.value,
                                       .window = a->key.window,
                                       .request = b->owner.id,
                                       .limit = a->terms.limit,
                                       .spent = a->settled,
                                       .held = a->held,
                                       .beyond = {b->charged.n - b->most.n}};
        if (a->terms.observe)
            continue;
        all->told.overdrafts++;
        all->news(all->context, &n);
    }
}

struct budgets_told budgets_told(struct budgets *all)
{
    pthread_mutex_lock(&all->lock);
    struct budgets_told told = all->told;
    pthread_mutex_unlock(&all->lock);
    return told;
}

static void end(struct budgets *all, struct booking *b, bool written)
{
    list_pull(&b->link);
    if (!written)
        (void)accounts_capture(&all->table, &b->hold);
    else if (accounts_settle(&all->table, &b->hold, b->charged) == HOLD_END_PASSED &&
             b->charged.n > b->most.n)
        tell_overdraft(all, b);
    retire(b);
}

void budgets_end(struct budgets *all, struct list *ended, bool written)
{
    if (list_empty(ended))
        return;
    pthread_mutex_lock(&all->lock);
    list_for (it, ended)
        end(all, list_of(it, struct booking, link), written);
    pump(all);
    pthread_mutex_unlock(&all->lock);
}

void booking_drop(struct booking *b)
{
    if (!b)
        return;
    struct budgets *all = b->all;
    pthread_mutex_lock(&all->lock);
    if (!leave(all, b))
        (void)accounts_release(&all->table, &b->hold);
    retire(b);
    pump(all);
    pthread_mutex_unlock(&all->lock);
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
        pump(all);
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

// A budget that is no more (NULL) refuses nothing, and keeps nobody waiting.
static void renew(struct budgets *all, struct account *a, const struct account_terms *said)
{
    struct account_terms terms = said ? *said : a->terms;
    terms.observe = terms.observe || !said;
    terms.paused = terms.paused && said;
    if (is_same(&terms, &a->terms))
        return;
    accounts_terms(&all->table, a, &terms);
    if (said)
        tell(all, a);
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
}

void budgets_terms(struct budgets *all, const struct budget *budgets, size_t count)
{
    struct renewal r = {all, budgets, count};
    struct said *said = said_new(budgets, count);
    pthread_mutex_lock(&all->lock);
    struct said *before = all->said;
    all->said = said;
    all->said_count = count;
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
    return a->id > 0 && a->uses == 0 && a->leases == 0 &&
           (over || wall_us - a->used_us > idle_us) && is_kept(a, wall_us, behind_us);
}

// What it does not use is set aside no more.
static void forget(struct budgets *all, struct account *a)
{
    if (a->leased.n > a->settled.n) {
        struct ask *k = ask(all, a, a->settled);
        if (!k)
            return;
        k->account = NULL;
    }
    must(accounts_forget(&all->table, a));
}

struct tidying {
    struct budgets *all;
    int64_t wall_us, behind_us;
};

static void tidy_one(void *context, struct account *a)
{
    const struct tidying *t = context;
    if (is_idle(t->all, a, t->wall_us, t->behind_us))
        forget(t->all, a);
}

void budgets_tidy(struct budgets *all, int64_t wall_us, int64_t behind_us)
{
    struct tidying t = {all, wall_us, behind_us};
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
    if (!all)
        return NULL;
    const struct accounts_listener listener = {on_woken, on_alert, on_lease, all};
    pthread_mutex_init(&all->lock, NULL);
    pthread_cond_init(&all->asked, NULL);
    accounts_init(&all->table, &alloc_heap, true, &listener);
    list_init(&all->newcomers);
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
    accounts_fini(&all->table);
    pthread_mutex_unlock(&all->lock);
    pthread_cond_destroy(&all->asked);
    pthread_mutex_destroy(&all->lock);
    heap_free(all);
}
