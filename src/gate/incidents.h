// SPDX-License-Identifier: Apache-2.0
//
// incidents - when a breaker opened or closed, and when a key was told to come later: the latest of
// a gateway's, for whoever asks what happened. In memory alone; the log has them all.

#ifndef GATE_INCIDENTS_H
#define GATE_INCIDENTS_H

#include <stddef.h>

#include "base/limits.h"
#include "base/must.h"
#include "base/random.h"
#include "gate/standing.h"

#define INCIDENTS_KEPT 256

struct incident {
    int64_t at_us; // wall
    enum standing_news news;
    struct uuid call; // whose end it was
    int32_t status;   // of its provider's answer; 0: it gave none
    char provider[NAME_BYTES_MAX + 1];
    char model[MODEL_BYTES_MAX + 1];
};

struct incidents;
struct incidents *incidents_new(void) MUST_USE; // NULL when out of memory
void incidents_free(struct incidents *all);     // NULL is fine
// From any worker. What is older than the last INCIDENTS_KEPT goes.
void incidents_add(struct incidents *all, const struct incident *one);
// Oldest first, at most `most` of the latest: how many there were.
size_t incidents_copy(struct incidents *all, struct incident *out, size_t most) MUST_USE;

#endif
