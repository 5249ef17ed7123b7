// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>

#include "../unit.h"
#include "base/clock.h"
#include "core/catalog.h"
#include "tariff/list.h"

#define DAY "2026-11-28"

static struct list list;
static struct why why;

static enum status reads(const char *json, const char *only)
{
    struct list_wish wish = {.only = str_of(only)};
    memset(&why, 0, sizeof why);
    list_free(&list);
    assert_true(civil_read((struct str)STR(DAY), &wish.day_us));
    enum status s = list_read(str_of(json), &wish, &list, &why);
    struct catalog *book = NULL;
    struct str text = buf_str(&list.text);
    if (s == STATUS_OK && catalog_open_texts(&alloc_heap, &text, 1, &book, &why) != STATUS_OK)
        fail_msg("%s gives no book: %s", json, why.text);
    catalog_close(book);
    return s;
}

// The text without its head, or the fault.
static void gives(const char *json, const char *text)
{
    enum status s = reads(json, NULL);
    struct buf *b = &list.text;
    if (s != STATUS_OK)
        fail_msg("%s: %s", json, why.text);
    if (strcmp(buf_cstr(b), text) != 0)
        fail_msg("%s gives\n%s\nand not\n%s", json, buf_cstr(b), text);
}

static void refuses(const char *json, enum status status, const char *part)
{
    enum status s = reads(json, NULL);
    if (s != status || !strstr(why.text, part))
        fail_msg("%.200s: %s, %s", json, status_text(s), why.text);
}

static unsigned noted(const char *what)
{
    for (unsigned i = 0; i < list.note_count; i++)
        if (strstr(list.notes[i].what, what))
            return list.notes[i].count;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    list_free(&list);
    return 0;
}

#define LITELLM(members) "{\"m\":{\"litellm_provider\":\"openai\"," members "}}"
#define OPENAI           "\nvendor openai\nsource litellm " DAY "\n\nmodel m\n"

static void reads_litellm(void **state)
{
    (void)state;
    gives(LITELLM("\"input_cost_per_token\":1.5e-07,\"output_cost_per_token\":6e-07"),
          OPENAI "price input 0.15 output 0.6\n");
    gives(LITELLM("\"input_cost_per_token\":1e-06,\"output_cost_per_token\":2e-06,"
                  "\"input_cost_per_token_above_200k_tokens\":2e-06,"
                  "\"output_cost_per_token_above_200k_tokens\":3e-06,"
                  "\"cache_read_input_token_cost\":1e-07,"
                  "\"cache_creation_input_token_cost\":1.25e-06,"
                  "\"cache_creation_input_token_cost_above_1hr\":2e-06,"
                  "\"max_input_tokens\":1000000,\"max_output_tokens\":64000"),
          OPENAI "price input 1 cache_read 0.1 cache_write 1.25 cache_write_1h 2 output 2\n"
                 "when above 200000: input 2 output 3\ncontext 1000000\noutput_max 64000\n");
    // One factor explains a tier.
    gives(LITELLM("\"input_cost_per_token\":1e-06,\"output_cost_per_token\":2e-06,"
                  "\"cache_read_input_token_cost\":1e-07,"
                  "\"input_cost_per_token_batches\":5e-07,\"output_cost_per_token_batches\":1e-06"),
          OPENAI "price input 1 cache_read 0.1 output 2\nwhen batch: x0.5\n");
    // None does: what the tier leaves out stands at the multiple of its input.
    gives(LITELLM("\"input_cost_per_token\":1e-06,\"output_cost_per_token\":2e-06,"
                  "\"cache_read_input_token_cost\":1e-07,"
                  "\"input_cost_per_token_priority\":2e-06,"
                  "\"output_cost_per_token_priority\":3e-06"),
          OPENAI "price input 1 cache_read 0.1 output 2\n"
                 "when priority: input 2 cache_read 0.2 output 3\n");
    gives(LITELLM("\"input_cost_per_token\":1e-06,\"output_cost_per_token\":2e-06,"
                  "\"provider_specific_entry\":{\"us\":1.1,\"fast\":6.0}"),
          OPENAI "price input 1 output 2\nwhen fast: x6\nwhen us: x1.1\n");
    gives(LITELLM("\"tiered_pricing\":[{\"range\":[0,256000.0],\"input_cost_per_token\":5e-08,"
                  "\"output_cost_per_token\":4e-07},{\"range\":[256000.0,1000000.0],"
                  "\"input_cost_per_token\":2.5e-07,\"output_cost_per_token\":2e-06}]"),
          OPENAI "price input 0.05 output 0.4\nwhen above 256000: input 0.25 output 2\n");
    gives(LITELLM("\"input_cost_per_token\":3e-07,\"output_cost_per_token\":1.2e-06,"
                  "\"off_peak_pricing\":{\"input_cost_per_token\":1.5e-07,\"windows\":["
                  "{\"hours_utc\":[\"00:00-01:00\",\"10:00-00:00\"],\"weekdays\":[1,2,3,4,5]},"
                  "{\"hours_utc\":\"00:00-00:00\",\"weekdays\":[6,7]}]}"),
          OPENAI "price input 0.3 output 1.2\nwhen mon-fri 00:00-01:00: input 0.15\n"
                 "when mon-fri 10:00-24:00: input 0.15\nwhen sat-sun: input 0.15\n");
    gives(LITELLM("\"mode\":\"chat\",\"input_cost_per_token\":1e-06,"
                  "\"search_context_cost_per_query\":{\"search_context_size_low\":0.01,"
                  "\"search_context_size_medium\":0.01,\"search_context_size_high\":0.01}"),
          OPENAI "price input 1 web_searches 0.01\n");
    gives("{\"sample_spec\":{\"input_cost_per_token\":1},"
          "\"gemini/g\":{\"litellm_provider\":\"gemini\",\"input_cost_per_token\":1e-06},"
          "\"vertex_ai/g\":{\"litellm_provider\":\"vertex_ai-x\",\"input_cost_per_token\":2e-06}}",
          "\nvendor google\nsource litellm " DAY "\n\nmodel g\nprice input 1\n"
          "\nvendor vertex\nsource litellm " DAY "\n\nmodel g\nprice input 2\n");
}

