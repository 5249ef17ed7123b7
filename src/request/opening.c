// SPDX-License-Identifier: Apache-2.0

#include "request/opening.h"

#include "base/golden.h"
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

// Two lanes of eight bytes each.
struct lanes {
    uint64_t a, b;
};

static inline struct lanes mix(struct lanes h, const char *sixteen)
{
    struct lanes part;
    memcpy(&part, sixteen, sizeof part);
    return (struct lanes){golden_low(h.a ^ part.a), golden_low(h.b ^ part.b)};
}

// Not keyed, as map_hash is, which takes three times as long: who finds two texts of one hash mixes
// up conversations of his own key, and how long answers to a task of that hash are expected to be.
static uint64_t text_hash(struct str text)
{
    struct lanes h = {text.len, 0};
    char last[sizeof h] = {0};
    text = str_clip(text, EACH_BYTES);
    for (; text.len >= sizeof last; text = str_skip(text, sizeof last))
        h = mix(h, text.ptr);
    if (text.len)
        memcpy(last, text.ptr, text.len);
    h = mix(h, last);
    return h.a ^ (h.b << 32 | h.b >> 32);
}

static uint64_t join(uint64_t hash, uint64_t one)
{
    return golden(hash ^ one) + 1;
}

static void hear_opening(struct reading *reading, const struct saying *s)
{
    bool system = s->by == SPEAKER_SYSTEM;
    reading->over = !system && reading->first && s->message != reading->first;
    if (reading->over)
        return;
    uint64_t hash = text_hash(s->text);
    if (system)
        reading->out.task = join(reading->out.task, hash);
    else
        reading->first = s->message;
    reading->out.conversation = join(reading->out.conversation, hash);
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
        out->conversation = join(out->conversation, map_hash(r->key->name));
}
