// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/pricing.h"
#include "cmd/table.h"

static const char help[] =
    "usage: costlens price list [NAME] [--vendor V] [--at TIME] [--json]\n"
    "       costlens price show MODEL [--at TIME] [--json]\n"
    "\n"
    "What models cost: the price book that is compiled in, with the prices of your configuration.\n"
    "Prices are USD for 1,000,000 tokens, or for one of anything else (a search, an image). A "
    "model\n"
    "whose price is not known is shown as unpriced, which is not free. NAME is a part of names, "
    "or a\n"
    "pattern with * in it. MODEL is VENDOR/MODEL, PROVIDER/MODEL, an alias of the configuration, "
    "or "
    "a\n"
    "bare name.\n";

struct wishes {
    const char *vendor;
    const char *at;
    const char *name; // NULL = any
};

static const struct option_row options[] = {
    {"vendor", "V", "only this vendor's models: openai, anthropic, ...",
     offsetof(struct wishes, vendor)},
    {"at", "TIME", "prices as of then: 2027-01-01, 2026-11-24T10:00:00Z (default: now)",
     offsetof(struct wishes, at)},
    {0}};

static void quote_standard(const struct sheet *s, int64_t at, struct quote *q)
{
    sheet_quote(s, &(struct moment){.at_us = at}, q);
}

// --- list ---

// Part of "VENDOR/MODEL" or a pattern of it or of the model alone; capitals do not matter.
static bool is_named(const struct sheet *s, const char *name)
{
    struct buf full, wanted;
    buf_init(&full, &alloc_heap, 0);
    buf_init(&wanted, &alloc_heap, 0);
    buf_printf(&full, "%.*s/%.*s", STR_ARG(s->vendor), STR_ARG(s->model));
    buf_printf(&wanted, strchr(name, '*') ? "%s" : "*%s*", name);
    bool fits = false;
    if (!buf_failed(&full) && !buf_failed(&wanted)) {
        struct str text = str_lower(buf_str(&full), full.ptr);
        struct str pattern = str_lower(buf_str(&wanted), wanted.ptr);
        fits = str_glob(pattern, text) || str_glob(pattern, str_skip(text, s->vendor.len + 1));
    }
    buf_fini(&full);
    buf_fini(&wanted);
    return fits;
}

static bool is_wanted(const struct sheet *s, const struct wishes *w)
{
    return (!w->vendor || str_is(s->vendor, w->vendor)) && (!w->name || is_named(s, w->name));
}

static bool is_any_wanted(const struct catalog *c, const struct wishes *w)
{
    for (size_t i = 0; i < catalog_count(c); i++) {
        if (is_wanted(catalog_at(c, i), w))
            return true;
    }
    return false;
}

static void list_json(const struct catalog *c, const struct wishes *w, int64_t at)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    buf_printf(&b, "{\"version\":\"%.*s\",\"models\":[", STR_ARG(catalog_version(c)));
    const char *join = "\n{";
    for (size_t i = 0; i < catalog_count(c); i++) {
        struct quote q;
        if (!is_wanted(catalog_at(c, i), w))
            continue;
        quote_standard(catalog_at(c, i), at, &q);
        buf_add_cstr(&b, join);
        pricing_write(catalog_at(c, i), &q, &b);
        buf_add_char(&b, '}');
        join = ",\n{";
    }
    printf("%s\n]}\n", buf_cstr(&b));
    buf_fini(&b);
}

static const enum bucket shown[] = {BUCKET_INPUT, BUCKET_CACHE_READ, BUCKET_CACHE_WRITE_5M,
                                    BUCKET_OUTPUT};
#define SHOWN_COUNT (sizeof shown / sizeof shown[0])

static void set_cell(struct libscols_line *line, size_t column, struct buf *text)
{
    table_cell(line, column, buf_str(text));
    buf_clear(text);
}

static void add_row(struct libscols_table *table, const struct sheet *s, int64_t at)
{
    struct libscols_line *line = table_line(table);
    struct quote q;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    quote_standard(s, at, &q);
    buf_printf(&b, "%.*s/%.*s", STR_ARG(s->vendor), STR_ARG(s->model));
    set_cell(line, 0, &b);
    for (size_t i = 0; i < SHOWN_COUNT; i++) {
        if (q.has & 1u << shown[i])
            price_write(&b, q.price[shown[i]], bucket_units(shown[i]));
        else if (i == 0)
            buf_add_cstr(&b, s->free ? "free" : q.has ? "other" : "unpriced");
        set_cell(line, 1 + i, &b);
    }
    if (s->context_tokens)
        buf_add_i64(&b, s->context_tokens);
    set_cell(line, 1 + SHOWN_COUNT, &b);
    buf_fini(&b);
}

