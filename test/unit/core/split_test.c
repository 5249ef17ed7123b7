// SPDX-License-Identifier: Apache-2.0

#include "book.h"
#include "core/split.h"

static const char text[] = "vendor v\n"
                           "model a\nprice input 1 output 2\nwhen above 100: input 3\n"
                           "model b\nprice input 10 output 20\n"
                           "model tie\nprice input 0.0000005\n"
                           "model gratis\nfree\n"
                           "model dear\nprice input 1000000\nwhen us: x1000\n";

static int setup(void **state)
{
    (void)state;
    return book_open(text);
}

// The bill of a row; gives how many parts it has.
static unsigned bill(const char *name, const char *parts, const struct usage *row, struct bill *out)
{
    struct split s;
    split_read(catalog, str_of(name), str_of(parts), &s);
    split_fill(&s, row);
    split_rate(&s, 0, out);
    return s.count;
}

static void prices_each_part_at_its_own(void **state)
{
    (void)state;
    struct bill b;
    struct usage row = {.count = {[BUCKET_INPUT] = 300, [BUCKET_OUTPUT] = 7}, .prompt = 90};
    assert_int_equal(bill("v/a", "", &row, &b), 1);
    assert_int_equal(b.total.pd, 300 * 1000000 + 7 * 2000000);
    // Of the 300, 101 stood in a prompt above the cliff, 9 were the other model's.
    assert_int_equal(
        bill("v/a", "v/a: prompt 101, input 101 + v/b: prompt 9, input 9, output 3", &row, &b), 3);
    assert_int_equal(b.state, PRICE_PRICED);
    assert_int_equal(b.total.pd,
                     190 * 1000000 + 4 * 2000000 + 101 * 3000000 + 9 * 10000000 + 3 * 20000000);
}

static void rounds_each_part_once(void **state)
{
    (void)state;
    struct bill b;
    struct usage row = {.count = {[BUCKET_INPUT] = 6}};
    assert_int_equal(bill("v/tie", "", &row, &b), 1);
    assert_int_equal(b.total.pd, 3);
    assert_int_equal(bill("v/tie", "v/tie: prompt 3, input 3", &row, &b), 2);
    assert_int_equal(b.total.pd, 2 + 2);
}

static void knows_no_price_where_a_part_has_none(void **state)
{
    (void)state;
    struct bill b;
    struct usage row = {.count = {[BUCKET_INPUT] = 6}};
    assert_int_equal(bill("v/a", "v/none: prompt 3, input 3", &row, &b), 2);
    assert_int_equal(b.state, PRICE_UNPRICED);
    assert_int_equal(b.total.pd, 0);
    assert_int_equal(bill("v/none", "v/a: prompt 3, input 3", &row, &b), 2);
    assert_int_equal(b.state, PRICE_UNPRICED);
    assert_int_equal(b.total.pd, 0);
    assert_int_equal(bill("v/gratis", "v/a: prompt 3, input 3", &row, &b), 2);
    assert_int_equal(b.state, PRICE_PRICED);
    assert_int_equal(b.total.pd, 3000000);
    assert_int_equal(bill("", "", &row, &b), 1);
    assert_int_equal(b.state, PRICE_UNPRICED);
}

static void is_cut_at_the_largest_money(void **state)
{
    (void)state;
    struct bill b;
    struct usage row = {.count = {[BUCKET_INPUT] = 18000}, .us_region = true};
    assert_int_equal(bill("v/dear", "v/dear: prompt 3, input 9000", &row, &b), 2);
    assert_true(b.overflow);
    assert_int_equal(b.total.pd, INT64_MAX);
    static const char *const others[] = {"v/dear: prompt 3, input 3",
                                         "v/dear: prompt 3, input 17997"};
    for (unsigned i = 0; i < 2; i++) { // one part alone is too much, the first or the second
        assert_int_equal(bill("v/dear", others[i], &row, &b), 2);
        assert_true(b.overflow);
        assert_int_equal(b.total.pd, INT64_MAX);
    }
}

static void explains(const char *name, const char *parts, const struct usage *row, const char *want)
{
    struct split s;
    struct bill b;
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    split_read(catalog, str_of(name), str_of(parts), &s);
    split_fill(&s, row);
    split_rate(&s, 0, &b);
    bill_explain(&s, &b, &out);
    assert_string_equal(buf_cstr(&out), want);
    buf_fini(&out);
}

