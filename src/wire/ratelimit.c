// SPDX-License-Identifier: Apache-2.0
//
// A name is the family's, then words in any order: what is said, of what, in which period. A word
// that is none of these makes it another's field. A time is a span of units, a number of seconds,
// or a moment.

#include "wire/ratelimit.h"

#include "base/clock.h"
#include "base/decimal.h"

#define COUNT_MAX  INT64_C(1000000000000000)
#define AFTER_MOST (31 * DAY_US)
#define MINUTE_US  (60 * SECOND_US)
#define EPOCH_S    INT64_C(1000000000)    // from here on a number is a moment in seconds,
#define EPOCH_MS   INT64_C(1000000000000) // and from here on in milliseconds

enum part { PART_NONE, PART_LIMIT, PART_LEFT, PART_RESET };
enum word {
    WORD_LIMIT,
    WORD_LEFT,
    WORD_RESET,
    WORD_REQUESTS,
    WORD_TOKENS,
    WORD_INPUT,
    WORD_OUTPUT,
    WORD_MINUTE,
    WORD_DAY,
    WORD_COUNT
};

static bool read_word(struct str text, enum word *out)
{
    static const struct {
        struct str text;
        enum word word;
    } words[] = {
        {STR("limit"), WORD_LIMIT},   {STR("remaining"), WORD_LEFT},
        {STR("reset"), WORD_RESET},   {STR("requests"), WORD_REQUESTS},
        {STR("req"), WORD_REQUESTS},  {STR("tokens"), WORD_TOKENS},
        {STR("input"), WORD_INPUT},   {STR("output"), WORD_OUTPUT},
        {STR("minute"), WORD_MINUTE}, {STR("day"), WORD_DAY},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_eq_nocase(text, words[i].text)) {
            *out = words[i].word;
            return true;
        }
    }
    return false;
}

static bool kind_of(const bool *has, enum allowance_kind *kind)
{
    bool day = has[WORD_DAY];
    if ((has[WORD_INPUT] || has[WORD_OUTPUT]) && (day || !has[WORD_TOKENS]))
        return false;
    *kind = has[WORD_INPUT]    ? ALLOWANCE_INPUT
            : has[WORD_OUTPUT] ? ALLOWANCE_OUTPUT
            : has[WORD_TOKENS] ? (day ? ALLOWANCE_DAY_TOKENS : ALLOWANCE_TOKENS)
            : day              ? ALLOWANCE_DAY_REQUESTS
                               : ALLOWANCE_REQUESTS;
    return true;
}

#define FAMILIES 3

// Behind its family's; empty: it is of none, and `family` is FAMILIES.
static struct str words_of(struct str name, unsigned *family)
{
    static const struct str families[FAMILIES] = {STR("x-ratelimit-"), STR("anthropic-ratelimit-"),
                                                  STR("ratelimit-")};
    for (*family = 0; *family < FAMILIES; (*family)++) {
        if (str_starts_nocase(name, families[*family]))
            return str_skip(name, families[*family].len);
    }
    return STR_NONE;
}

static bool is_short(struct str name)
{
    return str_eq_nocase(name, (struct str)STR("ratelimit"));
}

bool ratelimit_may(struct str name)
{
    unsigned family;
    return words_of(name, &family).len > 0 || is_short(name);
}

// What tells the limits of one kind apart: a family, and what a name may say or leave out.
static unsigned source_of(unsigned family, const bool *has)
{
    return family * 4 + has[WORD_MINUTE] * 2U + has[WORD_REQUESTS];
}

#define SOURCE_SHORT (FAMILIES * 4)

static enum part read_name(struct str name, enum allowance_kind *kind, unsigned *source)
{
    bool has[WORD_COUNT] = {false};
    unsigned family;
    struct str rest = words_of(name, &family), text;
    while (str_cut(&rest, '-', &text)) {
        enum word word;
        if (!read_word(text, &word) || has[word])
            return PART_NONE;
        has[word] = true;
    }
    if (has[WORD_LIMIT] + has[WORD_LEFT] + has[WORD_RESET] != 1 || !kind_of(has, kind))
        return PART_NONE;
    *source = source_of(family, has);
    return has[WORD_LIMIT] ? PART_LIMIT : has[WORD_LEFT] ? PART_LEFT : PART_RESET;
}

