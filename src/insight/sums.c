// SPDX-License-Identifier: Apache-2.0

#include "insight/sums.h"

#include <stdlib.h>

void sums_init(struct sums *s)
{
    *s = (struct sums){.failed = false};
    arena_init(&s->arena, &alloc_heap, 16 * 1024, SIZE_MAX);
    map_init(&s->groups, &alloc_heap);
    s->others.label = (struct str)STR("(others)");
}

void sums_fini(struct sums *s)
{
    map_fini(&s->groups);
    arena_fini(&s->arena);
}

struct str sums_keep(struct sums *s, struct str text)
{
    return arena_dup(&s->arena, text);
}

struct group *sums_group(struct sums *s, struct str key, bool *fresh)
{
    *fresh = false;
    if (s->last && str_eq(s->last->key, key))
        return s->last;
    struct group *g = map_get(&s->groups, key);
    if (!g && s->groups.count >= GROUPS_MAX)
        return &s->others;
    if (!g) {
        g = arena_new(&s->arena, struct group);
        struct str kept = arena_dup(&s->arena, key);
        if (!g || arena_failed(&s->arena) || !map_set(&s->groups, kept, g)) {
            s->failed = true;
            return NULL;
        }
        g->key = kept;
        *fresh = true;
    }
    s->last = g;
    return g;
}

static void add_times(struct sums *s, struct group_times *t, unsigned step, uint64_t count)
{
    uint64_t **part = &t->part[step / TIMES_PART];
    if (!*part)
        *part = arena_array(&s->arena, uint64_t, TIMES_PART);
    if (*part)
        (*part)[step % TIMES_PART] += count;
    else
        s->failed = true;
}

void sums_add_group(struct sums *s, struct group *g, const struct entry *e)
{
    tally_add(&g->tally, e);
    if (e->price_state != PRICE_UNPRICED) {
        money_sum_add(&g->cost, e->cost);
        if (e->followed)
            money_sum_add(&g->retry_cost, e->cost);
    }
    if (tally_timed(e))
        add_times(s, &g->latency, histogram_step(e->duration_us), 1);
    if (tally_begun(e))
        add_times(s, &g->ttft, histogram_step(e->ttft_us), 1);
}

void sums_add_total(struct sums *s, const struct entry *e)
{
    sums_add_group(s, &s->total, e);
}

void sums_add_call(struct sums *s, struct group *g, const struct entry *e)
{
    sums_add_group(s, g, e);
    sums_add_total(s, e);
}

void sums_add_hour(struct sums *s, struct group *g, const struct tally *t, struct money_sum cost,
                   struct money_sum retry_cost)
{
    tally_join(&g->tally, t);
    tally_join(&s->total.tally, t);
    g->cost.pd += cost.pd;
    s->total.cost.pd += cost.pd;
    g->retry_cost.pd += retry_cost.pd;
    s->total.retry_cost.pd += retry_cost.pd;
}

static bool add_packed(struct sums *s, struct group_times *t, struct group_times *total,
                       struct str packed)
{
    unsigned step = 0;
    uint64_t count;
    while (packed.len > 0) {
        if (!histogram_take(&packed, &step, &count))
            return false;
        add_times(s, t, step, count);
        add_times(s, total, step, count);
    }
    return true;
}

bool sums_add_times(struct sums *s, struct group *g, struct str latency, struct str ttft)
{
    return add_packed(s, &g->latency, &s->total.latency, latency) &&
           add_packed(s, &g->ttft, &s->total.ttft, ttft);
}

// --- JSON ---

// A number with one decimal; null below zero, where nothing was measured.
static void write_tenths(struct json_out *o, const char *name, int64_t tenths)
{
    if (tenths < 0) {
        json_out_null(o, name);
        return;
    }
    json_out_name(o, name);
    buf_printf(o->buf, "%lld.%lld", (long long)(tenths / 10), (long long)(tenths % 10));
}

static void write_ms(struct json_out *o, const char *name, const struct group_times *t, int64_t ppm)
{
    struct histogram h = {{0}};
    for (unsigned i = 0; i < HISTOGRAM_STEPS; i++) {
        const uint64_t *part = t->part[i / TIMES_PART];
        h.count[i] = part ? part[i % TIMES_PART] : 0;
    }
    int64_t us = histogram_quantile(&h, ppm);
    write_tenths(o, name, us < 0 ? us : us / 100);
}

