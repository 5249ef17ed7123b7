// SPDX-License-Identifier: Apache-2.0
//
// The table is asked first, then the journal is told, then the caller: a crash between the two
// leaves a hold that nobody has used (captured, which errs to the safe side), never one used that
// nobody knows.

#include <stdio.h>
#include <string.h>

#include "lib/table.h"

_Static_assert((int)COSTLENS_HOLD_OPEN + HOLD_OPEN == (int)HOLD_OPEN, "open");
_Static_assert((int)COSTLENS_HOLD_SETTLED + HOLD_OPEN == (int)HOLD_SETTLED, "settled");
_Static_assert((int)COSTLENS_HOLD_RELEASED + HOLD_OPEN == (int)HOLD_RELEASED, "released");
_Static_assert((int)COSTLENS_HOLD_CAPTURED + HOLD_OPEN == (int)HOLD_CAPTURED, "captured");

// --- refusals ---

static void usd(int64_t nanodollars, char out[32])
{
    enum costlens_status s = costlens_nano_usd(nanodollars, out, 32);
    must(s == COSTLENS_OK);
}

static const char behind[] = "the journal lacks a record: begin another one";

static void say(struct costlens_refusal *r, const char *text)
{
    snprintf(r->text, sizeof r->text, "%s", text);
}

// The sentence of the rest.
static void say_amounts(struct costlens_refusal *r, int64_t amount)
{
    static const char *const ends[] = {
        [COSTLENS_REFUSAL_NONE] = "",
        [COSTLENS_REFUSAL_PAUSED] = "it is paused",
        [COSTLENS_REFUSAL_SPENT] = "raise its limit, or wait until its window is over",
        [COSTLENS_REFUSAL_HELD] = "it may fit when what is held has ended",
        [COSTLENS_REFUSAL_REQUEST] = "no single call may cost more than its limit",
    };
    char limit[32], spent[32], held[32], wanted[32];
    usd(r->limit, limit);
    usd(r->spent, spent);
    usd(r->held, held);
    usd(amount, wanted);
    snprintf(r->text, sizeof r->text,
             "budget %s%s%s: limit %s, spent %s, held %s, wanted %s USD: %s", r->budget,
             *r->value ? " of " : "", r->value, limit, spent, held, wanted, ends[r->kind]);
    r->text[str_tame(r->text, strlen(r->text), false)] = '\0';
}

static enum costlens_refusal_kind kind_of(enum admission is)
{
    if (is == ADMISSION_PAUSED)
        return COSTLENS_REFUSAL_PAUSED;
    return is == ADMISSION_SPENT ? COSTLENS_REFUSAL_SPENT : COSTLENS_REFUSAL_HELD;
}

static enum costlens_status refuse(const struct costlens_hold *h, const struct verdict *v,
                                   int64_t amount, struct costlens_refusal *r)
{
    const struct account *a = h->hold.accounts[v->at];
    *r = (struct costlens_refusal){
        .kind = kind_of(v->is),
        .budget = table_budget(h->budgets, a->key.budget)->is.name.ptr,
        .limit = v->limit.n,
        .spent = v->spent.n,
        .held = v->held.n,
        .resets_us = a->key.window.end_us,
    };
    bool fits = str_copy(a->key.value, r->value, sizeof r->value);
    must(fits);
    say_amounts(r, amount);
    return COSTLENS_REFUSED;
}

// --- whom a call concerns ---

struct facts {
    struct budget_facts is;
    struct tags tags;
    char model[ACCOUNT_VALUE_BYTES + 1]; // "provider/model"
};

static struct str text_of(const char *text)
{
    return text ? str_of(text) : STR_NONE;
}

static enum status read_facts(const struct costlens_call *call, struct facts *f, struct why *why)
{
    struct str provider = text_of(call->provider);
    struct str model = text_of(call->model);
    f->tags.count = 0;
    for (size_t i = 0; i < call->tag_count; i++) {
        struct str name = text_of(call->tags[i].name);
        enum status s = tags_set(&f->tags, name, text_of(call->tags[i].value));
        if (s != STATUS_OK)
            return why_set(why, s,
                           s == STATUS_SYNTAX
                               ? "tag %zu: a name, and a value, in UTF-8 without control characters"
                               : "tag %zu: at most 16, names of up to 64 bytes, values of 256",
                           i);
    }
    if (provider.len > NAME_BYTES_MAX || model.len > MODEL_BYTES_MAX)
        return why_set(why, STATUS_LIMIT, "a provider's name has at most 64 bytes, a model's 256");
    snprintf(f->model, sizeof f->model, "%.*s/%.*s", STR_ARG(provider), STR_ARG(model));
    f->is = (struct budget_facts){
        .org = text_of(call->org),
        .team = text_of(call->team),
        .project = text_of(call->project),
        .key = text_of(call->key),
        .user = text_of(call->user),
        .model = model.len ? str_of(f->model) : STR_NONE,
        .asked = model,
        .provider = provider,
        .tags = &f->tags,
    };
    return STATUS_OK;
}