// The number that `s` begins with, in millionths, which is taken out of it.
static bool take_number(struct str *s, int64_t *micro)
{
    size_t i = 0;
    int64_t whole = 0, part = 0, place = SECOND_US;
    for (; i < s->len && str_digit(s->ptr[i]); i++)
        whole = whole < COUNT_MAX ? whole * 10 + (s->ptr[i] - '0') : COUNT_MAX;
    if (i == 0)
        return false;
    if (i < s->len && s->ptr[i] == '.') {
        for (i++; i < s->len && str_digit(s->ptr[i]); i++) {
            place /= 10;
            part += (s->ptr[i] - '0') * place;
        }
    }
    *s = str_skip(*s, i);
    if (whole > INT64_MAX / SECOND_US - 1)
        whole = INT64_MAX / SECOND_US - 1;
    *micro = whole * SECOND_US + part;
    return true;
}

// A list may follow: "100, 100;w=60".
static bool read_count(struct str value, int64_t *count)
{
    int64_t micro;
    if (!take_number(&value, &micro) ||
        (value.len > 0 && value.ptr[0] != ',' && value.ptr[0] != ';'))
        return false;
    *count = micro / SECOND_US;
    return true;
}

static int64_t take_unit(struct str *s)
{
    static const struct {
        struct str name;
        int64_t us;
    } units[] = {{STR("ms"), 1000},          {STR("us"), 1},
                 {STR("s"), SECOND_US},      {STR("m"), MINUTE_US},
                 {STR("h"), 60 * MINUTE_US}, {STR("d"), DAY_US}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (str_starts(*s, units[i].name)) {
            *s = str_skip(*s, units[i].name.len);
            return units[i].us;
        }
    }
    return 0;
}

// "2m59.56s".
static bool read_span(struct str s, int64_t *us)
{
    int128 sum = 0;
    while (s.len > 0) {
        int64_t micro, unit_us;
        if (!take_number(&s, &micro) || (unit_us = take_unit(&s)) == 0)
            return false;
        sum += (int128)micro * unit_us / SECOND_US;
        if (sum > AFTER_MOST)
            sum = AFTER_MOST;
    }
    *us = (int64_t)sum;
    return true;
}

static bool read_seconds(struct str s, int64_t now_us, int64_t *us)
{
    int64_t micro;
    if (!take_number(&s, &micro) || s.len > 0)
        return false;
    if (micro / SECOND_US >= EPOCH_MS)
        *us = micro / 1000 - now_us;
    else if (micro / SECOND_US >= EPOCH_S)
        *us = micro - now_us;
    else
        *us = micro;
    return true;
}

static bool read_after(struct str value, int64_t now_us, int64_t *us)
{
    int64_t at_us;
    if (value.len == 0)
        return false;
    if (civil_read(value, &at_us))
        *us = at_us - now_us;
    else if (!read_seconds(value, now_us, us) && !read_span(value, us))
        return false;
    *us = *us < 0 ? 0 : *us < AFTER_MOST ? *us : AFTER_MOST;
    return true;
}

// --- the short forms ---

static int64_t period_us(enum allowance_kind k)
{
    return k == ALLOWANCE_DAY_REQUESTS || k == ALLOWANCE_DAY_TOKENS ? DAY_US : MINUTE_US;
}

// Less of it is left, or as much, and it lasts longer until all is there again.
static bool is_less(const struct ratelimit_reading *a, const struct ratelimit_reading *b)
{
    int64_t a_us = a->after_us < 0 ? period_us(a->kind) : a->after_us;
    int64_t b_us = b->after_us < 0 ? period_us(b->kind) : b->after_us;
    return a->left != b->left ? a->left < b->left : a_us > b_us;
}

// -1 stays.
static int64_t seconds_us(int64_t s)
{
    return s < 0 ? -1 : s < AFTER_MOST / SECOND_US ? s * SECOND_US : AFTER_MOST;
}

static const struct ratelimit_reading unread = {
    .kind = ALLOWANCE_REQUESTS, .source = SOURCE_SHORT, .left = -1, .after_us = -1};

// `"day";r=0;t=4000`. False: a number is none.
static bool read_policy(struct str policy, struct ratelimit_reading *out)
{
    struct str part;
    *out = unread;
    while (str_cut(&policy, ';', &part)) {
        part = str_trim(part);
        int64_t *to = str_starts(part, str_of("r="))   ? &out->left
                      : str_starts(part, str_of("t=")) ? &out->after_us
                                                       : NULL;
        if (to && !read_count(str_skip(part, 2), to))
            return false;
    }
    out->after_us = seconds_us(out->after_us);
    return true;
}

