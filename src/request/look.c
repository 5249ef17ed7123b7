// SPDX-License-Identifier: Apache-2.0

#include "request/look.h"

#include "wire/said.h"

#define TEXTS_MOST 32 // the newest that are said by others than the system

struct looking {
    struct str system; // the first of its texts
    struct str said[TEXTS_MOST];
    unsigned count; // of all that was said: the newest stand at count % TEXTS_MOST and before
    unsigned user;  // 1 + which of them is the user's newest
};

static bool hear(void *context, const struct saying *s)
{
    struct looking *l = context;
    if (s->by == SPEAKER_SYSTEM) {
        l->system = l->system.len ? l->system : s->text;
        return true;
    }
    l->said[l->count % TEXTS_MOST] = s->text;
    l->count++;
    if (s->by == SPEAKER_USER)
        l->user = l->count;
    return true;
}

// The user's newest first, then the others from the newest on.
static unsigned order(const struct looking *l, struct str *texts)
{
    unsigned kept = l->count < TEXTS_MOST ? l->count : TEXTS_MOST, n = 0;
    unsigned user = l->user + kept > l->count ? l->user : 0;
    if (user)
        texts[n++] = l->said[(user - 1) % TEXTS_MOST];
    for (unsigned i = 0; i < kept; i++) {
        unsigned at = l->count - 1 - i;
        if (at + 1 != user)
            texts[n++] = l->said[at % TEXTS_MOST];
    }
    return n;
}

const struct traits *look(struct req *r, struct str route)
{
    struct looking looking = {.count = 0};
    struct str texts[TEXTS_MOST];
    struct traits *t = arena_get(&r->arena, sizeof *t);
    if (!t)
        return NULL;
    said_each(&r->ask, hear, &looking);
    struct traits_source source = {.demand = &r->ask.demand,
                                   .system = looking.system,
                                   .texts = texts,
                                   .count = order(&looking, texts),
                                   .task = traits_task(looking.system, route, r->key->tenant)};
    traits_of(&source, t);
    return t;
}
