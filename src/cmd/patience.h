// SPDX-License-Identifier: Apache-2.0
//
// patience - tells who waits at a terminal that the work goes on, and for how long already.
//
//   costlens: still at it, 12 s        (gone again when the work is done)

#ifndef CMD_PATIENCE_H
#define CMD_PATIENCE_H

#include <pthread.h>
#include <stdbool.h>

struct patience {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t over;
    bool running;
    bool done;
};

// Nothing is said in the first seconds, nor where stderr is no terminal.
void patience_begin(struct patience *p);
void patience_end(struct patience *p);

#endif
