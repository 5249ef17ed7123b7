// SPDX-License-Identifier: Apache-2.0

#include "panel/budgets.h"

#include "base/args.h"
#include "base/clock.h"
#include "base/limits.h"
#include "config/hint.h"
#include "core/tenant.h"
#include "gate/defined.h"
#include "gate/reload.h"
#include "insight/asked.h"
#include "panel/budget_words.h"
#include "panel/spending.h"
#include "store/budgets.h"

#define ARGS_ARENA_MAX ((size_t)4 * MIB)
#define EACH_MAX       100 // accounts that are shown of one budget

// What one verb works with.
struct work {
    struct verb_call *call;
    struct arena arena;
    struct json *args;
    struct str name; // of the budget
    bool defines;    // its scope may have been said
    struct store_budget kept;
    bool there;
    struct budget before; // ... as it was
};

// --- the arguments ---

// Whatever is wrong with an argument is whoever asked it to mend.
static enum status as_argument(enum status s)
{
    return s == STATUS_UNKNOWN || s == STATUS_DUPLICATE || s == STATUS_CONFLICT ? STATUS_SYNTAX : s;
}

static enum status open_args(struct work *w, struct why *why)
{
    struct str text = w->call->args;
    enum status s = json_open(text.len ? text : str_of("{}"), &alloc_heap, &w->args, why);
    if (s != STATUS_OK)
        return as_argument(s);
    const struct json_val *root = json_root(w->args);
    if (json_type(root) != JSON_OBJECT)
        return why_set(why, STATUS_SYNTAX, "the arguments are to be a JSON object");
    if (json_type(json_get(root, "name")) != JSON_STRING)
        return why_set(why, STATUS_SYNTAX, "\"name\" is missing: which budget?");
    w->name = json_str(json_get(root, "name"));
    return STATUS_OK;
}

// --- whose it is ---

static enum status is_files(const struct verb_call *c, struct str name, struct why *why)
{
    return why_set(why, STATUS_DENIED, "budget %.*s is declared in %.*s, line %d: change it there",
                   STR_ARG(name), STR_ARG(c->config->file), config_budget_line(c->config, name));
}

static void look_for(void *context, const struct store_budget *b)
{
    struct work *w = context;
    if (!str_is(b->tenant, TENANT) || !str_eq(b->budget.name, w->name))
        return;
    w->there = true;
    spending_copy(&w->arena, &b->budget, &w->kept.budget);
}

// The store's budget of that name, or one as it is when nothing is said.
static enum status find(struct work *w, struct why *why)
{
    w->kept = (struct store_budget){.tenant = str_of(TENANT), .created_us = clock_wall_us()};
    budget_init(&w->kept.budget, w->name);
    if (config_budget_line(w->call->config, w->name))
        return is_files(w->call, w->name, why);
    enum status s =
        w->call->store ? store_budget_each(w->call->store, look_for, w, why) : STATUS_OK;
    if (s == STATUS_OK && arena_failed(&w->arena))
        s = why_set(why, STATUS_NO_MEMORY, "out of memory");
    return s;
}

static enum status find_there(struct work *w, struct why *why)
{
    enum status s = find(w, why);
    if (s == STATUS_OK && !w->there)
        s = why_set(why, STATUS_UNKNOWN,
                    "no budget is named %.*s (`costlens budget list` shows all)", STR_ARG(w->name));
    return s;
}

// --- what follows ---

static enum status took_effect(const struct verb_call *c, struct why *why)
{
    return c->gate ? gate_budgets_changed(c->gate, why) : STATUS_OK;
}

// The answer of whatever changed one.
static enum status changed(struct work *w, struct why *why)
{
    struct spending all;
    struct json_out o = {w->call->answer, true};
    enum status s = took_effect(w->call, why);
    if (s != STATUS_OK)
        return s;
    s = spending_read(w->call, 1, &all, why);
    const struct spending_budget *b = s == STATUS_OK ? spending_find(&all, w->name) : NULL;
    if (b) {
        json_out_begin(&o, NULL, '{');
        json_out_flag(&o, "made", !w->there);
        budget_words_write(&o, "budget", b);
        json_out_begin(&o, "warnings", '[');
        budget_words_full(w->call, &o, b->budget, all.defined);
        if (w->defines)
            s = budget_words_scope(w->call, &o, b->budget, why);
        budget_words_crowd(&o, all.defined);
        json_out_end(&o, ']');
        json_out_begin(&o, "notes", '[');
        if (w->defines)
            budget_words_begin(&o, &w->kept.budget, w->there ? &w->before : NULL);
        budget_words_notes(w->call, &o, b);
        json_out_end(&o, ']');
        json_out_end(&o, '}');
    } else if (s == STATUS_OK) {
        s = why_set(why, STATUS_UNKNOWN, "somebody else has removed the budget meanwhile");
    }
    spending_free(&all);
    return s;
}

