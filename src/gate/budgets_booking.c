// SPDX-License-Identifier: Apache-2.0

#include <string.h>

#include "gate/budgets_part.h"

static struct booking *make(struct budgets *all, const struct booking_owner *owner, unsigned count)
{
    struct booking *b = alloc_zero(&alloc_heap, sizeof *b + count * sizeof b->wanted[0]);
    if (!b)
        return NULL;
    b->all = all;
    b->owner = *owner;
    b->count = count;
    list_init(&b->link);
    list_init(&b->more);
    list_init(&b->each);
    return b;
}

struct booking *booking_new(struct budgets *all, const struct booking_owner *owner,
                            const struct booking_wish *wishes, unsigned count)
{
    must(count > 0 && count <= HOLD_ACCOUNTS_MAX);
    struct booking *b = make(all, owner, count);
    if (!b)
        return NULL;
    for (unsigned i = 0; i < count; i++)
        b->wanted[i].wish = wishes[i];
    pthread_mutex_lock(&all->lock);
    list_push(&all->bookings, &b->each);
    pthread_mutex_unlock(&all->lock);
    return b;
}

// Another one of the same call, without a hold. NULL when memory ends. Under the lock.
static struct booking *twin(struct budgets *all, const struct booking *b)
{
    struct booking *t = make(all, &b->owner, b->count);
    if (!t)
        return NULL;
    memcpy(t->wanted, b->wanted, b->count * sizeof b->wanted[0]);
    list_push(&all->bookings, &t->each);
    return t;
}

void booking_unbounded(struct booking *b)
{
    b->hold.unbounded = true;
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

static void tell_charge(struct booking *b, bool closes, struct charge *out)
{
    pthread_mutex_lock(&b->all->lock);
    bool stayed = b->closes && !closes;
    b->closes = closes;
    if (stayed) {
        booking_lead(b->all, b);
        budgets_pump(b->all);
    }
    *out = (struct charge){.held = b->hold.amount.n, .charged = b->hold.amount.n};
    for (unsigned i = 0; i < b->count; i++)
        out->accounts[out->count++] = b->hold.accounts[i]->id;
    pthread_mutex_unlock(&b->all->lock);
}

void booking_charge(struct booking *b, struct charge *out)
{
    tell_charge(b, false, out);
}

void booking_close(struct booking *b, struct charge *out)
{
    tell_charge(b, true, out);
}

// It is its owner's no more. Under the lock.
static void retire(struct booking *b)
{
    list_pull(&b->more);
    list_pull(&b->each);
    (void)booking_stays(b->all, b, NULL);
    b->gone = true;
    if (!b->posted)
        heap_free(b);
}

// Nothing was sent for it, and it is in no queue.
static void discard(struct budgets *all, struct booking *b)
{
    if (b->hold.state == HOLD_OPEN)
        (void)accounts_release(&all->table, &b->hold);
    retire(b);
}

// Nobody stands in its queue for it any more.
static void give_up_place(struct budgets *all, struct booking *b)
{
    struct booking *place = b->place;
    b->place = NULL;
    if (!place)
        return;
    (void)accounts_leave(&all->table, &place->hold);
    discard(all, place);
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

void bookings_leased(void *context, const struct account *a)
{
    struct budgets *all = context;
    (void)a; // each looks for itself
    list_for (it, &all->growers) {
        list_pull(it);
        wake(list_of(it, struct booking, more));
    }
}

// Another one once any of its accounts is late, or no more.
static uint64_t lates_of(const struct booking *b)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < b->hold.count; i++)
        sum += b->hold.accounts[i]->lates;
    return sum;
}

void bookings_woken(void *context, struct hold *h, const struct verdict *v)
{
    (void)context;
    struct booking *b = list_of(h, struct booking, hold);
    b->verdict = *v;
    b->judged = h->state == HOLD_NONE;
    b->knew = 1 + lates_of(b);
    wake(b);
}

static void born(struct booking *b, bool fine)
{
    b->awaits = NULL;
    b->failed = !fine;
    wake(b);
}

void bookings_born(struct budgets *all, const struct account *a, bool fine)
{
    list_for (it, &all->newcomers) {
        struct booking *b = list_of(it, struct booking, link);
        if (b->awaits != a)
            continue;
        list_pull(&b->link);
        born(b, fine);
    }
    list_for (it, &all->growers) {
        struct booking *b = list_of(it, struct booking, more);
        if (b->awaits != a)
            continue;
        list_pull(&b->more);
        born(b, fine);
    }
}

// --- holding ---

static struct account_key key_of(const struct wanted *w)
{
    return (struct account_key){
        .budget = w->wish.budget->id, .value = w->wish.value, .window = w->window};
}

// Its accounts are those of its windows. False when one cannot be had.
static bool gather(struct budgets *all, struct booking *b)
{
    struct account *fresh = NULL;
    b->hold.count = b->count;
    for (unsigned i = 0; i < b->count; i++) {
        const struct account_key key = key_of(&b->wanted[i]);
        const struct account_terms *said = budgets_said(all, b->wanted[i].wish.budget);
        struct account *a = budgets_take_up(all, &key, said, b->hold.amount);
        if (!a)
            return false;
        b->hold.accounts[i] = a;
        if (a->id == 0 || a->gives_back || a->late)
            fresh = a;
    }
    b->awaits = fresh;
    return true;
}