static void list_text(const struct catalog *c, const struct wishes *w, int64_t at)
{
    static const char *const columns[] = {"MODEL",       "INPUT",  "CACHE READ",
                                          "CACHE WRITE", "OUTPUT", "CONTEXT"};
    struct libscols_table *table = table_new();
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        table_column(table, columns[i], i > 0);
    size_t count = 0;
    for (size_t i = 0; i < catalog_count(c); i++) {
        if (!is_wanted(catalog_at(c, i), w))
            continue;
        add_row(table, catalog_at(c, i), at);
        count++;
    }
    table_print(table);
    printf("\n%zu model%s, USD for 1,000,000 tokens; version %.*s of the price book\n", count,
           count == 1 ? "" : "s", STR_ARG(catalog_version(c)));
}

static int list(const struct cli *cli, const struct wishes *w, int64_t at)
{
    struct pricing p;
    int code = EXIT_OK;
    if (!pricing_open(&p, cli))
        return EXIT_FAILED;
    if (w->vendor && !catalog_has_vendor(p.catalog, str_of(w->vendor)))
        code = pricing_no_vendor(&p, w->vendor);
    else if (!is_any_wanted(p.catalog, w))
        code = command_failed("no model's name has `%s` in it", w->name);
    else if (cli->json)
        list_json(p.catalog, w, at);
    else
        list_text(p.catalog, w, at);
    pricing_close(&p);
    return code;
}

// --- show ---

static void write_rates(const struct rates *r, struct buf *b)
{
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        struct price price;
        if (!rates_find(r, (enum bucket)i, &price))
            continue;
        buf_printf(b, " %s ", bucket_name((enum bucket)i));
        price_write(b, price, bucket_units((enum bucket)i));
    }
}

static void write_day(struct buf *b, const char *word, int64_t us)
{
    buf_printf(b, " %s ", word);
    if (us % DAY_US) {
        civil_write(b, us, 0);
        return;
    }
    char day[CIVIL_DATE];
    buf_add_cstr(b, civil_date(us, day));
}

static void write_weekdays(struct buf *b, const struct term *t)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    for (unsigned i = 0; t->weekdays != TERM_EVERY_DAY && i < 7; i++) {
        unsigned last = i;
        if (!(t->weekdays >> i & 1))
            continue;
        while (last < 6 && t->weekdays >> (last + 1) & 1)
            last++;
        buf_printf(b, last > i ? " %s-%s" : " %s", names[i], names[last]);
        i = last;
    }
    if (t->except)
        buf_printf(b, " except %.*s", STR_ARG(t->except->name));
    if (t->minute_from != 0 || t->minute_until != 1440)
        buf_printf(b, " %02d:%02d-%02d:%02d", t->minute_from / 60, t->minute_from % 60,
                   t->minute_until / 60, t->minute_until % 60);
}

// As it stands in a book.
static void write_term(struct buf *b, const struct term *t)
{
    if (t->from_us != INT64_MIN)
        write_day(b, "from", t->from_us);
    if (t->until_us != INT64_MAX)
        write_day(b, "until", t->until_us);
    write_weekdays(b, t);
    if (t->above >= 0)
        buf_printf(b, " above %lld", (long long)t->above);
    for (unsigned i = 0; t->services != TERM_ANY_SERVICE && i < SERVICE_COUNT; i++) {
        if (t->services & 1u << i)
            buf_printf(b, " %s", service_name((enum service)i));
    }
    if (t->thinking)
        buf_add_cstr(b, " thinking");
    buf_add_cstr(b, t->us ? " us:" : ":");
    write_rates(&t->rates, b);
    if (t->factor_ppm) {
        buf_add_cstr(b, " x");
        decimal_write(b, t->factor_ppm, 6, 0);
    }
}

#define OTHERS_MAX 8

static void json_others(const struct pricing *p, const struct sheet *s, const char *name,
                        struct buf *b)
{
    const struct sheet *others[OTHERS_MAX];
    size_t n = pricing_others(p, s, name, others, OTHERS_MAX);
    struct buf full;
    buf_init(&full, &alloc_heap, 0);
    buf_add_cstr(b, ",\"also_at\":[");
    for (size_t i = 0; i < n; i++) {
        buf_clear(&full);
        buf_printf(&full, "%.*s/%.*s", STR_ARG(others[i]->vendor), STR_ARG(others[i]->model));
        buf_add_cstr(b, i ? "," : "");
        buf_add_json(b, buf_str(&full));
    }
    buf_add_char(b, ']');
    buf_fini(&full);
}

