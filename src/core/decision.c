// SPDX-License-Identifier: Apache-2.0
//
//   version flags side            u8 each
//   score threshold               if scored; zigzag
//   propensity
//   route mode match reason traits   length, bytes
//   what was known                if it is (from version 2 on), below
//   good | told << 1              u8, if verifiers have looked (from version 2 on)
//   sure                          if told; zigzag
//   large                         if compared; zigzag
//   chosen count
//   of each candidate: side | state << 4 | passed << 6   u8
//                      model out           length, bytes
//                      expected            zigzag
//                      why it was passed   length, bytes, if it was
//
// What was known:
//
//   judged | own << 1 | checkable << 2 | session << 4 | cascade << 6   u8
//   pressure max_loss confidence input output
//   if judged:  check             of the route's own model
//               shipped own       zigzag
//               of each mode: own | why << 1   u8
//                             threshold        zigzag
//
// Numbers are in groups of 7 bits, the lowest first, with the eighth bit set in all but the last; a
// zigzag number has its sign in the lowest bit. Only what decision_pack writes is taken back.

#include "core/decision.h"

#define VERSION         2
#define FLAG_CASCADE    1u
#define FLAG_SCORED     2u
#define FLAG_COMPARED   4u
#define FLAG_KNOWN      8u
#define FLAG_CUT        16u
#define FLAG_CONFINED   32u
#define FLAG_VERDICT    64u
#define FLAGS_1         7u // of version 1
#define FLAGS_2         127u
#define NUMBER_BYTES    10  // 64 bits
#define PASSED          64u // of a candidate
#define CANDIDATE_BYTES (1 + 4 * NUMBER_BYTES + 3 * DECISION_TEXT_MAX)
#define KNOWN_BYTES     (1 + CHOICE_MODES + (8 + CHOICE_MODES) * NUMBER_BYTES)
#define HEAD_BYTES \
    (4 + 10 * NUMBER_BYTES + 4 * DECISION_TEXT_MAX + DECISION_TRAITS_MAX + KNOWN_BYTES)

// --- pack ---

static char *put(char *at, uint64_t n)
{
    for (; n > 0x7f; n >>= 7)
        *at++ = (char)((n & 0x7f) | 0x80);
    *at++ = (char)n;
    return at;
}

static char *put_signed(char *at, int64_t n)
{
    return put(at, (uint64_t)n << 1 ^ (n < 0 ? UINT64_MAX : 0));
}

static char *put_text(char *at, struct str text, size_t most)
{
    text = str_clip(text, most);
    at = put(at, text.len);
    if (text.len)
        memcpy(at, text.ptr, text.len);
    return at + text.len;
}

static char *put_judged(char *at, const struct choice_judged *j)
{
    at = put(at, j->own_check);
    at = put_signed(put_signed(at, j->shipped), j->own);
    for (unsigned i = 0; i < CHOICE_MODES; i++) {
        const struct choice_counsel *c = &j->counsel[i];
        *at++ = (char)((unsigned)c->own | (unsigned)c->why << 1);
        at = put_signed(at, c->threshold);
    }
    return at;
}

static char *put_known(char *at, const struct decision *d)
{
    const struct choice_call *c = &d->call;
    *at++ =
        (char)((unsigned)c->judged.there | (unsigned)c->judged.has_own << 1 |
               (unsigned)c->checkable << 2 | (unsigned)c->session << 4 | (unsigned)c->cascade << 6);
    at = put(put(put(at, (uint64_t)c->pressure_ppm), d->max_loss_ppm), d->confidence_ppm);
    at = put(put(at, (uint64_t)d->input), (uint64_t)d->output);
    return c->judged.there ? put_judged(at, &c->judged) : at;
}

static unsigned flags_of(const struct decision *d, bool cut)
{
    return (d->cascade ? FLAG_CASCADE : 0) | (d->scored ? FLAG_SCORED : 0) |
           (d->compared ? FLAG_COMPARED : 0) | (d->known ? FLAG_KNOWN : 0) | (cut ? FLAG_CUT : 0) |
           (d->confined ? FLAG_CONFINED : 0) | (d->verdict.there ? FLAG_VERDICT : 0);
}

static char *put_verdict(char *at, const struct decision_verdict *v)
{
    *at++ = (char)((unsigned)v->good | (unsigned)v->told << 1);
    return v->told ? put_signed(at, v->sure) : at;
}

