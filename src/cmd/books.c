// SPDX-License-Identifier: Apache-2.0

#include "cmd/books.h"

#include <libsmartcols.h>
#include <unistd.h>

#include "cmd/remote.h"

void books_arg(struct buf *args, const char *name, const char *text)
{
    if (!text)
        return;
    if (args->len > 1)
        buf_add_char(args, ',');
    buf_add_json(args, str_of(name));
    buf_add_char(args, ':');
    buf_add_json(args, str_of(text));
}

int books_ask(const struct cli *cli, const char *verb, struct buf *args, struct buf *text,
              struct json **answer)
{
    struct why why = {0};
    struct buf own;
    buf_init(&own, &alloc_heap, 0);
    text = text ? text : &own;
    buf_add_char(args, '}');
    enum status status = remote_do(cli, verb, buf_str(args), text, &why);
    int code = EXIT_OK;
    if (status != STATUS_OK)
        code = remote_failed(status, &why);
    else if (json_open(buf_str(text), &alloc_heap, answer, &why) != STATUS_OK)
        code = command_failed("the answer makes no sense: %s", why.text);
    buf_fini(&own);
    return code;
}

struct libscols_table *books_table(void)
{
    struct libscols_table *t = scols_new_table();
    must(t);
    scols_table_enable_noheadings(t, 0);
    scols_table_set_column_separator(t, "  ");
    return t;
}

void books_column(struct libscols_table *t, const char *title, bool right)
{
    // The width is the content's: nothing is cut, a narrow terminal wraps.
    must(scols_table_new_column(t, title, 0, right ? SCOLS_FL_RIGHT : 0));
}

struct libscols_line *books_line(struct libscols_table *t)
{
    struct libscols_line *l = scols_table_new_line(t, NULL);
    must(l);
    return l;
}

void books_cell(struct libscols_line *l, size_t column, struct str text)
{
    struct buf copy;
    buf_init(&copy, &alloc_heap, 0);
    buf_add(&copy, text);
    must(scols_line_set_data(l, column, buf_cstr(&copy)) == 0);
    buf_fini(&copy);
}

void books_print(struct libscols_table *t)
{
    // Off a terminal no line is ever cut.
    if (!isatty(STDOUT_FILENO))
        scols_table_set_termforce(t, SCOLS_TERMFORCE_NEVER);
    scols_print_table(t);
    scols_unref_table(t);
}

struct str books_grouped(struct str number, struct buf *out)
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