static bool may_wait(const struct booking *b, bool patient)
{
    return b->verdict.is == ADMISSION_LEASE || (b->verdict.is == ADMISSION_HELD && patient);
}

static enum booking_state reserve(struct budgets *all, struct booking *b, bool patient,
                                  int64_t wall_us)
{
    b->knew = 1 + lates_of(b);
    b->verdict = accounts_reserve(&all->table, &b->hold, wall_us);
    if (may_wait(b, patient))
        b->verdict = accounts_wait(&all->table, &b->hold, patient, wall_us);
    if (b->hold.state == HOLD_OPEN)
        return BOOKING_OPEN;
    if (b->hold.state == HOLD_WAITING)
        return BOOKING_WAITS;
    return may_wait(b, patient) ? BOOKING_FAILED : BOOKING_REFUSED; // no memory to wait in
}

// A budget counts a call once that it would have refused, whatever is asked in its stead.
static void take_counted(struct booking *b, const struct booking *place)
{
    b->hold.counted = 0;
    for (unsigned i = 0; place && i < b->count; i++)
        for (unsigned k = 0; k < place->count; k++)
            if (b->wanted[i].wish.budget->id == place->wanted[k].wish.budget->id)
                b->hold.counted |= (uint16_t)((place->hold.counted >> k & 1) << i);
}

// In its place, which may wait still. What that holds by now is for this one, or for its next try.
static enum booking_state reserve_in_place(struct budgets *all, struct booking *b, bool patient,
                                           int64_t wall_us)
{
    struct booking *place = b->place;
    bool lifted = place && place->hold.state == HOLD_OPEN;
    if (lifted)
        accounts_lift(&all->table, &place->hold);
    take_counted(b, place);
    enum booking_state is = reserve(all, b, patient, wall_us);
    if (is == BOOKING_REFUSED) {
        if (lifted)
            accounts_lay(&place->hold);
        return is;
    }
    struct hold was = {.count = 0};
    if (lifted)
        was = place->hold; // which goes with it
    give_up_place(all, b);
    if (b->hold.state == HOLD_WAITING)
        accounts_joined(&all->table, &b->hold);
    accounts_lifted(&all->table, &was);
    return is;
}

