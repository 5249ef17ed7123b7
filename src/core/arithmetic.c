// SPDX-License-Identifier: Apache-2.0
//
// From each `=` the text is read to the left as far as characters of an expression go, and cut into
// tokens: all of them, or those behind a parenthesis that stays open, are the expression.

#include "core/arithmetic.h"

#include <string.h>

#include "core/arithmetic_part.h"

#define LEFT_BYTES 160 // of an expression

// --- where it stands ---

// A percentage is added to in more than one way.
static bool is_vague(const struct sum *e)
{
    bool percent = false;
    bool sum = false;
    for (unsigned i = 0; i < e->count; i++) {
        percent = percent || e->tokens[i].percent;
        sum = sum || e->tokens[i].is == '+' || e->tokens[i].is == '-';
    }
    return percent && sum;
}

// The bytes of an expression's sign that ends before `end`; 0 where none does. A comma or point
// with a blank behind it ends what was said before.
static size_t sign_before(struct str s, size_t end)
{
    unsigned char c = (unsigned char)s.ptr[end - 1];
    if ((c == ',' || c == '.') && text_is_at(s, end, ' '))
        return 0;
    return isdigit(c) || (c != '\0' && strchr(" .,$%", c)) ? 1 : operator_before(s, end);
}

// The run of an expression's characters that ends at `end`.
static struct str left_of(struct str s, size_t end)
{
    size_t from = end;
    size_t least = end > LEFT_BYTES ? end - LEFT_BYTES : 0;
    for (size_t len; from > least && (len = sign_before(s, from)) > 0;)
        from -= len;
    return str_from(s.ptr + from, end - from);
}

// Without the blanks around it, and Markdown's marks: "**3 * 4** =".
static struct str bare(struct str left)
{
    const struct str strong = STR("**");
    left = str_trim(left);
    if (str_ends(left, strong))
        left = str_trim(str_clip(left, left.len - strong.len));
    if (str_starts(left, strong) && left.len > strong.len && left.ptr[strong.len] != ' ')
        left = str_skip(left, strong.len);
    return left;
}

// Behind the sign of a list that it begins with: "- 3 + 4", "1) 3 + 4", "a) 3 + 4".
static struct str past_item(struct str text, struct str left)
{
    size_t line = (size_t)(left.ptr - text.ptr);
    while (line > 0 && left.len > 0 && text.ptr[line - 1] != '\n' && text.ptr + line + 3 > left.ptr)
        line--;
    struct str at = str_from(text.ptr + line, (size_t)(left.ptr + left.len - text.ptr) - line);
    if ((line > 0 && text.ptr[line - 1] != '\n') || at.len < 3)
        return left;
    size_t n = 0;
    while (n < 2 &&
           (isdigit((unsigned char)at.ptr[n]) || (n == 0 && isalpha((unsigned char)*at.ptr))))
        n++;
    const bool is = n == 0 ? strchr("-*+", at.ptr[0]) && at.ptr[0] != '\0' : at.ptr[n] == ')';
    return is && text_is_at(at, n + 1, ' ') && at.ptr + n + 2 > left.ptr
               ? str_trim(str_skip(at, n + 2))
               : left;
}

static bool any_ends(struct str s, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct str word = str_of(words[i]);
        size_t left = s.len - word.len; // of it, where it ends with the word
        if (s.len >= word.len && str_eq_nocase(str_skip(s, left), word) &&
            (left == 0 || !isalpha((unsigned char)s.ptr[left - 1])))
            return true;
    }
    return false;
}

// The square root of 9 + 16, sqrt 16 + 1, ten times 3 + 4: of how much of it is not said.
static bool is_function(struct str before)
{
    static const char *const words[] = {
        "of",       "sqrt",   "root",    "log",   "ln",           "lg",      "sin",     "cos",
        "tan",      "exp",    "abs",     "times", "plus",         "by",      "over",    "minus",
        "per",      "mal",    "von",     "durch", "fois",         "par",     "por",     "de",
        "di",       "vezes",  "squared", "cubed", "\xe2\x88\x9a", "&times;", "&minus;", "&divide;",
        "&middot;", "&sdot;", "&nbsp;",  "&plus;"};
    static const char *const none[] = {"total of", "sum of"};
    return any_ends(before, words, sizeof words / sizeof words[0]) &&
           !any_ends(before, none, sizeof none / sizeof none[0]);
}