// --- set ---

static enum status check(const struct work *w, struct why *why)
{
    const struct budget *b = &w->kept.budget;
    struct zone *zone = NULL;
    enum status s = b->zone_name.len ? zone_open(b->zone_name, &zone, why) : STATUS_OK;
    zone_close(zone);
    if (s == STATUS_OK)
        s = budget_check(b, why);
    if (s == STATUS_CONFLICT && w->there) {
        struct why cause = *why;
        why_set(why, s, "%s (what it had before goes with --reset, or null)", cause.text);
    }
    return as_argument(s);
}

static enum status set_members(struct work *w, struct why *why)
{
    enum status s = as_argument(budget_words_read(w->args, &w->kept.budget, why));
    return s == STATUS_OK ? check(w, why) : s;
}

static void count_one(void *context, const struct store_budget *b)
{
    unsigned *count = context;
    (void)b;
    (*count)++;
}

static enum status make(const struct work *w, struct why *why)
{
    uint64_t id;
    unsigned count = w->call->config->budget_count;
    if (str_starts(w->name, str_of(CONFIG_SHADOW)))
        return why_set(why, STATUS_SYNTAX,
                       "names that begin with %s are those of the budgets that routes have for "
                       "their `shadow`: give this one another name",
                       CONFIG_SHADOW);
    defined_tidy(w->call->store);
    enum status s = store_budget_each(w->call->store, count_one, &count, why);
    if (s == STATUS_OK && count >= BUDGETS_MAX)
        s = why_set(why, STATUS_CONFLICT, "there are %d budgets, the most (`costlens budget rm`)",
                    BUDGETS_MAX);
    return s == STATUS_OK ? store_budget_add(w->call->store, &w->kept, &id, why) : s;
}

static enum status set(struct work *w, struct why *why)
{
    enum status s = find(w, why);
    w->defines = true;
    w->before = w->kept.budget;
    if (s == STATUS_OK)
        s = set_members(w, why);
    if (s == STATUS_OK)
        s = w->there ? store_budget_change(w->call->store, &w->kept, why) : make(w, why);
    return s == STATUS_OK ? changed(w, why) : s;
}

// --- raise, pause, resume, rm ---

// No other arguments than these.
static enum status only(const struct work *w, const char *first, const char *second,
                        struct why *why)
{
    struct json_iter it = {0};
    struct str name;
    const struct json_val *v;
    while (json_each(&it, json_root(w->args), &name, &v))
        if (!str_is(name, "name") && !str_is(name, first) && !str_is(name, second))
            return why_set(why, STATUS_SYNTAX, "there is no argument \"%.*s\"",
                           STR_ARG(str_clip(name, 80)));
    return STATUS_OK;
}

static enum status no_rise(const struct work *w, struct why *why)
{
    struct buf otherwise;
    buf_init(&otherwise, &alloc_heap, 0);
    hint_write(&otherwise,
               &(struct hint){"budget set --limit USD", {w->name}, w->call->config->given});
    enum status s = why_set(why, STATUS_RANGE,
                            "that does not raise the limit of %.*s; %s takes a lower one, too",
                            STR_ARG(w->name), buf_cstr(&otherwise));
    buf_fini(&otherwise);
    return s;
}

static enum status risen(const struct work *w, struct nano *limit, struct why *why)
{
    const struct json_val *to = json_get(json_root(w->args), "limit");
    const struct json_val *by = json_get(json_root(w->args), "by");
    struct str text = STR_NONE;
    struct nano amount = {0};
    if (!to == !by)
        return why_set(why, STATUS_SYNTAX, "\"limit\", the new one, or \"by\", what is added");
    enum status s = budget_words_text(w->args, to ? to : by, to ? "limit" : "by", &text, why);
    if (s == STATUS_OK)
        s = nano_read(text, &amount, why);
    if (s != STATUS_OK)
        return s;
    if (by && !nano_add(*limit, amount, &amount))
        return why_set(why, STATUS_RANGE, "that is more than 9223372036.854775807 USD, the most");
    if (amount.n <= limit->n)
        return no_rise(w, why);
    *limit = amount;
    return STATUS_OK;
}

static enum status raise_limit(struct work *w, struct why *why)
{
    enum status s = only(w, "limit", "by", why);
    if (s == STATUS_OK)
        s = find_there(w, why);
    if (s == STATUS_OK)
        s = risen(w, &w->kept.budget.terms.limit, why);
    if (s == STATUS_OK)
        s = store_budget_change(w->call->store, &w->kept, why);
    return s == STATUS_OK ? changed(w, why) : s;
}

