// SPDX-License-Identifier: Apache-2.0
//
// tape - a journal in memory, and a table of budgets that writes it.

#ifndef TAPE_H
#define TAPE_H

#include <costlens.h>
#include <string.h>

#include "../unit.h"

#define USD    INT64_C(1000000000)
#define DAY_US INT64_C(86400000000)
#define NOW    (20454 * DAY_US)

// A journal in memory.
struct tape {
    size_t len, at;
    size_t piece; // read at once; 0: all
    int fails;    // 1: neither written nor read
    size_t stops; // reading fails from there on; 0: nowhere
    size_t starts[2048];
    unsigned count;
    char bytes[1 << 18];
};

static struct tape tape;
static char why[400];

static inline int tape_write(void *context, const void *bytes, size_t len)
{
    struct tape *t = context;
    if (t->fails)
        return 1;
    assert_true(t->len + len <= sizeof t->bytes && t->count < 2048);
    t->starts[t->count++] = t->len;
    memcpy(t->bytes + t->len, bytes, len);
    t->len += len;
    return 0;
}

static inline int64_t tape_read(void *context, void *bytes, size_t size)
{
    struct tape *t = context;
    size_t n = t->len - t->at;
    if (t->fails || (t->stops && t->at >= t->stops))
        return -1;
    n = n < size ? n : size;
    n = t->piece && n > t->piece ? t->piece : n;
    memcpy(bytes, t->bytes + t->at, n);
    t->at += n;
    return (int64_t)n;
}

static inline enum costlens_status define(struct costlens_budgets *b, const char *name,
                                          const char *one, const char *two)
{
    const char *const members[] = {one, two, NULL};
    return costlens_budgets_define(b, name, members, why, sizeof why);
}

static inline struct costlens_budgets *open_table(void)
{
    struct costlens_budgets *b = NULL;
    assert_int_equal(costlens_budgets_open(NULL, NULL, NULL, &b), COSTLENS_OK);
    assert_int_equal(define(b, "cap", "limit=10", "window=day"), COSTLENS_OK);
    assert_int_equal(define(b, "each", "limit=5", "per=user"), COSTLENS_OK);
    return b;
}

static inline enum costlens_status load(struct costlens_budgets *b, struct costlens_loaded *out)
{
    tape.at = 0;
    why[0] = 0;
    return costlens_budgets_load(b, tape_read, &tape, out, why, sizeof why);
}

struct sums {
    int64_t spent, held, limit;
    unsigned count;
};

static inline void add(void *context, const struct costlens_account *a)
{
    struct sums *s = context;
    s->spent += a->spent;
    s->held += a->held;
    s->limit += a->limit;
    s->count++;
}

static inline struct sums sums_of(const struct costlens_budgets *b)
{
    struct sums s = {0};
    costlens_budgets_list(b, add, &s);
    return s;
}

// One that was settled at 1, one released, one grown to 3 and open, one of 2 open.
static inline void write_some(void)
{
    struct costlens_budgets *b = open_table();
    struct costlens_call ann = {.user = "ann"};
    struct costlens_call bob = {.user = "bob"};
    struct costlens_hold *h[4];
    tape.len = tape.count = tape.piece = 0;
    tape.fails = 0;
    assert_int_equal(costlens_budgets_save(b, NOW, tape_write, &tape), COSTLENS_OK);
    assert_int_equal(tape.len, 0);
    assert_int_equal(costlens_reserve(b, &ann, 2 * USD, NOW, &h[0], NULL), COSTLENS_OK);
    assert_int_equal(costlens_reserve(b, &bob, 1 * USD, NOW, &h[1], NULL), COSTLENS_OK);
    assert_int_equal(costlens_settle(h[0], USD), COSTLENS_OK);
    assert_int_equal(costlens_reserve(b, &ann, 1 * USD, NOW, &h[2], NULL), COSTLENS_OK);
    assert_int_equal(costlens_release(h[1]), COSTLENS_OK);
    assert_int_equal(costlens_extend(h[2], 2 * USD, NOW, NULL), COSTLENS_OK);
    assert_int_equal(costlens_reserve(b, &bob, 2 * USD, NOW, &h[3], NULL), COSTLENS_OK);
    costlens_budgets_close(b); // as if it had died
}

#endif
