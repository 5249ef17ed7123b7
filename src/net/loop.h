// SPDX-License-Identifier: Apache-2.0
//
// loop - one event loop of one thread (libevent). Everything made on a loop is used on its thread
// only; the way in from another thread is loop_post.

#ifndef NET_LOOP_H
#define NET_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/must.h"

struct loop;
struct event_base;
struct evdns_base;

// NULL when out of memory or descriptors. Makes the process ignore SIGPIPE: a failed write says so.
struct loop *loop_new(void) MUST_USE;
void loop_free(struct loop *l); // everything on it must be closed
void loop_run(struct loop *l);  // until loop_stop
void loop_stop(struct loop *l); // from its own thread; the current turn ends first
struct event_base *loop_base(struct loop *l);
struct evdns_base *loop_dns(struct loop *l);
int64_t loop_now_us(struct loop *l);    // monotonic, read at most once a turn
int64_t loop_wall_us(struct loop *l);   // wall clock, read at most once a turn
int64_t loop_turned_us(struct loop *l); // monotonic time of the last turn, from any thread

typedef void loop_f(void *argument);
// Runs f at each turn's end: before each piece of its work, which is when what was gathered in the
// turn is written to the sockets, and last. It may cancel work.
void loop_at_end(struct loop *l, loop_f *f, void *argument);
// Runs f on the loop's thread soon. From any thread. False when the loop is gone or memory ended.
bool loop_post(struct loop *l, loop_f *f, void *argument) MUST_USE;
// The same with memory of the caller's, left alone until f runs: this cannot fail. While the loop
// lives only.
struct post {
    struct post *next;
    loop_f *f;
    void *argument;
    bool lent; // the caller's
};
void loop_post_lent(struct loop *l, struct post *p, loop_f *f, void *argument);
// Runs at once what was posted. For the one who closes a loop that has stopped: nobody else would.
void loop_run_posts(struct loop *l);

// Timers, embedded in their owner; nothing is allocated. Moving a running timer to a later time is
// a store, so a deadline may be pushed on with every byte.
struct timer {
    struct loop *loop;
    loop_f *f;
    void *argument;
    int64_t due_us;      // 0 = not running
    int64_t key_us;      // where it stands in the heap, <= due_us
    struct timer *child; // pairing heap: first child, next sibling, and parent or sibling before
    struct timer *next;
    struct timer *prev;
    bool queued;
};
void timer_init(struct timer *t, struct loop *l, loop_f *f, void *argument);
void timer_set(struct timer *t, int64_t delay_ms); // (re)starts
// The same by the moment (loop_now_us's). One that is over is over, however often it is set again;
// from inside f it must lie ahead.
void timer_at(struct timer *t, int64_t due_us);
void timer_clear(struct timer *t); // harmless when it is not running
void timer_fini(struct timer *t);  // before its memory goes
bool timer_running(const struct timer *t);

#endif
