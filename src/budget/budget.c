// SPDX-License-Identifier: Apache-2.0

#include "budget/budget.h"

#include "base/clock.h"
#include "core/key.h"

#define PERCENT_MAX  200 // one that observes may see more than its limit
#define WAIT_MOST_US (INT64_C(86400) * SECOND_US)
#define SHOWN_BYTES  80 // of a text that is told back

static const char *const dimensions[] = {
#define X(id, name) name,
    BUDGET_DIMENSION_MAP(X)
#undef X
};

const char *budget_dimension_name(enum budget_dimension d)
{
    must((unsigned)d < BUDGET_DIMENSION_COUNT);
    return dimensions[d];
}

#define DAYS 7
static const char *const days[DAYS] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday"};

const char *budget_day_name(int day)
{
    must(day >= 0 && day < DAYS);
    return days[day];
}

void budget_dimension_write(struct buf *out, const struct budget_condition *c)
{
    buf_add_cstr(out, budget_dimension_name(c->dimension));
    if (c->dimension != BUDGET_TAG)
        return;
    buf_add_char(out, ':');
    buf_add(out, c->tag);
}

void budget_init(struct budget *b, struct str name)
{
    *b = (struct budget){.name = name};
}

static enum status fault(struct why *why, enum status s, struct str what, const char *says)
{
    char shown[SHOWN_BYTES];
    str_copy_clipped(what, shown, sizeof shown);
    return why_set(why, s, "`%s` %s", shown, says);
}

// --- scope ---

// UTF-8 that steers no terminal and breaks no line.
static bool is_plain(struct str text)
{
    bool plain = str_utf8(text);
    for (size_t i = 0; i < text.len && plain; i++)
        plain = str_control_at(text, i) == 0;
    return plain;
}

// What a call can have of it at the most.
static size_t bytes_max(enum budget_dimension d)
{
    switch (d) {
    case BUDGET_MODEL: return ACCOUNT_VALUE_BYTES;
    case BUDGET_TEAM:
    case BUDGET_PROJECT:
    case BUDGET_USER: // a tag says it where the key does not
    case BUDGET_TAG: return TAG_VALUE_MAX;
    case BUDGET_ORG:
    case BUDGET_KEY:
    case BUDGET_PROVIDER:
    case BUDGET_DIMENSION_COUNT: break;
    }
    return NAME_BYTES_MAX;
}

#define WORDS "org, team, project, key, user, model, provider, or tag:NAME"

// `key`, `tag:session`. `per`: `request` could have been said, too.
static enum status read_dimension(struct str name, bool per, struct budget_condition *c,
                                  struct why *why)
{
    struct str tag = str_of("tag:");
    if (str_is(name, "organisation") || str_is(name, "organization"))
        name = str_of(dimensions[BUDGET_ORG]);
    if (str_starts(name, tag) && name.len > tag.len && name.len - tag.len <= TAG_NAME_MAX &&
        is_plain(name)) {
        c->dimension = BUDGET_TAG;
        c->tag = str_skip(name, tag.len);
        return STATUS_OK;
    }
    for (unsigned i = 0; i < BUDGET_DIMENSION_COUNT; i++) {
        if (i != BUDGET_TAG && str_is(name, dimensions[i])) {
            c->dimension = (enum budget_dimension)i;
            return STATUS_OK;
        }
    }
    return fault(why, STATUS_UNKNOWN, name,
                 per ? "is nothing that tells calls apart: take request, " WORDS
                     : "is nothing that tells calls apart: take " WORDS);
}

static bool same_dimension(const struct budget_condition *a, const struct budget_condition *b)
{
    return a->dimension == b->dimension && str_eq(a->tag, b->tag);
}

enum status budget_scope(struct budget *b, struct str name, struct str value, struct why *why)
{
    struct budget_condition c = {.value = value};
    enum status s = read_dimension(name, false, &c, why);
    if (s != STATUS_OK)
        return s;
    if (value.len == 0)
        return fault(why, STATUS_SYNTAX, name, "needs a value");
    if (value.len > bytes_max(c.dimension))
        return why_set(why, STATUS_LIMIT, "`%.*s` needs a value of at most %zu bytes",
                       STR_ARG(name), bytes_max(c.dimension));
    if (!is_plain(value))
        return fault(why, STATUS_SYNTAX, name,
                     "needs a value in UTF-8, without control characters");
    for (unsigned i = 0; i < b->condition_count; i++) {
        if (same_dimension(&b->conditions[i], &c))
            return fault(why, STATUS_DUPLICATE, name,
                         "stands twice in a scope, and no call has both: make two budgets");
    }
    if (b->condition_count == BUDGET_CONDITIONS_MAX)
        return fault(why, STATUS_LIMIT, name, "is one condition too many: 16 are the most");
    b->conditions[b->condition_count++] = c;
    return STATUS_OK;
}

