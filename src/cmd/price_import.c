// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>

#include "base/clock.h"
#include "cmd/price.h"
#include "cmd/price_used.h"
#include "cmd/remote.h"
#include "cold/http.h"
#include "config/config.h"

struct import {
    const struct cli *cli;
    const struct price_wishes *wishes;
    struct pricing pricing;
    struct catalog *now; // without the configuration's own prices
    struct price_list list;
    int64_t since_us;
    struct buf text; // what goes into the state folder
    struct change_counts counts;
    unsigned number; // of the import; 0 = none was made
};

// --- opening ---

// Today's midnight (UTC), or the day that was asked for.
static bool read_since(struct import *m)
{
    int64_t now = clock_wall_us();
    m->since_us = now / DAY_US * DAY_US;
    if (m->wishes->from && !pricing_time(m->wishes->from, &m->since_us))
        return false;
    const struct shelf *s = &m->pricing.shelf;
    struct str newest = s->count ? shelf_head(s->texts[s->count - 1].text, "since") : STR_NONE;
    int64_t last;
    if (!civil_read(newest, &last) || m->since_us >= last)
        return true;
    unsigned number = s->texts[s->count - 1].number;
    if (last % DAY_US == 0)
        newest = str_clip(newest, strlen("2027-06-01"));
    (void)command_failed("import %u holds from %.*s on, and one after it cannot begin before: "
                         "costlens price forget %u, import this list, then that one again with "
                         "--from %.*s",
                         number, STR_ARG(newest), number, STR_ARG(newest));
    return false;
}

static bool import_open(struct import *m)
{
    struct why why = {0};
    if (!pricing_open(&m->pricing, m->cli))
        return false;
    if (!read_since(m))
        return false;
    if (shelf_catalog(&m->pricing.shelf, STR_NONE, &m->now, &why) != STATUS_OK) {
        (void)command_failed("%s", why.text);
        return false;
    }
    return true;
}

static void import_close(struct import *m)
{
    catalog_close(m->now);
    price_list_close(&m->list);
    pricing_close(&m->pricing);
    buf_fini(&m->text);
}

// --- the text ---

static void add_head(struct import *m, const char *key, struct str value)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    buf_add(&b, value);
    if (!buf_failed(&b) && b.len)
        b.len = str_tame(b.ptr, b.len, false);
    buf_printf(&m->text, "# %s: %.*s\n", key, STR_ARG(buf_str(&b)));
    buf_fini(&b);
}

static void make_text(struct import *m)
{
    struct buf at, body;
    buf_init(&at, &alloc_heap, 0);
    buf_init(&body, &alloc_heap, SHELF_BYTES_MAX);
    m->counts = change_text(m->now, m->list.catalog, m->since_us, &body);
    buf_add_cstr(&m->text, "# Imported prices (doc/prices.md): see costlens price history\n");
    http_url_plain(&at, m->wishes->name);
    add_head(m, "from", buf_str(&at));
    buf_clear(&at);
    add_head(m, "format", str_of(list_format_name(m->list.list.format)));
    add_head(m, "sha256", str_of(m->list.digest));
    civil_write(&at, clock_wall_us(), 0);
    add_head(m, "at", buf_str(&at));
    buf_clear(&at);
    civil_write(&at, m->since_us, 0);
    add_head(m, "since", buf_str(&at));
    buf_clear(&at);
    buf_printf(&at, "%u changed, %u new", m->counts.changed, m->counts.fresh);
    add_head(m, "models", buf_str(&at));
    buf_add(&m->text, buf_str(&body));
    buf_fini(&at);
    buf_fini(&body);
}

