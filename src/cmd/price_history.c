// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>

#include "base/clock.h"
#include "base/json_out.h"
#include "cmd/price.h"
#include "cmd/table.h"
#include "core/book_write.h"

static const struct {
    const char *key;
    const char *title;
} heads[] = {{"since", "SINCE"},
             {"format", "FORMAT"},
             {"models", "MODELS"},
             {"at", "IMPORTED"},
             {"from", "FROM"}};
#define HEAD_COUNT (sizeof heads / sizeof heads[0])

// --- the imports ---

static void imports_text(const struct shelf *s)
{
    char number[16];
    struct libscols_table *t = table_new();
    table_column(t, "IMPORT", true);
    for (size_t i = 0; i < HEAD_COUNT; i++)
        table_column(t, heads[i].title, false);
    for (size_t i = 0; i < s->count; i++) {
        struct libscols_line *line = table_line(t);
        snprintf(number, sizeof number, "%u", s->texts[i].number);
        table_cell(line, 0, str_of(number));
        for (size_t k = 0; k < HEAD_COUNT; k++)
            table_cell(line, k + 1, shelf_head(s->texts[i].text, heads[k].key));
    }
    table_print(t);
    if (s->count == 0)
        puts("no prices were imported (costlens price import)");
}

static void imports_json(const struct shelf *s)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    struct json_out o = {&b, true};
    json_out_begin(&o, NULL, '{');
    json_out_begin(&o, "imports", '[');
    for (size_t i = 0; i < s->count; i++) {
        json_out_begin(&o, NULL, '{');
        json_out_number(&o, "import", s->texts[i].number);
        json_out_text(&o, "file", str_of(s->texts[i].name));
        for (size_t k = 0; k < HEAD_COUNT; k++)
            json_out_text(&o, heads[k].key, shelf_head(s->texts[i].text, heads[k].key));
        json_out_text(&o, "sha256", shelf_head(s->texts[i].text, "sha256"));
        json_out_end(&o, '}');
    }
    json_out_end(&o, ']');
    json_out_end(&o, '}');
    puts(buf_cstr(&b));
    buf_fini(&b);
}

// --- a model's periods, the newest first ---

// A period that another of the same day took the place of never held.
static bool held(const struct sheet *s, int64_t until_us)
{
    return !s->before || s->since_us < until_us;
}

// What it states without a condition; what it does under one is told by itself.
static void quote_plain(const struct sheet *s, struct quote *out)
{
    struct sheet plain = *s;
    plain.before = NULL;
    plain.term_count = 0;
    sheet_quote(&plain, &(struct moment){0}, out);
}

static void period_text(const struct sheet *s)
{
    struct quote q;
    struct buf b;
    char day[CIVIL_DATE];
    buf_init(&b, &alloc_heap, 0);
    quote_plain(s, &q);
    buf_printf(&b, "%-12s", s->before ? civil_date(s->since_us, day) : "before");
    if (s->free)
        buf_add_cstr(&b, " free");
    else if (sheet_silent(s))
        buf_add_cstr(&b, " unpriced");
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        if (!(q.has & 1u << i))
            continue;
        buf_printf(&b, " %s ", bucket_name((enum bucket)i));
        price_write(&b, q.price[i], bucket_units((enum bucket)i));
    }
    if (s->source.len)
        buf_printf(&b, "  (%.*s)", STR_ARG(s->source));
    for (unsigned i = 0; i < s->term_count; i++) {
        buf_printf(&b, "\n%12s %s", "", i ? "    " : "when");
        book_write_term(&b, &s->terms[i]);
    }
    command_print(stdout, "%s\n", buf_cstr(&b));
    buf_fini(&b);
}

static void periods_text(const struct sheet *s)
{
    int64_t until_us = INT64_MAX;
    command_print(stdout, "%.*s/%.*s, from when on:\n", STR_ARG(s->vendor), STR_ARG(s->model));
    for (; s; s = s->before) {
        if (!held(s, until_us))
            continue;
        period_text(s);
        until_us = s->since_us;
    }
}

static void periods_json(const struct sheet *s)
{
    struct buf b;
    int64_t until_us = INT64_MAX;
    const char *join = "";
    buf_init(&b, &alloc_heap, 0);
    buf_add_cstr(&b, "{\"periods\":[");
    for (; s; s = s->before) {
        struct quote q;
        if (!held(s, until_us))
            continue;
        buf_printf(&b, "%s{\"since\":", join);
        if (s->before) {
            buf_add_char(&b, '"');
            civil_write(&b, s->since_us, 0);
            buf_add_char(&b, '"');
        } else {
            buf_add_cstr(&b, "null");
        }
        buf_add_char(&b, ',');
        quote_plain(s, &q);
        pricing_write(s, &q, &b);
        pricing_write_terms(s, &b);
        buf_add_char(&b, '}');
        until_us = s->since_us;
        join = ",";
    }
    buf_add_cstr(&b, "]}");
    puts(buf_cstr(&b));
    buf_fini(&b);
}

int price_history(const struct cli *cli, const struct price_wishes *w)
{
    struct pricing p;
    if (!pricing_open(&p, cli))
        return EXIT_FAILED;
    const struct sheet *s = w->name ? pricing_find(&p, w->name) : NULL;
    if (s && cli->json)
        periods_json(s);
    else if (s)
        periods_text(s);
    else if (!w->name && cli->json)
        imports_json(&p.shelf);
    else if (!w->name)
        imports_text(&p.shelf);
    pricing_close(&p);
    return s || !w->name ? EXIT_OK : EXIT_FAILED;
}