static void names_what_it_cannot_hold(void **state)
{
    (void)state;
    gives("{\"a\":{\"litellm_provider\":\"openai\",\"input_cost_per_token\":1e-06,"
          "\"ocr_cost_per_page\":0.1,\"output_cost_per_token_ultrafast\":1e-05},"
          "\"b\":{\"litellm_provider\":\"openai\",\"input_cost_per_token\":0.0,"
          "\"output_cost_per_token\":0},"
          "\"c:free\":{\"litellm_provider\":\"openrouter\",\"input_cost_per_token\":0,"
          "\"output_cost_per_token\":0},"
          "\"d-*\":{\"litellm_provider\":\"openai\",\"input_cost_per_token\":1e-06},"
          "\"e\":{\"litellm_provider\":\"openai\",\"input_cost_per_token\":-1e-06},"
          "\"f\":{\"litellm_provider\":\"openai\",\"input_cost_per_token\":2.5},"
          "\"openai/a\":{\"litellm_provider\":\"openai\",\"input_cost_per_token\":2e-06}}",
          "\nvendor openai\nsource litellm " DAY "\n\nmodel a\nprice input 1\n"
          "\nvendor openrouter\nsource litellm " DAY "\n\nmodel c:free\nfree\n");
    assert_int_equal(noted("ocr_cost_per_page"), 1);
    assert_int_equal(noted("ultrafast"), 1);
    assert_int_equal(noted("no price but zeros"), 1);
    assert_int_equal(noted("a name that no model"), 1);
    assert_int_equal(noted("a negative price of input"), 1);
    assert_int_equal(noted("an absurd price of input"), 1);
    assert_int_equal(noted("there twice"), 1);
}

static void tells_debris(void **state)
{
    (void)state;
    gives(LITELLM("\"input_cost_per_token\":2.9999999999999997e-07"), OPENAI "price input 0.3\n");
    assert_int_equal(list.settled_count, 1);
    assert_string_equal(buf_cstr(&list.settled), "openai/m input 2.9999999999999997e-07 0.3\n");
}

