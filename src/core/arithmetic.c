// SPDX-License-Identifier: Apache-2.0
//
// From each `=` the text is read to the left as far as characters of an expression go, and cut into
// tokens; the longest end of them that is an expression, with no operator before it, is the one.
// It is valued by two stacks (Dijkstra's shunting yard, 1961).

#include "core/arithmetic.h"

#include <ctype.h>
#include <string.h>

#include "base/decimal.h"

#define LEFT_BYTES 160 // of an expression
#define TOKENS_MAX 48
#define DIGITS_MAX 15 // of a number: products of a few stay within 128 bits

struct fraction {
    int128 n;
    int128 d; // > 0
};

struct token {
    char is; // n: a number, or + - * / ( )
    struct fraction value;
    unsigned places; // of a number: behind its point
    bool percent;
};

// --- fractions ---

// The least number has no opposite: fractions have none such.
static bool has_opposite(int128 n)
{
    int128 ignored;
    return !__builtin_sub_overflow((int128)0, n, &ignored);
}

static bool multiply(int128 a, int128 b, int128 *out)
{
    return !__builtin_mul_overflow(a, b, out) && has_opposite(*out);
}

static bool add(int128 a, int128 b, int128 *out)
{
    return !__builtin_add_overflow(a, b, out) && has_opposite(*out);
}