static char *put_head(char *at, const struct decision *d, bool cut)
{
    const bool fits = d->traits.len <= DECISION_TRAITS_MAX;
    *at++ = VERSION;
    *at++ = (char)flags_of(d, cut);
    *at++ = (char)d->side;
    if (d->scored)
        at = put_signed(put_signed(at, d->score_ppm), d->threshold_ppm);
    at = put(at, d->propensity_ppm);
    at = put_text(at, d->route, DECISION_TEXT_MAX);
    at = put_text(at, d->mode, DECISION_TEXT_MAX);
    at = put_text(at, d->match, DECISION_TEXT_MAX);
    at = put_text(at, d->reason, DECISION_TEXT_MAX);
    at = put_text(at, fits ? d->traits : STR_NONE, DECISION_TRAITS_MAX);
    if (d->known)
        at = put_known(at, d);
    if (d->verdict.there)
        at = put_verdict(at, &d->verdict);
    return d->compared ? put_signed(at, d->large.pd) : at;
}

static size_t size_of(const struct decision_candidate *c)
{
    return CANDIDATE_BYTES - 3 * DECISION_TEXT_MAX + str_clip(c->model, DECISION_TEXT_MAX).len +
           str_clip(c->out, DECISION_TEXT_MAX).len + str_clip(c->passed, DECISION_TEXT_MAX).len;
}

// How many candidates there is room for.
static unsigned fitting(const struct decision *d)
{
    size_t room = DECISION_BYTES_MAX - HEAD_BYTES;
    unsigned n = 0;
    for (; n < d->count && n < DECISION_CANDIDATES_MAX && size_of(&d->list[n]) <= room; n++)
        room -= size_of(&d->list[n]);
    return n;
}

static char *put_candidate(char *at, const struct decision_candidate *c)
{
    *at++ = (char)((unsigned)c->side | (unsigned)c->state << 4 | (c->passed.len ? PASSED : 0));
    at = put_text(at, c->model, DECISION_TEXT_MAX);
    at = put_text(at, c->out, DECISION_TEXT_MAX);
    at = put_signed(at, c->expected.pd);
    return c->passed.len ? put_text(at, c->passed, DECISION_TEXT_MAX) : at;
}

enum side decision_side(const struct decision *d)
{
    return d->chosen < d->count ? d->list[d->chosen].side : d->side;
}

void decision_pack(const struct decision *d, struct buf *out)
{
    must(d->propensity_ppm > 0 && d->propensity_ppm <= DECISION_SURE);
    char *start = buf_room(out, DECISION_BYTES_MAX);
    if (!start)
        return;
    unsigned count = fitting(d);
    char *at = put_head(start, d, d->cut || count < d->count);
    at = put(at, d->chosen < count ? d->chosen : count);
    at = put(at, count);
    for (unsigned i = 0; i < count; i++)
        at = put_candidate(at, &d->list[i]);
    must(at - start <= DECISION_BYTES_MAX);
    out->len += (size_t)(at - start);
}

// --- unpack ---

struct reader {
    struct str rest;
    bool broken;
};

static unsigned get8(struct reader *r)
{
    if (r->rest.len == 0) {
        r->broken = true;
        return 0;
    }
    unsigned c = (unsigned char)*r->rest.ptr++;
    r->rest.len--;
    return c;
}

// Broken when it has a group too many, or more than 64 bits.
static uint64_t get(struct reader *r)
{
    uint64_t n = 0;
    if (r->rest.len && (unsigned char)*r->rest.ptr < 0x80)
        return get8(r); // as most are
    for (unsigned i = 0; i < NUMBER_BYTES; i++) {
        unsigned group = get8(r);
        if (i == NUMBER_BYTES - 1 && group > 1)
            break;
        n |= (uint64_t)(group & 0x7f) << 7 * i;
        if (group & 0x80)
            continue;
        if (group == 0 && i > 0)
            break;
        return n;
    }
    r->broken = true;
    return 0;
}

// No more than `most`.
static unsigned get_below(struct reader *r, unsigned most)
{
    uint64_t n = get(r);
    if (n > most)
        r->broken = true;
    return r->broken ? 0 : (unsigned)n;
}

static int64_t get_count(struct reader *r)
{
    uint64_t n = get(r);
    if (n > INT64_MAX)
        r->broken = true;
    return r->broken ? 0 : (int64_t)n;
}

static int64_t get_signed(struct reader *r)
{
    uint64_t n = get(r);
    return (int64_t)(n >> 1 ^ (n & 1 ? UINT64_MAX : 0));
}

static struct str get_text(struct reader *r, size_t most)
{
    size_t n = get_below(r, (unsigned)most);
    if (r->broken || n > r->rest.len) {
        r->broken = true;
        return STR_NONE;
    }
    struct str text = n ? str_from(r->rest.ptr, n) : STR_NONE;
    r->rest = str_skip(r->rest, n);
    return text;
}

