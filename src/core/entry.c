// SPDX-License-Identifier: Apache-2.0
//
//   version attempt flags outcome state sure service      u8 each
//   id                                                    16 bytes
//   start ttft duration overhead cost reasoning prompt    i64 each
//   http                                                  i32
//   buckets used                                          u32, a bit each, the last one: times,
//                                                         the one before: an answer_id
//   their counts                                          i64 each
//   load queue                                            i64 each, if so
//   reported                                              i64, if flagged
//   the texts of TEXTS                                    u16 length, bytes
//   price_parts                                           the same, if flagged
//   answer_id                                             the same, if so
//   charge                                                u8 length, charge_pack; in version 2
//                                                         and, without an account 0, in version 3
//   decision                                              u16 length, bytes; in version 3
//   tags                                                  tags_pack
//
// Numbers are little-endian. Only what entry_pack writes is taken back, byte for byte. Version 1 is
// the call that no budget concerns, version 3 one of a route.

#include "core/entry.h"

#define VERSION_PLAIN     1
#define VERSION_CHARGED   2
#define VERSION_DECIDED   3
#define ID_OFFSET         7
#define FIXED_BYTES       (ID_OFFSET + 16 + 7 * 8 + 4 + 4)
#define NUMBER_BYTES      (FIXED_BYTES + (BUCKET_COUNT + 3) * 8)
#define TEXT_COUNT        15

#define FLAG_STREAM       1u
#define FLAG_AS_ANSWERED  2u
#define FLAG_US_REGION    4u
#define FLAG_REPORTED     8u
#define FLAG_INCONSISTENT 16u
#define FLAG_PARTS        32u
#define FLAG_UNCOUNTED    64u
#define FLAG_FOLLOWED     128u
#define FLAGS_KNOWN       255u
#define USED_TIMES        (1u << 31) // among the buckets used
#define USED_ANSWER       (1u << 30)
_Static_assert(BUCKET_COUNT < 30, "USED_ANSWER");

static const char *const outcome_names[] = {
#define X(id, name) [OUTCOME_##id] = (name),
    OUTCOME_MAP(X)
#undef X
};
#define OUTCOME_COUNT (sizeof outcome_names / sizeof outcome_names[0])

// The texts of an entry in their order on disk.
static const size_t texts[TEXT_COUNT] = {
    offsetof(struct entry, tenant),         offsetof(struct entry, team),
    offsetof(struct entry, project),        offsetof(struct entry, key),
    offsetof(struct entry, user),           offsetof(struct entry, provider),
    offsetof(struct entry, model_asked),    offsetof(struct entry, model),
    offsetof(struct entry, model_answered), offsetof(struct entry, endpoint),
    offsetof(struct entry, route),          offsetof(struct entry, error),
    offsetof(struct entry, upstream_id),    offsetof(struct entry, price_version),
    offsetof(struct entry, price_name),
};

const char *outcome_name(enum outcome o)
{
    must(o < OUTCOME_COUNT);
    return outcome_names[o];
}

bool outcome_answered(enum outcome o, int64_t ttft_us, int http_status)
{
    return o == OUTCOME_OK || o == OUTCOME_INCOMPLETE ||
           (o == OUTCOME_LEFT && ttft_us > 0 && http_status > 0);
}

static const struct str *text_of(const struct entry *e, unsigned i)
{
    return (const struct str *)(const void *)((const char *)e + texts[i]);
}

// --- pack ---

// Byte by byte in one expression each, which compilers turn into one store or load.

static char *put16(char *at, uint32_t n)
{
    at[0] = (char)(n & 0xff);
    at[1] = (char)(n >> 8 & 0xff);
    return at + 2;
}

static char *put32(char *at, uint32_t n)
{
    at[0] = (char)(n & 0xff);
    at[1] = (char)(n >> 8 & 0xff);
    at[2] = (char)(n >> 16 & 0xff);
    at[3] = (char)(n >> 24);
    return at + 4;
}

static char *put_i64(char *at, int64_t number)
{
    uint64_t n = (uint64_t)number;
    at[0] = (char)(n & 0xff);
    at[1] = (char)(n >> 8 & 0xff);
    at[2] = (char)(n >> 16 & 0xff);
    at[3] = (char)(n >> 24 & 0xff);
    at[4] = (char)(n >> 32 & 0xff);
    at[5] = (char)(n >> 40 & 0xff);
    at[6] = (char)(n >> 48 & 0xff);
    at[7] = (char)(n >> 56);
    return at + 8;
}

static unsigned flags_of(const struct entry *e)
{
    return (e->stream ? FLAG_STREAM : 0) | (e->priced_as_answered ? FLAG_AS_ANSWERED : 0) |
           (e->usage.us_region ? FLAG_US_REGION : 0) | (e->usage.has_reported ? FLAG_REPORTED : 0) |
           (e->usage.inconsistent ? FLAG_INCONSISTENT : 0) | (e->price_parts.len ? FLAG_PARTS : 0) |
           (e->usage.uncounted ? FLAG_UNCOUNTED : 0) | (e->followed ? FLAG_FOLLOWED : 0);
}

