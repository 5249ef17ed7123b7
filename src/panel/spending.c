// SPDX-License-Identifier: Apache-2.0

#include "panel/spending.h"

#include <stdlib.h>

#include "base/clock.h"
#include "gate/budgets.h"
#include "gate/gate_state.h"
#include "insight/asked.h"
#include "store/lease.h"
#include "store/store.h"

#define ARENA_MAX ((size_t)256 * MIB)
#define AWAIT_MS  1000 // for what a changed window has due

// --- the definitions ---

void spending_copy(struct arena *arena, const struct budget *from, struct budget *to)
{
    *to = *from;
    to->name = arena_dup(arena, from->name);
    to->zone_name = arena_dup(arena, from->zone_name);
    to->per_what.tag = arena_dup(arena, from->per_what.tag);
    to->per_what.value = STR_NONE;
    for (unsigned i = 0; i < from->condition_count; i++) {
        to->conditions[i].tag = arena_dup(arena, from->conditions[i].tag);
        to->conditions[i].value = arena_dup(arena, from->conditions[i].value);
    }
}

struct gathering {
    const struct verb_call *call;
    struct spending *out;
    size_t most; // accounts of each
    struct spending_budget **by_number;
    struct spending_budget *moving; // whose other windows are looked at
    struct accounts_view view;      // of the store; what lives is read after it
    struct live *live;              // by number
    size_t live_count, live_room;
    struct live *newborn; // of them: those without a row, in the windows of now, by their keys
    size_t newborn_count;
    bool left; // some accounts are of windows that were changed
    bool failed;
};

static enum status open_windows(struct gathering *g, struct why *why)
{
    struct spending *s = g->out;
    enum status status = defined_new(g->call->config, g->call->store, &s->defined, why);
    if (status != STATUS_OK)
        return status;
    size_t count = s->defined->budget_count;
    s->budgets = arena_array(&s->arena, struct spending_budget, count + 1);
    for (s->count = 0; s->budgets && s->count < count; s->count++) {
        struct spending_budget *b = &s->budgets[s->count];
        b->budget = &s->defined->budgets[s->count];
        b->line = config_budget_line(g->call->config, b->budget->name);
        b->file = g->call->config->file;
        b->window = window_at(&b->budget->window, s->now_us);
    }
    return s->budgets ? STATUS_OK : STATUS_NO_MEMORY;
}

// --- the accounts ---

// What the running gateway has in its table: more than the store, behind it, says of these. It is
// read behind the moment of the rows. So one that is not in it had not been taken up then, and no
// call had been charged or held there: the rows say all, whether or not its lease is among them.
struct live {
    uint64_t id;            // the account's number
    size_t order;           // one may be told twice: the last is right
    bool left;              // it lacks what was moved to it ...
    struct nano moved;      // ... but for so much
    struct account_key key; // its value lives only where there is no row
    struct spending_account account;
};

static void add_live(void *context, const struct budgets_account *a)
{
    struct gathering *g = context;
    struct live *all = alloc_grow(&alloc_heap, g->live, sizeof *all, g->live_count, &g->live_room);
    if (!all) {
        g->failed = true;
        return;
    }
    g->live = all;
    struct live *l = &all[g->live_count];
    *l = (struct live){.id = a->id,
                       .order = g->live_count++,
                       .left = a->left,
                       .moved = a->moved,
                       .key = a->key,
                       .account = {.spent = a->spent,
                                   .held = a->held,
                                   .overdraft = a->overdraft,
                                   .would_refuse = a->would_refuse}};
    l->key.value = a->id > g->view.newest ? arena_dup(&g->out->arena, a->key.value) : STR_NONE;
}

static int compare_live(const void *a, const void *b)
{
    const struct live *x = a, *y = b;
    if (x->id == y->id)
        return x->order < y->order ? -1 : x->order > y->order;
    return x->id < y->id ? -1 : 1;
}