// It is asked for now.
static enum booking_state ask(struct budgets *all, struct booking *b, bool patient, int64_t wall_us)
{
    if (!gather(all, b)) {
        give_up_place(all, b);
        return BOOKING_FAILED;
    }
    if (b->awaits) {
        list_push(&all->newcomers, &b->link);
        return BOOKING_WAITS;
    }
    enum booking_state is = reserve_in_place(all, b, patient, wall_us);
    if (is == BOOKING_WAITS)
        b->hold.since = b->hold.turn; // it keeps that
    return is;
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

// What it was let in to while a window was changed it does not go on with.
static bool is_left(const struct budgets *all, const struct booking *b)
{
    bool left = b->hold.state == HOLD_OPEN && b->knew != 1 + lates_of(b);
    for (unsigned i = 0; b->hold.state == HOLD_OPEN && i < b->count; i++) {
        const struct account *a = b->hold.accounts[i];
        left |= a->left || a->late || budgets_leaves(all, &a->key);
    }
    return left;
}

// It asks for that in the other window, or in this one when what was spent meanwhile is in it: that
// may have come since it was let in. What it holds is held by its place until then.
static void move(struct budgets *all, struct booking *b)
{
    must(!b->place);
    (void)booking_stays(all, b, NULL);
    b->place = twin(all, b);
    if (b->place)
        b->place->hold = b->hold;
    else
        (void)accounts_release(&all->table, &b->hold);
    b->hold = (struct hold){
        .amount = b->hold.amount, .unbounded = b->hold.unbounded, .since = b->hold.since};
}

enum booking_state booking_reserve(struct booking *b, struct nano amount, bool patient,
                                   int64_t wall_us)
{
    struct budgets *all = b->all;
    pthread_mutex_lock(&all->lock);
    enum booking_state is;
    if (is_left(all, b)) {
        move(all, b);
        amount = b->hold.amount;
    }
    if (b->hold.state != HOLD_NONE || b->awaits || b->failed || b->judged) {
        is = woken(b);
    } else {
        b->hold.amount = amount;
        for (unsigned i = 0; i < b->count; i++)
            b->wanted[i].window = budgets_window(all, b->wanted[i].wish.budget, wall_us);
        is = ask(all, b, patient, wall_us);
    }
    budgets_pump(all);
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
    give_up_place(all, b);
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
    budgets_pump(all); // for who goes on instead
    pthread_mutex_unlock(&all->lock);
    return left;
}

struct booking *booking_again(struct booking *b)
{
    struct budgets *all = b->all;
    pthread_mutex_lock(&all->lock);
    bool waits = b->hold.state == HOLD_WAITING;
    struct booking *next = waits ? twin(all, b) : NULL;
    if (next) {
        next->hold.unbounded = b->hold.unbounded;
        next->hold.since = b->hold.since;
        next->place = b;
    }
    pthread_mutex_unlock(&all->lock);
    if (waits && !next) // it goes on without its place
        (void)booking_leave(b);
    return next ? next : b;
}

void booking_instead(struct booking *b, struct booking *before)
{
    struct budgets *all = b->all;
    pthread_mutex_lock(&all->lock);
    must(before->hold.state == HOLD_NONE && !b->place);
    b->hold.since = before->hold.since;
    b->place = before->place;
    before->place = NULL;
    discard(all, before);
    pthread_mutex_unlock(&all->lock);
}

enum admission booking_extend(struct booking *b, struct nano by)
{
    struct budgets *all = b->all;
    pthread_mutex_lock(&all->lock);
    list_pull(&b->more);
    b->awaits = NULL;
    enum admission is = b->failed ? ADMISSION_HELD : booking_follow(all, b);
    b->failed = false;
    b->verdict = (struct verdict){.is = ADMISSION_MADE};
    if (is == ADMISSION_MADE) {
        b->verdict = accounts_extend(&all->table, &b->hold, by, all->table.now_us);
        is = b->verdict.is;
    }
    if (is == ADMISSION_LEASE)
        list_push(&all->growers, &b->more);
    budgets_pump(all);
    pthread_mutex_unlock(&all->lock);
    return is;
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

// What that one holds there is its own, or is held for it.
static int64_t own(const struct booking *b, const struct account *a)
{
    if (b->hold.state == HOLD_OPEN)
        return b->hold.amount.n;
    const struct hold *place = b->place ? &b->place->hold : NULL;
    for (unsigned i = 0; place && place->state == HOLD_OPEN && i < place->count; i++)
        if (place->accounts[i] == a)
            return place->amount.n;
    return 0;
}

static bool least_left(const struct booking *b, bool clamped, struct booking_left *out)
{
    struct budgets *all = b->all;
    bool any = false;
    int128 least = 0;
    pthread_mutex_lock(&all->lock);
    for (unsigned i = 0; i < b->count; i++) {
        const struct account *a = named(b, i);
        if (!a) {
            any = false;
            break;
        }
        int64_t others = a->held.n - own(b, a);
        int128 room = (int128)a->terms.limit.n - a->settled.n - others;
        if (a->terms.observe || (any && room >= least) ||
            (clamped && !booking_wish(b, i)->budget->clamp))
            continue;
        least = room;
        *out = (struct booking_left){{room < 0 ? -1 : (int64_t)room}, {others}};
        any = true;
    }
    pthread_mutex_unlock(&all->lock);
    return any;
}

bool booking_left(const struct booking *b, struct booking_left *out)
{
    return least_left(b, false, out);
}

bool booking_left_clamped(const struct booking *b, struct booking_left *out)
{
    return least_left(b, true, out);
}

// --- ending ---

void booking_end(struct booking *b, struct nano charged, struct nano most, bool broken,
                 struct list *ended)
{
    must(b->hold.state == HOLD_OPEN);
    b->ended = true;
    b->charged = charged;
    b->most = most;
    b->broken = broken;
    list_push(ended, &b->link);
}

// It is charged more than it could be.
static void tell_beyond(struct budgets *all, const struct booking *b)
{
    for (unsigned i = 0; i < b->count; i++) {
        const struct account *a = b->hold.accounts[i];
        const struct budgets_news n = {.kind = b->broken ? BUDGETS_OVERDRAFT : BUDGETS_OVERRUN,
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
        all->overdrafts += b->broken;
        all->overruns += !b->broken;
        all->news(all->context, &n);
    }
}

static void end(struct budgets *all, struct booking *b, bool written)
{
    struct account *now[HOLD_ACCOUNTS_MAX];
    unsigned count = booking_stays(all, b, now);
    list_pull(&b->link);
    all->lost |= !written;
    if (!written)
        (void)accounts_capture(&all->table, &b->hold);
    else if (accounts_settle(&all->table, &b->hold, b->charged) == HOLD_END_PASSED &&
             b->charged.n > b->most.n)
        tell_beyond(all, b);
    retire(b);
    for (unsigned i = 0; i < count; i++)
        budgets_ended(all, now[i]);
}

void budgets_end(struct budgets *all, struct list *ended, bool written)
{
    if (list_empty(ended))
        return;
    pthread_mutex_lock(&all->lock);
    list_for (it, ended)
        end(all, list_of(it, struct booking, link), written);
    budgets_pump(all);
    pthread_mutex_unlock(&all->lock);
}

void booking_drop(struct booking *b)
{
    if (!b)
        return;
    struct budgets *all = b->all;
    pthread_mutex_lock(&all->lock);
    (void)leave(all, b);
    discard(all, b);
    budgets_pump(all);
    pthread_mutex_unlock(&all->lock);
}