static char *put_usage(char *at, const struct entry *e)
{
    const struct usage *u = &e->usage;
    uint32_t used = 0;
    char *mask = at;
    at += 4;
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        must(u->count[i] >= 0);
        if (u->count[i] == 0)
            continue;
        used |= 1u << i;
        at = put_i64(at, u->count[i]);
    }
    if (e->load_us || e->queue_us) {
        used |= USED_TIMES;
        at = put_i64(at, e->load_us);
        at = put_i64(at, e->queue_us);
    }
    put32(mask, used | (e->answer_id.len ? USED_ANSWER : 0));
    return u->has_reported ? put_i64(at, u->reported.pd) : at;
}

static char *put_numbers(char *at, const struct entry *e)
{
    *at++ = e->decision.len ? VERSION_DECIDED : e->charge.count ? VERSION_CHARGED : VERSION_PLAIN;
    *at++ = (char)e->attempt;
    *at++ = (char)flags_of(e);
    *at++ = (char)e->outcome;
    *at++ = (char)e->price_state;
    *at++ = (char)e->usage.sure;
    *at++ = (char)e->usage.service;
    memcpy(at, e->id.bytes, sizeof e->id.bytes);
    at += sizeof e->id.bytes;
    at = put_i64(at, e->start_us);
    at = put_i64(at, e->ttft_us);
    at = put_i64(at, e->duration_us);
    at = put_i64(at, e->overhead_us);
    at = put_i64(at, e->cost.pd);
    at = put_i64(at, e->usage.reasoning);
    at = put_i64(at, e->usage.prompt);
    at = put32(at, (uint32_t)e->http_status);
    return put_usage(at, e);
}

// A text too long is cut where a character starts.
static size_t kept(const struct str *text)
{
    return str_clip(*text, ENTRY_TEXT_MAX).len;
}

static char *put_text(char *at, const char *text, size_t n)
{
    at = put16(at, (uint32_t)n);
    if (n)
        memcpy(at, text, n);
    return at + n;
}

// Behind a byte for its length.
static void put_charge(const struct charge *c, struct buf *out)
{
    _Static_assert(CHARGE_PACKED_MAX <= UINT8_MAX, "one byte");
    size_t before = out->len;
    buf_add_char(out, 0);
    charge_pack(c, out);
    if (!buf_failed(out))
        out->ptr[before] = (char)(out->len - before - 1);
}

static void put_decision(struct str packed, struct buf *out)
{
    char *at = buf_room(out, 2 + packed.len);
    if (!at)
        return;
    put_text(at, packed.ptr, packed.len);
    out->len += 2 + packed.len;
}

void entry_pack(const struct entry *e, struct buf *out)
{
    must(e->price_parts.len <= ENTRY_PARTS_MAX && e->decision.len <= DECISION_BYTES_MAX);
    size_t size = NUMBER_BYTES + 2 + e->price_parts.len + 2 + kept(&e->answer_id);
    for (unsigned i = 0; i < TEXT_COUNT; i++)
        size += 2 + kept(text_of(e, i));
    char *start = buf_room(out, size);
    if (!start)
        return;
    char *at = put_numbers(start, e);
    for (unsigned i = 0; i < TEXT_COUNT; i++) {
        const struct str *text = text_of(e, i);
        at = put_text(at, text->ptr, kept(text));
    }
    if (e->price_parts.len)
        at = put_text(at, e->price_parts.ptr, e->price_parts.len);
    if (e->answer_id.len)
        at = put_text(at, e->answer_id.ptr, kept(&e->answer_id));
    must((size_t)(at - start) <= size);
    out->len += (size_t)(at - start);
    if (e->charge.count || e->decision.len)
        put_charge(&e->charge, out);
    if (e->decision.len)
        put_decision(e->decision, out);
    tags_pack(&e->tags, out);
}

// --- unpack ---

struct reader {
    const unsigned char *at;
    const unsigned char *end;
    bool broken;
    bool parts, answer; // price_parts, answer_id stand behind the texts
};

// The next bytes, or so many zeros and the mark.
static const unsigned char *get(struct reader *r, size_t bytes)
{
    static const unsigned char none[8] = {0};
    const unsigned char *at = r->at;
    if ((size_t)(r->end - at) < bytes) {
        r->broken = true;
        return none;
    }
    r->at += bytes;
    return at;
}

static unsigned get8(struct reader *r)
{
    return *get(r, 1);
}

static unsigned get16(struct reader *r)
{
    const unsigned char *at = get(r, 2);
    return at[0] | (unsigned)at[1] << 8;
}

