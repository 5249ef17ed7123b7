// SPDX-License-Identifier: Apache-2.0
//
// libevent is asked for one turn at a time, so that the end of a turn is ours: output gathered by
// all callbacks of the turn is written once, and closed things are freed when nobody can hold them.

#include "net/loop.h"

#include <errno.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "net/turn.h"

#define ROUNDS_MAX      8  // of work at a turn's end, before the sockets are looked at again
#define WORK_MAX        64 // pieces of work end a turn: what they gathered goes out before more
#define SHELVES         6  // 512 B .. 16 KiB
#define SHELF_LEAST     512
#define SHELF_BYTES_MAX (256 * 1024)

#if defined(__SANITIZE_ADDRESS__)
#    define SHELVES_USED 0 // every block is the heap's, so that a use after its end is seen
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer)
#        define SHELVES_USED 0
#    endif
#endif
#ifndef SHELVES_USED
#    define SHELVES_USED 1
#endif

struct spare {
    struct spare *next;
};

struct loop {
    struct event_base *base;
    struct evdns_base *dns;
    struct event tick; // the earliest timer
    struct event wake; // loop_post
    int wake_fd;
    bool stopping;
    _Atomic(struct post *) posts; // newest first
    _Atomic int64_t turned_us;
    int64_t now_us; // 0 = not read in this turn
    int64_t wall_us;
    struct timer *timers; // root of the heap
    int64_t tick_us;      // when `tick` fires; 0 = not set
    struct list work;
    unsigned work_count; // given in this turn
    loop_f *at_end;      // or NULL
    void *at_end_argument;
    struct list looks; // the earliest first: all wait equally long
    struct timer look_timer;
    struct grave *graves;
    struct spare *shelf[SHELVES];
    size_t shelf_count[SHELVES];
    int64_t date_second;
    char date[HTTP_DATE_LEN + 1];
    char scratch[READ_BYTES];
};

// --- timers ---

static struct timer *heap_meld(struct timer *a, struct timer *b)
{
    if (!a)
        return b;
    if (!b)
        return a;
    if (b->key_us < a->key_us) {
        struct timer *t = a;
        a = b;
        b = t;
    }
    b->prev = a;
    b->next = a->child;
    if (a->child)
        a->child->prev = b;
    a->child = b;
    return a;
}

// Melds a list of siblings: pairs from left to right, then the pairs from right to left.
static struct timer *heap_gather(struct timer *first)
{
    struct timer *pairs = NULL; // stack, linked by next
    while (first) {
        struct timer *a = first, *b = a->next;
        first = b ? b->next : NULL;
        a->next = a->prev = NULL;
        if (b)
            b->next = b->prev = NULL;
        a = heap_meld(a, b);
        a->next = pairs;
        pairs = a;
    }
    struct timer *root = NULL;
    while (pairs) {
        struct timer *a = pairs;
        pairs = a->next;
        a->next = a->prev = NULL;
        root = heap_meld(root, a);
    }
    return root;
}

static void heap_put(struct loop *l, struct timer *t)
{
    t->key_us = t->due_us;
    t->child = t->next = t->prev = NULL;
    t->queued = true;
    l->timers = heap_meld(l->timers, t);
}

static void heap_pull(struct loop *l, struct timer *t)
{
    struct timer *rest = heap_gather(t->child);
    if (t == l->timers) {
        l->timers = rest;
    } else {
        if (t->prev->child == t)
            t->prev->child = t->next;
        else
            t->prev->next = t->next;
        if (t->next)
            t->next->prev = t->prev;
        l->timers = heap_meld(l->timers, rest);
    }
    t->child = t->next = t->prev = NULL;
    t->queued = false;
}

static void tick_arm(struct loop *l)
{
    if (!l->timers || (l->tick_us && l->tick_us <= l->timers->key_us))
        return;
    int64_t wait = l->timers->key_us - loop_now_us(l) + 999; // never early by a rounding
    if (wait < 0)
        wait = 0;
    struct timeval tv = {wait / SECOND_US, wait % SECOND_US};
    l->tick_us = l->timers->key_us;
    event_add(&l->tick, &tv);
}

static void on_tick(evutil_socket_t fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    struct loop *l = argument;
    l->tick_us = 0;
    int64_t now = loop_now_us(l);
    while (l->timers && l->timers->key_us <= now && l->work_count < WORK_MAX) {
        struct timer *t = l->timers;
        heap_pull(l, t);
        if (t->due_us > now) {
            heap_put(l, t);
        } else if (t->due_us != 0) {
            t->due_us = 0;
            t->f(t->argument);
        }
    }
    tick_arm(l);
}

void timer_init(struct timer *t, struct loop *l, loop_f *f, void *argument)
{
    *t = (struct timer){.loop = l, .f = f, .argument = argument};
}

void timer_at(struct timer *t, int64_t due_us)
{
    struct loop *l = t->loop;
    t->due_us = due_us;
    if (t->queued && t->key_us <= t->due_us)
        return;
    if (t->queued)
        heap_pull(l, t);
    heap_put(l, t);
    tick_arm(l);
}

