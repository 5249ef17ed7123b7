// SPDX-License-Identifier: Apache-2.0
//
// scrape - what GET /metrics answers: every worker's counters added up, and the store's.

#ifndef PANEL_SCRAPE_H
#define PANEL_SCRAPE_H

#include "base/buf.h"

struct gate;

// On the chore thread: asks each worker's loop for a copy and waits for it (at most a second each).
void scrape(struct gate *g, struct buf *out);

#endif
