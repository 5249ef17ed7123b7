// SPDX-License-Identifier: Apache-2.0
//
// csv - cells as RFC 4180 has them. A text that a spreadsheet would take for a formula (it starts
// with = + - @, a tab or CR) gets an apostrophe before it.

#ifndef INSIGHT_CSV_H
#define INSIGHT_CSV_H

#include "base/buf.h"
#include "core/entry.h"

void csv_text(struct str text, struct buf *out);      // one cell of text
void csv_head(struct buf *out);                       // of csv_row, with its newline
void csv_row(const struct entry *e, struct buf *out); // a ledger row, without newline

#endif
