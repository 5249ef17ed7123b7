// SPDX-License-Identifier: Apache-2.0

#include "request/opening.h"

#include "base/limits.h"
#include "base/map.h"
#include "request/req.h"
#include "route/prompt.h"

#define EACH_BYTES (4 * KIB) // of a text that count: what is longer seldom differs behind them

struct reading {
    struct opening out;
    unsigned first; // the user's first message; 0 before it
    bool over;      // what comes is of no opening
    struct prompt_reading *prompt;
};

static uint64_t join(uint64_t hash, struct str text)
{
    uint64_t one = map_hash(str_clip(text, EACH_BYTES)) + text.len;
    return (hash ^ one) * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

static void hear_opening(struct reading *reading, const struct saying *s)
{
    bool system = s->by == SPEAKER_SYSTEM;
    reading->over = !system && reading->first && s->message != reading->first;
    if (reading->over)
        return;
    if (system)
        reading->out.task = join(reading->out.task, s->text);
    else
        reading->first = s->message;
    reading->out.conversation = join(reading->out.conversation, s->text);
}

static bool hear(void *context, const struct saying *s)
{
    struct reading *reading = context;
    if (!reading->over)
        hear_opening(reading, s);
    if (reading->prompt)
        prompt_hear(reading->prompt, s);
    return reading->prompt || !reading->over;
}

void opening_read(const struct req *r, struct opening *out, struct prompt *prompt)
{
    struct prompt_reading text UNSET;
    struct reading reading = {.first = 0};
    if (prompt) {
        prompt_begin(&text, prompt);
        reading.prompt = &text;
    }
    if (r->asked && r->ask.json) // a list is asked for without
        said_each(json_root(r->ask.json), hear, &reading);
    if (prompt)
        prompt_end(&text);
    *out = reading.out;
    if (out->conversation)
        out->conversation = join(out->conversation, r->key->name);
}