static int compare_ids(const void *a, const void *b)
{
    const struct live *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static void find_left(void *context, const struct budgets_account *a)
{
    struct gathering *g = context;
    g->left |= a->left;
}

// Before the rows are read.
static void await_rows(struct gathering *g)
{
    if (g->call->gate) {
        budgets_await(gate_budgets(g->call->gate), AWAIT_MS);
        budgets_each(gate_budgets(g->call->gate), find_left, g);
    }
    if (g->left) // what they were charged counts elsewhere: it must be in the rows
        (void)!store_catch_up(g->call->store, AWAIT_MS);
}

static enum status read_live(struct gathering *g)
{
    size_t kept = 0;
    if (g->call->gate)
        budgets_each(gate_budgets(g->call->gate), add_live, g);
    if (g->live_count)
        qsort(g->live, g->live_count, sizeof *g->live, compare_live);
    for (size_t i = 0; i < g->live_count; i++)
        if (i + 1 == g->live_count || g->live[i].id != g->live[i + 1].id)
            g->live[kept++] = g->live[i];
    g->live_count = kept;
    return g->failed ? STATUS_NO_MEMORY : STATUS_OK;
}

static const struct live *find_live(const struct gathering *g, uint64_t account)
{
    const struct live key = {.id = account};
    return g->live_count ? bsearch(&key, g->live, g->live_count, sizeof key, compare_ids) : NULL;
}

static struct spending_account amounts(const struct gathering *g, const struct account_row *row)
{
    struct spending_account a = {.spent = {count_add(row->kept.settled.n, row->owed.n)},
                                 .overdraft = row->kept.overdraft};
    const struct live *live = find_live(g, row->id);
    if (live)
        a = live->account;
    a.value = row->key.value;
    return a;
}

static int64_t in_use(const struct spending_account *a)
{
    return count_add(a->spent.n, a->held.n);
}

// Keeps those that are most in use, in their order.
static void keep(struct gathering *g, struct spending_budget *b, const struct spending_account *a)
{
    size_t most = b->budget->per == BUDGET_PER_VALUE ? g->most : 1;
    if (!b->top)
        b->top = arena_array(&g->out->arena, struct spending_account, most);
    size_t at = b->kept;
    while (b->top && at > 0 && in_use(&b->top[at - 1]) < in_use(a))
        at--;
    if (!b->top || at == most)
        return;
    size_t behind = b->kept - at;
    if (b->kept == most)
        behind--;
    else
        b->kept++;
    memmove(&b->top[at + 1], &b->top[at], behind * sizeof *a);
    b->top[at] = *a;
    b->top[at].value = arena_dup(&g->out->arena, a->value);
}

static void add_up(struct spending_account *sum, const struct spending_account *a)
{
    sum->spent.n = count_add(sum->spent.n, a->spent.n);
    sum->held.n = count_add(sum->held.n, a->held.n);
    sum->overdraft.n = count_add(sum->overdraft.n, a->overdraft.n);
    sum->would_refuse += a->would_refuse;
}

static int compare_numbers(const void *a, const void *b)
{
    uint64_t x = (*(struct spending_budget *const *)a)->budget->id;
    uint64_t y = (*(struct spending_budget *const *)b)->budget->id;
    return x < y ? -1 : x > y;
}

// What was spent under another `per` limits no call any more. Which of two dimensions a value is of
// no account says.
static bool is_its(const struct budget *b, struct str value)
{
    return b->per == BUDGET_PER_VALUE ? value.len > 0 : b->per == BUDGET_PER_NONE && value.len == 0;
}

static struct spending_budget *its_budget(const struct gathering *g, const struct account_key *key)
{
    const struct budget number = {.id = key->budget};
    struct spending_budget number_key = {.budget = &number};
    struct spending_budget *wanted = &number_key;
    struct spending_budget **found =
        bsearch(&wanted, g->by_number, g->out->count, sizeof *found, compare_numbers);
    if (!found || (*found)->window.start_us != key->window.start_us ||
        (*found)->window.kind != key->window.kind || !is_its((*found)->budget, key->value))
        return NULL;
    return *found;
}

static void add_one(struct gathering *g, const struct account_key *key,
                    const struct spending_account *a)
{
    struct spending_budget *b = its_budget(g, key);
    if (!b)
        return;
    b->accounts++;
    add_up(&b->sum, a);
    keep(g, b, a);
}

static void add_account(void *context, const struct account_row *row)
{
    struct gathering *g = context;
    const struct spending_account a = amounts(g, row);
    add_one(g, &row->key, &a);
}

static int compare_keys(const void *a, const void *b)
{
    const struct account_key *x = &((const struct live *)a)->key,
                             *y = &((const struct live *)b)->key;
    if (x->budget != y->budget)
        return x->budget < y->budget ? -1 : 1;
    return str_cmp(x->value, y->value);
}

// Those that were taken up since: the last ones, by number. In the windows of now, by their keys.
static void add_newborn(struct gathering *g)
{
    size_t first = g->live_count, kept;
    while (first > 0 && g->live[first - 1].id > g->view.newest)
        first--;
    if (first == g->live_count)
        return;
    kept = first;
    for (size_t i = first; i < g->live_count; i++) {
        if (!its_budget(g, &g->live[i].key))
            continue;
        g->live[i].account.value = g->live[i].key.value;
        add_one(g, &g->live[i].key, &g->live[i].account);
        g->live[kept++] = g->live[i];
    }
    g->newborn = g->live + first;
    g->newborn_count = kept - first;
    g->live_count = first;
    qsort(g->newborn, g->newborn_count, sizeof *g->newborn, compare_keys);
}

static const struct live *find_moved(const struct gathering *g, const struct account_moved *a)
{
    const struct live key = {.key = a->key};
    if (a->id > 0)
        return find_live(g, a->id);
    return g->newborn_count ? bsearch(&key, g->newborn, g->newborn_count, sizeof key, compare_keys)
                            : NULL;
}

// What an account will be given when the next call takes it up. One that the gateway has was given
// it, as a rule.
static void add_moved(void *context, const struct account_moved *m)
{
    struct gathering *g = context;
    struct spending_budget *b = g->moving;
    struct spending_account a = {.value = m->key.value, .spent = m->more};
    const struct live *live = find_moved(g, m);
    if ((live && !live->left) || !is_its(b->budget, a.value))
        return;
    if (live)
        a.spent.n = count_add(m->before.n, m->more.n) - live->moved.n;
    if (a.spent.n <= 0)
        return;
    add_up(&b->sum, &a);
    if (m->id == 0 && !live) {
        b->accounts++;
        keep(g, b, &a);
        return;
    }
    for (size_t i = 0; i < b->kept; i++)
        if (str_eq(b->top[i].value, a.value))
            b->top[i].spent.n = count_add(b->top[i].spent.n, a.spent.n);
}

static enum status read_moved(struct gathering *g, struct why *why)
{
    enum status s = STATUS_OK;
    for (size_t i = 0; i < g->out->count && s == STATUS_OK; i++) {
        struct spending_budget *b = g->moving = &g->out->budgets[i];
        const struct account_key all = {.budget = b->budget->id, .window = b->window};
        if (b->budget->per != BUDGET_PER_REQUEST)
            s = store_accounts_moved(&g->view, &all, add_moved, g, why);
    }
    return s;
}

// The order is what makes it whole: the rows' moment, then what lives.
static enum status read_all(struct gathering *g, struct why *why)
{
    await_rows(g);
    enum status status = store_accounts_open(g->call->store, &g->view, why);
    if (status != STATUS_OK)
        return status;
    status = read_live(g);
    if (status == STATUS_OK)
        status = store_accounts_each(&g->view, g->out->now_us, add_account, g, why);
    if (status == STATUS_OK) {
        add_newborn(g);
        status = read_moved(g, why);
    }
    store_accounts_close(&g->view);
    heap_free(g->live);
    return status;
}

static enum status add_accounts(struct gathering *g, struct why *why)
{
    struct spending *s = g->out;
    if (s->count == 0 || !g->call->store)
        return STATUS_OK;
    g->by_number = arena_array(&s->arena, struct spending_budget *, s->count);
    if (!g->by_number)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < s->count; i++)
        g->by_number[i] = &s->budgets[i];
    qsort(g->by_number, s->count, sizeof *g->by_number, compare_numbers);
    return read_all(g, why);
}

