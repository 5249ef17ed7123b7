// SPDX-License-Identifier: Apache-2.0

#include "panel/scrape.h"

#include "base/clock.h"
#include "gate/gate_state.h"
#include "gate/snapshot.h"
#include "gate/worker.h"
#include "panel/visit.h"

struct copy {
    struct metrics metrics;
    bool whole;
};

static void copy_run(struct worker *w, void *out)
{
    struct copy *c = out;
    c->whole = metrics_merge(&c->metrics, &w->metrics);
}

static void copy_free(void *out)
{
    struct copy *c = out;
    metrics_fini(&c->metrics);
    heap_free(c);
}

static void scrape_worker(struct worker *w, struct metrics *total)
{
    struct copy *c = alloc_zero(&alloc_heap, sizeof *c);
    if (!c)
        return;
    metrics_init(&c->metrics);
    if (!visit(w, copy_run, c, copy_free))
        return;
    bool merged = c->whole && metrics_merge(total, &c->metrics);
    (void)merged; // a worker without memory for its copy is missing from this scrape
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
