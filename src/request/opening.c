// SPDX-License-Identifier: Apache-2.0

#include "request/opening.h"

#include "base/limits.h"
#include "base/map.h"
#include "core/said.h"
#include "request/req.h"

#define EACH_BYTES (4 * KIB) // of a text that count: what is longer seldom differs behind them

struct reading {
    struct opening out;
    unsigned first; // the user's first message; 0 before it
};

static uint64_t join(uint64_t hash, struct str text)
{
    uint64_t one = map_hash(str_clip(text, EACH_BYTES)) + text.len;
    return (hash ^ one) * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

static bool hear(void *context, const struct saying *s)
{
    struct reading *reading = context;
    bool system = s->by == SPEAKER_SYSTEM;
    if (!system && reading->first && s->message != reading->first)
        return false;
    if (system)
        reading->out.task = join(reading->out.task, s->text);
    else
        reading->first = s->message;
    reading->out.conversation = join(reading->out.conversation, s->text);
    return true;
}

void opening_read(const struct req *r, struct opening *out)
{
    struct reading reading = {0};
    if (r->asked)
        said_each(json_root(r->ask.json), hear, &reading);
    *out = reading.out;
    if (out->conversation)
        out->conversation = join(out->conversation, r->key->name);
}
