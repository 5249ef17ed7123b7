// SPDX-License-Identifier: Apache-2.0

#include "core/split.h"

static int64_t cliff_of(const struct sheet *sheet, const struct usage *u, int64_t at_us)
{
    struct quote q;
    if (!sheet)
        return 0;
    sheet_quote(sheet,
                &(struct moment){at_us, u->prompt, u->service, u->us_region, usage_thinks(u)}, &q);
    return q.cliff;
}

static void add_counts(struct usage *sum, const struct usage *u)
{
    for (unsigned i = 0; i < BUCKET_COUNT; i++)
        sum->count[i] = count_add(sum->count[i], u->count[i]);
    if (u->prompt > sum->prompt)
        sum->prompt = u->prompt;
}

void split_begin(struct split *s, struct str name, const struct sheet *sheet,
                 const struct usage *rest, int64_t at_us)
{
    s->count = 1;
    s->part[0] = (struct split_part){name, sheet, cliff_of(sheet, rest, at_us), *rest};
}

bool split_add(struct split *s, struct str name, const struct sheet *sheet,
               const struct usage *share, int64_t at_us)
{
    int64_t cliff = cliff_of(sheet, share, at_us);
    for (unsigned i = 0; i < s->count; i++) {
        struct split_part *p = &s->part[i];
        bool tokens = usage_input(&p->usage) > 0 || usage_output(&p->usage) > 0;
        if (!str_eq(p->name, name) || (tokens && p->cliff != cliff))
            continue;
        p->cliff = cliff;
        add_counts(&p->usage, share);
        return true;
    }
    if (s->count == SPLIT_MAX)
        return false;
    s->part[s->count++] = (struct split_part){name, sheet, cliff, *share};
    return true;
}

// --- as text ---

static const struct str and = STR(" + ");
static const struct str counts = STR(": prompt ");

// A name of a provider's own may hold anything. No sheet's has a space, and so none has the words
// that stand between.
static void write_name(struct str name, struct buf *out)
{
    for (size_t i = 0; i < name.len; i++)
        buf_add_char(out, name.ptr[i] == ' ' ? '_' : name.ptr[i]);
}

static void write_part(const struct split_part *p, struct buf *out)
{
    const struct usage *u = &p->usage;
    write_name(p->name, out);
    buf_add(out, counts);
    buf_add_i64(out, u->prompt);
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        if (u->count[i] > 0)
            buf_printf(out, ", %s %lld", bucket_name((enum bucket)i), (long long)u->count[i]);
    }
}

void split_write(struct split *s, struct buf *out)
{
    if (s->count > 1 && s->part[1].sheet && !usage_any(&s->part[0].usage)) {
        s->count--;
        memmove(&s->part[0], &s->part[1], s->count * sizeof s->part[0]);
    }
    for (unsigned i = 1; i < s->count; i++) {
        if (i > 1)
            buf_add(out, and);
        write_part(&s->part[i], out);
    }
}

static const struct sheet *find(const struct catalog *c, struct str name)
{
    size_t slash = str_find(name, '/');
    return name.len ? catalog_find(c, str_from(name.ptr, slash), str_skip(name, slash + 1)) : NULL;
}

static bool read_counts(struct str text, struct usage *u)
{
    struct str item;
    struct str number;
    if (!str_cut(&text, ',', &number) || !str_i64(number, &u->prompt))
        return false;
    while (str_cut(&text, ',', &item)) {
        struct str word;
        enum bucket b;
        item = str_trim(item);
        if (!str_cut(&item, ' ', &word) || !bucket_find(word, &b) || !str_i64(item, &u->count[b]))
            return false;
    }
    return true;
}

static bool read_part(const struct catalog *c, struct str text, struct split *s)
{
    size_t at = str_search(text, counts);
    if (s->count == SPLIT_MAX || at == text.len)
        return false;
    struct str name = str_from(text.ptr, at);
    struct split_part *p = &s->part[s->count++];
    *p = (struct split_part){.name = name, .sheet = find(c, name)};
    return read_counts(str_skip(text, at + counts.len), &p->usage);
}

void split_read(const struct catalog *c, struct str name, struct str parts, struct split *out)
{
    out->count = 1;
    out->part[0] = (struct split_part){.name = name, .sheet = find(c, name)};
    while (parts.len) {
        size_t at = str_search(parts, and);
        if (!read_part(c, str_from(parts.ptr, at), out)) {
            out->count = 1;
            out->part[0].sheet = NULL;
            return;
        }
        parts = str_skip(parts, at + and.len);
    }
}

void split_fill(struct split *s, const struct usage *row)
{
    struct usage *first = &s->part[0].usage;
    *first = *row;
    for (unsigned i = 1; i < s->count; i++) {
        struct usage *u = &s->part[i].usage;
        u->service = row->service;
        u->us_region = row->us_region;
        u->sure = row->sure;
        u->reasoning = row->reasoning;
        for (unsigned b = 0; b < BUCKET_COUNT; b++)
            first->count[b] -= u->count[b] < first->count[b] ? u->count[b] : first->count[b];
    }
}

// --- the sum ---

static void add_cost(struct bill *b, const struct cost *c)
{
    if (c->state == PRICE_UNPRICED || b->state == PRICE_UNPRICED) {
        b->state = PRICE_UNPRICED;
        b->total.pd = 0;
        return;
    }
    b->state = b->state == PRICE_FREE ? c->state : b->state;
    b->overflow = b->overflow || c->overflow || !money_add(b->total, c->total, &b->total);
    if (b->overflow)
        b->total.pd = INT64_MAX;
}

void split_rate(const struct split *s, int64_t at_us, struct bill *out)
{
    bool reported = s->part[0].usage.has_reported; // of the whole call
    out->count = reported ? 1 : s->count;
    out->overflow = false;
    for (unsigned i = 0; i < out->count; i++) {
        rate(s->part[i].sheet, &s->part[i].usage, at_us, &out->cost[i]);
        if (i > 0) {
            add_cost(out, &out->cost[i]);
            continue;
        }
        out->state = out->cost[0].state;
        out->total = out->cost[0].total;
        out->overflow = out->cost[0].overflow;
    }
}

void bill_explain(const struct split *s, const struct bill *b, struct buf *out)
{
    for (unsigned i = 0; i < b->count; i++) {
        if (b->count > 1) {
            buf_add(out, s->part[i].name);
            buf_add_cstr(out, ":\n");
        }
        cost_explain(&b->cost[i], out);
    }
    if (b->count == 1 || b->state == PRICE_UNPRICED)
        return;
    buf_add_cstr(out, "all of it: ");
    money_write(out, b->total);
    buf_add_cstr(out, b->overflow ? " USD (too large: cut)\n" : " USD\n");
}
