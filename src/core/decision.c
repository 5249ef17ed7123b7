// SPDX-License-Identifier: Apache-2.0
//
//   version flags                 u8 each
//   side | its attempt's << 2     u8; before version 3 the side alone
//   end                           from version 3 on, below
//   route                         length, bytes; before version 3 behind the propensity
//   score threshold               if scored; zigzag
//   propensity
//   mode match reason traits      length, bytes
//   what was known                if it is (from version 2 on), below
//   end                           before version 3, in other words
//   chosen count
//   of each candidate: side | state << 4 | passed << 6   u8
//                      model out           length, bytes
//                      expected            zigzag
//                      why it was passed   length, bytes, if it was
//
// The end stands at a fixed place and has a fixed length, so that decision_end can set it:
//
//   good | told << 1 | mean << 2 | by << 3   u8   `by` alone, if no verifiers have looked; from
//                                                 version 4 on
//   sure               i32     or 0, if it is not told
//   large              i64     or 0, if it was not compared; both little-endian
//
// Before version 3 it was
//
//   good | told << 1   u8, if verifiers have looked (from version 2 on)
//   sure               if told; zigzag
//   large              if compared; zigzag
//
// What was known:
//
//   judged | own << 1 | checkable << 2 | files_only << 3 | session << 4 | cascade << 6   u8
//   pressure max_loss confidence input output
//   if judged:  check             of the route's own model
//               shipped own       zigzag
//               of each mode: own | why << 1   u8
//                             threshold        zigzag
//
// Numbers are in groups of 7 bits, the lowest first, with the eighth bit set in all but the last; a
// zigzag number has its sign in the lowest bit. Only what decision_pack writes is taken back.

#include "core/decision.h"

#define VERSION         4
#define VERSION_END     3 // the first with its end at a fixed place
#define FLAG_CASCADE    1u
#define FLAG_SCORED     2u
#define FLAG_COMPARED   4u
#define FLAG_KNOWN      8u
#define FLAG_CUT        16u
#define FLAG_CONFINED   32u
#define FLAG_VERDICT    64u
#define FLAGS_1         7u // of version 1
#define FLAGS_2         127u
#define FLAGS_END       (FLAG_COMPARED | FLAG_VERDICT)
#define VERDICT_BY      3 // bits before it
#define END_AT          3 // bytes before it
#define END_BYTES       (1 + 4 + 8)
#define NUMBER_BYTES    10  // 64 bits
#define PASSED          64u // of a candidate
#define CANDIDATE_BYTES (1 + 4 * NUMBER_BYTES + 3 * DECISION_TEXT_MAX)
#define KNOWN_BYTES     (1 + CHOICE_MODES + (8 + CHOICE_MODES) * NUMBER_BYTES)
#define HEAD_BYTES                                                                         \
    (END_AT + END_BYTES + 8 * NUMBER_BYTES + 4 * DECISION_TEXT_MAX + DECISION_TRAITS_MAX + \
     KNOWN_BYTES)

const char *decision_by_name(enum decision_by by)
{
    static const char *const names[] = {
#define X(id, number, name) [DECISION_BY_##id] = (name),
        DECISION_BY_MAP(X)
#undef X
    };
    must(by < DECISION_BY_COUNT);
    return names[by];
}

enum decision_by decision_by_of(const char *name)
{
    for (enum decision_by by = DECISION_BY_NONE + 1; name && by < DECISION_BY_COUNT; by++)
        if (strcmp(name, decision_by_name(by)) == 0)
            return by;
    return DECISION_BY_NONE;
}

// What is good was refused by nobody; but not all may have looked at what some have found good, or
// have said what they make of it.
static bool by_fits(const struct decision_verdict *v)
{
    return v->by == DECISION_BY_NONE || decision_by_unseen(v->by) ||
           (v->there && (!v->good || v->by == DECISION_BY_SILENT));
}

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
    *at++ = (char)((unsigned)c->judged.there | (unsigned)c->judged.has_own << 1 |
                   (unsigned)c->checkable << 2 | (unsigned)d->files_only << 3 |
                   (unsigned)c->session << 4 | (unsigned)c->cascade << 6);
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

static char *put_fixed(char *at, uint64_t n, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        *at++ = (char)(n >> 8 * i & 0xff);
    return at;
}

static char *put_end(char *at, const struct decision_verdict *v, const struct money *large)
{
    const bool told = v->there && v->told;
    must(by_fits(v));
    *at++ = (char)((unsigned)(v->there && v->good) | (unsigned)told << 1 |
                   (unsigned)(told && v->mean) << 2 | (unsigned)v->by << VERDICT_BY);
    at = put_fixed(at, told ? (uint32_t)v->sure : 0, 4);
    return put_fixed(at, large ? (uint64_t)large->pd : 0, 8);
}

void decision_end(char *packed, const struct decision_verdict *v, const struct money *large)
{
    must(packed[0] == VERSION);
    packed[1] = (char)(((unsigned char)packed[1] & ~FLAGS_END) | (v->there ? FLAG_VERDICT : 0) |
                       (large ? FLAG_COMPARED : 0));
    (void)put_end(packed + END_AT, v, large);
}

