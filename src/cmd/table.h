// SPDX-License-Identifier: Apache-2.0
//
// table - a table, its columns as wide as what stands in them (libsmartcols inside): nothing is
// cut, a narrow terminal wraps.

#ifndef CMD_TABLE_H
#define CMD_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/buf.h"

struct libscols_table;
struct libscols_line;

struct libscols_table *table_new(void); // never NULL; table_print frees it, or table_free
// One more column, to the right of those before; before the first line.
void table_column(struct libscols_table *t, const char *title, bool right);
struct libscols_line *table_line(struct libscols_table *t); // the table's
// Columns from 0, in the order in which they were made. `text` is copied and
// cannot steer the terminal (str_tame).
void table_cell(struct libscols_line *l, size_t column, struct str text);
void table_print(struct libscols_table *t); // on standard output; and frees it
void table_free(struct libscols_table *t);  // one that is not printed
void table_print_to(struct libscols_table *t, FILE *to);
// 1234567 as 1,234,567, in `out`; other texts as they are.
struct str table_grouped(struct str number, struct buf *out);

#endif
