// SPDX-License-Identifier: Apache-2.0

#include "panel/events.h"

#include "base/args.h"
#include "panel/spending.h"
#include "store/events.h"

#define EVENTS_MAX      1000
#define SHOWN_BYTES_MAX (NAME_BYTES_MAX + 40) // of a removed one, as it is shown

struct wanted {
    struct str name, after;
};

static const struct args_row rows[] = {
    {.name = "name", .offset = offsetof(struct wanted, name), .bytes_max = SHOWN_BYTES_MAX},
    {.name = "after", .offset = offsetof(struct wanted, after), .kind = ARGS_EITHER},
    {0},
};

struct writing {
    struct json_out out;
    size_t count;
};

static void usd(struct json_out *o, const char *name, struct nano amount)
{
    json_out_decimal(o, name, amount.n, NANO_PLACES, 2);
}

static void write_call(struct json_out *o, const struct event *e)
{
    char request[UUID_TEXT];
    uuid_write(&e->request, request);
    usd(o, "beyond", e->beyond);
    json_out_text(o, "request", str_from(request, UUID_TEXT));
}

static void write_event(void *context, const struct event *e)
{
    struct writing *w = context;
    struct json_out *o = &w->out;
    w->count++;
    json_out_begin(o, NULL, '{');
    json_out_number(o, "id", e->id);
    json_out_time(o, "time", e->at_us);
    json_out_text(o, "kind", str_of(event_name(e->kind)));
    json_out_text(o, "budget", e->name);
    if (e->value.len)
        json_out_text(o, "value", e->value);
    json_out_text(o, "window", str_of(window_name(e->window.kind)));
    if (e->window.start_us != INT64_MIN)
        json_out_time(o, "began", e->window.start_us);
    if (e->kind == EVENT_ALERT)
        json_out_number(o, "percent", e->percent);
    usd(o, "limit", e->limit);
    usd(o, "spent", e->spent);
    usd(o, "held", e->held);
    if (e->kind != EVENT_ALERT)
        write_call(o, e);
    json_out_end(o, '}');
}

// Nothing was told of that name: is there a budget?
static enum status check_name(const struct verb_call *c, struct str name, struct why *why)
{
    struct spending all;
    enum status s = spending_read(c, 1, &all, why);
    if (s == STATUS_OK && !spending_find(&all, name))
        s = why_set(why, STATUS_UNKNOWN,
                    "no budget is named %.*s (`costlens budget list` shows all)", STR_ARG(name));
    spending_free(&all);
    return s;
}

static enum status list(const struct verb_call *c, const struct wanted *wanted, struct why *why)
{
    struct event_query query = {.name = wanted->name, .most = EVENTS_MAX};
    struct writing w = {.out = {c->answer, true}};
    if (wanted->after.len && (!str_i64(wanted->after, &query.after) || query.after < 0))
        return why_set(why, STATUS_SYNTAX, "\"after\" is the number of an event");
    json_out_begin(&w.out, NULL, '{');
    json_out_begin(&w.out, "events", '[');
    enum status s = c->store ? store_event_each(c->store, &query, write_event, &w, why) : STATUS_OK;
    json_out_end(&w.out, ']');
    json_out_end(&w.out, '}');
    if (s == STATUS_OK && w.count == 0 && wanted->name.len)
        s = check_name(c, wanted->name, why);
    return s;
}

enum status events_list(struct verb_call *c, struct why *why)
{
    struct wanted wanted = {.name = STR_NONE};
    struct json *document = NULL;
    enum status s = args_read(c->args, rows, &wanted, &document, why);
    if (s == STATUS_OK)
        s = list(c, &wanted, why);
    json_close(document);
    return s;
}
