// SPDX-License-Identifier: Apache-2.0

#include "cmd/table.h"

#include <libsmartcols.h>
#include <locale.h>
#include <unistd.h>

struct libscols_table *table_new(void)
{
    // UTF-8 whatever the environment says: what passes str_tame is shown, and padded by its width.
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    struct libscols_table *t = scols_new_table();
    must(t);
    scols_table_enable_noheadings(t, 0);
    scols_table_set_column_separator(t, "  ");
    return t;
}

void table_column(struct libscols_table *t, const char *title, bool right)
{
    must(scols_table_new_column(t, title, 0, right ? SCOLS_FL_RIGHT : 0));
}

struct libscols_line *table_line(struct libscols_table *t)
{
    struct libscols_line *l = scols_table_new_line(t, NULL);
    must(l);
    return l;
}

void table_cell(struct libscols_line *l, size_t column, struct str text)
{
    struct buf copy;
    buf_init(&copy, &alloc_heap, 0);
    buf_add(&copy, text);
    if (copy.len)
        copy.len = str_tame(copy.ptr, copy.len, false);
    must(scols_line_set_data(l, column, buf_cstr(&copy)) == 0);
    buf_fini(&copy);
}

void table_print(struct libscols_table *t)
{
    table_print_to(t, stdout);
}

void table_print_to(struct libscols_table *t, FILE *to)
{
    scols_table_set_stream(t, to);
    // Off a terminal no line is ever cut.
    if (!isatty(fileno(to)))
        scols_table_set_termforce(t, SCOLS_TERMFORCE_NEVER);
    scols_print_table(t);
    table_free(t);
}

void table_free(struct libscols_table *t)
{
    scols_unref_table(t);
}

struct str table_grouped(struct str number, struct buf *out)
{
    buf_clear(out);
    for (size_t i = 0; i < number.len; i++) {
        if (number.ptr[i] < '0' || number.ptr[i] > '9')
            return number;
    }
    for (size_t i = 0; i < number.len; i++) {
        if (i > 0 && (number.len - i) % 3 == 0)
            buf_add_char(out, ',');
        buf_add_char(out, number.ptr[i]);
    }
    return buf_str(out);
}
