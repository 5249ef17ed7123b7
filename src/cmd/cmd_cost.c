// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>

#include "base/clock.h"
#include "base/json_out.h"
#include "cmd/pricing.h"

static const char help[] =
    "usage: costlens cost MODEL [--input N] [--output N] [options]\n"
    "\n"
    "What a call of a model costs, with its arithmetic. --input counts all input tokens, those "
    "that "
    "come\n"
    "from the cache (--cached), go into it (--cache-write) or are no text (--audio-input) "
    "included, and\n"
    "--output all output tokens, as providers count them.\n";

struct wishes {
    const char *input;
    const char *output;
    const char *reasoning;
    const char *count[BUCKET_COUNT]; // of them, or beside them
    const char *per_day;
    const char *at;
    const char *service;
    bool us;
};

#define COUNT(bucket) offsetof(struct wishes, count[BUCKET_##bucket])
static const struct option_row options[] = {
    {"input", "N", "input tokens of one call, cached ones included",
     offsetof(struct wishes, input)},
    {"cached", "N", "of them, read from a cache", COUNT(CACHE_READ)},
    {"cache-write", "N", "of them, written to a cache", COUNT(CACHE_WRITE_5M)},
    {"cache-write-1h", "N", "of them, written to a one-hour cache", COUNT(CACHE_WRITE_1H)},
    {"audio-input", "N", "of them, audio", COUNT(AUDIO_INPUT)},
    {"audio-cached", "N", "of them, audio read from a cache", COUNT(AUDIO_CACHE_READ)},
    {"image-input", "N", "of them, images", COUNT(IMAGE_INPUT)},
    {"output", "N", "output tokens, reasoning included", offsetof(struct wishes, output)},
    {"reasoning", "N", "of them, reasoning: at some vendors all output is dearer with it",
     offsetof(struct wishes, reasoning)},
    {"audio-output", "N", "of them, audio", COUNT(AUDIO_OUTPUT)},
    {"image-output", "N", "of them, images", COUNT(IMAGE_OUTPUT)},
    {"web-searches", "N", "web searches", COUNT(WEB_SEARCHES)},
    {"file-searches", "N", "file searches", COUNT(FILE_SEARCHES)},
    {"search-units", "N", "rerank search units", COUNT(SEARCH_UNITS)},
    {"images", "N", "images made, where each has its price", COUNT(IMAGES_OUT)},
    {"seconds", "N", "seconds of audio, where they are billed", COUNT(SECONDS)},
    {"busy", "N", "microseconds that a machine of one's own worked", COUNT(BUSY)},
    {"calls", "N", "calls, where a call has a fee (default: 1)", COUNT(CALLS)},
    {"per-day", "CALLS", "also what so many calls a day cost", offsetof(struct wishes, per_day)},
    {"at", "TIME", "when the call starts: 2027-01-01, 2026-11-24T02:00:00Z (default: now)",
     offsetof(struct wishes, at)},
    {"service", "TIER", "standard, batch, flex, priority or fast",
     offsetof(struct wishes, service)},
    {"us", NULL, "US-only or regional processing", offsetof(struct wishes, us)},
    {0}};

#define COUNT_MAX INT64_C(1000000000000) // of one call; more is a mistake
#define DAYS      30

static bool read_count(const char *name, const char *text, int64_t *n)
{
    if (!text)
        return true;
    if (str_i64(str_of(text), n) && *n >= 0 && *n <= COUNT_MAX)
        return true;
    (void)command_failed("--%s: `%s` is no whole number from 0 to 10^12. Write it in digits: 1000",
                         name, text);
    return false;
}

static bool read_counts(const struct wishes *w, int64_t *n)
{
    for (const struct option_row *o = options; o->name; o++) {
        size_t first = offsetof(struct wishes, count);
        if (o->offset < first || o->offset >= first + sizeof w->count)
            continue;
        size_t bucket = (o->offset - first) / sizeof w->count[0];
        if (!read_count(o->name, w->count[bucket], &n[bucket]))
            return false;
    }
    return true;
}

// What is left of `all` tokens beside those told apart.
static bool take_rest(const char *name, int64_t all, int64_t apart, int64_t *rest)
{
    *rest = all - apart;
    if (apart <= all)
        return true;
    (void)command_failed("--%s (%lld) counts all %s tokens; those told apart (cached, audio, ...) "
                         "are %lld",
                         name, (long long)all, name, (long long)apart);
    return false;
}

static bool holds_reasoning(int64_t output, int64_t reasoning)
{
    if (reasoning <= output)
        return true;
    (void)command_failed("--reasoning (%lld) is a part of --output, which is %lld. Give --output "
                         "with reasoning included",
                         (long long)reasoning, (long long)output);
    return false;
}

static bool read_usage(const struct wishes *w, struct usage *u)
{
    int64_t output = 0;
    if (!read_count("input", w->input, &u->prompt) || !read_count("output", w->output, &output) ||
        !read_count("reasoning", w->reasoning, &u->reasoning) || !read_counts(w, u->count) ||
        !holds_reasoning(output, u->reasoning) ||
        !take_rest("input", u->prompt, usage_input(u), &u->count[BUCKET_INPUT]) ||
        !take_rest("output", output, usage_output(u), &u->count[BUCKET_OUTPUT]))
        return false;
    u->us_region = w->us;
    if (w->service && !service_find(str_of(w->service), &u->service)) {
        (void)command_failed("--service: `%s` is none of standard, batch, flex, priority, fast",
                             w->service);
        return false;
    }
    return true;
}

static bool is_nothing(const struct wishes *w)
{
    bool said = w->input || w->output;
    for (unsigned i = 0; i < BUCKET_COUNT; i++)
        said |= w->count[i] != NULL;
    return !said;
}