static void tells_debris_of_factors(void **state)
{
    (void)state;
    gives(LITELLM("\"input_cost_per_token\":1e-06,\"provider_specific_entry\":"
                  "{\"us\":1.1000000000000001,\"fast\":6e0}"),
          OPENAI "price input 1\nwhen fast: x6\nwhen us: x1.1\n");
    assert_string_equal(buf_cstr(&list.settled), "openai/m factor 1.1000000000000001 1.1\n");
    gives(LITELLM("\"input_cost_per_token\":1e-06,\"provider_specific_entry\":{\"us\":1.23456789,"
                  "\"fast\":-6}"),
          OPENAI "price input 1\n");
    assert_int_equal(noted("that is no factor"), 2);
}

// One bad price of anything but tokens, too, takes its model out: it would be a price of 0.
static void refuses_a_price_that_rounds_to_nothing(void **state)
{
    (void)state;
    gives("{\"a\":{\"litellm_provider\":\"openai\",\"input_cost_per_token\":1e-06,"
          "\"input_cost_per_request\":1e-20},"
          "\"m\":{\"litellm_provider\":\"openai\",\"input_cost_per_token\":1e-06}}",
          OPENAI "price input 1\n");
    assert_int_equal(noted("an absurd price of call"), 1);
}

// Half a row is none: the rest of it may be as wrong.
static void refuses_a_row_with_a_broken_price(void **state)
{
    static const char *const broken[] = {"\"NaN\"", "\"1e-6x\"", "true", "{}"};
    char json[300];
    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        snprintf(json, sizeof json,
                 "{\"a\":{\"litellm_provider\":\"openai\",\"input_cost_per_token\":1e-06,"
                 "\"output_cost_per_token\":%s},\"m\":{\"litellm_provider\":\"openai\","
                 "\"input_cost_per_token\":1e-06,\"output_cost_per_token\":null}}",
                 broken[i]);
        gives(json, OPENAI "price input 1\n");
        assert_int_equal(noted("a broken price of output"), 1);
    }
}

#define GENAI(rest) "[{\"id\":\"x-ai\",\"models\":[{\"id\":\"m\"," rest "}]}]"
#define XAI         "\nvendor xai\nsource genai-prices " DAY "\n\nmodel m\n"

static void reads_genai(void **state)
{
    (void)state;
    gives(GENAI("\"context_window\":9,\"match\":{\"or\":[{\"equals\":\"m\"},{\"equals\":\"n\"},"
                "{\"starts_with\":\"m-2\"},{\"contains\":\"mm\"}]},"
                "\"prices\":{\"input_mtok\":3,\"output_mtok\":15,\"web_searches_kcount\":10}"),
          XAI "price input 3 output 15 web_searches 0.01\ncontext 9\nalias n m-2*\n");
    assert_int_equal(noted("matched by more"), 1);
    gives(
        GENAI("\"prices\":{\"input_mtok\":{\"base\":3,\"tiers\":[{\"start\":200000,\"price\":6}]},"
              "\"output_mtok\":{\"base\":15,\"tiers\":[{\"start\":200000,\"price\":22.5}]}}"),
        XAI "price input 3 output 15\nwhen above 200000: input 6 output 22.5\n");
    // What began is the price; what will begin has its day; hours pass midnight.
    gives(GENAI("\"prices\":[{\"prices\":{\"input_mtok\":1}},"
                "{\"constraint\":{\"start_date\":\"2026-01-01\"},\"prices\":{\"input_mtok\":2}},"
                "{\"constraint\":{\"start_date\":\"2027-01-01\"},\"prices\":{\"input_mtok\":3}}]"),
          XAI "price input 2\nwhen from 2027-01-01: input 3\n");
    gives(GENAI("\"prices\":[{\"prices\":{\"input_mtok\":1}},{\"constraint\":"
                "{\"start_time\":\"16:30:00Z\",\"end_time\":\"00:30:00Z\"},"
                "\"prices\":{\"input_mtok\":2}}]"),
          XAI "price input 1\nwhen 16:30-24:00: input 2\nwhen 00:00-00:30: input 2\n");
    gives(GENAI("\"prices\":{\"input_mtok\":10},\"price_variants\":[{\"when\":"
                "{\"processing\":\"batch\"},\"prices\":{\"input_mtok\":5}}]"),
          XAI "price input 10\nwhen batch: input 5\n");
}

