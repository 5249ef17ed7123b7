// SPDX-License-Identifier: Apache-2.0
//
// What is written is read as the same again.

#include <stdio.h>

#include "../unit.h"
#include "core/book_write.h"
#include "core/catalog.h"

static const char head[] = "vendor v\nsource test 2026-11-28\ndays china 2026-10-01\n";

static const char *const sheets[] = {
    "model silent\n",
    "model gratis\nfree\n",
    "model plain\nprice input 0.15 cache_read 0.075 output 0.6 calls 0.005\ncontext 128000\n"
    "output_max 16384\n",
    "model machine\nprice busy 0.35\n",
    "model dated\nprice input 1\nwhen from 2027-01-01: input 2\n"
    "when from 2027-02-01T16:00:00Z until 2027-03-01: input 3 x1.5\n",
    "model hours\nprice input 1\nwhen mon-fri 01:00-04:00: x2\nwhen sat-sun: x0.5\n"
    "when mon wed-thu sun except china 16:30-24:00: input 4\n",
    "model tiers\nprice input 1 output 2\nwhen above 200000: input 2 output 3\n"
    "when batch flex: x0.5\nwhen us: x1.1\nwhen priority thinking us: output 9 x0.000001\n",
};

static void is_read_as_it_was_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sheets / sizeof sheets[0]; i++) {
        char text[1000];
        struct why why = {0};
        struct catalog *c = NULL;
        struct buf b;
        snprintf(text, sizeof text, "%s%s", head, sheets[i]);
        struct str texts[] = {str_of(text)};
        if (catalog_open_texts(&alloc_heap, texts, 1, &c, &why) != STATUS_OK)
            fail_msg("%s", why.text);
        buf_init(&b, &alloc_heap, 0);
        book_write_sheet(&b, catalog_at(c, 0));
        assert_string_equal(buf_cstr(&b), sheets[i]);
        buf_fini(&b);
        catalog_close(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(is_read_as_it_was_written)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
