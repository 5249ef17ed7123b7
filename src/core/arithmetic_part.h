// SPDX-License-Identifier: Apache-2.0
//
// arithmetic_part - what the search for calculations (arithmetic.c) is made of: their values, exact
// (arithmetic_value.c), and what is said around one that makes it none that its author stands for
// (arithmetic_near.c): it is denied ("2 + 2 = 5 is wrong"), supposed, rounded, or of other numbers
// (of a clock, binary, modulo 5).

#ifndef CORE_ARITHMETIC_PART_H
#define CORE_ARITHMETIC_PART_H

#include <ctype.h>

#include "base/decimal.h"
#include "base/str.h"

#define TOKENS_MAX 48

struct fraction {
    int128 n;
    int128 d; // > 0
};

// Its least terms; false where it has none, since it is divided by 0.
bool fraction_normal(struct fraction *f);
// + - * /. False beyond 128 bits, or by 0.
bool fraction_apply(char op, struct fraction a, struct fraction b, struct fraction *out);

struct token {
    char is; // n: a number, or + - * / ( )
    struct fraction value;
    unsigned places; // of a number: behind its point
    bool percent;
};

struct sum {
    struct token tokens[TOKENS_MAX]; // an expression of at least one operator
    unsigned count;
    struct fraction value;
    bool divides; // so it may have been rounded
    bool dash;    // before it: an item of a list, or a minus
};

// A number at *at, which then is behind it; `point`: what stands before its places, . or ,
// False: it is none that is read here.
bool token_read(struct str s, size_t *at, char point, struct token *t);
// The tokens of all of `s`; 0: it has others, or too many.
unsigned sum_tokens(struct str s, char point, struct token tokens[TOKENS_MAX]);
// The value of its tokens, an expression; `rounded`: what may be a third, a sixth or pi is
// one. False: they are none.
bool sum_value(struct sum *e, bool rounded);
// The bytes of the operator that stands at `at`, or ends before `end`; 0 where none does.
size_t operator_at(struct str s, size_t at, char *is);
size_t operator_before(struct str s, size_t end);

static inline bool text_digit_at(struct str s, size_t at)
{
    return at < s.len && isdigit((unsigned char)s.ptr[at]);
}

static inline bool text_is_at(struct str s, size_t at, char c)
{
    return at < s.len && s.ptr[at] == c;
}

// Three digits and no fourth.
static inline bool text_group_at(struct str s, size_t at)
{
    return text_digit_at(s, at) && text_digit_at(s, at + 1) && text_digit_at(s, at + 2) &&
           !text_digit_at(s, at + 3);
}

// --- what is said around it ---

struct arithmetic_near {
    struct str text;
    struct arithmetic_said {
        size_t scanned; // up to here its words were looked at
        size_t last;    // behind the last of them that says so; 0: none did
    } denials, doubts;
    int other; // the text is of other numbers: 1, is not: -1, was not asked yet: 0
};

// Whether that is said of what stands at `at`: that it is wrong in its line or one beside it, all
// else in its sentence; of other numbers wherever; or it is quoted, asked, or denied in the next
// sentence ("No."). To be asked in the order of the text.
bool arithmetic_doubted(struct arithmetic_near *n, size_t at);

#endif
