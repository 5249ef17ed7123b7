// SPDX-License-Identifier: Apache-2.0

#include "panel/budgets.h"

#include "base/args.h"
#include "base/clock.h"
#include "base/limits.h"
#include "config/hint.h"
#include "gate/defined.h"
#include "gate/gate.h"
#include "insight/asked.h"
#include "panel/keys.h"
#include "panel/spending.h"
#include "store/budgets.h"

#define ARGS_ARENA_MAX ((size_t)4 * MIB)
#define EACH_MAX       100 // accounts that are shown of one budget
#define TEXT_BYTES_MAX 1024

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

// A text, a number or a switch, as a person would have written it.
static enum status text_of(const struct json *j, const struct json_val *v, const char *name,
                           struct str *out, struct why *why)
{
    switch (json_type(v)) {
    case JSON_STRING: *out = json_str(v); break;
    case JSON_NUMBER: *out = json_number(j, v); break;
    case JSON_BOOL: *out = str_of(json_bool(v, false) ? "true" : "false"); break;
    case JSON_ABSENT:
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT: return why_set(why, STATUS_SYNTAX, "\"%s\" is to be a text", name);
    }
    if (out->len > TEXT_BYTES_MAX)
        return why_set(why, STATUS_LIMIT, "\"%s\" has at most %d bytes", name, TEXT_BYTES_MAX);
    return STATUS_OK;
}

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

struct search {
    const struct budget_condition *wanted;
    int64_t now_us;
    bool found;
};

static void search_key(void *context, const struct key *k)
{
    struct search *s = context;
    bool works = k->revoked_us == 0 || k->revoked_us > s->now_us;
    bool team = s->wanted->dimension == BUDGET_TEAM;
    s->found |= works && str_eq(team ? k->team : k->name, s->wanted->value);
}

// Is there a key, or a team with a key, of that name, in the file or the store?
static enum status is_there(const struct verb_call *c, struct search *s, struct why *why)
{
    const struct config *config = c->config;
    bool team = s->wanted->dimension == BUDGET_TEAM;
    s->found = !team && (str_is(s->wanted->value, "dev") ||
                         str_starts(s->wanted->value, str_of(KEY_OF_RUN))); // they come and go
    for (unsigned i = 0; i < config->key_count; i++)
        s->found |= str_eq(team ? config->keys[i].team : config->keys[i].name, s->wanted->value);
    for (unsigned i = 0; team && i < config->team_count; i++)
        s->found |= str_eq(config->teams[i].name, s->wanted->value);
    return c->store ? store_key_each(c->store, search_key, s, why) : STATUS_OK;
}

static enum status warn_condition(const struct verb_call *c, struct json_out *o,
                                  const struct budget_condition *on, struct why *why)
{
    struct search s = {.wanted = on, .now_us = clock_wall_us()};
    if (on->dimension == BUDGET_ORG && !str_eq(on->value, c->config->org))
        json_out_note(
            o,
            "it concerns no call: the organisation of this gateway is not %.*s (`org:` in the "
            "configuration)",
            STR_ARG(on->value));
    if (on->dimension != BUDGET_KEY && on->dimension != BUDGET_TEAM)
        return STATUS_OK;
    enum status status = is_there(c, &s, why);
    if (status == STATUS_OK && !s.found)
        json_out_note(
            o, "there is no %s %.*s yet (`costlens %s list`): it concerns no call until there is",
            on->dimension == BUDGET_TEAM ? "key of a team" : "key", STR_ARG(on->value),
            on->dimension == BUDGET_TEAM ? "team" : "key");
    return status;
}

// A limit below what is spent is taken, and means something.
static void note_amounts(struct json_out *o, const struct spending_budget *b)
{
    const struct budget *budget = b->budget;
    if (budget->terms.observe || b->kept == 0 || !spending_full(b, b->top))
        return;
    struct buf text;
    buf_init(&text, &alloc_heap, 4 * KIB);
    nano_write(&text, b->top->spent);
    buf_printf(&text, " USD of it are spent%s%.*s", budget->per == BUDGET_PER_VALUE ? " by " : "",
               STR_ARG(b->top->value));
    bool drains = b->top->spent.n < budget->terms.limit.n;
    if (drains) {
        buf_add_cstr(&text, " and ");
        nano_write(&text, b->top->held);
        buf_add_cstr(&text, " held by calls under way");
    }
    buf_add_cstr(&text, ", and its limit is ");
    nano_write(&text, budget->terms.limit);
    buf_printf(&text, ": every call there is refused until %sit is raised",
               drains ? "such a call ends for less than it holds, or " : "");
    if (budget->window.kind != WINDOW_LIFETIME) {
        buf_add_cstr(&text, " or begins anew, at ");
        civil_write(&text, b->window.end_us, 0);
    }
    json_out_note(o, "%.*s", STR_ARG(buf_str(&text)));
    buf_fini(&text);
}

