// SPDX-License-Identifier: Apache-2.0
//
// `prices` and `holidays` of the file, which become a text of the price book.

#include "rig.h"

#define WHEN(text) P "prices:\n  - model: a/m\n    when:\n      - {" text "}\n"
#define MORE       "      - {us: true, factor: 2}\n"

static const struct bad bad[] = {
    {"prices: {a: 1}\n", 1, "a list is expected"},
    {P "prices:\n  - {input_per_mtok: 1}\n", 4, "`model` is missing"},
    {P "prices:\n  - {model: m, input_per_mtok: 1}\n", 4, "no provider"},
    {P "prices:\n  - {model: b/m, input_per_mtok: 1}\n", 4, "names no provider"},
    {P "prices:\n  - {model: a/m}\n", 4, "has no price"},
    {PRICE("input_per_mtok: 0.00000015"), 4, "a price per token"},
    {PRICE("output_per_mtok: 0.00009999"), 4, "a price per token"},
    {PRICE("input_per_mtok: -1"), 4, "not negative"},
    {PRICE("input_per_mtok: .nan"), 4, "no amount of USD"},
    {PRICE("input_per_mtok: .inf"), 4, "no amount of USD"},
    {PRICE("input_per_mtok: free"), 4, "no amount of USD"},
    {PRICE("input_per_mtok: 1,5"), 4, "numbers with a point"},
    {PRICE("input_cost_per_token: 0.00000015"), 4, "did you mean `input_per_mtok`"},
    {PRICE("input_per_mtok: $1"), 4, "no amount of USD"},
    {PRICE("input_per_mtok: 0x10"), 4, "no amount of USD"},
    {PRICE("input_per_mtok: 1e300"), 4, "no amount of USD"},
    {PRICE("input_per_mtok: 9999999"), 4, "beyond belief"},
    {PRICE("per_image: 10"), 4, "beyond belief"},
    {PRICE("input_per_mtok: 0.0000000000000000001"), 4, "18 places"},
    {PRICE("input_per_mtok: 1.0000000000001"), 4, "12 places"},
    {PRICE("input_per_mtok: 0, output_per_mtok: 0"), 4, "free: true"},
    {PRICE("free: true, input_per_mtok: 1"), 4, "Remove one"},
    {PRICE("free: maybe"), 4, "true or false"},
    {PRICE("free: true") "  - {model: a/m, free: true}\n", 5, "twice (also on line 4)"},
    {"providers:\n  l: {dialect: ollama, url: 'http://127.0.0.1:1'}\n"
     "prices:\n  - {model: l/m, free: true}\n  - {model: 'l/m:latest', free: true}\n",
     5, "twice (also on line 4)"},
    {P "prices:\n  - {model: a/n*x, free: true}\n", 4, "no model's name"},
    {"providers:\n  'my bench': {url: 'http://x/v1'}\n"
     "prices:\n  - {model: 'my bench/m', free: true}\n",
     4, "a price needs a provider's name without spaces. Rename `my bench`"},
    {P "prices:\n  - {model: 'a/n 1', free: true}\n", 4, "no model's name"},
    {PRICE("input_per_mtok: [1]"), 4, "a text is expected"},
    {PRICE("input: 1"), 4, "did you mean `input_per_mtok`"},
    {PRICE("output: 1"), 4, "did you mean `output_per_mtok`"},
    {PRICE("context_window: 1"), 4, "did you mean `context`"},
    {PRICE("free: true, context: 128k"), 4, "whole number of tokens"},
    {PRICE("free: true, context: 0"), 4, "whole number of tokens"},
    {PRICE("free: true, output_max: -1"), 4, "whole number of tokens"},
    {PRICE("free: true, aliases: [a*b]"), 4, "no model's name"},
    {PRICE("free: true, aliases: ['a b']"), 4, "no model's name"},
    {PRICE("free: true, aliases: [\"a\\nfree\"]"), 4, "one line is expected"},
    {PRICE("free: true, aliases: [x]") "  - {model: a/n-1, free: true, aliases: [x]}\n", 4,
     "another model's"},
    // when
    {PRICE("input_per_mtok: 1, batch: 0.5"), 4, "when: [{service: batch, factor: 0.5}"},
    {PRICE("input_per_mtok: 1, from: 2027-01-01"), 4, "Conditions stand in a list"},
    {PRICE("input_per_mtok: 1, tiers: [1]"), 4, "Conditions stand in a list"},
    {PRICE("when: {service: batch, factor: 0.5}"), 4, "a list is expected here"},
    {PRICE("when: [batch]"), 4, "a section of"},
    {PRICE("free: true, when: [{service: batch, factor: 0.5}]"), 4, "Remove one"},
    {WHEN("batch: 0.5"), 6, "when: [{service: batch, factor: 0.5}"},
    {WHEN("service: batch, factr: 0.5"), 6, "did you mean `factor`"},
    {WHEN("service: batch, input: 1"), 6, "did you mean `input_per_mtok`"},
    {WHEN("factor: 0.5"), 6, "no condition"},
    {WHEN("service: [], factor: 0.5"), 6, "no condition"},
    {WHEN("service: batch"), 6, "no price"},
    {WHEN("service: cheap, factor: 0.5"), 6, "standard, batch, flex, priority or fast"},
    {WHEN("service: [batch, mon], factor: 0.5"), 6, "`mon` does not fit"},
    {WHEN("service: {a: b}, factor: 0.5"), 6, "a text is expected"},
    {WHEN("service: batch, factor: 0"), 6, "more than 0"},
    {WHEN("service: batch, factor: -1"), 6, "more than 0"},
    {WHEN("service: batch, factor: x0.5"), 6, "Write it like 0.5"},
    {WHEN("service: batch, factor: 50%"), 6, "Write it like 0.5"},
    {WHEN("service: batch, factor: 0.1234567"), 6, "at most 6 places"},
    {WHEN("service: batch, factor: [1]"), 6, "a text is expected"},
    {WHEN("service: batch, input_per_mtok: 0.0000015"), 6, "a price per token"},
    {WHEN("above: 200k, factor: 2"), 6, "whole number of prompt tokens"},
    {WHEN("above: 0, factor: 2"), 6, "whole number of prompt tokens"},
    {WHEN("above: [1, 2], factor: 2"), 6, "a text is expected"},
    {WHEN("from: 2027-02-30, factor: 2"), 6, "Write a day"},
    {WHEN("from: tomorrow, factor: 2"), 6, "Write a day"},
    {WHEN("until: 2027-01-01T00:00:00, factor: 2"), 6, "Write a day"},
    {WHEN("from: 2027-01-02, until: 2027-01-01, factor: 2"), 6, "not after `from`"},
    {WHEN("from: 2027-01-01, until: 2027-01-01, factor: 2"), 6, "not after `from`"},
    {WHEN("days: weekdays, factor: 2"), 6, "mon-fri"},
    {WHEN("days: fri-mon, factor: 2"), 6, "mon-fri"},
    {WHEN("days: [mon, batch], factor: 2"), 6, "`batch` does not fit"},
    {WHEN("hours: 22:00-02:00, factor: 2"), 6, "past midnight"},
    {WHEN("hours: 1-4, factor: 2"), 6, "01:00-04:00"},
    {WHEN("hours: [01:00-04:00, 06:00-10:00], factor: 2"), 6, "a text is expected"},
    {WHEN("us: no, factor: 2"), 6, "Write true"},
    {WHEN("us: false, factor: 2"), 6, "Write true"},
    {WHEN("thinking: false, factor: 2"), 6, "Write true"},
    {WHEN("days: mon-fri, except: chyna, factor: 2"), 6, "did you mean `china`"},
    {WHEN("days: mon-fri, except: nowhere, factor: 2"), 6, "under `holidays`"},
    {WHEN("days: mon-fri, except: [2027-01-01], factor: 2"), 6, "a text is expected"},
    {"holidays: {ours: [2027-01-01]}\n" WHEN("except: hours, factor: 2"), 7, "did you mean `ours`"},
    {WHEN("us: true, factor: 2") MORE MORE MORE MORE, 4, "too many factors"},
    {"holidays: [2027-01-01]\n", 1, "NAME: [2027-01-01, ...]"},
    {"holidays:\n  a:\n    - 2027-01-01\n    - 2027-13-01\n", 4, "is no day"},
    {"holidays: {a: {b: c}}\n", 1, "a text is expected"},
    {"holidays: {'a b': [2027-01-01]}\n", 1, "one word"},
};

