// SPDX-License-Identifier: Apache-2.0
//
// Numbers are fractions of 128 bits. An expression is valued by two stacks (Dijkstra's shunting
// yard, 1961).

#include <string.h>

#include "core/arithmetic_part.h"

#define PI_PLACES  14
#define DIGITS_MAX 15 // of a number: products of a few stay within 128 bits

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

bool fraction_normal(struct fraction *f)
{
    if (f->d == 0)
        return false;
    int128 by = divisor(f->n, f->d);
    by = f->d < 0 ? -by : by;
    f->n /= by;
    f->d /= by;
    return true;
}

bool fraction_apply(char op, struct fraction a, struct fraction b, struct fraction *out)
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
    return ok && fraction_normal(out);
}

// --- tokens ---

// Whole digits, in groups of three if any: false where they are grouped otherwise.
static bool read_whole(struct str s, size_t *at, char point, struct token *t, unsigned *digits)
{
    const char group = point == '.' ? ',' : '.';
    const size_t from = *at;
    bool grouped = false;
    while (text_digit_at(s, *at) || (text_is_at(s, *at, group) && text_digit_at(s, *at + 1))) {
        if (s.ptr[*at] == group) {
            bool first_fits = grouped || (*at > from && *at - from <= 3 && s.ptr[from] != '0');
            if (!first_fits || !text_group_at(s, *at + 1))
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

bool token_read(struct str s, size_t *at, char point, struct token *t)
{
    size_t i = *at + text_is_at(s, *at, '$');
    unsigned digits = 0;
    *t = (struct token){.is = 'n', .value = {0, 1}};
    if (!read_whole(s, &i, point, t, &digits))
        return false;
    if (text_is_at(s, i, point) && text_digit_at(s, i + 1)) {
        for (i++; text_digit_at(s, i); i++) {
            t->value.n = t->value.n * 10 + (s.ptr[i] - '0');
            t->value.d *= 10;
            t->places++;
            if (++digits > DIGITS_MAX)
                return false;
        }
    }
    const bool goes_on =
        (text_is_at(s, i, '.') || text_is_at(s, i, ',')) && text_digit_at(s, i + 1); // 1.2.3
    if (digits == 0 || (t->places > 0 && goes_on))
        return false;
    t->percent = text_is_at(s, i, '%');
    *at = i + t->percent;
    return fraction_normal(&t->value);
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
    {"\xe2\x8b\x85", '*'}, // U+22C5, U+2219, U+2217
    {"\xe2\x88\x99", '*'},
    {"\xe2\x88\x97", '*'},
    {"\xe2\x88\x95", '/'}, // U+2215, U+2044
    {"\xe2\x81\x84", '/'},
    {"\\times", '*'},
    {"\\cdot", '*'},
    {"\\div", '/'},
};

size_t operator_at(struct str s, size_t at, char *is)
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

size_t operator_before(struct str s, size_t end)
{
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (str_ends(str_from(s.ptr, end), str_of(operators[i].text)))
            return strlen(operators[i].text);
    return 0;
}

unsigned sum_tokens(struct str s, char point, struct token tokens[TOKENS_MAX])
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
        if (count == TOKENS_MAX || (len == 0 && !token_read(s, &at, point, &t)))
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
    if (op == '(' ||
        !fraction_apply(op, s->values[s->value_count - 2], s->values[s->value_count - 1], &out))
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

static int128 power_of_ten(unsigned places)
{
    int128 n = 1;
    while (places-- > 0)
        n *= 10;
    return n;
}

// 33.33 and 0.67 may be thirds, 16.67 a sixth, and 3.14 pi, that were rounded.
static struct fraction unrounded(const struct token *t)
{
    static const int128 pi = 314159265358979;
    const int128 whole = power_of_ten(t->places);
    const int128 shown = t->value.n * (whole / t->value.d); // 314 of 3.14
    const int128 beyond = power_of_ten(t->places < PI_PLACES ? PI_PLACES - t->places : 0);
    struct fraction six = {(shown * 6 + whole / 2) / whole, 6};
    if (t->places < 2)
        return t->value;
    if (shown == pi / beyond || shown == (pi + beyond / 2) / beyond)
        return (struct fraction){pi, beyond * whole};
    const bool near = six.n * whole / 6 == shown || (six.n * whole + 3) / 6 == shown;
    return near && six.n % 3 && fraction_normal(&six) ? six : t->value;
}

// A number's value, as it is or as it was before it was rounded; of a percentage its hundredth.
static struct fraction value_of(const struct token *t, bool rounded)
{
    struct fraction f = rounded ? unrounded(t) : t->value;
    if (t->percent) {
        f.d *= 100;
        (void)fraction_normal(&f);
    }
    return f;
}

bool sum_value(struct sum *e, bool rounded)
{
    const struct token *t = e->tokens;
    struct stacks s = {.value_count = 0};
    bool operand = true; // comes next
    bool ok = true;
    unsigned ops = 0;
    e->divides = false;
    for (unsigned i = 0; i < e->count && ok; i++) {
        char is = t[i].is;
        bool begins = is == 'n' || is == '(';
        ok = begins == operand;
        if (is == 'n')
            s.values[s.value_count++] = value_of(&t[i], rounded);
        else if (is == '(')
            s.ops[s.op_count++] = is;
        else if (is == ')')
            ok = ok && close(&s);
        else
            ok = ok && push_op(&s, is);
        ops += !begins && is != ')';
        e->divides = e->divides || is == '/' || t[i].percent;
        operand = is == '(' || (!begins && is != ')');
    }
    while (ok && s.op_count > 0)
        ok = reduce(&s);
    e->value = s.values[0];
    return ok && !operand && ops > 0 && s.value_count == 1;
}