// --- the rest, by name ---

static enum status set_limit(struct budget *b, struct str value, struct why *why)
{
    enum status s = nano_read(value, &b->terms.limit, why);
    b->limited = b->limited || s == STATUS_OK;
    return s;
}

static enum status set_window(struct budget *b, struct str value, struct why *why)
{
    return window_read(value, &b->window.kind, why);
}

static enum status set_week(struct budget *b, struct str value, struct why *why)
{
    for (int i = 0; i < DAYS; i++) {
        if (str_eq_nocase(value, str_of(days[i]))) {
            b->window.first_day = i;
            b->week_said = true;
            return STATUS_OK;
        }
    }
    return fault(why, STATUS_UNKNOWN, value, "is no day on which a week begins: write monday");
}

static enum status set_zone(struct budget *b, struct str value, struct why *why)
{
    if (value.len == 0 || value.len > NAME_BYTES_MAX)
        return fault(why, STATUS_SYNTAX, value,
                     "is no time zone; write it as in Europe/Berlin, or UTC");
    b->zone_name = value;
    return STATUS_OK;
}

static enum status set_per(struct budget *b, struct str value, struct why *why)
{
    struct budget_condition what = {0};
    enum budget_per per = BUDGET_PER_REQUEST;
    if (!str_is(value, "request")) {
        enum status s = read_dimension(value, true, &what, why);
        if (s != STATUS_OK)
            return s;
        per = BUDGET_PER_VALUE;
    }
    b->per = per;
    b->per_what = what;
    return STATUS_OK;
}

static enum status neither(struct str value, const char *one, const char *other, struct why *why)
{
    char shown[SHOWN_BYTES];
    str_copy_clipped(value, shown, sizeof shown);
    return why_set(why, STATUS_UNKNOWN, "`%s` is neither %s nor %s", shown, one, other);
}

// One of two words: *second says which.
static enum status choose(struct str value, const char *const words[2], bool *second,
                          struct why *why)
{
    if (!str_is(value, words[0]) && !str_is(value, words[1]))
        return neither(value, words[0], words[1], why);
    *second = str_is(value, words[1]);
    return STATUS_OK;
}

static enum status set_truth(struct str value, bool *out, struct why *why)
{
    return str_truth(value, out) ? STATUS_OK : neither(value, "false", "true", why);
}

static enum status set_enforce(struct budget *b, struct str value, struct why *why)
{
    static const char *const words[2] = {"block", "observe"};
    return choose(value, words, &b->terms.observe, why);
}

static enum status set_hold(struct budget *b, struct str value, struct why *why)
{
    static const char *const words[2] = {"full", "grow"};
    return choose(value, words, &b->grow, why);
}

static enum status set_clamp(struct budget *b, struct str value, struct why *why)
{
    return set_truth(value, &b->clamp, why);
}

static enum status set_on_exceed(struct budget *b, struct str value, struct why *why)
{
    static const char *const words[2] = {"block", "downgrade"};
    return choose(value, words, &b->downgrade, why);
}

static enum status set_paused(struct budget *b, struct str value, struct why *why)
{
    return set_truth(value, &b->terms.paused, why);
}

static enum status set_wait(struct budget *b, struct str value, struct why *why)
{
    if (str_is(value, "0")) {
        b->wait_us = 0;
        return STATUS_OK;
    }
    int64_t wait_us = 0;
    if (!span_read(value, &wait_us))
        return fault(why, STATUS_SYNTAX, value, "is no time to wait: write it like 30s or 500ms");
    if (wait_us > WAIT_MOST_US)
        return fault(why, STATUS_RANGE, value, "is longer than a call can wait: 1d at most");
    b->wait_us = wait_us;
    return STATUS_OK;
}

// `80%` or `80`: kept rising.
static enum status set_alert(struct budget *b, struct str value, struct why *why)
{
    uint64_t percent = 0;
    struct str digits = value;
    if (str_ends(value, str_of("%")))
        digits.len--;
    if (!str_u64(digits, &percent) || percent < 1 || percent > PERCENT_MAX)
        return fault(why, STATUS_RANGE, value, "is no part of a limit: write 1% to 200%");
    struct account_terms *t = &b->terms;
    unsigned at = 0;
    while (at < t->alert_count && t->alert_at[at] < percent)
        at++;
    if (at < t->alert_count && t->alert_at[at] == percent)
        return fault(why, STATUS_DUPLICATE, value, "stands twice in alert_at");
    if (t->alert_count == ACCOUNT_ALERTS_MAX)
        return fault(why, STATUS_LIMIT, value, "is one too many: alert_at takes 8");
    memmove(&t->alert_at[at + 1], &t->alert_at[at], t->alert_count - at);
    t->alert_at[at] = (uint8_t)percent;
    t->alert_count++;
    return STATUS_OK;
}