void timer_set(struct timer *t, int64_t delay_ms)
{
    // At least a moment later, or a timer that restarts itself would never let the turn end.
    timer_at(t, loop_now_us(t->loop) + (delay_ms > 0 ? delay_ms * 1000 : 1));
}

void timer_clear(struct timer *t)
{
    t->due_us = 0;
}

void timer_fini(struct timer *t)
{
    t->due_us = 0;
    if (t->queued)
        heap_pull(t->loop, t);
}

bool timer_running(const struct timer *t)
{
    return t->due_us != 0;
}

// --- the way in from other threads ---

void loop_run_posts(struct loop *l)
{
    struct post *newest = atomic_exchange(&l->posts, NULL), *oldest = NULL;
    while (newest) {
        struct post *p = newest;
        newest = p->next;
        p->next = oldest;
        oldest = p;
    }
    while (oldest) {
        struct post p = *oldest;
        if (!p.lent)
            alloc_free(&alloc_heap, oldest);
        oldest = p.next;
        p.f(p.argument);
    }
}

static void on_wake(evutil_socket_t fd, short what, void *argument)
{
    (void)what;
    uint64_t n;
    while (read(fd, &n, sizeof n) < 0 && errno == EINTR)
        ;
    loop_run_posts(argument);
}

static void put(struct loop *l, struct post *p)
{
    struct post *newest = atomic_load(&l->posts);
    do
        p->next = newest;
    while (!atomic_compare_exchange_weak(&l->posts, &newest, p));
    // From here on the loop may have run and freed it.
    if (newest)
        return; // whoever put the first one wakes the loop
    const uint64_t one = 1;
    while (write(l->wake_fd, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

bool loop_post(struct loop *l, loop_f *f, void *argument)
{
    struct post *p = alloc_get(&alloc_heap, sizeof *p);
    if (!p)
        return false;
    *p = (struct post){.f = f, .argument = argument};
    put(l, p);
    return true;
}

void loop_post_lent(struct loop *l, struct post *p, loop_f *f, void *argument)
{
    *p = (struct post){.f = f, .argument = argument, .lent = true};
    put(l, p);
}

// --- work, graves, blocks ---

void work_init(struct work *w, void (*f)(struct work *w))
{
    list_init(&w->link);
    w->f = f;
}

void work_later(struct loop *l, struct work *w)
{
    if (!list_empty(&w->link))
        return;
    list_push(&l->work, &w->link);
    if (++l->work_count == WORK_MAX)
        event_base_loopbreak(l->base); // the events that are left come first in the next turn
}

void loop_at_end(struct loop *l, loop_f *f, void *argument)
{
    l->at_end = f;
    l->at_end_argument = argument;
}

static void run_at_end(struct loop *l)
{
    if (l->at_end)
        l->at_end(l->at_end_argument);
}

void work_cancel(struct work *w)
{
    list_pull(&w->link);
}

void look_init(struct look *look, void (*f)(struct look *look))
{
    list_init(&look->link);
    look->f = f;
}

void look_later(struct loop *l, struct look *look)
{
    list_pull(&look->link);
    list_push(&l->looks, &look->link);
    look->due_us = loop_now_us(l) + LOOK_MS * 1000;
    if (!timer_running(&l->look_timer))
        timer_set(&l->look_timer, LOOK_MS);
}

void look_cancel(struct look *look)
{
    list_pull(&look->link);
}

static void on_looks(void *argument)
{
    struct loop *l = argument;
    while (!list_empty(&l->looks)) {
        struct look *look = list_of(l->looks.next, struct look, link);
        int64_t left_us = look->due_us - loop_now_us(l);
        if (left_us > 0 || l->work_count >= WORK_MAX) {
            timer_set(&l->look_timer, left_us > 0 ? left_us / 1000 + 1 : 0);
            return;
        }
        list_pull(&look->link);
        look->f(look);
    }
}

static void work_round(struct loop *l)
{
    struct list batch;
    list_init(&batch);
    batch.next = l->work.next;
    batch.prev = l->work.prev;
    batch.next->prev = batch.prev->next = &batch;
    list_init(&l->work);
    for (;;) {
        run_at_end(l); // may cancel what waits here
        if (list_empty(&batch))
            break;
        struct work *w = list_of(batch.next, struct work, link);
        list_pull(&w->link);
        w->f(w);
    }
}

static int shelf_of(size_t size)
{
    int i = 0;
    for (size_t s = SHELF_LEAST; s < size; s *= 2)
        i++;
    return i;
}

void *block_get(struct loop *l, size_t least, size_t *size)
{
    int i = shelf_of(least);
    *size = (size_t)SHELF_LEAST << i;
    if (i < SHELVES && l->shelf[i]) {
        struct spare *s = l->shelf[i];
        l->shelf[i] = s->next;
        l->shelf_count[i]--;
        return s;
    }
    return alloc_get(&alloc_heap, *size);
}

void *block_larger(struct loop *l, void *block, size_t *size, size_t used, size_t least)
{
    size_t larger;
    void *next = block_get(l, least, &larger);
    if (!next)
        return NULL;
    if (block && used)
        memcpy(next, block, used);
    block_put(l, block, *size);
    *size = larger;
    return next;
}

void block_put(struct loop *l, void *block, size_t size)
{
    if (!block)
        return;
    int i = shelf_of(size);
    if (!SHELVES_USED || i >= SHELVES || (l->shelf_count[i] + 1) * size > SHELF_BYTES_MAX) {
        alloc_free(&alloc_heap, block);
        return;
    }
    struct spare *s = block;
    s->next = l->shelf[i];
    l->shelf[i] = s;
    l->shelf_count[i]++;
}

void turn_bury(struct loop *l, struct grave *g)
{
    g->next = l->graves;
    l->graves = g;
}

static void graves_clear(struct loop *l)
{
    while (l->graves) {
        struct grave *g = l->graves;
        l->graves = g->next;
        block_put(l, g, g->size);
    }
}

char *turn_scratch(struct loop *l)
{
    return l->scratch;
}

const char *turn_date(struct loop *l)
{
    static const char day[7][4] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char month[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t second = loop_wall_us(l) / SECOND_US;
    if (second == l->date_second)
        return l->date;
    struct civil c;
    civil_from_us(second * SECOND_US, &c);
    char text[64];
    snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", day[c.weekday], c.day,
             month[c.month - 1], c.year, c.hour, c.minute, c.second);
    memcpy(l->date, text, HTTP_DATE_LEN);
    l->date[HTTP_DATE_LEN] = 0;
    l->date_second = second;
    return l->date;
}

// --- the loop ---

static bool open_events(struct loop *l)
{
    struct event_config *config = event_config_new();
    if (!config)
        return false;
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
    l->base = event_base_new_with_config(config);
    event_config_free(config);
    if (!l->base)
        return false;
    l->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (l->wake_fd < 0)
        return false;
    event_assign(&l->tick, l->base, -1, 0, on_tick, l);
    event_assign(&l->wake, l->base, l->wake_fd, EV_READ | EV_PERSIST, on_wake, l);
    return event_add(&l->wake, NULL) == 0;
}

struct loop *loop_new(void)
{
    struct loop *l = alloc_zero(&alloc_heap, sizeof *l);
    if (!l)
        return NULL;
    signal(SIGPIPE, SIG_IGN);
    l->wake_fd = -1;
    l->date_second = -1;
    list_init(&l->work);
    list_init(&l->looks);
    timer_init(&l->look_timer, l, on_looks, l);
    if (!open_events(l)) {
        loop_free(l);
        return NULL;
    }
    return l;
}

void loop_free(struct loop *l)
{
    if (!l)
        return;
    graves_clear(l);
    for (int i = 0; i < SHELVES; i++)
        while (l->shelf[i]) {
            struct spare *s = l->shelf[i];
            l->shelf[i] = s->next;
            alloc_free(&alloc_heap, s);
        }
    for (struct post *p = atomic_load(&l->posts), *next; p; p = next) {
        next = p->next;
        if (!p->lent)
            alloc_free(&alloc_heap, p);
    }
    if (l->wake_fd >= 0) {
        event_del(&l->wake);
        event_del(&l->tick);
        close(l->wake_fd);
    }
    if (l->dns) { // questions that are under way are told, in one more turn: their memory is ours
        evdns_base_free(l->dns, 1);
        event_base_loop(l->base, EVLOOP_NONBLOCK);
    }
    if (l->base)
        event_base_free(l->base);
    alloc_free(&alloc_heap, l);
}

static void turn_end(struct loop *l)
{
    for (int i = 0; i < ROUNDS_MAX && !list_empty(&l->work); i++)
        work_round(l);
    run_at_end(l);
    graves_clear(l);
    atomic_store_explicit(&l->turned_us, loop_now_us(l), memory_order_relaxed);
    l->now_us = l->wall_us = 0;
    l->work_count = 0;
}

void loop_run(struct loop *l)
{
    l->stopping = false;
    while (!l->stopping) {
        int flags = EVLOOP_ONCE | (list_empty(&l->work) ? 0 : EVLOOP_NONBLOCK);
        event_base_loop(l->base, flags);
        turn_end(l);
    }
}

void loop_stop(struct loop *l)
{
    l->stopping = true;
}

struct event_base *loop_base(struct loop *l)
{
    return l->base;
}

struct evdns_base *loop_dns(struct loop *l)
{
    // Made at first use: most upstreams of a test, and all local ones, need none.
    if (!l->dns)
        l->dns = evdns_base_new(l->base, EVDNS_BASE_INITIALIZE_NAMESERVERS |
                                             EVDNS_BASE_DISABLE_WHEN_INACTIVE);
    return l->dns;
}

int64_t loop_now_us(struct loop *l)
{
    if (l->now_us == 0)
        l->now_us = clock_mono_us();
    return l->now_us;
}

int64_t loop_wall_us(struct loop *l)
{
    if (l->wall_us == 0)
        l->wall_us = clock_wall_us();
    return l->wall_us;
}

int64_t loop_turned_us(struct loop *l)
{
    return atomic_load_explicit(&l->turned_us, memory_order_relaxed);
}
