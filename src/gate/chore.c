// SPDX-License-Identifier: Apache-2.0

#include "gate/chore.h"

static struct chore *next_chore(struct chores *c)
{
    pthread_mutex_lock(&c->lock);
    while (list_empty(&c->waiting) && !c->stopping)
        pthread_cond_wait(&c->wake, &c->lock);
    struct chore *chore = NULL;
    if (!list_empty(&c->waiting)) {
        chore = list_of(c->waiting.next, struct chore, link);
        list_pull(&chore->link);
    }
    c->takes = chore != NULL;
    pthread_mutex_unlock(&c->lock);
    return chore;
}

static void *chores_run(void *argument)
{
    struct chores *c = argument;
    struct chore *chore;
    while ((chore = next_chore(c)) != NULL)
        chore->run(chore);
    return NULL;
}

bool chores_start(struct chores *c)
{
    list_init(&c->waiting);
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->wake, NULL);
    c->stopping = false;
    c->takes = true;
    c->started = pthread_create(&c->thread, NULL, chores_run, c) == 0;
    if (!c->started)
        c->takes = false;
    return c->started;
}

void chores_add(struct chores *c, struct chore *chore)
{
    pthread_mutex_lock(&c->lock);
    const bool takes = c->takes;
    if (takes) {
        list_push(&c->waiting, &chore->link);
        pthread_cond_signal(&c->wake);
    }
    pthread_mutex_unlock(&c->lock);
    if (!takes)
        chore->run(chore);
}

struct chore *chores_also(struct chores *c, const struct chore *like)
{
    struct chore *chore = NULL;
    pthread_mutex_lock(&c->lock);
    if (!list_empty(&c->waiting)) {
        chore = list_of(c->waiting.next, struct chore, link);
        if (chore->run == like->run)
            list_pull(&chore->link);
        else
            chore = NULL;
    }
    pthread_mutex_unlock(&c->lock);
    return chore;
}

void chores_stop(struct chores *c)
{
    if (!c->started)
        return;
    pthread_mutex_lock(&c->lock);
    c->stopping = true;
    pthread_cond_signal(&c->wake);
    pthread_mutex_unlock(&c->lock);
    pthread_join(c->thread, NULL);
    c->started = false;
}
