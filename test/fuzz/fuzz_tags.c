// SPDX-License-Identifier: Apache-2.0
//
// fuzz_tags - a tags header, and a packed column: both ways, and back.

#include "core/tags.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void pack_again(const struct tags *t)
{
    struct buf packed;
    struct tags back;
    buf_init(&packed, &alloc_heap, 0);
    tags_pack(t, &packed);
    must(tags_unpack(buf_str(&packed), &back) && back.count == t->count);
    for (unsigned i = 0; i < t->count; i++)
        must(str_eq(t->at[i].name, back.at[i].name) && str_eq(t->at[i].value, back.at[i].value));
    buf_fini(&packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_from((const char *)data, size);
    struct arena arena;
    struct tags t = {0};
    arena_init(&arena, &alloc_heap, 256, 64 * KIB);
    if (tags_read(&t, text, &arena, NULL) == STATUS_OK)
        pack_again(&t);
    if (tags_unpack(text, &t))
        pack_again(&t);
    arena_fini(&arena);
    return 0;
}
