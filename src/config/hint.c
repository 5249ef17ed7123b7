// SPDX-License-Identifier: Apache-2.0

#include "config/hint.h"

#include "base/shell.h"

#define OPERANDS (sizeof((struct hint *)0)->operands / sizeof(struct str))

static void add_config(struct buf *out, struct str config)
{
    if (config.len == 0)
        return;
    buf_add_cstr(out, " --config ");
    shell_word(out, config);
}

void hint_bare(struct buf *out, const struct hint *h)
{
    bool dash = false; // no option is after a --
    for (size_t i = 0; i < OPERANDS; i++)
        dash |= str_starts(h->operands[i], str_of("-"));
    buf_printf(out, "costlens %s", h->verb);
    if (dash) {
        add_config(out, h->config);
        buf_add_cstr(out, " --");
    }
    for (size_t i = 0; i < OPERANDS && h->operands[i].len; i++) {
        buf_add_char(out, ' ');
        shell_word(out, h->operands[i]);
    }
    if (!dash)
        add_config(out, h->config);
}

void hint_write(struct buf *out, const struct hint *h)
{
    buf_add_char(out, '`');
    hint_bare(out, h);
    buf_add_char(out, '`');
}
