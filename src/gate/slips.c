// SPDX-License-Identifier: Apache-2.0

#include "gate/slips.h"

#include "base/limits.h"
#include "base/log.h"
#include "budget/budget.h"
#include "gate/absent.h"

// Where it stands may have changed.
static bool was_said(const struct config *before, const struct config_warning *w)
{
    for (unsigned i = 0; before && i < before->warning_count; i++)
        if (str_eq(before->warnings[i].text, w->text))
            return true;
    return false;
}

void slips_config_log(const struct config *c, const struct config *before)
{
    for (unsigned i = 0; i < c->warning_count; i++) {
        const struct config_warning *w = &c->warnings[i];
        if (was_said(before, w))
            continue;
        if (w->line)
            log_say(LOG_WARN, "%.*s:%d: %.*s", STR_ARG(c->file), w->line, STR_ARG(w->text));
        else
            log_say(LOG_WARN, "%.*s", STR_ARG(w->text));
    }
}

static void twin(void *context, int line, struct str text)
{
    const struct config *c = context;
    log_say(LOG_WARN, "%.*s:%d: %.*s", STR_ARG(c->file), line, STR_ARG(text));
}

// Of an earlier version, which let a key be called so.
static void reserved(const struct snapshot *s)
{
    size_t at = 0;
    struct str mac;
    void *value;
    while (map_each(&s->keys, &at, &mac, &value)) {
        const struct key *k = value;
        if (str_starts(k->name, str_of(CONFIG_SHADOW)) && !k->revoked_us)
            log_say(LOG_WARN,
                    "key %.*s is not accepted: names that begin with %s are those of what routes "
                    "compare. Make one of another name (costlens key create), and revoke it",
                    STR_ARG(k->name), CONFIG_SHADOW);
    }
}

void slips_log(const struct snapshot *s)
{
    struct buf text;
    buf_init(&text, &alloc_heap, KIB);
    absent_log(s);
    reserved(s);
    config_twins(s->config, s->catalog, twin, s->config);
    if (budget_crowd(s->budgets, s->budget_count, &text))
        log_say(LOG_WARN, "%s", buf_cstr(&text));
    for (size_t i = 0; i < s->budget_count; i++) {
        buf_clear(&text);
        if (budget_never_grows(&s->budgets[i], s->budgets, s->budget_count, s->config->org, &text))
            log_say(LOG_WARN, "%s", buf_cstr(&text));
    }
    buf_fini(&text);
}
