// SPDX-License-Identifier: Apache-2.0
//
// asking - keeps what is known of the configuration's Ollamas fresh: they are asked at the start,
// every half a minute, and when a caller names a model that nobody has, which may have been pulled
// a moment ago. What they say is in local/.

#ifndef GATE_ASKING_H
#define GATE_ASKING_H

#include "base/list.h"
#include "gate/view.h"

struct worker;

// Ten times a second: the first worker asks the Ollamas of its view that were not asked for half a
// minute.
void asking_tick(struct worker *w);
// Somebody who waits for answers; in the worker's list until woken or pulled out.
struct asker {
    struct list link;
    bool asked;                    // it does not ask again, it only waits
    void (*wake)(struct asker *a); // it is out of the list by then
};
// Asks those of the view that were not asked for a second, the first time. `a` is woken when an
// answer that is due on this worker has come, or cannot come any more. False, and not in the list,
// when none is due.
bool asking_wait(struct worker *w, struct view *v, struct asker *a);
// The same at a start alone, or after a reload: false once each Ollama of the view has answered,
// was not reached, or has been waited for by somebody for two seconds.
bool asking_first(struct worker *w, struct view *v, struct asker *a);
void asking_stop(struct worker *w); // the worker closes: nobody is woken

#endif
