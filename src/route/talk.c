// SPDX-License-Identifier: Apache-2.0

#include "route/talk.h"

#include <string.h>

#include "base/digest.h"
#include "base/golden.h"
#include "core/said.h"

#define NO_MESSAGE UINT32_MAX
#define HALF       (TALK_PARTS / 2)
#define ONE        1    // in the first number
#define HEAD       3    // numbers before those of what was said,
#define NAMED      2    // ... and one more with this in the first one
#define FIRST_CUT  256  // bytes; the next ones are twice as long each
#define CUTS       HALF // of the only message

struct reading {
    struct talk *to;
    unsigned message;  // that is being read
    unsigned messages; // of the user, that one too
    unsigned parts;    // that were found
    uint32_t text, before, instructions;
    unsigned answered; // the last message of what was answered first,
    bool over;         // ... which ends there
    size_t bytes;
    uint32_t cut[CUTS]; // what the first message begins with
    unsigned cuts;
};

static void add_part(struct reading *r, uint32_t part)
{
    const unsigned n = r->parts++;
    r->to->said[n < TALK_PARTS ? n : HALF + (n - HALF) % HALF] = part;
    r->to->count = n < TALK_PARTS ? n + 1 : TALK_PARTS;
}

// Not as one text by its CRC: what both say alike would cancel out.
static uint32_t mixed(uint32_t before, uint32_t text)
{
    const uint64_t both = golden(golden(before) ^ text);
    return (uint32_t)(both >> 32);
}

static void end_message(struct reading *r)
{
    if (r->messages == 0)
        return;
    uint32_t part = r->text;
    if (r->bytes < TALK_TELLS)
        part = mixed(r->before, r->text);
    add_part(r, part);
    r->before = r->text;
}

static void read_text(struct reading *r, struct str text)
{
    while (r->messages == 1 && r->cuts < CUTS) {
        const size_t left = ((size_t)FIRST_CUT << r->cuts) - r->bytes;
        if (text.len < left)
            break;
        r->text = digest_crc32(r->text, text.ptr, left);
        r->cut[r->cuts++] = r->text;
        r->bytes += left;
        text = str_skip(text, left);
    }
    r->text = digest_crc32(r->text, text.ptr, text.len);
    r->bytes += text.len;
}

// An answer, and what its tools have found: what stands in one row, since all the later calls of a
// run have just these before anything else.
static void read_answer(struct reading *r, const struct saying *s)
{
    const bool same = s->message == r->answered;
    const bool next = s->message == r->answered + 1 && s->by == SPEAKER_TOOL;
    r->over |= r->to->run != 0 && !same && !next;
    if (r->over)
        return;
    r->to->run = digest_crc32(r->to->run, s->text.ptr, s->text.len) | 1;
    r->answered = s->message;
}

// A message may be several texts.
static bool hear(void *context, const struct saying *s)
{
    struct reading *r = context;
    if (s->by == SPEAKER_SYSTEM) {
        r->instructions = digest_crc32(r->instructions, s->text.ptr, s->text.len);
        return true;
    }
    if (s->by != SPEAKER_USER) {
        read_answer(r, s);
        return true;
    }
    r->over |= r->to->run != 0;
    if (s->message != r->message) {
        end_message(r);
        r->message = s->message;
        r->messages++;
        r->text = 0;
        r->bytes = 0;
    }
    read_text(r, s->text);
    return true;
}

// The last ones were written round.
static void put_in_order(struct reading *r)
{
    uint32_t last[HALF];
    if (r->parts <= TALK_PARTS)
        return;
    memcpy(last, &r->to->said[HALF], sizeof last);
    for (unsigned i = 0; i < HALF; i++)
        r->to->said[HALF + i] = last[(r->parts - HALF + i) % HALF];
}

void talk_name(struct talk *t, struct str whose, struct str name)
{
    if (name.len)
        t->named =
            mixed(digest_crc32(0, whose.ptr, whose.len), digest_crc32(0, name.ptr, name.len)) | 1;
}

void talk_of(const struct json_val *request, struct talk *out)
{
    struct reading r = {.to = out, .message = NO_MESSAGE};
    *out = (struct talk){.known = true};
    said_each(request, hear, &r);
    end_message(&r);
    out->one = r.messages == 1;
    for (unsigned i = 0; i < r.cuts && out->one; i++)
        add_part(&r, r.cut[i]);
    put_in_order(&r);
    out->told = r.instructions;
}

// The numbers in their order: `flags`, what heads them, and those of what was said.
static uint32_t *number_of(struct talk *t, uint32_t *flags, size_t i)
{
    const size_t head = *flags & NAMED ? HEAD + 1 : HEAD;
    if (i >= head)
        return &t->said[i - head];
    return i == 0 ? flags : i == 1 ? &t->run : i == 2 ? &t->told : &t->named;
}

size_t talk_pack(const struct talk *t, uint8_t out[TALK_BYTES])
{
    struct talk of = *t;
    uint32_t flags = (t->one ? ONE : 0) | (t->named ? NAMED : 0);
    const size_t numbers = t->count + HEAD + (t->named != 0);
    if (!t->known)
        return 0;
    for (size_t i = 0; i < numbers; i++)
        for (unsigned byte = 0; byte < 4; byte++)
            out[4 * i + byte] = (uint8_t)(*number_of(&of, &flags, i) >> 8 * byte);
    return 4 * numbers;
}

static uint32_t number_at(struct str packed, size_t i)
{
    uint32_t number = 0;
    for (unsigned byte = 0; byte < 4; byte++)
        number |= (uint32_t)(uint8_t)packed.ptr[4 * i + byte] << 8 * byte;
    return number;
}

void talk_unpack(struct str packed, struct talk *out)
{
    *out = (struct talk){.known = false};
    if (packed.len < 4 * HEAD || packed.len % 4)
        return;
    uint32_t flags = number_at(packed, 0);
    const size_t numbers = packed.len / 4, head = flags & NAMED ? HEAD + 1 : HEAD;
    if (flags > (ONE | NAMED) || numbers < head || numbers > head + TALK_PARTS)
        return;
    for (size_t i = 1; i < numbers; i++)
        *number_of(out, &flags, i) = number_at(packed, i);
    out->known = true;
    out->one = flags & ONE;
    out->count = (unsigned)(numbers - head);
}
