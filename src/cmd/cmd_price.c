// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/price.h"
#include "cmd/table.h"
#include "core/book_write.h"

static const char help[] =
    "usage: costlens price list [NAME] [--vendor V] [--at TIME] [--json]\n"
    "       costlens price show MODEL [--at TIME] [--json]\n"
    "       costlens price import FILE|URL|- [--format F] [--only P] [--from DAY] [--dry-run]\n"
    "       costlens price diff [FILE|URL|imported] [--format F] [--only P] [--gone] [--json]\n"
    "       costlens price history [MODEL] [--json]\n"
    "       costlens price forget NUMBER|all\n"
    "\n"
    "What models cost: the prices of your configuration, then what you imported, then the price\n"
    "book that is compiled in. Prices are USD for 1,000,000 tokens, or for one of anything else "
    "(a\n"
    "search, an image). A model whose price is not known is shown as unpriced, which is not free.\n"
    "NAME is a part of names, or a pattern with * in it. MODEL is VENDOR/MODEL, PROVIDER/MODEL, "
    "an\n"
    "alias of the configuration, or a bare name.\n"
    "\n"
    "`import` reads a public price list (litellm, genai-prices, models.dev) and keeps what "
    "differs\n"
    "from the prices that hold, from today on: costs of calls that were made stay as they are. A\n"
    "running gateway takes the prices over at once. `diff` only tells what would change: it exits\n"
    "with 0 when nothing does, 1 when something does, 2 when it could not tell; without a list it\n"
    "tells what the imports changed. `history` lists the imports, or a model's prices over time;\n"
    "`forget` takes an import back.\n";