static int128 divisor(int128 a, int128 b)
{
    while (b != 0) {
        int128 rest = a % b;
        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

static bool normal(struct fraction *f)
{
    if (f->d == 0)
        return false;
    int128 by = divisor(f->n, f->d);
    by = f->d < 0 ? -by : by;
    f->n /= by;
    f->d /= by;
    return true;
}

static bool apply(char op, struct fraction a, struct fraction b, struct fraction *out)
{
    int128 x;
    int128 y;
    bool ok = true;
    if (op == '*' || op == '/') {
        ok = multiply(a.n, op == '*' ? b.n : b.d, &out->n) &&
             multiply(a.d, op == '*' ? b.d : b.n, &out->d);
    } else {
        ok = multiply(a.n, b.d, &x) && multiply(b.n, a.d, &y) && multiply(a.d, b.d, &out->d) &&
             add(x, op == '+' ? y : -y, &out->n);
    }
    return ok && normal(out);
}

// --- tokens ---

static bool digit_at(struct str s, size_t at)
{
    return at < s.len && isdigit((unsigned char)s.ptr[at]);
}

static bool is_at(struct str s, size_t at, char c)
{
    return at < s.len && s.ptr[at] == c;
}

// Three digits and no fourth.
static bool group_at(struct str s, size_t at)
{
    return digit_at(s, at) && digit_at(s, at + 1) && digit_at(s, at + 2) && !digit_at(s, at + 3);
}

// Whole digits, in groups of three if any: false where they are grouped otherwise.
static bool read_whole(struct str s, size_t *at, char point, struct token *t, unsigned *digits)
{
    const char group = point == '.' ? ',' : '.';
    const size_t from = *at;
    bool grouped = false;
    while (digit_at(s, *at) || (is_at(s, *at, group) && digit_at(s, *at + 1))) {
        if (s.ptr[*at] == group) {
            bool first_fits = grouped || (*at > from && *at - from <= 3 && s.ptr[from] != '0');
            if (!first_fits || !group_at(s, *at + 1))
                return false;
            grouped = true;
            ++*at;
            continue;
        }
        if (++*digits > DIGITS_MAX)
            return false;
        t->value.n = t->value.n * 10 + (s.ptr[*at] - '0');
        ++*at;
    }
    bool padded = *at > from + 1 && s.ptr[from] == '0'; // 007 is a name, 01 a day
    return !padded;
}

// A number at *at, which then is behind it. False: it is none that is read here.
static bool read_number(struct str s, size_t *at, char point, struct token *t)
{
    size_t i = *at + is_at(s, *at, '$');
    unsigned digits = 0;
    *t = (struct token){.is = 'n', .value = {0, 1}};
    if (!read_whole(s, &i, point, t, &digits))
        return false;
    if (is_at(s, i, point) && digit_at(s, i + 1)) {
        for (i++; digit_at(s, i); i++) {
            t->value.n = t->value.n * 10 + (s.ptr[i] - '0');
            t->value.d *= 10;
            t->places++;
            if (++digits > DIGITS_MAX)
                return false;
        }
    }
    const bool goes_on = (is_at(s, i, '.') || is_at(s, i, ',')) && digit_at(s, i + 1); // 1.2.3
    if (digits == 0 || (t->places > 0 && goes_on))
        return false;
    t->percent = is_at(s, i, '%');
    *at = i + t->percent;
    return normal(&t->value);
}

static const struct {
    const char *text;
    char is;
} operators[] = {
    {"+", '+'},
    {"-", '-'},
    {"*", '*'},
    {"/", '/'},
    {"(", '('},
    {")", ')'},
    {"x", '*'},
    {"\xc3\x97", '*'},
    {"\xc3\xb7", '/'},
    {"\xc2\xb7", '*'},
    {"\xe2\x88\x92", '-'},
    {"\\times", '*'},
    {"\\cdot", '*'},
    {"\\div", '/'},
};

// The operator that stands at `at`: its bytes, 0 where none does.
static size_t operator_at(struct str s, size_t at, char *is)
{
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        struct str text = str_of(operators[i].text);
        if (str_starts(str_skip(s, at), text)) {
            *is = operators[i].is;
            return text.len;
        }
    }
    return 0;
}

// The bytes of the operator that ends before `end`; 0 where none does.
static size_t operator_before(struct str s, size_t end)
{
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (str_ends(str_from(s.ptr, end), str_of(operators[i].text)))
            return strlen(operators[i].text);
    return 0;
}

static unsigned cut_tokens(struct str s, char point, struct token tokens[TOKENS_MAX])
{
    unsigned count = 0;
    size_t at = 0;
    while (at < s.len) {
        struct token t = {0};
        size_t len = operator_at(s, at, &t.is);
        if (s.ptr[at] == ' ') {
            at++;
            continue;
        }
        if (count == TOKENS_MAX || (len == 0 && !read_number(s, &at, point, &t)))
            return 0;
        at += len;
        tokens[count++] = t;
    }
    return count;
}

// --- values ---

struct stacks {
    struct fraction values[TOKENS_MAX];
    unsigned value_count;
    char ops[TOKENS_MAX];
    unsigned op_count;
};

static bool reduce(struct stacks *s)
{
    struct fraction out;
    if (s->value_count < 2 || s->op_count == 0)
        return false;
    char op = s->ops[--s->op_count];
    if (op == '(' || !apply(op, s->values[s->value_count - 2], s->values[s->value_count - 1], &out))
        return false;
    s->values[--s->value_count - 1] = out;
    return true;
}

static int rank(char op)
{
    return op == '(' ? 0 : op == '+' || op == '-' ? 1 : 2;
}

static bool close(struct stacks *s)
{
    while (s->op_count > 0 && s->ops[s->op_count - 1] != '(')
        if (!reduce(s))
            return false;
    if (s->op_count == 0)
        return false;
    s->op_count--;
    return true;
}

static bool push_op(struct stacks *s, char op)
{
    while (s->op_count > 0 && rank(s->ops[s->op_count - 1]) >= rank(op))
        if (!reduce(s))
            return false;
    s->ops[s->op_count++] = op;
    return true;
}

// A number's value; of a percentage its hundredth.
static struct fraction value_of(const struct token *t)
{
    struct fraction f = t->value;
    if (t->percent) {
        f.d *= 100;
        (void)normal(&f);
    }
    return f;
}

// An expression of at least one operator. `divides`: its value may have been rounded.
static bool value(const struct token *t, unsigned count, struct fraction *out, bool *divides)
{
    struct stacks s = {.value_count = 0};
    bool operand = true; // comes next
    bool ok = true;
    unsigned ops = 0;
    *divides = false;
    for (unsigned i = 0; i < count && ok; i++) {
        char is = t[i].is;
        bool begins = is == 'n' || is == '(';
        ok = begins == operand;
        if (is == 'n')
            s.values[s.value_count++] = value_of(&t[i]);
        else if (is == '(')
            s.ops[s.op_count++] = is;
        else if (is == ')')
            ok = ok && close(&s);
        else
            ok = ok && push_op(&s, is);
        ops += !begins && is != ')';
        *divides = *divides || is == '/' || t[i].percent;
        operand = is == '(' || (!begins && is != ')');
    }
    while (ok && s.op_count > 0)
        ok = reduce(&s);
    *out = s.values[0];
    return ok && !operand && ops > 0 && s.value_count == 1;
}

// --- where they stand ---

// A percentage is added to in more than one way.
static bool is_vague(const struct token *t, unsigned count)
{
    bool percent = false;
    bool sum = false;
    for (unsigned i = 0; i < count; i++) {
        percent = percent || t[i].percent;
        sum = sum || t[i].is == '+' || t[i].is == '-';
    }
    return percent && sum;
}

// The bytes of an expression's sign that ends before `end`; 0 where none does. A comma or point
// with a blank behind it ends what was said before.
static size_t sign_before(struct str s, size_t end)
{
    unsigned char c = (unsigned char)s.ptr[end - 1];
    if ((c == ',' || c == '.') && is_at(s, end, ' '))
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

// The square root of 9 + 16, sqrt 16 + 1: of how much of it is not said.
static bool is_function(struct str before)
{
    static const char *const words[] = {"root of", "half of", "sqrt",        "root", "log",
                                        "ln",      "lg",      "sin",         "cos",  "tan",
                                        "exp",     "abs",     "\xe2\x88\x9a"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct str word = str_of(words[i]);
        size_t left = before.len - word.len; // of it, where it ends with the word
        if (str_ends(before, word) && (left == 0 || !isalpha((unsigned char)before.ptr[left - 1])))
            return true;
    }
    return false;
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
    if (end < from) // a word before it is none of it
        return c != '^' && !is_function(str_from(s.ptr, end));
    bool clock = c == ':' && end > 1 && isdigit((unsigned char)s.ptr[end - 2]);
    return !isalnum(c) && !clock && c < 0x80 && c != '\0' && !strchr("^_)]}/\\!", c);
}

// "-3 + 5", at the beginning of what is said: behind a word it may be a difference.
static bool is_negated(struct str text, struct str left)
{
    size_t at = (size_t)(left.ptr - text.ptr);
    while (at > 0 && text.ptr[at - 1] == ' ')
        at--;
    return left.len > 1 && left.ptr[0] == '-' && isdigit((unsigned char)left.ptr[1]) &&
           (at == 0 || (text.ptr[at - 1] != '\0' && strchr("\n:;,=", text.ptr[at - 1])));
}

// 2024-11-30, 11/30/2024: what ends with a year, a month and a day is no expression.
static bool is_date(struct str left)
{
    size_t len[3] = {0}, at = left.len;
    char sign[2] = {0};
    for (int i = 0; i < 3; i++) {
        for (; at > 0 && digit_at(left, at - 1); at--)
            len[i]++;
        if (i < 2)
            sign[i] = at > 0 ? left.ptr[--at] : '\0';
    }
    const bool year =
        (len[0] == 4 && len[2] > 0 && len[2] < 3) || (len[2] == 4 && len[0] > 0 && len[0] < 3);
    return year && len[1] > 0 && len[1] < 3 && sign[0] == sign[1] &&
           (sign[0] == '-' || sign[0] == '/');
}

// The longest end of the tokens that is an expression, and that no operator stands before. Nor a
// factor: 2(3 + 4).
static bool longest(const struct token *t, unsigned count, struct fraction *out, bool *divides)
{
    for (unsigned i = 0; i < count; i++) {
        bool joined = i > 0 && (t[i].is == '(' || (t[i - 1].is != 'n' && t[i - 1].is != ')'));
        if (!joined && !is_vague(t + i, count - i) && value(t + i, count - i, out, divides))
            return true;
    }
    return false;
}

// A blank of any width, or an apostrophe, and a group of digits: 1 000, 1'000.
static bool grouped_otherwise(struct str s, size_t at)
{
    static const char *const between[] = {
        " ", "'", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89", "\xe2\x80\x99"};
    for (size_t i = 0; i < sizeof between / sizeof between[0]; i++) {
        struct str sign = str_of(between[i]);
        if (str_starts(str_skip(s, at), sign) && group_at(s, at + sign.len))
            return true;
    }
    return false;
}

// Behind the result nothing goes on that makes another number of it.
static bool ends(struct str s, size_t at)
{
    static const char *const makes_other[] = {"million", "billion", "thousand", "hundred",
                                              "k",       "r",       "x",        "e",
                                              "(mod",    "mod",     "\\pmod",   "\\bmod"};
    char op = 0;
    if (at < s.len && (isalpha((unsigned char)s.ptr[at]) || strchr("^:/_(", s.ptr[at])))
        return s.ptr[at] == '\0';
    if (grouped_otherwise(s, at) ||
        ((is_at(s, at, '.') || is_at(s, at, ',')) && digit_at(s, at + 1)))
        return false;
    while (at < s.len && s.ptr[at] == ' ')
        at++;
    struct str rest = str_skip(s, at);
    for (size_t i = 0; i < sizeof makes_other / sizeof makes_other[0]; i++) {
        struct str word = str_of(makes_other[i]);
        if (str_starts_nocase(rest, word) &&
            (rest.len == word.len || !isalpha((unsigned char)rest.ptr[word.len])))
            return false;
    }
    size_t len = operator_at(s, at, &op);
    while (len > 0 && at + len < s.len && s.ptr[at + len] == ' ')
        len++;
    bool goes_on = len > 0 && op != ')' && op != '(' && at + len < s.len &&
                   (isdigit((unsigned char)s.ptr[at + len]) || strchr("($", s.ptr[at + len]));
    return !goes_on;
}

// The result shows so many places: what is within half of the last one is rounded to it, and of a
// division within the whole it is cut.
static bool is_right(struct fraction f, const struct token *shown, bool divides)
{
    struct fraction difference;
    struct fraction scale = {1, 1};
    for (unsigned i = 0; i < shown->places; i++)
        scale.n *= 10;
    if (!apply('-', f, shown->value, &difference) || !apply('*', difference, scale, &difference))
        return true; // too large to tell
    int128 n = difference.n < 0 ? -difference.n : difference.n;
    return divides ? n < difference.d : n <= difference.d / 2;
}

// 50% may stand for a half, or for fifty of a hundred that were multiplied.
static bool is_right_or_percent(struct fraction f, struct token shown, bool divides)
{
    bool right = is_right(f, &shown, divides);
    if (right || !shown.percent)
        return right;
    shown.value.d *= 100;
    shown.places += 2;
    return normal(&shown.value) && is_right(f, &shown, true);
}

static bool is_comparison(struct str s, size_t at)
{
    bool before = at > 0 && strchr("=!<>:+-*/", s.ptr[at - 1]);
    bool after = at + 1 < s.len && (s.ptr[at + 1] == '=' || s.ptr[at + 1] == '>');
    return before || after;
}

// "1024 * 1024 = 1 MB", "4 * 25 = $1": what stands behind the result, or a $ before it alone, may
// be a larger unit than the expression's. A slip is rarely of a factor of three; a unit is of more.
static bool is_converted(struct fraction f, const struct token *shown, bool unit)
{
    struct fraction ratio;
    if (!unit || shown->value.n == 0 || f.n == 0)
        return false;
    if (!apply('/', f, shown->value, &ratio) || ratio.n <= 0)
        return false;
    return ratio.n / ratio.d >= 3 || ratio.d / ratio.n >= 3;
}

static bool is_unit(struct str text, size_t at)
{
    while (is_at(text, at, ' '))
        at++;
    return at < text.len && (isalpha((unsigned char)text.ptr[at]) || text.ptr[at] & 0x80);
}

enum finding { ABSENT, RIGHT, WRONG };

static enum finding look(struct str text, size_t at, char point)
{
    struct token tokens[TOKENS_MAX];
    struct token shown;
    struct fraction f;
    bool divides = false;
    size_t right = at + 1;
    while (is_at(text, right, ' '))
        right++;
    bool strong = is_at(text, right, '*') && is_at(text, right + 1, '*');
    right += strong ? 2 : 0;
    bool negative = is_at(text, right, '-');
    right += negative;
    bool money = is_at(text, right, '$');
    if (!read_number(text, &right, point, &shown))
        return ABSENT;
    right += strong && is_at(text, right, '*') && is_at(text, right + 1, '*') ? 2 : 0;
    if (!ends(text, right))
        return ABSENT;
    shown.value.n = negative ? -shown.value.n : shown.value.n;
    struct str left = bare(left_of(text, at));
    unsigned minus = is_negated(text, left), count = cut_tokens(left, point, tokens);
    if (count > minus && minus)
        tokens[1].value.n = -tokens[1].value.n;
    if (count <= minus || is_date(left) || !stands_alone(text, (size_t)(left.ptr - text.ptr)) ||
        !longest(tokens + minus, count - minus, &f, &divides))
        return ABSENT;
    if (is_right_or_percent(f, shown, divides))
        return RIGHT;
    bool unit = is_unit(text, right) || (money && str_find(left, '$') == left.len);
    return is_converted(f, &shown, unit) ? ABSENT : WRONG;
}

// With the point before the places, else with the comma: 1,5 and 1.234,50.
static enum finding look_both(struct str text, size_t at)
{
    enum finding point = look(text, at, '.');
    enum finding comma = point == RIGHT ? RIGHT : look(text, at, ',');
    return comma == ABSENT ? point : comma;
}

struct arithmetic arithmetic_check(struct str text)
{
    struct arithmetic a = {0};
    size_t from = text.len > ARITHMETIC_BYTES_MAX ? text.len - ARITHMETIC_BYTES_MAX : 0;
    for (size_t i = from; i < text.len; i++) {
        enum finding f =
            text.ptr[i] == '=' && !is_comparison(text, i) ? look_both(text, i) : ABSENT;
        a.found += f != ABSENT;
        a.wrong += f == WRONG;
    }
    return a;
}