static const struct {
    const char *name;
    enum status (*set)(struct budget *b, struct str value, struct why *why);
} members[] = {
    {"limit", set_limit},   {"window", set_window},  {"week", set_week},
    {"timezone", set_zone}, {"per", set_per},        {"enforce", set_enforce},
    {"hold", set_hold},     {"clamp", set_clamp},    {"on_exceed", set_on_exceed},
    {"wait", set_wait},     {"alert_at", set_alert}, {"paused", set_paused},
};

enum status budget_set(struct budget *b, struct str name, struct str value, struct why *why)
{
    struct str_near near = {.wanted = name, .distance = 4};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (str_is(name, members[i].name))
            return members[i].set(b, value, why);
        str_near(&near, str_of(members[i].name));
    }
    if (near.name.len == 0)
        return fault(why, STATUS_UNKNOWN, name, "is nothing that a budget has");
    char shown[SHOWN_BYTES];
    str_copy_clipped(name, shown, sizeof shown);
    return why_set(why, STATUS_UNKNOWN, "`%s` is nothing that a budget has; did you mean `%s`?",
                   shown, near.name.ptr);
}

// --- as a whole ---

static enum status check_name(struct str name, struct why *why)
{
    const struct {
        bool broken;
        const char *says;
    } rules[] = {
        {name.len == 0, "is no name for a budget: write one, like ci-day"},
        {name.len > NAME_BYTES_MAX, "is too long for the name of a budget: take up to 64 bytes"},
        {!str_utf8(name), "is no name for a budget: it is not UTF-8"},
        {!is_plain(name), "is no name for a budget: leave the control character out"},
        {!str_eq(str_trim(name), name),
         "is no name for a budget: leave the space at its beginning or end out"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (rules[i].broken)
            return fault(why, STATUS_SYNTAX, name, rules[i].says);
    }
    return STATUS_OK;
}

enum status budget_check(const struct budget *b, struct why *why)
{
    const bool request = b->per == BUDGET_PER_REQUEST;
    const bool lifetime = b->window.kind == WINDOW_LIFETIME;
    const struct {
        bool broken;
        enum status status;
        const char *says;
    } rules[] = {
        {!b->limited, STATUS_SYNTAX, "has no limit: write one, like limit: 500.00"},
        {request && (!lifetime || b->week_said || b->zone_name.len > 0), STATUS_CONFLICT,
         "is per request, where no time counts: leave its window, week and timezone out"},
        {request && b->terms.alert_count > 0, STATUS_CONFLICT,
         "is per request, where nothing adds up: leave its alert_at out"},
        {request && (b->grow || b->wait_us > 0), STATUS_CONFLICT,
         "is per request, where no call's hold is in another's way: leave its wait and hold out"},
        {b->week_said && b->window.kind != WINDOW_WEEK, STATUS_CONFLICT,
         "counts no weeks: write window: week, or leave its week out"},
        {lifetime && b->zone_name.len > 0, STATUS_CONFLICT,
         "never begins anew: write a window, like window: month, or leave its timezone out"},
        {b->terms.observe && (b->clamp || b->downgrade || b->wait_us > 0), STATUS_CONFLICT,
         "only observes: leave its clamp, on_exceed and wait out"},
    };
    enum status s = check_name(b->name, why);
    for (size_t i = 0; i < sizeof rules / sizeof *rules && s == STATUS_OK; i++) {
        if (rules[i].broken)
            s = fault(why, rules[i].status, b->name, rules[i].says);
    }
    return s;
}

// --- whom it concerns ---

static struct str tag_of(const struct tags *tags, struct str name)
{
    for (unsigned i = 0; tags && i < tags->count; i++) {
        if (str_eq(tags->at[i].name, name))
            return tags->at[i].value;
    }
    return STR_NONE;
}

static struct str fact(const struct budget_facts *f, const struct budget_condition *c)
{
    switch (c->dimension) {
    case BUDGET_ORG: return f->org;
    case BUDGET_TEAM: return f->team;
    case BUDGET_PROJECT: return f->project;
    case BUDGET_KEY: return f->key;
    case BUDGET_USER: return f->user;
    case BUDGET_TAG: return tag_of(f->tags, c->tag);
    case BUDGET_MODEL: return f->model;
    case BUDGET_PROVIDER:
    case BUDGET_DIMENSION_COUNT: break;
    }
    return f->provider;
}

// A pattern also means the model's own name, whoever has it: `a/b` may be b of a provider a, or the
// whole name that a model has at another one. What a limit may be meant for it counts.
static bool is_model(const struct budget_facts *f, struct str pattern)
{
    if (str_glob(pattern, f->model) || str_glob(pattern, f->asked))
        return true;
    struct str bare = str_skip(f->model, str_find(f->model, '/') + 1);
    return bare.len > 0 && str_glob(pattern, bare);
}

static bool holds(const struct budget_condition *c, const struct budget_facts *f)
{
    if (c->dimension == BUDGET_MODEL)
        return is_model(f, c->value);
    if (c->dimension == BUDGET_PROVIDER)
        return str_glob(c->value, f->provider);
    if (c->dimension == BUDGET_KEY && key_run_inside(f->key, key_run(c->value)))
        return true;
    return str_eq(c->value, fact(f, c));
}

bool budget_matches(const struct budget *b, const struct budget_facts *f, struct str *value)
{
    struct str apart = STR_NONE;
    for (unsigned i = 0; i < b->condition_count; i++) {
        if (!holds(&b->conditions[i], f))
            return false;
    }
    if (b->per == BUDGET_PER_VALUE) {
        apart = fact(f, &b->per_what);
        if (apart.len == 0)
            return false;
    }
    *value = apart;
    return true;
}

int budget_rank(const struct budget *b)
{
    int rank = b->per == BUDGET_PER_VALUE ? (int)b->per_what.dimension : 0;
    for (unsigned i = 0; i < b->condition_count; i++) {
        if ((int)b->conditions[i].dimension > rank)
            rank = (int)b->conditions[i].dimension;
    }
    return rank;
}

// --- together ---

static bool has_condition(const struct budget *b, const struct budget_condition *c)
{
    bool has = false;
    for (unsigned i = 0; i < b->condition_count; i++)
        has = has ||
              (same_dimension(&b->conditions[i], c) && str_eq(b->conditions[i].value, c->value));
    return has;
}

// Whoever is concerned by the narrow one is by the wide one.
static bool is_within(const struct budget *narrow, const struct budget *wide)
{
    bool within = wide->per != BUDGET_PER_REQUEST;
    for (unsigned i = 0; i < wide->condition_count && within; i++)
        within = has_condition(narrow, &wide->conditions[i]);
    return within;
}

bool budget_crowd(const struct budget *all, size_t count, struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        size_t most = 0;
        for (size_t other = 0; other < count; other++)
            most += is_within(&all[i], &all[other]);
        if (most <= HOLD_ACCOUNTS_MAX)
            continue;
        buf_printf(out,
                   "budget %.*s: %zu budgets concern its calls, and a call that more than %d "
                   "concern is refused: give some a narrower scope, or remove some",
                   STR_ARG(all[i].name), most, HOLD_ACCOUNTS_MAX);
        return true;
    }
    return false;
}

