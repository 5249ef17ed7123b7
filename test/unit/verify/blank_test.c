// SPDX-License-Identifier: Apache-2.0
//
// What a reader sees nothing of is blank, and nothing else is.

#include "../unit.h"
#include "base/alloc.h"
#include "verify/blank.h"

static void nothing_is_seen(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        " \r\n\t\v\f",
        "\xc2\xa0\xc2\xad\xc2\x85", // no-break space, soft hyphen, next line
        "\xe2\xa0\x80",             // U+2800, Braille without a dot
        "\xe3\x85\xa4",             // U+3164, Hangul filler
        "\xe1\x85\x9f\xe1\x85\xa0", // U+115F, U+1160
        "\xef\xbe\xa0",             // U+FFA0
        "\xe2\x80\x8b\xe2\x80\x8c\xe2\x80\x8d\xe2\x80\x8e\xef\xbb\xbf\xe2\x81\xa0",
        "\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xae\xe2\x81\xa6", // U+2028, 2029, 202E, 2066
        "\xcd\x8f\xd8\x9c\xe1\x9e\xb4\xe1\xa0\x8e",         // U+034F, 061C, 17B4, 180E
        "\xef\xb8\x8f\xf0\x9d\x85\xb3\xf3\xa0\x80\xa0",     // U+FE0F, 1D173, E0020
        "&nbsp;",
        "&nbsp; &#160;&#xA0;&#8203;&zwj;&shy;",
        "<p></p>",
        "<p>&nbsp;</p>\n<br/><br />",
        "<div class=\"a\"><span> </span></div>",
        "<!-- nothing\nto see --><P>\n</P>",
        "```\n```",
        "```json\n\n```\n",
        "~~~\n \xe2\x80\x8b\n~~~",
        "> \n>\n> > ",
        "> ```\n>\n> ```",
        "```",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!blank_text(str_of(texts[i])))
            fail_msg("%zu: %s", i, texts[i]);
}

static void something_is_seen(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "0",
        ".",
        ">", // an answer to "3 ? 2"
        "-",
        "> x",
        "\xe2\xa0\x81", // Braille with a dot
        "\xe2\x80\x8b\xe2\x9c\x93",
        "\xef\xbf\xbd", // what stands for a character that could not be read
        "\xff",
        "&amp;",
        "&nbsp",
        "&#65;",
        "&#x41;",
        "&#;",
        "&#xfffffffffff;",
        "<",
        "<>",
        "</",
        "<p",
        "<p>x</p>",
        "<img src=\"a.png\">",
        "<hr>",
        "<result/>",
        "<items></items>",
        "<pp></pp>",
        "<!-- open",
        "a < b",
        "```\nx\n```",
        "```\n<p></p>\n```", // code is shown as it stands
        "```\n&nbsp;\n```",
        "```\n>\n```",
        "```\n~~~\n```",
        "```so```",
        "``",
        "---",
        "[]",
        "{}",
        "\"\"",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (blank_text(str_of(texts[i])))
            fail_msg("%zu: %s", i, texts[i]);
}

// However long: were a byte looked at again for each of those before it, this would take minutes.
static void each_byte_is_looked_at_once(void **state)
{
    (void)state;
    enum { BYTES = 8 << 20 };
    static const char *const units[] = {">",       "> ",    "&#9;",    "&nbsp;", "```\n",
                                        "> ```\n", "~~~\n", "<!---->", "<p>"};
    char *text = alloc_must(BYTES);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        const size_t unit = strlen(units[i]);
        for (size_t at = 0; at < BYTES; at++)
            text[at] = units[i][at % unit];
        if (!blank_text(str_from(text, BYTES / unit * unit)))
            fail_msg("%s", units[i]);
    }
    heap_free(text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_seen),
        cmocka_unit_test(something_is_seen),
        cmocka_unit_test(each_byte_is_looked_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
