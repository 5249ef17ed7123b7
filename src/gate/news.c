// SPDX-License-Identifier: Apache-2.0

#include "gate/news.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/gate_state.h"
#include "store/events.h"

struct telling {
    struct chore chore;
    struct gate *gate;
    struct budgets_news news;
    int64_t at_us;
    char value[]; // the news'
};

// Its name; a budget that has been removed meanwhile has none.
static struct str name_of(const struct snapshot *s, uint64_t budget)
{
    for (size_t i = 0; i < s->budget_count; i++) {
        if (s->budgets[i].id == budget)
            return s->budgets[i].name;
    }
    return str_of("(removed)");
}

static void log_usd(struct log_line *l, const char *name, struct nano n)
{
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    nano_write(&text, n);
    log_str(l, name, buf_str(&text));
    buf_fini(&text);
}

static void log_beyond(struct log_line *l, const struct budgets_news *n)
{
    char id[UUID_TEXT];
    uuid_write(&n->request, id);
    log_usd(l, "beyond_usd", n->beyond);
    log_str(l, "request_id", str_from(id, UUID_TEXT));
}

static const char *words_of(enum budgets_news_kind kind)
{
    switch (kind) {
    case BUDGETS_ALERT: return "a budget has reached a threshold";
    case BUDGETS_OVERDRAFT:
        return "a call cost more than the most that its price allows: it is spent all the same, "
               "and no budget relies on that price for its key until it is mended";
    case BUDGETS_OVERRUN: break;
    }
    return "an answer passed its maximum, and its call is charged more than its worst case, by an "
           "estimate of how long it was: its provider ignores the maximum, and its price need not "
           "be wrong";
}

static enum event_kind kept_as(enum budgets_news_kind kind)
{
    switch (kind) {
    case BUDGETS_ALERT: return EVENT_ALERT;
    case BUDGETS_OVERDRAFT: return EVENT_OVERDRAFT;
    case BUDGETS_OVERRUN: break;
    }
    return EVENT_OVERRUN;
}

static void log_news(const struct snapshot *s, const struct budgets_news *n)
{
    struct log_line l;
    bool alert = n->kind == BUDGETS_ALERT;
    log_begin(&l, alert ? LOG_WARN : LOG_ERROR, words_of(n->kind));
    log_str(&l, "budget", name_of(s, n->budget));
    if (n->value.len)
        log_str(&l, "of", n->value);
    if (alert)
        log_i64(&l, "percent", n->percent);
    log_usd(&l, "limit_usd", n->limit);
    log_usd(&l, "spent_usd", n->spent);
    log_usd(&l, "held_usd", n->held);
    if (!alert)
        log_beyond(&l, n);
    log_end(&l);
}

// False when it was kept before: a person has seen it. What cannot be kept is at least told.
static bool keep(const struct telling *t)
{
    const struct budgets_news *n = &t->news;
    const struct event e = {.at_us = t->at_us,
                            .kind = kept_as(n->kind),
                            .budget = n->budget,
                            .value = n->value,
                            .window = n->window,
                            .percent = n->percent,
                            .limit = n->limit,
                            .spent = n->spent,
                            .held = n->held,
                            .beyond = n->beyond,
                            .request = n->request};
    struct why why = {0};
    bool fresh = true;
    if (store_event_add(gate_store(t->gate), &e, &fresh, &why) != STATUS_OK)
        log_say(LOG_WARN, "%s", why.text);
    return fresh;
}

static void run(struct chore *c)
{
    struct telling *t = list_of(c, struct telling, chore);
    if (keep(t)) {
        struct snapshot *s = gate_snapshot(t->gate);
        log_news(s, &t->news);
        snapshot_free(s);
    }
    heap_free(t);
}

void news_tell(void *gate, const struct budgets_news *n)
{
    struct telling *t = alloc_zero(&alloc_heap, sizeof *t + n->value.len);
    if (!t)
        return;
    t->gate = gate;
    t->news = *n;
    t->at_us = clock_wall_us();
    if (n->value.len)
        memcpy(t->value, n->value.ptr, n->value.len);
    t->news.value = str_from(t->value, n->value.len);
    t->chore.run = run;
    list_init(&t->chore.link);
    chores_add(gate_chores(gate, CHORE_BRIEF), &t->chore);
}