static enum status set_paused(struct work *w, bool paused, struct why *why)
{
    enum status s = only(w, "", "", why);
    if (s == STATUS_OK)
        s = find_there(w, why);
    w->kept.budget.terms.paused = paused;
    if (s == STATUS_OK)
        s = store_budget_change(w->call->store, &w->kept, why);
    return s == STATUS_OK ? changed(w, why) : s;
}

static enum status pause_calls(struct work *w, struct why *why)
{
    return set_paused(w, true, why);
}

static enum status resume_calls(struct work *w, struct why *why)
{
    return set_paused(w, false, why);
}

// Without reading it: one that cannot be read is removed so, and one whose name the file has, too.
static enum status remove_it(struct work *w, struct why *why)
{
    enum status s = only(w, "", "", why);
    if (s == STATUS_OK && !w->call->store)
        s = find_there(w, why);
    else if (s == STATUS_OK)
        s = store_budget_archive(w->call->store, str_of(TENANT), w->name, clock_wall_us(), why);
    if (s == STATUS_UNKNOWN && config_budget_line(w->call->config, w->name))
        s = is_files(w->call, w->name, why);
    if (s == STATUS_OK)
        s = took_effect(w->call, why);
    if (s != STATUS_OK)
        return s;
    struct json_out o = {w->call->answer, true};
    json_out_begin(&o, NULL, '{');
    json_out_text(&o, "name", w->name);
    json_out_flag(&o, "removed", true);
    json_out_end(&o, '}');
    return s;
}

// --- list and show ---

static enum status show(struct work *w, struct why *why)
{
    struct spending all;
    struct json_out o = {w->call->answer, true};
    enum status s = only(w, "", "", why);
    if (s != STATUS_OK)
        return s;
    s = spending_read(w->call, EACH_MAX, &all, why);
    const struct spending_budget *b = s == STATUS_OK ? spending_find(&all, w->name) : NULL;
    if (s == STATUS_OK && !b)
        s = why_set(why, STATUS_UNKNOWN,
                    "no budget is named %.*s (`costlens budget list` shows all)", STR_ARG(w->name));
    if (b) {
        json_out_begin(&o, NULL, '{');
        budget_words_write(&o, "budget", b);
        json_out_begin(&o, "each", '[');
        for (size_t i = 0; b->budget->per == BUDGET_PER_VALUE && i < b->kept; i++) {
            json_out_begin(&o, NULL, '{');
            budget_words_account(&o, b, &b->top[i]);
            json_out_end(&o, '}');
        }
        json_out_end(&o, ']');
        json_out_number(&o, "more", (int64_t)(b->accounts - b->kept));
        json_out_begin(&o, "warnings", '[');
        budget_words_full(w->call, &o, b->budget, all.defined);
        s = budget_words_scope(w->call, &o, b->budget, why);
        json_out_end(&o, ']');
        json_out_begin(&o, "notes", '[');
        budget_words_notes(w->call, &o, b);
        json_out_end(&o, ']');
        json_out_end(&o, '}');
    }
    spending_free(&all);
    return s;
}

enum status budgets_list(struct verb_call *c, struct why *why)
{
    struct spending all;
    struct json_out o = {c->answer, true};
    enum status s = args_none(c->args, why);
    if (s != STATUS_OK)
        return s;
    s = spending_read(c, 1, &all, why);
    if (s == STATUS_OK) {
        json_out_begin(&o, NULL, '{');
        json_out_begin(&o, "budgets", '[');
        for (size_t i = 0; i < all.count; i++)
            budget_words_write(&o, NULL, &all.budgets[i]);
        json_out_end(&o, ']');
        json_out_end(&o, '}');
    }
    spending_free(&all);
    return s;
}

// --- the verbs ---

typedef enum status work_f(struct work *w, struct why *why);

static enum status with_args(struct verb_call *c, work_f *f, struct why *why)
{
    struct work w = {.call = c};
    arena_init(&w.arena, &alloc_heap, KIB, ARGS_ARENA_MAX);
    enum status s = open_args(&w, why);
    if (s == STATUS_OK)
        s = f(&w, why);
    json_close(w.args);
    arena_fini(&w.arena);
    return s;
}

enum status budgets_set(struct verb_call *c, struct why *why)
{
    return with_args(c, set, why);
}

enum status budgets_show(struct verb_call *c, struct why *why)
{
    return with_args(c, show, why);
}

enum status budgets_raise(struct verb_call *c, struct why *why)
{
    return with_args(c, raise_limit, why);
}

enum status budgets_pause(struct verb_call *c, struct why *why)
{
    return with_args(c, pause_calls, why);
}

enum status budgets_resume(struct verb_call *c, struct why *why)
{
    return with_args(c, resume_calls, why);
}

enum status budgets_rm(struct verb_call *c, struct why *why)
{
    return with_args(c, remove_it, why);
}
