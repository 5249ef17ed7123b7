// SPDX-License-Identifier: Apache-2.0
//
// The price book of prices/, which cmake/catalog.cmake joins to one text and puts into the program.

#include "core/catalog_make.h"

extern const char core_book_start[];
extern const char core_book_end[];

struct str book_text(void)
{
    return str_from(core_book_start, (size_t)(core_book_end - core_book_start));
}
