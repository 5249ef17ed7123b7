// SPDX-License-Identifier: Apache-2.0

#include "base/shell.h"

#include <string.h>

void shell_word(struct buf *out, struct str text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./:@%+,=";
    bool quoted = text.len == 0;
    for (size_t i = 0; i < text.len && !quoted; i++)
        quoted = !memchr(plain, text.ptr[i], sizeof plain - 1);
    if (!quoted) {
        buf_add(out, text);
        return;
    }
    buf_add_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\'')
            buf_add_cstr(out, "'\\'");
        buf_add_char(out, text.ptr[i]);
    }
    buf_add_char(out, '\'');
}