static const struct option_row options[] = {
    {"vendor", "V", "list: only this vendor's models: openai, anthropic, ...",
     offsetof(struct price_wishes, vendor)},
    {"at", "TIME", "list, show: prices as of then: 2027-01-01, 2026-11-24T10:00:00Z (default: now)",
     offsetof(struct price_wishes, at)},
    {"format", "F",
     "import, diff: litellm, genai-prices or models.dev (default: told by the list's shape)",
     offsetof(struct price_wishes, format)},
    {"only", "PATTERN", "import, diff: only these models: 'openai/*', 'gpt-5*'",
     offsetof(struct price_wishes, only)},
    {"from", "DAY", "import: from when the prices hold (default: today, UTC)",
     offsetof(struct price_wishes, from)},
    {"gone", NULL, "import, diff: name what the list's vendors have besides, which keeps its price",
     offsetof(struct price_wishes, gone)},
    {"dry-run", NULL, "import: say what would change, and change nothing",
     offsetof(struct price_wishes, dry_run)},
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

static bool is_wanted(const struct sheet *s, const struct price_wishes *w)
{
    return (!w->vendor || str_is(s->vendor, w->vendor)) && (!w->name || is_named(s, w->name));
}

static bool is_any_wanted(const struct catalog *c, const struct price_wishes *w)
{
    for (size_t i = 0; i < catalog_count(c); i++) {
        if (is_wanted(catalog_at(c, i), w))
            return true;
    }
    return false;
}

static void list_json(const struct catalog *c, const struct price_wishes *w, int64_t at)
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
        pricing_write(sheet_at(catalog_at(c, i), at), &q, &b);
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
    s = sheet_at(s, at);
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

static void list_text(const struct catalog *c, const struct price_wishes *w, int64_t at)
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

static int list(const struct cli *cli, const struct price_wishes *w, int64_t at)
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

static void write_since(const struct sheet *s, struct buf *b)
{
    if (!s->before)
        return;
    buf_add_cstr(b, ",\"since\":\"");
    civil_write(b, s->since_us, 0);
    buf_add_char(b, '"');
}

static void show_json(const struct pricing *p, const struct sheet *s, const char *name, int64_t at)
{
    struct quote q;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    const struct sheet *newest = s;
    s = sheet_at(s, at);
    quote_standard(s, at, &q);
    buf_add_char(&b, '{');
    pricing_write(s, &q, &b);
    pricing_write_terms(s, &b);
    write_since(s, &b);
    json_others(p, newest, name, &b);
    buf_printf(&b, ",\"version\":\"%.*s\"}", STR_ARG(catalog_version(p->catalog)));
    puts(buf_cstr(&b));
    buf_fini(&b);
}

// The sheet that took its place; NULL: none has.
static const struct sheet *after(const struct sheet *newest, const struct sheet *s)
{
    while (newest && newest->before != s)
        newest = newest->before;
    return newest;
}

static void show_quote(const struct sheet *s, const struct sheet *next, const struct quote *q,
                       struct buf *b)
{
    char day[CIVIL_DATE];
    if (s->free)
        buf_add_cstr(b, "  free\n");
    else if (q->has == 0 && next && s->source.len == 0)
        buf_printf(b, "  unpriced: its first price holds from %s on\n",
                   civil_date(next->since_us, day));
    else if (q->has == 0)
        buf_add_cstr(b, "  unpriced: listed, but nobody states a price\n");
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        if (!(q->has & 1u << i))
            continue;
        buf_printf(b, "  %-16s ", bucket_name((enum bucket)i));
        price_write(b, q->price[i], bucket_units((enum bucket)i));
        const char *per = bucket_per((enum bucket)i);
        buf_printf(b, " USD%s, %s\n", *per ? per : " each", bucket_words((enum bucket)i));
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
    char day[CIVIL_DATE];
    struct quote q;
    struct buf b;
    const struct sheet *newest = s;
    s = sheet_at(s, at);
    buf_init(&b, &alloc_heap, 0);
    quote_standard(s, at, &q);
    buf_printf(&b, "%.*s/%.*s at ", STR_ARG(s->vendor), STR_ARG(s->model));
    civil_write(&b, at, 0);
    buf_add_char(&b, '\n');
    show_quote(s, after(newest, s), &q, &b);
    for (unsigned i = 0; i < s->term_count; i++) {
        buf_add_cstr(&b, i ? "      " : "  when");
        book_write_term(&b, &s->terms[i]);
        buf_add_char(&b, '\n');
    }
    if (s->context_tokens)
        buf_printf(&b, "  context          %lld tokens\n", (long long)s->context_tokens);
    if (s->output_tokens_max)
        buf_printf(&b, "  output at most   %lld tokens\n", (long long)s->output_tokens_max);
    if (s->source.len)
        buf_printf(&b, "  source           %.*s\n", STR_ARG(s->source));
    buf_printf(&b, "  version          %.*s of the price book\n",
               STR_ARG(catalog_version(p->catalog)));
    if (s->before)
        buf_printf(&b, "  since            %s\n", civil_date(s->since_us, day));
    show_others(p, newest, name, &b);
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

static int list_here(const struct cli *cli, const struct price_wishes *w)
{
    int64_t at;
    return pricing_time(w->at, &at) ? list(cli, w, at) : EXIT_USAGE;
}

static int show_here(const struct cli *cli, const struct price_wishes *w)
{
    int64_t at;
    return pricing_time(w->at, &at) ? show(cli, w->name, at) : EXIT_USAGE;
}

static const struct {
    const char *word;
    int (*run)(const struct cli *cli, const struct price_wishes *w);
    const char *ask; // when what it needs is missing; NULL = it can do without
} verbs[] = {
    {"list", list_here, NULL},
    {"show", show_here, "show: which model?"},
    {"import", price_import, "import: which file or URL?"},
    {"diff", price_diff, NULL},
    {"history", price_history, NULL},
    {"forget", price_forget, "forget: which import? See costlens price history"},
};

static int run(struct cli *cli, int argc, char **argv)
{
    struct price_wishes w = {0};
    int code = command_options(&cmd_price, &argc, argv, &w);
    if (code != EXIT_OK)
        return code;
    w.name = argc > 2 ? argv[2] : NULL;
    for (size_t i = 0; argc > 1 && i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(argv[1], verbs[i].word) != 0)
            continue;
        if (argc > 3)
            return command_usage(&cmd_price, "%s: `%s` is one too many", argv[1], argv[3]);
        if (!w.name && verbs[i].ask)
            return command_usage(&cmd_price, "%s", verbs[i].ask);
        return verbs[i].run(cli, &w);
    }
    return command_usage(&cmd_price, "list, show MODEL, import FILE, diff, history or forget?");
}

const struct command cmd_price = {
    .name = "price",
    .summary = "show the price book, import prices",
    .help = help,
    .run = run,
    .options = options,
    .examples = "costlens price list --vendor anthropic\n"
                "costlens price list 'gpt-5*'\n"
                "costlens price show gpt-5.6-sol\n"
                "costlens price show google/gemini-3.6-flash --at 2027-01-01 --json\n"
                "costlens price diff prices.json --only 'anthropic/*'\n"
                "costlens price import https://raw.githubusercontent.com/BerriAI/litellm/main/"
                "model_prices_and_context_window.json\n",
};
