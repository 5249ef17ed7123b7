// SPDX-License-Identifier: Apache-2.0
//
// thrift - how many calls to each provider may still be tried again: one budget (core/retry.h) a
// provider's name, of all workers together. It outlives a reload. From any thread.

#ifndef GATE_THRIFT_H
#define GATE_THRIFT_H

#include "base/must.h"
#include "base/str.h"

struct thrift;  // of one provider
struct thrifts; // all of them

struct thrifts *thrifts_new(void) MUST_USE; // NULL when out of memory
void thrifts_free(struct thrifts *all);     // NULL is fine
// The one of that name, made at its first use; it lives as long as `all`. NULL when out of memory.
struct thrift *thrifts_at(struct thrifts *all, struct str provider) MUST_USE;

// A call begins there (no retry). `now_us` is monotonic.
void thrift_call(struct thrift *t, int64_t now_us);
// Takes a retry. False when none is left.
bool thrift_take(struct thrift *t, int64_t now_us) MUST_USE;

#endif
