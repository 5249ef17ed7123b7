// SPDX-License-Identifier: Apache-2.0

#include "cmd/price_used.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json_out.h"
#include "cmd/remote.h"
#include "config/config.h"
#include "tariff/change.h"

#define ATTO_A_USD INT64_C(1000000000000000000)

typedef void found_f(void *context, struct str model, int64_t at_us, const struct change *c);

// The periods of a sheet that began within the time.
static void walk(const struct sheet *s, struct str model, const int64_t span[2], found_f *f,
                 void *context)
{
    int64_t later = INT64_MAX;
    for (; s && s->before; s = s->before) {
        struct change c;
        bool held = s->since_us < later;
        later = s->since_us;
        if (!held || s->since_us < span[0] || s->since_us >= span[1])
            continue;
        change_between(sheet_at(s->before, s->since_us - 1), s, s->since_us, &c);
        if (c.kind != CHANGE_NONE)
            f(context, model, s->since_us, &c);
    }
}

static int64_t bound(const struct json *report, const char *name, int64_t none)
{
    int64_t us;
    return civil_read(json_str(json_get(json_root(report), name)), &us) ? us : none;
}

static void each_change(const struct cli *cli, const struct json *report, found_f *f, void *context)
{
    struct pricing p;
    struct json_iter it = {0};
    const struct json_val *row;
    int64_t now = clock_wall_us();
    int64_t span[2] = {bound(report, "since", 0), bound(report, "until", now)};
    span[1] = span[1] < now ? span[1] : now;
    if (!str_is(json_str(json_get(json_root(report), "by")), "model") || !pricing_open(&p, cli))
        return;
    while (json_each(&it, json_get(json_root(report), "rows"), NULL, &row)) {
        struct str model = json_str(json_get(row, "model"));
        walk(pricing_called(&p, model), model, span, f, context);
    }
    pricing_close(&p);
}

static void print_one(void *context, struct str model, int64_t at_us, const struct change *c)
{
    char day[CIVIL_DATE];
    struct buf line;
    (void)context;
    buf_init(&line, &alloc_heap, 0);
    change_line(&line, c);
    command_print(stdout, "the price of %.*s changed on %s: %s\n", STR_ARG(model),
                  civil_date(at_us, day), buf_cstr(&line));
    buf_fini(&line);
}

void price_used_print(const struct cli *cli, const struct json *report)
{
    each_change(cli, report, print_one, NULL);
}

static void write_one(void *context, struct str model, int64_t at_us, const struct change *c)
{
    struct json_out *o = context;
    struct buf line;
    buf_init(&line, &alloc_heap, 0);
    change_line(&line, c);
    json_out_begin(o, NULL, '{');
    json_out_text(o, "model", model);
    json_out_time(o, "since", at_us);
    json_out_text(o, "change", buf_str(&line));
    json_out_text(o, "source", c->fresh->source);
    json_out_end(o, '}');
    buf_fini(&line);
}

void price_used_write(const struct cli *cli, const struct json *report, struct buf *text)
{
    struct buf list;
    buf_init(&list, &alloc_heap, 0);
    struct json_out o = {&list, true};
    each_change(cli, report, write_one, &o);
    if (list.len && text->len && text->ptr[text->len - 1] == '}') {
        text->len--;
        buf_printf(text, ",\"price_changes\":[%s]}", buf_cstr(&list));
    }
    buf_fini(&list);
}

// --- after an import ---

// Tokens of a row at a sheet's prices of now, in 10^-18 USD; -1 where a price is missing.
static int128 cost_of(const struct json_val *row, const struct quote *q)
{
    char member[40];
    int128 sum = 0;
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        int64_t n = 0;
        snprintf(member, sizeof member, "%s_tokens", bucket_name((enum bucket)i));
        if (!bucket_is_token((enum bucket)i) || !json_i64(json_get(row, member), &n) || n <= 0)
            continue;
        enum bucket as = quote_priced_as(q, (enum bucket)i);
        if (as == BUCKET_COUNT)
            return -1;
        sum += (int128)n * q->price[as].atto;
    }
    return sum;
}

// Two sums with as many digits as tell them apart, and from nothing; four at least.
static void write_sums(struct buf *b, int128 old, int128 fresh)
{
    unsigned places = 4;
    int128 apart = fresh > old ? fresh - old : old - fresh, least = INT64_MAX,
           unit = ATTO_A_USD / 10000;
    const int128 sums[] = {old, fresh, apart};
    for (unsigned i = 0; i < 3; i++)
        if (sums[i] && sums[i] < least)
            least = sums[i];
    for (; unit > 1 && least < 10 * unit; unit /= 10)
        places++;
    decimal_write(b, decimal_divide(old, unit), places, 2);
    buf_add_cstr(b, " -> ");
    decimal_write(b, decimal_divide(fresh, unit), places, 2);
    buf_add_cstr(b, " USD");
}

static void say_used(const struct json_val *row, struct str model, const struct change *c)
{
    struct buf line;
    int128 old = c->kind == CHANGE_PRICE ? cost_of(row, &c->before) : -1;
    int128 fresh = cost_of(row, &c->after);
    buf_init(&line, &alloc_heap, 0);
    change_line(&line, c);
    if (old >= 0 && fresh >= 0) {
        buf_add_cstr(&line, "; its tokens of 30 days: ");
        write_sums(&line, old, fresh);
    }
    command_print(stderr, "in use: %.*s: %s\n", STR_ARG(model), buf_cstr(&line));
    buf_fini(&line);
}

static void compare(const struct pricing *before, const struct pricing *after,
                    const struct json *report)
{
    struct json_iter it = {0};
    const struct json_val *row;
    int64_t now = clock_wall_us();
    while (json_each(&it, json_get(json_root(report), "rows"), NULL, &row)) {
        struct change c;
        struct str model = json_str(json_get(row, "model"));
        const struct sheet *old = pricing_called(before, model);
        const struct sheet *fresh = pricing_called(after, model);
        if (!fresh)
            continue;
        change_between(old ? sheet_at(old, now) : NULL, sheet_at(fresh, now), now, &c);
        if (c.kind == CHANGE_PRICE || (c.kind == CHANGE_NEW && c.after.has))
            say_used(row, model, &c);
    }
}

static bool has_store(const struct config *c)
{
    char path[512];
    return str_copy(c->store, path, sizeof path) && access(path, R_OK) == 0;
}

void price_used_after(const struct cli *cli, const struct pricing *before)
{
    struct pricing after;
    struct buf args;
    struct json *report = NULL;
    if (!has_store(before->config))
        return;
    buf_init(&args, &alloc_heap, 0);
    remote_arg(&args, "since", (struct str)STR("30d"));
    if (remote_ask(cli, "report", &args, NULL, &report) == EXIT_OK && pricing_open(&after, cli)) {
        compare(before, &after, report);
        pricing_close(&after);
    }
    json_close(report);
    buf_fini(&args);
}
