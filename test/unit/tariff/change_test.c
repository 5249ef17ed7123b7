// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>

#include "../unit.h"
#include "base/clock.h"
#include "core/book_write.h"
#include "tariff/change.h"

static struct catalog *now, *list;
static struct buf text;

// What an import of `listed` over `held` writes, without the line of its day.
static const char *writes(const char *held, const char *listed)
{
    struct str texts[2] = {str_of(held), str_of(listed)};
    struct why why = {0};
    int64_t day;
    catalog_close(now);
    catalog_close(list);
    now = list = NULL;
    buf_fini(&text);
    buf_init(&text, &alloc_heap, 0);
    assert_true(civil_read((struct str)STR("2026-11-28"), &day));
    if (catalog_open_texts(&alloc_heap, &texts[0], 1, &now, &why) != STATUS_OK ||
        catalog_open_texts(&alloc_heap, &texts[1], 1, &list, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    (void)change_text(now, list, day, &text);
    return buf_cstr(&text) + strlen("since 2026-11-28T00:00:00Z\n");
}

static int teardown(void **state)
{
    (void)state;
    catalog_close(now);
    catalog_close(list);
    now = list = NULL;
    buf_fini(&text);
    return 0;
}

#define M(lines)     "vendor v\nmodel m\n" lines
#define GIVES(lines) "\nvendor v\nsource \n\nmodel m\n" lines

static void same_prices_are_no_change(void **state)
{
    static const char *const pairs[][2] = {
        {"price input 1 output 2\n", "price input 1 output 2\n"},
        {"price input 1 output 2\n", "price input 1 cache_read 1 image_input 1 output 2\n"},
        {"price input 1 output 2 web_searches 0.01\nwhen batch: x0.5\n",
         "price input 1 output 2\n"},
        {"price input 1 output 2\nwhen batch: x0.5\n",
         "price input 1 output 2\nwhen batch: input 0.5 output 1\n"},
        {"price input 1 output 2\nwhen us: x1.1\nwhen batch: x0.5\n",
         "price input 1 output 2\nwhen batch: x0.5\nwhen us: x1.1\n"},
        {"price input 2\nwhen 00:00-12:00: input 1\n",
         "price input 1\nwhen 12:00-24:00: input 2\n"},
        {"price input 2\nwhen until 2026-11-01: input 1\n", "price input 2\n"},
        {"price input 1 output 2\nwhen above 200000: input 2 output 3\n",
         "price input 1 output 2\n"},
        {"price input 1 output 2\nwhen mon-fri 00:00-04:00: input 2 output 4\n",
         "price input 1 output 2\n"},
        {"price input 1 output 2\nwhen from 2027-01-01: input 2 output 4\n",
         "price input 1 output 2\n"},
        {"price input 2\nwhen until 2027-01-01: input 1\n", "price input 1\n"},
        {"free\n", "free\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char held[400], listed[400];
        snprintf(held, sizeof held, M("%s"), pairs[i][0]);
        snprintf(listed, sizeof listed, M("%s"), pairs[i][1]);
        if (*writes(held, listed))
            fail_msg("%s -> %s: %s", pairs[i][0], pairs[i][1], buf_cstr(&text));
    }
}

static void keeps_what_the_list_does_not_speak_of(void **state)
{
    (void)state;
    assert_string_equal(writes(M("price input 1 cache_read 0.1 output 2 web_searches 0.01\n"
                                 "when us: x1.1\nwhen batch: x0.5\n"
                                 "when flex: input 0.7 output 1\ncontext 9\n"),
                               M("price input 3 output 4\n")),
                        GIVES("price input 3 cache_read 0.1 output 4 web_searches 0.01\n"
                              "when us: x1.1\nwhen batch: x0.5\ncontext 9\n"));
    // Input and output stand: so do the prices of what else there is.
    assert_string_equal(writes(M("price input 1 cache_read 0.1 cache_write 1.25 output 2\n"
                                 "when flex: input 0.7 output 1\n"),
                               M("price input 1 cache_read 0.2 output 2\n")),
                        GIVES("price input 1 cache_read 0.2 cache_write 1.25 output 2\n"
                              "when flex: input 0.7 output 1\n"));
    // A step that the list does not know stays, and a tier that it knows is the list's.
    assert_string_equal(writes(M("price input 1 output 2\nwhen above 200000: input 2\n"
                                 "when batch: x0.5\n"),
                               M("price input 1 output 2\nwhen batch: x0.4\n")),
                        GIVES("price input 1 output 2\nwhen above 200000: input 2\n"
                              "when batch: x0.4\n"));
    assert_string_equal(writes(M("free\n"), M("price input 1\n")), GIVES("price input 1\n"));
    assert_string_equal(writes("vendor w\nmodel m\nprice input 1\n", M("price input 1\n")),
                        GIVES("price input 1\n"));
}

// The change, and a `text` with nothing in it.
static void found(const char *held, const char *listed, struct change *c)
{
    int64_t day;
    (void)writes(held, listed);
    assert_true(civil_read((struct str)STR("2026-11-28"), &day));
    change_find(now, catalog_at(list, 0), day, c);
    buf_clear(&text);
}

static void note_term(void *context, const struct term *t)
{
    book_write_term(context, t);
}

static const char *drops(const char *held, const char *listed)
{
    struct change c;
    found(held, listed, &c);
    change_dropped(&c, note_term, &text);
    return buf_cstr(&text);
}

static void keeps_hours_steps_and_days_to_come(void **state)
{
    static const char held[] = M("price input 1 output 2\nwhen above 200000: input 2 output 3\n"
                                 "when mon-fri 00:00-04:00: input 2 output 4\n"
                                 "when from 2027-01-01: input 2 output 4\nwhen 05:00-06:00: x2\n");
    (void)state;
    // Another price of a tier: all else stays, before it.
    assert_string_equal(writes(held, M("price input 1 output 2\nwhen batch: x0.4\n")),
                        GIVES("price input 1 output 2\nwhen above 200000: input 2 output 3\n"
                              "when mon-fri 00:00-04:00: input 2 output 4\n"
                              "when from 2027-01-01: input 2 output 4\nwhen 05:00-06:00: x2\n"
                              "when batch: x0.4\n"));
    assert_string_equal(drops(held, M("price input 1 output 2\nwhen batch: x0.4\n")), "");
    // Other steps are the list's; what holds for all prompts stands before them.
    assert_string_equal(writes(M("price input 1\nwhen from 2027-01-01: input 2\n"
                                 "when above 100000: input 3\n"),
                               M("price input 1\nwhen above 200000: input 4\n")),
                        GIVES("price input 1\nwhen from 2027-01-01: input 2\n"
                              "when above 200000: input 4\n"));
    // The price moved: nobody knows these now, and each is named.
    assert_string_equal(writes(held, M("price input 3 output 4\n")),
                        GIVES("price input 3 output 4\nwhen 05:00-06:00: x2\n"));
    assert_string_equal(drops(held, M("price input 3 output 4\n")),
                        " above 200000: input 2 output 3 mon-fri 00:00-04:00: input 2 output 4"
                        " from 2027-01-01: input 2 output 4");
    // What ends on a day that the list does not know of.
    assert_string_equal(writes(M("price input 2 cache_read 0.2 output 4\n"
                                 "when until 2027-01-01: input 1 cache_read 0.1 output 2\n"),
                               M("price input 1 output 2\nwhen batch: x0.5\n")),
                        GIVES("price input 1 cache_read 0.1 output 2\n"
                              "when from 2027-01-01: input 2 cache_read 0.2 output 4\n"
                              "when batch: x0.5\n"));
    assert_string_equal(
        drops(M("price input 2\nwhen until 2027-01-01: input 1\n"), M("price input 1.5\n")),
        " from 2027-01-01: input 2");
    // A sheet has four factors at most.
    assert_string_equal(drops(M("price input 1\nwhen us: x1.1\nwhen 01:00-02:00: x2\n"),
                              M("price input 1\nwhen batch: x0.5\nwhen flex: x0.6\n"
                                "when priority: x2\n")),
                        " 01:00-02:00: x2");
}

static void note_kept(void *context, enum bucket b, struct price p)
{
    buf_printf(context, "%s ", bucket_name(b));
    price_write(context, p, bucket_units(b));
    buf_add_char(context, ';');
}

static const char *keeps(const char *held, const char *listed)
{
    struct change c;
    found(held, listed, &c);
    change_kept(&c, note_kept, &text);
    return buf_cstr(&text);
}

static void loses_no_price_that_the_row_leaves_out(void **state)
{
    static const char held[] = M("price input 1.25 cache_read 0.125 output 10\n");
    (void)state;
    assert_string_equal(writes(held, M("price input 1.3 output 10\n")),
                        GIVES("price input 1.3 cache_read 0.125 output 10\n"));
    assert_string_equal(keeps(held, M("price input 1.3 output 10\n")), "cache_read 0.125;");
    assert_string_equal(keeps(held, M("price input 1.3 cache_read 0.13 output 10\n")), "");
    // What did not move is not worth a word.
    assert_string_equal(keeps(held, M("price input 1.25 output 10\nwhen batch: x0.5\n")), "");
    assert_string_equal(keeps(held, M("price input 1.25 output 10\n")), "");
    assert_string_equal(keeps(M("price input 1\n"), "vendor v\nmodel n\nprice input 1\n"), "");
    assert_string_equal(keeps(held, M("price input 1.25 output 10\n"
                                      "when from 2027-01-01: input 2 output 12\n")),
                        "cache_read 0.125;");
}

static const char *keeps_terms(const char *held, const char *listed)
{
    struct change c;
    found(held, listed, &c);
    change_kept_terms(&c, note_term, &text);
    return buf_cstr(&text);
}

static void loses_no_price_that_a_condition_leaves_out(void **state)
{
    static const char held[] =
        "days china 2026-12-01\n" M("price input 2 cache_read 0.2 output 10\n"
                                    "when above 272000: input 4 cache_read 0.4 output 15\n");
    static const char hourly[] = "days china 2026-12-01\n" M(
        "price input 2 cache_read 0.2 output 10\n"
        "when mon-fri except china 01:00-04:00: input 4 cache_read 0.4 output 20\n");
    static const char factor[] = M("price input 2 cache_read 0.2 output 10\n"
                                   "when 06:00-10:00: x2\nwhen batch: x0.5\n");
    (void)state;
    // Nothing moved.
    assert_string_equal(writes(held, M("price input 2 cache_read 0.2 output 10\n"
                                       "when above 272000: input 4 output 15\n")),
                        "");
    static const char tier[] = M("price input 2 cache_read 0.2 output 10\n"
                                 "when above 272000: input 6 output 27\n");
    assert_string_equal(writes(held, tier),
                        GIVES("price input 2 cache_read 0.2 output 10\n"
                              "when above 272000: input 6 cache_read 0.4 output 27\n"));
    assert_string_equal(keeps_terms(held, tier), " above 272000: cache_read 0.4");
    // Another step: where the one that holds now does, too.
    static const char lower[] =
        M("price input 2 output 10\nwhen above 200000: input 6 output 27\n");
    assert_string_equal(writes(held, lower), GIVES("price input 2 cache_read 0.2 output 10\n"
                                                   "when above 200000: input 6 output 27\n"
                                                   "when above 272000: cache_read 0.4\n"));
    assert_string_equal(keeps_terms(held, lower), " above 272000: cache_read 0.4");
    assert_string_equal(writes(held, M("price input 2 output 10\n"
                                       "when above 300000: input 6 output 27\n")),
                        GIVES("price input 2 cache_read 0.2 output 10\n"
                              "when above 300000: input 6 cache_read 0.4 output 27\n"));
    // The list's own for all prompts is beyond it.
    assert_string_equal(writes(held, M("price input 2 cache_read 0.5 output 10\n"
                                       "when above 272000: input 6 output 27\n")),
                        GIVES("price input 2 cache_read 0.5 output 10\n"
                              "when above 272000: input 6 output 27\n"));
    assert_string_equal(writes(hourly, M("price input 2 cache_read 0.2 output 10\n"
                                         "when 01:00-04:00: input 5 output 20\n")),
                        GIVES("price input 2 cache_read 0.2 output 10\n"
                              "when mon-fri except china 01:00-04:00: input 5 cache_read 0.4 "
                              "output 20\n"));
    assert_string_equal(writes(hourly, M("price input 2 cache_read 0.2 output 10\n"
                                         "when 03:00-05:00: input 5 output 20\n")),
                        GIVES("price input 2 cache_read 0.2 output 10\n"
                              "when 03:00-05:00: input 5 output 20\n"
                              "when mon-fri except china 03:00-04:00: cache_read 0.4\n"));
    // What a factor made of it; a factor of the list is for all tokens.
    assert_string_equal(writes(factor, M("price input 2 cache_read 0.2 output 10\n"
                                         "when 06:00-10:00: input 5 output 20\n")),
                        GIVES("price input 2 cache_read 0.2 output 10\n"
                              "when 06:00-10:00: input 5 cache_read 0.4 output 20\n"
                              "when batch: x0.5\n"));
    assert_string_equal(writes(factor, M("price input 2 cache_read 0.2 output 10\n"
                                         "when batch: x0.4\n")),
                        GIVES("price input 2 cache_read 0.2 output 10\n"
                              "when 06:00-10:00: x2\nwhen batch: x0.4\n"));
    // An import again is no change.
    assert_string_equal(writes(M("price input 2 cache_read 0.2 output 10\n"
                                 "when above 200000: input 6 output 27\n"
                                 "when above 272000: cache_read 0.4\n"),
                               lower),
                        "");
}

static unsigned lacks(const char *held, const char *listed)
{
    struct change c;
    int64_t day;
    const char *written = writes(held, listed);
    assert_true(civil_read((struct str)STR("2026-11-28"), &day));
    change_find(now, catalog_at(list, 0), day, &c);
    assert_int_equal(c.kind == CHANGE_LACKING, c.lacks != 0);
    if (c.lacks)
        assert_string_equal(written, "");
    return c.lacks;
}

static void takes_no_half_of_a_row(void **state)
{
    static const char held[] = M("price input 1.25 cache_read 0.125 output 10\n");
    (void)state;
    assert_int_equal(lacks(held, M("price input 1.3\n")), 1u << BUCKET_OUTPUT);
    assert_int_equal(lacks(held, M("price output 11\n")), 1u << BUCKET_INPUT);
    assert_int_equal(lacks(held, M("price cache_read 0.2\n")),
                     1u << BUCKET_INPUT | 1u << BUCKET_OUTPUT);
    assert_int_equal(lacks(held, M("price input 1.25\n")), 0); // which changes nothing
    assert_int_equal(lacks(held, M("price input 1.3 output 10\n")), 0);
    assert_int_equal(lacks(held, M("free\n")), 0);
    assert_int_equal(lacks(held, M("when 00:00-12:00: input 1 output 10\n"
                                   "when 12:00-24:00: input 2 output 10\n")),
                     0);
    assert_int_equal(lacks(M("price input 1\n"), M("price input 2\n")), 0);
}

static void a_kept_price_ends_where_the_lists_next_begins(void **state)
{
    static const char held[] = M("price input 2 output 10\n"
                                 "when above 272000: input 4 output 15\nwhen batch: x0.5\n");
    static const char listed[] = M("price input 2 output 10\n"
                                   "when from 2027-01-01: input 3 output 15\n");
    (void)state;
    assert_string_equal(writes(held, listed),
                        GIVES("price input 2 output 10\n"
                              "when from 2027-01-01: input 3 output 15\n"
                              "when until 2027-01-01 above 272000: input 4 output 15\n"
                              "when batch: x0.5\n"));
    assert_string_equal(drops(held, listed), " from 2027-01-01 above 272000: input 4 output 15");
    // A tier's day is no end of it.
    assert_string_equal(drops(held, M("price input 2 output 10\n"
                                      "when from 2027-01-01 flex: input 1 output 5\n")),
                        "");
}

// No list can state weekdays and holidays: its hours are those of the book, whatever the days.
static void keeps_the_days_of_the_same_hours(void **state)
{
    static const char held[] = "days china 2026-12-01\n" M(
        "price input 1 output 2\n"
        "when from 2026-08-17 mon-fri except china 01:00-04:00: input 2 output 4\n"
        "when mon-fri 06:00-10:00: x2\n");
    (void)state;
    assert_string_equal(writes(held, M("price input 1 output 2\n"
                                       "when 01:00-04:00: input 2 output 4\n"
                                       "when 06:00-10:00: input 2 output 4\n")),
                        "");
    // Where a price moves, the days stay, too.
    assert_string_equal(writes(held, M("price input 1 output 3\n"
                                       "when 01:00-04:00: input 2 output 5\n"
                                       "when 06:00-10:00: input 2 output 4\n")),
                        GIVES("price input 1 output 3\n"
                              "when mon-fri except china 01:00-04:00: input 2 output 5\n"
                              "when mon-fri 06:00-10:00: input 2 output 4\n"));
    // Two lines of one kind of day are one.
    assert_string_equal(writes(M("price input 1 output 2\nwhen mon-fri 01:00-04:00: input 3\n"
                                 "when mon-fri 01:00-04:00: output 4\n"),
                               M("price input 1 output 2\nwhen 01:00-04:00: input 3 output 4\n")),
                        "");
    // Other hours, or hours that had two kinds of days, are the list's.
    assert_string_equal(writes(held, M("price input 1 output 2\n"
                                       "when 01:00-05:00: input 2 output 4\n")),
                        GIVES("price input 1 output 2\n"
                              "when 01:00-05:00: input 2 output 4\n"));
    assert_string_equal(writes(M("price input 1\nwhen mon-fri 01:00-04:00: input 3\n"
                                 "when sat 01:00-04:00: input 2\n"),
                               M("price input 1\nwhen 01:00-04:00: input 3\n")),
                        GIVES("price input 1\nwhen 01:00-04:00: input 3\n"));
}

static const char *says(const char *held, const char *listed, const char *when)
{
    struct change c;
    int64_t at_us;
    (void)writes(held, listed);
    assert_true(civil_read(str_of(when), &at_us));
    change_between(catalog_at(now, 0), catalog_at(list, 0), at_us, &c);
    buf_clear(&text);
    change_line(&text, &c);
    return buf_cstr(&text);
}

static void a_line_names_each_new_term(void **state)
{
    static const char *const when[] = {"2026-11-28T00:00:00Z", "2026-11-28T01:50:00Z"};
    (void)state;
    assert_string_equal(says(M("price input 1.25 output 10\nwhen batch: x0.5\n"),
                             M("price input 1.3 output 10\nwhen above 200000: input 9 output 90\n"
                               "when batch: x0.5\n"),
                             when[0]),
                        "input 1.25 -> 1.3; then above 200000: input 9 output 90");
    assert_string_equal(
        says(M("price input 1\n"), M("price input 1\nwhen from 2026-12-02: input 5\n"), when[0]),
        "then from 2026-12-02: input 5");
    assert_string_equal(says(M("price input 1\nwhen batch: x0.5\n"), M("price input 1\n"), when[0]),
                        "other prices under a condition");
    // A day that is over is no condition.
    assert_string_equal(says(M("price input 1\nwhen from 2026-08-17 above 9: input 3\n"),
                             M("price input 2\nwhen above 9: input 3\n"), when[0]),
                        "input 1 -> 2");
    // The same at any hour.
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(says(M("price input 0.14 output 0.28\n"),
                                 M("price input 0.135 output 0.55\n"
                                   "when 00:30-16:30: input 0.27 output 1.1\n"),
                                 when[i]),
                            "input 0.14 -> 0.135, output 0.28 -> 0.55; "
                            "then 00:30-16:30: input 0.27 output 1.1");
}

static void a_new_model_has_its_aliases(void **state)
{
    (void)state;
    assert_string_equal(writes("vendor v\nmodel n\nprice input 1\nalias o q* r-5\n",
                               M("price input 2\nalias a n m-* q-2* r-* o ?s\n"
                                 "model k\nprice input 3\nalias l m-2*\n")),
                        "\nvendor v\nsource \n\nmodel k\nprice input 3\nalias l m-2*\n"
                        "\nmodel m\nprice input 2\nalias a m-* ?s\n");
    // A known one keeps those that it has.
    assert_string_equal(writes(M("price input 1\nalias a\n"), M("price input 2\nalias b\n")),
                        GIVES("price input 2\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(same_prices_are_no_change, teardown),
        cmocka_unit_test_teardown(keeps_what_the_list_does_not_speak_of, teardown),
        cmocka_unit_test_teardown(keeps_hours_steps_and_days_to_come, teardown),
        cmocka_unit_test_teardown(loses_no_price_that_the_row_leaves_out, teardown),
        cmocka_unit_test_teardown(loses_no_price_that_a_condition_leaves_out, teardown),
        cmocka_unit_test_teardown(takes_no_half_of_a_row, teardown),
        cmocka_unit_test_teardown(a_kept_price_ends_where_the_lists_next_begins, teardown),
        cmocka_unit_test_teardown(keeps_the_days_of_the_same_hours, teardown),
        cmocka_unit_test_teardown(a_line_names_each_new_term, teardown),
        cmocka_unit_test_teardown(a_new_model_has_its_aliases, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