enum status spending_read(const struct verb_call *c, size_t most, struct spending *out,
                          struct why *why)
{
    struct gathering g = {.call = c, .out = out, .most = most};
    *out = (struct spending){.now_us = clock_wall_us()};
    arena_init(&out->arena, &alloc_heap, 4 * KIB, ARENA_MAX);
    enum status s = open_windows(&g, why);
    if (s == STATUS_OK)
        s = add_accounts(&g, why);
    if (s == STATUS_NO_MEMORY || arena_failed(&out->arena))
        s = why_set(why, STATUS_NO_MEMORY, "out of memory");
    return s;
}

void spending_free(struct spending *s)
{
    defined_free(s->defined);
    arena_fini(&s->arena);
}

const struct spending_budget *spending_find(const struct spending *s, struct str name)
{
    for (size_t i = 0; i < s->count; i++)
        if (str_eq(s->budgets[i].budget->name, name))
            return &s->budgets[i];
    return NULL;
}

struct spending_account spending_of(const struct spending_budget *b, struct str value)
{
    const struct spending_account none = {.value = value};
    for (size_t i = 0; i < b->kept; i++)
        if (str_eq(b->top[i].value, value))
            return b->top[i];
    return none;
}

bool spending_full(const struct spending_budget *b, const struct spending_account *a)
{
    return in_use(a) >= b->budget->terms.limit.n;
}

// --- as JSON ---

// As nano_write has it.
static void usd(struct json_out *o, const char *name, struct nano amount)
{
    json_out_decimal(o, name, amount.n, NANO_PLACES, 2);
}

void spending_write_budget(struct json_out *o, const struct spending_budget *b)
{
    config_budget_members(o, b->budget);
    if (b->window.end_us != INT64_MAX)
        json_out_time(o, "resets", b->window.end_us);
    json_out_text(o, "source", str_of(b->line ? "file" : "store"));
    if (b->line) {
        json_out_text(o, "file", b->file);
        json_out_number(o, "line", b->line);
    }
}

void spending_write_account(struct json_out *o, const struct spending_budget *b,
                            const struct spending_account *a)
{
    int64_t limit = b->budget->terms.limit.n;
    usd(o, "spent", a->spent);
    usd(o, "held", a->held);
    usd(o, "left", (struct nano){limit > in_use(a) ? limit - in_use(a) : 0});
    if (limit > 0)
        json_out_decimal(o, "used_percent", (int128)in_use(a) * 1000 / limit, 1, 1);
    else
        json_out_null(o, "used_percent");
    if (a->overdraft.n)
        usd(o, "overdraft", a->overdraft);
    if (a->would_refuse)
        json_out_number(o, "would_refuse", (int64_t)a->would_refuse);
}