// At `at` stands a sign of mathematics that is none of the operators above: a power, a fraction, a
// root, a dash that may be a minus.
static bool is_mathematical(struct str s, size_t at)
{
    static const struct {
        const char *head;
        unsigned char first, last; // of the byte behind it
    } signs[] = {
        {"\xc2", 0xb1, 0xb3},     {"\xc2", 0xb9, 0xb9},     {"\xc2", 0xbc, 0xbe},
        {"\xcf", 0x80, 0x80},     {"\xe2\x80", 0x90, 0x95}, {"\xe2\x80", 0xb2, 0xb4},
        {"\xe2\x81", 0xb0, 0xbf}, {"\xe2\x82", 0x80, 0x8e}, {"\xe2\x85", 0x90, 0x9e},
        {"\xe2\x88", 0x80, 0xb3}, {"\xe2\x88", 0xb6, 0xbf},
    };
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        struct str head = str_of(signs[i].head);
        const size_t last = at + head.len;
        if (last < s.len && str_starts(str_skip(s, at), head) &&
            (unsigned char)s.ptr[last] >= signs[i].first &&
            (unsigned char)s.ptr[last] <= signs[i].last)
            return true;
    }
    return false;
}

// What stands before an expression that begins at `from`, and blanks, is none of it: a word is not,
// unless it says what is done with it.
static bool is_apart(struct str s, struct str before, size_t from)
{
    const size_t end = before.len;
    const unsigned char c = (unsigned char)before.ptr[end - 1];
    size_t character = end - 1;
    while (character > 0 && ((unsigned char)before.ptr[character] & 0xc0) == 0x80)
        character--;
    const bool letter = isalpha(c) && (end == 1 || !isalnum((unsigned char)before.ptr[end - 2]));
    if (letter && s.ptr[from] == '(') // f (2 + 3)
        return false;
    if (c == ':' && end > 1 && before.ptr[end - 2] == ' ') // 6 : 2 + 1
        return false;
    if (c == ',' && end > 1 && text_digit_at(before, end - 2) &&
        text_group_at(s, from)) // 1, 234 + 5
        return false;
    return c != '^' && c != '~' && c != '}' && !is_function(before) &&
           !is_mathematical(before, character);
}

// What stands directly before an expression may belong to it: a name, a power, a clock.
static bool stands_alone(struct str s, size_t from)
{
    size_t end = from;
    while (end > 0 && s.ptr[end - 1] == ' ')
        end--;
    if (end == 0)
        return true;
    unsigned char c = (unsigned char)s.ptr[end - 1];
    if (end < from)
        return is_apart(s, str_from(s.ptr, end), from);
    const bool wide = end > 2 && ((unsigned char)s.ptr[end - 3] == 0xef || // a wide comma or colon
                                  (unsigned char)s.ptr[end - 3] == 0xe3);
    if (c >= 0x80)
        return wide;
    bool clock = c == ':' && end > 1 && isdigit((unsigned char)s.ptr[end - 2]);
    return !isalnum(c) && !clock && c != '\0' && !strchr("^_)]}/\\!;#~'\"", c);
}

// "-3 + 5", at the beginning of what is said: behind a word it may be a difference.
static bool is_negated(struct str text, struct str left)
{
    size_t at = (size_t)(left.ptr - text.ptr);
    while (at > 0 && text.ptr[at - 1] == ' ')
        at--;
    return left.len > 1 && left.ptr[0] == '-' && isdigit((unsigned char)left.ptr[1]) &&
           (at == 0 || (text.ptr[at - 1] != '\0' && strchr("\n:;,=(", text.ptr[at - 1])));
}

