// SPDX-License-Identifier: Apache-2.0

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "config/reading.h"
#include "config/value.h"
#include "core/key.h"

static struct str format_text(struct reading *r, const char *format, va_list args) PRINTF(2, 0);

static struct str format_text(struct reading *r, const char *format, va_list args)
{
    char room[600];
    vsnprintf(room, sizeof room, format, args);
    return arena_dup(&r->c->arena, str_from(room, str_tame(room, strlen(room), false)));
}

void reading_fault(struct reading *r, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct str text = format_text(r, format, args);
    va_end(args);
    if (r->c->fault_count < FAULTS_MAX)
        r->c->faults[r->c->fault_count++] = (struct config_fault){.line = line, .text = text};
}

static void warn(struct reading *r, int line, bool missing, struct str text)
{
    if (r->c->warning_count < WARNINGS_MAX)
        r->c->warnings[r->c->warning_count++] =
            (struct config_warning){.line = line, .missing_secret = missing, .text = text};
}

void reading_warn(struct reading *r, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    warn(r, line, false, format_text(r, format, args));
    va_end(args);
}

void reading_missing(struct reading *r, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    warn(r, line, true, format_text(r, format, args));
    va_end(args);
}

const char *reading_env(const struct reading *r, const char *name)
{
    const char *value = r->source->env ? r->source->env(name) : getenv(name);
    return value && str_trim(str_of(value)).len ? value : NULL;
}

struct str reading_path(struct reading *r, struct str path)
{
    char here[4096];
    const char *home = reading_env(r, "HOME");
    if (path.len == 0 || path.ptr[0] == '/')
        return path;
    if (home && str_starts(path, str_of("~/")))
        return arena_printf(&r->c->arena, "%s%.*s", home, (int)path.len - 1, path.ptr + 1);
    if (r->folder[0] == '/')
        return arena_printf(&r->c->arena, "%s/%.*s", r->folder, STR_ARG(path));
    if (!getcwd(here, sizeof here))
        return path;
    return arena_printf(&r->c->arena, "%s/%s/%.*s", here, r->folder, STR_ARG(path));
}

static bool is_one_line(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.ptr[i] < ' ' && s.ptr[i] != '\t')
            return false;
    }
    return true;
}

