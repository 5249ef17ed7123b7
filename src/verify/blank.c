// SPDX-License-Identifier: Apache-2.0
//
// Ranges: the Unicode Character Database 15.0, White_Space of PropList.txt,
// Default_Ignorable_Code_Point of DerivedCoreProperties.txt, and Cc of UnicodeData.txt; U+2800 is
// none of these, though it shows nothing. Entities: HTML's named character references.

#include "verify/blank.h"

#include <ctype.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    uint32_t first, last;
} unseen[] = {
    // in order
    {0x0000, 0x0020},   {0x007f, 0x00a0},   {0x00ad, 0x00ad}, {0x034f, 0x034f}, {0x061c, 0x061c},
    {0x115f, 0x1160},   {0x1680, 0x1680},   {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x2000, 0x200f},
    {0x2028, 0x202f},   {0x205f, 0x206f},   {0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164},
    {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0}, {0xfff0, 0xfff8}, {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
};

static bool is_unseen(uint32_t point)
{
    for (size_t i = 0; i < COUNT(unseen) && point >= unseen[i].first; i++)
        if (point <= unseen[i].last)
            return true;
    return false;
}

// The bytes of the character that `s` begins with, if it is not seen; else 0.
static size_t blank_character(struct str s)
{
    const size_t len = str_utf8_at(s, 0);
    uint32_t point =
        len == 1 ? (unsigned char)s.ptr[0] : (unsigned char)(len ? s.ptr[0] : ' ') & (0x7fU >> len);
    for (size_t i = 1; i < len; i++)
        point = point << 6 | ((unsigned char)s.ptr[i] & 0x3f);
    return len > 0 && is_unseen(point) ? len : 0;
}

// --- HTML ---

static bool is_number_unseen(struct str digits)
{
    const bool hex = digits.len > 1 && (digits.ptr[0] == 'x' || digits.ptr[0] == 'X');
    uint32_t point = 0;
    digits = str_skip(digits, hex);
    for (size_t i = 0; i < digits.len; i++) {
        const int digit = str_hex(digits.ptr[i]);
        if (digit < 0 || digit >= (hex ? 16 : 10) || point > 0x10ffff)
            return false;
        point = point * (hex ? 16 : 10) + (uint32_t)digit;
    }
    return digits.len > 0 && is_unseen(point);
}

// "&nbsp;", "&#160;", "&#xA0;"
static size_t blank_reference(struct str s)
{
    static const char *const names[] = {"nbsp",   "ensp",   "emsp",   "emsp13",  "emsp14", "numsp",
                                        "puncsp", "thinsp", "hairsp", "zwj",     "zwnj",   "shy",
                                        "lrm",    "rlm",    "Tab",    "NewLine", "NoBreak"};
    const size_t end = str_find(str_clip(s, 12), ';');
    if (!str_starts(s, str_of("&")) || end >= s.len || s.ptr[end] != ';')
        return 0;
    const struct str name = str_from(s.ptr + 1, end - 1);
    if (str_starts(name, str_of("#")))
        return is_number_unseen(str_skip(name, 1)) ? end + 1 : 0;
    for (size_t i = 0; i < COUNT(names); i++)
        if (str_is(name, names[i]))
            return end + 1;
    return 0;
}

// A mark of an element that shows nothing but what is in it, or a comment. Others, <img> or those
// of somebody's XML, are seen. What is searched is then passed by, or ends it all: no byte is
// searched twice.
static size_t blank_mark(struct str s)
{
    static const char *const names[] = {
        "p",       "br",      "div",   "span",  "b",    "i",      "u",     "em",
        "strong",  "small",   "font",  "a",     "ul",   "ol",     "li",    "h1",
        "h2",      "h3",      "h4",    "h5",    "h6",   "center", "tt",    "tr",
        "td",      "th",      "table", "tbody", "pre",  "code",   "thead", "blockquote",
        "article", "section", "body",  "html",  "head", "main",   "wbr"};
    const struct str comment = STR("<!--"), closes = STR("-->");
    if (!str_starts(s, str_of("<")))
        return 0;
    if (str_starts(s, comment)) {
        const size_t end = str_search(s, closes);
        return end < s.len ? end + closes.len : 0;
    }
    const size_t end = str_find(s, '>');
    if (end == s.len)
        return 0;
    struct str name = str_skip(str_from(s.ptr, end), s.ptr[1] == '/' ? 2 : 1);
    size_t n = 0;
    while (n < name.len && isalnum((unsigned char)name.ptr[n]))
        n++;
    const bool ends = n == name.len || name.ptr[n] == ' ' || name.ptr[n] == '/';
    for (size_t i = 0; ends && i < COUNT(names); i++)
        if (str_eq_nocase(str_from(name.ptr, n), str_of(names[i])))
            return end + 1;
    return 0;
}

static struct str past_blanks(struct str s, bool marks)
{
    for (size_t len = 1; s.len > 0 && len > 0; s = str_skip(s, len)) {
        len = blank_character(s);
        if (len == 0 && marks)
            len = blank_reference(s) + blank_mark(s);
    }
    return s;
}

// --- Markdown ---

// The bytes of a line that begins or ends a block of code: three signs or more and, at most, a
// word. `sign` is that which a block is open with, or 0. 0: it is none.
static size_t fence_line(struct str s, char sign)
{
    const char by = s.ptr[0];
    size_t n = 0;
    if ((by != '`' && by != '~') || (sign && by != sign))
        return 0;
    while (n < s.len && s.ptr[n] == by)
        n++;
    if (n < 3)
        return 0;
    const size_t end = n + str_find(str_skip(s, n), '\n');
    const struct str word = str_trim(str_from(s.ptr + n, end - n));
    for (size_t i = 0; i < word.len; i++)
        if (!isalnum((unsigned char)word.ptr[i]) && !(word.ptr[i] && strchr("+#-_.", word.ptr[i])))
            return 0;
    return end;
}

bool blank_text(struct str text)
{
    char open = 0;       // the sign of a block of code
    bool quoted = false; // that it stands in a quote
    bool quote = false;  // this line is one of a quote
    if (str_is(str_trim(text), ">"))
        return false;
    for (;;) {
        const struct str rest = past_blanks(text, open == 0);
        if (rest.len == 0)
            return true;
        quote = quote && !memchr(text.ptr, '\n', text.len - rest.len);
        if (rest.ptr[0] == '>' && (open == 0 || quoted)) {
            quote = true;
            text = str_skip(rest, 1);
            continue;
        }
        const size_t len = fence_line(rest, open);
        if (len == 0)
            return false;
        quoted = quote;
        open = open ? 0 : rest.ptr[0];
        text = str_skip(rest, len);
    }
}
