// SPDX-License-Identifier: Apache-2.0

#include "request/concern.h"

#include "base/clock.h"
#include "config/hint.h"

// --- which ---

static struct budget_facts facts_at(struct req *r, struct str provider, struct str name)
{
    const struct entry *e = &r->attempt.entry;
    const struct config *c = r->view->snapshot->config;
    const struct str model[] = {provider, STR("/"), name};
    return (struct budget_facts){.org = c->org.len ? c->org : e->tenant,
                                 .team = e->team,
                                 .project = e->project,
                                 .key = e->key,
                                 .user = e->user,
                                 .model = arena_join(&r->arena, model, 3),
                                 .asked = e->model_asked,
                                 .provider = provider,
                                 .tags = &e->tags};
}

static void add(struct concern *c, const struct budget *b, struct str value)
{
    bool blocks = !b->terms.observe;
    c->grows = (c->grows || !c->blocks) && (b->grow || !blocks);
    c->blocks = c->blocks || blocks;
    if (b->per == BUDGET_PER_REQUEST) {
        bool first =
            !c->each || (!c->each->terms.paused && b->terms.limit.n < c->each->terms.limit.n);
        if (b->terms.paused || (blocks && first))
            c->each = b;
        return;
    }
    c->crowd = c->count == HOLD_ACCOUNTS_MAX;
    if (!c->crowd)
        c->wishes[c->count++] = (struct booking_wish){b, value};
}

void concern_at(struct req *r, struct str provider, struct str model, struct concern *out)
{
    const struct snapshot *s = r->view->snapshot;
    *out = (struct concern){.count = 0};
    if (s->budget_count == 0)
        return;
    const struct budget_facts facts = facts_at(r, provider, model);
    struct str value;
    for (size_t i = 0; i < s->budget_count && !out->crowd; i++) {
        if (budget_matches(&s->budgets[i], &facts, &value))
            add(out, &s->budgets[i], value);
    }
}

void concern_find(struct req *r, struct concern *out)
{
    concern_at(r, r->attempt.entry.provider, r->attempt.entry.model, out);
}

// --- why not ---

// That command, as whoever runs this gateway gives it.
static void add_command(const struct req *r, const char *verb, struct str name, const char *amount,
                        struct buf *out)
{
    hint_write(out, &(struct hint){verb, {name, str_of(amount)}, r->view->snapshot->config->given});
}

static void add_usd(struct buf *out, const char *before, struct nano n)
{
    buf_add_cstr(out, before);
    nano_write(out, n);
}

void concern_crowd(const struct req *r, const struct concern *c, struct buf *out)
{
    buf_printf(out,
               "More than %d budgets concern it, and that many are the most: ", HOLD_ACCOUNTS_MAX);
    for (unsigned i = 0; i < c->count; i++)
        buf_printf(out, "\"%.*s\", ", STR_ARG(c->wishes[i].budget->name));
    buf_add_cstr(out, "and others. Give some of them a narrower `scope`, or remove some (");
    add_command(r, "budget list", STR_NONE, "", out);
    buf_add_cstr(out, " shows all).");
}

void concern_unbounded(const struct bound *b, struct buf *out)
{
    const char *words = bound_words(b->state);
    char field[BOUND_FIELD_BYTES];
    bound_field(b, field);
    if (*field)
        buf_printf(out, "`%s`: %s.", field, words);
    else
        buf_printf(out, "%c%s.", words[0] - 'a' + 'A', words + 1); // a sentence of its own
}

void concern_breach(const struct req *r, const struct breach *b, enum breach_scope scope,
                    struct buf *out)
{
    buf_printf(out, "\"%.*s\" has charged more than the price \"%.*s\" allows",
               STR_ARG(b->provider), STR_ARG(b->price));
    if (scope == BREACH_ALL)
        buf_add_cstr(out, " for calls of several keys, so no budget relies on it");
    else if (b->key.len)
        buf_printf(out, " for a call of the key \"%.*s\", so no budget relies on it for that key",
                   STR_ARG(b->key));
    else
        buf_add_cstr(out, " for a call without a key, so no budget relies on it for such calls");
    buf_add_cstr(out, ": ");
    add_command(r, "budget events", STR_NONE, "", out);
    buf_add_cstr(out, " has the call. Mend the price (`costlens price`, or `prices` of the "
                      "configuration), then reload.");
}