static void tells_what_is_wrong(void **state)
{
    (void)state;
    environment = keys;
    expect_faults(bad, sizeof bad / sizeof bad[0]);
}

// Each price key of the file reaches the bucket that it names.
static void takes_every_price(void **state)
{
    (void)state;
    struct why why = {0};
    struct catalog *book = NULL;
    environment = NULL;
    struct config *c = check(
        P "prices:\n  - {model: a/m, input_per_mtok: 1, output_per_mtok: 2, cache_read_per_mtok: 3,"
          " cache_write_per_mtok: 4, cache_write_1h_per_mtok: 5, audio_input_per_mtok: 6,"
          " audio_cache_read_per_mtok: 7, audio_output_per_mtok: 8, image_input_per_mtok: 9,"
          " image_output_per_mtok: 10, per_call: 0.11, per_web_search: 0.12, per_file_search: 0.13,"
          " per_search_unit: 0.14, per_image: 0.15, per_second: 0.16, cost_per_hour: 17}\n");
    static const enum bucket order[] = {BUCKET_INPUT,
                                        BUCKET_OUTPUT,
                                        BUCKET_CACHE_READ,
                                        BUCKET_CACHE_WRITE_5M,
                                        BUCKET_CACHE_WRITE_1H,
                                        BUCKET_AUDIO_INPUT,
                                        BUCKET_AUDIO_CACHE_READ,
                                        BUCKET_AUDIO_OUTPUT,
                                        BUCKET_IMAGE_INPUT,
                                        BUCKET_IMAGE_OUTPUT,
                                        BUCKET_CALLS,
                                        BUCKET_WEB_SEARCHES,
                                        BUCKET_FILE_SEARCHES,
                                        BUCKET_SEARCH_UNITS,
                                        BUCKET_IMAGES_OUT,
                                        BUCKET_SECONDS,
                                        BUCKET_BUSY};
    assert_int_equal(c->fault_count, 0);
    assert_int_equal(catalog_open(&alloc_heap, &c->prices, 1, &book, &why), STATUS_OK);
    const struct sheet *s = catalog_find(book, str_of("a"), str_of("m"));
    assert_non_null(s);
    assert_int_equal(sizeof order / sizeof order[0], BUCKET_COUNT);
    for (size_t i = 0; i < BUCKET_COUNT; i++)
        assert_int_equal(price_of(s, order[i]),
                         (int64_t)(i + 1) *
                             (i < 10 || i == 16 ? 1000000000000 : 10000000000000000));
    catalog_close(book);
    config_free(c);
}

