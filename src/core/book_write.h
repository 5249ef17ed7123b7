// SPDX-License-Identifier: Apache-2.0
//
// book_write - a sheet as the text that the book's reader takes (doc/prices.md).

#ifndef CORE_BOOK_WRITE_H
#define CORE_BOOK_WRITE_H

#include "base/buf.h"
#include "core/sheet.h"

// ` above 200000: input 8 output 30`: what stands behind `when`.
void book_write_term(struct buf *b, const struct term *t);
// The block of the model, from its `model` line on, without aliases and source.
void book_write_sheet(struct buf *b, const struct sheet *s);

#endif