// With the first `count` candidates.
static char *put_head(char *at, const struct decision *d, unsigned count)
{
    const enum side own = d->chosen < count ? d->list[d->chosen].side : d->side;
    const bool fits = d->traits.len <= DECISION_TRAITS_MAX;
    *at++ = VERSION;
    *at++ = (char)flags_of(d, d->cut || count < d->count);
    *at++ = (char)((unsigned)d->side | (unsigned)own << 2);
    at = put_end(at, &d->verdict, d->compared ? &d->large : NULL);
    at = put_text(at, d->route, DECISION_TEXT_MAX);
    if (d->scored)
        at = put_signed(put_signed(at, d->score_ppm), d->threshold_ppm);
    at = put(at, d->propensity_ppm);
    at = put_text(at, d->mode, DECISION_TEXT_MAX);
    at = put_text(at, d->match, DECISION_TEXT_MAX);
    at = put_text(at, d->reason, DECISION_TEXT_MAX);
    at = put_text(at, fits ? d->traits : STR_NONE, DECISION_TRAITS_MAX);
    return d->known ? put_known(at, d) : at;
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
    char *at = put_head(start, d, count);
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
    if (session >= SIDE_COUNT || bits >> 6 > CHOICE_CASCADE_COSTS) {
        r->broken = true;
        return;
    }
    d->call.judged.there = bits & 1;
    d->call.judged.has_own = bits & 2;
    d->call.checkable = bits & 4;
    d->files_only = bits & 8;
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

static void get_verdict(struct reader *r, struct decision_verdict *v, unsigned version)
{
    unsigned bits = get8(r), own = bits & ((1U << VERDICT_BY) - 1), by = bits >> VERDICT_BY;
    v->good = bits & 1;
    v->told = bits & 2;
    v->mean = bits & 4;
    v->by = by < DECISION_BY_COUNT ? (enum decision_by)by : DECISION_BY_NONE;
    if (by >= (version < VERSION ? 1 : DECISION_BY_COUNT) || (own && !v->there) ||
        (v->mean && (!v->told || version < VERSION_END)) || !by_fits(v))
        r->broken = true;
}

static void get_old_end(struct reader *r, struct decision *d)
{
    if (d->verdict.there)
        get_verdict(r, &d->verdict, VERSION_END - 1);
    int64_t sure = d->verdict.told ? get_signed(r) : 0;
    if (sure < INT32_MIN || sure > INT32_MAX)
        r->broken = true;
    d->verdict.sure = r->broken ? 0 : (int32_t)sure;
    if (d->compared)
        d->large.pd = get_signed(r);
}

static uint64_t get_fixed(struct reader *r, unsigned bytes)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < bytes; i++)
        n |= (uint64_t)get8(r) << 8 * i;
    return n;
}

static void get_end(struct reader *r, struct decision *d, unsigned version)
{
    get_verdict(r, &d->verdict, version);
    d->verdict.sure = (int32_t)(uint32_t)get_fixed(r, 4);
    d->large.pd = (int64_t)get_fixed(r, 8);
    if ((d->verdict.sure && !d->verdict.told) || (d->large.pd && !d->compared))
        r->broken = true;
}

// As far as the route's name. Gives the side of the attempt's model, as it stands there.
static unsigned get_brief(struct reader *r, struct decision *d, unsigned version)
{
    unsigned flags = get8(r), sides = get8(r), side = version < 3 ? sides : sides & 3;
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
    if (version < 3)
        return SIDE_NONE;
    get_end(r, d, version);
    d->route = get_text(r, DECISION_TEXT_MAX);
    return sides >> 2;
}

static void get_head(struct reader *r, struct decision *d, unsigned version)
{
    if (d->scored) {
        d->score_ppm = get_signed(r);
        d->threshold_ppm = get_signed(r);
    }
    d->propensity_ppm = get_below(r, DECISION_SURE);
    if (d->propensity_ppm == 0)
        r->broken = true;
    if (version < 3)
        d->route = get_text(r, DECISION_TEXT_MAX);
    d->mode = get_text(r, DECISION_TEXT_MAX);
    d->match = get_text(r, DECISION_TEXT_MAX);
    d->reason = get_text(r, DECISION_TEXT_MAX);
    d->traits = get_text(r, DECISION_TRAITS_MAX);
    if (d->known)
        get_known(r, d);
    if (version < 3)
        get_old_end(r, d);
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
    unsigned side = get_brief(&r, out, version);
    get_head(&r, out, version);
    out->chosen = get_below(&r, DECISION_CANDIDATES_MAX);
    out->count = get_below(&r, DECISION_CANDIDATES_MAX);
    for (unsigned i = 0; i < out->count && !r.broken; i++)
        get_candidate(&r, &out->list[i]);
    return !r.broken && r.rest.len == 0 && out->chosen <= out->count &&
           (version < 3 || side == (unsigned)decision_side(out));
}

bool decision_unpack_brief(struct str packed, struct decision_brief *out)
{
    struct reader r = {packed, packed.len > DECISION_BYTES_MAX};
    struct decision d UNSET;
    bool brief = packed.len > 0 && packed.ptr[0] >= VERSION_END && packed.ptr[0] <= VERSION;
    if (!brief && !decision_unpack(packed, &d))
        return false;
    unsigned side = SIDE_NONE;
    if (brief) {
        decision_clear(&d);
        unsigned version = get8(&r);
        side = get_brief(&r, &d, version);
    } else {
        side = (unsigned)decision_side(&d);
    }
    if (r.broken || side >= SIDE_COUNT)
        return false;
    *out = (struct decision_brief){d.route, (enum side)side, d.compared, d.large};
    return true;
}
