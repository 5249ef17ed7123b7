// SPDX-License-Identifier: Apache-2.0

#include "gate/takeover.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/json_out.h"
#include "base/log.h"
#include "budget/budget.h"
#include "config/config.h"
#include "gate/resolve.h"
#include "tariff/change.h"

#define USED_US (30 * DAY_US)

struct takeover {
    const struct snapshot *old, *fresh;
    int64_t now_us;
};

// --- prices ---

static const struct sheet *sheet_of(const struct snapshot *s, struct str provider, struct str model)
{
    for (unsigned i = 0; i < s->config->provider_count; i++)
        if (str_eq(s->config->providers[i].name, provider))
            return provider_sheet(s, &s->config->providers[i], model);
    return NULL;
}

static void say(void *context, struct str provider, struct str model)
{
    const struct takeover *t = context;
    struct change c;
    struct buf line;
    const struct sheet *old = sheet_of(t->old, provider, model);
    const struct sheet *fresh = sheet_of(t->fresh, provider, model);
    if (!fresh)
        return;
    fresh = sheet_at(fresh, t->now_us);
    change_between(old ? sheet_at(old, t->now_us) : NULL, fresh, t->now_us, &c);
    if (c.kind == CHANGE_NONE || (c.kind == CHANGE_NEW && sheet_silent(fresh)))
        return;
    buf_init(&line, &alloc_heap, 0);
    change_line(&line, &c);
    log_say(LOG_INFO, "the price of %.*s/%.*s has changed (USD/Mtok, or for one): %s; from %.*s",
            STR_ARG(provider), STR_ARG(model), buf_cstr(&line), STR_ARG(fresh->source));
    buf_fini(&line);
}

// --- budgets ---

static const struct budget *numbered(const struct snapshot *s, uint64_t id)
{
    for (size_t i = 0; i < s->budget_count; i++)
        if (s->budgets[i].id == id)
            return &s->budgets[i];
    return NULL;
}

// `5.00 USD`, `5.00 USD (day)`, `5.00 USD (request)`.
static void write_limit(struct buf *out, const struct budget *b)
{
    nano_write(out, b->terms.limit);
    buf_add_cstr(out, " USD");
    if (b->per == BUDGET_PER_REQUEST)
        buf_add_cstr(out, " (request)");
    else if (b->window.kind != WINDOW_LIFETIME)
        buf_printf(out, " (%s)", window_name(b->window.kind));
}

// A budget in the words of the file.
struct written {
    struct buf text;
    struct json *json;
};

static void write_down(struct written *w, const struct budget *b)
{
    *w = (struct written){.json = NULL};
    buf_init(&w->text, &alloc_heap, 0);
    struct json_out out = {&w->text, true};
    json_out_begin(&out, NULL, '{');
    config_budget_members(&out, b);
    json_out_end(&out, '}');
    (void)!json_open(buf_str(&w->text), &alloc_heap, &w->json, NULL);
}

static void written_free(struct written *w)
{
    json_close(w->json);
    buf_fini(&w->text);
}

// `none` where it has no such member.
static struct str member(struct written *w, const char *name)
{
    size_t start, len;
    const struct json_val *v = w->json ? json_get(json_root(w->json), name) : NULL;
    if (json_type(v) == JSON_STRING)
        return json_str(v);
    if (!v || !json_member_at(w->json, json_key(json_root(w->json), name), &start, &len))
        return str_of("none");
    return str_from(buf_cstr(&w->text) + start, len);
}

// `limit 5.00 (before: 4.00), window week (before: day)`.
static void write_changes(struct buf *out, const struct budget *old, const struct budget *b)
{
    static const char *const names[] = {"scope", "per",      "limit",   "window",
                                        "week",  "timezone", "hold",    "on_exceed",
                                        "clamp", "wait",     "alert_at"};
    struct written before, now;
    write_down(&before, old);
    write_down(&now, b);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct str was = member(&before, names[i]), is = member(&now, names[i]);
        if (!str_eq(was, is))
            buf_printf(out, "%s%s %.*s (before: %.*s)", out->len ? ", " : "", names[i], STR_ARG(is),
                       STR_ARG(was));
    }
    written_free(&before);
    written_free(&now);
}

static void say_changed(const struct budget *old, const struct budget *b)
{
    struct buf changes;
    buf_init(&changes, &alloc_heap, 0);
    write_changes(&changes, old, b);
    if (changes.len)
        log_say(LOG_INFO, "budget %.*s has changed: %s", STR_ARG(b->name), buf_cstr(&changes));
    buf_fini(&changes);
    if (old->terms.paused != b->terms.paused)
        log_say(LOG_INFO, "budget %.*s %s", STR_ARG(b->name),
                b->terms.paused ? "is paused: it refuses every call" : "is paused no more");
    if (old->terms.observe != b->terms.observe)
        log_say(LOG_INFO, "budget %.*s %s", STR_ARG(b->name),
                b->terms.observe ? "only observes now" : "blocks now");
}

static void say_new(const struct budget *b)
{
    struct buf limit;
    buf_init(&limit, &alloc_heap, 0);
    write_limit(&limit, b);
    log_say(LOG_INFO, "a new budget holds: %.*s, %s", STR_ARG(b->name), buf_cstr(&limit));
    buf_fini(&limit);
}

static void say_budgets(const struct snapshot *old, const struct snapshot *fresh)
{
    for (size_t i = 0; i < fresh->budget_count; i++) {
        const struct budget *b = &fresh->budgets[i];
        const struct budget *before = numbered(old, b->id);
        if (before)
            say_changed(before, b);
        else
            say_new(b);
    }
    for (size_t i = 0; i < old->budget_count; i++)
        if (!numbered(fresh, old->budgets[i].id))
            log_say(LOG_INFO, "budget %.*s holds no more", STR_ARG(old->budgets[i].name));
}

void takeover_log(const struct snapshot *old, const struct snapshot *fresh, struct store *store)
{
    struct why why = {0};
    struct takeover t = {old, fresh, clock_wall_us()};
    say_budgets(old, fresh);
    if (str_eq(catalog_version(old->catalog), catalog_version(fresh->catalog)))
        return;
    log_say(LOG_INFO, "the price book has changed: version %.*s, before it %.*s",
            STR_ARG(catalog_version(fresh->catalog)), STR_ARG(catalog_version(old->catalog)));
    if (store_models_used(store, t.now_us - USED_US, say, &t, &why) != STATUS_OK)
        log_say(LOG_WARN, "the models in use are not known: %s", why.text);
}
