// SPDX-License-Identifier: Apache-2.0

#include "panel/visit.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "base/clock.h"
#include "gate/worker.h"

#define VISIT_WAIT_S 1

// Shared by the asking thread and the worker; the last of the two frees it.
struct visitor {
    pthread_mutex_t lock;
    pthread_cond_t done;
    int references;
    bool finished;
    bool left; // the asking thread does not wait any more
    struct worker *worker;
    visit_f *run;
    void *out;
    void (*forget)(void *out);
};

static void let_go(struct visitor *v)
{
    pthread_mutex_lock(&v->lock);
    bool last = --v->references == 0;
    pthread_mutex_unlock(&v->lock);
    if (!last)
        return;
    if (v->left)
        v->forget(v->out);
    pthread_mutex_destroy(&v->lock);
    pthread_cond_destroy(&v->done);
    heap_free(v);
}

static void visitor_run(void *argument)
{
    struct visitor *v = argument;
    pthread_mutex_lock(&v->lock);
    if (!v->left)
        v->run(v->worker, v->out);
    v->finished = true;
    pthread_cond_signal(&v->done);
    pthread_mutex_unlock(&v->lock);
    let_go(v);
}

static struct visitor *visitor_new(struct worker *w)
{
    struct visitor *v = alloc_zero(&alloc_heap, sizeof *v);
    if (!v)
        return NULL;
    pthread_condattr_t attr;
    pthread_mutex_init(&v->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&v->done, &attr);
    pthread_condattr_destroy(&attr);
    v->worker = w;
    v->references = 2;
    return v;
}

bool visit(struct worker *w, visit_f *run, void *out, void (*forget)(void *out))
{
    struct visitor *v = visitor_new(w);
    if (!v) {
        forget(out);
        return false;
    }
    v->run = run;
    v->out = out;
    v->forget = forget;
    if (!loop_post(w->loop, visitor_run, v)) {
        v->references = 1;
        v->left = true;
        let_go(v);
        return false;
    }
    int64_t us = clock_mono_us() + VISIT_WAIT_S * SECOND_US;
    struct timespec until = {.tv_sec = us / SECOND_US, .tv_nsec = us % SECOND_US * 1000};
    pthread_mutex_lock(&v->lock);
    while (!v->finished && pthread_cond_timedwait(&v->done, &v->lock, &until) != ETIMEDOUT)
        continue;
    bool finished = v->finished;
    v->left = !finished;
    pthread_mutex_unlock(&v->lock);
    let_go(v);
    return finished;
}
