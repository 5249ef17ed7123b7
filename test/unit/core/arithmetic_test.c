// SPDX-License-Identifier: Apache-2.0

#include <string.h>

#include "../unit.h"
#include "core/arithmetic.h"

static void calculations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned found, wrong;
    } cases[] = {
        {"48/2 = 24", 1, 0},
        {"48/2=<<48/2=24>>24, and 48+24=<<48+24=73>>73", 2, 1},
        {"She has 3 x 4 = 12, then 12 + 5 = 18.", 2, 1},
        {"2 + 3 * 4 = 14", 1, 0},
        {"(2 + 3) * 4 = 14", 1, 1},
        {"$1,200 + $34.50 = $1,234.50", 1, 0},
        {"0.1 + 0.2 = 0.3", 1, 0},
        {"10 / 3 = 3.33", 1, 0},
        {"2 / 3 = 0.66", 1, 0}, // cut
        {"2 / 3 = 0.65", 1, 1},
        {"5 - 8 = -3", 1, 0},
        {"20% * 50 = 10", 1, 0},
        {"10 / 20 = 50%", 1, 0},
        {"10 / 20 * 100 = 50%", 1, 0},
        {"7 \xc3\x97 6 = 42 and 7 \xc3\xb7 2 = 3.5", 2, 0},
        {"1 + 1 = 2 = 2", 1, 0},
        {"1,5 x 2 = 3", 1, 0}, // the comma of most of Europe
        {"1,5 x 2 = 3,5", 1, 1},
        {"1.500 + 500 = 2.000", 1, 0},
        {"1.234,50 + 0,50 = 1.235", 1, 0},
        {"1,234,567 + 1 = 1,234,568", 1, 0},
        {"1,250 * 4 = 6,000", 1, 1},
        {"1024 * 1024 = 1048576 bytes", 1, 0},
        {"3 + 4 = 8 apples", 1, 1},
        {"2 * 3 = -1 km", 1, 1},
        {"3 + 4 = 7, 5 + 6 = 12. 1 + 1 = 2", 3, 1},
        // As Markdown and TeX have it.
        {"3 * 4 = **13**", 1, 1},
        {"**3 * 4 = 13** and **3 * 4** = **12** apples", 2, 1},
        {"3 \\times 4 = 13, 3 \\cdot 4 = 12, 8 \\div 2 = 5", 3, 2},
        {"-3 + 5 = 3", 1, 1},
        {"It is:\n-3 + 5 = 2", 1, 0},
        // What is something else.
        {"1024 * 1024 = **1** MB", 0, 0},
        {"y - 3 + 5 = 9, y -3 + 5 = 9", 0, 0},
        {"2(3+4) = 14, (1+2)(3+4) = 21", 0, 0},
        {"sqrt 16 + 1 = 5, the square root of 9 + 16 = 5", 0, 0},
        {"9 + 4 = 1 (mod 12), 9 + 4 = 1 mod 12, 9 + 4 = 1 \\pmod{12}", 0, 0},
        {"1024 * 1024 = 1 MB", 0, 0},
        {"24 * 7 = 1 week, 90 * 2 = 3 hours", 0, 0},
        {"4 * 25 = $1", 0, 0},
        {"1.5 * 1000 = 1.5 km", 0, 0},
        {"500 + 500 = 1 000, 500 + 500 = 1'000, 500 + 500 = 1\xe2\x80\xaf"
         "000",
         0, 0},
        {"1,00,000 + 1 = 1,00,001", 0, 0},
        {"0,500 + 1,23,4 = 5", 0, 0},
        {"1 + 1 = 1.2.3", 0, 0},
        {"x + 3 = 7", 0, 0},
        {"2x + 3 = 7", 0, 0},
        {"x - 3 = 7, f(3+1) = 16, 2^3+1 = 9", 0, 0},
        {"5 apples + 3 apples = 8 apples", 0, 0},
        {"a = 3", 0, 0},
        {"3 + 4 == 8, 3 + 4 != 8, 3 + 4 >= 8", 0, 0},
        {"$5 + $6 = $5 + $6", 0, 0},
        {"3 * 500 = 1.5 thousand", 0, 0},
        {"7 / 2 = 3 r 1", 0, 0},
        {"2024-01-02 = 5", 0, 0},
        {"2024-11-30 = 5, on 2024/11/30 = 5, 30-11-2024 = 5, 11/30/2024 = 5", 0, 0},
        {"2024-11-300 = 5, 2024-11/30 = 5, 2024 - 11 - 30 = 5", 3, 3},
        {"1.2.3-4 = 5, 1,2,3-4 = 5, 1.2,3-4 = 5", 0, 0},
        {"5:30 + 2 = 7", 0, 0},
        {"1/0 = 5", 0, 0},
        // Beyond 128 bits, and the least of them, which has no opposite.
        {"1 - ((0 - 562949953421312) * 562949953421312 * 536870912) = 5", 0, 0},
        {"1 / ((0 - 562949953421312) * 562949953421312 * 536870912) = 5", 0, 0},
        {"((0 - 562949953421312) * 562949953421312 * 536870911) * 1 = 5", 1, 1},
        {"999999999999999 * 999999999999999 * 999999999999999 = 1", 0, 0},
        {"= 5", 0, 0},
        {"", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arithmetic a = arithmetic_check(str_of(cases[i].text));
        if (a.found != cases[i].found || a.wrong != cases[i].wrong)
            fail_msg("%s: found %u, wrong %u", cases[i].text, a.found, a.wrong);
    }
}

// Of a long text what ends within its last bytes is calculated, wherever it begins.
static void of_a_long_text_the_end(void **state)
{
    (void)state;
    static const char early[] = "1 + 1 = 3", late[] = "1 + 2 * 3 = 7";
    static char text[2 * ARITHMETIC_BYTES_MAX];
    const size_t across = ARITHMETIC_BYTES_MAX - (sizeof late - sizeof "= 7"); // "= 7" is within
    memset(text, '\n', sizeof text);
    memcpy(text + 100, early, sizeof early - 1);
    memcpy(text + across, late, sizeof late - 1);
    const struct arithmetic a = arithmetic_check(str_from(text, sizeof text));
    assert_int_equal(a.found, 1);
    assert_int_equal(a.wrong, 0);
    assert_int_equal(arithmetic_check(str_from(text, ARITHMETIC_BYTES_MAX)).wrong, 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(calculations),
        cmocka_unit_test(of_a_long_text_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
