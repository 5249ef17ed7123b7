// SPDX-License-Identifier: Apache-2.0
//
// fnv - the hash of Fowler, Noll and Vo (FNV-1a), a byte at a time: for tables and bags of short
// texts. Who chooses the texts can make them fall together.
//
//   uint32_t hash = FNV32;                 of nothing
//   hash = fnv32_text(hash, name);         and so on

#ifndef BASE_FNV_H
#define BASE_FNV_H

#include "base/str.h"

#define FNV32 UINT32_C(0x811c9dc5)
#define FNV64 UINT64_C(0xcbf29ce484222325)

static inline uint32_t fnv32(uint32_t hash, unsigned char byte)
{
    return (hash ^ byte) * UINT32_C(0x01000193);
}

static inline uint64_t fnv64(uint64_t hash, unsigned char byte)
{
    return (hash ^ byte) * UINT64_C(0x100000001b3);
}

static inline uint32_t fnv32_text(uint32_t hash, struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        hash = fnv32(hash, (unsigned char)text.ptr[i]);
    return hash;
}

static inline uint64_t fnv64_text(uint64_t hash, struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        hash = fnv64(hash, (unsigned char)text.ptr[i]);
    return hash;
}

#endif