struct str reading_text(struct reading *r, const struct node *n, const char *what)
{
    if (n->kind == NODE_TEXT) {
        struct str text = n->text;
        while (text.len && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r'))
            text.len--; // of a block
        if (is_one_line(text))
            return text;
        reading_fault(r, n->line, "%s: one line is expected here, without control characters",
                      what);
        return STR_NONE;
    }
    reading_fault(
        r, n->line,
        "%s: a text is expected here, not a %s. Put it in quotes if it has [ ] { } or ${ }", what,
        n->kind == NODE_LIST ? "list" : "section");
    return STR_NONE;
}

bool reading_texts(struct reading *r, const struct node *n, const char *what, struct str **out,
                   unsigned *count)
{
    *out = NULL;
    *count = 0;
    if (node_is_null(n))
        return true;
    if (n->kind == NODE_MAP) {
        reading_text(r, n, what);
        return false;
    }
    bool one = n->kind == NODE_TEXT;
    struct str *items = arena_array(&r->c->arena, struct str, one ? 1 : n->count + 1);
    if (!items)
        return false;
    unsigned taken = 0;
    for (const struct node *item = one ? n : n->first; item; item = one ? NULL : item->next) {
        if (item->kind == NODE_TEXT && item->text.len == 0) {
            reading_fault(r, item->line, "%s: an empty entry. Remove it", what);
            return false;
        }
        items[taken] = reading_text(r, item, what);
        if (items[taken++].len == 0)
            return false;
    }
    *out = items;
    *count = taken;
    return true;
}

bool reading_name(struct reading *r, int line, struct str name, const char *what)
{
    const bool good = key_name_valid(name);
    if (!good)
        reading_fault(r, line,
                      "%s: `%.*s` is no name. Take letters, digits and . _ - (within, @ + and "
                      "blanks, too; at most %d)",
                      what, STR_ARG(name), NAME_BYTES_MAX);
    return good;
}

// --- rows ---

static bool store_number(const struct config_row *row, int64_t n, void *field)
{
    if ((row->least || row->most) && (n < row->least || n > row->most))
        return false;
    if (row->kind == KIND_COUNT || row->kind == KIND_SHARE) {
        unsigned small = (unsigned)n;
        memcpy(field, &small, sizeof small);
    } else if (row->kind == KIND_SIZE) {
        size_t size = (size_t)n;
        memcpy(field, &size, sizeof size);
    } else {
        memcpy(field, &n, sizeof n);
    }
    return true;
}

// The place of `s` in "a|b|c", or -1.
static int place_in(const char *words, struct str s)
{
    struct str rest = str_of(words), word;
    for (int i = 0; str_cut(&rest, '|', &word); i++) {
        if (str_eq(word, s))
            return i;
    }
    return -1;
}

static bool store_choice(const struct config_row *row, struct str s, void *field)
{
    int place = place_in(row->words, s);
    if (place < 0)
        return false;
    if (row->kind == KIND_CHOICE) {
        unsigned choice = (unsigned)place;
        memcpy(field, &choice, sizeof choice);
    } else {
        bool yes = place == 1;
        memcpy(field, &yes, sizeof yes);
    }
    return true;
}

// True when `s` is a value of the row's kind and within its bounds; it is then stored.
static bool store_value(struct reading *r, const struct config_row *row, struct str s, void *field)
{
    int64_t n = 0;
    struct str path;
    struct nano usd;
    switch (row->kind) {
    case KIND_OTHER: return true;
    case KIND_TEXT: memcpy(field, &s, sizeof s); return true;
    case KIND_PATH:
        path = reading_path(r, s);
        memcpy(field, &path, sizeof path);
        return true;
    case KIND_SWITCH: return str_truth(s, field);
    case KIND_EITHER:
    case KIND_CHOICE: return store_choice(row, s, field);
    case KIND_COUNT: return str_i64(s, &n) && store_number(row, n, field);
    case KIND_SIZE: return value_size(s, &n) && store_number(row, n, field);
    case KIND_TIME: return value_time(s, &n) && store_number(row, n, field);
    case KIND_DAYS:
        return value_time(s, &n) && n % 86400000 == 0 && store_number(row, n / 86400000, field);
    case KIND_SHARE: return value_share(s, &n) && store_number(row, n, field);
    case KIND_USD: return nano_read(s, &usd, NULL) == STATUS_OK && store_number(row, usd.n, field);
    }
    return false;
}

static void cure_of(const struct config_row *row, struct buf *b)
{
    switch (row->kind) {
    case KIND_SIZE:
        buf_add_cstr(b, "Write a size with its unit (32MiB), from ");
        value_size_write(b, row->least);
        buf_add_cstr(b, " to ");
        value_size_write(b, row->most);
        break;
    case KIND_TIME:
        buf_add_cstr(b, "Write a time with its unit (500ms, 10s, 5m, 1h), from ");
        value_time_write(b, row->least);
        buf_add_cstr(b, " to ");
        value_time_write(b, row->most);
        break;
    case KIND_DAYS: buf_add_cstr(b, "Write whole days (400d), or 0 for ever"); break;
    case KIND_SHARE:
        buf_add_cstr(b, "Write a share ");
        if (row->least) {
            buf_add_cstr(b, "from ");
            value_share_write(b, row->least);
        }
        buf_add_cstr(b, row->least ? " to " : "up to ");
        value_share_write(b, row->most);
        buf_add_cstr(b, ", at most four places: 2%, 0.5%, 0.02");
        break;
    case KIND_USD: buf_add_cstr(b, "Write an amount in USD, above 0: 0.01"); break;
    case KIND_COUNT:
        buf_printf(b, "Write a whole number from %lld to %lld", (long long)row->least,
                   (long long)row->most);
        break;
    case KIND_OTHER:
    case KIND_TEXT:
    case KIND_PATH:
    case KIND_SWITCH:
    case KIND_EITHER:
    case KIND_CHOICE: buf_printf(b, "Write one of: %s", row->words); break;
    }
}

static void fill(struct reading *r, const struct config_row *row, const struct node *n, void *out)
{
    if (row->kind == KIND_OTHER || node_is_null(n))
        return;
    struct str text = reading_text(r, n, row->name);
    if (!text.ptr)
        return;
    if (str_starts(text, str_of("$")) || str_starts(text, str_of("env:"))) {
        reading_fault(r, n->line,
                      "%s: `%.*s`: only secrets (key, token) are taken from variables. Write the "
                      "value itself",
                      row->name, STR_ARG(text));
        return;
    }
    if (text.len && store_value(r, row, text, (char *)out + row->offset))
        return;
    char room[200];
    struct buf cure;
    buf_init(&cure, &alloc_heap, sizeof room);
    cure_of(row, &cure);
    reading_fault(r, n->line, "%s: `%.*s` does not fit. %s", row->name, STR_ARG(text),
                  buf_cstr(&cure));
    buf_fini(&cure);
}

void reading_defaults(struct reading *r, enum config_section s, void *out)
{
    for (const struct config_row *row = config_table(s)->rows; row->name; row++) {
        if (row->fallback && row->kind != KIND_OTHER)
            must(store_value(r, row, str_of(row->fallback), (char *)out + row->offset));
    }
}

// What people write beside a price, and that is an entry of `when`.
static bool is_for_when(enum config_section s, struct str name)
{
    static const char *const words[] = {"batch", "flex",     "priority", "fast",
                                        "tiers", "discount", "cliffs",   "peak"};
    bool found = s == SECTION_PRICE && config_row_find(SECTION_WHEN, name);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        found |= (s == SECTION_PRICE || s == SECTION_WHEN) && str_is(name, words[i]);
    return found;
}

// 0,15 in a section reads as two entries.
static bool is_after_comma(const struct node *n)
{
    for (size_t i = 0; i < n->key.len; i++) {
        if (n->key.ptr[i] < '0' || n->key.ptr[i] > '9')
            return false;
    }
    return n->key.len > 0 && node_is_null(n);
}

static void unknown(struct reading *r, enum config_section s, const struct node *n)
{
    const struct config_row *near = config_row_near(s, n->key);
    const char *where = s == SECTION_TOP ? "" : config_table(s)->name;
    const char *in = where[0] ? " in " : "";
    if (is_after_comma(n))
        reading_fault(r, n->key_line,
                      "`%.*s` behind a comma is an entry of its own. Write numbers with a point "
                      "and without commas: 0.15, 200000",
                      STR_ARG(n->key));
    else if (is_for_when(s, n->key))
        reading_fault(r, n->key_line,
                      "unknown key `%.*s`%s%s. Conditions stand in a list: when: [{service: batch, "
                      "factor: 0.5}, {above: 200000, input_per_mtok: 6}]",
                      STR_ARG(n->key), in, where);
    else if (near)
        reading_fault(r, n->key_line, "unknown key `%.*s`%s%s; did you mean `%s`?", STR_ARG(n->key),
                      in, where, near->name);
    else
        reading_fault(r, n->key_line,
                      "unknown key `%.*s`%s%s. `costlens config keys` lists what may stand here",
                      STR_ARG(n->key), in, where);
}

bool reading_section(struct reading *r, enum config_section s, const struct node *map, void *out)
{
    if (map->kind != NODE_MAP) {
        reading_fault(r, map->line, "%s: a section of `name: value` is expected here",
                      config_table(s)->name);
        return false;
    }
    for (const struct node *n = map->first; n; n = n->next) {
        const struct config_row *row = config_row_find(s, n->key);
        if (!row)
            unknown(r, s, n);
        else
            fill(r, row, n, out);
    }
    return true;
}
