// SPDX-License-Identifier: Apache-2.0
//
// part - what the files of the library share: costlens.c has books, readers and costs, bound.c the
// worst case of a call, budgets.c the table of budgets, holds.c what calls hold in it, journal.c
// what of it is kept, replay.c what of it is found again.

#ifndef LIB_PART_H
#define LIB_PART_H

#include "base/alloc.h"
#include "base/buf.h"
#include "base/status.h"
#include "core/catalog.h"
#include "costlens.h"
#include "wire/dialect.h"

struct costlens_book {
    struct alloc alloc;
    struct catalog *catalog;
    char version[32];
};

// NULL is the heap.
struct alloc lib_alloc(const struct costlens_alloc *alloc);
enum costlens_status lib_status(enum status s);
// Hands on the sentence (`message` may be NULL), and the status with it.
enum costlens_status lib_fault(const struct why *why, char *message, size_t message_size);
// False when there is no such endpoint.
bool lib_endpoint(enum costlens_endpoint endpoint, enum endpoint *out) MUST_USE;

// A text that needs no memory: it is written here, then handed out. Where it is, it stays.
struct lib_text {
    struct buf buf;
    struct alloc alloc;
    char space[COSTLENS_EXPLAIN_BYTES];
};
void lib_text_init(struct lib_text *t);
// With a NUL. RANGE when it does not fit.
enum costlens_status lib_text_out(const struct lib_text *t, char *out, size_t size);

#endif