static bool same_window(const struct budget *a, const struct budget *b)
{
    return a->window.kind == b->window.kind && a->window.first_day == b->window.first_day &&
           str_eq(a->zone_name, b->zone_name);
}

static bool same_condition(const struct budget_condition *a, const struct budget_condition *b)
{
    return a->dimension == b->dimension && str_eq(a->tag, b->tag) && str_eq(a->value, b->value);
}

static bool same_scope(const struct budget *a, const struct budget *b)
{
    bool same = a->condition_count == b->condition_count;
    for (unsigned i = 0; same && i < a->condition_count; i++)
        same = same_condition(&a->conditions[i], &b->conditions[i]);
    return same;
}

static bool same_per(const struct budget *a, const struct budget *b)
{
    return a->per == b->per &&
           (a->per != BUDGET_PER_VALUE || same_condition(&a->per_what, &b->per_what));
}

// What of the calls before counts in it, where one might think otherwise.
static void note_begin(struct json_out *o, const struct work *w)
{
    const struct budget *b = &w->kept.budget, *before = &w->before;
    bool sums = b->per != BUDGET_PER_REQUEST;
    if (!w->defines || !sums)
        return;
    if (!w->there && b->window.kind != WINDOW_LIFETIME)
        json_out_note(o, "it counts from now on: what was spent before in this %s is not in it",
                      window_name(b->window.kind));
    if (w->there && !same_per(b, before))
        json_out_note(o, "what was spent under another `per` is not in it: it counts from now on");
    else if (w->there && !same_window(b, before))
        json_out_note(o,
                      "what it has spent before, in the window of now, counts in it, and so do the "
                      "calls that are under way");
    if (w->there && !same_scope(b, before))
        json_out_note(o,
                      "what its scope was charged until now stays spent; calls that only the new "
                      "scope has count from now on");
}

static void warn_crowd(struct json_out *o, const struct defined *all)
{
    struct buf text;
    buf_init(&text, &alloc_heap, KIB);
    if (budget_crowd(all->budgets, all->budget_count, &text))
        json_out_note(o, "%s", buf_cstr(&text));
    buf_fini(&text);
}

// Another one holds in full what it would let grow.
static void warn_full(const struct verb_call *c, struct json_out *o, const struct budget *b,
                      const struct defined *all)
{
    struct buf text;
    buf_init(&text, &alloc_heap, KIB);
    if (budget_never_grows(b, all->budgets, all->budget_count, c->config->org, &text))
        json_out_note(o, "%s", buf_cstr(&text));
    buf_fini(&text);
}

// Of whom it concerns.
static enum status warn_scope(const struct verb_call *c, struct json_out *o, const struct budget *b,
                              struct why *why)
{
    enum status s = STATUS_OK;
    for (unsigned i = 0; i < b->condition_count && s == STATUS_OK; i++)
        s = warn_condition(c, o, &b->conditions[i], why);
    return s;
}

static void note_paused(const struct verb_call *c, struct json_out *o, const struct budget *b)
{
    struct buf resume;
    buf_init(&resume, &alloc_heap, 0);
    hint_write(&resume, &(struct hint){"budget resume", {b->name}, c->config->given});
    json_out_note(o, "it is paused: every call that it concerns is refused until %s",
                  buf_cstr(&resume));
    buf_fini(&resume);
}

static void write_notes(const struct verb_call *c, struct json_out *o,
                        const struct spending_budget *b)
{
    note_amounts(o, b);
    if (b->budget->terms.paused)
        note_paused(c, o, b->budget);
    json_out_end(o, ']');
}

// --- showing ---

static void account_write(struct json_out *o, const struct spending_budget *b,
                          const struct spending_account *a)
{
    if (b->budget->per == BUDGET_PER_VALUE)
        json_out_text(o, "value", a->value);
    spending_write_account(o, b, a);
}

static void budget_write(struct json_out *o, const char *name, const struct spending_budget *b)
{
    json_out_begin(o, name, '{');
    spending_write_budget(o, b);
    if (b->budget->per != BUDGET_PER_REQUEST) {
        const struct spending_account none = {.spent = {0}};
        json_out_number(o, "accounts", (int64_t)b->accounts);
        if (b->kept)
            account_write(o, b, b->top);
        else
            spending_write_account(o, b, &none);
    }
    json_out_end(o, '}');
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
        budget_write(&o, "budget", b);
        json_out_begin(&o, "warnings", '[');
        warn_full(w->call, &o, b->budget, all.defined);
        if (w->defines)
            s = warn_scope(w->call, &o, b->budget, why);
        warn_crowd(&o, all.defined);
        json_out_end(&o, ']');
        json_out_begin(&o, "notes", '[');
        note_begin(&o, w);
        write_notes(w->call, &o, b);
        json_out_end(&o, '}');
    } else if (s == STATUS_OK) {
        s = why_set(why, STATUS_UNKNOWN, "somebody else has removed the budget meanwhile");
    }
    spending_free(&all);
    return s;
}

// --- set ---