// As is_within, but a call that has not what the wide one tells apart is none of its.
static bool is_held_by(const struct budget *narrow, const struct budget *wide, struct str org)
{
    bool apart =
        wide->per == BUDGET_PER_VALUE &&
        !(narrow->per == BUDGET_PER_VALUE && same_dimension(&narrow->per_what, &wide->per_what));
    bool held = true;
    for (unsigned i = 0; i < narrow->condition_count && apart; i++)
        apart = !same_dimension(&narrow->conditions[i], &wide->per_what);
    for (unsigned i = 0; i < wide->condition_count && held; i++) {
        const struct budget_condition *c = &wide->conditions[i];
        held = has_condition(narrow, c) ||
               (c->dimension == BUDGET_ORG && org.len > 0 && str_eq(c->value, org));
    }
    return held && !apart;
}

bool budget_never_grows(const struct budget *b, const struct budget *all, size_t count,
                        struct str org, struct buf *out)
{
    for (size_t i = 0; i < count && b->grow && !b->terms.observe; i++) {
        if (all[i].grow || all[i].terms.observe || !is_held_by(b, &all[i], org))
            continue;
        buf_printf(out,
                   "budget %.*s: hold: grow has no effect while %.*s holds in full: give that one "
                   "hold: grow, too",
                   STR_ARG(b->name), STR_ARG(all[i].name));
        return true;
    }
    return false;
}
