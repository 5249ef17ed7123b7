// SPDX-License-Identifier: Apache-2.0
//
// The texts are written round a ring, and turned about at the end.

#include "route/prompt.h"

#include "base/fnv.h"

// The texts are many, and stay as they are until they are said.
void prompt_begin(struct prompt_reading *r, struct prompt *to)
{
    r->to = to;
    r->said = 0;
    to->count = 0;
    to->system_bytes = 0;
    to->template = 0;
}

void prompt_hear(struct prompt_reading *r, const struct saying *s)
{
    struct prompt *p = r->to;
    if (s->by == SPEAKER_ASSISTANT) // by it the model would know who has answered before
        return;
    if (s->by != SPEAKER_SYSTEM) {
        r->ring[r->said++ % PROMPT_TEXTS_MAX] = s->text;
    } else if (r->said == 0) {
        uint64_t seen = p->system_bytes < TRAITS_BYTES ? p->system_bytes : TRAITS_BYTES;
        p->template = traits_template(p->template, str_clip(s->text, TRAITS_BYTES - seen));
        p->system_bytes += s->text.len;
    }
}

void prompt_end(struct prompt_reading *r)
{
    struct prompt *p = r->to;
    p->count = r->said < PROMPT_TEXTS_MAX ? (unsigned)r->said : PROMPT_TEXTS_MAX;
    for (unsigned i = 0; i < p->count; i++)
        p->texts[i] = r->ring[(r->said - 1 - i) % PROMPT_TEXTS_MAX];
}

static bool hear(void *context, const struct saying *s)
{
    prompt_hear(context, s);
    return true;
}

void prompt_read_list(struct prompt *p, const struct json_val *list)
{
    struct prompt_reading r UNSET;
    prompt_begin(&r, p);
    said_list(list, hear, &r);
    prompt_end(&r);
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

uint64_t prompt_mark(const struct prompt *p)
{
    uint64_t hash = FNV64 ^ p->template;
    for (unsigned i = 0; i < p->count; i++)
        hash = fnv64(fnv64_text(hash, p->texts[i]), UINT8_MAX); // no byte of UTF-8: its end
    return hash ? hash : 1;
}
