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

// Behind its family's; empty: it is of none.
static struct str words_of(struct str name)
{
    static const struct str families[] = {STR("x-ratelimit-"), STR("anthropic-ratelimit-"),
                                          STR("ratelimit-")};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        if (str_starts_nocase(name, families[i]))
            return str_skip(name, families[i].len);
    }
    return STR_NONE;
}

static bool is_short(struct str name)
{
    return str_eq_nocase(name, (struct str)STR("ratelimit"));
}

bool ratelimit_may(struct str name)
{
    return words_of(name).len > 0 || is_short(name);
}

static enum part read_name(struct str name, enum allowance_kind *kind)
{
    bool has[WORD_COUNT] = {false};
    struct str rest = words_of(name), text;
    while (str_cut(&rest, '-', &text)) {
        enum word word;
        if (!read_word(text, &word) || has[word])
            return PART_NONE;
        has[word] = true;
    }
    if (has[WORD_LIMIT] + has[WORD_LEFT] + has[WORD_RESET] != 1 || !kind_of(has, kind))
        return PART_NONE;
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

// `"minute";r=50;t=30, "day";r=0;t=4000`: what is left of each policy, and until when; the one of
// which least is left holds. What it counts is said elsewhere: most count requests.
static bool read_short(struct str value, int64_t *left, int64_t *after_us)
{
    struct str policy, part;
    bool any = false;
    while (str_cut(&value, ',', &policy)) {
        int64_t r = -1, t = -1, us = 0;
        while (str_cut(&policy, ';', &part)) {
            part = str_trim(part);
            int64_t *to = str_starts(part, str_of("r="))   ? &r
                          : str_starts(part, str_of("t=")) ? &t
                                                           : NULL;
            struct str number = to ? str_skip(part, 2) : STR_NONE;
            if (to && (!take_number(&number, &us) || number.len > 0))
                return false;
            if (to)
                *to = us;
        }
        if (r < 0 || (any && r / SECOND_US >= *left))
            continue;
        any = true;
        *left = r / SECOND_US;
        *after_us = t < AFTER_MOST ? t : AFTER_MOST;
    }
    return any;
}

void ratelimit_init(struct ratelimit *r)
{
    *r = (struct ratelimit){0};
    for (unsigned i = 0; i < ALLOWANCE_COUNT; i++)
        r->of[i].after_us = -1;
}

bool ratelimit_field(struct ratelimit *r, struct str name, struct str value, int64_t now_us)
{
    enum allowance_kind kind = ALLOWANCE_REQUESTS;
    value = str_trim(value);
    if (is_short(name)) {
        int64_t left, after_us;
        if (!read_short(value, &left, &after_us))
            return false;
        r->of[kind].left = left;
        r->of[kind].after_us = after_us;
        r->said |= 1U << kind;
        return true;
    }
    switch (read_name(name, &kind)) {
    case PART_NONE: return false;
    case PART_LIMIT: return read_count(value, &r->of[kind].limit);
    case PART_RESET: return read_after(value, now_us, &r->of[kind].after_us);
    case PART_LEFT: break;
    }
    if (!read_count(value, &r->of[kind].left))
        return false;
    r->said |= 1U << kind;
    return true;
}

struct allowance ratelimit_allowance(const struct ratelimit *r, enum allowance_kind k,
                                     int64_t now_us)
{
    bool day = k == ALLOWANCE_DAY_REQUESTS || k == ALLOWANCE_DAY_TOKENS;
    int64_t after_us = r->of[k].after_us;
    if (after_us < 0)
        after_us = day ? DAY_US : MINUTE_US;
    return (struct allowance){.limit = r->of[k].limit,
                              .left = r->of[k].left,
                              .read_us = now_us,
                              .full_us = now_us + after_us};
}