static uint32_t word(const unsigned char *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint32_t get32(struct reader *r)
{
    return word(get(r, 4));
}

static int64_t get_i64(struct reader *r)
{
    const unsigned char *at = get(r, 8);
    return (int64_t)(word(at) | (uint64_t)word(at + 4) << 32);
}

// A byte below `count`.
static unsigned get_choice(struct reader *r, unsigned count)
{
    unsigned n = get8(r);
    if (n < count)
        return n;
    r->broken = true;
    return 0;
}

static void get_times(struct reader *r, bool told, struct entry *e)
{
    e->load_us = told ? get_i64(r) : 0;
    e->queue_us = told ? get_i64(r) : 0;
    if (told && e->load_us == 0 && e->queue_us == 0)
        r->broken = true;
}

static void get_usage(struct reader *r, struct entry *e)
{
    struct usage *u = &e->usage;
    uint32_t used = get32(r);
    r->answer = used & USED_ANSWER;
    if ((used & ~(USED_TIMES | USED_ANSWER)) >> BUCKET_COUNT)
        r->broken = true;
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        u->count[i] = (used & 1u << i) ? get_i64(r) : 0;
        if (u->count[i] < 0 || (used & 1u << i && u->count[i] == 0))
            r->broken = true;
    }
    get_times(r, used & USED_TIMES, e);
    u->reported.pd = u->has_reported ? get_i64(r) : 0;
}

static void get_flags(struct reader *r, struct entry *e)
{
    unsigned flags = get_choice(r, FLAGS_KNOWN + 1);
    e->stream = flags & FLAG_STREAM;
    e->priced_as_answered = flags & FLAG_AS_ANSWERED;
    e->usage.us_region = flags & FLAG_US_REGION;
    e->usage.has_reported = flags & FLAG_REPORTED;
    e->usage.inconsistent = flags & FLAG_INCONSISTENT;
    e->usage.uncounted = flags & FLAG_UNCOUNTED;
    e->followed = flags & FLAG_FOLLOWED;
    r->parts = flags & FLAG_PARTS;
}

static void get_numbers(struct reader *r, struct entry *e)
{
    e->attempt = (uint8_t)get8(r);
    get_flags(r, e);
    e->outcome = (enum outcome)get_choice(r, OUTCOME_COUNT);
    e->price_state = (enum price_state)get_choice(r, PRICE_STATE_COUNT);
    e->usage.sure = (enum sure)get_choice(r, SURE_COUNT);
    e->usage.service = (enum service)get_choice(r, SERVICE_COUNT);
    if (r->broken || (size_t)(r->end - r->at) < sizeof e->id.bytes) {
        r->broken = true;
        return;
    }
    memcpy(e->id.bytes, r->at, sizeof e->id.bytes);
    r->at += sizeof e->id.bytes;
    e->start_us = get_i64(r);
    e->ttft_us = get_i64(r);
    e->duration_us = get_i64(r);
    e->overhead_us = get_i64(r);
    e->cost.pd = get_i64(r);
    e->usage.reasoning = get_i64(r);
    e->usage.prompt = get_i64(r);
    e->http_status = (int32_t)get32(r);
    get_usage(r, e);
}

static void get_text(struct reader *r, size_t max, struct str *text)
{
    size_t n = get16(r);
    if (n > max || n > (size_t)(r->end - r->at)) {
        r->broken = true;
        return;
    }
    *text = str_from((const char *)r->at, n);
    r->at += n;
}

// What is there must not be empty.
static void get_optional(struct reader *r, bool there, size_t max, struct str *text)
{
    *text = STR_NONE;
    if (there && !r->broken)
        get_text(r, max, text);
    if (there && text->len == 0)
        r->broken = true;
}

static void get_charge(struct reader *r, bool needed, struct charge *c)
{
    size_t n = get8(r);
    struct str packed = str_from((const char *)r->at, n);
    if ((n == 0 && needed) || n > (size_t)(r->end - r->at) || !charge_unpack(packed, c))
        r->broken = true;
    else
        r->at += n;
}

static bool known(unsigned version)
{
    return version >= VERSION_PLAIN && version <= VERSION_DECIDED;
}

bool entry_unpack(struct str packed, struct entry *out)
{
    if (packed.len < FIXED_BYTES || !known((unsigned char)packed.ptr[0]))
        return false;
    const unsigned char *start = (const unsigned char *)packed.ptr;
    struct reader r = {start, start + packed.len, false, false, false};
    unsigned version = get8(&r);
    get_numbers(&r, out);
    for (unsigned i = 0; i < TEXT_COUNT && !r.broken; i++)
        get_text(&r, ENTRY_TEXT_MAX, (struct str *)(void *)((char *)out + texts[i]));
    get_optional(&r, r.parts, ENTRY_PARTS_MAX, &out->price_parts);
    get_optional(&r, r.answer, ENTRY_TEXT_MAX, &out->answer_id);
    out->charge = (struct charge){.count = 0};
    if (version != VERSION_PLAIN && !r.broken)
        get_charge(&r, version == VERSION_CHARGED, &out->charge);
    get_optional(&r, version == VERSION_DECIDED, DECISION_BYTES_MAX, &out->decision);
    if (r.broken)
        return false;
    return tags_unpack(str_from((const char *)r.at, (size_t)(r.end - r.at)), &out->tags);
}

bool entry_unpack_id(struct str packed, struct uuid *id, uint8_t *attempt)
{
    if (packed.len < FIXED_BYTES || !known((unsigned char)packed.ptr[0]))
        return false;
    *attempt = (uint8_t)packed.ptr[1];
    memcpy(id->bytes, packed.ptr + ID_OFFSET, sizeof id->bytes);
    return true;
}