static void get_judged(struct reader *r, struct choice_judged *j)
{
    j->own_check = get_below(r, UINT32_MAX);
    j->shipped = get_signed(r);
    j->own = get_signed(r);
    for (unsigned i = 0; i < CHOICE_MODES; i++) {
        unsigned both = get8(r);
        if (both >> 1 >= CHOICE_WHY_COUNT) {
            r->broken = true;
            return;
        }
        j->counsel[i] =
            (struct choice_counsel){both & 1, get_signed(r), (enum choice_why)(both >> 1)};
    }
}

static void get_known(struct reader *r, struct decision *d)
{
    unsigned bits = get8(r), session = bits >> 4 & 3;
    if ((bits & 8) || session >= SIDE_COUNT || bits >> 6 > CHOICE_CASCADE_COSTS) {
        r->broken = true;
        return;
    }
    d->call.judged.there = bits & 1;
    d->call.judged.has_own = bits & 2;
    d->call.checkable = bits & 4;
    d->call.session = (enum side)session;
    d->call.cascade = (enum choice_cascade)(bits >> 6);
    d->call.pressure_ppm = get_below(r, CHOICE_SURE);
    d->max_loss_ppm = get_below(r, UINT32_MAX);
    d->confidence_ppm = get_below(r, UINT32_MAX);
    d->input = get_count(r);
    d->output = get_count(r);
    if (d->call.judged.there)
        get_judged(r, &d->call.judged);
}

static void get_verdict(struct reader *r, struct decision_verdict *v)
{
    unsigned bits = get8(r);
    v->good = bits & 1;
    v->told = bits & 2;
    int64_t sure = v->told ? get_signed(r) : 0;
    if (bits > 3 || sure < INT32_MIN || sure > INT32_MAX)
        r->broken = true;
    v->sure = r->broken ? 0 : (int32_t)sure;
}

static void get_head(struct reader *r, struct decision *d, unsigned version)
{
    unsigned flags = get8(r);
    unsigned side = get8(r);
    if ((flags & ~(version == 1 ? FLAGS_1 : FLAGS_2)) || side >= SIDE_COUNT)
        r->broken = true;
    d->side = r->broken ? SIDE_NONE : side;
    d->cascade = flags & FLAG_CASCADE;
    d->scored = flags & FLAG_SCORED;
    d->compared = flags & FLAG_COMPARED;
    d->known = flags & FLAG_KNOWN;
    d->cut = flags & FLAG_CUT;
    d->confined = flags & FLAG_CONFINED;
    d->verdict.there = flags & FLAG_VERDICT;
    if (d->scored) {
        d->score_ppm = get_signed(r);
        d->threshold_ppm = get_signed(r);
    }
    d->propensity_ppm = get_below(r, DECISION_SURE);
    if (d->propensity_ppm == 0)
        r->broken = true;
    d->route = get_text(r, DECISION_TEXT_MAX);
    d->mode = get_text(r, DECISION_TEXT_MAX);
    d->match = get_text(r, DECISION_TEXT_MAX);
    d->reason = get_text(r, DECISION_TEXT_MAX);
    d->traits = get_text(r, DECISION_TRAITS_MAX);
    if (d->known)
        get_known(r, d);
    if (d->verdict.there)
        get_verdict(r, &d->verdict);
    if (d->compared)
        d->large.pd = get_signed(r);
}

static void get_candidate(struct reader *r, struct decision_candidate *c)
{
    unsigned all = get8(r), both = all & ~PASSED;
    if ((both & 15) >= SIDE_COUNT || both >> 4 >= PRICE_STATE_COUNT) {
        r->broken = true;
        return;
    }
    c->side = (both & 15);
    c->state = (enum price_state)(both >> 4);
    c->model = get_text(r, DECISION_TEXT_MAX);
    c->out = get_text(r, DECISION_TEXT_MAX);
    c->expected.pd = get_signed(r);
    c->passed = all & PASSED ? get_text(r, DECISION_TEXT_MAX) : STR_NONE;
    r->broken = r->broken || ((all & PASSED) && c->passed.len == 0);
}

bool decision_unpack(struct str packed, struct decision *out)
{
    struct reader r = {packed, packed.len > DECISION_BYTES_MAX};
    decision_clear(out);
    unsigned version = get8(&r);
    if (version < 1 || version > VERSION)
        return false;
    get_head(&r, out, version);
    out->chosen = get_below(&r, DECISION_CANDIDATES_MAX);
    out->count = get_below(&r, DECISION_CANDIDATES_MAX);
    for (unsigned i = 0; i < out->count && !r.broken; i++)
        get_candidate(&r, &out->list[i]);
    return !r.broken && r.rest.len == 0 && out->chosen <= out->count;
}
