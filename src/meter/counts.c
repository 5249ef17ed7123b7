// SPDX-License-Identifier: Apache-2.0
//
// Counters of answers, read with distrust: of what contradicts itself the dearest reading stands,
// what cannot be is not believed, and both are marked: nothing is wrapped into a huge cost or a
// negative one. What is left then may be less than what is billed, so it is taken for an estimate.

#include "meter/meter_part.h"

bool counts_open(struct counts *c, struct usage *u, struct str raw, const struct alloc *alloc)
{
    *c = (struct counts){.u = u};
    if (!skim_is_object(raw) || json_open(raw, alloc, &c->json, NULL) != STATUS_OK)
        return false;
    c->root = json_root(c->json);
    return true;
}

void counts_close(struct counts *c)
{
    json_close(c->json);
    c->json = NULL;
}

void usage_doubt(struct usage *u)
{
    u->inconsistent = true;
    u->sure = SURE_ESTIMATED;
}

// 12.5 tokens: the whole part and one more. With an exponent it is no count that anybody made.
static bool fraction(struct counts *c, struct str text, int64_t *out)
{
    uint64_t n = 0;
    size_t point = str_find(text, '.');
    bool plain = str_find(text, 'e') == text.len && str_find(text, 'E') == text.len;
    if (!plain || point == text.len || !str_u64(str_from(text.ptr, point), &n) ||
        n >= METER_COUNT_MAX)
        return false;
    c->u->inconsistent = true;
    *out = (int64_t)n + 1;
    return true;
}

static bool read(struct counts *c, const struct json_val *v, int64_t *out)
{
    int64_t n = 0;
    switch (json_type(v)) {
    case JSON_NUMBER:
        if (!json_i64(v, &n))
            return fraction(c, json_number(c->json, v), out);
        break;
    case JSON_STRING:
        if (!str_i64(json_str(v), &n))
            return false;
        break;
    case JSON_ABSENT:
    case JSON_NULL:
    case JSON_BOOL:
    case JSON_ARRAY:
    case JSON_OBJECT: return false;
    }
    *out = n;
    return n >= 0 && n <= METER_COUNT_MAX;
}

bool counts_told(struct counts *c, const struct json_val *v, int64_t *out)
{
    int64_t n = 0;
    if (json_type(v) == JSON_ABSENT || json_type(v) == JSON_NULL)
        return false;
    if (!read(c, v, &n)) {
        usage_doubt(c->u);
        return false;
    }
    *out = n;
    return true;
}

bool counts_has(struct counts *c, const char *name)
{
    int64_t n = 0;
    return counts_told(c, json_get(c->root, name), &n);
}

int64_t counts_of(struct counts *c, const struct json_val *v)
{
    int64_t n = 0;
    return counts_told(c, v, &n) ? n : 0;
}

int64_t counts_get(struct counts *c, const char *name)
{
    return counts_of(c, json_get(c->root, name));
}

int64_t part_keep(struct meter_parts *p, unsigned i, int64_t n)
{
    if (n > 0 || p->at[i] < 0)
        p->at[i] = n;
    return p->at[i];
}

bool part_read(struct counts *c, const struct json_val *v, struct meter_parts *p, unsigned i,
               int64_t *out)
{
    int64_t n = 0;
    if (counts_told(c, v, &n))
        (void)part_keep(p, i, n);
    *out = count_larger(p->at[i], 0);
    return p->at[i] >= 0;
}

int64_t counts_take(struct usage *u, int64_t *rest, int64_t n)
{
    if (n > *rest)
        usage_doubt(u);
    else
        *rest -= n;
    return n;
}

void sides_settle(struct meter *m, struct sides *s)
{
    bool both = s->input_untold && s->output_untold;
    int64_t rest = s->total - s->input - s->output;
    if (s->input_untold && !both && rest > 0) {
        s->input += rest;
        s->input_untold = false;
    } else if (s->output_untold && !both && rest > 0) {
        s->output += rest;
        s->output_untold = false;
    }
    m->input_untold = s->input_untold;
    m->output_untold = s->output_untold;
    m->total = both ? s->total : 0;
}

void service_read(struct usage *u, struct str word)
{
    static const struct {
        struct str word;
        enum service service;
    } words[] = {
        {STR("default"), SERVICE_STANDARD},
        {STR("standard"), SERVICE_STANDARD},
        {STR("on_demand"), SERVICE_STANDARD},
        {STR("batch"), SERVICE_BATCH},
        {STR("flex"), SERVICE_FLEX},
        {STR("priority"), SERVICE_PRIORITY},
        {STR("performance"), SERVICE_PRIORITY},
        {STR("fast"), SERVICE_PRIORITY}, // OpenAI's other name of it
        {STR("ultrafast"), SERVICE_FAST},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (str_eq(word, words[i].word)) {
            u->service = words[i].service;
            return;
        }
    }
    // "auto" was asked and tells nothing. Of another tier (OpenAI's prepaid "scale", one of
    // tomorrow) the price is not known.
    if (word.len && !str_is(word, "auto"))
        u->service = SERVICE_OTHER;
}