// --- printing ---

struct answer {
    const struct pricing *pricing;
    const struct sheet *sheet;
    struct cost cost;
    int64_t at;
    int64_t per_day; // 0 = not asked
};

static void write_sum(struct buf *b, const struct cost *c, int64_t calls)
{
    decimal_write(b, (int128)c->total.pd * calls, 12, 2);
}

static void write_lines(const struct cost *c, struct json_out *o)
{
    json_out_begin(o, "lines", '[');
    for (const struct cost_line *l = c->lines; l < c->lines + c->line_count; l++) {
        json_out_begin(o, NULL, '{');
        json_out_text(o, "bucket", str_of(bucket_name(l->bucket)));
        json_out_number(o, "count", l->count);
        json_out_text(o, "priced_as", str_of(bucket_name(l->priced_as)));
        json_out_name(o, "usd");
        buf_add_char(o->buf, '"');
        price_write(o->buf, l->price, bucket_units(l->bucket));
        buf_add_char(o->buf, '"');
        json_out_number(o, "per",
                        bucket_units(l->bucket) * (l->bucket == BUCKET_BUSY ? BUSY_UNIT_US : 1));
        json_out_end(o, '}');
    }
    json_out_end(o, ']');
    json_out_begin(o, "factors", '[');
    for (unsigned i = 0; i < c->factor_count; i++)
        json_out_decimal(o, NULL, c->factor_ppm[i], 6, 0);
    json_out_end(o, ']');
}

static void print_json(const struct answer *a)
{
    const struct cost *c = &a->cost;
    bool priced = c->state != PRICE_UNPRICED;
    struct buf b, name;
    struct json_out o = {&b, true};
    buf_init(&b, &alloc_heap, 0);
    buf_init(&name, &alloc_heap, 0);
    buf_printf(&name, "%.*s/%.*s", STR_ARG(a->sheet->vendor), STR_ARG(a->sheet->model));
    json_out_begin(&o, NULL, '{');
    json_out_text(&o, "model", buf_str(&name));
    json_out_text(&o, "state", str_of(price_state_name(c->state)));
    if (priced)
        json_out_decimal(&o, "cost_usd", c->total.pd, 12, 12);
    else
        json_out_null(&o, "cost_usd");
    write_lines(c, &o);
    json_out_number(&o, "above_prompt_tokens", c->cliff);
    if (!priced)
        json_out_text(&o, "missing",
                      str_of(c->tier_missing ? "service tier" : bucket_name(c->missing)));
    if (a->per_day && priced) {
        json_out_decimal(&o, "per_day_usd", (int128)c->total.pd * a->per_day, 12, 2);
        json_out_decimal(&o, "per_30_days_usd", (int128)c->total.pd * a->per_day * DAYS, 12, 2);
    }
    json_out_text(&o, "version", catalog_version(a->pricing->catalog));
    json_out_end(&o, '}');
    puts(buf_cstr(&b));
    buf_fini(&name);
    buf_fini(&b);
}

static void print_text(const struct answer *a)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    buf_printf(&b, "%.*s/%.*s at ", STR_ARG(a->sheet->vendor), STR_ARG(a->sheet->model));
    civil_write(&b, a->at, 0);
    buf_add_char(&b, '\n');
    cost_explain(&a->cost, &b);
    if (a->per_day && a->cost.state != PRICE_UNPRICED) {
        buf_printf(&b, "%lld calls a day: ", (long long)a->per_day);
        write_sum(&b, &a->cost, a->per_day);
        buf_printf(&b, " USD a day, ");
        write_sum(&b, &a->cost, a->per_day * DAYS);
        buf_printf(&b, " USD in %d days\n", DAYS);
    }
    fputs(buf_cstr(&b), stdout);
    buf_fini(&b);
    if (a->cost.state == PRICE_UNPRICED)
        command_print(
            stderr,
            "What the book states: costlens price show %.*s/%.*s. Your own go under `prices:`.\n",
            STR_ARG(a->sheet->vendor), STR_ARG(a->sheet->model));
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct wishes w = {0};
    struct usage usage = {0};
    struct answer a = {0};
    struct pricing p;
    int code = command_options(&cmd_cost, &argc, argv, &w);
    if (code != EXIT_OK)
        return code;
    if (argc != 2)
        return command_usage(&cmd_cost, "one model is needed");
    if (is_nothing(&w))
        return command_usage(&cmd_cost, "how much of it? --input N, --output N, ...");
    if (!read_usage(&w, &usage) || !read_count("per-day", w.per_day, &a.per_day) ||
        !pricing_time(w.at, &a.at))
        return EXIT_USAGE;
    if (!pricing_open(&p, cli))
        return EXIT_FAILED;
    a.pricing = &p;
    a.sheet = pricing_find(&p, argv[1]);
    code = a.sheet ? EXIT_OK : EXIT_FAILED;
    if (a.sheet) {
        rate(a.sheet, &usage, a.at, &a.cost);
        if (a.cost.overflow)
            code = command_failed(
                "a call beyond 9,223,372 USD is not kept exactly. Give smaller counts");
        else if (cli->json)
            print_json(&a);
        else
            print_text(&a);
    }
    pricing_close(&p);
    return code;
}

const struct command cmd_cost = {
    .name = "cost",
    .summary = "what a call of a model costs, or many a day",
    .help = help,
    .run = run,
    .options = options,
    .examples =
        "costlens cost gpt-4o --input 1200 --cached 1000 --output 300\n"
        "costlens cost claude-haiku-5-5 --input 100001 --output 500 --per-day 20000\n"
        "costlens cost deepseek-flash --input 8000 --output 900 --at 2026-11-24T02:00:00Z\n",
};
