// SPDX-License-Identifier: Apache-2.0

#include "panel/scrape.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "gate/budgets.h"
#include "gate/gate_state.h"
#include "gate/learned.h"
#include "gate/proposal.h"
#include "gate/snapshot.h"
#include "gate/worker.h"
#include "panel/providers.h"
#include "panel/spending.h"
#include "panel/visit.h"

#define ROUTES_ROOM (4 * (size_t)MIB) // of routes with the models of their tiers

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

static void route_metrics(struct gate *g, struct buf *out)
{
    static const char name[] = "costlens_route_certified";
    struct snapshot *now = gate_snapshot(g);
    struct arena arena;
    arena_init(&arena, &alloc_heap, 4 * KIB, ROUTES_ROOM);
    const struct config_route *routes = proposal_routes(now, &arena);
    metrics_head(out, name, "gauge", "1: a certificate of the route's loss holds; 0: none does.");
    for (unsigned i = 0; routes && i < now->config->route_count; i++) {
        buf_printf(out, "%s{", name);
        metrics_label(out, "route", routes[i].name);
        buf_printf(out, "} %d\n", learned_certified(now->learned, &routes[i]));
    }
    arena_fini(&arena);
    snapshot_free(now);
}

// --- budgets ---

// Of the window of now; the accounts of one that tells values apart are added up, since there may
// be any number of values. There are no more than BUDGETS_MAX budgets.
typedef void figure_f(struct buf *out, const struct spending_budget *b);

static void usd(struct buf *out, struct nano amount)
{
    decimal_write(out, amount.n, NANO_PLACES, 2);
}

static void limit_of(struct buf *out, const struct spending_budget *b)
{
    usd(out, b->budget->terms.limit);
}

static void spent_of(struct buf *out, const struct spending_budget *b)
{
    usd(out, b->sum.spent);
}

static void held_of(struct buf *out, const struct spending_budget *b)
{
    usd(out, b->sum.held);
}

static void overdraft_of(struct buf *out, const struct spending_budget *b)
{
    usd(out, b->sum.overdraft);
}

static void used_of(struct buf *out, const struct spending_budget *b)
{
    int64_t limit = b->budget->terms.limit.n;
    int64_t used = b->kept ? count_add(b->top->spent.n, b->top->held.n) : 0;
    if (limit > 0)
        decimal_write(out, (int128)used * 1000000 / limit, 6, 0);
    else
        buf_add_cstr(out, used > 0 ? "+Inf" : "0");
}

static void accounts_of(struct buf *out, const struct spending_budget *b)
{
    buf_printf(out, "%zu", b->accounts);
}

static void would_refuse_of(struct buf *out, const struct spending_budget *b)
{
    buf_printf(out, "%llu", (unsigned long long)b->sum.would_refuse);
}

static const struct figure {
    const char *name, *help;
    figure_f *write;
    bool summed; // of what calls have come to: not for one that limits each call by itself
} figures[] = {
    {"costlens_budget_limit_usd", "Limit of a budget; with `per`, of each value.", limit_of, false},
    {"costlens_budget_spent_usd", "Spent in the window of now, all values together.", spent_of,
     true},
    {"costlens_budget_held_usd", "Held by calls under way, all values together.", held_of, true},
    {"costlens_budget_overdraft_usd",
     "Spent beyond the limit in the window of now, by calls that cost more than they held.",
     overdraft_of, true},
    {"costlens_budget_utilisation_ratio",
     "Spent and held in parts of the limit; with `per`, of the value that has most in use.",
     used_of, true},
    {"costlens_budget_accounts",
     "Accounts of the window of now; with `per`, one for each value that was seen.", accounts_of,
     true},
    {"costlens_budget_would_refuse",
     "Calls of the window of now, since the start, that a budget which only observes would have "
     "refused.",
     would_refuse_of, true},
};

static void figure_write(struct buf *out, const struct figure *f, const struct spending *all)
{
    metrics_head(out, f->name, "gauge", f->help);
    for (size_t i = 0; i < all->count; i++) {
        const struct spending_budget *b = &all->budgets[i];
        bool each = b->budget->per == BUDGET_PER_REQUEST;
        if (each && f->summed)
            continue;
        buf_printf(out, "%s{", f->name);
        metrics_label(out, "budget", b->budget->name);
        buf_printf(out, ",window=\"%s\"} ", each ? "request" : window_name(b->budget->window.kind));
        f->write(out, b);
        buf_add_char(out, '\n');
    }
}

static void alerts_write(struct gate *g, struct buf *out, const struct spending *all)
{
    static const char name[] = "costlens_budget_alert_total";
    metrics_head(out, name, "counter", "Thresholds of a budget that were reached.");
    for (size_t i = 0; i < all->count; i++) {
        const struct budget *b = all->budgets[i].budget;
        if (b->per == BUDGET_PER_REQUEST)
            continue;
        buf_printf(out, "%s{", name);
        metrics_label(out, "budget", b->name);
        buf_printf(out, "} %llu\n", (unsigned long long)budgets_alerts(gate_budgets(g), b->id));
    }
}

static void counter(struct buf *out, const char *name, const char *help, uint64_t value)
{
    metrics_head(out, name, "counter", help);
    buf_printf(out, "%s %llu\n", name, (unsigned long long)value);
}

static void budget_metrics(struct gate *g, struct buf *out)
{
    struct snapshot *now = gate_snapshot(g);
    const struct verb_call call = {.store = gate_store(g), .config = now->config, .gate = g};
    struct spending all;
    struct why why = {0};
    if (spending_read(&call, 1, &all, &why) == STATUS_OK) {
        for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
            figure_write(out, &figures[i], &all);
        alerts_write(g, out, &all);
    } else {
        log_say(LOG_WARN, "/metrics lacks the budgets: %s", why.text);
    }
    spending_free(&all);
    snapshot_free(now);
    counter(out, "costlens_budget_overdraft_total",
            "Budgets that a call has charged beyond its worst case: its price is wrong.",
            budgets_overdrafts(gate_budgets(g)));
    counter(out, "costlens_budget_overrun_total",
            "The same by an estimate: its provider ignores the maximum of an answer.",
            budgets_overruns(gate_budgets(g)));
    metrics_head(out, "costlens_budget_waiting", "gauge",
                 "Calls that wait for room in their budgets now.");
    buf_printf(out, "costlens_budget_waiting %llu\n",
               (unsigned long long)budgets_waiting(gate_budgets(g)));
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
    route_metrics(g, out);
    budget_metrics(g, out);
    providers_metrics(g, out);
    buf_printf(out,
               "# HELP costlens_build_info Version of the program.\n"
               "# TYPE costlens_build_info gauge\n"
               "costlens_build_info{version=\"%s\"} 1\n",
               COSTLENS_VERSION);
}
