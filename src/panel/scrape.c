// SPDX-License-Identifier: Apache-2.0

#include "panel/scrape.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "base/clock.h"
#include "gate/gate_state.h"
#include "gate/snapshot.h"
#include "gate/worker.h"

#define SCRAPE_WAIT_S 1

// Shared by the asking thread and the worker; the last of the two frees it.
struct copy {
    pthread_mutex_t lock;
    pthread_cond_t done;
    int references;
    bool finished;
    struct worker *worker;
    struct metrics metrics;
};

static void copy_free(struct copy *c)
{
    pthread_mutex_lock(&c->lock);
    bool last = --c->references == 0;
    pthread_mutex_unlock(&c->lock);
    if (!last)
        return;
    metrics_fini(&c->metrics);
    pthread_mutex_destroy(&c->lock);
    pthread_cond_destroy(&c->done);
    heap_free(c);
}

static void copy_run(void *argument)
{
    struct copy *c = argument;
    pthread_mutex_lock(&c->lock);
    c->finished = metrics_merge(&c->metrics, &c->worker->metrics);
    pthread_cond_signal(&c->done);
    pthread_mutex_unlock(&c->lock);
    copy_free(c);
}

static void scrape_worker(struct worker *w, struct metrics *total)
{
    struct copy *c = alloc_zero(&alloc_heap, sizeof *c);
    if (!c)
        return;
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&c->done, &attr);
    pthread_condattr_destroy(&attr);
    metrics_init(&c->metrics);
    c->worker = w;
    c->references = 2;
    if (!loop_post(w->loop, copy_run, c)) {
        c->references = 1;
        copy_free(c);
        return;
    }
    int64_t us = clock_mono_us() + SCRAPE_WAIT_S * SECOND_US;
    struct timespec until = {.tv_sec = us / SECOND_US, .tv_nsec = us % SECOND_US * 1000};
    pthread_mutex_lock(&c->lock);
    while (!c->finished && pthread_cond_timedwait(&c->done, &c->lock, &until) != ETIMEDOUT)
        continue;
    bool merged = c->finished && metrics_merge(total, &c->metrics);
    (void)merged; // a worker without memory for its copy is missing from this scrape
    pthread_mutex_unlock(&c->lock);
    copy_free(c);
}

static void store_metrics(struct gate *g, struct buf *out)
{
    struct store_stats s;
    store_stats(gate_store(g), &s);
    buf_printf(out,
               "# HELP costlens_ledger_rows_total Rows written to the ledger.\n"
               "# TYPE costlens_ledger_rows_total counter\ncostlens_ledger_rows_total %llu\n"
               "# HELP costlens_ledger_failures_total Batches that could not be written at once.\n"
               "# TYPE costlens_ledger_failures_total counter\n"
               "costlens_ledger_failures_total %llu\n",
               (unsigned long long)s.rows, (unsigned long long)s.failures);
    buf_add_cstr(out, "# HELP costlens_ledger_lag_seconds Age of the oldest call that is not in "
                      "the ledger yet.\n# TYPE costlens_ledger_lag_seconds gauge\n"
                      "costlens_ledger_lag_seconds ");
    decimal_write(out, s.lag_us, 6, 0);
    buf_add_cstr(
        out, "\n# HELP costlens_journal_fsync_seconds Duration of the last fsync of the journal.\n"
             "# TYPE costlens_journal_fsync_seconds gauge\ncostlens_journal_fsync_seconds ");
    decimal_write(out, s.fsync_us, 6, 0);
    buf_add_cstr(out, "\n# HELP costlens_ledger_imbalance_usd Cost of the rows written since the "
                      "start less what their sums by the hour grew by, exact: 0 while the books "
                      "balance. All of them: costlens ledger verify.\n"
                      "# TYPE costlens_ledger_imbalance_usd gauge\n"
                      "costlens_ledger_imbalance_usd ");
    decimal_write(out, s.imbalance_pd, 12, 0);
    buf_add_char(out, '\n');
}

static void price_metrics(struct gate *g, struct buf *out)
{
    struct snapshot *now = gate_snapshot(g);
    int64_t dated_us = catalog_dated_us(now->catalog);
    snapshot_free(now);
    if (dated_us == 0)
        return;
    buf_add_cstr(out, "# HELP costlens_price_table_age_seconds Age of the newest dated source of "
                      "the price book.\n"
                      "# TYPE costlens_price_table_age_seconds gauge\n"
                      "costlens_price_table_age_seconds ");
    decimal_write(out, clock_wall_us() - dated_us, 6, 0);
    buf_add_char(out, '\n');
}

void scrape(struct gate *g, struct buf *out)
{
    struct metrics total;
    metrics_init(&total);
    struct worker *w;
    for (unsigned i = 0; (w = gate_worker(g, i)) != NULL; i++)
        scrape_worker(w, &total);
    metrics_write(&total, out);
    metrics_fini(&total);
    store_metrics(g, out);
    price_metrics(g, out);
    buf_printf(out,
               "# HELP costlens_build_info Version of the program.\n"
               "# TYPE costlens_build_info gauge\n"
               "costlens_build_info{version=\"%s\"} 1\n",
               COSTLENS_VERSION);
}