static void shows_each_part_and_the_sum(void **state)
{
    (void)state;
    const struct usage row = {.count = {[BUCKET_INPUT] = 6}};
    const struct usage many = {.count = {[BUCKET_INPUT] = 18000}, .us_region = true};
#define INPUT "           6 input            x "
    explains("v/a", "", &row,
             INPUT "1 USD/Mtok          = 0.000006000000\ntotal: 0.000006000000 USD\n");
    explains("v/a", "v/b: prompt 6, input 6", &row,
             "v/a:\ntotal: 0.000000000000 USD\nv/b:\n" INPUT
             "10 USD/Mtok         = 0.000060000000\n"
             "total: 0.000060000000 USD\nall of it: 0.000060000000 USD\n");
    explains("v/a", "v/none: prompt 6, input 6", &row,
             "v/a:\ntotal: 0.000000000000 USD\nv/none:\nunpriced: no price is known for uncached "
             "input tokens\n");
    explains("v/gratis", "v/dear: prompt 3, input 18000", &many,
             "v/gratis:\nfree: 0.000000000000 USD\nv/dear:\n"
             "       18000 input            x 1000000 USD/Mtok    = 18000.000000000000\n"
             "tokens x 1000\ntotal: 9223372.036854775807 USD (too large: cut)\n"
             "all of it: 9223372.036854775807 USD (too large: cut)\n");
}

static void takes_the_charge_that_the_provider_named(void **state)
{
    (void)state;
    struct bill b;
    struct usage row = {.count = {[BUCKET_INPUT] = 6}, .has_reported = true, .reported = {42}};
    bill("v/a", "v/a: prompt 3, input 3", &row, &b);
    assert_int_equal(b.state, PRICE_PROVIDER);
    assert_int_equal(b.total.pd, 42);
    assert_int_equal(b.count, 1);
}

static void writes_what_it_reads(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "",
        "v/a: prompt 101, input 101, output 3",
        "v/none: prompt 3, cache_write_1h 3 + v/a: prompt 200, input 200",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct split s;
        struct usage row = {.count = {[BUCKET_INPUT] = 1000, [BUCKET_OUTPUT] = 4}};
        struct buf out;
        buf_init(&out, &alloc_heap, 0);
        split_read(catalog, (struct str)STR("v/a"), str_of(parts[i]), &s);
        assert_true(str_is(s.part[0].name, "v/a") && s.part[0].sheet);
        split_fill(&s, &row);
        split_write(&s, &out);
        assert_string_equal(buf_cstr(&out), parts[i]);
        buf_fini(&out);
    }
}

#define ONE "v/a: prompt 1"

static void knows_no_price_where_it_cannot_read(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "v/a",
        " + ",
        "v/a: prompt",
        "v/a: prompt ",
        "v/a: prompt 1,, input 3",
        "v/a: prompt x",
        "v/a: prompt 1, input",
        "v/a: prompt 1, tokens 3",
        "v/a: prompt 1, input 3x",
        ONE " + " ONE " + " ONE " + " ONE " + " ONE " + " ONE,
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct split s;
        split_read(catalog, (struct str)STR("v/a"), str_of(parts[i]), &s);
        assert_int_equal(s.count, 1);
        assert_null(s.part[0].sheet);
    }
}

// A provider may name a model as it likes.
static void no_name_is_read_as_counts(void **state)
{
    (void)state;
    const struct str odd = STR("v/x: prompt 1 + v/b");
    const struct usage u = {.count = {[BUCKET_INPUT] = 60}, .prompt = 60};
    const struct sheet *a = catalog_find(catalog, (struct str)STR("v"), (struct str)STR("a"));
    struct split s;
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    split_begin(&s, (struct str)STR("v/a"), a, &u, 0);
    assert_true(split_add(&s, odd, NULL, &u, 0));
    split_write(&s, &out);
    assert_string_equal(buf_cstr(&out), "v/x:_prompt_1_+_v/b: prompt 60, input 60");
    split_read(catalog, (struct str)STR("v/a"), buf_str(&out), &s);
    assert_int_equal(s.count, 2);
    assert_null(s.part[1].sheet);
    buf_fini(&out);
}