// What one reservation is about.
struct reserving {
    struct costlens_budgets *b;
    struct costlens_hold *h;
    int64_t now_us;
    size_t fresh; // accounts that were made for it
    struct costlens_refusal *refusal;
};

static enum costlens_status fail(struct reserving *g, enum status s, const char *text)
{
    say(g->refusal, text);
    return lib_status(s);
}

static enum costlens_status add_account(struct reserving *g, const struct lib_budget *budget,
                                        struct str value)
{
    struct hold *h = &g->h->hold;
    struct account_key key = {budget->is.id, value, window_at(&budget->is.window, g->now_us)};
    if (h->count == HOLD_ACCOUNTS_MAX)
        return fail(g, STATUS_LIMIT, "more than 16 budgets concern this call");
    struct account *a = accounts_find(&g->b->table, &key);
    if (!a) {
        enum status s = table_account(g->b, &key, g->fresh, &a);
        if (s != STATUS_OK)
            return fail(g, s,
                        s == STATUS_LIMIT ? "a value that a budget tells apart is longer than 321 "
                                            "bytes"
                                          : status_text(s));
        g->fresh++;
    }
    g->h->pers[h->count] = budget->per;
    h->accounts[h->count++] = a;
    return COSTLENS_OK;
}

// No account: the call alone against the limit. `held`: what it holds already, being under way.
static enum costlens_status ask_request(const struct budget *budget, int64_t held, int64_t amount,
                                        bool paused, struct costlens_refusal *r)
{
    bool over = (int128)held + amount > budget->terms.limit.n && !budget->terms.observe;
    if (!over && !paused)
        return COSTLENS_OK;
    *r = (struct costlens_refusal){
        .kind = paused ? COSTLENS_REFUSAL_PAUSED : COSTLENS_REFUSAL_REQUEST,
        .budget = budget->name.ptr,
        .limit = budget->terms.limit.n,
        .held = held,
        .resets_us = INT64_MAX,
    };
    say_amounts(r, amount);
    return COSTLENS_REFUSED;
}

static enum costlens_status add_limit(struct reserving *g, const struct lib_budget *budget)
{
    struct costlens_hold *h = g->h;
    const struct lib_budget **more = alloc_grow(
        &g->b->alloc, h->limits, sizeof(struct lib_budget *), h->limit_count, &h->limit_size);
    if (!more)
        return fail(g, STATUS_NO_MEMORY, status_text(STATUS_NO_MEMORY));
    h->limits = more;
    h->limits[h->limit_count++] = budget;
    return ask_request(&budget->is, 0, h->hold.amount.n, budget->is.terms.paused, g->refusal);
}

static enum costlens_status concern(struct reserving *g, const struct facts *f)
{
    list_for (it, &g->b->budgets) {
        const struct lib_budget *budget = list_of(it, struct lib_budget, link);
        enum costlens_status s = COSTLENS_OK;
        struct str value;
        if (!budget->defined || !budget_matches(&budget->is, &f->is, &value))
            continue;
        if (budget->is.per == BUDGET_PER_REQUEST)
            s = add_limit(g, budget);
        else
            s = add_account(g, budget, value);
        if (s != COSTLENS_OK)
            return s;
    }
    return COSTLENS_OK;
}

// --- reserve and extend ---

static enum costlens_status admit(struct reserving *g)
{
    struct hold *h = &g->h->hold;
    struct verdict v = accounts_reserve(&g->b->table, h, g->now_us);
    if (v.is != ADMISSION_MADE)
        return refuse(g->h, &v, h->amount.n, g->refusal);
    enum costlens_status s = journal_hold(g->b, g->h);
    if (s != COSTLENS_OK) {
        say(g->refusal, "the hold was not kept by the journal's callback");
        accounts_release(&g->b->table, h); // nobody has it
    }
    return s;
}

// Those made for a call that came to nothing.
static void forget(struct reserving *g)
{
    struct hold *h = &g->h->hold;
    for (unsigned i = 0; i < h->count; i++) {
        if (h->accounts[i]->id == 0) {
            bool forgotten = accounts_forget(&g->b->table, h->accounts[i]);
            must(forgotten);
        }
    }
}

static enum costlens_status reserve(struct reserving *g, const struct costlens_call *call)
{
    struct facts f;
    struct why why;
    enum status s = read_facts(call, &f, &why);
    if (s != STATUS_OK)
        return fail(g, s, why.text);
    if (g->b->behind) {
        say(g->refusal, behind);
        return COSTLENS_IO;
    }
    enum costlens_status done = concern(g, &f);
    if (done == COSTLENS_OK)
        done = admit(g);
    if (done != COSTLENS_OK)
        forget(g);
    return done;
}