// `"minute";r=50;t=30, "day";r=0;t=4000`: what is left of each policy, and until when. What it
// counts is said elsewhere: most count requests.
static bool read_policies(struct str value, struct ratelimit_reading *least)
{
    struct str policy;
    *least = unread;
    while (str_cut(&value, ',', &policy)) {
        struct ratelimit_reading one;
        if (!read_policy(policy, &one))
            return false;
        if (one.left >= 0 && (least->left < 0 || is_less(&one, least)))
            *least = one;
    }
    return least->left >= 0;
}

// `limit=100, remaining=0, reset=600`.
static bool read_members(struct str value, struct ratelimit_reading *out)
{
    static const struct str limit = STR("limit="), left = STR("remaining="), reset = STR("reset=");
    struct str part;
    *out = unread;
    while (str_cut(&value, ',', &part)) {
        part = str_trim(part);
        bool good = str_starts(part, limit)  ? read_count(str_skip(part, limit.len), &out->limit)
                    : str_starts(part, left) ? read_count(str_skip(part, left.len), &out->left)
                    : str_starts(part, reset)
                        ? read_count(str_skip(part, reset.len), &out->after_us)
                        : true;
        if (!good)
            return false;
    }
    out->after_us = seconds_us(out->after_us);
    return out->left >= 0;
}

// --- what an answer says ---

void ratelimit_init(struct ratelimit *r)
{
    *r = (struct ratelimit){0};
}

// The reading of that limit, made where there is none; NULL where there are too many.
static struct ratelimit_reading *reading_of(struct ratelimit *r, enum allowance_kind kind,
                                            unsigned source)
{
    unsigned i = 0;
    while (i < r->count && (r->of[i].kind != kind || r->of[i].source != source))
        i++;
    if (i == RATELIMIT_READINGS)
        return NULL;
    if (i == r->count) {
        r->of[r->count++] = unread;
        r->of[i].kind = kind;
        r->of[i].source = source;
    }
    return &r->of[i];
}

// A field may come in several lines.
static bool take_short(struct ratelimit *r, struct str value)
{
    struct ratelimit_reading one, *kept;
    if ((!read_policies(value, &one) && !read_members(value, &one)) ||
        !(kept = reading_of(r, one.kind, one.source)))
        return false;
    if (kept->left < 0 || is_less(&one, kept))
        *kept = one;
    r->said |= 1U << one.kind;
    return true;
}

static bool take_long(struct ratelimit *r, struct str name, struct str value, int64_t now_us)
{
    enum allowance_kind kind;
    unsigned source;
    int64_t number;
    struct ratelimit_reading *kept;
    enum part part = read_name(name, &kind, &source);
    if (part == PART_NONE ||
        !(part == PART_RESET ? read_after(value, now_us, &number) : read_count(value, &number)) ||
        !(kept = reading_of(r, kind, source)))
        return false;
    if (part == PART_LIMIT)
        kept->limit = number;
    else if (part == PART_RESET)
        kept->after_us = number;
    else if (kept->left < 0 || number < kept->left)
        kept->left = number;
    if (part == PART_LEFT)
        r->said |= 1U << kind;
    return true;
}

bool ratelimit_field(struct ratelimit *r, struct str name, struct str value, int64_t now_us)
{
    value = str_trim(value);
    return is_short(name) ? take_short(r, value) : take_long(r, name, value, now_us);
}

struct allowance ratelimit_allowance(const struct ratelimit *r, enum allowance_kind k,
                                     int64_t now_us)
{
    const struct ratelimit_reading *least = NULL;
    for (unsigned i = 0; i < r->count; i++) {
        const struct ratelimit_reading *one = &r->of[i];
        if (one->kind == k && one->left >= 0 && (!least || is_less(one, least)))
            least = one;
    }
    if (!least)
        return (struct allowance){0};
    int64_t after_us = least->after_us < 0 ? period_us(k) : least->after_us;
    return (struct allowance){.limit = least->limit,
                              .left = least->left,
                              .read_us = now_us,
                              .full_us = now_us + after_us};
}