// 2024-11-30, 11/30/2024: what ends with a year, a month and a day is no expression.
static bool is_date(struct str left)
{
    size_t len[3] = {0}, at = left.len;
    char sign[2] = {0};
    for (int i = 0; i < 3; i++) {
        for (; at > 0 && text_digit_at(left, at - 1); at--)
            len[i]++;
        if (i < 2)
            sign[i] = at > 0 ? left.ptr[--at] : '\0';
    }
    const bool year =
        (len[0] == 4 && len[2] > 0 && len[2] < 3) || (len[2] == 4 && len[0] > 0 && len[0] < 3);
    return year && len[1] > 0 && len[1] < 3 && sign[0] == sign[1] &&
           (sign[0] == '-' || sign[0] == '/');
}

// Pages 3-5, a telephone, an ISBN: hyphens without blanks, before a `=` that has some.
static bool is_name(struct str left, bool loose)
{
    for (size_t i = 0; i < left.len; i++)
        if (!isdigit((unsigned char)left.ptr[i]) &&
            (left.ptr[i] == '\0' || !strchr("-./", left.ptr[i])))
            return false;
    return loose && str_find(left, '-') < left.len;
}

// 0x10 is a number of another base.
static bool has_hex(struct str left)
{
    for (size_t i = 0; i + 2 < left.len; i++)
        if (left.ptr[i] == '0' && left.ptr[i + 1] == 'x' && text_digit_at(left, i + 2) &&
            (i == 0 || !text_digit_at(left, i - 1)))
            return true;
    return false;
}

// Leaves what stands behind the last parenthesis that stays open. True: there was one.
static bool cut_open(struct sum *e)
{
    unsigned depth = 0;
    for (unsigned i = e->count; i > 0; i--) {
        depth += e->tokens[i - 1].is == ')';
        if (e->tokens[i - 1].is != '(')
            continue;
        if (depth-- > 0)
            continue;
        e->count -= i;
        memmove(e->tokens, e->tokens + i, e->count * sizeof *e->tokens);
        return true;
    }
    return false;
}

// The expression that ends at the `=` at `at`.
static bool read_sum(struct str text, size_t at, char point, struct sum *e)
{
    struct str left = bare(left_of(text, at));
    struct str own = past_item(text, left);
    const bool item = own.ptr != left.ptr;
    e->dash = item && left.ptr[0] == '-';
    if (is_date(own) || is_name(own, text_is_at(text, at - 1, ' ')) || has_hex(own))
        return false;
    const unsigned minus = is_negated(text, own);
    e->count = sum_tokens(str_skip(own, minus), point, e->tokens);
    if (e->count > 0 && minus)
        e->tokens[0].value.n = -e->tokens[0].value.n;
    return e->count > 0 &&
           (cut_open(e) || item || stands_alone(text, (size_t)(own.ptr - text.ptr))) &&
           !is_vague(e) && sum_value(e, false);
}

// --- its result ---

