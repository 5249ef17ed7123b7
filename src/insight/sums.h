// SPDX-License-Identifier: Apache-2.0
//
// sums - the groups of a report while they are added up, and their JSON.

#ifndef INSIGHT_SUMS_H
#define INSIGHT_SUMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json_out.h"
#include "base/map.h"
#include "core/money.h"
#include "store/rollup.h"

#define GROUPS_MAX 20000 // what comes beyond goes into one named "(others)"

// How often which duration occurred, as in a histogram, of which a group fills only a few octaves.
#define TIMES_PART 8

struct group_times {
    uint64_t *part[HISTOGRAM_STEPS / TIMES_PART]; // NULL: all zero
};

struct group {
    struct str key;   // what it is grouped by, in bytes
    struct str label; // for people
    int64_t order;    // of days and hours
    struct tally tally;
    struct money_sum cost;
    struct money_sum retry_cost; // of that, of attempts that another one followed
    struct group_times latency, ttft;
};

struct sums {
    struct arena arena;
    struct map groups;
    struct group total;
    struct group others;
    struct group *last; // the group of the last key: rows often come in runs
    bool failed;        // out of memory
};

void sums_init(struct sums *s);
void sums_fini(struct sums *s);
// The group of a key; *fresh says that its label is to be set. NULL when out of memory.
struct group *sums_group(struct sums *s, struct str key, bool *fresh);
struct str sums_keep(struct sums *s, struct str text); // a copy that lives as long
// One without the other, for calls that several groups have.
void sums_add_group(struct sums *s, struct group *g, const struct entry *e);
void sums_add_total(struct sums *s, const struct entry *e);
// Adds to a group and to the total.
void sums_add_call(struct sums *s, struct group *g, const struct entry *e);
void sums_add_hour(struct sums *s, struct group *g, const struct tally *t, struct money_sum cost,
                   struct money_sum retry_cost);
bool sums_add_times(struct sums *s, struct group *g, struct str latency, struct str ttft);
// "requests":…,"captured":…: what a group's members are before its times. "cost_usd" is null where
// nothing that was paid is known and something has no known price, which is no zero, whatever was
// free beside it.
void sums_write_tally(struct json_out *o, const struct tally *t, struct money_sum cost,
                      struct money_sum retry_cost);
// Members that somebody who knows more adds to each row, by its label; the same ones to all.
struct sums_more {
    void (*write)(const struct sums_more *m, struct str label, struct json_out *o);
};
// "rows":[…],"total":{…} without braces around. Rows by cost, or by `order`. `more` may be NULL.
void sums_write(struct sums *s, const char *label_name, bool in_order, const struct sums_more *more,
                struct buf *json);

#endif
