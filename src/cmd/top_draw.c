// SPDX-License-Identifier: Apache-2.0
//
// What `top` knows, as a picture. A narrow terminal loses columns, in the order of their `from`;
// what is left over is shared by who and model.

#include <locale.h>
#include <stdlib.h>
#include <wchar.h>

#include "base/clock.h"
#include "cmd/table.h"
#include "cmd/top.h"
#include "core/usage.h"

#define MICRO_ATTO ((int128)1000 * 1000 * 1000 * 1000)
#define WHO_MAX    32

enum place { CLOCK, WHO, MODEL, STATE, INPUT, CACHED, WRITTEN, OUTPUT, COST, FIRST, TOOK };

struct column {
    const char *title;
    unsigned width; // 0: shares what is left over
    bool right;
    unsigned from; // columns that the terminal needs to have
};

static const struct column call_columns[] = {
    [CLOCK] = {"BEGAN", 8, false, 70},     [WHO] = {"WHO", 0, false, 0},
    [MODEL] = {"MODEL", 0, false, 0},      [STATE] = {"STATE", 10, false, 60},
    [INPUT] = {"INPUT", 8, true, 120},     [CACHED] = {"CACHED", 8, true, 120},
    [WRITTEN] = {"WRITTEN", 8, true, 120}, [OUTPUT] = {"OUTPUT", 9, true, 50},
    [COST] = {"COST USD", 12, true, 30},   [FIRST] = {"FIRST", 8, true, 140},
    [TOOK] = {"TIME", 8, true, 60}};
#define CALL_COLUMNS (sizeof call_columns / sizeof call_columns[0])

static const struct column group_columns[] = {
    {"", 0, false, 0},          {"NOW", 6, true, 60},     {"CALLS", 8, true, 30},
    {"ERRORS", 7, true, 70},    {"INPUT", 12, true, 110}, {"CACHED", 12, true, 110},
    {"WRITTEN", 12, true, 110}, {"OUTPUT", 12, true, 50}, {"UNPRICED", 8, true, 40},
    {"COST USD", 14, true, 0}};
#define GROUP_COLUMNS (sizeof group_columns / sizeof group_columns[0])

// --- cells ---

void top_widths(void)
{
    (void)setlocale(LC_CTYPE, "C.UTF-8");
}

