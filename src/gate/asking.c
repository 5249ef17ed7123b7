// SPDX-License-Identifier: Apache-2.0

#include "gate/asking.h"

#include "base/clock.h"
#include "gate/worker.h"
#include "local/probe.h"

#define EVERY_US (30 * SECOND_US)
#define MISS_US  SECOND_US
#define LIST_US  (2 * SECOND_US)  // for which its list is waited for
#define WHOLE_US (60 * SECOND_US) // for all that is asked

struct asking {
    struct list link; // of the worker's
    struct worker *worker;
    struct view *view; // keeps the pool
    struct local *local;
    struct probe *probe;
    int64_t begun_us;
    bool listed; // its list has come, or will not
    bool late;   // or is not waited for any more
};

// Each once: who still misses something may be in the list again by then.
static void wake_all(struct worker *w)
{
    struct list woken;
    list_init(&woken);
    while (!list_empty(&w->askers)) {
        struct list *first = w->askers.next;
        list_pull(first);
        list_push(&woken, first);
    }
    while (!list_empty(&woken)) {
        struct asker *a = list_of(woken.next, struct asker, link);
        list_pull(&a->link);
        a->wake(a);
    }
}

static void on_listed(void *context)
{
    struct asking *a = context;
    a->listed = true;
    wake_all(a->worker);
}

static void asking_free(struct asking *a)
{
    list_pull(&a->link);
    view_free(a->view);
    heap_free(a);
}

static void on_ended(void *context)
{
    asking_free(context);
}

static void ask(struct worker *w, struct view *v, unsigned provider, struct local *l)
{
    const struct config_provider *p = &v->snapshot->config->providers[provider];
    struct origin *origin = view_origin(v, provider, NULL);
    struct asking *a = origin ? alloc_zero(&alloc_heap, sizeof *a) : NULL;
    if (!a) {
        local_probed(l);
        return;
    }
    a->worker = w;
    a->view = view_ref(v);
    a->local = l;
    a->begun_us = loop_now_us(w->loop);
    list_init(&a->link);
    struct probe_setup setup = {.local = l,
                                .origin = origin,
                                .key = p->key,
                                .path = p->url.path,
                                .done = on_listed,
                                .ended = on_ended,
                                .context = a};
    a->probe = probe_start(&setup);
    if (a->probe)
        list_push(&w->askings, &a->link);
    else
        asking_free(a);
}

static bool asks(const struct worker *w, const struct local *l)
{
    list_for (it, &w->askings) {
        const struct asking *a = list_of(it, struct asking, link);
        if (a->local == l && !a->listed)
            return true;
    }
    return false;
}

static void ask_all(struct worker *w, struct view *v, int64_t every_us)
{
    const struct snapshot *s = v->snapshot;
    for (unsigned i = 0; i < s->config->provider_count; i++) {
        struct local *l = snapshot_local(s, &s->config->providers[i]);
        if (!l || asks(w, l))
            continue;
        // Another worker's question would not wake who waits here.
        if (local_probe(l, loop_now_us(w->loop), every_us, every_us == MISS_US))
            ask(w, v, i, l);
    }
}

static bool awaited(const struct asking *a)
{
    return !a->listed && !a->late;
}

// One that takes a connection and says nothing does not hold up those who wait; that it is slow
// does not say that it is gone.
static void end_late(struct worker *w)
{
    bool late = false;
    list_for (it, &w->askings) {
        struct asking *a = list_of(it, struct asking, link);
        int64_t took_us = loop_now_us(w->loop) - a->begun_us;
        if (awaited(a) && took_us >= LIST_US)
            late = a->late = true;
        if (took_us < WHOLE_US)
            continue;
        probe_cancel(a->probe);
        asking_free(a);
    }
    if (late)
        wake_all(w);
}

void asking_tick(struct worker *w)
{
    end_late(w);
    if (w->number == 0)
        ask_all(w, w->view, EVERY_US);
}

bool asking_wait(struct worker *w, struct view *v, struct asker *a)
{
    if (!a->asked)
        ask_all(w, v, MISS_US);
    a->asked = true;
    list_for (it, &w->askings) {
        if (!awaited(list_of(it, struct asking, link)))
            continue;
        list_push(&w->askers, &a->link);
        return true;
    }
    return false;
}

static bool has_unasked(const struct snapshot *s)
{
    for (unsigned i = 0; i < s->config->provider_count; i++) {
        struct local *l = snapshot_local(s, &s->config->providers[i]);
        if (l && local_there(l) == LOCAL_UNASKED)
            return true;
    }
    return false;
}

bool asking_first(struct worker *w, struct view *v, struct asker *a)
{
    if (view_heard(v))
        return false;
    bool waits = has_unasked(v->snapshot) && asking_wait(w, v, a);
    if (!waits)
        view_hear(v);
    return waits;
}

void asking_stop(struct worker *w)
{
    list_init(&w->askers);
    list_for (it, &w->askings) {
        struct asking *a = list_of(it, struct asking, link);
        probe_cancel(a->probe);
        asking_free(a);
    }
}
