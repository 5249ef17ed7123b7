// SPDX-License-Identifier: Apache-2.0

#include "config/config.h"
#include "config/table.h"

static void add_flat(struct buf *out, const char *text, bool roff)
{
    for (; *text; text++) {
        if (*text == '\n')
            buf_add_char(out, ' ');
        else if (roff && (*text == '\\' || *text == '-'))
            buf_printf(out, "\\%s", *text == '-' ? "-" : "e");
        else
            buf_add_char(out, *text);
    }
}

static void row_markdown(struct buf *out, const struct config_row *row)
{
    buf_printf(out, "* `%s: ", row->name);
    add_flat(out, row->words, false);
    buf_add_cstr(out, "`: ");
    add_flat(out, row->help, false);
    if (row->fallback)
        buf_printf(out, " Default: `%s`.", row->fallback);
    buf_add_char(out, '\n');
}

static void row_roff(struct buf *out, const struct config_row *row)
{
    buf_add_cstr(out, ".TP\n.B ");
    add_flat(out, row->name, true);
    buf_add_cstr(out, ": ");
    add_flat(out, row->words, true);
    buf_add_char(out, '\n');
    add_flat(out, row->help, true);
    if (row->fallback) {
        buf_add_cstr(out, " Default: ");
        add_flat(out, row->fallback, true);
        buf_add_char(out, '.');
    }
    buf_add_char(out, '\n');
}

static void example_roff(struct buf *out, const char *text)
{
    bool start = true;
    buf_add_cstr(out, ".PP\n.nf\n");
    for (; *text; text++) {
        if (start)
            buf_add_cstr(out, "    "); // no dot or quote begins a line
        start = *text == '\n';
        if (*text == '-')
            buf_add_char(out, '\\');
        buf_add_char(out, *text);
    }
    buf_add_cstr(out, ".fi\n");
}

void config_manual(struct buf *out, bool roff)
{
    for (int s = 0; s < SECTION_COUNT; s++) {
        const struct config_section_table *table = config_table((enum config_section)s);
        buf_printf(out, roff ? ".SS %s\n" : "\n## %s\n\n", table->name);
        add_flat(out, table->about, roff);
        buf_add_cstr(out, roff ? "\n" : "\n\n");
        for (const struct config_row *row = table->rows; row->name; row++) {
            if (roff)
                row_roff(out, row);
            else
                row_markdown(out, row);
        }
        if (roff)
            example_roff(out, table->example);
        else
            buf_printf(out, "\n```yaml\n%s```\n", table->example);
    }
}