static wchar_t character(struct str s, size_t at, size_t len)
{
    static const unsigned char first[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t c = (unsigned char)s.ptr[at] & first[len];
    for (size_t i = 1; i < len; i++)
        c = c << 6 | ((unsigned char)s.ptr[at + i] & 0x3f);
    return (wchar_t)c;
}

// Bytes of `s` that fit into `width` columns, and how many columns they take.
static size_t fit(struct str s, unsigned width, unsigned *used)
{
    size_t at = 0;
    *used = 0;
    while (at < s.len) {
        size_t len = str_utf8_at(s, at);
        int columns_wide = len ? wcwidth(character(s, at, len)) : 1;
        unsigned wide = columns_wide < 0 ? 1 : (unsigned)columns_wide;
        if (*used + wide > width)
            break;
        *used += wide;
        at += len ? len : 1;
    }
    return at;
}

static void pad(struct buf *out, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        buf_add_char(out, ' ');
}

void top_cell(struct buf *out, struct str text, unsigned width, bool right)
{
    struct buf tame;
    unsigned used;
    buf_init(&tame, &alloc_heap, 0);
    buf_add(&tame, text);
    if (tame.len)
        tame.len = str_tame(tame.ptr, tame.len, false);
    struct str s = buf_str(&tame);
    size_t len = fit(s, width, &used);
    bool cut = len < s.len && width > 0;
    if (cut)
        len = fit(s, width - 1, &used);
    used += cut;
    pad(out, right ? width - used : 0);
    buf_add(out, str_from(s.ptr, len));
    buf_add_cstr(out, cut ? "\xe2\x80\xa6" : "");
    pad(out, right ? 0 : width - used);
    buf_fini(&tame);
}

static void add_usd(struct buf *out, int128 cost)
{
    decimal_write(out, decimal_divide(cost, MICRO_ATTO), 6, 6);
}

static bool is_known(int128 cost, int64_t unpriced) // an unknown price is no zero
{
    return cost != 0 || unpriced == 0;
}

static void add_sum(struct buf *out, const char *sign, int128 cost, int64_t unpriced,
                    bool estimated)
{
    if (!is_known(cost, unpriced)) {
        buf_add_cstr(out, "unpriced");
        return;
    }
    buf_printf(out, "%s%s", estimated ? "~" : "", sign);
    add_usd(out, cost);
}

static void add_time(struct buf *out, int64_t us)
{
    if (us <= 0)
        buf_add_char(out, '-');
    else if (us < SECOND_US / 100)
        buf_printf(out, "%lld.%lld ms", (long long)(us / 1000), (long long)(us % 1000 / 100));
    else if (us < SECOND_US)
        buf_printf(out, "%lld ms", (long long)(us / 1000));
    else if (us < 100 * SECOND_US)
        buf_printf(out, "%lld.%02lld s", (long long)(us / SECOND_US),
                   (long long)(us % SECOND_US / 10000));
    else
        buf_printf(out, "%lld:%02lld min", (long long)(us / SECOND_US / 60),
                   (long long)(us / SECOND_US % 60));
}

// Tags that say whose it is stand there already.
static void add_tags(struct buf *out, const struct top_call *c)
{
    struct str rest = str_of(c->tags), tag;
    while (str_cut(&rest, ',', &tag)) {
        if (str_starts(tag, str_of("user=")) || str_starts(tag, str_of("team=")))
            continue;
        buf_add_char(out, ' ');
        buf_add(out, tag);
    }
}

static void add_who(struct buf *out, const struct top_call *c)
{
    const char *whose = c->user[0] ? c->user : c->team;
    buf_printf(out, "%s%s%s", c->key, whose[0] ? " " : "", whose);
    add_tags(out, c);
}

static void add_number(struct buf *out, const struct top_call *c, int64_t n)
{
    buf_printf(out, "%s%lld", c->estimated ? "~" : "", (long long)n);
}

static void cell_text(struct buf *out, const struct top_call *c, enum place p)
{
    switch (p) {
    case CLOCK: buf_add_cstr(out, c->clock); break;
    case WHO: add_who(out, c); break;
    case MODEL: buf_add_cstr(out, c->model); break;
    case STATE: buf_add_cstr(out, c->followed ? "retried" : c->state); break;
    case INPUT: add_number(out, c, c->tokens.fresh); break;
    case CACHED: add_number(out, c, c->tokens.cached); break;
    case WRITTEN: add_number(out, c, c->tokens.written); break;
    case OUTPUT: add_number(out, c, c->tokens.out); break;
    case COST:
        buf_add_cstr(out, c->priced && c->estimated ? "~" : "");
        if (c->priced)
            add_usd(out, c->cost);
        else
            buf_add_cstr(out, c->running ? "-" : "unpriced");
        break;
    case FIRST: add_time(out, c->ttft_us); break;
    case TOOK: add_time(out, c->duration_us); break;
    }
}

// --- lines ---

struct layout {
    const struct column *columns;
    size_t count;
    unsigned width;
    unsigned shared[2]; // widths of the first and the second that share
};

static void lay_out(struct layout *l)
{
    unsigned fixed = 0, sharing = 0, shown = 0;
    for (size_t i = 0; i < l->count; i++) {
        if (l->columns[i].from > l->width)
            continue;
        shown++;
        fixed += l->columns[i].width;
        sharing += l->columns[i].width == 0;
    }
    fixed += shown ? shown - 1 : 0;
    unsigned left = l->width > fixed ? l->width - fixed : 0;
    l->shared[0] = sharing == 2 ? left * 2 / 5 : left;
    if (sharing == 2 && l->shared[0] > WHO_MAX)
        l->shared[0] = WHO_MAX;
    l->shared[1] = left - l->shared[0];
}

typedef void cell_f(struct buf *out, const void *item, size_t column);

static void write_line(const struct layout *l, cell_f *f, const void *item, struct buf *out)
{
    struct buf text;
    unsigned share = 0;
    bool first = true;
    buf_init(&text, &alloc_heap, 0);
    for (size_t i = 0; i < l->count; i++) {
        const struct column *c = &l->columns[i];
        if (c->from > l->width)
            continue;
        if (!first)
            buf_add_char(out, ' ');
        first = false;
        buf_clear(&text);
        f(&text, item, i);
        top_cell(out, buf_str(&text), c->width ? c->width : l->shared[share++], c->right);
    }
    buf_add_char(out, '\n');
    buf_fini(&text);
}

static void title_cell(struct buf *out, const void *item, size_t column)
{
    (void)item;
    buf_add_cstr(out, call_columns[column].title);
}

// Above the groups: how many calls they are of, which are not all since the start.
static void group_title_cell(struct buf *out, const void *item, size_t column)
{
    const struct top *t = item;
    if (column == 0)
        buf_printf(out, t->missed ? "OF %lld" : "OF THE LAST %lld", (long long)t->grouped);
    else
        buf_add_cstr(out, group_columns[column].title);
}

static void call_cell(struct buf *out, const void *item, size_t column)
{
    cell_text(out, item, (enum place)column);
}

static void group_cell(struct buf *out, const void *item, size_t column)
{
    const struct top_group *g = item;
    const struct tokens *t = &g->tokens;
    const int64_t numbers[] = {0,         g->running, g->calls, g->errors,  t->fresh,
                               t->cached, t->written, t->out,   g->unpriced};
    if (column == 0)
        buf_add_cstr(out, g->label);
    else if (column < sizeof numbers / sizeof numbers[0])
        buf_printf(out, "%lld", (long long)numbers[column]);
    else
        add_sum(out, "", g->cost, g->unpriced, g->estimated > 0);
}

// --- the order ---

static int compare(int128 a, int128 b)
{
    return (a < b) - (a > b); // the largest first
}

static int64_t tokens(const struct top_call *c)
{
    const struct tokens *t = &c->tokens;
    return count_add(count_add(t->fresh, t->cached), count_add(t->written, t->out));
}

static int newest(const void *a, const void *b)
{
    const struct top_call *x = *(const struct top_call *const *)a;
    const struct top_call *y = *(const struct top_call *const *)b;
    return compare(x->number, y->number);
}

static int dearest(const void *a, const void *b)
{
    const struct top_call *x = *(const struct top_call *const *)a;
    const struct top_call *y = *(const struct top_call *const *)b;
    int n = compare(x->cost, y->cost);
    return n ? n : newest(a, b);
}

static int largest(const void *a, const void *b)
{
    const struct top_call *x = *(const struct top_call *const *)a;
    const struct top_call *y = *(const struct top_call *const *)b;
    int n = compare(tokens(x), tokens(y));
    return n ? n : newest(a, b);
}

static int longest(const void *a, const void *b)
{
    const struct top_call *x = *(const struct top_call *const *)a;
    const struct top_call *y = *(const struct top_call *const *)b;
    int n = compare(x->duration_us, y->duration_us);
    return n ? n : newest(a, b);
}

static int group_order(const void *a, const void *b)
{
    const struct top_group *x = *(const struct top_group *const *)a;
    const struct top_group *y = *(const struct top_group *const *)b;
    int n = compare(x->cost, y->cost);
    n = n ? n : compare(x->running, y->running);
    n = n ? n : compare(x->calls, y->calls);
    return n ? n : strcmp(x->label, y->label);
}

static void draw_calls(const struct top *t, const struct layout *l, unsigned rows, struct buf *out)
{
    static int (*const orders[])(const void *, const void *) = {
        [TOP_NEWEST] = newest, [TOP_COST] = dearest, [TOP_TOKENS] = largest, [TOP_TIME] = longest};
    const struct top_call *calls[TOP_RUNNING + TOP_KEPT];
    const struct top_call *c;
    size_t count = 0;
    for (size_t i = 0; i < t->running_count; i++)
        calls[count++] = &t->running[i];
    for (uint64_t j = 0; (c = top_ended(t, j)) != NULL; j++)
        calls[count++] = c;
    qsort(calls, count, sizeof calls[0], orders[t->sort]);
    for (unsigned i = 0; i < rows; i++) {
        if (i < count)
            write_line(l, call_cell, calls[i], out);
        else
            buf_add_char(out, '\n');
    }
}

static void draw_groups(const struct top *t, const struct layout *l, unsigned rows, struct buf *out)
{
    const struct top_group *groups[TOP_GROUPS + 1] = {NULL};
    for (size_t i = 0; i < t->group_count; i++)
        groups[i] = &t->groups[i];
    qsort(groups, t->group_count, sizeof groups[0], group_order);
    for (unsigned i = 0; i < rows; i++) {
        if (i < t->group_count)
            write_line(l, group_cell, groups[i], out);
        else
            buf_add_char(out, '\n');
    }
}

// --- the head ---

static void add_grouped(struct buf *out, int64_t n, const char *what)
{
    struct buf grouped, plain;
    buf_init(&grouped, &alloc_heap, 0);
    buf_init(&plain, &alloc_heap, 0);
    buf_add_i64(&plain, n);
    struct str s = table_grouped(buf_str(&plain), &grouped);
    buf_printf(out, "  %.*s %s", STR_ARG(s), what);
    buf_fini(&grouped);
    buf_fini(&plain);
}

static void add_some(struct buf *out, int64_t n, const char *what)
{
    if (n)
        add_grouped(out, n, what);
}

static void total_text(struct buf *out, const char *name, const struct top_total *t)
{
    buf_printf(out, "%-11s", name);
    if (!t->known) {
        buf_add_cstr(out, "  the ledger cannot be read now");
        return;
    }
    buf_add_cstr(out, "  ");
    add_sum(out, "$", t->cost, t->unpriced, t->estimated + t->captured > 0);
    add_grouped(out, t->requests, t->requests == 1 ? "call" : "calls");
    add_some(out, t->errors, t->errors == 1 ? "error" : "errors");
    add_some(out, t->unpriced, "unpriced");
    add_some(out, t->captured, "captured");
    add_some(out, t->estimated, "estimated");
    add_grouped(out, t->tokens.fresh, "in");
    add_some(out, t->tokens.cached, "cached");
    add_some(out, t->tokens.written, "written");
    add_grouped(out, t->tokens.out, "out");
}

static void head_text(struct buf *out, const struct top *t)
{
    buf_printf(out, "costlens top  %s UTC  %lld in flight  by %s", t->clock,
               (long long)t->in_flight, t->by.len ? "" : top_sort_name(t->sort));
    buf_add(out, t->by);
    if (t->filter.len)
        buf_printf(out, "  /%.*s", STR_ARG(t->filter));
    if (t->missed)
        buf_printf(out, "  %lld too fast to show", (long long)t->missed);
    if (t->paused)
        buf_add_cstr(out, "  PAUSED");
}

static void add_row(struct buf *out, struct buf *text, unsigned width)
{
    top_cell(out, buf_str(text), width, false);
    buf_add_char(out, '\n');
    buf_clear(text);
}

static void draw_head(const struct top *t, unsigned width, struct buf *out)
{
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    head_text(&text, t);
    add_row(out, &text, width);
    total_text(&text, "today", &t->today);
    add_row(out, &text, width);
    total_text(&text, "since start", &t->started);
    add_row(out, &text, width);
    buf_fini(&text);
}

void top_draw(const struct top *t, unsigned columns, unsigned rows, struct str foot,
              struct buf *out)
{
    bool groups = t->by.len > 0;
    struct layout l = {.columns = groups ? group_columns : call_columns,
                       .count = groups ? GROUP_COLUMNS : CALL_COLUMNS,
                       .width = columns};
    lay_out(&l);
    draw_head(t, columns, out);
    write_line(&l, groups ? group_title_cell : title_cell, t, out);
    unsigned body = rows > TOP_TITLES + 2 ? rows - TOP_TITLES - 2 : 0;
    if (groups)
        draw_groups(t, &l, body, out);
    else
        draw_calls(t, &l, body, out);
    top_cell(out, foot, columns, false);
}

// --- lines for programs ---

#define TOKEN_TITLES "input_tokens\tcached_tokens\twritten_tokens\toutput_tokens\t"

void top_line_titles(const struct top *t, struct buf *out)
{
    if (t->by.len) {
        buf_add_cstr(out, "at\t");
        buf_add(out, t->by);
        buf_add_cstr(out, "\tof_last\tin_flight\trequests\terrors\t" TOKEN_TITLES
                          "unpriced\tcost_usd\n");
        return;
    }
    buf_add_cstr(out, "began\tkey\tteam\tuser\ttags\tmodel\tstate\t" TOKEN_TITLES
                      "cost_usd\tfirst_ms\ttime_ms\t");
    buf_add_cstr(out, t->filter.len ? "shown_usd\n" : "total_usd\n");
}

static void add_field(struct buf *out, const char *text)
{
    size_t from = out->len;
    buf_add_cstr(out, text);
    if (!buf_failed(out) && out->len > from)
        out->len = from + str_tame(out->ptr + from, out->len - from, false);
    buf_add_char(out, '\t');
}

static void add_tokens(struct buf *out, const struct tokens *t, const char *mark)
{
    const int64_t numbers[] = {t->fresh, t->cached, t->written, t->out};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        buf_printf(out, "%s%lld\t", mark, (long long)numbers[i]);
}

void top_line(const struct top_call *c, int128 total, struct buf *out)
{
    const char *const texts[] = {
        c->clock, c->key, c->team, c->user, c->tags, c->model, c->followed ? "retried" : c->state};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        add_field(out, texts[i]);
    const char *mark = c->estimated ? "~" : "";
    add_tokens(out, &c->tokens, mark);
    if (c->priced) {
        buf_add_cstr(out, mark);
        decimal_write(out, c->cost, DECIMAL_PLACES, 2);
    }
    buf_add_char(out, '\t');
    decimal_write(out, c->ttft_us, 3, 0);
    buf_add_char(out, '\t');
    decimal_write(out, c->duration_us, 3, 0);
    buf_add_char(out, '\t');
    decimal_write(out, total, DECIMAL_PLACES, 2);
    buf_add_char(out, '\n');
}

void top_line_groups(const struct top *t, struct buf *out)
{
    for (size_t i = 0; i < t->group_count; i++) {
        const struct top_group *g = &t->groups[i];
        add_field(out, t->clock);
        add_field(out, g->label);
        buf_printf(out, "%lld\t%lld\t%lld\t%lld\t", (long long)t->grouped, (long long)g->running,
                   (long long)g->calls, (long long)g->errors);
        add_tokens(out, &g->tokens, "");
        buf_printf(out, "%lld\t%s", (long long)g->unpriced,
                   g->estimated && is_known(g->cost, g->unpriced) ? "~" : "");
        if (is_known(g->cost, g->unpriced))
            decimal_write(out, g->cost, DECIMAL_PLACES, 2);
        buf_add_char(out, '\n');
    }
}
