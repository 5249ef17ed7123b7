// SPDX-License-Identifier: Apache-2.0

#include "request/conversation.h"

#include "base/golden.h"
#include "base/limits.h"
#include "base/map.h"
#include "core/said.h"
#include "request/req.h"

#define EACH_BYTES (4 * KIB) // of a text that count, as in request/opening.c

// The user's messages that have texts.
struct listening {
    unsigned count, last; // and the number of the last one's
    uint64_t name[2];     // of the first two
};

static uint64_t join(uint64_t name, uint64_t one)
{
    return golden_low(name ^ one) + 1;
}

static bool hear(void *context, const struct saying *s)
{
    struct listening *l = context;
    if (s->by != SPEAKER_USER)
        return true;
    l->count += s->message != l->last;
    l->last = s->message;
    if (l->count > 2)
        return false;
    l->name[l->count - 1] = join(l->name[l->count - 1], map_hash(str_clip(s->text, EACH_BYTES)));
    return true;
}

void conversation_read(const struct req *r, uint64_t opening, struct str user,
                       struct conversation *out)
{
    *out = (struct conversation){.keep = 0};
    if (!opening || !r->asked || !r->ask.json)
        return;
    const struct json_val *body = json_root(r->ask.json);
    struct listening l = {.count = 0};
    said_each(body, hear, &l);
    uint64_t first = join(join(opening, map_hash(user)), l.name[0]);
    out->keep = l.count > 1 ? join(first, l.name[1]) : first;
    if (!said_answered(body))
        return;
    out->find[0] = out->keep;
    if (l.count == 2 && user.len)
        out->find[1] = first;
}
