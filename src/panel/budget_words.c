// SPDX-License-Identifier: Apache-2.0

#include "panel/budget_words.h"

#include "base/clock.h"
#include "base/limits.h"
#include "config/hint.h"

#define TEXT_BYTES_MAX 1024

// --- reading ---

enum status budget_words_text(const struct json *args, const struct json_val *v, const char *name,
                              struct str *out, struct why *why)
{
    switch (json_type(v)) {
    case JSON_STRING: *out = json_str(v); break;
    case JSON_NUMBER: *out = json_number(args, v); break;
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
            s = budget_words_text(j, v, "scope", &text, why);
        if (s == STATUS_OK)
            s = list ? set_condition(b, text, why) : budget_scope(b, name, text, why);
    }
    return s;
}

static enum status set_value(const struct json *j, struct budget *b, struct str name,
                             const struct json_val *v, struct why *why)
{
    struct str text = STR_NONE;
    char shown[40];
    str_copy_clipped(name, shown, sizeof shown);
    enum status s = budget_words_text(j, v, shown, &text, why);
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

enum status budget_words_read(const struct json *args, struct budget *b, struct why *why)
{
    struct json_iter it = {0};
    struct str name;
    const struct json_val *v;
    enum status s = STATUS_OK;
    while (s == STATUS_OK && json_each(&it, json_root(args), &name, &v))
        if (!str_is(name, "name"))
            s = set_member(args, b, name, v, why);
    return s;
}

// --- showing ---

void budget_words_account(struct json_out *o, const struct spending_budget *b,
                          const struct spending_account *a)
{
    if (b->budget->per == BUDGET_PER_VALUE)
        json_out_text(o, "value", a->value);
    spending_write_account(o, b, a);
}

void budget_words_write(struct json_out *o, const char *name, const struct spending_budget *b)
{
    json_out_begin(o, name, '{');
    spending_write_budget(o, b);
    if (b->budget->per != BUDGET_PER_REQUEST) {
        const struct spending_account none = {.spent = {0}};
        json_out_number(o, "accounts", (int64_t)b->accounts);
        if (b->kept)
            budget_words_account(o, b, b->top);
        else
            spending_write_account(o, b, &none);
    }
    json_out_end(o, '}');
}

// --- what one should know of it ---

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
                         str_starts(s->wanted->value, str_of(KEY_OF_RUN)) || // they come and go
                         config_route_shadowed(config, s->wanted->value));   // its gateway's own
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

// No account says which of two its value is of.
static void note_per(struct json_out *o, const struct budget *b, const struct budget *before)
{
    bool values = b->per == BUDGET_PER_VALUE && before->per == BUDGET_PER_VALUE;
    json_out_note(o, "what was spent under another `per` is not in it%s",
                  values ? ", but its values are shown until their window ends, and one that is a "
                           "value of both goes on with what it has spent"
                         : ": it counts from now on");
}

void budget_words_begin(struct json_out *o, const struct budget *b, const struct budget *before)
{
    if (b->per == BUDGET_PER_REQUEST)
        return;
    if (!before && b->window.kind != WINDOW_LIFETIME)
        json_out_note(o, "it counts from now on: what was spent before in this %s is not in it",
                      window_name(b->window.kind));
    if (before && !same_per(b, before))
        note_per(o, b, before);
    else if (before && !same_window(b, before))
        json_out_note(o,
                      "what it has spent before, in the window of now, counts in it, and so do the "
                      "calls that are under way");
    if (before && !same_scope(b, before))
        json_out_note(o,
                      "what its scope was charged until now stays spent; calls that only the new "
                      "scope has count from now on");
}

void budget_words_crowd(struct json_out *o, const struct defined *all)
{
    struct buf text;
    buf_init(&text, &alloc_heap, KIB);
    if (budget_crowd(all->budgets, all->budget_count, &text))
        json_out_note(o, "%s", buf_cstr(&text));
    buf_fini(&text);
}

void budget_words_full(const struct verb_call *c, struct json_out *o, const struct budget *b,
                       const struct defined *all)
{
    struct buf text;
    buf_init(&text, &alloc_heap, KIB);
    if (budget_never_grows(b, all->budgets, all->budget_count, c->config->org, &text))
        json_out_note(o, "%s", buf_cstr(&text));
    buf_fini(&text);
}

enum status budget_words_scope(const struct verb_call *c, struct json_out *o,
                               const struct budget *b, struct why *why)
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

void budget_words_notes(const struct verb_call *c, struct json_out *o,
                        const struct spending_budget *b)
{
    note_amounts(o, b);
    if (b->budget->terms.paused)
        note_paused(c, o, b->budget);
}
