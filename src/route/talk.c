// SPDX-License-Identifier: Apache-2.0

#include "route/talk.h"

#include "base/digest.h"

#define NO_MESSAGE UINT32_MAX

void talk_begin(struct talk_reading *r, struct talk *to)
{
    *to = (struct talk){0};
    *r = (struct talk_reading){to, NO_MESSAGE};
}

// A message may be several texts.
bool talk_hear(struct talk_reading *r, const struct saying *s)
{
    struct talk *t = r->to;
    if (s->by == SPEAKER_SYSTEM)
        return true;
    if (s->by != SPEAKER_USER) {
        if (t->run == 0)
            t->run = digest_crc32(0, s->text.ptr, s->text.len) | 1;
        return true;
    }
    if (s->message != r->message) {
        if (t->count == TALK_DEPTH)
            return false;
        const char end = '\0';
        const uint32_t before = t->count ? t->said[t->count - 1] : 0;
        t->said[t->count++] = digest_crc32(before, &end, 1);
        r->message = s->message;
    }
    uint32_t *said = &t->said[t->count - 1];
    *said = digest_crc32(*said, s->text.ptr, s->text.len);
    return true;
}

static bool hear(void *context, const struct saying *s)
{
    return talk_hear(context, s);
}

void talk_of(const struct json_val *request, struct talk *out)
{
    struct talk_reading r;
    talk_begin(&r, out);
    said_each(request, hear, &r);
}

size_t talk_pack(const struct talk *t, uint8_t out[TALK_BYTES])
{
    if (t->count == 0)
        return 0;
    for (unsigned i = 0; i <= t->count; i++) {
        const uint32_t one = i ? t->said[i - 1] : t->run;
        for (unsigned byte = 0; byte < 4; byte++)
            out[4 * i + byte] = (uint8_t)(one >> 8 * byte);
    }
    return 4 * (size_t)(t->count + 1);
}

void talk_unpack(struct str packed, struct talk *out)
{
    *out = (struct talk){0};
    if (packed.len < 8 || packed.len > TALK_BYTES || packed.len % 4)
        return;
    out->count = (unsigned)(packed.len / 4 - 1);
    for (size_t i = 0; i < packed.len; i++) {
        uint32_t *one = i < 4 ? &out->run : &out->said[i / 4 - 1];
        *one |= (uint32_t)(uint8_t)packed.ptr[i] << i % 4 * 8;
    }
}