static void free_hold(struct costlens_hold *h)
{
    struct alloc a = h->budgets->alloc;
    alloc_free(&a, h->limits);
    alloc_free(&a, h);
}

// Six parameters, each of which the caller has at hand. NOLINTNEXTLINE(readability-function-size)
enum costlens_status costlens_reserve(struct costlens_budgets *b, const struct costlens_call *call,
                                      int64_t nanodollars, int64_t now_us,
                                      struct costlens_hold **out, struct costlens_refusal *refusal)
{
    struct costlens_refusal unread = {0};
    struct costlens_refusal *r = refusal ? refusal : &unread;
    *r = (struct costlens_refusal){0};
    *out = NULL;
    if (nanodollars < 0) {
        say(r, "a call cannot cost less than nothing");
        return COSTLENS_RANGE;
    }
    struct costlens_hold *h = alloc_zero(&b->alloc, sizeof *h);
    if (!h) {
        say(r, "out of memory");
        return COSTLENS_NO_MEMORY;
    }
    h->budgets = b;
    h->began_us = now_us;
    h->hold.amount.n = nanodollars;
    struct reserving g = {b, h, now_us, 0, r};
    enum costlens_status s = reserve(&g, call);
    if (s != COSTLENS_OK) {
        free_hold(h);
        return s;
    }
    list_push(&b->holds, &h->link);
    *out = h;
    return COSTLENS_OK;
}

// A paused one does not stop it: the call is under way.
static enum costlens_status ask_limits(const struct costlens_hold *h, int64_t by,
                                       struct costlens_refusal *r)
{
    enum costlens_status s = COSTLENS_OK;
    for (size_t i = 0; s == COSTLENS_OK && i < h->limit_count; i++) {
        const struct lib_budget *budget = h->limits[i];
        if (budget->defined && budget->is.per == BUDGET_PER_REQUEST)
            s = ask_request(&budget->is, h->hold.amount.n, by, false, r);
    }
    return s;
}

enum costlens_status costlens_extend(struct costlens_hold *h, int64_t nanodollars, int64_t now_us,
                                     struct costlens_refusal *refusal)
{
    struct costlens_refusal unread = {0};
    struct costlens_refusal *r = refusal ? refusal : &unread;
    *r = (struct costlens_refusal){0};
    if (nanodollars < 0) {
        say(r, "a hold does not shrink");
        return COSTLENS_RANGE;
    }
    if (h->hold.state != HOLD_OPEN) {
        say(r, "it has ended");
        return COSTLENS_CONFLICT;
    }
    if (h->budgets->behind) {
        say(r, behind);
        return COSTLENS_IO;
    }
    enum costlens_status s = ask_limits(h, nanodollars, r);
    if (s != COSTLENS_OK)
        return s;
    struct nano by = {nanodollars};
    struct verdict v = accounts_extend(&h->budgets->table, &h->hold, by, now_us);
    if (v.is != ADMISSION_MADE)
        return refuse(h, &v, nanodollars, r);
    s = journal_hold(h->budgets, h);
    if (s != COSTLENS_OK)
        say(r, "what is held more was not kept by the journal's callback");
    return s;
}

// --- the end ---

static enum costlens_status ended(const struct costlens_hold *h, enum hold_end how)
{
    return how == HOLD_END_BEFORE ? COSTLENS_CONFLICT : journal_end(h->budgets, h);
}

enum costlens_status costlens_settle(struct costlens_hold *h, int64_t nanodollars)
{
    if (nanodollars < 0)
        return COSTLENS_RANGE;
    return ended(h, accounts_settle(&h->budgets->table, &h->hold, (struct nano){nanodollars}));
}

enum costlens_status costlens_settle_estimated(struct costlens_hold *h, int64_t nanodollars)
{
    if (nanodollars < 0)
        return COSTLENS_RANGE;
    return costlens_settle(h, count_larger(h->hold.amount.n, nanodollars));
}

enum costlens_status costlens_release(struct costlens_hold *h)
{
    return ended(h, accounts_release(&h->budgets->table, &h->hold));
}

enum costlens_status costlens_capture(struct costlens_hold *h)
{
    return ended(h, accounts_capture(&h->budgets->table, &h->hold));
}

void costlens_hold_read(const struct costlens_hold *h, struct costlens_hold_facts *out)
{
    *out = (struct costlens_hold_facts){
        .state = (enum costlens_hold_state)(h->hold.state - HOLD_OPEN),
        .accounts = h->hold.count,
        .amount = h->hold.amount.n,
        .charged = h->hold.charged.n,
    };
}

void costlens_hold_close(struct costlens_hold *h)
{
    if (!h)
        return;
    (void)costlens_capture(h); // only if it is open
    list_pull(&h->link);
    free_hold(h);
}