// A row of the file becomes what the book would say, word by word.
static void writes_the_book(void **state)
{
    (void)state;
    static const char text[] =
        "holidays: {ours: [2027-01-01, 2027-12-24], china: 2027-02-08}\n" P "prices:\n"
        "  - model: a/m\n"
        "    aliases: [m-????, m-latest]\n"
        "    input_per_mtok: 3\n"
        "    output_per_mtok: 1.5e1\n"
        "    context: 400000\n"
        "    output_max: 64000\n"
        "    when:\n"
        "      - {from: 2027-01-01, until: '2027-07-01T16:00:00Z', input_per_mtok: 4}\n"
        "      - {days: [mon-thu, sat], hours: 01:00-04:00, except: china, factor: 2}\n"
        "      - {days: sun, hours: 20:00-24:00, except: ours, output_per_mtok: 0}\n"
        "      - {above: 200000, service: [batch, flex], us: on, factor: 0.5, per_call: 0.01}\n"
        "      - {thinking: true, output_per_mtok: 20}\n"
        "  - {model: a/n-1, when: [{service: standard, input_per_mtok: 0.0001}]}\n"
        "  - {model: a/n-2, free: true, output_max: 5}\n";
    static const char book[] =
        "days ours 2027-01-01 2027-12-24\n"
        "days china 2027-02-08\n"
        "vendor a\nsource configuration\nmodel m\nalias m-???? m-latest\n"
        "price input 3 output 15\n"
        "when from 2027-01-01 until 2027-07-01T16:00:00Z: input 4\n"
        "when mon-thu sat 01:00-04:00 except china: x2\n"
        "when sun 20:00-24:00 except ours: output 0\n"
        "when above 200000 batch flex us: calls 0.01 x0.5\n"
        "when thinking: output 20\n"
        "context 400000\noutput_max 64000\n"
        "vendor a\nsource configuration\nmodel n-1\nwhen standard: input 0.0001\n"
        "vendor a\nsource configuration\nmodel n-2\nfree\noutput_max 5\n";
    environment = NULL;
    struct config *c = check(text);
    if (c->fault_count)
        fail_msg("%d: %s", c->faults[0].line, c->faults[0].text.ptr);
    assert_string_equal(c->prices.ptr, book);
    config_free(c);
    // A list that only the book has: it is known without being written out.
    c = check(WHEN("except: china, factor: 2"));
    if (c->fault_count)
        fail_msg("%d: %s", c->faults[0].line, c->faults[0].text.ptr);
    assert_non_null(strstr(c->prices.ptr, "days china\nwhen except china: x2\n"));
    config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_is_wrong),
        cmocka_unit_test(takes_every_price),
        cmocka_unit_test(writes_the_book),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
