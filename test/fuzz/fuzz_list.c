// SPDX-License-Identifier: Apache-2.0
//
// fuzz_list - public price lists: none may break a reader, and what is taken is a book that reads.

#include "tariff/change.h"
#include "tariff/list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare(const struct catalog *c)
{
    static const struct str now =
        STR("vendor openai\nmodel gpt-4o\nprice input 1 output 2\nwhen batch: x0.5\n");
    struct catalog *book = NULL, *merged = NULL;
    struct why why;
    struct buf text;
    must(catalog_open_texts(&alloc_heap, &now, 1, &book, &why) == STATUS_OK);
    buf_init(&text, &alloc_heap, 0);
    (void)change_text(book, c, 1, &text);
    struct str texts[2] = {now, buf_str(&text)};
    must(catalog_open_texts(&alloc_heap, texts, 2, &merged, &why) == STATUS_OK);
    catalog_close(merged);
    catalog_close(book);
    buf_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct list list;
    struct why why = {0};
    struct catalog *c = NULL;
    for (unsigned f = LIST_ANY; f < LIST_FORMAT_COUNT; f++) {
        struct list_wish wish = {.format = (enum list_format)f,
                                 .day_us = INT64_C(1795824000000000)};
        if (list_read(str_from((const char *)data, size), &wish, &list, &why) == STATUS_OK) {
            struct str text = buf_str(&list.text);
            must(catalog_open_texts(&alloc_heap, &text, 1, &c, &why) == STATUS_OK);
            compare(c);
            catalog_close(c);
        }
        list_free(&list);
    }
    return 0;
}
