// SPDX-License-Identifier: Apache-2.0
//
// model_file - what reading and writing a model's file share, and the columns that its trees see.

#ifndef ROUTE_MODEL_FILE_H
#define ROUTE_MODEL_FILE_H

#include "base/digest.h"
#include "route/model.h"

#define MODEL_MAGIC      0x314d524cu // "LRM1"; another byte order reads another number
#define MODEL_NUMBER_MAX 1e6f        // of what is in it

// The length that the head's counts make.
static inline size_t model_bytes(const struct model_head *h)
{
    return sizeof *h + h->words + (h->trees + h->prior + h->after) * sizeof(struct tree) +
           h->keys * sizeof(struct model_key) + h->texts * sizeof(uint32_t);
}

// The mark of a text by its hash.
static inline uint32_t model_mark(uint64_t text)
{
    return (uint32_t)(text ^ text >> 32);
}

// The order of marks, as qsort asks for it.
int model_by_mark(const void *a, const void *b);

// The checksum of a whole file's bytes: of all that follows it in the head.
static inline uint32_t model_check(struct str bytes)
{
    size_t from = offsetof(struct model_head, bytes);
    return digest_crc32(0, bytes.ptr + from, bytes.len - from);
}

// A gain as a column of trees.
uint16_t model_column(float number);
// COLUMN_COUNT numbers, and AFTER_COUNT.
void model_columns(const struct traits *t, float task, float pair, uint16_t *columns);
void model_columns_after(float gain, const struct reply *a, uint16_t *columns);

#endif