// The book with the new text must be readable before the text stands anywhere.
static bool check_text(const struct import *m)
{
    const struct shelf *s = &m->pricing.shelf;
    struct why why = {0};
    struct catalog *c = NULL;
    struct str *texts = alloc_get(&alloc_heap, (s->count + 1) * sizeof *texts);
    enum status status = STATUS_NO_MEMORY;
    if (texts && !buf_failed(&m->text)) {
        for (size_t i = 0; i < s->count; i++)
            texts[i] = s->texts[i].text;
        texts[s->count] = buf_str(&m->text);
        status = catalog_open(&alloc_heap, texts, s->count + 1, &c, &why);
    }
    catalog_close(c);
    alloc_free(&alloc_heap, texts);
    if (status != STATUS_OK)
        (void)command_failed("the list makes no readable book: %s",
                             why.text[0] ? why.text : status_text(status));
    return status == STATUS_OK;
}

static enum status put(struct import *m)
{
    char day[CIVIL_DATE];
    struct why why = {0};
    struct shelf_text fresh = {.text = buf_str(&m->text)};
    snprintf(fresh.name, sizeof fresh.name, "%s-%s", civil_date(m->since_us, day),
             list_format_name(m->list.list.format));
    enum status s = shelf_add(m->pricing.config->state, &m->pricing.shelf, &fresh, &why);
    m->number = fresh.number;
    if (s != STATUS_OK && s != STATUS_CONFLICT)
        (void)command_failed("%s", why.text);
    return s;
}

// A running gateway takes the prices over at once.
static int tell_gateway(const struct config *config)
{
    struct why why = {0};
    struct buf answer;
    buf_init(&answer, &alloc_heap, 0);
    enum status s = remote_gateway(config, "reload", STR_NONE, &answer, &why);
    buf_fini(&answer);
    if (s == STATUS_OK)
        fputs("the running gateway has taken them over\n", stderr);
    else if (s != STATUS_CLOSED)
        return command_failed("the running gateway has not taken them over: %s. Mend it, then send "
                              "SIGHUP",
                              why.text);
    return EXIT_OK;
}

// --- the commands ---

static struct price_changes changes_of(const struct import *m, bool whole)
{
    return (struct price_changes){.now = m->now,
                                  .to = m->list.catalog,
                                  .held = m->pricing.catalog,
                                  .at_us = m->since_us,
                                  .whole = whole,
                                  .gone = m->wishes->gone,
                                  .only = str_of(m->wishes->only)};
}

// The list, where one was read, and the changes, as text or as an object with the members `head`
// first. How many changed or are new.
static unsigned say(const struct import *m, const struct price_changes *c, const char *head)
{
    bool listed = m->list.catalog;
    if (!m->cli->json) {
        if (listed)
            price_list_say(&m->list);
        return price_changes_print(c);
    }
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    buf_printf(&b, "{%s", head);
    if (listed) {
        price_list_write(&m->list, &b);
        buf_add_char(&b, ',');
    }
    unsigned count = price_changes_write(c, &b);
    buf_add_char(&b, '}');
    puts(buf_cstr(&b));
    buf_fini(&b);
    return count;
}

static void tell(const struct import *m)
{
    struct price_changes c = changes_of(m, m->wishes->dry_run);
    char day[CIVIL_DATE], head[64] = "\"import\":null,";
    civil_date(m->since_us, day);
    if (m->number)
        snprintf(head, sizeof head, "\"import\":%u,\"since\":\"%s\",", m->number, day);
    (void)say(m, &c, head);
    if (m->cli->json)
        return;
    if (m->number)
        printf("import %u, from %s on. Take it back: costlens price forget %u\n", m->number, day,
               m->number);
    else
        puts(m->wishes->dry_run ? "nothing was imported (--dry-run)" : "nothing to import");
}

// Against the prices as they are now; CONFLICT: another import came in between.
static enum status make_import(struct import *m)
{
    buf_clear(&m->text);
    make_text(m);
    if (m->counts.changed + m->counts.fresh == 0)
        return STATUS_OK;
    if (!check_text(m))
        return STATUS_SYNTAX;
    return m->wishes->dry_run ? STATUS_OK : put(m);
}

static bool again(struct import *m)
{
    catalog_close(m->now);
    m->now = NULL;
    pricing_close(&m->pricing);
    return import_open(m);
}

