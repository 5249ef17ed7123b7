// SPDX-License-Identifier: Apache-2.0
//
// news - what the budgets have to tell a person: a threshold that was reached, a call that cost
// more than its worst case. Kept in the store, once each, and written to the log, on the chore
// thread, since it may wait for the disk.

#ifndef GATE_NEWS_H
#define GATE_NEWS_H

#include "gate/budgets.h"

// For budgets_new; `gate` is a struct gate. When memory ends it is not told.
void news_tell(void *gate, const struct budgets_news *n);

#endif