// A blank of any width, or an apostrophe, and a group of digits: 1 000, 1'000.
static bool grouped_otherwise(struct str s, size_t at)
{
    static const char *const between[] = {
        " ", "'", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89", "\xe2\x80\x99"};
    for (size_t i = 0; i < sizeof between / sizeof between[0]; i++) {
        struct str sign = str_of(between[i]);
        if (str_starts(str_skip(s, at), sign) && text_digit_at(s, at + sign.len))
            return true;
    }
    return false;
}

// An operator and what it is done with: "= 4 * 5", "= 4 \cdot x". A dash may also end a sentence.
static bool goes_on(struct str rest)
{
    char op = 0;
    const size_t len = operator_at(rest, 0, &op);
    if (len == 0 || op == ')' || op == '(')
        return false;
    rest = str_trim(str_skip(rest, len + (op == '*' && text_is_at(rest, len, '*'))));
    const char c = rest.len > 0 ? rest.ptr[0] : ' ';
    const bool letter =
        isalpha((unsigned char)c) && (rest.len == 1 || !isalpha((unsigned char)rest.ptr[1]));
    return isdigit((unsigned char)c) || c == '(' || c == '$' || letter || (c == '\\' && op != '-');
}

// A command of TeX that makes another number of what stands before it: \pi, \frac, \sqrt.
static bool is_command(struct str rest)
{
    static const char *const harmless[] = {
        "\\text", "\\quad", "\\qquad",   "\\mathrm",     "\\right", "\\end",  "\\approx",
        "\\rm",   "\\mbox", "\\implies", "\\Rightarrow", "\\times", "\\cdot", "\\div"};
    if (rest.len < 2 || rest.ptr[0] != '\\' || !isalpha((unsigned char)rest.ptr[1]))
        return false;
    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
        if (str_starts(rest, str_of(harmless[i])))
            return false;
    return true;
}

// Words, and signs, behind a blank or none, that make another number of it.
static bool makes_other(struct str rest)
{
    static const char *const words[] = {"million", "billion", "thousand", "hundred", "k",    "r",
                                        "x",       "e",       "(mod",     "mod",     "am",   "pm",
                                        "a.m",     "p.m",     "o'clock",  "uhr",     "<sup", "<sub",
                                        "^",       ":",       "%"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct str word = str_of(words[i]);
        if (str_starts_nocase(rest, word) &&
            (rest.len == word.len || !isalpha((unsigned char)rest.ptr[word.len])))
            return word.len > 1 || isalpha((unsigned char)word.ptr[0]) || word.ptr[0] == '^' ||
                   text_digit_at(str_trim(str_skip(rest, 1)), 0);
    }
    return is_command(rest) || is_mathematical(rest, 0) || goes_on(rest);
}

// Behind the result nothing goes on that makes another number of it.
static bool ends(struct str s, size_t at)
{
    if (at < s.len && (isalpha((unsigned char)s.ptr[at]) || strchr("^:/_(!?", s.ptr[at])))
        return s.ptr[at] == '\0';
    if (grouped_otherwise(s, at) ||
        (text_is_at(s, at, ',') && text_is_at(s, at + 1, ' ') && text_group_at(s, at + 2)) ||
        ((text_is_at(s, at, '.') || text_is_at(s, at, ',')) && text_digit_at(s, at + 1)))
        return false;
    while (at < s.len && s.ptr[at] == ' ')
        at++;
    return !makes_other(str_clip(str_skip(s, at), LEFT_BYTES));
}

// The % of a percentage may stand behind a blank, or a backslash of TeX.
static size_t percent_at(struct str s, size_t at)
{
    static const char *const signs[] = {"%", " %", "\\%", "\xc2\xa0%", "\xe2\x80\xaf%"};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (str_starts(str_skip(s, at), str_of(signs[i])))
            return text_digit_at(str_trim(str_clip(str_skip(s, at + strlen(signs[i])), 4)), 0)
                       ? 0
                       : strlen(signs[i]);
    return 0;
}

struct shown {
    struct token number;
    bool unit; // stands behind it
    bool money;
};

static bool is_unit(struct str text, size_t at)
{
    while (text_is_at(text, at, ' '))
        at++;
    return at < text.len && (isalpha((unsigned char)text.ptr[at]) || text.ptr[at] & 0x80);
}

// The result that stands at `at`, behind the `=`.
static bool read_shown(struct str text, size_t at, char point, struct shown *out)
{
    while (text_is_at(text, at, ' '))
        at++;
    bool strong = text_is_at(text, at, '*') && text_is_at(text, at + 1, '*');
    at += strong ? 2 : 0;
    bool negative = text_is_at(text, at, '-');
    at += negative;
    out->money = text_is_at(text, at, '$');
    if (!token_read(text, &at, point, &out->number))
        return false;
    const size_t percent = out->number.percent ? 0 : percent_at(text, at);
    out->number.percent = out->number.percent || percent > 0;
    at += percent;
    at += strong && text_is_at(text, at, '*') && text_is_at(text, at + 1, '*') ? 2 : 0;
    out->number.value.n = negative ? -out->number.value.n : out->number.value.n;
    out->unit = is_unit(text, at);
    return ends(text, at);
}

// --- both ---

// The result shows so many places: what is within half of the last one is rounded to it, and of a
// division within the whole it is cut.
static bool is_right(struct fraction f, const struct token *shown, bool divides)
{
    struct fraction difference;
    struct fraction scale = {1, 1};
    for (unsigned i = 0; i < shown->places; i++)
        scale.n *= 10;
    if (!fraction_apply('-', f, shown->value, &difference) ||
        !fraction_apply('*', difference, scale, &difference))
        return true; // too large to tell
    int128 n = difference.n < 0 ? -difference.n : difference.n;
    return divides ? n < difference.d : n <= difference.d / 2;
}

// 50% may stand for a half, or for fifty of a hundred that were multiplied.
static bool is_right_or_percent(const struct sum *e, struct token shown)
{
    bool right = is_right(e->value, &shown, e->divides);
    if (right || !shown.percent)
        return right;
    shown.value.d *= 100;
    shown.places += 2;
    return fraction_normal(&shown.value) && is_right(e->value, &shown, true);
}

static bool is_comparison(struct str s, size_t at)
{
    bool before = at > 0 && strchr("=!<>:+-*/", s.ptr[at - 1]);
    bool after = at + 1 < s.len && (s.ptr[at + 1] == '=' || s.ptr[at + 1] == '>');
    return before || after;
}

// "1024 * 1024 = 1 MB", "4 * 25 = $1": what stands behind the result, or a $ before it alone, may
// be a larger unit than the expression's. A slip is rarely of a factor of three; a unit is of more.
static bool is_converted(struct fraction f, const struct token *shown)
{
    struct fraction ratio;
    if (shown->value.n == 0 || f.n == 0)
        return false;
    if (!fraction_apply('/', f, shown->value, &ratio) || ratio.n <= 0)
        return false;
    return ratio.n / ratio.d >= 3 || ratio.d / ratio.n >= 3;
}

// "9/11 = 2001", "3/4 = 75": less than one, and its result two and more.
static bool is_mark(const struct sum *e, const struct token *shown)
{
    return e->count == 3 && !shown->percent && e->tokens[1].is == '/' && e->value.n < e->value.d &&
           shown->value.n / shown->value.d >= 2;
}

enum finding { ABSENT, RIGHT, WRONG };

// Its numbers may have been rounded before, or the first one is negative.
static bool is_right_somehow(struct sum e, struct token shown)
{
    if (is_right_or_percent(&e, shown) || (sum_value(&e, true) && is_right_or_percent(&e, shown)))
        return true;
    e.tokens[0].value.n = -e.tokens[0].value.n;
    return e.dash && sum_value(&e, false) && is_right_or_percent(&e, shown);
}

static enum finding look(struct str text, size_t at, char point)
{
    struct sum e;
    struct shown s;
    if (!read_shown(text, at + 1, point, &s) || !read_sum(text, at, point, &e))
        return ABSENT;
    if (is_right_somehow(e, s.number))
        return RIGHT;
    const struct str left = left_of(text, at);
    const bool unit = s.unit || (s.money && str_find(left, '$') == left.len);
    return (unit && is_converted(e.value, &s.number)) || is_mark(&e, &s.number) ? ABSENT : WRONG;
}

// With the point before the places, else with the comma: 1,5 and 1.234,50.
static enum finding look_both(struct str text, size_t at)
{
    enum finding point = look(text, at, '.');
    const struct str near =
        str_clip(str_skip(text, at > LEFT_BYTES ? at - LEFT_BYTES : 0), 2 * LEFT_BYTES);
    if (point == RIGHT || (str_find(near, '.') == near.len && str_find(near, ',') == near.len))
        return point;
    enum finding comma = look(text, at, ',');
    return comma == ABSENT ? point : comma;
}

struct arithmetic arithmetic_check(struct str text)
{
    struct arithmetic a = {0};
    size_t from = text.len > ARITHMETIC_BYTES_MAX ? text.len - ARITHMETIC_BYTES_MAX : 0;
    struct arithmetic_near near = {.text = str_skip(text, from)};
    for (size_t i = from; i < text.len && a.wrong < ARITHMETIC_WRONG_MAX; i++) {
        enum finding f =
            text.ptr[i] == '=' && !is_comparison(text, i) ? look_both(text, i) : ABSENT;
        if (f == WRONG && arithmetic_doubted(&near, i - from))
            f = ABSENT;
        a.found += f != ABSENT;
        a.wrong += f == WRONG;
    }
    return a;
}