static int import_run(struct import *m)
{
    if (!import_open(m) || !price_list_open(&m->list, m->cli, m->wishes, m->since_us))
        return EXIT_FAILED;
    enum status s = make_import(m);
    while (s == STATUS_CONFLICT && again(m))
        s = make_import(m);
    if (s != STATUS_OK)
        return EXIT_FAILED;
    tell(m);
    if (m->number && !m->cli->json)
        price_used_after(m->cli, &m->pricing);
    return m->number ? tell_gateway(m->pricing.config) : EXIT_OK;
}

int price_import(const struct cli *cli, const struct price_wishes *w)
{
    struct import m = {.cli = cli, .wishes = w};
    buf_init(&m.text, &alloc_heap, SHELF_BYTES_MAX);
    int code = import_run(&m);
    import_close(&m);
    return code;
}

int price_forget(const struct cli *cli, const struct price_wishes *w)
{
    struct why why = {0};
    struct config_source source = {.file = cli->config_file};
    struct config *config = NULL;
    struct shelf shelf = {0};
    uint64_t number = 0;
    bool all = strcmp(w->name, "all") == 0;
    if (!all && (!str_u64(str_of(w->name), &number) || number > SHELF_TEXTS_MAX))
        return command_usage(&cmd_price, "forget: which import? See costlens price history");
    enum status s = config_read(&source, &config, &why);
    if (s == STATUS_OK)
        s = shelf_open(config->state, &shelf, &why);
    for (size_t i = shelf.count; s == STATUS_OK && all && i-- > 0;)
        s = shelf_remove(config->state, &shelf, shelf.texts[i].number, &why);
    if (s == STATUS_OK && !all)
        s = shelf_remove(config->state, &shelf, (unsigned)number, &why);
    int code = s == STATUS_OK ? EXIT_OK : command_failed("%s", why.text);
    if (code == EXIT_OK) {
        puts("forgotten: what held before holds again");
        code = tell_gateway(config);
    }
    shelf_close(&shelf);
    if (config)
        config_free(config);
    return code;
}

// --- diff ---

static int diff_list(const struct cli *cli, const struct price_wishes *w)
{
    struct import m = {.cli = cli, .wishes = w};
    unsigned count = 0;
    buf_init(&m.text, &alloc_heap, 0);
    bool open = import_open(&m) && price_list_open(&m.list, cli, w, m.since_us);
    struct price_changes c = changes_of(&m, true);
    if (open)
        count = say(&m, &c, "");
    import_close(&m);
    return !open ? EXIT_USAGE : count ? EXIT_FAILED : EXIT_OK;
}

// What the imports changed in the compiled-in book.
static int diff_imported(const struct cli *cli)
{
    struct price_wishes none = {0};
    struct import m = {.cli = cli, .wishes = &none};
    struct catalog *book = NULL;
    struct why why = {0};
    unsigned count = 0;
    buf_init(&m.text, &alloc_heap, 0);
    bool open = pricing_open(&m.pricing, cli);
    if (open && (shelf_catalog(&m.pricing.shelf, STR_NONE, &m.now, &why) != STATUS_OK ||
                 catalog_open(&alloc_heap, NULL, 0, &book, &why) != STATUS_OK))
        open = command_failed("%s", why.text) == EXIT_OK;
    struct price_changes c = {.now = book,
                              .to = m.now,
                              .held = m.pricing.catalog,
                              .at_us = clock_wall_us(),
                              .begun = true,
                              .whole = true};
    if (open)
        count = say(&m, &c, "");
    catalog_close(book);
    import_close(&m);
    return !open ? EXIT_USAGE : count ? EXIT_FAILED : EXIT_OK;
}

int price_diff(const struct cli *cli, const struct price_wishes *w)
{
    return w->name && strcmp(w->name, "imported") != 0 ? diff_list(cli, w) : diff_imported(cli);
}
