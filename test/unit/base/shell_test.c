// SPDX-License-Identifier: Apache-2.0
//
// What a shell reads back is the text itself.

#include <stdio.h>

#include "../unit.h"
#include "base/shell.h"

static void a_word_is_quoted_where_it_has_to_be(void **state)
{
    (void)state;
    static const struct {
        const char *text, *word;
    } words[] = {
        {"/etc/costlens/costlens.yaml", "/etc/costlens/costlens.yaml"},
        {"a=b:c@d%e+f,g-h_i", "a=b:c@d%e+f,g-h_i"},
        {"", "''"},
        {"two words", "'two words'"},
        {"$HOME", "'$HOME'"},
        {"~", "'~'"},
        {"it's", "'it'\\''s'"},
        {"\n", "'\n'"},
        {"\xC3\xA9", "'\xC3\xA9'"},
    };
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        buf_clear(&b);
        shell_word(&b, str_of(words[i].text));
        assert_string_equal(buf_cstr(&b), words[i].word);
    }
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_word_is_quoted_where_it_has_to_be)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