static void show_json(const struct pricing *p, const struct sheet *s, const char *name, int64_t at)
{
    struct quote q;
    struct buf b;
    struct buf term;
    buf_init(&b, &alloc_heap, 0);
    buf_init(&term, &alloc_heap, 0);
    quote_standard(s, at, &q);
    buf_add_char(&b, '{');
    pricing_write(s, &q, &b);
    buf_add_cstr(&b, ",\"terms\":[");
    for (unsigned i = 0; i < s->term_count; i++) {
        buf_clear(&term);
        write_term(&term, &s->terms[i]);
        buf_add_cstr(&b, i ? "," : "");
        buf_add_json(&b, str_trim(buf_str(&term)));
    }
    buf_add_char(&b, ']');
    json_others(p, s, name, &b);
    buf_printf(&b, ",\"version\":\"%.*s\"}", STR_ARG(catalog_version(p->catalog)));
    puts(buf_cstr(&b));
    buf_fini(&term);
    buf_fini(&b);
}

static void show_quote(const struct sheet *s, const struct quote *q, struct buf *b)
{
    if (s->free)
        buf_add_cstr(b, "  free\n");
    else if (q->has == 0)
        buf_add_cstr(b, "  unpriced: listed, but nobody states a price\n");
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        if (!(q->has & 1u << i))
            continue;
        buf_printf(b, "  %-16s ", bucket_name((enum bucket)i));
        price_write(b, q->price[i], bucket_units((enum bucket)i));
        buf_printf(b, " USD%s, %s\n", bucket_is_token((enum bucket)i) ? "/Mtok" : " each",
                   bucket_words((enum bucket)i));
    }
}

static void show_others(const struct pricing *p, const struct sheet *s, const char *name,
                        struct buf *b)
{
    const struct sheet *others[OTHERS_MAX];
    size_t n = pricing_others(p, s, name, others, OTHERS_MAX);
    for (size_t i = 0; i < n; i++)
        buf_printf(b, "%s%.*s/%.*s", i ? ", " : "  also at          ", STR_ARG(others[i]->vendor),
                   STR_ARG(others[i]->model));
    if (n)
        buf_add_char(b, '\n');
}

static void show_text(const struct pricing *p, const struct sheet *s, const char *name, int64_t at)
{
    struct quote q;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    quote_standard(s, at, &q);
    buf_printf(&b, "%.*s/%.*s at ", STR_ARG(s->vendor), STR_ARG(s->model));
    civil_write(&b, at, 0);
    buf_add_char(&b, '\n');
    show_quote(s, &q, &b);
    for (unsigned i = 0; i < s->term_count; i++) {
        buf_add_cstr(&b, i ? "      " : "  when");
        write_term(&b, &s->terms[i]);
        buf_add_char(&b, '\n');
    }
    if (s->context_tokens)
        buf_printf(&b, "  context          %lld tokens\n", (long long)s->context_tokens);
    if (s->output_tokens_max)
        buf_printf(&b, "  output at most   %lld tokens\n", (long long)s->output_tokens_max);
    buf_printf(&b, "  source           %.*s; version %.*s of the price book\n", STR_ARG(s->source),
               STR_ARG(catalog_version(p->catalog)));
    show_others(p, s, name, &b);
    fputs(buf_cstr(&b), stdout);
    buf_fini(&b);
}

static int show(const struct cli *cli, const char *model, int64_t at)
{
    struct pricing p;
    if (!pricing_open(&p, cli))
        return EXIT_FAILED;
    const struct sheet *s = pricing_find(&p, model);
    if (s && cli->json)
        show_json(&p, s, model, at);
    else if (s)
        show_text(&p, s, model, at);
    pricing_close(&p);
    return s ? EXIT_OK : EXIT_FAILED;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct wishes w = {0};
    int64_t at;
    int code = command_options(&cmd_price, &argc, argv, &w);
    if (code != EXIT_OK)
        return code;
    if (!pricing_time(w.at, &at))
        return EXIT_USAGE;
    w.name = argc == 3 ? argv[2] : NULL;
    if ((argc == 2 || argc == 3) && strcmp(argv[1], "list") == 0)
        return list(cli, &w, at);
    if (argc == 3 && strcmp(argv[1], "show") == 0)
        return show(cli, argv[2], at);
    if (argc == 2 && strcmp(argv[1], "show") == 0)
        return command_usage(&cmd_price, "show: which model?");
    return command_usage(&cmd_price, "list, or show MODEL?");
}

const struct command cmd_price = {
    .name = "price",
    .summary = "show the price book",
    .help = help,
    .run = run,
    .options = options,
    .examples = "costlens price list --vendor anthropic\n"
                "costlens price list 'gpt-5*'\n"
                "costlens price show gpt-5.6-sol\n"
                "costlens price show google/gemini-3.6-flash --at 2027-01-01 --json\n",
};
