// SPDX-License-Identifier: Apache-2.0
//
// books - what the commands that read the ledger share: arguments for a verb, tables, figures.

#ifndef CMD_BOOKS_H
#define CMD_BOOKS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/json.h"
#include "cmd/command.h"

struct libscols_table;
struct libscols_line;

// Adds `"name":"text"` to an object under way (begun with "{"); nothing when text is NULL.
void books_arg(struct buf *args, const char *name, const char *text);
// Runs the verb and reads its answer, which the caller frees with json_close; `text`, when not
// NULL, gets the answer as it came. EXIT_OK, or what command_failed gave.
int books_ask(const struct cli *cli, const char *verb, struct buf *args, struct buf *text,
              struct json **answer);

struct libscols_table *books_table(void); // never NULL
void books_column(struct libscols_table *t, const char *title, bool right);
struct libscols_line *books_line(struct libscols_table *t);
void books_cell(struct libscols_line *l, size_t column, struct str text);
void books_print(struct libscols_table *t); // and frees it
// 1234567 as 1,234,567; other texts as they are.
struct str books_grouped(struct str number, struct buf *out);

#endif
