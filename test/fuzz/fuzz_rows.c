// SPDX-License-Identifier: Apache-2.0
//
// fuzz_rows - rows to learn from, as anybody writes them: what is taken is within its bounds, what
// is not leaves no trace; their packed traits come back as they were.

#include <string.h>

#include "route/rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct row *row)
{
    struct traits t, again;
    struct buf b;
    must(row->weak >= 0 && row->weak <= 1 && row->strong >= 0 && row->strong <= 1);
    must(row->gram_count <= TRAITS_GRAMS_MAX);
    row_traits(row, &t);
    buf_init(&b, &alloc_heap, 0);
    traits_pack(&t, true, &b);
    must(traits_unpack(buf_str(&b), &again));
    must(again.task == t.task && again.gram_count == t.gram_count);
    must(memcmp(again.value, t.value, sizeof t.value) == 0);
    must(memcmp(again.grams, t.grams, t.gram_count * sizeof t.grams[0]) == 0);
    buf_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = str_from((const char *)data, size), line;
    struct rows rows;
    struct traits t;
    rows_init(&rows);
    while (str_cut(&rest, '\n', &line)) {
        struct why why = {.text = ""};
        size_t before = rows.count;
        if (rows_add(&rows, line, &why) != STATUS_OK)
            must(rows.count == before && why.text[0]);
        for (size_t i = before; i < rows.count; i++)
            check(&rows.at[i]);
    }
    rows_fini(&rows);
    if (!traits_unpack(str_from((const char *)data, size), &t))
        return 0;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    traits_pack(&t, true, &b);
    // One way to write them, but for what earlier versions wrote.
    must(str_eq(buf_str(&b), str_from((const char *)data, size)) || data[0] == TRAITS_VERSION);
    buf_fini(&b);
    return 0;
}