// Makes a member as it is when nothing is said of it. False when it has no default.
static bool reset(struct budget *b, struct str name)
{
#define PART(name, field)                                                         \
    {                                                                             \
        name, offsetof(struct budget, field), sizeof(((struct budget *)0)->field) \
    }
    static const struct {
        const char *name;
        size_t offset, size;
    } parts[] = {
        PART("scope", condition_count), PART("per", per),
        PART("window", window.kind),    PART("week", window.first_day),
        PART("week", week_said),        PART("timezone", zone_name),
        PART("enforce", terms.observe), PART("hold", grow),
        PART("clamp", clamp),           PART("on_exceed", downgrade),
        PART("wait", wait_us),          PART("alert_at", terms.alert_count),
        PART("paused", terms.paused),
    };
#undef PART
    struct budget fresh;
    bool known = false;
    budget_init(&fresh, b->name);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!str_is(name, parts[i].name))
            continue;
        known = true;
        memcpy((char *)b + parts[i].offset, (const char *)&fresh + parts[i].offset, parts[i].size);
    }
    return known;
}

// `key=ci`.
static enum status set_condition(struct budget *b, struct str text, struct why *why)
{
    size_t at = str_find(text, '=');
    if (at == text.len)
        return why_set(why, STATUS_SYNTAX, "a scope is written like key=ci, not `%.*s`",
                       STR_ARG(str_clip(text, 80)));
    return budget_scope(b, str_from(text.ptr, at), str_skip(text, at + 1), why);
}

static enum status set_scope(const struct json *j, struct budget *b, const struct json_val *scope,
                             struct why *why)
{
    struct json_iter it = {0};
    struct str name, text = STR_NONE;
    const struct json_val *v;
    bool list = json_type(scope) == JSON_ARRAY;
    enum status s = STATUS_OK;
    if (!list && json_type(scope) != JSON_OBJECT)
        return why_set(why, STATUS_SYNTAX, "\"scope\" is to be like {\"key\":\"ci\"}");
    while (s == STATUS_OK && json_each(&it, scope, &name, &v)) {
        if (json_type(v) != JSON_STRING) // no name is a number or a switch
            s = why_set(why, STATUS_SYNTAX, "each value of \"scope\" is to be a text");
        else
            s = text_of(j, v, "scope", &text, why);
        if (s == STATUS_OK)
            s = list ? set_condition(b, text, why) : budget_scope(b, name, text, why);
    }
    return s;
}

static enum status set_value(const struct json *j, struct budget *b, struct str name,
                             const struct json_val *v, struct why *why)
{
    struct str text;
    char shown[40];
    str_copy_clipped(name, shown, sizeof shown);
    enum status s = text_of(j, v, shown, &text, why);
    return s == STATUS_OK ? budget_set(b, name, text, why) : s;
}

// Taken back to its default.
static enum status reset_member(struct budget *b, struct str name, struct why *why)
{
    if (str_is(name, "limit"))
        return why_set(why, STATUS_SYNTAX, "a limit has no default: write one, like 500.00");
    return reset(b, name) ? STATUS_OK : budget_set(b, name, STR_NONE, why);
}

static enum status set_member(const struct json *j, struct budget *b, struct str name,
                              const struct json_val *v, struct why *why)
{
    if (json_type(v) == JSON_NULL)
        return reset_member(b, name, why);
    (void)reset(b, name);
    if (str_is(name, "scope"))
        return set_scope(j, b, v, why);
    if (!str_is(name, "alert_at") || json_type(v) != JSON_ARRAY)
        return set_value(j, b, name, v, why);
    struct json_iter it = {0};
    const struct json_val *percent;
    enum status s = STATUS_OK;
    while (s == STATUS_OK && json_each(&it, v, NULL, &percent))
        s = set_value(j, b, name, percent, why);
    return s;
}

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
    struct json_iter it = {0};
    struct str name;
    const struct json_val *v;
    enum status s = STATUS_OK;
    while (s == STATUS_OK && json_each(&it, json_root(w->args), &name, &v))
        if (!str_is(name, "name"))
            s = as_argument(set_member(w->args, &w->kept.budget, name, v, why));
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
    enum status s = text_of(w->args, to ? to : by, to ? "limit" : "by", &text, why);
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
        budget_write(&o, "budget", b);
        json_out_begin(&o, "each", '[');
        for (size_t i = 0; b->budget->per == BUDGET_PER_VALUE && i < b->kept; i++) {
            json_out_begin(&o, NULL, '{');
            account_write(&o, b, &b->top[i]);
            json_out_end(&o, '}');
        }
        json_out_end(&o, ']');
        json_out_number(&o, "more", (int64_t)(b->accounts - b->kept));
        json_out_begin(&o, "warnings", '[');
        warn_full(w->call, &o, b->budget, all.defined);
        s = warn_scope(w->call, &o, b->budget, why);
        json_out_end(&o, ']');
        json_out_begin(&o, "notes", '[');
        write_notes(w->call, &o, b);
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
            budget_write(&o, NULL, &all.budgets[i]);
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