static void write_speed(struct json_out *o, const struct tally *t)
{
    int128 tenths = -1;
    if (t->made_us > 0)
        tenths = (int128)t->made_tokens * 10 * SECOND_US / t->made_us;
    write_tenths(o, "tokens_per_second", tenths < INT64_MAX ? (int64_t)tenths : INT64_MAX);
}

static int64_t all_input(const struct tally *t)
{
    int64_t n = 0;
    for (unsigned i = BUCKET_INPUT; i <= BUCKET_IMAGE_INPUT; i++)
        n = count_add(n, t->count[i]);
    return n;
}

void sums_write_tally(struct json_out *o, const struct tally *t, struct money_sum cost,
                      struct money_sum retry_cost)
{
    json_out_number(o, "requests", t->requests);
    json_out_number(o, "errors", t->errors);
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        json_out_name(o, NULL);
        buf_printf(o->buf, "\"%s%s\":%lld", bucket_name((enum bucket)i),
                   bucket_is_token((enum bucket)i) ? "_tokens" : "", (long long)t->count[i]);
    }
    json_out_number(o, "reasoning_tokens", t->reasoning);
    json_out_number(o, "prompt_tokens", all_input(t));
    if (t->unpriced > 0 && cost.pd == 0)
        json_out_null(o, "cost_usd");
    else
        json_out_decimal(o, "cost_usd", cost.pd, 12, 2);
    json_out_number(o, "retries", t->retries);
    json_out_decimal(o, "retry_cost_usd", retry_cost.pd, 12, 2);
    json_out_number(o, "unpriced", t->unpriced);
    json_out_number(o, "estimated", t->estimated);
    json_out_number(o, "captured", t->captured);
}

static void write_figures(struct json_out *o, const struct group *g)
{
    const struct tally *t = &g->tally;
    sums_write_tally(o, t, g->cost, g->retry_cost);
    write_ms(o, "latency_p50_ms", &g->latency, 500000);
    write_ms(o, "latency_p95_ms", &g->latency, 950000);
    write_ms(o, "ttft_p50_ms", &g->ttft, 500000);
    write_ms(o, "ttft_p95_ms", &g->ttft, 950000);
    json_out_number(o, "load_us", t->load_us);
    json_out_number(o, "queue_us", t->queue_us);
    write_speed(o, t);
}

static int by_cost(const void *a, const void *b)
{
    const struct group *x = *(const struct group *const *)a;
    const struct group *y = *(const struct group *const *)b;
    if (x->cost.pd != y->cost.pd)
        return x->cost.pd < y->cost.pd ? 1 : -1;
    if (x->tally.requests != y->tally.requests)
        return x->tally.requests < y->tally.requests ? 1 : -1;
    return str_cmp(x->label, y->label);
}

static int by_order(const void *a, const void *b)
{
    const struct group *x = *(const struct group *const *)a;
    const struct group *y = *(const struct group *const *)b;
    return (x->order > y->order) - (x->order < y->order);
}

void sums_write(struct sums *s, const char *label_name, bool in_order, const struct sums_more *more,
                struct buf *json)
{
    const struct group **all = alloc_get(&alloc_heap, (s->groups.count + 1) * sizeof *all);
    if (!all) {
        s->failed = true;
        return;
    }
    size_t count = 0;
    size_t at = 0;
    struct str key;
    void *value;
    while (map_each(&s->groups, &at, &key, &value))
        all[count++] = value;
    if (count > 1)
        qsort(all, count, sizeof *all, in_order ? by_order : by_cost);
    if (s->others.tally.requests || s->others.tally.retries)
        all[count++] = &s->others;
    struct json_out o = {json, true};
    json_out_begin(&o, "rows", '[');
    for (size_t i = 0; i < count; i++) {
        json_out_begin(&o, NULL, '{');
        json_out_text(&o, label_name, all[i]->label);
        write_figures(&o, all[i]);
        if (more)
            more->write(more, all[i]->label, &o);
        json_out_end(&o, '}');
    }
    json_out_end(&o, ']');
    json_out_begin(&o, "total", '{');
    write_figures(&o, &s->total);
    json_out_end(&o, '}');
    heap_free(all);
}
