// SPDX-License-Identifier: Apache-2.0

#include "panel/reports.h"

#include "insight/report.h"
#include "insight/verbs.h"
#include "panel/spending.h"

#define EACH_MOST 1000 // accounts of one budget, the fullest: rows of others show none

struct adding {
    struct sums_more more; // first: it is found from there
    struct report_query query;
    struct spending all;
};

// One that a row has.
struct found {
    const struct spending_budget *budget; // NULL: none
    struct spending_account account;
};

// --- which ---

// What the rows are of, as a budget names it. False when no budget does.
static bool dimension_of(const struct report_query *q, struct budget_condition *out)
{
    static const int of[BY_COUNT] = {[BY_MODEL] = BUDGET_MODEL,
                                     [BY_PROVIDER] = BUDGET_PROVIDER,
                                     [BY_KEY] = BUDGET_KEY,
                                     [BY_TEAM] = BUDGET_TEAM,
                                     [BY_PROJECT] = BUDGET_PROJECT,
                                     [BY_USER] = BUDGET_USER,
                                     [BY_TAG] = BUDGET_TAG,
                                     [BY_DAY] = -1,
                                     [BY_HOUR] = -1,
                                     [BY_BUDGET] = -1};
    if (of[q->by] < 0)
        return false;
    *out = (struct budget_condition){.dimension = (enum budget_dimension)of[q->by], .tag = q->tag};
    return true;
}

static bool same(const struct budget_condition *a, const struct budget_condition *b)
{
    return a->dimension == b->dimension && (a->dimension != BUDGET_TAG || str_eq(a->tag, b->tag));
}

// It is of one of them, or of each, and of nothing else.
static bool is_of(const struct budget *b, const struct budget_condition *dimension)
{
    switch (b->per) {
    case BUDGET_PER_NONE: return b->condition_count == 1 && same(&b->conditions[0], dimension);
    case BUDGET_PER_VALUE: return b->condition_count == 0 && same(&b->per_what, dimension);
    case BUDGET_PER_REQUEST: break;
    }
    return false;
}

static bool any_of(const struct spending *all, const struct budget_condition *dimension)
{
    for (size_t i = 0; i < all->count; i++)
        if (is_of(all->budgets[i].budget, dimension))
            return true;
    return false;
}

static struct spending_account fullest(const struct spending_budget *b)
{
    const struct spending_account none = {.value = STR_NONE};
    return b->kept ? b->top[0] : none;
}

static bool is_fuller(const struct found *a, const struct found *b)
{
    if (!b->budget)
        return true;
    int128 used_a = (int128)a->account.spent.n + a->account.held.n;
    int128 used_b = (int128)b->account.spent.n + b->account.held.n;
    return used_a * b->budget->budget->terms.limit.n > used_b * a->budget->budget->terms.limit.n;
}

// The row's account of it. False when it has none, or that is not known.
static bool account_of(const struct spending_budget *b, struct str label, struct found *out)
{
    *out = (struct found){.budget = b};
    if (b->budget->per == BUDGET_PER_NONE) {
        out->account = fullest(b);
        return str_eq(b->budget->conditions[0].value, label);
    }
    bool named =
        !str_is(label, "(none)") && !str_is(label, "(other)") && !str_is(label, "(others)");
    out->account = spending_of(b, label);
    return named && (b->accounts <= EACH_MOST || out->account.spent.n > 0);
}

static struct found find_of(const struct spending *all, const struct budget_condition *dimension,
                            struct str label)
{
    struct found best = {.budget = NULL}, one;
    for (size_t i = 0; i < all->count; i++)
        if (is_of(all->budgets[i].budget, dimension) && account_of(&all->budgets[i], label, &one) &&
            is_fuller(&one, &best))
            best = one;
    return best;
}

// --- what ---

static void text(struct json_out *o, const char *name, bool known, struct str value)
{
    if (known)
        json_out_text(o, name, value);
    else
        json_out_null(o, name);
}

static void usd(struct json_out *o, const char *name, bool known, struct nano amount)
{
    if (known)
        json_out_decimal(o, name, amount.n, NANO_PLACES, 2);
    else
        json_out_null(o, name);
}

static void write_amounts(struct json_out *o, const struct found *f)
{
    const struct budget *b = f->budget ? f->budget->budget : NULL;
    bool sums = b && b->per != BUDGET_PER_REQUEST;
    struct nano limit = b ? b->terms.limit : (struct nano){0};
    int128 used = (int128)f->account.spent.n + f->account.held.n;
    text(o, "budget_window", sums, str_of(sums ? window_name(b->window.kind) : ""));
    usd(o, "budget_limit_usd", b != NULL, limit);
    usd(o, "budget_spent_usd", sums, f->account.spent);
    usd(o, "budget_held_usd", sums, f->account.held);
    if (sums && limit.n > 0)
        json_out_decimal(o, "budget_used_percent", used * 1000 / limit.n, 1, 1);
    else
        json_out_null(o, "budget_used_percent");
}

static void write_itself(const struct spending *all, struct str label, struct json_out *o)
{
    struct found f = {.budget = spending_find(all, label)};
    if (f.budget)
        f.account = fullest(f.budget);
    text(o, "budget_value", f.account.value.len > 0, f.account.value);
    write_amounts(o, &f);
}

static void write(const struct sums_more *m, struct str label, struct json_out *o)
{
    const struct adding *a = (const struct adding *)m;
    struct budget_condition dimension;
    if (a->query.by == BY_BUDGET)
        write_itself(&a->all, label, o);
    if (!dimension_of(&a->query, &dimension) || !any_of(&a->all, &dimension))
        return;
    struct found f = find_of(&a->all, &dimension, label);
    text(o, "budget", f.budget != NULL, f.budget ? f.budget->budget->name : STR_NONE);
    write_amounts(o, &f);
}

enum status reports_run(struct verb_call *c, struct why *why)
{
    struct adding a = {.more = {write}, .query = {.more = &a.more}};
    struct why cause = {0};
    // A report of what was spent does not fail since a budget cannot be read: their list says so.
    bool any = spending_read(c, EACH_MOST, &a.all, &cause) == STATUS_OK && a.all.count > 0;
    enum status s = any ? report_asked(c->store, c->catalog, c->args, &a.query, c->answer, why)
                        : report_verb(c->store, c->catalog, c->args, c->answer, why);
    spending_free(&a.all);
    return s;
}