#define DEV(cost) "{\"togetherai\":{\"npm\":\"x\",\"models\":{\"m\":{\"cost\":{" cost "}}}}}"
#define TOGETHER  "\nvendor together\nsource models.dev " DAY "\n\nmodel m\n"

static void reads_models_dev(void **state)
{
    (void)state;
    gives(DEV("\"input\":0.15,\"output\":0.6,\"cache_read\":0.075,\"cache_write\":0"),
          TOGETHER "price input 0.15 cache_read 0.075 output 0.6\n");
    gives(DEV("\"input\":1,\"output\":2,\"reasoning\":4,\"context_over_200k\":"
              "{\"input\":2,\"output\":3}"),
          TOGETHER "price input 1 output 2\nwhen above 200000: input 2 output 3\n"
                   "when thinking: output 4\n");
    gives(DEV("\"input\":1,\"output\":2,\"tiers\":[{\"tier\":{\"type\":\"context\","
              "\"size\":128000},\"input\":3,\"output\":4}]"),
          TOGETHER "price input 1 output 2\nwhen above 128000: input 3 output 4\n");
}

static void refuses_what_is_hostile(void **state)
{
    char deep[600];
    (void)state;
    refuses("", STATUS_SYNTAX, "JSON");
    refuses("{", STATUS_SYNTAX, "JSON at byte");
    refuses("[]", STATUS_SYNTAX, "no price list that is known");
    refuses("{\"a\":1}", STATUS_SYNTAX, "no price list that is known");
    refuses("{\"a\":{\"litellm_provider\":\"x\"},\"a\":{}}", STATUS_DUPLICATE, "twice");
    memset(deep, '[', 299);
    memset(deep + 299, ']', 299);
    deep[598] = 0;
    refuses(deep, STATUS_LIMIT, "nested");
    // Per 10^6 tokens where per token is expected, and the other way round.
    refuses("{\"a\":{\"litellm_provider\":\"o\",\"input_cost_per_token\":3},"
            "\"b\":{\"litellm_provider\":\"o\",\"input_cost_per_token\":5},"
            "\"c\":{\"litellm_provider\":\"o\",\"input_cost_per_token\":15}}",
            STATUS_RANGE, "beyond belief as litellm");
    refuses("{\"o\":{\"models\":{\"a\":{\"cost\":{\"input\":0.000003}},"
            "\"b\":{\"cost\":{\"input\":0.000015}},\"c\":{\"cost\":{\"input\":0.000075}}}}}",
            STATUS_RANGE, "beyond belief as models.dev");
    refuses("{\"a\":{\"litellm_provider\":\"o\",\"input_cost_per_token\":\"1e-6x\"}}",
            STATUS_UNKNOWN, "no model of the list has a price");
    assert_int_equal(reads(LITELLM("\"input_cost_per_token\":1e-06"), "anthropic/*"),
                     STATUS_UNKNOWN);
    assert_int_equal(reads(LITELLM("\"input_cost_per_token\":1e-06"), "openai/*"), STATUS_OK);
    // With a slash it is VENDOR/MODEL: another vendor's model of that name is none of it.
    static const char sold[] =
        "[{\"id\":\"deepseek\",\"models\":[{\"id\":\"v4\",\"prices\":{\"input_mtok\":1}}]},"
        "{\"id\":\"avian\",\"models\":[{\"id\":\"deepseek/v4\",\"prices\":{\"input_mtok\":1}}]}]";
    assert_int_equal(reads(sold, "deepseek/v4"), STATUS_OK);
    assert_int_equal(list.taken, 1);
    assert_int_equal(reads(sold, "avian/deepseek/v4"), STATUS_OK);
    assert_int_equal(reads(sold, "*v4"), STATUS_OK);
    assert_int_equal(list.taken, 2);
}

