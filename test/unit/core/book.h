// SPDX-License-Identifier: Apache-2.0
//
// book - a test's own prices, opened before its tests and closed after them.

#ifndef UNIT_CORE_BOOK_H
#define UNIT_CORE_BOOK_H

#include "../unit.h"
#include "core/catalog.h"

static struct catalog *catalog;

static int book_open(const char *text)
{
    struct why why;
    struct str texts[] = {str_of(text)};
    if (catalog_open_texts(&alloc_heap, texts, 1, &catalog, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return 0;
}

// Of the vendor v.
static inline const struct sheet *sheet(const char *model)
{
    const struct sheet *s = catalog_find(catalog, str_of("v"), str_of(model));
    assert_non_null(s);
    return s;
}

static int teardown(void **state)
{
    (void)state;
    catalog_close(catalog);
    return 0;
}

#endif