static void puts_together_what_has_the_same_prices(void **state)
{
    (void)state;
    const struct sheet *a = catalog_find(catalog, (struct str)STR("v"), (struct str)STR("a"));
    const struct usage none = {0};
    const struct usage low = {.count = {[BUCKET_INPUT] = 60}, .prompt = 60};
    const struct usage high = {.count = {[BUCKET_INPUT] = 150}, .prompt = 150};
    const struct str name = STR("v/a");
    struct split s;
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    split_begin(&s, name, a, &none, 0);
    assert_true(split_add(&s, name, a, &high, 0));
    assert_true(split_add(&s, name, a, &low, 0));
    assert_true(split_add(&s, name, a, &low, 0));
    split_write(&s, &out);
    assert_string_equal(buf_cstr(&out), "v/a: prompt 60, input 120");
    assert_int_equal(s.part[0].usage.prompt, 150);
    buf_clear(&out);
    buf_fini(&out);
}

// A part without tokens stands on no side of a cliff.
static void only_tokens_have_a_side_of_a_cliff(void **state)
{
    (void)state;
    const struct sheet *a = catalog_find(catalog, (struct str)STR("v"), (struct str)STR("a"));
    const struct usage search = {.count = {[BUCKET_WEB_SEARCHES] = 1}};
    const struct usage output = {.count = {[BUCKET_OUTPUT] = 1}, .prompt = 1};
    const struct usage high = {.count = {[BUCKET_INPUT] = 150}, .prompt = 150};
    struct split s;
    split_begin(&s, (struct str)STR("v/a"), a, &search, 0);
    assert_true(split_add(&s, (struct str)STR("v/a"), a, &high, 0));
    assert_int_equal(s.count, 1);
    split_begin(&s, (struct str)STR("v/a"), a, &output, 0);
    assert_true(split_add(&s, (struct str)STR("v/a"), a, &high, 0));
    assert_int_equal(s.count, 2);
}

// Where nothing is left for the first, the next that the book knows takes its place.
static void leaves_out_a_first_part_of_nothing(void **state)
{
    (void)state;
    const struct sheet *a = catalog_find(catalog, (struct str)STR("v"), (struct str)STR("a"));
    const struct sheet *b = catalog_find(catalog, (struct str)STR("v"), (struct str)STR("b"));
    const struct usage none = {0};
    const struct usage some = {.count = {[BUCKET_INPUT] = 60}, .prompt = 60};
    struct split s;
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    split_begin(&s, (struct str)STR("v/a"), a, &none, 0);
    assert_true(split_add(&s, (struct str)STR("v/b"), b, &some, 0));
    split_write(&s, &out);
    assert_string_equal(buf_cstr(&out), "");
    assert_true(str_is(s.part[0].name, "v/b"));
    split_begin(&s, (struct str)STR("v/a"), a, &none, 0);
    assert_true(split_add(&s, (struct str)STR("v/x"), NULL, &some, 0));
    split_write(&s, &out);
    assert_string_equal(buf_cstr(&out), "v/x: prompt 60, input 60");
    assert_true(str_is(s.part[0].name, "v/a"));
    buf_fini(&out);
}

static void has_room_for_so_many(void **state)
{
    (void)state;
    static const char *const others[] = {"v/1", "v/2", "v/3", "v/4", "v/5"};
    const struct usage low = {.count = {[BUCKET_INPUT] = 60}, .prompt = 60};
    struct split s;
    split_begin(&s, (struct str)STR("v/a"), NULL, &low, 0);
    for (unsigned i = 1; i < SPLIT_MAX; i++)
        assert_true(split_add(&s, str_of(others[i - 1]), NULL, &low, 0));
    assert_false(split_add(&s, (struct str)STR("v/6"), NULL, &low, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_each_part_at_its_own),
        cmocka_unit_test(rounds_each_part_once),
        cmocka_unit_test(knows_no_price_where_a_part_has_none),
        cmocka_unit_test(is_cut_at_the_largest_money),
        cmocka_unit_test(shows_each_part_and_the_sum),
        cmocka_unit_test(takes_the_charge_that_the_provider_named),
        cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(knows_no_price_where_it_cannot_read),
        cmocka_unit_test(no_name_is_read_as_counts),
        cmocka_unit_test(puts_together_what_has_the_same_prices),
        cmocka_unit_test(only_tokens_have_a_side_of_a_cliff),
        cmocka_unit_test(leaves_out_a_first_part_of_nothing),
        cmocka_unit_test(has_room_for_so_many),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
