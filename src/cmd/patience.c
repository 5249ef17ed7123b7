// SPDX-License-Identifier: Apache-2.0

#include "cmd/patience.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define QUIET_S 3

static void *wait_aloud(void *argument)
{
    struct patience *p = argument;
    struct timespec next = {.tv_sec = clock_wall_us() / SECOND_US};
    pthread_mutex_lock(&p->lock);
    for (int seconds = 1; !p->done; seconds++) {
        next.tv_sec++;
        while (!p->done && pthread_cond_timedwait(&p->over, &p->lock, &next) == 0)
            ;
        if (!p->done && seconds >= QUIET_S)
            fprintf(stderr, "\rcostlens: still at it, %d s", seconds);
        else if (p->done && seconds > QUIET_S)
            fprintf(stderr, "\r%*s\r", 40, "");
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

void patience_begin(struct patience *p)
{
    *p = (struct patience){.lock = PTHREAD_MUTEX_INITIALIZER, .over = PTHREAD_COND_INITIALIZER};
    if (isatty(STDERR_FILENO))
        p->running = pthread_create(&p->thread, NULL, wait_aloud, p) == 0;
}

void patience_end(struct patience *p)
{
    if (!p->running)
        return;
    pthread_mutex_lock(&p->lock);
    p->done = true;
    pthread_cond_signal(&p->over);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
}