static void one_bad_entry_is_left_out(void **state)
{
    static const char specific[] =
        "\"input_cost_per_token\":1e-06,\"input_cost_per_token_batches\":5e-07,"
        "\"input_cost_per_token_flex\":6e-07,\"input_cost_per_token_priority\":2e-06,"
        "\"provider_specific_entry\":{\"us\":1.1,\"fast\":6}";
    char json[600];
    (void)state;
    gives("{\"togetherai\":{\"models\":{\"m\":{\"cost\":{\"input\":1},"
          "\"limit\":{\"context\":-5,\"output\":0}}}}}",
          TOGETHER "price input 1\n");
    assert_int_equal(noted("no number of tokens"), 1);
    gives(GENAI("\"context_window\":-1,\"prices\":{\"input_mtok\":3}"), XAI "price input 3\n");
    assert_int_equal(noted("no number of tokens"), 1);
    gives(LITELLM("\"input_cost_per_token\":3e-07,\"off_peak_pricing\":{\"input_cost_per_token\":"
                  "1.5e-07,\"windows\":[{\"hours_utc\":[\"24:00-24:00\",\"01:00-02:00\"]}]}"),
          OPENAI "price input 0.3\nwhen 01:00-02:00: input 0.15\n");
    assert_int_equal(noted("hours that are none"), 1);
    snprintf(json, sizeof json, "{\"m\":{\"litellm_provider\":\"openai\",%s}}", specific);
    assert_int_equal(reads(json, NULL), STATUS_OK);
    assert_int_equal(noted("more factors than"), 1);
    assert_non_null(strstr(buf_cstr(&list.text), "when us: x1.1\n"));
    assert_null(strstr(buf_cstr(&list.text), "fast"));
    gives("[{\"id\":\"x-ai\",\"models\":[{\"id\":\"m\",\"match\":{\"or\":[{\"equals\":\"n\"},"
          "{\"starts_with\":\"n\"}]},\"prices\":{\"input_mtok\":3}},{\"id\":\"o\",\"match\":"
          "{\"or\":[{\"starts_with\":\"n\"},{\"equals\":\"p\"}]},\"prices\":{\"input_mtok\":3}}]}]",
          XAI "price input 3\nalias n n*\n\nmodel o\nprice input 3\nalias p\n");
    assert_int_equal(noted("alias that is there twice"), 1);
}

// More kinds of things than there are notes: the last note counts the rest.
static void notes_have_an_end(void **state)
{
    struct buf json;
    (void)state;
    buf_init(&json, &alloc_heap, 0);
    buf_add_cstr(&json, "{\"m\":{\"litellm_provider\":\"openai\",\"input_cost_per_token\":1e-06");
    for (unsigned i = 0; i < 400; i++)
        buf_printf(&json, ",\"cost_of_%u\":1", i);
    buf_add_cstr(&json, "},\"n\":{\"litellm_provider\":\"openai\",\"cost_of_7\":1}}");
    assert_int_equal(reads(buf_cstr(&json), NULL), STATUS_OK);
    buf_fini(&json);
    assert_int_equal(list.note_count, LIST_NOTES_MAX);
    assert_string_equal(list.notes[LIST_NOTES_MAX - 1].what, "other things");
    assert_string_equal(list.notes[LIST_NOTES_MAX - 1].example, "openai/m");
    // ... and that `n` has no price.
    assert_int_equal(noted("other things"), 400 - (LIST_NOTES_MAX - 1) + 1);
    assert_string_equal(list.notes[7].what, "cost_of_7");
    assert_int_equal(list.notes[7].count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(reads_litellm, teardown),
        cmocka_unit_test_teardown(names_what_it_cannot_hold, teardown),
        cmocka_unit_test_teardown(tells_debris, teardown),
        cmocka_unit_test_teardown(tells_debris_of_factors, teardown),
        cmocka_unit_test_teardown(refuses_a_price_that_rounds_to_nothing, teardown),
        cmocka_unit_test_teardown(refuses_a_row_with_a_broken_price, teardown),
        cmocka_unit_test_teardown(reads_genai, teardown),
        cmocka_unit_test_teardown(reads_models_dev, teardown),
        cmocka_unit_test_teardown(refuses_what_is_hostile, teardown),
        cmocka_unit_test_teardown(one_bad_entry_is_left_out, teardown),
        cmocka_unit_test_teardown(notes_have_an_end, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