struct cure {
    const char *in_file;       // what is changed there, in words
    const char *verb, *amount; // ... and on the command line
};

static const struct cure raise_it = {"raise its `limit`", "budget raise", "USD"};
static const struct cure resume = {"take `paused` off", "budget resume", ""};

// What is changed in the file or by that verb.
static void add_cure(const struct req *r, const struct budget *b, const struct cure *c,
                     struct buf *out)
{
    if (config_budget_line(r->view->snapshot->config, b->name)) {
        buf_printf(out, "%s in the configuration, then reload.", c->in_file);
        return;
    }
    add_command(r, c->verb, b->name, c->amount, out);
    buf_add_char(out, '.');
}

static void add_paused(const struct req *r, const struct budget *b, struct buf *out)
{
    buf_printf(out,
               "The budget \"%.*s\" is paused. To let calls through again: ", STR_ARG(b->name));
    add_cure(r, b, &resume, out);
}

static void add_raise(const struct req *r, const struct budget *b, struct buf *out)
{
    buf_add_cstr(out, "For more: ");
    add_cure(r, b, &raise_it, out);
}

// What only calls under way keep out may be asked again.
static void add_wait(const struct verdict *v, int64_t waited_us, struct buf *out)
{
    const int64_t tenths = waited_us / (SECOND_US / 10);
    if (tenths > 0)
        buf_printf(out, "It has waited %lld.%lld s. ", (long long)(tenths / 10),
                   (long long)(tenths % 10));
    if (v->is == ADMISSION_HELD)
        buf_add_cstr(out, "It may fit once what is held is free. ");
}

// Only who waits longer stands in its way.
static bool fits(const struct verdict *v, struct nano amount)
{
    return (int128)v->spent.n + v->held.n + amount.n <= v->limit.n;
}

static void add_figures(const struct booking_wish *w, const struct verdict *v, struct buf *out)
{
    buf_printf(out, "The budget \"%.*s\"", STR_ARG(w->budget->name));
    if (w->value.len)
        buf_printf(out, " of \"%.*s\"", STR_ARG(w->value));
    add_usd(out, ": limit ", v->limit);
    add_usd(out, " USD, spent ", v->spent);
    add_usd(out, ", held by calls under way ", v->held);
}

static void add_anew(const struct req *r, const struct budget *b, struct buf *out)
{
    struct window window = window_at(&b->window, loop_wall_us(r->worker->loop));
    if (window.end_us == INT64_MAX)
        return;
    buf_add_cstr(out, "It begins anew at ");
    civil_write(out, window.end_us, 0);
    buf_add_cstr(out, ". ");
}

void concern_spent(const struct req *r, const struct booking_wish *w, const struct verdict *v,
                   int64_t waited_us, struct buf *out)
{
    const struct budget *b = w->budget;
    if (v->is == ADMISSION_PAUSED) {
        add_paused(r, b, out);
        return;
    }
    add_figures(w, v, out);
    add_usd(out, "; this call may cost up to ", r->attempt.reservation.amount);
    buf_add_cstr(out, ". ");
    if (v->is == ADMISSION_HELD && fits(v, r->attempt.reservation.amount))
        buf_add_cstr(out, "What is left is for calls that came before it and wait. ");
    add_wait(v, waited_us, out);
    add_anew(r, b, out);
    add_raise(r, b, out);
}

void concern_grown(const struct req *r, const struct booking_wish *w, const struct verdict *v,
                   struct buf *out)
{
    add_figures(w, v, out);
    buf_add_cstr(out, ", this one among them. It holds as its streams grow (`hold: grow`) and is "
                      "used up: the answer is cut. ");
    add_anew(r, w->budget, out);
    add_raise(r, w->budget, out);
}

void concern_each(const struct req *r, const struct budget *b, struct nano amount, struct buf *out)
{
    if (b->terms.paused) {
        add_paused(r, b, out);
        return;
    }
    buf_printf(out, "The budget \"%.*s\" lets no call cost more than", STR_ARG(b->name));
    add_usd(out, " ", b->terms.limit);
    add_usd(out, " USD, and this one may cost up to ", amount);
    buf_add_cstr(out, ": ask for a shorter answer. ");
    add_raise(r, b, out);
}
