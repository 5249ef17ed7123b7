// SPDX-License-Identifier: Apache-2.0

#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/json_out.h"
#include "cmd/price.h"
#include "cold/http.h"

#define NOTES_SHOWN   12
#define SETTLED_SHOWN 8

static enum status read_list(const char *name, bool progress, struct buf *out, struct why *why)
{
    if (http_is_url(name))
        return http_fetch(name, progress, out, why);
    if (strcmp(name, "-") == 0)
        return file_read_from(STDIN_FILENO, name, out, why);
    return file_read(name, FILE_ANY, out, why);
}

static enum status read_json(struct price_list *l, struct str json, const struct list_wish *wish,
                             struct why *why)
{
    uint8_t digest[DIGEST_BYTES];
    enum status s = list_read(json, wish, &l->list, why);
    if (s == STATUS_OK && !digest_sha256(json, digest))
        s = why_set(why, STATUS_NO_MEMORY, "out of memory");
    if (s == STATUS_OK) {
        struct str text = buf_str(&l->list.text);
        hex_write(digest, sizeof digest, l->digest);
        s = catalog_open_texts(&alloc_heap, &text, 1, &l->catalog, why);
    }
    return s;
}

static void say_unread(const char *from, const struct why *why)
{
    struct buf plain;
    buf_init(&plain, &alloc_heap, 0);
    http_url_plain(&plain, from);
    (void)command_failed("%s: %s", buf_cstr(&plain), why->text);
    buf_fini(&plain);
}

bool price_list_open(struct price_list *l, const struct cli *cli, const struct price_wishes *w,
                     int64_t day_us)
{
    struct list_wish wish = {.only = str_of(w->only), .read_us = clock_wall_us(), .day_us = day_us};
    struct why why = {0};
    struct buf json;
    memset(l, 0, sizeof *l);
    if (w->format && !list_format_find(str_of(w->format), &wish.format)) {
        (void)command_failed("there is no format `%s`. Say litellm, genai-prices or models.dev",
                             w->format);
        return false;
    }
    buf_init(&json, &alloc_heap, LIST_BYTES_MAX);
    bool progress = !cli->json && isatty(STDERR_FILENO);
    enum status s = read_list(w->name, progress, &json, &why);
    if (s != STATUS_OK)
        (void)command_failed("%s", why.text);
    else if ((s = read_json(l, buf_str(&json), &wish, &why)) != STATUS_OK)
        say_unread(w->name, &why);
    if (s != STATUS_OK)
        price_list_close(l);
    buf_fini(&json);
    return s == STATUS_OK;
}

void price_list_close(struct price_list *l)
{
    catalog_close(l->catalog);
    list_free(&l->list);
}

// --- what it says ---

static void say_settled(const struct list *l)
{
    struct str rest = buf_str(&l->settled), line, part[4];
    unsigned shown = 0;
    if (l->settled_count == 0)
        return;
    command_print(stderr, "%u figure%s float debris or finer than the book, and made short:\n",
                  l->settled_count, l->settled_count == 1 ? " was" : "s were");
    for (; shown < SETTLED_SHOWN && str_cut(&rest, '\n', &line); shown++) {
        for (int i = 0; i < 4; i++)
            if (!str_cut(&line, ' ', &part[i]))
                part[i] = STR_NONE;
        command_print(stderr, "  %.*s %.*s: %.*s -> %.*s\n", STR_ARG(part[0]), STR_ARG(part[1]),
                      STR_ARG(part[2]), STR_ARG(part[3]));
    }
    if (shown < l->settled_count)
        fputs("  ... (more with --json)\n", stderr);
}

void price_list_say(const struct price_list *l)
{
    const struct list *list = &l->list;
    command_print(stderr, "%s: %u models, %u with a price that the book can hold (sha256 %.12s)\n",
                  list_format_name(list->format), list->seen, list->taken, l->digest);
    if (list->note_count)
        fputs("what the book does not hold:\n", stderr);
    for (unsigned i = 0; i < list->note_count && i < NOTES_SHOWN; i++)
        command_print(stderr, "  %6u  %s (%s)\n", list->notes[i].count, list->notes[i].what,
                      list->notes[i].example);
    if (list->note_count > NOTES_SHOWN)
        command_print(stderr, "  ... and %u more kinds (all with --json)\n",
                      list->note_count - NOTES_SHOWN);
    say_settled(list);
}

static void write_settled(const struct list *l, struct json_out *o)
{
    static const char *const names[] = {"model", "bucket", "before", "after"};
    struct str rest = buf_str(&l->settled), line, part;
    json_out_begin(o, "settled", '[');
    while (str_cut(&rest, '\n', &line)) {
        json_out_begin(o, NULL, '{');
        for (int i = 0; i < 4 && str_cut(&line, ' ', &part); i++)
            json_out_text(o, names[i], part);
        json_out_end(o, '}');
    }
    json_out_end(o, ']');
}

void price_list_write(const struct price_list *l, struct buf *b)
{
    const struct list *list = &l->list;
    struct json_out o = {b, true};
    json_out_text(&o, "format", str_of(list_format_name(list->format)));
    json_out_text(&o, "sha256", str_of(l->digest));
    json_out_number(&o, "models", list->seen);
    json_out_number(&o, "taken", list->taken);
    json_out_begin(&o, "not_held", '[');
    for (unsigned i = 0; i < list->note_count; i++) {
        json_out_begin(&o, NULL, '{');
        json_out_text(&o, "what", str_of(list->notes[i].what));
        json_out_number(&o, "count", list->notes[i].count);
        json_out_text(&o, "example", str_of(list->notes[i].example));
        json_out_end(&o, '}');
    }
    json_out_end(&o, ']');
    json_out_number(&o, "settled_count", list->settled_count);
    write_settled(list, &o);
}
