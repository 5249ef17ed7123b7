// SPDX-License-Identifier: Apache-2.0
//
// The texts are written round a ring, and turned about at the end.

#include "route/prompt.h"

#include "core/said.h"

struct reading {
    struct prompt *to;
    struct str ring[PROMPT_TEXTS_MAX];
    size_t said; // texts, also those that are gone
};

static bool hear(void *context, const struct saying *s)
{
    struct reading *r = context;
    struct prompt *p = r->to;
    if (s->by != SPEAKER_SYSTEM) {
        r->ring[r->said++ % PROMPT_TEXTS_MAX] = s->text;
    } else if (r->said == 0) {
        uint64_t seen = p->system_bytes < TRAITS_BYTES ? p->system_bytes : TRAITS_BYTES;
        p->template = traits_template(p->template, str_clip(s->text, TRAITS_BYTES - seen));
        p->system_bytes += s->text.len;
    }
    return true;
}

static void newest_first(struct reading *r)
{
    struct prompt *p = r->to;
    p->count = r->said < PROMPT_TEXTS_MAX ? (unsigned)r->said : PROMPT_TEXTS_MAX;
    for (unsigned i = 0; i < p->count; i++)
        p->texts[i] = r->ring[(r->said - 1 - i) % PROMPT_TEXTS_MAX];
}

// The texts are many, and stay as they are until they are said.
static void begin(struct reading *r, struct prompt *p)
{
    r->to = p;
    r->said = 0;
    p->count = 0;
    p->system_bytes = 0;
    p->template = 0;
}

void prompt_read(struct prompt *p, const struct json_val *body)
{
    struct reading r UNSET;
    begin(&r, p);
    said_each(body, hear, &r);
    newest_first(&r);
}

void prompt_read_list(struct prompt *p, const struct json_val *list)
{
    struct reading r UNSET;
    begin(&r, p);
    said_list(list, hear, &r);
    newest_first(&r);
}

void prompt_traits(const struct prompt *p, const struct demand *demand, uint64_t task,
                   struct traits *out)
{
    const struct traits_source source = {.demand = demand,
                                         .system_bytes = p->system_bytes,
                                         .texts = p->texts,
                                         .count = p->count,
                                         .task = task};
    traits_of(&source, out);
}
